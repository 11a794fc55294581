"""Dagster's event log in SQLite, with its connections kept open.

Dagster makes an engine and a connection for each write, which was half of what writing took; a
first refresh has 1,500. Named in dagster.yaml; see commands/dagster_home.
"""

import os
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Self

from dagster import EventLogEntry
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine, StaticPool, create_engine
from sqlalchemy.event import listen

# The index and the run at hand; one who looks at many runs does not keep a thousand files open.
OPEN = 8


class EventLog(SqliteEventLogStorage):
    """Its parent, with an engine for each of the last databases used."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines: OrderedDict[str, Engine] = OrderedDict()
        self._tables: set[str] = set()
        super().__init__(base_dir, inst_data)

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> Self:
        """See SqliteEventLogStorage."""
        return cls(inst_data=inst_data, **config_value)

    def store_event(self, event: EventLogEntry) -> None:
        """Store it, and wake who watches its run: they watch the file, and it went to its log."""
        super().store_event(event)
        os.utime(self.path_for_shard(event.run_id))

    def has_table(self, table_name: str) -> bool:
        """Whether the index has it. Asked for each event of a check; what is there stays."""
        if table_name not in self._tables and super().has_table(table_name):
            self._tables.add(table_name)
        return table_name in self._tables

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        if shard not in self._initialized_dbs:
            with super()._connect(shard):
                pass  # which makes its tables
        # a connection is one thread's at a time, under this lock
        with self._db_lock, self._engine(shard).begin() as connection:
            yield connection

    def _engine(self, shard: str) -> Engine:
        if shard not in self._engines:
            if len(self._engines) == OPEN:
                self._engines.popitem(last=False)[1].dispose()
            self._engines[shard] = self._new_engine(shard)
        self._engines.move_to_end(shard)
        return self._engines[shard]

    def _new_engine(self, shard: str) -> Engine:
        engine = create_engine(
            self.conn_string_for_shard(shard),
            poolclass=StaticPool,
            connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
        )
        # with a write-ahead log, a loss of power may cost the last events and nothing else
        listen(engine, "connect", lambda dbapi, _: dbapi.execute("pragma synchronous=normal"))
        return engine

    def dispose(self) -> None:
        """Close what is open."""
        super().dispose()
        while self._engines:
            self._engines.popitem()[1].dispose()
