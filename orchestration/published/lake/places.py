"""Where a lake lies: a folder of this machine, or a bucket of a cloud."""

import os
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from orchestration import files
from orchestration.published.lake.buckets import LIBRARIES, Bucket
from orchestration.published.lake.errors import LakeError

SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
ACCESS_POINT = "arn:aws"  # the one address of a bucket that has colons
KINDS = "a folder, s3://bucket/…, gs://bucket/… or az://container/…"


class Place(Protocol):
    """Files by names relative to the lake's root, such as `dim_skus/x.parquet`.

    Every method raises LakeError if the place refuses or cannot be reached.
    """

    def names(self, below: str = "") -> set[str]:
        """Every file there is, however deep, or those in one folder of the lake."""

    def read(self, name: str) -> bytes | None:
        """A small file; None if there is none."""

    def create(self, name: str, content: bytes) -> bool:
        """Write a small file unless there is one already, and say whether it was written."""

    def replace(self, name: str, content: bytes) -> None:
        """Write a small file; whoever reads meanwhile gets the old one or the new one."""

    def upload(self, pairs: Sequence[tuple[Path, str]]) -> None:
        """Copy files of this machine to names that are not taken."""

    def remove(self, names: Sequence[str]) -> None:
        """Remove files; one that is gone already is no error."""


def place_of(url: str) -> Place:
    """The place that a user names.

    Args:
        url: A folder, or an address such as `s3://bucket/costs`. Never with a key in it.

    Raises:
        LakeError: an unknown scheme, no bucket, a secret in it, or a library is not installed.
    """
    scheme, mark, rest = url.partition("://")
    if not mark:
        return _folder(url)
    if scheme.lower() == "file" and rest.startswith("/"):
        return Folder(Path(rest))
    if _may_hold_a_secret(rest):
        # not quoted: what stands there may be a secret
        raise LakeError(
            "--to takes no user, password or token in the address: give keys to the cloud's own "
            "library, such as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
        )
    if scheme.lower() not in LIBRARIES:
        raise LakeError(f"--to {url}: write {KINDS}.")
    if not rest.partition("/")[0]:
        raise LakeError(f"--to {url} names no bucket: write {scheme}://bucket/folder.")
    return Bucket(scheme.lower(), rest.rstrip("/"))


def _folder(path: str) -> "Folder":
    if not path:
        raise LakeError(f"--to is empty: write {KINDS}.")
    if SCHEME.match(path):
        # s3:/bucket, most likely; not quoted for the same reason
        raise LakeError(f"--to names no folder: write {KINDS}, or ./ before a name with a colon.")
    return Folder(Path(path))


def _may_hold_a_secret(rest: str) -> bool:
    """A secret key may itself have slashes, so that its @ is not before the first of them."""
    bucket = rest.partition("/")[0]
    is_named_by_colons = bucket.startswith(ACCESS_POINT)
    return any(each in rest for each in "@?#") or (":" in bucket and not is_named_by_colons)


class Folder:
    """A folder of this machine, or one that it mounts."""

    def __init__(self, root: Path) -> None:
        self._root = root.expanduser()

    def names(self, below: str = "") -> set[str]:
        """See Place."""
        with self._explained():
            found = (path for path in (self._root / below).rglob("*") if path.is_file())
            return {path.relative_to(self._root).as_posix() for path in found}

    def read(self, name: str) -> bytes | None:
        """See Place."""
        with self._explained():
            try:
                return (self._root / name).read_bytes()
            except FileNotFoundError:
                return None

    def create(self, name: str, content: bytes) -> bool:
        """See Place: a link is made complete or not at all, and never over another file."""
        with self._explained(), files.beside(self._in_folder(name)) as temporary:
            temporary.write_bytes(content)
            files.sync_file(temporary)
            try:
                os.link(temporary, self._root / name)
            except FileExistsError:
                return False
            files.sync_folder(temporary.parent)
            return True

    def replace(self, name: str, content: bytes) -> None:
        """See Place."""
        with self._explained():
            files.write(self._in_folder(name), content)

    def upload(self, pairs: Sequence[tuple[Path, str]]) -> None:
        """See Place: after a crash of the machine, what a manifest names is there completely."""
        with self._explained():
            for source, name in pairs:
                target = self._in_folder(name)
                with files.beside(target) as temporary:
                    shutil.copyfile(source, temporary)
                    files.keep(temporary, target)

    def remove(self, names: Sequence[str]) -> None:
        """See Place; folders that become empty go too."""
        with self._explained():
            for name in names:
                path = self._root / name
                path.unlink(missing_ok=True)
                self._drop_empty(path.parent)

    def _drop_empty(self, folder: Path) -> None:
        while folder != self._root and folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
            folder = folder.parent

    def _in_folder(self, name: str) -> Path:
        target = self._root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        return target

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise LakeError(f"Cannot write to {self._root}: {error.strerror or error}.") from None
