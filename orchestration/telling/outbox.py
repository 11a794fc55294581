"""What is to be told and what was: one SQLite file, so that a kill loses and repeats nothing.

A fact is noted once for each route, by its key. A message is written down before it is first sent
and keeps its id and words until somebody has received it: killed between sending and noting, the
next try sends the same id. No address, password or secret is ever in here.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from orchestration.settings import SettingsError
from orchestration.telling.events import DIGEST, Event, Message, message

FILE_NAME = "outbox.sqlite"
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)
TABLES = """
create table if not exists facts (
    route text not null, key text not null, event text, message_id text, noted_at text not null,
    primary key (route, key)
) strict;
create table if not exists messages (
    id text primary key, route text not null, made_at text not null, tries integer not null,
    next_try_at text not null, answer text not null, delivered_at text
) strict;
create index if not exists facts_of_message on facts (message_id);
"""


@dataclass(frozen=True)
class Waiting:
    """A message that nobody has received yet.

    Attributes:
        answer: What became of the last try; empty before the first.
    """

    message: Message
    tries: int
    next_try_at: datetime
    answer: str


@dataclass(frozen=True)
class RouteState:
    """What the outbox knows of a route.

    Attributes:
        waiting: Facts that were found and not received.
    """

    waiting: int
    tries: int
    answer: str
    last_delivered_at: datetime | None


class Outbox:
    """The outbox of a data folder.

    Args:
        folder: Where its file lies; made if it is absent.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        with self._open() as db:
            db.executescript(TABLES)

    def add(self, route: str, events: Iterable[Event], now: datetime) -> int:
        """Note facts that this route does not know yet; how many there were."""
        added = 0
        with self._open() as db:
            for each in events:
                tidy = each.tidied()
                known = db.execute(
                    "insert or ignore into facts values (?, ?, ?, null, ?)",
                    (route, tidy.key, tidy.as_json(), _text(now)),
                )
                added += known.rowcount
                db.executemany(
                    "insert or ignore into facts values (?, ?, null, null, ?)",
                    [(route, key, _text(now)) for key in tidy.covers],
                )
        return added

    def keys(self, route: str) -> frozenset[str]:
        """The keys of all facts that a route knows."""
        with self._open() as db:
            found = db.execute("select key from facts where route = ?", (route,)).fetchall()
        return frozenset(key for (key,) in found)

    def seal(self, route: str, now: datetime) -> None:
        """Make messages of what is not in one: alerts are one together, a digest is one alone."""
        with self._open() as db:
            rows = db.execute(
                "select event from facts where route = ? and message_id is null "
                "and event is not null order by key",
                (route,),
            ).fetchall()
            events = [Event.of_json(text) for (text,) in rows]
            alerts = [each for each in events if each.kind != DIGEST]
            groups = [[each] for each in events if each.kind == DIGEST]
            for group in ([alerts] if alerts else []) + groups:
                made = message(route, group)
                db.execute(
                    "insert into messages values (?, ?, ?, 0, ?, '', null)",
                    (made.id, route, _text(now), _text(now)),
                )
                db.executemany(
                    "update facts set message_id = ? where route = ? and key = ?",
                    [(made.id, route, each.key) for each in made.events],
                )

    def waiting(self, route: str) -> list[Waiting]:
        """Messages that were not received: those tried least first, the oldest of them first.

        One that a receiver refuses for what is in it would keep all later ones behind it.
        """
        with self._open() as db:
            rows = db.execute(
                "select id, tries, next_try_at, answer from messages "
                "where route = ? and delivered_at is null order by tries, made_at, id",
                (route,),
            ).fetchall()
            return [
                Waiting(self._message(db, name, route), tries, _moment(at), answer)
                for name, tries, at, answer in rows
            ]

    def delivered(self, message_id: str, now: datetime, answer: str) -> None:
        """Note that a message was received; what it said is not kept, only that it was said."""
        with self._open() as db:
            db.execute("update facts set event = null where message_id = ?", (message_id,))
            db.execute(
                "update messages set tries = tries + 1, answer = ?, delivered_at = ? where id = ?",
                (answer, _text(now), message_id),
            )

    def failed(
        self, message_id: str, now: datetime, answer: str, retry_after_s: float = 0.0
    ) -> None:
        """Note that a try failed; the next one waits longer, or as long as the receiver asks."""
        with self._open() as db:
            [(tries,)] = db.execute("select tries from messages where id = ?", (message_id,))
            wait = max(back_off(tries + 1), timedelta(seconds=retry_after_s))
            db.execute(
                "update messages set tries = tries + 1, answer = ?, next_try_at = ? where id = ?",
                (answer, _text(now + wait), message_id),
            )

    def state(self, route: str) -> RouteState:
        """What waits for a route, and when it was last told something."""
        with self._open() as db:
            [(last,)] = db.execute(
                "select max(delivered_at) from messages where route = ?", (route,)
            )
            [(facts,)] = db.execute(
                "select count(*) from facts left join messages on id = message_id "
                "where facts.route = ? and event is not null and delivered_at is null",
                (route,),
            )
        kept = self.waiting(route)
        tries, answer = (kept[-1].tries, kept[-1].answer) if kept else (0, "")
        return RouteState(facts, tries, answer, _moment(last) if last else None)

    def _message(self, db: sqlite3.Connection, name: str, route: str) -> Message:
        rows = db.execute("select event from facts where message_id = ?", (name,)).fetchall()
        return Message(
            name, route, message(route, [Event.of_json(each) for (each,) in rows]).events
        )

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """One transaction, on the disk when it ends."""
        file = self.folder / FILE_NAME
        try:
            with closing(sqlite3.connect(file, timeout=30, isolation_level="IMMEDIATE")) as db:
                db.execute("pragma synchronous = full")
                with db:
                    yield db
        except sqlite3.DatabaseError as error:
            raise SettingsError(
                f"{file} cannot be used ({error}). If it is damaged, move it away: alerts that "
                "still apply are then sent again."
            ) from None


def back_off(tries: int) -> timedelta:
    """How long to wait after so many tries: a minute, then twice as long each time."""
    wait: timedelta = FIRST_WAIT * 2 ** min(tries - 1, 10)
    return min(wait, LONGEST_WAIT)


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
