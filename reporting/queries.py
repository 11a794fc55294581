# ruff: noqa: S608  what is put into SQL text comes from the dimension registry; values are bound
"""The cost report as SQL. Pure: a report's state goes in, text with bound values comes out."""

from dataclasses import replace

from reporting.costs import costs, numbers
from reporting.dimensions import told_apart
from reporting.query import Binder, Query
from reporting.ranges import ONE_DAY
from reporting.relations import DAILY, FULL, MONTHLY, relation, route, within
from reporting.report import Report

__all__ = [
    "DAILY", "FULL", "MONTHLY", "ROW_LIMIT", "Report", "comparison", "courses",
    "relation", "route", "series", "units", "values",
]  # fmt: skip
ROW_LIMIT = 500


def comparison(report: Report, limit: int = ROW_LIMIT) -> Query:
    """Each group now and in the window before; past `limit`, the rest is one row.

    Columns: unit, id_1…, label_1…, is_rest, members, place, amount, previous, change (a ratio).
    """
    bind = Binder()
    source = relation(report, "window")
    before = within("day", report.compared, bind) if report.compared else "false"
    sums = (
        f"sum(amount) filter ({within('day', report.window, bind)}) as amount,\n"
        f"        sum(amount) filter ({before}) as previous"
    )
    entries = costs(report, source, sums, bind)
    most = bind(limit)
    labels = "".join(
        f"        case when place <= {most} then named.{name}_{n} end as {name}_{n},\n"
        for name in ("id", "label")
        for n in numbers(report)
    )
    cast = _cast(report)
    return bind.query(f"""with costs as ({entries}
),
named as ({_named(report, "sum(amount)")}
),
compared as (
    select
        unit,
{labels}        place > {most} as is_rest,
        count(distinct place) as members,
        min(place) as place,
        coalesce(sum(amount), 0)::{cast} as amount,
        coalesce(sum(previous), 0)::{cast} as previous
    from costs join named using ({_keys(report)})
    group by all
)
select *, if(previous = 0, null, (amount - previous)::double / abs(previous)) as change
from compared
order by unit, place""")


def series(report: Report, top: int | None = None) -> Query:
    """Amounts by period and group, no period left out; `top` None keeps every group apart.

    Columns: unit, period, id_1…, label_1…, place, members, is_rest, amount.
    """
    bind = Binder()
    alone = replace(report, compared=None)
    running, step = report.state.bin == "cumulative", report.step
    source = relation(alone, step)
    period = f"date_trunc('{step}', day)::date as period"
    entries = costs(alone, source, f"{period}, sum(amount) as amount", bind)
    place = "place" if top is None else f"least(place, {bind(top + 1)}) as place"
    rest = "false" if top is None else f"place = {bind(top + 1)} and members > 1"
    named = [f"{name}_{n}" for name in ("id", "label") for n in numbers(report)]
    labels = "".join(f"{each}, " for each in named)
    first = "".join(f"min({each}) as {each}, " for each in named)
    over = " over (partition by unit, place order by period)" if running else ""
    shown = f"sum(coalesce(amount, 0)){over}" if running else "coalesce(amount, 0)"
    return bind.query(f"""with costs as ({entries}
),
named as ({_named(report, "sum(amount)")}
),
placed as (
    select * exclude (place), {place} from named
),
drawn as (
    select unit, place, {first}count(*) as members from placed group by unit, place
),
periods as (
    select unnest(generate_series(
        date_trunc('{step}', {bind(report.drawn.start)}::date),
        {bind(report.drawn.end - ONE_DAY)}::timestamp,
        interval 1 {step}
    ))::date as period
),
amounts as (
    select unit, place, period, sum(amount) as amount
    from costs join placed using ({_keys(report)}) group by all
)
select unit, period, {labels}place, members, {rest} as is_rest,
    ({shown})::{_cast(report)} as amount
from drawn cross join periods left join amounts using (unit, place, period)
order by unit, period, place""")


def courses(report: Report, most: int) -> Query:
    """How the dearest groups went: a list of amounts by period. Columns: unit, place, amounts."""
    every = series(report)
    bind = Binder(dict(every.params))
    return bind.query(f"""select unit, place, list(amount order by period) as amounts
from (
{every.sql}
) as every
where place <= {bind(most)}
group by unit, place order by unit, place""")


def units(report: Report) -> Query:
    """The units that a report of usage is measured in, the dearest first. Columns: unit."""
    bind = Binder()
    source = relation(report, "window")
    return bind.query(f"""select coalesce(unit, 'units') as unit
from {source.name}
where {source.during(report.window, bind)}
    and {report.counted}{report.where(bind)}
group by all
order by sum(abs(cost_cents)) desc, unit""")


def values(report: Report, name: str) -> Query:
    """The values a dimension has in the window, dearest first: what a filter can offer."""
    bind = Binder()
    dimension = report.dimension(name)
    source = route(dimension.columns, report.window.whole_months(report.data_end))
    return bind.query(f"""select {dimension.label_sql(bind)} as value
from {source.name}
where {source.during(report.window, bind)}
group by value
order by sum(abs(cost_cents)) desc, value
limit {bind(ROW_LIMIT)}""")


def _named(report: Report, rank: str) -> str:
    """Each group's place by amount; of two groups with one name, both show the end of their id."""
    labels = [f"max(label_{n})" for n in numbers(report)]
    named = "".join(
        f"        {told_apart(text, f'unit, {text}', f'id_{n}')} as label_{n},\n"
        if each.id_column
        else f"        {text} as label_{n},\n"
        for n, (text, each) in enumerate(zip(labels, report.groups, strict=True), 1)
    )
    order = f"abs({rank}) desc nulls last, {_keys(report)}"
    return f"""
    select
        {_keys(report)},
{named}        row_number() over (partition by unit order by {order}) as place
    from costs group by {_keys(report)}"""


def _keys(report: Report) -> str:
    return ", ".join(["unit", *(f"id_{n}" for n in numbers(report))])


def _cast(report: Report) -> str:
    """The type of an amount: whole cents, or a metered quantity."""
    return "decimal(38, 6)" if report.state.measure == "usage" else "bigint"
