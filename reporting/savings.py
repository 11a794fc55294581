"""Findings of savings and what came of those that were carried out, as the warehouse has them."""

from collections.abc import Sequence

from reporting.query import Query, Row

TO_DO = ("open", "planned")

FINDINGS = Query("""select
    *, coalesce(pricing_currency, 'unknown currency') as unit
from marts.savings
order by unit, monthly_saving_cents desc nulls last, finding_id""")

REALISED = Query("""select
    *, coalesce(pricing_currency, 'unknown currency') as unit
from marts.realised_savings
order by unit, usage_month desc, realised_cents desc, finding_id""")


def is_known(row: Row) -> bool:
    """Whether enough is known of a finding to name an amount."""
    return row["monthly_saving_cents"] is not None


def total(rows: Sequence[Row], states: Sequence[str] = TO_DO) -> int:
    """What findings in these states save a month together, each part of a resource once; cents."""
    return sum(
        row["monthly_saving_cents"] or 0
        for row in rows
        if row["is_in_total"] and row["state"] in states
    )
