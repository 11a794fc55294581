"""What a warning of the models found: dbt tells the number of its rows, a reader needs the rows."""

import logging

import duckdb

from orchestration.settings import Settings

EXAMPLES = 10
Row = dict[str, str | int | float | bool]
log = logging.getLogger("atlas_costs")


def found(settings: Settings, test: str) -> list[Row]:
    """The first rows that a test of the models finds; none of a test that a column has.

    None either where it cannot be asked again: a warning does not stop what dbt found well.
    """
    compiled = settings.dbt_target_dir / "compiled/atlas_costs/tests" / f"{test}.sql"
    if not compiled.exists():
        return []
    try:
        return _asked_again(settings, compiled.read_text())
    except duckdb.Error as error:
        log.warning("what %s found cannot be shown: %s", test, error)
        return []


def _asked_again(settings: Settings, query: str) -> list[Row]:
    with duckdb.connect() as db:
        db.execute(f"set memory_limit = '{settings.dbt_memory:d}B'")
        db.execute("set temp_directory = $folder", {"folder": f"{settings.marts_file}.tmp"})
        db.execute("set TimeZone = 'UTC'")
        db.execute("attach $file as warehouse (read_only)", {"file": str(settings.marts_file)})
        db.execute("attach $file as raw (read_only)", {"file": str(settings.raw_file)})
        # as dbt compiled it, whose last line may be a comment
        cursor = db.execute(f"from (\n{query}\n) limit {EXAMPLES}")
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, map(_text, row), strict=True)) for row in cursor.fetchall()]


def _text(value: object) -> str:
    return "" if value is None else str(value)


def in_words(rows: list[Row], number: int) -> str:
    """The rows in one line, and how many more there are."""
    more = [f"and {number - len(rows)} more"] if number > len(rows) else []
    said = (" · ".join(str(value) for value in row.values() if value != "") for row in rows)
    return "; ".join([*said, *more])
