"""Reports of the small warehouse, read as any client of DuckDB would."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from reporting import url_state
from reporting.queries import Report
from reporting.query import Query, Row
from reporting.reach import data_days
from reporting.report import report_of

Read = Callable[[Query], list[Row]]


@contextmanager
def reading(warehouse: Path) -> Iterator[Read]:
    with duckdb.connect(str(warehouse.resolve()), read_only=True) as db:
        yield asking(db)


def asking(db: duckdb.DuckDBPyConnection) -> Read:
    def read(query: Query) -> list[Row]:
        result = db.execute(query.sql, query.bound())
        names = [each[0] for each in result.description]
        return [dict(zip(names, values, strict=True)) for values in result.fetchall()]

    return read


def report(read: Read, **params: list[str]) -> Report:
    state, problems = url_state.parse({name.replace("__", "."): v for name, v in params.items()})
    assert not problems
    days = data_days(read)
    assert days
    return report_of(state, days)
