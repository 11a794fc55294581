"""A closed statement as a file: data/statements/2026-05.json, written once and never changed.

Neither a rebuild nor the loss of build/ touches it. Its rows carry their own hash, because what was
signed off must be what is charged.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from orchestration import files

FORMAT = 1
PATTERN = "[0-9][0-9][0-9][0-9]-[0-9][0-9].json"
REOPENED = "reopened"

Row = dict[str, Any]


class StatementError(Exception):
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
    """Every closed statement, oldest first, without a gap: each adjusts those before it.

    Raises:
        StatementError: a file is damaged, was changed after it was written, or is missing between
            others.
    """
    months = closed_months(folder)
    for month, later in pairwise(months):
        if later != following(month):
            raise _missing(folder, following(month), months[-1])
    return [_read(_file(folder, month), months[-1]) for month in months]


def closed_months(folder: Path) -> list[date]:
    """The first day of each month that has a statement, oldest first, by the names of the files."""
    return [_month(file) for file in sorted(folder.glob(PATTERN))]


def following(month: date) -> date:
    """The first day of the month after."""
    return (month.replace(day=1) + timedelta(days=31)).replace(day=1)


def _month(file: Path) -> date:
    try:
        return date.fromisoformat(f"{file.stem}-01")
    except ValueError:
        raise StatementError(f"{file} is named by no month: take it out of the folder.") from None


def _file(folder: Path, month: date) -> Path:
    return folder / f"{month:%Y-%m}.json"


def write_statement(folder: Path, statement: Statement) -> Path:
    """Write a statement once, crash-proof.

    Raises:
        StatementError: it is there already.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / statement.name
    try:
        with files.beside(file) as temporary:
            temporary.write_text(_text(statement), encoding="utf-8")
            files.sync_file(temporary)
            # a link, because a rename would replace what somebody closed at this very moment
            file.hardlink_to(temporary)
    except FileExistsError:
        raise is_closed(statement.month) from None
    files.sync_folder(folder)
    return file


def set_aside(folder: Path, month: date, moment: datetime) -> Path:
    """Take a statement out of the closed ones, and keep it.

    Raises:
        StatementError: it is not closed.
    """
    file = _file(folder, month)
    if not file.exists():
        raise StatementError(f"The statement of {month:%Y-%m} is not closed.")
    kept = folder / REOPENED / f"{month:%Y-%m}-{moment:%Y%m%dT%H%M%SZ}.json"
    kept.parent.mkdir(exist_ok=True)
    file.replace(kept)
    files.sync_folder(folder)
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


def _read(file: Path, last: date) -> Statement:
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
        raise _damaged(file, f"cannot be read ({type(error).__name__})", last) from None
    if statement.sha256 != _sha256(_lines(statement.rows)) or statement.name != file.name:
        raise _damaged(file, "was changed after it was closed", last)
    return statement


def _damaged(file: Path, what: str, last: date) -> StatementError:
    is_last = file.stem == f"{last:%Y-%m}"
    return StatementError(
        f"{file} {what}: restore it from a backup, or "
        + ("take it out of the folder to have its month open again." if is_last else _reopen(last))
    )


def _missing(folder: Path, month: date, last: date) -> StatementError:
    return StatementError(
        f"{_file(folder, month)} is missing, and later statements build on it: restore it from a "
        f"backup, or {_reopen(last)}"
    )


def _reopen(last: date) -> str:
    """Only the last statement can be taken back, so that no month is left between others."""
    return (
        f"run `atlas-costs statement reopen {last:%Y-%m}` and so on, back to its month, and close "
        "them anew."
    )
