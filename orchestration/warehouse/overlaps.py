"""Invoices held that may count what another one counts already: both are kept, and named.

Leaving out what was billed would be worse, and nothing that Atlas sends says which one is right.
"""

from collections import defaultdict

import duckdb

from orchestration.landing.journal import Landing
from orchestration.warehouse.invoice_versions import INVOICES

# An invoice has one id wherever it is read, so these are two. Each pair is named once, by the
# connection of its nested one.
_PAIRS = """
select one.id, one._is_nested, other.id, other._is_nested, one.orgId from invoices as one
inner join invoices as other
    on one.orgId = other.orgId
    -- an invoice that begins later in its month is one of that month all the same
    and date_trunc('month', one.startDate) = date_trunc('month', other.startDate)
    and (one._is_nested, one.id) > (other._is_nested, other.id)
where one._connection = ?
order by one.id, other.id
"""
_LEFT = """
select strftime(startDate, '%Y-%m') as month, id from invoices
where _is_nested and _connection = $connection and id not in (select unnest($told::varchar[]))
order by all
"""


def counted_twice(db: duckdb.DuckDBPyConnection, connection: str) -> list[str]:
    """Pairs of invoices of one organization and month, each as a sentence."""
    return [
        f"invoices {_named(one, one_is_nested)} and {_named(other, other_is_nested)} are of one "
        f"month of organization {org}: that month may be counted twice"
        for one, one_is_nested, other, other_is_nested, org in db.execute(
            _PAIRS, [connection]
        ).fetchall()
    ]


def left_behind(db: duckdb.DuckDBPyConnection, landing: Landing) -> list[str]:
    """Nested invoices that the newest version of their document no longer holds, by month."""
    told = {"connection": landing.connection, "told": sorted(_told(landing))}
    months: dict[str, list[str]] = defaultdict(list)
    for month, invoice_id in db.execute(_LEFT, told).fetchall():
        months[month].append(invoice_id)
    return [
        f"the paying organization's invoice of {month} no longer holds {', '.join(ids)}; what was "
        "read of it before stays"
        for month, ids in months.items()
    ]


def _told(landing: Landing) -> set[str]:
    """What the newest document of each paying invoice holds; the pending one moves on monthly."""
    newest: dict[str, set[str]] = {}
    for seen in landing.observations():
        if seen.entity != INVOICES or seen.error is not None:
            continue
        found = seen.meta.get(INVOICES, [])
        ids = {each["id"] for each in found} | set(seen.meta.get("problems", {}))
        tops = [each["id"] for each in found if not each["is_nested"]]
        newest |= dict.fromkeys(tops or [seen.scope], ids)
    return set().union(*newest.values())


def _named(invoice_id: str, is_nested: bool) -> str:
    return f"{invoice_id} (in the paying organization's)" if is_nested else invoice_id
