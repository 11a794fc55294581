"""Findings of savings and what came of those that were carried out, as the warehouse has them."""

from collections.abc import Sequence

from reporting.query import Query, Row, with_values

TO_DO = ("open", "planned")

# `view` is where a page shows it: to do, decided, or not known well enough.
FINDINGS = Query("""select
    *, coalesce(pricing_currency, 'unknown currency') as unit,
    case when state not in ('open', 'planned') then 'decided'
        when monthly_saving_cents is null then 'unknown' else 'open' end as view
from marts.savings
order by unit, monthly_saving_cents desc nulls last, finding_id""")

# What findings save a month together, each part of a resource once; by currency.
SUMS = Query("""select
    coalesce(pricing_currency, 'unknown currency') as unit,
    count(*) filter (state = 'open') as open_findings,
    coalesce(sum(monthly_saving_cents) filter (state = 'open'), 0)::bigint as open_cents,
    coalesce(sum(monthly_saving_cents) filter (state = 'planned'), 0)::bigint as planned_cents
from marts.savings where is_in_total group by unit order by unit""")

REALISED = Query("""select
    *, coalesce(pricing_currency, 'unknown currency') as unit
from marts.realised_savings
order by unit, usage_month desc, realised_cents desc, finding_id""")


def of_view(view: str) -> Query:
    """The findings of a view."""
    return with_values(f"select * from ({FINDINGS.sql}) where view = $view", {"view": view})  # noqa: S608  ours


def easy(rows: Sequence[Row]) -> list[Row]:
    """Those that take little effort and have little risk."""
    return [row for row in rows if row["effort"] == row["risk"] == "low"]


def evidence(finding_id: str) -> Query:
    """What a finding rests on, a row each; figures as text."""
    sql = """select
    finding_id, found.what, found.figure, found.unit, found."from" as first_day,
    found."to" as day_after_last
from (
    select finding_id, unnest(from_json(evidence, '[{"what": "varchar", "figure": "varchar",
        "unit": "varchar", "from": "date", "to": "date"}]')) as found
    from marts.savings where finding_id = $id
)"""
    return with_values(sql, {"id": finding_id})


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
