"""build/raw.duckdb: what the landing journal says, applied in order, as tables.

Each connection's new observations are applied in one transaction: after a crash the tables are
as they were, and the next run applies the same observations again.
"""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import duckdb

from orchestration.landing import Landing, Observation
from orchestration.slices import Slices
from orchestration.warehouse.errors import LoadError
from orchestration.warehouse.invoices import InvoiceLoader
from orchestration.warehouse.shape import opened

log = logging.getLogger("atlas_costs")
INVENTORY = ("organizations", "projects", "clusters", "flex_clusters", "skus")
CLUSTER_KINDS = {"clusters": "cluster", "flex_clusters": "flex_cluster"}

# An answer is a page with results, a bare array, or the one object itself. Distinct, because a
# list that grows while it is paged through repeats objects.
STAGE_DOCUMENTS = """
create or replace temp table documents as
select distinct on (document) document, filename
from (
    select unnest(
        case
            when json_type(json) = 'ARRAY' then json -> '$[*]'
            when json_type(json, '$.results') = 'ARRAY' then json -> '$.results[*]'
            else [json]
        end
    ) as document, filename
    from (select unnest($bodies)::json as json, unnest($files) as filename)
)
"""


@dataclass(frozen=True)
class Loaded:
    """What one load changed.

    Attributes:
        invoices: Invoice id → month (YYYY-MM) of each invoice replaced.
        line_items: Lines written.
        cents: Their sum.
    """

    invoices: dict[str, str]
    line_items: int
    cents: int


