"""How our errors reach Dagster: one sentence with the remedy, and no second retry."""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from orchestration.explain import explanation


@contextmanager
def failures_named() -> Iterator[None]:
    """Turn what we can explain into a Dagster Failure; the client has done the retrying."""
    try:
        yield
    except Exception as error:
        if (sentence := explanation(error)) is None:
            raise
        raise dg.Failure(description=sentence, allow_retries=False) from error
