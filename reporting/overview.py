# ruff: noqa: S608  what is put into SQL text is ours; values are bound
"""What the overview asks: the pace of a month, its forecast, what moved it, and what it hides."""

from datetime import date

from reporting.dimensions import told_apart
from reporting.query import Query, with_values
from reporting.ranges import DataDays, Window, add_months, last_of_month

CLUSTERS = ("cluster", "flex_cluster", "serverless_instance")
_UNIT = "coalesce(pricing_currency, 'unknown currency') as unit"


def pace(days: DataDays) -> Query:
    """The running month and the one before, summed up day by day as each day was known then.

    A charge counts on the day of its month's life on which Atlas had billed it, so that both
    months are alike on the same day; the last day of the month before holds all of it.
    Columns: unit, month, day, amount (cents).
    """
    month = days.through.replace(day=1)
    before = add_months(month, -1)
    first = month if before < days.complete_from else before
    sql = """with costs as (
    select
        coalesce(pricing_currency, 'unknown currency') as unit,
        date_trunc('month', usage_date)::date as month,
        least(
            greatest(usage_date, billed_date - $posting_days),
            if(usage_date < $month, $last_before, $through)
        ) as day,
        sum(cost_cents) as amount
    from marts.agg_costs_daily
    where is_in_total and usage_date >= $first and usage_date <= $through
    group by all
),
days as (
    select unit, day::date as day, date_trunc('month', day)::date as month
    from (select distinct unit from costs)
    cross join generate_series($first::timestamp, $through::timestamp, interval 1 day) as each(day)
)
select
    unit, month, day,
    sum(coalesce(amount, 0)) over (partition by unit, month order by day)::bigint as amount
from days left join costs using (unit, month, day)
order by unit, month, day"""
    return with_values(sql, {
        "month": month, "first": first, "through": days.through,
        "last_before": last_of_month(before),
        "posting_days": (days.posted - days.through).days,
    })  # fmt: skip


def forecast(month: date) -> Query:
    """What a month is expected to cost in each currency, with its bands; cents or null."""
    sql = f"""select
    {_UNIT}, month, expected_cents as expected, method, backtest_error,
    low_80_cents as low_80, high_80_cents as high_80,
    low_95_cents as low_95, high_95_cents as high_95
from marts.forecasts
where scope_type = 'total' and month = $month
order by unit"""
    return with_values(sql, {"month": month})


def budgets(month: date) -> Query:
    """Budgets of a month, the largest first, those that are part of another last; cents."""
    sql = f"""select
    budget, parent, owner, {_UNIT}, budget_cents as planned, actual_cents as actual,
    forecast_cents as forecast, exceeds_on, status
from marts.budgets
where month = $month and budget_cents is not null
order by unit, parent is not null, planned desc, budget"""
    return with_values(sql, {"month": month})


def movers(month: date, compared: Window, most: int = 5) -> Query:
    """What moved a month against the one before like for like, the most first; cents.

    The mart compares whole months: charges that were not known at the same age are left out, and
    days of the month before that are still to come are added back. So the rows add up to the
    difference of both months to date. Past `most` the rest is one row.
    Columns: unit, what, project, filter_name, filter_value, amount, cause, cause_amount,
    cause_service, cause_category, before, after, happened_on, is_rest, members.
    """
    return with_values(_MOVERS, {
        "month": month, "earlier": compared.start, "end": compared.end, "most": most,
    })  # fmt: skip


