"""Days of which a connection's costs are known to be missing: see docs/decisions.md, like for like.

A connection that was read and has no newer costs lacks nothing: nothing was billed since.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

import duckdb

from orchestration.extraction.invoices import LIST, PENDING
from orchestration.extraction.selection import ENTITY
from orchestration.extraction.together import CONNECTION
from orchestration.landing.journal import Landing
from orchestration.warehouse.publish import Span
from orchestration.warehouse.raw import has_finished

# What was read of a month that is over before its invoice was closed lacks support and consulting.
_HELD = """
select connection, min(invoice_month),
    min(invoice_month) filter (status = 'PENDING' and end_date <= data_through),
    any_value(data_through)
from marts.fct_invoices cross join marts.data_through
group by connection
"""


@dataclass(frozen=True)
class Held:
    """What the marts hold of one connection.

    Attributes:
        through: Its last usage day.
        first: The month of its first invoice.
        unclosed: The first month that is over and was read only while it ran, or None.
        reach: The last usage day of any connection.
    """

    through: date
    first: date
    unclosed: date | None
    reach: date

    @classmethod
    def by_connection(
        cls, db: duckdb.DuckDBPyConnection, through: Mapping[str, date]
    ) -> dict[str, Self]:
        """Of each connection that has costs."""
        return {
            name: cls(through[name], *rest)
            for name, *rest in db.execute(_HELD).fetchall()
            if through.get(name)
        }


def missing_costs(landing: Landing, held: Held | None) -> tuple[Span, ...]:
    """First days, and first days after them; None where there is no such end."""
    # of a connection that never had any costs, no period has any
    return tuple(_spans(landing, held)) if held else ()


def _spans(landing: Landing, held: Held) -> Iterator[Span]:
    # one for each organization that the connection ever read
    lists = [each.meta for each in landing.current(LIST).values()]
    if not has_finished(landing) or any(each.get("has_older") for each in lists):
        yield None, held.first
    if _is_unread(landing) and (held.unclosed or held.through < held.reach):
        yield min(filter(None, (held.unclosed, held.through + timedelta(1)))), None
    for month in sorted({month for each in lists for month in each.get("missing_months", [])}):
        start = date.fromisoformat(f"{month}-01")
        yield start, (start + timedelta(32)).replace(day=1)


def _is_unread(landing: Landing) -> bool:
    """Whether the newest costs could not be read this time."""
    running = landing.current(ENTITY).get(PENDING)
    is_broken = bool(running and (running.error or running.meta.get("problems")))
    failed = any(each.error for each in landing.current(CONNECTION).values())
    return failed or is_broken or not has_finished(landing)
