"""All connections at once, each in a thread of its own: none delays or fails another."""

import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from orchestration.atlas.errors import AtlasError
from orchestration.config.connections import SettingsError
from orchestration.extraction.session import Session
from orchestration.landing.journal import JournalError, LandingClosed

log = logging.getLogger("atlas_costs")
CONNECTION = "connection"
POLL_S = 0.05
AT_ONCE = 16
Work = Callable[[Session], None]


@dataclass
class _Worker:
    session: Session
    thread: threading.Thread
    error: BaseException | None = None

    @property
    def is_done(self) -> bool:
        return not self.thread.is_alive()


def for_all(sessions: Iterable[Session], work: Work, patience_s: float) -> None:
    """Do the work for every connection that has not failed in this run.

    One that fails is noted in its landing and left out from then on. One that is still busy
    `patience_s` after the first was done is left behind: it keeps what it landed, and the
    next run goes on from there.

    Raises:
        AtlasError: every connection failed; the first one's error.
        Exception: what is no fault of one connection, such as a full disk.
    """
    waiting = [each for each in sessions if each.failure is None]
    if not waiting:
        return
    gate = threading.Semaphore(AT_ONCE)
    workers = [_start(each, work, gate) for each in waiting]
    _wait(workers, patience_s if len(workers) > 1 else None)
    for worker in workers:
        if worker.is_done:
            _note(worker)
        else:
            _leave_behind(worker, patience_s)
    if all(each.session.failure for each in workers):
        raise next(each.error for each in workers if each.error is not None)


def _start(session: Session, work: Work, gate: threading.Semaphore) -> _Worker:
    def run() -> None:
        try:
            with gate:
                work(session)
        except BaseException as error:  # noqa: BLE001  raised again, or noted, by the main thread
            worker.error = error

    # a daemon, because one that hangs in a read must not keep the process from ending
    worker = _Worker(session, threading.Thread(target=run, name=session.name, daemon=True))
    worker.thread.start()
    return worker


def _wait(workers: list[_Worker], patience_s: float | None) -> None:
    alone_since: float | None = None
    while busy := [each for each in workers if not each.is_done]:
        busy[0].thread.join(POLL_S)
        if patience_s is None or not any(each.is_done and not each.error for each in workers):
            continue
        # what a slow one has landed stays, so the first that is done starts the clock
        alone_since = alone_since or time.monotonic()
        if time.monotonic() - alone_since > patience_s:
            return


def _note(worker: _Worker) -> None:
    session, error = worker.session, worker.error
    if error is None:
        session.landing.observe(CONNECTION, session.org_id, [])
    elif isinstance(error, AtlasError | SettingsError):
        cause = getattr(error, "cause", "bad key")
        fail(session, str(error), cause)
    elif not isinstance(error, Exception) or _is_of_this_machine(error):
        raise error
    elif not isinstance(error, LandingClosed):
        log.debug("%s", session.name, exc_info=error)
        fail(session, f"unexpected {type(error).__name__}: {error}", "unexpected")


def _is_of_this_machine(error: Exception) -> bool:
    """A full disk or a folder that cannot be written is no fault of one connection."""
    return isinstance(error, JournalError) or (
        isinstance(error, OSError) and error.errno is not None
    )


def _leave_behind(worker: _Worker, patience_s: float) -> None:
    session = worker.session
    session.stop.set()
    fail(
        session,
        f"still being read {patience_s / 60:.0f} minutes after another was done; what it has "
        "is kept, and the next refresh goes on from there.",
        "slow",
    )
    session.landing.close()
    worker.error = TimeoutError(session.failure)


def fail(session: Session, sentence: str, cause: str) -> None:
    """Leave a connection out of the rest of this run, and note why."""
    log.warning("%s: %s", session.name, sentence)
    session.failure = sentence
    session.landing.observe_unreadable(CONNECTION, session.org_id, sentence, cause)
