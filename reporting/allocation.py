# ruff: noqa: S608  what is put into SQL text are constants of ours; values are bound
"""What the page of allocation asks: who bears a month, by which rule, and its statement; cents."""

from datetime import date

from reporting.query import Query, with_values
from reporting.ranges import Window

FIRST = 500
NOTHING = date(1970, 1, 1)

_HOW = """case allocation_method
        when 'direct' then 'Direct' when 'fixed' then 'Fixed percentages'
        when 'split' then 'Shared in proportion' else 'No rule'
    end as how"""

_RULE = "if(allocation_method = 'default', 'no rule fits', allocation_rule)"

KEYS = Query("""select allocation_key as key, default_value, rules
from marts.dim_allocation_keys order by position""")

MONTHS = Query("""select
    usage_month as month, coalesce(pricing_currency, 'unknown currency') as unit,
    sum(cost_cents)::bigint as amount
from marts.agg_costs_monthly
where is_in_total
group by all
order by month desc, unit""")

STATEMENTS = Query("""select
    statement_month as month, status, max(closed_at) as closed_at
from marts.allocation_statements
group by all
order by month desc""")


def values(key: str, default: str, days: Window, compared: Window | None) -> Query:
    """What each value bears of some days, the default first, and before; a split is shared."""
    before = compared or Window(NOTHING, NOTHING)
    sql = """with costs as (
    select
        coalesce(pricing_currency, 'unknown currency') as unit, allocation_value as value,
        allocation_method as method, is_in_total, cost_cents,
        usage_date >= $start and usage_date < $end as is_now
    from marts.allocated_costs_daily
    where allocation_key = $key and (
        usage_date >= $start and usage_date < $end
        or usage_date >= $before and usage_date < $before_end
    )
)
select
    unit, value, value = $default as is_default,
    coalesce(sum(cost_cents) filter (is_now and is_in_total), 0)::bigint as amount,
    coalesce(sum(cost_cents) filter (is_now and is_in_total and method = 'default'), 0)::bigint
        as by_no_rule,
    coalesce(sum(cost_cents) filter (is_now and is_in_total and method = 'split'), 0)::bigint
        as shared,
    (amount - by_no_rule - shared)::bigint as direct,
    coalesce(sum(cost_cents) filter (not is_now and is_in_total), 0)::bigint as previous,
    coalesce(sum(cost_cents) filter (is_now and not is_in_total), 0)::bigint as credits
from costs
group by unit, value
order by unit, is_default desc, amount desc, value"""
    return with_values(sql, {
        "key": key, "default": default, "start": days.start, "end": days.end,
        "before": before.start, "before_end": before.end,
    })  # fmt: skip


_OF_KEY = """from marts.allocated_costs_daily
where allocation_key = $key and usage_date >= $start and usage_date < $end and is_in_total"""
_OF_VALUE = f"{_OF_KEY} and allocation_value = $value"


def rules(key: str, days: Window, value: str = "") -> Query:
    """Which rules decided whose the costs are, by value; of all values where none is named."""
    return with_values(
        f"""select
    coalesce(pricing_currency, 'unknown currency') as unit, allocation_value as value,
    {_RULE} as rule, {_HOW},
    count(distinct resource_id) as resources, sum(cost_cents)::bigint as amount
{_OF_VALUE if value else _OF_KEY}
group by all
order by unit, amount desc, value, rule, how""",
        _values(key, value, days),
    )


def resources(key: str, value: str, days: Window, limit: int | None = FIRST) -> Query:
    """What a value bears, by resource and the rule that decided, the most expensive first."""
    sql = f"""select
    coalesce(pricing_currency, 'unknown currency') as unit,
    resource_id, max(resource_name) as resource, max(resource_type) as resource_type,
    max(project_name) as project, {_RULE} as rule, {_HOW},
    sum(cost_cents)::bigint as amount, count(*) over () as every
{_OF_VALUE}
group by pricing_currency, resource_id, allocation_rule, allocation_method
order by unit, amount desc, resource, rule"""
    bound = _values(key, value, days)
    if limit is None:
        return with_values(sql, bound)
    return with_values(f"{sql}\nlimit $most", bound | {"most": limit})


def statement_totals(key: str, month: date) -> Query:
    """What the statement of a month says of each value: usage, and what it adjusts."""
    return with_values(
        """select
    coalesce(pricing_currency, 'unknown currency') as unit, allocation_value as value,
    coalesce(sum(cost_cents) filter (entry = 'usage'), 0)::bigint as usage,
    coalesce(sum(cost_cents) filter (entry = 'adjustment'), 0)::bigint as adjustments
from marts.allocation_statements
where statement_month = $month and allocation_key = $key and charge_type <> 'credit'
group by all
order by unit, value""",
        {"key": key, "month": month},
    )


_FROZEN = """select
    coalesce(pricing_currency, 'unknown currency') as unit, entry, usage_month,
    project_name as project, resource_name as resource, charge_type as service,
    is_shared, if(is_shared, 'Shared', 'Direct') as how, sum(cost_cents)::bigint as amount, reason
from marts.allocation_statements
where statement_month = $month and allocation_key = $key and allocation_value = $value
    and charge_type <> 'credit'"""


def closed_statement(key: str, value: str, month: date) -> Query:
    """The lines of a closed statement, as they were frozen; they name the kind of charge."""
    return with_values(
        f"{_FROZEN}\ngroup by all\norder by unit, entry desc, usage_month desc, amount desc, "
        "resource, service",
        {"key": key, "value": value, "month": month},
    )


def open_statement(key: str, value: str, days: Window) -> Query:
    """What the statement of a month would say now, by resource and service, with adjustments."""
    return with_values(
        f"""with usage as (
    select
        coalesce(pricing_currency, 'unknown currency') as unit, 'usage' as entry,
        $month as usage_month, project_name as project, resource_name as resource, service,
        allocation_method = 'split' as is_shared, if(is_shared, 'Shared', 'Direct') as how,
        sum(cost_cents)::bigint as amount, null as reason
    {_OF_VALUE}
    group by all
)
from usage where amount <> 0
union all by name
({_FROZEN} and entry = 'adjustment' group by all)
order by unit, entry desc, usage_month desc, amount desc, resource, service""",
        _values(key, value, days) | {"month": days.start},
    )


def _values(key: str, value: str, days: Window) -> dict[str, object]:
    found: dict[str, object] = {"key": key, "start": days.start, "end": days.end}
    return found | {"value": value} if value else found
