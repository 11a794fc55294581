"""build/raw.duckdb: what the landing journals say, applied in order, as tables.

One transaction a load: after a crash the tables are as they were, and the next run applies the
same observations again. Records of actions have no journal and a transaction of their own.
"""

import logging
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from orchestration.entities import names
from orchestration.landing.journal import Landing, Observation
from orchestration.landing.slices import Slices
from orchestration.savings.states import Saying
from orchestration.statements.files import Statement
from orchestration.warehouse import (
    actions,
    advice,
    focus,
    inventory,
    measurements,
    overlaps,
    rules,
    savings,
    statements,
)
from orchestration.warehouse.errors import BadVersion, LoadError
from orchestration.warehouse.invoices import InvoiceLoader
from orchestration.warehouse.shape import opened

log = logging.getLogger("atlas_costs")
REFRESHED = "refreshes"
REQUESTS = "requests"


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

    def load(self, *landings: Landing) -> Loaded:
        """Apply what the journals of all connections, and actions, gained since the last load.

        A version of an invoice that cannot be loaded is refused and named in
        unloadable_invoices; the one before it stays, and the others go on.

        Raises:
            LoadError: naming the landed file; nothing was changed.
        """
        if landings:
            with self._transaction():
                actions.apply(self._db, landings[0].root)
        refused: dict[tuple[str, str], str] = {}
        while True:
            try:
                loaded = self._load(landings, refused)
            except BadVersion as error:
                log.warning("%s", error)
                refused[error.invoice_id, error.version] = error.reason
            else:
                # what a large load leaves to be merged is merged now, not by tomorrow's small one
                self._db.execute("checkpoint")
                return loaded

    def apply_rules(
        self, tables: rules.Tables, closed: Sequence[Statement], sayings: Sequence[Saying] = ()
    ) -> None:
        """Make the tables of what people wrote or said hold exactly these.

        Args:
            tables: The operator's rules.
            closed: Closed statements.
            sayings: What was said of findings of savings.
        """
        with self._transaction():
            rules.apply(self._db, tables)
            statements.apply(self._db, closed)
            savings.apply(self._db, sayings)

    def _load(self, landings: Sequence[Landing], refused: dict[tuple[str, str], str]) -> Loaded:
        with self._transaction():
            self._forget_others([each.connection for each in landings])
            self._apply_journals(landings)
            loader = InvoiceLoader(self._db, self._slices, landings, refused)
            return Loaded(*loader.load_changed())

    def _apply_journals(self, landings: Sequence[Landing]) -> None:
        """What all of them gained goes in together: a statement for each would be thousands."""
        journals = [(landing, landing.observations()) for landing in landings]
        positions = self._positions(journals)
        new = [
            (landing, told, told[positions[landing.connection] :])
            for landing, told in journals
            if positions[landing.connection] < len(told)
        ]
        inventory.apply(self._db, [(landing, seen) for landing, _, seen in new])
        focus.apply(self._db, [(landing, seen) for landing, _, seen in new])
        for landing, _, seen in new:
            measurements.apply(self._db, landing, seen)
            advice.apply(self._db, landing, seen)
        self._note_positions([(landing.connection, told) for landing, told, _ in new])

    def _note_positions(self, journals: Sequence[tuple[str, list[Observation]]]) -> None:
        values = [[name for name, _ in journals], [len(told) for _, told in journals]]
        beginnings = [_beginning(told) for _, told in journals]
        self._db.execute(
            "delete from journal_positions where _connection in (select unnest(?::varchar[]))",
            values[:1],
        )
        self._db.execute(
            "insert into journal_positions select unnest(?::varchar[]), unnest(?::bigint[]), "
            "unnest(?::varchar[])",
            [*values, beginnings],
        )

    def _positions(self, journals: Sequence[tuple[Landing, list[Observation]]]) -> dict[str, int]:
        """How many of each were applied; none, if that is not the journal we knew."""
        known = {
            name: (applied, beginning)
            for name, applied, beginning in self._db.execute(
                "select _connection, applied, beginning from journal_positions"
            ).fetchall()
        }
        found, others = {}, []
        for landing, told in journals:
            applied, beginning = known.get(landing.connection, (0, None))
            is_known = 0 < applied <= len(told) and beginning == _beginning(told)
            found[landing.connection] = int(applied) if is_known else 0
            others += [] if is_known else [landing.connection]
        self._forget(others)
        return found

    def _forget_others(self, connections: list[str]) -> None:
        """What came by a connection that is no longer configured; its landed files stay."""
        gone = self._db.execute(
            "select _connection from journal_positions where _connection not in "
            "(select unnest(?::varchar[]))",
            [connections],
        ).fetchall()
        for (name,) in gone:
            log.info("%s is no longer connected: leaving it out", name)
        self._forget([name for (name,) in gone])

    def _forget(self, connections: list[str]) -> None:
        if not connections:
            return
        for table in (
            *names(),
            "inventory_history",
            "project_access",
            "focus_report_rows",
            "focus_reports",
            "measurements",
            "advice",
            "journal_positions",
        ):
            self._db.execute(
                f"delete from {table} where _connection in (select unnest(?::varchar[]))",  # noqa: S608
                [connections],
            )

    def invoice_statuses(self) -> dict[str, dict[str, str | None]]:
        """Connection → invoice id → status as loaded, of the connection's own invoices."""
        found: dict[str, dict[str, str | None]] = defaultdict(dict)
        for connection, invoice_id, status in self._db.execute(
            "select _connection, id, statusName from invoices where not _is_nested"
        ).fetchall():
            found[connection][invoice_id] = status
        return found

    def unloadable(self) -> dict[str, list[tuple[str, str]]]:
        """Connection → invoices whose newest version cannot be loaded, each with the reason."""
        found: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for connection, invoice_id, reason in self._db.execute(
            "select _connection, _invoice_id, reason from unloadable_invoices order by 2"
        ).fetchall():
            found[connection].append((invoice_id, reason))
        return found

    def overlaps(self, *landings: Landing) -> dict[str, list[str]]:
        """Connection → its invoices that may count what another counts already, named."""
        return overlaps.named(self._db, landings)

    def count(self, table: str) -> int:
        """Rows of a raw table.

        Raises:
            LoadError: there is no such table.
        """
        if (table,) not in self._db.execute("show tables").fetchall():
            raise LoadError(f"raw has no table {table}.")
        [count] = self._db.execute(f"select count(*) from {table}").fetchone() or [0]  # noqa: S608
        return int(count)

    def month_totals(self, months: list[str]) -> dict[str, tuple[int, int, int]]:
        """Invoice month → invoices, lines, cents as loaded, for the months asked for."""
        rows = self._db.execute(
            """
            select strftime(i.startDate, '%Y-%m') as month, count(distinct i.id),
                count(l._invoice_id), coalesce(sum(l.totalPriceCents), 0)
            from invoices as i
            left join stored_line_items as l on l._invoice_id = i.id
            where strftime(i.startDate, '%Y-%m') in (select unnest(?::varchar[]))
            group by month
            """,
            [months],
        ).fetchall()
        return {month: (n, lines, cents) for month, n, lines, cents in rows}

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.begin()
        try:
            yield
        except BaseException:
            self._db.rollback()
            raise
        self._db.commit()


