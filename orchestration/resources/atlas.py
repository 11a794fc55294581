"""The Atlas API as a Dagster resource: settings become authenticated sessions at run time."""

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import dagster as dg
from pydantic import PrivateAttr

from orchestration.atlas.budgets import Budgets
from orchestration.atlas.client import AtlasClient
from orchestration.atlas.sunsets import Sunsets
from orchestration.config.connections import Connection
from orchestration.entities import RETIREMENTS
from orchestration.extraction.clients import new_client
from orchestration.extraction.reports import Requested
from orchestration.extraction.session import Session
from orchestration.landing.journal import Landing
from orchestration.settings import Settings, load_settings

log = logging.getLogger("atlas_costs")


class AtlasResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """One session per organization for the length of a run: Digest's challenge is paid once."""

    _settings: Settings = PrivateAttr()
    _budgets: Budgets = PrivateAttr(default_factory=Budgets)
    _sunsets: Sunsets = PrivateAttr(default_factory=lambda: Sunsets(RETIREMENTS))
    _sessions: list[Session] | None = PrivateAttr(default=None)
    _requested: dict[str, Requested] = PrivateAttr(default_factory=dict)
    _open: ExitStack = PrivateAttr(default_factory=ExitStack)

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["AtlasResource"]:  # noqa: ARG002
        """Close every client when the run ends, and say how many requests it took."""
        self._settings = load_settings()
        with self._open:
            try:
                yield self
            finally:
                for each in self._sessions or []:
                    log.info("%s: %d requests", each.name, each.requests)

    @property
    def patience_s(self) -> float:
        """How long a slow organization is waited for once the first is done."""
        return self._settings.patience_minutes * 60.0

    @property
    def wants_focus_reports(self) -> bool:
        """Whether Atlas's own FOCUS reports are asked for."""
        return self._settings.focus_reports

    @property
    def requested_reports(self) -> dict[str, Requested]:
        """The FOCUS reports asked for so far in this run, by connection."""
        return self._requested

    def sessions(self, landing: Callable[[str], Landing]) -> list[Session]:
        """This run's session for every organization to read, the same at every call.

        Raises:
            SettingsError: credentials or the organization id are missing.
        """
        if self._sessions is None:
            self._sessions = [
                Session(
                    connection=each,
                    landing=landing(each.name),
                    new_client=self._maker(each),
                    concurrency=self._settings.concurrency,
                )
                for each in self._settings.connections()
            ]
        return self._sessions

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
