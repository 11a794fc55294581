"""Superseded bodies of one scope and month in one file: `<scope>/2026-05.zip`, beside loose ones.

A pending invoice is landed anew every day, and each body repeats the one before: thirty of them
take as much as two when each is compressed against the month's last (Zstandard's prefix). A zip
file tells where each lies, so one is read without the others; what it says of itself is a plain
name, the hash of its body, which each is compared with before the loose file goes.
"""

import gzip
import hashlib
import io
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from backports import zstd

from orchestration import files

# A prefix is held in memory whole, and so is what is compressed against it.
MOST_BYTES = 512 << 20
PATTERN = "[0-9][0-9][0-9][0-9]-[0-9][0-9].zip"
LEVEL = 3


class PackError(OSError):
    """A pack, or what is to go into one, does not hold what it should; nothing was removed."""


@dataclass(frozen=True)
class Packed:
    """What packing one month of one scope comes to.

    Attributes:
        files: How many loose files the pack replaces.
        bytes_before: What they took, and the pack that was there before.
        bytes_after: What the pack takes.
    """

    files: int
    bytes_before: int
    bytes_after: int


def opened(path: Path) -> IO[bytes]:
    """A landed body, uncompressed, whether it lies loose or in a pack.

    Raises:
        FileNotFoundError: neither.
        PackError: the pack is damaged.
    """
    try:
        return cast("IO[bytes]", gzip.open(path, "rb"))
    except FileNotFoundError:
        for pack in sorted(path.parent.glob(PATTERN)):
            if (body := _read(pack, path.name)) is not None:
                return io.BytesIO(body)
        raise


def pack(month: str, loose: Sequence[Path], *, apply: bool) -> Packed:
    """Put superseded bodies of one scope into its pack of a month.

    Args:
        month: YYYY-MM in which they were superseded.
        loose: Their files, oldest first, all in one folder.
        apply: Whether to keep the pack and remove them, or only measure.

    Raises:
        PackError: a pack that is there is damaged, or does not give back what was put in; nothing
            was removed.
    """
    target = loose[0].parent / f"{month}.zip"
    before = _sizes([*loose, *([target] if target.exists() else [])])
    with files.beside(target) if apply else _elsewhere() as temporary:
        with _damage_named(target):
            _write(temporary, target, loose)
        _verify(temporary, [each.name for each in loose])
        after = temporary.stat().st_size
        if apply:
            files.keep(temporary, target)
            for each in loose:
                each.unlink()
    return Packed(len(loose), before, after)


@contextmanager
def _elsewhere() -> Iterator[Path]:
    """A name where a measurement may be written: a data folder may be read-only."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder, "measured.zip")


def is_packable(path: Path) -> bool:
    """Whether a body fits what packing may hold in memory.

    Raises:
        PackError: it is damaged.
    """
    size, digest = 0, hashlib.sha256()
    try:
        with gzip.open(path, "rb") as body:
            while size <= MOST_BYTES and (piece := body.read(1 << 20)):
                size += len(piece)
                digest.update(piece)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise PackError(
            f"The landed file {path} cannot be read ({error}): restore it from a backup."
        ) from None
    if size > MOST_BYTES:
        return False
    _require_named(path, digest.hexdigest())
    return True


def _require_named(path: Path, digest: str) -> None:
    if not path.name.startswith(digest):
        raise PackError(f"{path} is not what its name says: restore it from a backup.")


def _sizes(paths: Sequence[Path]) -> int:
    return sum(each.stat().st_size for each in paths)


def _write(temporary: Path, known: Path, loose: Sequence[Path]) -> None:
    """The known members as they are, then the new ones against the first of all."""
    with zipfile.ZipFile(temporary, "w", zipfile.ZIP_STORED) as out:
        if known.exists():
            with zipfile.ZipFile(known) as before:
                for member in before.infolist():
                    out.writestr(member, before.read(member))
        prefix = _prefix(out)
        # the newest comes first: a month's last document holds most of all before it
        for each in reversed(loose):
            if each.name not in out.namelist():
                body = gzip.decompress(each.read_bytes())
                out.writestr(zipfile.ZipInfo(each.name), _compressed(body, prefix))
                prefix = prefix or body


def _compressed(body: bytes, prefix: bytes) -> bytes:
    options: dict[int, int] = {
        zstd.CompressionParameter.compression_level: LEVEL,
        zstd.CompressionParameter.window_log: _window(len(body) + len(prefix)),
        zstd.CompressionParameter.enable_long_distance_matching: 1,
        zstd.CompressionParameter.checksum_flag: 1,
    }
    return zstd.compress(body, options=options, zstd_dict=_reference(prefix))


def _window(size: int) -> int:
    lower, upper = zstd.CompressionParameter.window_log.bounds()
    return min(max(size.bit_length(), lower), upper)


def _reference(prefix: bytes) -> tuple[zstd.ZstdDict, int] | None:
    # a raw dictionary has eight bytes at least
    return zstd.ZstdDict(prefix, is_raw=True).as_prefix if len(prefix) >= 8 else None


def _decompressed(frame: bytes, prefix: bytes) -> bytes:
    upper = zstd.DecompressionParameter.window_log_max.bounds()[1]
    options: dict[int, int] = {zstd.DecompressionParameter.window_log_max: upper}
    return zstd.decompress(frame, zstd_dict=_reference(prefix), options=options)


def _prefix(archive: zipfile.ZipFile) -> bytes:
    """The body of the first member, which stands by itself; nothing while there is none."""
    names = archive.namelist()
    return _decompressed(archive.read(names[0]), b"") if names else b""


def _bodies(archive: zipfile.ZipFile, names: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    first, prefix = archive.namelist()[0], _prefix(archive)
    for name in names:
        yield name, prefix if name == first else _decompressed(archive.read(name), prefix)


def _read(pack_file: Path, name: str) -> bytes | None:
    with _damage_named(pack_file), zipfile.ZipFile(pack_file) as archive:
        if name not in archive.namelist():
            return None
        [(_, body)] = _bodies(archive, [name])
        return body


@contextmanager
def _damage_named(pack_file: Path) -> Iterator[None]:
    try:
        yield
    except (zipfile.BadZipFile, zstd.ZstdError) as error:
        raise PackError(f"{pack_file} is damaged ({error}): restore it from a backup.") from None


def _verify(pack_file: Path, names: Sequence[str]) -> None:
    with zipfile.ZipFile(pack_file) as archive:
        for name, body in _bodies(archive, names):
            _require_named(pack_file.parent / name, hashlib.sha256(body).hexdigest())
