"""Measurements into raw: a row for each process and hour, for as long as findings look back."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator

import duckdb

from orchestration.atlas.measurements import OF_DISK, OF_PROCESS, OF_SEARCH
from orchestration.extraction.measurements import ENTITY
from orchestration.landing.journal import Landing, Observation

KEPT_DAYS = 35
# What is unnested at once; of a first load, thirty days of a few processes.
BATCH_BYTES = 2 * 2**20
_COLUMNS = ",\n    ".join(
    f"max(point.value) filter (name = '{name}') as {name}"
    for name in (*OF_PROCESS, *OF_DISK, *OF_SEARCH)
)
_PROCESSES = """
create or replace temp table processes as
select distinct on (id) host ->> '$.id' as id, host ->> '$.userAlias' as userAlias,
    host ->> '$.typeName' as typeName
from (
    select unnest(page -> '$.results[*]') as host from (select unnest($pages)::json as page)
)
"""
_SHAPE = '[{"name": "VARCHAR", "dataPoints": [{"timestamp": "VARCHAR", "value": "DOUBLE"}]}]'
# Search metrics come in two lists of their own.
_MEASURED = " || ".join(
    f"coalesce(from_json(document -> '$.{name}', '{_SHAPE}'), [])"
    for name in ("measurements", "hardwareMeasurements", "statusMeasurements")
)
_STAGE = f"""
create or replace temp table measured as
with measurements as (
    select document ->> '$.processId' as processId, unnest({_MEASURED}) as measurement
    from (select unnest($bodies)::json as document)
),
points as (
    select processId, measurement.name as name, unnest(measurement.dataPoints) as point
    from measurements
)
select processId, any_value(userAlias) as userAlias, any_value(typeName) as typeName,
    date_trunc('hour', try_cast(point.timestamp as timestamptz) at time zone 'UTC') as measuredAt,
    {_COLUMNS}
from points inner join processes on processes.id = points.processId
where point.value is not null and try_cast(point.timestamp as timestamptz) is not null
group by processId, measuredAt
"""  # noqa: S608  made of our own names
_FORGET = """
delete from measurements using measured
where measurements._connection = $connection
    and measurements.processId = measured.processId
    and measurements.measuredAt = measured.measuredAt
"""
_INSERT = """
insert into measurements by name
select measured.*, $project as groupId, $connection as _connection,
    $observed_at::timestamptz at time zone 'UTC' as _landed_at
from measured
"""
_PRUNE = """
delete from measurements
where _connection = $connection and measuredAt < (
    select max(measuredAt) - to_days($days::integer) from measurements
    where _connection = $connection
)
"""


def apply(db: duckdb.DuckDBPyConnection, landing: Landing, seen: list[Observation]) -> None:
    """Add what was measured; an hour that is there already is what it was measured to be last."""
    read = [each for each in seen if each.entity == ENTITY and each.error is None and each.files]
    for each in read:
        _add(db, landing, each)
    if read:
        db.execute(_PRUNE, {"connection": landing.connection, "days": KEPT_DAYS})


def _add(db: duckdb.DuckDBPyConnection, landing: Landing, seen: Observation) -> None:
    pages, measured = [], defaultdict(list)
    for body in landing.read(seen):
        text = body.decode()
        document = json.loads(text)
        if "results" in document:
            pages.append(text)
        elif process := document.get("processId"):
            measured[process].append(text)
    db.execute(_PROCESSES, {"pages": pages or ["{}"]})
    named = {"connection": landing.connection}
    for bodies in _batches(measured.values()):
        db.execute(_STAGE, {"bodies": bodies})
        db.execute(_FORGET, named)
        db.execute(_INSERT, {**named, "project": seen.scope, "observed_at": seen.observed_at})


def _batches(processes: Iterable[list[str]]) -> Iterator[list[str]]:
    """Bodies of whole processes: a process and its disk are one row."""
    batch: list[str] = []
    for bodies in processes:
        batch += bodies
        if sum(map(len, batch)) >= BATCH_BYTES:
            yield batch
            batch = []
    if batch:
        yield batch
