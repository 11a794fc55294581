"""A closed statement as a file: data/statements/2026-05.json, written once and never changed.

Neither a rebuild nor the loss of build/ touches it. Its rows carry their own hash, because what was
signed off must be what is charged.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from orchestration.landing import sync_folder
from orchestration.warehouse.errors import WarehouseError

FORMAT = 1
PATTERN = "[0-9][0-9][0-9][0-9]-[0-9][0-9].json"
REOPENED = "reopened"

Row = dict[str, Any]


class StatementError(WarehouseError):
    """A statement cannot be closed, reopened or read; the message says why."""


@dataclass(frozen=True)
class Statement:
    """What was frozen of one month, and what was adjusted of months before.

    Attributes:
        month: Its first day.
        closed_at: UTC.
        warehouse_version: The published version whose numbers these are.
        rules: Allocation key → hash of the rules that were in force.
        rows: One per usage month, key, value, resource and charge type.
        sha256: Of the rows.
    """

    month: date
    closed_at: datetime
    warehouse_version: str
    rules: Mapping[str, str]
    rows: list[Row]
    sha256: str = ""

    @property
    def name(self) -> str:
        """The name of its file."""
        return f"{self.month:%Y-%m}.json"


def read_statements(folder: Path) -> list[Statement]:
    """Every closed statement, oldest first.

    Raises:
        StatementError: a file is damaged, or was changed after it was written.
    """
    return [_read(file) for file in sorted(folder.glob(PATTERN))]


def write_statement(folder: Path, statement: Statement) -> Path:
    """Write a statement once, crash-proof.

    Raises:
        StatementError: it is there already.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file, temporary = folder / statement.name, folder / f".{os.getpid()}.part"
    try:
        with temporary.open("w", encoding="utf-8") as part:
            part.write(_text(statement))
            part.flush()
            os.fsync(part.fileno())
        # a link, because a rename would replace what somebody closed at this very moment
        file.hardlink_to(temporary)
    except FileExistsError:
        raise StatementError(
            f"The statement of {statement.month:%Y-%m} is closed already."
        ) from None
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(folder)
    return file


def set_aside(folder: Path, month: date, moment: datetime) -> Path:
    """Take a statement out of the closed ones, and keep it.

    Raises:
        StatementError: it is not closed.
    """
    file = folder / f"{month:%Y-%m}.json"
    if not file.exists():
        raise StatementError(f"The statement of {month:%Y-%m} is not closed.")
    kept = folder / REOPENED / f"{month:%Y-%m}-{moment:%Y%m%dT%H%M%SZ}.json"
    kept.parent.mkdir(exist_ok=True)
    file.replace(kept)
    sync_folder(folder)
    return kept


def is_closed(month: date) -> StatementError:
    """The error to raise about a month that is closed already."""
    return StatementError(f"The statement of {month:%Y-%m} is closed already.")


def _lines(rows: list[Row]) -> list[str]:
    return [json.dumps(row, ensure_ascii=False, sort_keys=True) for row in rows]


def _text(statement: Statement) -> str:
    lines = _lines(statement.rows)
    head = {
        "statement": f"{statement.month:%Y-%m}",
        "format": FORMAT,
        "closed_at": statement.closed_at.isoformat(timespec="microseconds"),
        "warehouse_version": statement.warehouse_version,
        "rules": dict(statement.rules),
        "rows_sha256": _sha256(lines),
    }
    return json.dumps(head)[:-1] + ', "rows": [\n' + ",\n".join(lines) + "\n]}\n"


def _sha256(lines: list[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _read(file: Path) -> Statement:
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
        statement = Statement(
            date.fromisoformat(f"{said['statement']}-01"),
            datetime.fromisoformat(said["closed_at"]),
            str(said["warehouse_version"]),
            dict(said["rules"]),
            list(said["rows"]),
            str(said["rows_sha256"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _damaged(file, f"cannot be read ({type(error).__name__})") from None
    if statement.sha256 != _sha256(_lines(statement.rows)) or statement.name != file.name:
        raise _damaged(file, "was changed after it was closed")
    return statement


def _damaged(file: Path, what: str) -> StatementError:
    return StatementError(
        f"{file} {what}: restore it from a backup, or take it out of the folder to have its month "
        "open again."
    )
