"""Records of actions into raw: one row for each file, whoever is connected by now.

They have no journal, because actions run beside a load. A file's time tells whether it was
replaced; one still in progress is read again anyway, as a clock may tick too slowly to tell.
"""

import logging
from datetime import datetime
from pathlib import Path
from typing import Annotated

import duckdb
import msgspec

from orchestration.audit import RECORDS, Outcome

ROUND = 1000
log = logging.getLogger("atlas_costs")


class _Record(msgspec.Struct):
    """What every record has; the rest may be missing or of another release."""

    id: str
    action: str
    connection: str
    target: str
    requested_at: Annotated[datetime, msgspec.Meta(tz=True)]
    requested_by: str
    applied: bool
    outcome: Outcome


_KNOWN = "select _landing_file, epoch_us(_landed_at) from actions where outcome <> 'in_progress'"

_FORGET = """
delete from actions
where _landing_file not in (select unnest($there::varchar[]))
    or _landing_file in (select unnest($new::varchar[]))
"""

_INSERT = """
insert into actions by name
select record.* exclude (connection)
        replace (record.requested_at at time zone 'UTC' as requested_at),
    document as _document, record.connection as _connection, file as _landing_file,
    make_timestamp(microseconds) as _landed_at
from (
    select file, microseconds, text::json as document, from_json(text, '{
        "id": "VARCHAR", "action": "VARCHAR", "connection": "VARCHAR", "target": "VARCHAR",
        "requested_at": "TIMESTAMPTZ", "requested_by": "VARCHAR", "config": "JSON",
        "plan": "JSON", "applied": "BOOLEAN", "outcome": "VARCHAR", "error": "VARCHAR",
        "error_code": "VARCHAR", "atlas_ids": "JSON", "duration_s": "DOUBLE", "result": "JSON"
    }') as record
    from (
        select unnest($files) as file, unnest($texts) as text, unnest($times) as microseconds
    )
)
"""


def apply(db: duckdb.DuckDBPyConnection, landing: Path) -> None:
    """Make the table what the files say; only those that are new or may have changed are read."""
    there = {
        file.relative_to(landing).as_posix(): file.lstat().st_mtime_ns // 1000
        for file in landing.glob(RECORDS)
    }
    known = dict(db.execute(_KNOWN).fetchall())
    new = sorted(name for name, time in there.items() if known.get(name) != time)
    db.execute(_FORGET, {"there": list(there), "new": new})
    for start in range(0, len(new), ROUND):
        _insert(db, landing, {name: there[name] for name in new[start : start + ROUND]})


def _insert(db: duckdb.DuckDBPyConnection, landing: Path, times: dict[str, int]) -> None:
    texts = {name: text for name in times if (text := _text(landing, name)) is not None}
    if texts:
        db.execute(
            _INSERT,
            {
                "files": list(texts),
                "texts": list(texts.values()),
                "times": [times[name] for name in texts],
            },
        )


def _text(landing: Path, name: str) -> str | None:
    """A record as it was written; None, and a warning, for what is none."""
    try:
        text = (landing / name).read_bytes().decode()
        # all of it is read, not only what is asked for: DuckDB will do so too
        msgspec.convert(msgspec.json.decode(text), _Record)
    except (OSError, ValueError, RecursionError, msgspec.MsgspecError) as error:
        log.warning("The record %s of an action cannot be read (%s): left out", name, error)
        return None
    return text
