"""The published warehouse for one call: read-only, shut in, limited in time.

It is attached to a database in memory, because DuckDB opens one file in a process only with one
configuration, and prices are learnt from the same file with another.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from orchestration.actions.model import Refusal
from orchestration.assistant.plain import plain
from reporting.query import Query
from reporting.ranges import DataDays
from reporting.reach import USAGE_DAYS, data_days

Row = dict[str, Any]
LONGEST_S = 30.0
# Nothing is spilled to disk and no extension, file, database or variable of ours can be reached.
_SHUT_IN: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "python_enable_replacements": "false",
    "temp_directory": "",
}
_BILLED_DAYS = Query("""select
    min(billed_date) as first, first as complete_from,
    max(billed_date) as through, through as posted, through as last
from marts.agg_costs_daily""")
_LOCKED = ("set enable_external_access = false", "set lock_configuration = true")


@dataclass
class Warehouse:
    """An open warehouse and what it was asked.

    Attributes:
        ignores_case_of_tag_keys: Whether Team and team are one tag key.
        asked: The queries whose numbers an answer shows.
    """

    db: duckdb.DuckDBPyConnection
    seconds: float
    ignores_case_of_tag_keys: bool = False
    asked: list[Query] = field(default_factory=list)

    def numbers(self, query: Query, limit: int | None = None) -> list[Row]:
        """Rows that an answer shows, remembered with their SQL."""
        self.asked.append(query)
        return self.rows(query, limit)

    def rows(self, query: Query, limit: int | None = None) -> list[Row]:
        """Rows, or as many of them as `limit`.

        Raises:
            Refusal: DuckDB refuses the SQL, or takes too long.
        """
        return [
            {name: plain(value) for name, value in row.items()} for row in self._rows(query, limit)
        ]

    def _rows(self, query: Query, limit: int | None = None) -> list[Row]:
        fetched = self._fetched(query.sql, query.bound(), limit)
        names = [column[0] for column in self.db.description or ()]
        if len(set(names)) < len(names):
            raise Refusal("Two columns have one name: tell them apart with `as`.")
        return [dict(zip(names, values, strict=True)) for values in fetched]

    def _fetched(
        self, sql: str, values: dict[str, object] | None = None, limit: int | None = None
    ) -> list[tuple[Any, ...]]:
        with self.in_time():
            result = self.db.execute(sql, values)
            return result.fetchall() if limit is None else result.fetchmany(limit)

    @contextmanager
    def in_time(self) -> Iterator[None]:
        """For what asks the database itself, as long as a query may take.

        Raises:
            Refusal: DuckDB refuses the SQL, or takes too long.
        """
        clock = threading.Timer(self.seconds, self.db.interrupt)
        clock.start()
        try:
            yield
        except duckdb.InterruptException:
            raise Refusal(f"It took longer than {self.seconds:g} s: ask for less.") from None
        except duckdb.Error as error:
            raise Refusal(f"DuckDB: {str(error).strip()}") from None
        finally:
            clock.cancel()

    def days(self, *, is_billed: bool = False) -> DataDays:
        """How far the costs reach, by days of usage or by days of billing.

        Raises:
            Refusal: there are no costs yet.
        """
        found = data_days(self._rows, _BILLED_DAYS if is_billed else USAGE_DAYS)
        if not found:
            raise Refusal("There are no costs in the warehouse yet.")
        return found

    def behind(self) -> list[Row]:
        """The SQL of the numbers, with bound values and ready to be run."""
        return [
            {
                "statement": each.sql,
                "values": {name: plain(value) for name, value in each.params},
                "runnable": each.runnable() if each.params else each.sql,
            }
            for each in self.asked
        ]


@contextmanager
def opened(
    file: Path,
    seconds: float = LONGEST_S,
    memory: str | None = None,
    *,
    ignores_case_of_tag_keys: bool = False,
) -> Iterator[Warehouse]:
    """The newest published version, until the end of one call.

    Args:
        file: The pointer that each publish moves on.
        seconds: Longest time for one query.
        memory: The most it may take, where SQL is somebody else's.
        ignores_case_of_tag_keys: Whether Team and team are one tag key.

    Raises:
        Refusal: nothing has been published.
    """
    if not file.exists():
        raise Refusal(f"No warehouse at {file} yet: run `atlas-costs refresh` first.")
    with _attached(file.resolve(), memory) as db:
        yield Warehouse(db, seconds, ignores_case_of_tag_keys)


def _attached(file: Path, memory: str | None) -> duckdb.DuckDBPyConnection:
    db = duckdb.connect(":memory:", config=_SHUT_IN | ({"memory_limit": memory} if memory else {}))
    path = str(file).replace("'", "''")
    try:
        for each in (f"attach '{path}' as published (read_only)", "use published", *_LOCKED):
            db.execute(each)
    except duckdb.Error as error:
        db.close()
        raise Refusal(f"DuckDB cannot open {file}: {str(error).strip()}") from None
    return db
