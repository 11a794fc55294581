"""How our errors reach Dagster: one sentence with the remedy, and no second retry."""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from orchestration.atlas.errors import AtlasError
from orchestration.settings import SettingsError
from orchestration.warehouse.errors import WarehouseError

KNOWN = (AtlasError, SettingsError, WarehouseError)


@contextmanager
def failures_named() -> Iterator[None]:
    """Turn what we can explain into a Dagster Failure; the client has done the retrying."""
    try:
        yield
    except KNOWN as error:
        raise dg.Failure(description=str(error), allow_retries=False) from error


def explanation(error: BaseException | None) -> str | None:
    """The sentence to show a user, from anywhere in a chain of causes, or None."""
    while error is not None:
        if isinstance(error, dg.Failure):
            return error.description
        if isinstance(error, KNOWN):
            return str(error)
        error = error.__cause__ or error.__context__
    return None
