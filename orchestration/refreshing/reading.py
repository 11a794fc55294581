"""One run's reading of Atlas: each part is asked for once, landed and loaded."""

import logging
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from orchestration.atlas.budgets import Budgets
from orchestration.atlas.client import AtlasClient
from orchestration.atlas.records import PENDING, InvoiceMetadata
from orchestration.atlas.sunsets import Sunsets
from orchestration.config.connections import Connection
from orchestration.entities import RETIREMENTS
from orchestration.extraction.advice import read_advice
from orchestration.extraction.clients import new_client
from orchestration.extraction.hold import BeingRead, hold
from orchestration.extraction.inventory import extract
from orchestration.extraction.invoices import LIST, read_invoices
from orchestration.extraction.measurements import read_measurements
from orchestration.extraction.reports import Requested, fetch_reports, request_reports
from orchestration.extraction.selection import ENTITY, differences, first_month
from orchestration.extraction.session import Session
from orchestration.extraction.together import fail, for_all
from orchestration.landing.journal import LandingClosed
from orchestration.progress import downloads
from orchestration.refreshing.folder import DataFolder, Landings
from orchestration.settings import Settings, SettingsError
from orchestration.warehouse.errors import LoadError
from orchestration.warehouse.raw import RawWarehouse, note_end, note_requests

log = logging.getLogger("atlas_costs")


@dataclass(frozen=True)
class BillRead:
    """What reading the bill changed.

    Attributes:
        invoices: Invoice id → month (YYYY-MM) of each invoice replaced.
        totals: Each of these months → invoices, lines, cents.
    """

    invoices: dict[str, str]
    totals: dict[str, tuple[int, int, int]]


class Reading:
    """A session per organization for the length of a run; a part that was read is not read again.

    Args:
        settings: Where Atlas is, and how to sign in.
        only: The one connection to read, or None for all.

    Raises:
        SettingsError: credentials or the organization id are missing.
    """

    def __init__(self, settings: Settings, only: str | None = None) -> None:
        self._settings = settings
        self._only = only
        self._elsewhere: set[str] = set()
        self._budgets = Budgets()
        self._sunsets = Sunsets(RETIREMENTS)
        self._sessions: list[Session] | None = None
        self._requested: dict[str, Requested] = {}
        self._open = ExitStack()
        self._bill: BillRead | None = None
        self._has_reports = False
        self._has_inventory = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()
        for each in self._sessions or []:
            log.info("%s: %d requests", each.name, each.requests)

    def bill(
        self, folder: DataFolder, from_month: str | None = None, months: Sequence[str] = ()
    ) -> BillRead:
        """Invoices, their lines, payments and refunds: what changed is read, landed and loaded.

        Args:
            folder: Where to land and load.
            from_month: First month to read (YYYY-MM), or None for the settings' history.
            months: Those to read again whether they changed or not.
        """
        if self._bill is None:
            sessions = self._all(folder)
            listed = self._read_invoices(sessions, folder, from_month, months)
            with folder.raw() as raw:
                self._bill = _loaded(sessions, raw, listed)
            self._note_requests()
        return self._bill

    def reports(self, folder: DataFolder) -> None:
        """Atlas's own FOCUS reports, asked for after the invoices were read."""
        if self._has_reports:
            return
        if self._settings.focus_reports:
            for_all(self._all(folder), self._fetch_reports, self._patience_s)
        self._load(folder)
        self._note_requests()
        self._has_reports = True

    def inventory(self, folder: DataFolder) -> None:
        """Everything the organizations own."""
        if self._has_inventory:
            return
        for_all(self._all(folder), self._extract, self._patience_s)
        self._load(folder)
        self._note_requests()
        self._has_inventory = True

    def land(self, folder: Landings, from_month: str | None = None) -> None:
        """All of it, landed and not loaded.

        Raises:
            SettingsError: nobody else may read a connection meanwhile, and somebody does.
            AtlasError: every connection failed; the first one's error.
        """
        sessions = self._all(folder)
        if held := [each.failure for each in sessions if each.failure]:
            raise BeingRead(held[0])
        self._read_invoices(sessions, folder, from_month)
        if self._settings.focus_reports:
            for_all(sessions, self._fetch_reports, self._patience_s)
        for_all(sessions, self._extract, self._patience_s)
        self._note_requests()

    def _load(self, folder: DataFolder) -> None:
        with folder.raw() as raw:
            raw.load(*(each.landing for each in self._all(folder)))

    def _note_requests(self) -> None:
        """A later part of the run notes more, in place of what is noted here."""
        for each in self._sessions or []:
            # a slow one that the run went on without is still asking, and its landing closed
            with suppress(LandingClosed):
                if each.name not in self._elsewhere:
                    note_requests(each.landing, each.org_id, each.requests)

    @property
    def _patience_s(self) -> float:
        """How long a slow organization is waited for once the first is done."""
        return self._settings.patience_minutes * 60.0

    def _all(self, folder: Landings) -> list[Session]:
        """This run's session for every organization to read, the same at every call."""
        if self._sessions is None:
            self._sessions = [self._session(each, folder) for each in self._connections()]
        return self._sessions

    def _connections(self) -> list[Connection]:
        found = self._settings.connections()
        if self._only is None:
            return found
        if chosen := [each for each in found if each.name == self._only]:
            return chosen
        known = ", ".join(each.name for each in found)
        raise SettingsError(f"connection {self._only} is not known: there is {known}.")

    def _session(self, connection: Connection, folder: Landings) -> Session:
        """What reads a connection; one that another process reads is left out of this run."""
        failure = self._held_elsewhere(connection.name)
        return Session(
            connection=connection,
            landing=folder.landing(connection.name),
            new_client=self._maker(connection),
            concurrency=self._settings.concurrency,
            failure=failure,
        )

    def _held_elsewhere(self, name: str) -> str | None:
        """Why it cannot be read now, which is noted nowhere: its journal has another writer."""
        try:
            self._open.enter_context(hold(self._settings.build_dir, name))
        except BeingRead as error:
            log.warning("%s", error)
            self._elsewhere.add(name)
            return str(error)
        return None

    def _maker(self, connection: Connection) -> Callable[[Session], AtlasClient]:
        def made(session: Session) -> AtlasClient:
            return self._open.enter_context(
                new_client(
                    connection,
                    connection.usable_credentials(),
                    budgets=self._budgets,
                    sunsets=self._sunsets,
                    stop=session.stop,
                )
            )

        return made

    def _read_invoices(
        self,
        sessions: list[Session],
        folder: Landings,
        from_month: str | None,
        months: Sequence[str] = (),
    ) -> dict[str, list[InvoiceMetadata]]:
        listed = {}
        what = {
            "first_month": from_month
            or first_month(self._settings.history_months, datetime.now(UTC)),
            "restatement_months": self._settings.restatement_months,
            "asked_for": list(months),
        }
        with downloads() as shown:

            def read(session: Session) -> None:
                listed[session.name] = read_invoices(session, folder.slices(), shown, **what)
                if self._settings.focus_reports:
                    self._requested[session.name] = request_reports(session)

            for_all(sessions, read, self._patience_s)
        return listed

    def _extract(self, session: Session) -> None:
        extract(session)
        if self._settings.measurements:
            read_measurements(session)
            read_advice(session)

    def _fetch_reports(self, session: Session) -> None:
        requested = self._requested.get(session.name)
        fetch_reports(session, requested if requested is not None else request_reports(session))


