"""Inventory into raw: what Atlas lists now, and what it listed when.

The journals' observations are applied in rounds, the k-th of every scope together: a first refresh
of a thousand projects, or of a thousand small organizations, is ten thousand observations, and a
statement for each would take minutes.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import duckdb

from orchestration.entities import ENTITIES, names
from orchestration.landing.journal import Landing, Observation
from orchestration.warehouse.errors import LoadError

# Asked for project by project: whether the key could read them shows in active_resources.
PER_PROJECT = frozenset(names("project"))
WITHOUT_HISTORY = frozenset(each.name for each in ENTITIES if not each.has_history)
WITHOUT_IDS = frozenset(each.name for each in ENTITIES if not each.has_id)
# What one statement takes: so many scopes, and the text of so many bytes.
ROUND = 500
ROUND_BYTES = 16 * 2**20

# An answer is a page with results, a bare array, or the one object itself. Distinct, because a
# list that grows while it is paged through repeats objects.
_STAGE = """
create or replace temp table documents as
select distinct on (connection, scope, document) document, connection, scope, filename,
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
    ) as document, connection, scope, filename, observed_at
    from (
        select unnest($bodies)::json as json, unnest($connections) as connection,
            unnest($scopes) as scope,
            unnest($files) as filename, unnest($times) as observed_at
    )
)
"""

_CLOSE_HISTORY = """
update inventory_history as history
set _valid_to = scopes.observed_at::timestamptz at time zone 'UTC'
from scopes
where history.entity = $entity and history._connection = scopes.connection
    and history._scope = scopes.scope and history._valid_to is null
    and not exists (
        from documents
        where documents.connection = scopes.connection and documents.scope = scopes.scope
            and documents.id = history.id and documents.document = history._document
    )
"""

_OPEN_HISTORY = """
insert into inventory_history
select $entity, id, document ->> '$.name', document, scope, connection, observed_at, null
from documents
where not exists (
    from inventory_history as history
    where history.entity = $entity and history._connection = documents.connection
        and history._valid_to is null and history._scope = documents.scope
        and history.id = documents.id
)
"""


@dataclass(frozen=True)
class _Told:
    """What one journal says of one scope."""

    landing: Landing
    seen: Observation

    @property
    def of(self) -> tuple[str, str]:
        return self.landing.connection, self.seen.scope

    def bodies(self) -> list[str]:
        try:
            return [_text(body) for body in self.landing.read(self.seen)]
        except (OSError, EOFError, ValueError) as error:
            raise LoadError(
                f"A landed file of {self.seen.entity} cannot be read ({error}): restore it from a "
                "backup."
            ) from None


def apply(
    db: duckdb.DuckDBPyConnection, new: Iterable[tuple[Landing, Iterable[Observation]]]
) -> None:
    """Apply what each journal gained, in the order it was observed.

    Raises:
        LoadError: a landed file cannot be read.
    """
    by_entity: dict[str, list[_Told]] = defaultdict(list)
    for landing, seen in new:
        for each in seen:
            by_entity[each.entity].append(_Told(landing, each))
    for entity in names():
        for batch in _rounds(by_entity[entity]):
            _apply_round(db, entity, batch)


def _rounds(told: list[_Told]) -> Iterator[list[_Told]]:
    by_scope: dict[tuple[str, str], list[_Told]] = defaultdict(list)
    for each in told:
        by_scope[each.of].append(each)
    while batch := [rest.pop(0) for rest in by_scope.values() if rest]:
        for start in range(0, len(batch), ROUND):
            yield batch[start : start + ROUND]


def _apply_round(db: duckdb.DuckDBPyConnection, entity: str, batch: list[_Told]) -> None:
    if entity in PER_PROJECT:
        _note_access(db, entity, batch)
    for pages in _with_bodies(each for each in batch if each.seen.error is None):
        _stage(db, pages)
        _replace(db, entity)


def _with_bodies(readable: Iterable[_Told]) -> Iterator[list[tuple[_Told, list[str]]]]:
    """As many as fit a statement: each organization sends a whole catalogue of SKUs."""
    batch: list[tuple[_Told, list[str]]] = []
    size = 0
    for each in readable:
        bodies = each.bodies()
        batch.append((each, bodies))
        size += sum(map(len, bodies))
        if size >= ROUND_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _replace(db: duckdb.DuckDBPyConnection, entity: str) -> None:
    if entity not in WITHOUT_HISTORY:
        db.execute(_CLOSE_HISTORY, {"entity": entity})
        db.execute(_OPEN_HISTORY, {"entity": entity})
    db.execute(
        f"delete from {entity} using scopes "  # noqa: S608
        f"where {entity}._connection = scopes.connection and {entity}._scope = scopes.scope"
    )
    db.execute(
        f"insert into {entity} by name select {_columns(db, entity)}, "  # noqa: S608
        "document as _document, scope as _scope, connection as _connection, "
        "filename as _landing_file, observed_at as _landed_at from documents "
        f"where {_is_identified(entity)}"
    )


def _stage(db: duckdb.DuckDBPyConnection, read: list[tuple[_Told, list[str]]]) -> None:
    told = [each for each, _ in read]
    db.execute(
        "create or replace temp table scopes as select unnest($connections) as connection, "
        "unnest($scopes) as scope, unnest($times) as observed_at",
        _columns_of(told),
    )
    pages = [
        (each, body, file)
        for each, bodies in read
        for body, file in zip(bodies, each.seen.files, strict=True)
    ]
    found = _columns_of([each for each, _, _ in pages] or told[:1])
    found["bodies"] = [body for _, body, _ in pages] or ["[]"]
    found["files"] = [file for _, _, file in pages] or [""]
    db.execute(_STAGE, found)


def _columns_of(told: list[_Told]) -> dict[str, list[str]]:
    return {
        "connections": [each.landing.connection for each in told],
        "scopes": [each.seen.scope for each in told],
        "times": [each.seen.observed_at for each in told],
    }


def _text(body: bytes) -> str:
    """JSON that DuckDB reads too: half an emoji, which Python lets pass, becomes a `?`."""
    text = body.decode("utf-8-sig")
    if "\\ud" not in text.lower():
        return text
    return json.dumps(json.loads(text), ensure_ascii=False).encode(errors="replace").decode()


def _note_access(db: duckdb.DuckDBPyConnection, entity: str, batch: list[_Told]) -> None:
    db.execute(
        "create or replace temp table access as select unnest($scopes) as groupId, "
        "unnest($errors::varchar[]) as error, unnest($connections) as connection",
        {
            "scopes": [each.seen.scope for each in batch],
            "errors": [each.seen.error for each in batch],
            "connections": [each.landing.connection for each in batch],
        },
    )
    db.execute(
        "delete from project_access using access where _connection = access.connection "
        "and entity = ? and project_access.groupId = access.groupId",
        [entity],
    )
    db.execute(
        "insert into project_access select groupId, ?, error is null, error, connection "
        "from access",
        [entity],
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