def last_success(landing: Landing) -> datetime | None:
    """When all costs of a connection were last read, UTC; it outlives a rebuild."""
    times = [each.meta.get("succeeded_at") for each in landing.current(REFRESHED).values()]
    found = [datetime.fromisoformat(each).astimezone(UTC) for each in times if each]
    return max(found, default=None)


def has_finished(landing: Landing) -> bool:
    """Whether a connection's invoices were ever read to the end, each well or named."""
    return bool(landing.current(REFRESHED))


def note_end(landing: Landing, org_id: str, *, is_complete: bool) -> None:
    """Remember that a connection's costs were just read, and whether all of them could be."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    before = landing.current(REFRESHED).get(org_id)
    succeeded = now if is_complete else before.meta.get("succeeded_at") if before else None
    landing.observe(REFRESHED, org_id, [], {"finished_at": now, "succeeded_at": succeeded})


def note_requests(landing: Landing, org_id: str, requests: int) -> None:
    """Remember how many HTTP requests this run has sent so far."""
    landing.observe(REQUESTS, org_id, [], {"requests": requests})


def requests_of_last_run(landing: Landing) -> int | None:
    """HTTP requests of the last run that read Atlas; None if none has said so."""
    found = [each.meta["requests"] for each in landing.current(REQUESTS).values()]
    return sum(found) if found else None


def _beginning(observations: list[Observation]) -> str | None:
    """What tells one journal from another that was started in its place."""
    return observations[0].observed_at if observations else None
