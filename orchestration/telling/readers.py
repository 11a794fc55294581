"""Where a route's costs are read: the published warehouse, as far as its workspace may see it."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import duckdb

from orchestration.published.reader import opened
from orchestration.settings import Settings, SettingsError

Reader = Callable[[str | None], AbstractContextManager[duckdb.DuckDBPyConnection]]
"""The warehouse as a workspace may see it, read-only; all of it for None."""


def reader(settings: Settings) -> Reader:
    """The readers of this installation."""

    def read(workspace: str | None) -> AbstractContextManager[duckdb.DuckDBPyConnection]:
        if workspace is not None:
            # whoever cannot be shown their part alone is shown nothing
            raise SettingsError(
                f"alerts.yaml names workspace {workspace}, and this installation has none."
            )
        return opened(settings.published_warehouse)

    return read
