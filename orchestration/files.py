"""Files written whole under another name and renamed, so that no reader sees half of one."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

SUFFIX = ".part"


def as_name(value: str) -> str:
    """Any text as the name of one file or folder: quoting alone lets `..` through."""
    quoted = quote(value, safe="")
    return quoted if quoted.strip(".") else quoted.replace(".", "%2E")


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """Wait until no other process or thread is in here with this file, whose folder is made."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("a") as opened:
        fcntl.flock(opened, fcntl.LOCK_EX)
        yield


@contextmanager
def alone_or_not(lock: Path) -> Iterator[bool]:
    """Like alone, without waiting: whether nobody else is in here."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("a") as opened:
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


@contextmanager
def beside(target: Path) -> Iterator[Path]:
    """A name beside a file, hidden and nobody else's; gone at the end unless it was renamed."""
    temporary = target.with_name(f".{target.name}.{uuid4().hex[:8]}{SUFFIX}")
    try:
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)


def keep(temporary: Path, target: Path) -> None:
    """Make a finished file the target, replacing what is there, so that a crash loses neither."""
    sync_file(temporary)
    temporary.replace(target)
    sync_folder(target.parent)


def write(target: Path, content: bytes, *, mode: int | None = None) -> None:
    """Write a small file whole, crash-proof; with a mode it is never readable to others before."""
    with beside(target) as temporary:
        if mode is not None:
            temporary.touch(0o600)
        temporary.write_bytes(content)
        if mode is not None:
            temporary.chmod(mode)
        keep(temporary, target)


def size(folder: Path) -> int:
    """Bytes of all files below a folder, or of one file; what goes meanwhile counts nothing."""
    found = 0
    for path in [folder, *folder.rglob("*")]:
        with suppress(FileNotFoundError):
            found += path.lstat().st_size if path.is_file() else 0
    return found


def in_words(size: float) -> str:
    """`12.3 MB`: decimal units, as a disk is sold."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "bytes" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"


def sync_file(path: Path) -> None:
    """Make a file's content survive a crash of the machine."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make a rename inside a folder survive a crash of the machine."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