class RawWarehouse:
    """The raw tables, open for writing. Exactly one process holds it, under the run lock."""

    def __init__(self, path: Path, slices: Path) -> None:
        self._db = opened(path)
        self._slices = Slices(slices)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def load(self, landing: Landing) -> Loaded:
        """Apply what one connection's journal gained since the last load.

        Raises:
            LoadError: naming the landed file; nothing was changed.
        """
        try:
            return self._load(landing, newest_only=False)
        except LoadError as error:
            # a version that cannot be loaded must not block the better one that came after it
            loaded = self._load(landing, newest_only=True)
            log.warning("%s An older version was left out.", error)
            return loaded

    def _load(self, landing: Landing, *, newest_only: bool) -> Loaded:
        with self._transaction():
            observations = list(landing.observations())
            position = self._position(landing.connection, observations)
            for each in observations[position:]:
                if each.entity in INVENTORY:
                    self._replace_scope(landing, each)
            loaded = self._load_invoices(landing, newest_only=newest_only)
            self._db.execute(
                "delete from journal_positions where _connection = ?", [landing.connection]
            )
            self._db.execute(
                "insert into journal_positions values (?, ?, ?)",
                [landing.connection, len(observations), _beginning(observations)],
            )
        return loaded

    def note_success(self, connection: str) -> None:
        """Remember that all costs of a connection were just read."""
        self._db.execute("delete from extractions where _connection = ?", [connection])
        self._db.execute(
            "insert into extractions values (?, now() at time zone 'UTC')", [connection]
        )

    def last_success(self, connection: str) -> datetime | None:
        """When all costs of a connection were last read, UTC."""
        found = self._db.execute(
            "select succeeded_at from extractions where _connection = ?", [connection]
        ).fetchone()
        return found[0].replace(tzinfo=UTC) if found else None

    def invoice_statuses(self, connection: str) -> dict[str, str | None]:
        """Invoice id → status as loaded, of the connection's own invoices."""
        return dict(
            self._db.execute(
                "select id, statusName from invoices where _connection = ? and not _is_nested",
                [connection],
            ).fetchall()
        )

    def counts(self, table: str) -> int:
        """Rows of a raw table."""
        if table not in self._tables():
            raise LoadError(f"raw has no table {table}.")
        [count] = self._db.execute(f"select count(*) from {table}").fetchone() or [0]  # noqa: S608
        return int(count)

    def month_totals(self, months: list[str]) -> dict[str, tuple[int, int, int]]:
        """Invoice month → invoices, lines, cents as loaded, for the months asked for."""
        rows = self._db.execute(
            """
            select strftime(i.startDate, '%Y-%m') as month, count(distinct i.id),
                count(l._line_item_id), coalesce(sum(l.totalPriceCents), 0)::bigint
            from invoices as i
            left join invoice_line_items as l on l._invoice_id = i.id
            group by month
            """
        ).fetchall()
        return {month: (n, lines, cents) for month, n, lines, cents in rows if month in months}

    def _tables(self) -> set[str]:
        return {name for (name,) in self._db.execute("show tables").fetchall()}

    def _position(self, connection: str, observations: list[Observation]) -> int:
        """How many of these were applied; none, if this is not the journal we knew."""
        found = self._db.execute(
            "select applied, beginning from journal_positions where _connection = ?", [connection]
        ).fetchone()
        if not found or found[0] > len(observations) or found[1] != _beginning(observations):
            return 0
        return int(found[0])

    def _replace_scope(self, landing: Landing, seen: Observation) -> None:
        if seen.entity in CLUSTER_KINDS:
            self._note_access(landing.connection, seen)
        if seen.error is not None:
            return
        self._stage_documents(landing, seen)
        self._db.execute(
            f"delete from {seen.entity} where _connection = ? and _scope = ?",  # noqa: S608
            [landing.connection, seen.scope],
        )
        self._db.execute(
            f"insert into {seen.entity} by name select {self._columns(seen.entity)}, "  # noqa: S608
            "document as _document, $scope as _scope, $connection as _connection, filename as "
            "_landing_file, $at::timestamptz at time zone 'UTC' as _landed_at from documents",
            {"scope": seen.scope, "connection": landing.connection, "at": seen.observed_at},
        )
        if seen.entity in CLUSTER_KINDS:
            self._remember_clusters(landing.connection, seen)

    def _stage_documents(self, landing: Landing, seen: Observation) -> None:
        if not seen.files:
            self._db.execute(
                "create or replace temp table documents (document json, filename varchar)"
            )
            return
        bodies = [body.decode() for body in _bodies(landing, seen)]
        with _naming_the_file():
            self._db.execute(STAGE_DOCUMENTS, {"bodies": bodies, "files": list(seen.files)})

    def _columns(self, table: str) -> str:
        described = self._db.execute(f"describe {table}").fetchall()
        return ", ".join(
            f"{_typed(name, kind)} as {name}"
            for name, kind, *_ in described
            if not name.startswith("_")
        )

    def _note_access(self, connection: str, seen: Observation) -> None:
        self._db.execute(
            "delete from project_access where _connection = ? and groupId = ? and entity = ?",
            [connection, seen.scope, seen.entity],
        )
        self._db.execute(
            "insert into project_access values (?, ?, ?, ?, ?)",
            [seen.scope, seen.entity, seen.error is None, seen.error, connection],
        )

    def _remember_clusters(self, connection: str, seen: Observation) -> None:
        """A bill names clusters by name only: keep every id a name ever stood for."""
        values = {
            "connection": connection,
            "project": seen.scope,
            "kind": CLUSTER_KINDS[seen.entity],
            "at": seen.observed_at,
        }
        self._db.execute(
            """
            merge into clusters_seen as seen
            using (
                select document ->> '$.id' as id, document ->> '$.name' as name, document,
                    try_cast(document ->> '$.createDate' as timestamptz) at time zone 'UTC'
                        as created
                from documents
            ) as listed
            on seen.id = listed.id and seen._connection = $connection
            when matched then update set name = listed.name, kind = $kind, groupId = $project,
                _document = listed.document, _gone_at = null
            when not matched then insert
                (id, name, groupId, kind, createDate, _document, _connection, _first_seen_at)
                values (listed.id, listed.name, $project, $kind, listed.created, listed.document,
                    $connection, $at::timestamptz at time zone 'UTC')
            """,
            values,
        )
        self._db.execute(
            """
            update clusters_seen set _gone_at = $at::timestamptz at time zone 'UTC'
            where _connection = $connection and groupId = $project and kind = $kind
                and _gone_at is null
                and id not in (select document ->> '$.id' from documents)
            """,
            values,
        )

    def _load_invoices(self, landing: Landing, *, newest_only: bool) -> Loaded:
        loader = InvoiceLoader(self._db, self._slices, landing)
        with _naming_the_file():
            return Loaded(*loader.load_changed(newest_only=newest_only))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.begin()
        try:
            yield
        except BaseException:
            self._db.rollback()
            raise
        self._db.commit()


def _beginning(observations: list[Observation]) -> str | None:
    """What tells one journal from another that was started in its place."""
    return observations[0].observed_at if observations else None


def _bodies(landing: Landing, seen: Observation) -> list[bytes]:
    try:
        return landing.read(seen)
    except OSError as error:
        raise LoadError(
            f"A landed file of {seen.entity} cannot be read ({error}): restore it from a backup."
        ) from None


def _typed(name: str, kind: str) -> str:
    """Inventory is no money: what has an unexpected type becomes null, and stays in _document."""
    if kind == "JSON":
        return f"document -> '$.{name}'"
    if kind == "TIMESTAMP":
        return f"try_cast(document ->> '$.{name}' as timestamptz) at time zone 'UTC'"
    return f"try_cast(document ->> '$.{name}' as {kind})"


@contextmanager
def _naming_the_file() -> Iterator[None]:
    try:
        yield
    except (duckdb.DataError, duckdb.InvalidInputException, OverflowError) as error:
        raise LoadError(_reason(str(error).splitlines()[0])) from None


def _reason(message: str) -> str:
    message = message.removeprefix("Invalid Input Error: ")
    if found := re.search(r'in file "([^"]+)"', message):
        message = f"{Path(found[1]).name}: {message.rpartition(': Failed')[2] or message}"
    return (
        f"What Atlas sent cannot be loaded: {message.strip()}. Nothing was changed; refresh again "
        "once Atlas answers as documented, and report it to MongoDB if it stays."
    )
