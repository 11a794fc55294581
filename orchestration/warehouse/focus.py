"""Atlas's own FOCUS reports into raw: every column as text, unknown ones kept beside."""

import logging
from contextlib import suppress

import duckdb

from orchestration.landing.journal import Landing, LandingClosed, Observation

ENTITY = "focus_reports"
TABLE = "focus_report_rows"
REPORTS = "focus_reports"
log = logging.getLogger("atlas_costs")


def apply(db: duckdb.DuckDBPyConnection, landing: Landing, seen: list[Observation]) -> None:
    """Replace the rows of each invoice whose report was landed anew, all in one statement."""
    newest = {
        each.scope: each
        for each in seen
        if each.entity == ENTITY and each.error is None and each.files
    }
    for scope in [each for each, report in newest.items() if not _is_readable(landing, report)]:
        _leave_out(landing, scope)
        del newest[scope]
    if not newest:
        return
    for table in (TABLE, REPORTS):
        db.execute(
            f"delete from {table} where _invoice_id in (select unnest(?))",  # noqa: S608
            [list(newest)],
        )
    db.execute(
        "create or replace temp table reports as select unnest($paths) as path, "
        "unnest($ids) as invoice_id, unnest($files) as file, unnest($times) as observed_at",
        {
            "paths": [str(landing.root / each.files[0]) for each in newest.values()],
            "ids": list(newest),
            "files": [each.files[0] for each in newest.values()],
            "times": [each.observed_at for each in newest.values()],
        },
    )
    paths = [str(landing.root / each.files[0]) for each in newest.values()]
    db.execute(_insert(db, paths), {"paths": paths, "connection": landing.connection})
    db.execute(_NOTE, {"connection": landing.connection})


_NOTE = f"""
insert into {REPORTS} by name
select invoice_id as _invoice_id, $connection as _connection, file as _landing_file,
    observed_at::timestamptz at time zone 'UTC' as _landed_at
from reports
"""  # noqa: S608  made of constants above


def _leave_out(landing: Landing, invoice_id: str) -> None:
    """Name it as a missing part; of a connection that was given up on nothing more is noted."""
    sentence = f"FOCUS report of invoice {invoice_id}: it is landed and is no CSV that can be read."
    log.warning("%s: %s", landing.connection, sentence)
    with suppress(LandingClosed):
        landing.observe_unreadable(ENTITY, invoice_id, sentence, "malformed")


# DuckDB sets a buffer aside for each file, 32 MiB by itself. A ragged row is padded rather than
# refused: the report tells regions, and the costs come from the invoice.
_READ = (
    "read_csv($paths, header = true, all_varchar = true, union_by_name = true, filename = '_path', "
    "hive_partitioning = false, delim = ',', quote = '\"', escape = '\"', "
    "strict_mode = false, null_padding = true, max_line_size = 262144, "
    "buffer_size = 4194304)"
)


def _is_readable(landing: Landing, report: Observation) -> bool:
    """Told on a connection of its own: a refusal would break off the load's transaction."""
    path = str(landing.root / report.files[0])
    try:
        with duckdb.connect() as db:
            db.execute(f"select count(columns(*)) from {_READ}", {"paths": [path]})  # noqa: S608
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
            $connection as _connection, reports.file as _landing_file,
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