_MOVERS = (
    """with changes as (
    select
        pricing_currency, resource_id, resource_name, resource_type, project_name, service,
        category, kind, amount_cents
    from marts.fct_cost_changes
    where usage_month = $month and is_in_total and kind <> 'late'
    union all
    select
        pricing_currency, resource_id, resource_name, resource_type, project_name, service,
        category, 'to come' as kind, sum(cost_cents) as amount_cents
    from marts.fct_line_item_days
    where is_in_total and usage_date >= $end and usage_date < $month
    group by all
),
named as (
    select
        *,
        coalesce(pricing_currency, 'unknown currency') as unit,
        coalesce(resource_type, 'organization') = 'organization' as is_charge,
        if(is_charge, service, resource_id) as id,
        -- days to come were compared as days, or as part of what is gone
        if(kind <> 'to come', kind,
            if(bool_or(kind = 'gone') over (partition by resource_id), 'gone', 'days')) as cause
    from changes
),
causes as (
    select
        unit, is_charge, id, cause,
        max(if(is_charge, service, resource_name)) as what,
        max(if(is_charge, null, project_name)) as project,
        sum(amount_cents)::bigint as cause_amount,
        arg_max(service, abs(amount_cents)) as cause_service,
        arg_max(category, abs(amount_cents)) as cause_category,
        sum(sum(amount_cents)) over (partition by unit, is_charge, id)::bigint as amount
    from named group by unit, is_charge, id, cause
),
placed as (
    select *, dense_rank() over (partition by unit order by abs(amount) desc, id) as place
    from causes
    where amount <> 0
    qualify row_number() over (
        partition by unit, is_charge, id order by cause_amount * sign(amount) desc, cause
    ) = 1
),
events as (
    select
        billed_as as id,
        case event
            when 'created' then 'new' when 'deleted' then 'gone'
            when 'tier changed' then 'tier' when 'nodes changed' then 'quantity' else event
        end as cause,
        arg_max({'event': event, 'before': before, 'after': after, 'on': "at"::date}, "at") as last
    from marts.resource_events
    where "at" >= $earlier
    group by all
)
select
    unit, """
    + told_apart("what", "unit, what", "id")
    + """ as what, project,
    if(is_charge, 'service', 'resource') as filter_name, id as filter_value,
    amount, cause, cause_amount, cause_service, cause_category, last.before as before,
    last.after as after, last.on as happened_on, false as is_rest, 1 as members
from placed left join events using (id, cause)
where place <= $most
union all
select
    unit, null, null, null, null, sum(amount)::bigint, null, null, null, null, null, null, null,
    true, count(*)
from placed where place > $most group by unit
order by unit, is_rest, abs(amount) desc, filter_value"""
)


def top_clusters(month: Window, most: int = 5) -> Query:
    """The dearest clusters of a month to date in each currency; cents."""
    sql = (
        """with clusters as (
    select
        coalesce(pricing_currency, 'unknown currency') as unit, resource_id as id,
        max(resource_name) as label_1, sum(cost_cents)::bigint as amount
    from marts.agg_costs_monthly
    where usage_month >= $start and usage_month < $end and is_in_total
        and resource_type in $types
    group by all
)
select * replace ("""
        + told_apart("label_1", "unit, label_1", "id")
        + """ as label_1),
    false as is_rest, 1 as members
from clusters
qualify row_number() over (partition by unit order by amount desc, id) <= $most
order by unit, amount desc, id"""
    )
    return with_values(sql, {
        "start": month.start, "end": month.end, "types": CLUSTERS, "most": most,
    })  # fmt: skip


def untagged(month: Window, keys: tuple[str, ...]) -> Query:
    """Usage of a month that lacks a tag key; without keys, usage that carries no tag; cents."""
    sql = """select
    coalesce(pricing_currency, 'unknown currency') as unit, tag_key,
    sum(cost_cents)::bigint as amount
from marts.agg_costs_monthly cross join (select unnest($keys::varchar[]) as tag_key)
where usage_month >= $start and usage_month < $end and is_in_total and charge_type = 'usage'
    and if(tag_key = '', cardinality(tags) = 0, coalesce(len(tags[tag_key]), 0) = 0)
group by all
having sum(cost_cents) > 0
order by unit, amount desc, tag_key"""
    return with_values(sql, {
        "start": month.start, "end": month.end, "keys": keys or ("",),
    })  # fmt: skip
