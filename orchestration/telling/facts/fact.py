"""A kind of fact: where it stands, how it is asked, how a row is told; and words they share."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from orchestration.rules.alerts import When
from orchestration.telling.events import Event
from reporting import formats
from reporting.query import Query, Row

# How long ago something may have been found to be told now.
RECENT = timedelta(days=14)


@dataclass(frozen=True)
class Fact:
    """A kind of fact.

    Attributes:
        tables: What its query reads; a version that an earlier release published lacks some.
        query: Of the moment, UTC, and what is worth telling.
    """

    kind: str
    tables: tuple[str, ...]
    query: Callable[[datetime, When], Query]
    event: Callable[[Row], Event]


def page(path: str, **params: str) -> str:
    """A page of the dashboard."""
    return f"/{path}{'?' if params else ''}{urlencode(params)}"


def money(cents: int | None, currency: str | None) -> str:
    """An amount in its own words."""
    return formats.money(cents, currency)
