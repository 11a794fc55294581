"""Atlas's own FOCUS reports into raw: every column as text, unknown ones kept beside."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

import duckdb

from orchestration.landing.journal import Landing, LandingClosed, Observation

ENTITY = "focus_reports"
TABLE = "focus_report_rows"
REPORTS = "focus_reports"
log = logging.getLogger("atlas_costs")


# What one statement reads: each file has a buffer for as long as it does.
FILES = 64


@dataclass(frozen=True)
class _Report:
    """The newest landed report of an invoice."""

    landing: Landing
    seen: Observation

    @property
    def path(self) -> str:
        return str(self.landing.root / self.seen.files[0])

    def leave_out(self) -> None:
        """Name it as missing; of a connection that was given up on nothing more is noted."""
        invoice_id = self.seen.scope
        sentence = (
            f"FOCUS report of invoice {invoice_id}: it is landed and is no CSV that can be read."
        )
        log.warning("%s: %s", self.landing.connection, sentence)
        with suppress(LandingClosed):
            self.landing.observe_unreadable(ENTITY, invoice_id, sentence, "malformed")


def apply(
    db: duckdb.DuckDBPyConnection, new: Iterable[tuple[Landing, Iterable[Observation]]]
) -> None:
    """Replace the rows of each invoice whose report was landed anew."""
    newest = {
        each.scope: _Report(landing, each)
        for landing, seen in new
        for each in seen
        if each.entity == ENTITY and each.error is None and each.files
    }
    reports = list(newest.values())
    for start in range(0, len(reports), FILES):
        if readable := list(_readable(reports[start : start + FILES])):
            _replace(db, readable)


def _replace(db: duckdb.DuckDBPyConnection, reports: Sequence[_Report]) -> None:
    ids, paths = [each.seen.scope for each in reports], [each.path for each in reports]
    for table in (TABLE, REPORTS):
        db.execute(
            f"delete from {table} where _invoice_id in (select unnest(?))",  # noqa: S608
            [ids],
        )
    db.execute(
        "create or replace temp table reports as select unnest($paths) as path, "
        "unnest($ids) as invoice_id, unnest($connections) as connection, "
        "unnest($files) as file, unnest($times) as observed_at",
        {
            "paths": paths,
            "ids": ids,
            "connections": [each.landing.connection for each in reports],
            "files": [each.seen.files[0] for each in reports],
            "times": [each.seen.observed_at for each in reports],
        },
    )
    db.execute(_insert(db, paths), {"paths": paths})
    db.execute(_NOTE)


_NOTE = f"""
insert into {REPORTS} by name
select invoice_id as _invoice_id, connection as _connection, file as _landing_file,
    observed_at::timestamptz at time zone 'UTC' as _landed_at
from reports
"""  # noqa: S608  made of constants above


# DuckDB sets a buffer aside for each file, 32 MiB by itself. A ragged row is padded rather than
# refused: the report tells regions, and the costs come from the invoice.
_READ = (
    "read_csv($paths, header = true, all_varchar = true, union_by_name = true, filename = '_path', "
    "hive_partitioning = false, delim = ',', quote = '\"', escape = '\"', "
    "strict_mode = false, null_padding = true, max_line_size = 262144, "
    "buffer_size = 4194304)"
)


def _readable(reports: Sequence[_Report]) -> Iterator[_Report]:
    """Told on a connection of its own: a refusal would break off the load's transaction.

    All at once if they can be: hardly ever is there one that cannot.
    """
    with duckdb.connect() as db:
        if _can_read(db, reports):
            yield from reports
            return
        for each in reports:
            if _can_read(db, [each]):
                yield each
            else:
                each.leave_out()


def _can_read(db: duckdb.DuckDBPyConnection, reports: Sequence[_Report]) -> bool:
    try:
        paths = [each.path for each in reports]
        db.execute(f"select count(columns(*)) from {_READ}", {"paths": paths})  # noqa: S608
    except duckdb.Error:
        return False
    return True


def _insert(db: duckdb.DuckDBPyConnection, paths: list[str]) -> str:
    sent = [
        name
        for name, *_ in db.execute(f"describe from {_READ}", {"paths": paths}).fetchall()
        if name != "_path"
    ]
    ours = {name for name, *_ in db.execute(f"describe {TABLE}").fetchall()}
    known = [name for name in sent if name in ours and not name.startswith("_")]
    others = ", ".join(f"{_text(name)}, rows.{_name(name)}" for name in sent if name not in known)
    return f"""
        insert into {TABLE} by name
        select {"".join(f"rows.{_name(name)}, " for name in known)}
            reports.invoice_id as _invoice_id,
            row_number() over (partition by _path) as _row,
            {f"json_object({others})" if others else "null"} as _other_columns,
            reports.connection as _connection, reports.file as _landing_file,
            reports.observed_at::timestamptz at time zone 'UTC' as _landed_at
        from {_READ} as rows
        inner join reports on reports.path = rows._path
    """  # noqa: S608  column names are quoted


def _name(column: str) -> str:
    quoted = column.replace('"', '""')
    return f'"{quoted}"'


def _text(value: str) -> str:
    quoted = value.replace("'", "''")
    return f"'{quoted}'"
