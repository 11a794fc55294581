"""Telling: what is found goes into the outbox, and what waits there to its receivers.

Nothing in here may stop or hold up a refresh: a mistake is logged, and a receiver that hangs is
left to a thread that nobody waits for. What was not received is tried again the next time.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

import duckdb

from orchestration import files
from orchestration.published.reader import NotPublished
from orchestration.rules.alerts import Alerts, Route, read_alerts
from orchestration.settings import Settings, SettingsError
from orchestration.telling import facts, trouble
from orchestration.telling.events import TEST, Event, Message, message
from orchestration.telling.outbox import Outbox
from orchestration.telling.quiet import is_quiet
from orchestration.telling.readers import Reader, reader

if TYPE_CHECKING:
    from orchestration.telling.channels.sending import Answer

# What a refresh waits for receivers in all, and for what Atlas says of keys.
PATIENCE_S = 12.0
log = logging.getLogger("atlas_costs")


@dataclass(frozen=True)
class Teller:
    """What an installation tells.

    Attributes:
        read: The warehouse as a workspace may see it.
    """

    settings: Settings
    alerts: Alerts
    outbox: Outbox
    read: Reader

    @classmethod
    def of(cls, settings: Settings) -> "Teller | None":
        """None where nobody is to be told anything.

        Raises:
            SettingsError: alerts.yaml has a mistake.
        """
        alerts = read_alerts(settings.alerts_file)
        if not alerts.routes:
            return None
        return cls(settings, alerts, Outbox(settings.alerts_dir), reader(settings))

    def collect(self, now: datetime) -> None:
        """Note what the published warehouse says, for each route what it may know of it."""
        for workspace in dict.fromkeys(each.workspace for each in self.alerts.routes):
            routes = [each for each in self.alerts.routes if each.workspace == workspace]
            with _logged():
                self._collect(workspace, routes, now)

    def _collect(self, workspace: str | None, routes: Sequence[Route], now: datetime) -> None:
        kinds = {kind for each in routes for kind in each.alerts}
        with self.read(workspace) as db:
            found = facts.events(db, kinds, self.alerts.when, now)
            for route in routes:
                self.note(route, found, now)
            for route in routes:
                if route.digests:
                    self._collect_digests(db, route, now)

    def _collect_digests(self, db: duckdb.DuckDBPyConnection, route: Route, now: datetime) -> None:
        from orchestration.telling.digests import wanted  # noqa: PLC0415  charts take a second

        known = self.outbox.keys(route.name)
        with _logged():
            self.outbox.add(route.name, [*wanted(db, route, known)], now)

    def note(self, route: Route, found: Sequence[Event], now: datetime) -> None:
        """Note those of these facts that a route is told."""
        self.outbox.add(route.name, [each for each in found if _is_for(route, each)], now)

    def note_for_all(self, found: Sequence[Event], now: datetime) -> None:
        """Note facts that no workspace hides, because they are nobody's costs."""
        for route in self.alerts.routes:
            self.note(route, found, now)

    def look_at_keys(self, now: datetime) -> None:
        """Note keys that end soon, if anybody wants to know."""
        if self.alerts.wants("key"):
            self.note_for_all(trouble.keys_ending(self.settings, now), now)

    def look_at_clock(self, now: datetime) -> None:
        """Note that a refresh is late, if one is."""
        if not self.settings.published_warehouse.exists():
            return
        with self.read(None) as db:
            last = facts.last_success(db)
        late = trouble.refresh_late(last, self.alerts.when.late_hours, now)
        self.note_for_all([late] if late else [], now)

    def deliver(self, now: datetime, *, at_once: bool = False) -> None:
        """Try each message whose time has come; routes do not wait for one another.

        Args:
            now: UTC.
            at_once: Also try what failed a moment ago.
        """
        jobs = [_job(self._deliver, route, now, at_once) for route in self.alerts.routes]
        if not _done_within(PATIENCE_S, jobs):
            log.warning("Alerts: a receiver is slow; undelivered messages are retried later.")

    def _deliver(self, route: Route, now: datetime, at_once: bool) -> None:
        # two that send at once would send twice
        with files.alone_or_not(self.outbox.folder / f"{route.name}.lock") as is_alone:
            if not is_alone or is_quiet(route.quiet, now):
                return
            self.outbox.seal(route.name, now)
            for each in self.outbox.waiting(route.name):
                if not at_once and each.next_try_at > now:
                    continue
                if not self._try(route, each.message):
                    return

    def _try(self, route: Route, what: Message) -> bool:
        answer = self._send(what, route)
        now = datetime.now(UTC)
        if answer.was_received:
            self.outbox.delivered(what.id, now, answer.text)
            log.info("alerts: sent to %s (%s)", route.name, what.headline)
        else:
            self.outbox.failed(what.id, now, answer.text, answer.retry_after_s)
            log.warning("Alerts: not delivered to %s: %s.", route.name, answer.text.rstrip("."))
        return answer.was_received

    def route(self, name: str) -> Route:
        """The route of a name.

        Raises:
            SettingsError: there is none.
        """
        for each in self.alerts.routes:
            if each.name == name:
                return each
        names = ", ".join(each.name for each in self.alerts.routes)
        raise SettingsError(f"No route is named {name}: alerts.yaml has {names}.")

    def test(self, name: str) -> "Answer":
        """Send a message that says it is a test; it waits for nothing and is kept nowhere.

        Raises:
            SettingsError: no route has this name.
        """
        route = self.route(name)
        event = Event(
            key=f"test:{uuid4()}",
            kind=TEST,
            title=f"Test of route {route.name}",
            text="Someone ran atlas-costs alert test. If you can read this, alerts reach you.",
        )
        return self._send(message(route.name, [event]), route)

    def _send(self, what: Message, route: Route) -> "Answer":
        # whoever has nothing to tell need not wait for what tells it
        from orchestration.telling.channels.sending import send  # noqa: PLC0415

        return send(what, route, self.alerts, self.settings)


