"""One connection during one run: its landing, and clients that are never shared by two threads."""

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import TypeVar

from orchestration.atlas.client import AtlasClient
from orchestration.config.connections import Connection
from orchestration.landing.journal import Landing

T = TypeVar("T")


@dataclass
class Session:
    """What extraction of one organization works with.

    Attributes:
        new_client: Makes a client with an auth object of its own; whoever made this closes it.
        concurrency: How many requests may be under way at once.
        stop: Set when the run no longer waits for this connection.
        failure: Why nothing more is asked of this connection in this run, or None.
        silences: Questions in a row to which Atlas had no answer.
    """

    connection: Connection
    landing: Landing
    new_client: Callable[["Session"], AtlasClient]
    concurrency: int = 4
    stop: threading.Event = field(default_factory=threading.Event)
    failure: str | None = None
    silences: int = 0
    _clients: list[AtlasClient] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _spare: list[AtlasClient] = field(default_factory=list)
    _requests_before: int = 0

    @property
    def name(self) -> str:
        """The connection's name."""
        return self.connection.name

    @property
    def org_id(self) -> str:
        """The organization it reads."""
        return self.connection.org_id

    @property
    def requests(self) -> int:
        """HTTP requests sent so far, challenges and tokens included."""
        return self._requests_before + sum(each.requests for each in self._clients)

    def client(self) -> AtlasClient:
        """A client for this thread alone, taken from those that are free."""
        with self._lock:
            if self._spare:
                return self._spare.pop()
            made = self.new_client(self)
            self._clients.append(made)
            return made

    def give_back(self, client: AtlasClient) -> None:
        """Let another thread use a client."""
        with self._lock:
            self._spare.append(client)

    def close(self) -> None:
        """Close every client; asked again, it makes new ones."""
        with self._lock:
            self._requests_before += sum(each.requests for each in self._clients)
            for each in self._clients:
                each.close()
            self._clients, self._spare = [], []

    def each(self, work: Callable[[AtlasClient, T], None], items: Iterable[T]) -> None:
        """Do the work for every item, several at once, each thread with a client of its own.

        Raises:
            BaseException: the first that a piece of work raised; the rest is not begun then.
        """
        waiting: SimpleQueue[T] = SimpleQueue()
        for item in items:
            waiting.put(item)
        errors: list[BaseException] = []

        def run() -> None:
            try:
                for item in _drained(waiting):
                    if not errors:
                        self._with_client(work, item)
            except BaseException as error:  # noqa: BLE001  raised again by the caller's thread
                errors.append(error)

        # daemons: one that hangs in a read must not keep the process from ending
        threads = [
            threading.Thread(target=run, name=self.name, daemon=True)
            for _ in range(min(self.concurrency, waiting.qsize()))
        ]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        if errors:
            raise errors[0]

    def _with_client(self, work: Callable[[AtlasClient, T], None], item: T) -> None:
        client = self.client()
        try:
            work(client, item)
        finally:
            self.give_back(client)


def _drained(waiting: SimpleQueue[T]) -> Iterator[T]:
    """What is left, shared among threads."""
    while True:
        try:
            yield waiting.get_nowait()
        except Empty:
            return
