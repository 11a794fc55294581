"""Inventory into raw: what Atlas lists now, and what it listed when.

A journal's observations are applied in rounds, the k-th of every scope together: a first refresh
of a thousand projects is eight thousand observations, and a statement for each would take minutes.
"""

import json
from collections import defaultdict
from collections.abc import Iterator

import duckdb

from orchestration.entities import ENTITIES, names
from orchestration.landing.journal import Landing, Observation
from orchestration.warehouse.errors import LoadError

# Asked for project by project: whether the key could read them shows in active_resources.
PER_PROJECT = frozenset(names("project"))
WITHOUT_HISTORY = frozenset(each.name for each in ENTITIES if not each.has_history)
WITHOUT_IDS = frozenset(each.name for each in ENTITIES if not each.has_id)
ROUND = 500

# An answer is a page with results, a bare array, or the one object itself. Distinct, because a
# list that grows while it is paged through repeats objects.
_STAGE = """
create or replace temp table documents as
select distinct on (scope, document) document, scope, filename,
    observed_at::timestamptz at time zone 'UTC' as observed_at,
    coalesce(document ->> '$.id', document ->> '$._id', scope || '/' || (document ->> '$.name'),
        scope) as id
from (
    select unnest(
        case
            when json_type(json) = 'ARRAY' then json -> '$[*]'
            when json_type(json, '$.results') = 'ARRAY' then json -> '$.results[*]'
            else [json]
        end
    ) as document, scope, filename, observed_at
    from (
        select unnest($bodies)::json as json, unnest($scopes) as scope,
            unnest($files) as filename, unnest($times) as observed_at
    )
)
"""

_CLOSE_HISTORY = """
update inventory_history as history
set _valid_to = scopes.observed_at::timestamptz at time zone 'UTC'
from scopes
where history.entity = $entity and history._connection = $connection
    and history._scope = scopes.scope and history._valid_to is null
    and not exists (
        from documents
        where documents.scope = scopes.scope and documents.id = history.id
            and documents.document = history._document
    )
"""

_OPEN_HISTORY = """
insert into inventory_history
select $entity, id, document ->> '$.name', document, scope, $connection, observed_at, null
from documents
where not exists (
    from inventory_history as history
    where history.entity = $entity and history._connection = $connection
        and history._valid_to is null and history._scope = documents.scope
        and history.id = documents.id
)
"""


def apply(db: duckdb.DuckDBPyConnection, landing: Landing, seen: list[Observation]) -> None:
    """Apply observations in the order they were made.

    Raises:
        LoadError: a landed file cannot be read.
    """
    for entity in names():
        of_entity = [each for each in seen if each.entity == entity]
        for batch in _rounds(of_entity):
            _apply_round(db, landing, entity, batch)


def _rounds(seen: list[Observation]) -> Iterator[list[Observation]]:
    by_scope: dict[str, list[Observation]] = defaultdict(list)
    for each in seen:
        by_scope[each.scope].append(each)
    while batch := [rest.pop(0) for rest in by_scope.values() if rest]:
        for start in range(0, len(batch), ROUND):
            yield batch[start : start + ROUND]


def _apply_round(
    db: duckdb.DuckDBPyConnection, landing: Landing, entity: str, batch: list[Observation]
) -> None:
    if entity in PER_PROJECT:
        _note_access(db, landing.connection, entity, batch)
    readable = [each for each in batch if each.error is None]
    if not readable:
        return
    _stage(db, landing, readable)
    names = {"entity": entity, "connection": landing.connection}
    if entity not in WITHOUT_HISTORY:
        db.execute(_CLOSE_HISTORY, names)
        db.execute(_OPEN_HISTORY, names)
    db.execute(
        f"delete from {entity} where _connection = ? "  # noqa: S608
        "and _scope in (select scope from scopes)",
        [landing.connection],
    )
    db.execute(
        f"insert into {entity} by name select {_columns(db, entity)}, "  # noqa: S608
        "document as _document, scope as _scope, $connection as _connection, "
        "filename as _landing_file, observed_at as _landed_at from documents "
        f"where {_is_identified(entity)}",
        {"connection": landing.connection},
    )


def _stage(db: duckdb.DuckDBPyConnection, landing: Landing, batch: list[Observation]) -> None:
    db.execute(
        "create or replace temp table scopes as "
        "select unnest($scopes) as scope, unnest($times) as observed_at",
        {"scopes": [each.scope for each in batch], "times": [each.observed_at for each in batch]},
    )
    pages = [(each, body, name) for each in batch for body, name in _bodies(landing, each)]
    db.execute(
        _STAGE,
        {
            "bodies": [body for _, body, _ in pages] or ["[]"],
            "scopes": [each.scope for each, _, _ in pages] or [""],
            "files": [name for _, _, name in pages] or [""],
            "times": [each.observed_at for each, _, _ in pages] or [batch[0].observed_at],
        },
    )


def _bodies(landing: Landing, seen: Observation) -> list[tuple[str, str]]:
    try:
        bodies = [_text(body) for body in landing.read(seen)]
    except (OSError, EOFError, ValueError) as error:
        raise LoadError(
            f"A landed file of {seen.entity} cannot be read ({error}): restore it from a backup."
        ) from None
    return list(zip(bodies, seen.files, strict=True))


def _text(body: bytes) -> str:
    """JSON that DuckDB reads too: half an emoji, which Python lets pass, becomes a `?`."""
    text = body.decode("utf-8-sig")
    if "\\ud" not in text.lower():
        return text
    return json.dumps(json.loads(text), ensure_ascii=False).encode(errors="replace").decode()


def _note_access(
    db: duckdb.DuckDBPyConnection, connection: str, entity: str, batch: list[Observation]
) -> None:
    db.execute(
        "delete from project_access where _connection = ? and entity = ? "
        "and groupId in (select unnest(?))",
        [connection, entity, [each.scope for each in batch]],
    )
    db.execute(
        "insert into project_access select unnest(?), ?, unnest(?), unnest(?::varchar[]), ?",
        [
            [each.scope for each in batch],
            entity,
            [each.error is None for each in batch],
            [each.error for each in batch],
            connection,
        ],
    )


def _columns(db: duckdb.DuckDBPyConnection, table: str) -> str:
    described = db.execute(f"describe {table}").fetchall()
    return ", ".join(
        f"{_typed(name, kind)} as {name}"
        for name, kind, *_ in described
        if not name.startswith("_")
    )


def _is_identified(entity: str) -> str:
    """What has no id cannot be told from another: it stays in history and landing alone."""
    if entity in WITHOUT_IDS:
        return "true"
    return "coalesce(document ->> '$.id', document ->> '$._id') is not null"


def _typed(name: str, kind: str) -> str:
    """Inventory is no money: what has an unexpected type becomes null, and stays in _document."""
    if kind == "JSON":
        return f"document -> '$.{name}'"
    text = f"document ->> '$.{name}'"
    if name == "id":  # streams and archives call it _id
        text = f"coalesce({text}, document ->> '$._id')"
    if kind == "TIMESTAMP":
        return f"try_cast({text} as timestamptz) at time zone 'UTC'"
    return f"try_cast({text} as {kind})"
