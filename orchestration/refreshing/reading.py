"""One run's reading of Atlas: each part is asked for once, landed and loaded."""

import logging
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from typing import Self

from orchestration.atlas.budgets import Budgets
from orchestration.atlas.client import AtlasClient
from orchestration.atlas.records import InvoiceMetadata
from orchestration.atlas.sunsets import Sunsets
from orchestration.config.connections import Connection
from orchestration.entities import RETIREMENTS
from orchestration.extraction.advice import read_advice
from orchestration.extraction.clients import new_client
from orchestration.extraction.hold import BeingRead, allow_open_files, alone, somebody_reads
from orchestration.extraction.inventory import extract
from orchestration.extraction.invoices import read_invoices
from orchestration.extraction.measurements import read_measurements
from orchestration.extraction.reports import Requested, fetch_reports, request_reports
from orchestration.extraction.selection import first_month
from orchestration.extraction.session import Session
from orchestration.extraction.together import fail, for_all
from orchestration.landing.journal import LandingClosed
from orchestration.progress import downloads
from orchestration.refreshing.bill import BillRead, loaded
from orchestration.refreshing.folder import DataFolder, Landings
from orchestration.refreshing.sharing import Outcome, read_by_workers
from orchestration.settings import Settings, SettingsError
from orchestration.warehouse.raw import note_requests
from reporting.formats import counted

log = logging.getLogger("atlas_costs")
KILLED = (
    "the process that read it was ended; what it has is kept, and the next refresh goes on from "
    "there."
)
# A connection's lock, and its clients' sockets.
FILES_EACH = 8


class Reading:
    """A session per organization for the length of a run; a part that was read is not read again.

    Args:
        settings: Where Atlas is, and how to sign in.
        only: The names of the connections to read, or None for all.

    Raises:
        SettingsError: credentials or the organization id are missing.
    """

    def __init__(self, settings: Settings, only: Collection[str] | None = None) -> None:
        self._settings = settings
        self._only = only
        self._elsewhere: set[str] = set()
        self._budgets = Budgets()
        self._sunsets = Sunsets(RETIREMENTS)
        self._sessions: list[Session] | None = None
        self._requested: dict[str, Requested] = {}
        self._listed: dict[str, list[InvoiceMetadata]] = {}
        self._open = ExitStack()
        self._bill: BillRead | None = None
        self._has_reports = False
        self._has_inventory = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for each in self._sessions or []:
            each.close()
            if each.requests:
                log.info("%s: %s", each.name, counted(each.requests, "request"))
        self._open.close()

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
            names = [each.name for each in self._connections()]
            # a part that was read before holds every connection
            is_shared = self._sessions is None and min(self._settings.workers, len(names)) > 1
            if is_shared:
                self._share(folder, names, from_month, months)
            else:
                self._read_invoices(folder, from_month, months)
            with folder.raw() as raw:
                self._bill = loaded(self._all(folder), raw, self._listed)
            if not is_shared:
                self._note_requests()
        return self._bill

    def _share(
        self, folder: DataFolder, names: list[str], from_month: str | None, months: Sequence[str]
    ) -> None:
        """Have workers read and land all there is, which one load takes in."""
        outcomes = read_by_workers(self._settings.workers, names, from_month, months)
        for session in self._all(folder):
            outcome = outcomes.get(session.name)
            if outcome is not None:
                self._listed[session.name] = outcome.listed
                session.failure = session.failure or outcome.failure
            elif session.failure is None:
                fail(session, KILLED, "slow")
        self._has_reports = self._has_inventory = True

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

    def require_alone(self, folder: Landings) -> None:
        """Read these connections, or nothing.

        Raises:
            BeingRead: another process reads one of them.
        """
        if held := [each.failure for each in self._all(folder) if each.failure]:
            raise BeingRead(held[0])

    def land(
        self, folder: Landings, from_month: str | None = None, months: Sequence[str] = ()
    ) -> None:
        """All of it, connection by connection, landed and not loaded; arguments as for bill.

        Raises:
            AtlasError: every connection failed; the first one's error.
        """
        with self._invoice_reader(folder, from_month, months) as read:

            def read_all(session: Session) -> None:
                try:
                    read(session)
                    if self._settings.focus_reports:
                        self._fetch_reports(session)
                    self._extract(session)
                finally:
                    session.close()  # thousands would be more than a process may hold open

            for_all(self._all(folder), read_all, self._patience_s)
        self._note_requests()

    def outcomes(self) -> dict[str, Outcome]:
        """What came of each connection."""
        return {
            each.name: Outcome(failure=each.failure, listed=self._listed.get(each.name, []))
            for each in self._sessions or []
        }

    def has_failed_for_all(self) -> bool:
        """Whether each connection has a failure of its own to tell."""
        return bool(self._sessions) and all(each.failure for each in self._sessions or [])

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
            connections = self._connections()
            allow_open_files(FILES_EACH * len(connections))
            self._open.enter_context(somebody_reads(self._settings.build_dir))
            self._sessions = [self._session(each, folder) for each in connections]
        return self._sessions

    def _connections(self) -> list[Connection]:
        found = self._settings.connections()
        if self._only is None:
            return found
        known = {each.name: each for each in found}
        if unknown := [each for each in self._only if each not in known]:
            raise SettingsError(
                f"connection {unknown[0]} is not known: there is {', '.join(known)}."
            )
        return [known[each] for each in self._only]

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
            self._open.enter_context(alone(self._settings.build_dir, name))
        except BeingRead as error:
            log.warning("%s", error)
            self._elsewhere.add(name)
            return str(error)
        return None

    def _maker(self, connection: Connection) -> Callable[[Session], AtlasClient]:
        def made(session: Session) -> AtlasClient:
            return new_client(
                connection,
                connection.usable_credentials(),
                budgets=self._budgets,
                sunsets=self._sunsets,
                stop=session.stop,
            )

        return made

    def _read_invoices(
        self, folder: Landings, from_month: str | None, months: Sequence[str]
    ) -> None:
        with self._invoice_reader(folder, from_month, months) as read:
            for_all(self._all(folder), read, self._patience_s)

    @contextmanager
    def _invoice_reader(
        self, folder: Landings, from_month: str | None, months: Sequence[str]
    ) -> Iterator[Callable[[Session], None]]:
        what = {
            "first_month": from_month
            or first_month(self._settings.history_months, datetime.now(UTC)),
            "restatement_months": self._settings.restatement_months,
            "asked_for": list(months),
        }
        with downloads() as shown:

            def read(session: Session) -> None:
                self._listed[session.name] = read_invoices(session, folder.slices(), shown, **what)
                if self._settings.focus_reports:
                    self._requested[session.name] = request_reports(session)

            yield read

    def _extract(self, session: Session) -> None:
        extract(session)
        if self._settings.measurements:
            read_measurements(session)
            read_advice(session)

    def _fetch_reports(self, session: Session) -> None:
        requested = self._requested.get(session.name)
        fetch_reports(session, requested if requested is not None else request_reports(session))
