"""Where a route's costs are read: the published warehouse, as far as its workspace may see it."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import duckdb

from orchestration.published.reader import opened
from orchestration.settings import Settings
from orchestration.workspaces.warehouse import warehouse_of

Reader = Callable[[str | None], AbstractContextManager[duckdb.DuckDBPyConnection]]
"""The warehouse as a workspace may see it, read-only; all of it for None."""


def reader(settings: Settings) -> Reader:
    """The readers of this installation."""

    def read(workspace: str | None) -> AbstractContextManager[duckdb.DuckDBPyConnection]:
        return opened(warehouse_of(settings, workspace or ""))

    return read
