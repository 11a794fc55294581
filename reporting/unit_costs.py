# ruff: noqa: S608  names in the SQL text are ours; values are bound
"""What the page of unit costs asks: what one order, tenant or gigabyte costs, and of which data."""

from decimal import Context, Decimal

from reporting.query import Query, with_values

ALL, NO_UNITS = "(all)", "(no units)"
STEPS = {"month": 13, "day": 92}
_EXACT = Context(prec=60)
_PLACES = Decimal("0.000000000001")
# Labels count the same thing, so their units add up.
_TOGETHER = """select
    metric, coalesce(costs.pricing_currency, 'unknown currency') as currency,
    costs.unit as counted, per, period_start, is_running, sum(cost_cents)::bigint as cost,
    sum(cost_without_units_cents)::bigint as without_units, sum(units) as units,
    max(missing_days) as missing_days, max(units_through) as units_through,
    max(lag_days) as lag_days,
    bool_or(status = 'costs not complete') as is_part_of_costs
from marts.unit_costs as costs"""


def months() -> Query:
    """Every metric by month, the last thirteen: cost in cents, units, and what is missing."""
    return with_values(
        f"""with together as ({_TOGETHER}
    where period = 'month'
    group by all
)
select * exclude (currency), currency as unit
from together
qualify dense_rank() over (partition by metric, currency order by period_start desc) <= $most
order by currency, metric, period_start""",
        {"most": STEPS["month"]},
    )


def days(metric: str) -> Query:
    """One metric by day, the last three months; none where it is counted by month."""
    return with_values(
        f"""with together as ({_TOGETHER}
    where period = 'day' and metric = $metric
    group by all
)
select * exclude (currency), currency as unit
from together
qualify dense_rank() over (partition by currency order by period_start desc) <= $most
order by currency, period_start""",
        {"metric": metric, "most": STEPS["day"]},
    )


def labels(metric: str) -> Query:
    """One metric by label in its months, the dearest label first; `unit_cost` is exact."""
    return with_values(
        """select
    costs.label, coalesce(pricing_currency, 'unknown currency') as unit, period_start, is_running,
    cost_cents as cost, cost_without_units_cents as without_units, units, unit_cost, status,
    missing_days
from marts.unit_costs as costs
where period = 'month' and metric = $metric
order by pricing_currency, costs.label = '(no units)',
    sum(cost_cents) over (partition by pricing_currency, costs.label) desc, costs.label,
    period_start""",
        {"metric": metric},
    )


def unit_cost(cost: int, units: Decimal | None, per: int) -> Decimal | None:
    """What so many units cost, in dollars or credits; None without units or without costs.

    Args:
        cost: Cents that the units divide.
        units: What was counted.
        per: How many units the amount is that of.
    """
    if not units or not cost:
        return None
    amount = _EXACT.divide(Decimal(cost * per).scaleb(-2), units)
    return amount.quantize(_PLACES, context=_EXACT)
