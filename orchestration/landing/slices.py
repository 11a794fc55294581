"""Cut lineItems arrays: `org_id=…/period=YYYY-MM/<invoice>-<version>.json`, a header beside each.

DuckDB reads an array file as a stream, where one large invoice object would have to fit its
memory whole (0.9 GB of JSON: 407 MiB against 4.8 GiB). Slices are derived from landing: they can
be thrown away and are cut again when a load needs them.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Self
from urllib.parse import quote

import msgspec

from orchestration import files
from orchestration.landing.cutter import Cutter
from orchestration.landing.invoice_document import BadInvoice, CutInvoice, Header
from orchestration.landing.json_stream import WINDOW

READ = WINDOW // 4


class _Sidecar(msgspec.Struct):
    """What lies beside an array file: enough to load it without its document."""

    header: Header
    size: int


@dataclass(frozen=True)
class Slice:
    """One invoice version ready to load: its header and the file of its lines, if it has any."""

    header: Header
    lines: Path | None


class Slices:
    """The folder of cut arrays. Threads may share it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._cutting = folder / ".cutting"

    @contextmanager
    def cutting(self) -> Iterator["Cutting"]:
        """Cut one document; what is not kept by the end is thrown away."""
        self._cutting.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._cutting) as folder:
            yield Cutting(self, Path(folder))

    def cut(self, body: IO[bytes], names: Mapping[str, str] | None = None) -> list[CutInvoice]:
        """Cut a whole document and keep every usable invoice in it.

        Args:
            body: The document.
            names: Invoice id → what its version is called, where that is known already.

        Raises:
            EOFError: the body is cut short.
            BadInvoice: it is not an invoice document.
        """
        with self.cutting() as cutting:
            while chunk := body.read(READ):
                cutting.feed(chunk)
            cutting.close()
            known = names or {}
            cutting.found = [
                replace(each, version=known.get(each.header.id, each.version))
                for each in cutting.found
            ]
            cutting.keep()
            return cutting.found

    def keep(self, found: CutInvoice) -> None:
        """Move an array under its final name; its header last, because it says all is there."""
        target = self._path(found.header.org_id, found.month, found.header.id, found.version)
        target.parent.mkdir(parents=True, exist_ok=True)
        if found.lines:
            Path(found.lines).replace(target)
        side = _Sidecar(found.header, found.size if found.lines else 0)
        files.write(target.with_suffix(".header"), msgspec.json.encode(side))

    def find(self, org_id: str | None, month: str, invoice_id: str, version: str) -> Slice | None:
        """A version's slice, or None where it has to be cut (again)."""
        path = self._path(org_id, month, invoice_id, version)
        try:
            side = msgspec.json.decode(path.with_suffix(".header").read_bytes(), type=_Sidecar)
        except (OSError, msgspec.DecodeError):
            return None
        if side.size and (not path.exists() or path.stat().st_size != side.size):
            return None
        return Slice(side.header, path if side.size else None)

    def drop_others(self, org_id: str | None, month: str, invoice_id: str, version: str) -> None:
        """Throw away what an invoice's other versions left."""
        kept = self._path(org_id, month, invoice_id, version)
        for path in kept.parent.glob(f"{quote(invoice_id, safe='')}-*"):
            if path.stem != kept.stem:
                path.unlink(missing_ok=True)

    def drop_all(self) -> None:
        """Throw everything away; the next load cuts from landing."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def drop_litter(self) -> None:
        """Throw away what a killed process was cutting."""
        for part in self.litter():
            part.unlink(missing_ok=True)
        shutil.rmtree(self._cutting, ignore_errors=True)

    def litter(self) -> list[Path]:
        """What drop_litter throws away."""
        cutting = [each for each in self._cutting.rglob("*") if each.is_file()]
        return [*cutting, *self._folder.glob("*/*/.*.part")]

    def _path(self, org_id: str | None, month: str, invoice_id: str, version: str) -> Path:
        organization = quote(org_id or "unknown", safe="")
        name = f"{quote(invoice_id, safe='')}-{version[:16]}.json"
        return self._folder / f"org_id={organization}" / f"period={quote(month, safe='')}" / name


class Cutting:
    """One document on its way through the cutter; feed it while it is being received."""

    def __init__(self, slices: Slices, folder: Path) -> None:
        self._slices = slices
        self._folder = folder
        self.restart()

    def restart(self) -> Self:
        """Begin again, with the first byte of another try."""
        self.found: list[CutInvoice] = []
        self._cutter = Cutter(self._new_file)
        self.feed = self._cutter.feed
        return self

    def close(self) -> None:
        """The document has ended.

        Raises:
            EOFError: too early.
            BadInvoice: it is not an invoice document.
        """
        self.found = self._cutter.close()

    def keep(self) -> None:
        """Keep the slice of every invoice that can be used."""
        for each in self.found:
            if each.problem is None:
                self._slices.keep(each)

    def _new_file(self) -> IO[bytes]:
        descriptor, path = tempfile.mkstemp(dir=self._folder)
        os.close(descriptor)
        return Path(path).open("wb", buffering=0)


__all__ = ["BadInvoice", "CutInvoice", "Cutting", "Slice", "Slices"]