def after_publish(settings: Settings) -> None:
    """Tell what a version that was just published says; whatever fails is logged."""
    with _logged():
        if teller := Teller.of(settings):
            now = datetime.now(UTC)
            teller.collect(now)
            _done_within(PATIENCE_S, [_job(teller.look_at_keys, now)])
            teller.deliver(now)


def after_failure(settings: Settings, sentence: str) -> None:
    """Tell that a refresh failed; whatever fails here is logged.

    Args:
        settings: Of the installation.
        sentence: Why.
    """
    with _logged():
        if teller := Teller.of(settings):
            now = datetime.now(UTC)
            version = settings.published_warehouse.resolve().stem
            teller.note_for_all([trouble.refresh_failed(sentence, version, now)], now)
            teller.deliver(now)


def _is_for(route: Route, event: Event) -> bool:
    small = event.cents is not None and abs(event.cents) < route.at_least
    return event.kind in route.alerts and not small


@contextmanager
def _logged() -> Iterator[None]:
    try:
        yield
    except (SettingsError, NotPublished) as error:
        log.warning("Alerts: %s", error)
    except Exception as error:  # a bill is published, or has failed, without it
        # its words may have a secret in them
        log.warning("Alerts: nothing was sent (%s).", type(error).__name__)
        log.debug("alerts", exc_info=True)


def _job(work: Callable[..., None], *arguments: object) -> Callable[[], None]:
    def run() -> None:
        with _logged():
            work(*arguments)

    return run


def _done_within(seconds: float, jobs: Sequence[Callable[[], None]]) -> bool:
    """Whether all jobs ended in time; those that did not go on, and end with the process."""
    threads = [threading.Thread(target=each, daemon=True) for each in jobs]
    for each in threads:
        each.start()
    until = time.monotonic() + seconds
    for each in threads:
        each.join(max(0.0, until - time.monotonic()))
    return not any(each.is_alive() for each in threads)
