"""What was counted, read from a CSV, Parquet or DuckDB file that the operator keeps.

The file is only ever read, and a query sees nothing else: no other file, no address, no setting.
"""

import csv
import re
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Context, Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import duckdb

from orchestration.insight.months import first_of_month
from orchestration.insight.unit_costs.units import Counted
from orchestration.rules.metrics import CSV, DUCKDB, Metric

Db = duckdb.DuckDBPyConnection
MAX_BYTES, MAX_ROWS, MAX_SECONDS = 256 * 2**20, 1_000_000, 60
# What does not fit is not put into files; names in a query are never Python's.
LIMITS: dict[str, str | bool | int | float | list[str]] = {
    "memory_limit": "1GB",
    "threads": 2,
    "temp_directory": "",
    "autoinstall_known_extensions": False,
    "python_enable_replacements": False,
}
NAMES = ("date", "amount", "label")
DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
MONTH = re.compile("[0-9]{4}-[0-9]{2}")
LARGEST = Decimal(10) ** 18
PLACES = Decimal("0.000000001")
EXACT = Context(prec=60)


class MetricFileError(Exception):
    """A metric's file cannot be used; the message is one sentence with file and line."""


def read_counts(metric: Metric, folder: Path) -> Counted:
    """The amount of each label and day, or month; those of the same label and day are added.

    Args:
        metric: What to read.
        folder: What its file is relative to.

    Raises:
        MetricFileError: the file is not there, cannot be read, or a row of it says what cannot be.
    """
    file = folder / metric.file
    _require_file(file)
    rows = _of_csv(file) if metric.suffix == CSV else _of_query(file, metric)
    sums: dict[tuple[str | None, date], Decimal] = defaultdict(Decimal)
    for number, (place, row) in enumerate(rows):
        if number == MAX_ROWS:
            raise MetricFileError(f"{file} has more than {MAX_ROWS:,} rows: add them up by day.")
        try:
            day, amount, label = _checked(row, metric)
        except ValueError as error:
            raise MetricFileError(f"{file}, {place}: {error}.") from None
        sums[label, day] = EXACT.add(sums[label, day], amount)
    return dict(sums)


def _require_file(file: Path) -> None:
    try:
        size = file.stat().st_size
    except OSError as error:
        raise MetricFileError(f"{file} cannot be read: {error.strerror}.") from None
    if not file.is_file():
        raise MetricFileError(f"{file} is not a file.")
    if size > MAX_BYTES:
        raise MetricFileError(
            f"{file} is larger than {MAX_BYTES // 2**20} MB: add its rows up by day."
        )


def _of_csv(file: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    try:
        with file.open(newline="", encoding="utf-8-sig") as opened:
            rows = csv.reader(opened, strict=True)
            names = [each.strip().lower() for each in next(rows, [])]
            _require_names(names, file, "line 1")
            for row in rows:
                place = f"line {rows.line_num}"
                if row and len(row) != len(names):
                    raise MetricFileError(
                        f"{file}, {place}: has {len(row)} values, and the first line names "
                        f"{len(names)}."
                    )
                if row:
                    yield place, dict(zip(names, row, strict=True))
    except UnicodeDecodeError:
        raise MetricFileError(f"{file} is not UTF-8: save it as UTF-8.") from None
    except csv.Error as error:
        raise MetricFileError(f"{file}, line {rows.line_num}: not CSV ({error}).") from None
    except OSError as error:
        raise MetricFileError(f"{file} cannot be read: {error.strerror}.") from None


def _of_query(file: Path, metric: Metric) -> Iterator[tuple[str, dict[str, Any]]]:
    try:
        with _opened(file, metric) as db, _in_time(db):
            found = db.sql(_only_query(db, metric.query)) if metric.query else db.table("metric")
            names = [each.lower() for each in found.columns]
            _require_names(names, file, "the query's columns")
            for number, row in enumerate(found.limit(MAX_ROWS + 1).fetchall(), start=1):
                yield f"row {number}", dict(zip(names, row, strict=True))
    except duckdb.InterruptException:
        raise MetricFileError(
            f"{file}: the query takes longer than {MAX_SECONDS} seconds."
        ) from None
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        raise MetricFileError(f"{file}: DuckDB says: {reason}") from None


@contextmanager
def _opened(file: Path, metric: Metric) -> Iterator[Db]:
    """A connection that sees this file and nothing else, and can change neither it nor that."""
    path = str(file.resolve())
    with duckdb.connect(config=LIMITS) as db:
        if metric.suffix in DUCKDB:
            db.execute("attach $file as metric_file (read_only)", {"file": path})
            db.execute("use metric_file")
        else:
            db.execute("set allowed_paths = [$file]", {"file": path})
            db.read_parquet(path).create_view("metric")
        db.execute("set enable_external_access = false")
        db.execute("set lock_configuration = true")
        yield db


def _only_query(db: Db, query: str) -> str:
    """A single select: it can be nothing that changes anything.

    Raises:
        MetricFileError: it is another statement, or several.
    """
    statements = db.extract_statements(query)
    if [each.type for each in statements] != [duckdb.StatementType.SELECT]:
        raise MetricFileError("The query of a metric must be one select.")
    return query


@contextmanager
def _in_time(db: Db) -> Iterator[None]:
    timer = threading.Timer(MAX_SECONDS, db.interrupt)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _require_names(names: Iterable[str], file: Path, place: str) -> None:
    found = list(names)
    if sorted(found) not in (sorted(NAMES[:2]), sorted(NAMES)):
        raise MetricFileError(
            f"{file}, {place}: must be date, amount and, if there are labels, label."
        )


def _checked(row: dict[str, Any], metric: Metric) -> tuple[date, Decimal, str | None]:
    label = row.get("label")
    if metric.labels is None:
        found = None
    elif label is None or not str(label).strip():
        raise ValueError("the label is missing")
    else:
        found = str(label).strip()
    return _day(row["date"], metric), _amount(row["amount"]), found


def _day(value: object, metric: Metric) -> date:
    is_monthly = metric.every == "month"
    text = _written(value)
    if is_monthly and MONTH.fullmatch(text):
        text += "-01"
    try:
        day = date.fromisoformat(text if DAY.fullmatch(text) else "")
    except ValueError:
        example = "a month such as 2026-05" if is_monthly else "a day such as 2026-05-01"
        raise ValueError(f"the date must be {example}") from None
    return first_of_month(day) if is_monthly else day


def _written(value: object) -> str:
    """A timestamp at midnight, as some programs write a day, is that day."""
    if isinstance(value, datetime) and not any((value.hour, value.minute, value.second)):
        return value.date().isoformat()
    return str(value).strip()


def _amount(value: object) -> Decimal:
    try:
        amount = Decimal(str(value).strip())
    except InvalidOperation:
        raise ValueError("the amount must be a number such as 1200 or 0.5") from None
    if not amount.is_finite() or amount < 0 or amount >= LARGEST:
        raise ValueError("the amount must be a number from 0 to below 10^18")
    return amount.quantize(PLACES)
