"""Invoices held that may count what another one counts already: both are kept, and named.

Leaving out what was billed would be worse, and nothing that Atlas sends says which one is right.
"""

from collections import defaultdict
from collections.abc import Sequence

import duckdb

from orchestration.landing.journal import Landing
from orchestration.warehouse.invoice_versions import INVOICES

# An invoice has one id wherever it is read, so these are two. Each pair is named once, by the
# connection of its nested one.
_PAIRS = """
select one._connection, one.id, one._is_nested, other.id, other._is_nested, one.orgId
from invoices as one
inner join invoices as other
    on one.orgId = other.orgId
    -- an invoice that begins later in its month is one of that month all the same
    and date_trunc('month', one.startDate) = date_trunc('month', other.startDate)
    and (one._is_nested, one.id) > (other._is_nested, other.id)
order by one.id, other.id
"""
_NESTED = """
select _connection, strftime(startDate, '%Y-%m') as month, id from invoices
where _is_nested
order by all
"""


def named(db: duckdb.DuckDBPyConnection, landings: Sequence[Landing]) -> dict[str, list[str]]:
    """Connection → sentences; asked once for all, as each answer looks at every invoice."""
    found: dict[str, list[str]] = defaultdict(list)
    _name_counted_twice(db, found)
    _name_left_behind(db, landings, found)
    return found


def _name_counted_twice(db: duckdb.DuckDBPyConnection, found: dict[str, list[str]]) -> None:
    """Pairs of invoices of one organization and month."""
    for connection, one, one_is_nested, other, other_is_nested, org in db.execute(
        _PAIRS
    ).fetchall():
        found[connection].append(
            f"invoices {_named(one, one_is_nested)} and {_named(other, other_is_nested)} are of "
            f"one month of organization {org}: that month may be counted twice"
        )


def _name_left_behind(
    db: duckdb.DuckDBPyConnection, landings: Sequence[Landing], found: dict[str, list[str]]
) -> None:
    """Nested invoices that the newest version of their document no longer holds, by month."""
    nested = db.execute(_NESTED).fetchall()
    with_some = {connection for connection, _, _ in nested}
    told = {each.connection: _told(each) for each in landings if each.connection in with_some}
    months: dict[tuple[str, str], list[str]] = defaultdict(list)
    for connection, month, invoice_id in nested:
        if connection in told and invoice_id not in told[connection]:
            months[connection, month].append(invoice_id)
    for (connection, month), ids in months.items():
        found[connection].append(
            f"the paying organization's invoice of {month} no longer holds {', '.join(ids)}; what "
            "was read of it before stays"
        )


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