def _loaded(
    sessions: list[Session], raw: RawWarehouse, listed: dict[str, list[InvoiceMetadata]]
) -> BillRead:
    loaded = raw.load(*(each.landing for each in sessions))
    shown = _Shown.by(raw, sessions)
    for session in sessions:
        if session.failure is None:
            _note(session, shown, listed[session.name])
    if all(each.failure for each in sessions):
        raise LoadError(str(sessions[0].failure))
    log.info("%d invoices changed, %d lines loaded", len(loaded.invoices), loaded.line_items)
    return BillRead(loaded.invoices, raw.month_totals(sorted(set(loaded.invoices.values()))))


@dataclass(frozen=True)
class _Shown:
    """What the load showed, by connection: asked of the warehouse once, not once for each."""

    unloadable: dict[str, list[tuple[str, str]]]
    statuses: dict[str, dict[str, str | None]]
    overlaps: dict[str, list[str]]

    @classmethod
    def by(cls, raw: RawWarehouse, sessions: list[Session]) -> Self:
        overlaps = raw.overlaps(*(each.landing for each in sessions))
        return cls(raw.unloadable(), raw.invoice_statuses(), overlaps)


def _note(session: Session, shown: _Shown, listed: list[InvoiceMetadata]) -> None:
    """Invoices that the load refused, and what Atlas's list says otherwise."""
    refused = shown.unloadable.get(session.name, [])
    statuses = shown.statuses.get(session.name, {})
    if refused and not any(status != PENDING for status in statuses.values()):
        invoice_id, reason = refused[0]
        fail(session, f"No final invoice can be loaded: invoice {invoice_id}: {reason}.", "refused")
        return
    differing = differences(listed, statuses) + shown.overlaps.get(session.name, [])
    unloadable = {
        invoice_id: f"cannot be loaded ({reason}); what was loaded of it before stays"
        for invoice_id, reason in refused
    }
    meta = {"differences": differing, "unloadable": unloadable}
    session.landing.observe(LIST, session.org_id, [], meta)
    read = session.landing.current(ENTITY).values()
    is_complete = not refused and not any(each.error or each.meta.get("problems") for each in read)
    note_end(session.landing, session.org_id, is_complete=is_complete)
