"""Measurements into raw: a row for each process and hour, for as long as findings look back."""

import duckdb

from orchestration.atlas.measurements import OF_DISK, OF_PROCESS
from orchestration.extraction.measurements import ENTITY
from orchestration.landing.journal import Landing, Observation

KEPT_DAYS = 35
_COLUMNS = ",\n    ".join(
    f"max(point.value) filter (measurement.name = '{name}') as {name}"
    for name in (*OF_PROCESS, *OF_DISK)
)
# An answer is a page of processes, or what was measured of one of them or of its disk.
_STAGE = f"""
create or replace temp table measured as
with documents as (
    select unnest($bodies)::json as document
),
processes as (
    select distinct on (id) host ->> '$.id' as id, host ->> '$.userAlias' as userAlias,
        host ->> '$.typeName' as typeName
    from (select unnest(document -> '$.results[*]') as host from documents)
),
measurements as (
    select document ->> '$.processId' as processId, unnest(from_json(
        document -> '$.measurements',
        '[{{"name": "VARCHAR", "dataPoints": [{{"timestamp": "VARCHAR", "value": "DOUBLE"}}]}}]'
    )) as measurement
    from documents
    where json_type(document, '$.measurements') = 'ARRAY'
),
points as (
    select processId, measurement, unnest(measurement.dataPoints) as point from measurements
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
    named = {"connection": landing.connection}
    for each in read:
        bodies = [body.decode() for body in landing.read(each)]
        db.execute(_STAGE, {"bodies": bodies})
        db.execute(_FORGET, named)
        db.execute(_INSERT, {**named, "project": each.scope, "observed_at": each.observed_at})
    if read:
        db.execute(_PRUNE, {**named, "days": KEPT_DAYS})
