"""What people said of what was found: data/feedback/<kind>.jsonl, one line each, never changed.

It lies beside landing and is no part of what a rebuild makes, so it survives one.
"""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from orchestration import files

ANOMALIES = "anomalies"
SUFFIX = ".jsonl"

Said = Mapping[str, Any]


class FeedbackError(Exception):
    """Feedback cannot be read or taken; the message says which line of which file, or why."""


def readable(text: str) -> str:
    """A text that people wrote, which may hold bytes that are no letters.

    Raises:
        FeedbackError: it is not one line of readable text.
    """
    if not text.isprintable():
        raise FeedbackError("A reason and a name are one line of readable text.")
    return text


def file_of(folder: Path, kind: str) -> Path:
    """Where feedback of a kind lies."""
    return folder / f"{kind}{SUFFIX}"


def append(folder: Path, kind: str, said: Said) -> Path:
    """Add a line that survives a crash of the machine; who reads meanwhile sees all of it or none.

    Args:
        folder: Where feedback lies.
        kind: What it is about.
        said: What JSON can hold.
    """
    file = file_of(folder, kind)
    line = json.dumps(said, ensure_ascii=False, sort_keys=True).encode() + b"\n"
    folder.mkdir(parents=True, exist_ok=True)
    is_new = not file.exists()
    with file.open("ab+") as opened:
        # a page and a terminal may say something at once
        fcntl.flock(opened, fcntl.LOCK_EX)
        _drop_torn_line(opened)
        opened.write(line)
        opened.flush()
        os.fsync(opened.fileno())
    if is_new:
        files.sync_folder(folder)
    return file


def read(folder: Path, kind: str) -> list[Said]:
    """Everything that was said, oldest first.

    Raises:
        FeedbackError: a line is damaged.
    """
    file = file_of(folder, kind)
    return list(_lines(file)) if file.exists() else []


def _lines(file: Path) -> Iterator[Said]:
    """A last line that a crash cut short was not said."""
    with file.open("rb") as opened:
        for number, line in enumerate(opened, 1):
            if line.endswith(b"\n"):
                yield _said(file, number, line)


def _said(file: Path, number: int, line: bytes) -> Said:
    try:
        said = json.loads(line)
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise FeedbackError(
            f"{file}, line {number} cannot be read: correct it, or restore the file from a backup."
        )
    return said


def _drop_torn_line(opened: IO[bytes]) -> None:
    """The next line must not be glued to what a crash left."""
    opened.seek(0)
    content = opened.read()
    end = content.rfind(b"\n") + 1
    if end != len(content):
        opened.truncate(end)
