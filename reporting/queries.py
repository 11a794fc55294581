# ruff: noqa: S608  what is put into SQL text comes from the dimension registry; values are bound
"""The cost report as SQL: which relation answers, and the queries over it.

Pure: a report's state goes in, text with bound values comes out. The smallest relation that has
the columns answers, because the daily fact is many times the size of its sums.
"""

from dataclasses import dataclass, replace
from datetime import date

from reporting.comparisons import lengths
from reporting.conditions import conditions
from reporting.dimensions import COST_DIMENSIONS, Bind, Dimension, find
from reporting.query import Binder, Query
from reporting.ranges import ONE_DAY, DataDays, Window
from reporting.state import ReportState

ROW_LIMIT = 500
_CURRENCY = "coalesce(pricing_currency, 'unknown currency')"
# An invoice's month may begin before the organization did, and late usage stands on the first one.
USAGE_DAYS = """select
    min(costs.usage_date) as first,
    greatest(min(costs.usage_date), min(costs.invoice_month)) as complete_from,
    any_value(reach.data_through) as through, any_value(reach.posted_through) as posted,
    max(costs.usage_date) as last
from marts.agg_costs_daily as costs left join marts.data_through as reach on true"""
_COARSE = frozenset({
    "invoice_id", "invoice_month", "billed_date", "connection", "org_id", "org_name",
    "project_id", "project_name", "cloud_provider", "service", "category", "region",
    "charge_type", "is_in_total", "pricing_currency", "cost_cents",
})  # fmt: skip
_DETAIL = (_COARSE - {"billed_date"}) | {
    "resource_id", "resource_name", "resource_type", "cluster_name", "sku", "instance_size",
    "tags", "tags_first_seen", "quantity", "unit",
}  # fmt: skip


@dataclass(frozen=True)
class Relation:
    """A relation that can answer a report: its column of time and its other columns."""

    name: str
    day: str
    columns: frozenset[str]

    def during(self, window: Window, bind: Bind) -> str:
        """The predicate that keeps a window's rows."""
        known = f" and billed_date <= {bind(window.known_by)}" if window.known_by else ""
        return f"{self.day} >= {bind(window.start)} and {self.day} < {bind(window.end)}{known}"


DAILY = Relation("marts.agg_costs_daily", "usage_date", _COARSE)
MONTHLY = Relation("marts.agg_costs_monthly", "usage_month", _DETAIL)
FULL = Relation("marts.fct_costs_daily", "usage_date", _DETAIL | {"billed_date"})
BILLED = Relation(FULL.name, "billed_date", FULL.columns)


@dataclass(frozen=True)
class Report:
    """A report's state on the days it covers.

    Days are those of usage, or those on which Atlas billed it (`is_billed`). `rule` says what it
    is compared with, or why with nothing.
    """

    state: ReportState
    window: Window
    compared: Window | None
    days: DataDays
    is_billed: bool = False
    rule: str = ""

    @property
    def data_end(self) -> date:
        """The day after the last cost."""
        return self.days.last + ONE_DAY

    def dimension(self, name: str) -> Dimension:
        """A dimension in the tag basis of this report."""
        if found := find(name, COST_DIMENSIONS, self.state.tags):
            return found
        raise KeyError(name)

    @property
    def groups(self) -> tuple[Dimension, ...]:
        """The dimensions it is cut by."""
        return tuple(map(self.dimension, self.state.group))

    @property
    def names(self) -> tuple[str, ...]:
        """The dimensions it is cut or filtered by."""
        return (*self.state.group, *(one.dimension for one in self.state.filters))

    @property
    def tag_keys(self) -> tuple[str, ...]:
        """The tag keys it is cut or filtered by."""
        found = (self.dimension(name).tag_key for name in self.names)
        return tuple(dict.fromkeys(key for key in found if key))

    @property
    def is_by_resource(self) -> bool:
        """Whether it is about single resources, whose events then matter."""
        return bool({"resource", "cluster"}.intersection(self.names))

    @property
    def counted(self) -> str:
        """The rows its total adds up: credits on request only."""
        return "true" if "credits" in self.state.show else "is_in_total"

    @property
    def step(self) -> str:
        """The length of a period: a cumulative report goes on by days."""
        return "day" if self.state.bin == "cumulative" else self.state.bin

    @property
    def drawn(self) -> Window:
        """The window without the years before and after all costs: each of its days is a period."""
        start = max(self.window.start, self.days.first)
        end = min(self.window.end, self.data_end)
        return self.window if start >= end else replace(self.window, start=start, end=end)

    @property
    def lengths(self) -> tuple[int, int] | None:
        """How many days with costs the window and the compared one have."""
        return lengths(self.window, self.compared, self.days) if self.compared else None

    @property
    def windows(self) -> tuple[Window, ...]:
        """The window, and the one it is compared with."""
        return (self.window, self.compared) if self.compared else (self.window,)

    def where(self, bind: Bind) -> str:
        """The report's filters, as the end of a where clause."""
        filters = [(one, self.dimension(one.dimension)) for one in self.state.filters]
        text = conditions(filters, bind)
        return f"\n        and {text}" if text else ""


def route(columns: frozenset[str], whole_months: bool) -> Relation:
    """The smallest relation that has the columns; months only where no month is cut."""
    relations = (DAILY, MONTHLY) if whole_months else (DAILY,)
    return next((each for each in relations if columns <= each.columns), FULL)


def relation(report: Report, step: str) -> Relation:
    """The relation that answers a report in steps of a bin, or of a whole `window`."""
    if report.is_billed:
        return BILLED
    measured = {"quantity", "unit"} if report.state.measure == "usage" else {"cost_cents"}
    known = {"billed_date"} if any(window.known_by for window in report.windows) else set()
    columns = frozenset({"is_in_total"} | measured | known).union(
        *(report.dimension(name).columns for name in report.names)
    )
    whole = all(window.whole_months(report.data_end) for window in report.windows)
    return route(columns, whole and step in ("window", "month", "quarter"))


def comparison(report: Report, limit: int = ROW_LIMIT) -> Query:
    """Each group now and in the window before; past `limit`, the rest is one row.

    Columns: unit, label_1…, is_rest, members, place, amount, previous, change (a ratio).
    """
    bind = Binder()
    source = relation(report, "window")
    amount = _amount(report)
    before = f"({source.during(report.compared, bind)})" if report.compared else "false"
    sums = (
        f"sum({amount}) filter ({source.during(report.window, bind)}) as amount,\n"
        f"        sum({amount}) filter ({before}) as previous"
    )
    costs = _costs(report, source, sums, bind)
    most = bind(limit)
    labels = "".join(
        f"        case when place <= {most} then named.label_{n} end as label_{n},\n"
        for n in _numbers(report)
    )
    cast = _cast(report)
    return bind.query(f"""with costs as ({costs}
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

    Columns: unit, period, label_1…, place, members, is_rest, amount.
    """
    bind = Binder()
    alone = replace(report, compared=None)
    running, step = report.state.bin == "cumulative", report.step
    source = relation(alone, step)
    period = f"date_trunc('{step}', {source.day})::date as period"
    costs = _costs(alone, source, f"{period},\n        sum({_amount(report)}) as amount", bind)
    place = "place" if top is None else f"least(place, {bind(top + 1)}) as place"
    rest = "false" if top is None else f"place = {bind(top + 1)} and members > 1"
    labels = "".join(f"label_{n}, " for n in _numbers(report))
    first = "".join(f"min(label_{n}) as label_{n}, " for n in _numbers(report))
    over = " over (partition by unit, place order by period)" if running else ""
    amount = f"sum(coalesce(amount, 0)){over}" if running else "coalesce(amount, 0)"
    return bind.query(f"""with costs as ({costs}
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
    ({amount})::{_cast(report)} as amount
from drawn cross join periods left join amounts using (unit, place, period)
order by unit, period, place""")


def events(report: Report) -> Query:
    """What happened to the dearest resources of a report's months, in its chart's periods."""
    bind = Binder()
    step = report.step
    months = replace(report.window, start=report.window.start.replace(day=1))
    by_resource = replace(report.state, group=("resource",))
    alone = replace(report, compared=None, window=months, state=by_resource)
    costs = _costs(alone, MONTHLY, f"sum({_amount(report)}) as amount", bind)
    return bind.query(f"""with costs as ({costs}
),
dearest as (
    select unit, id_1 as resource_id from costs
    qualify row_number() over (partition by unit order by abs(amount) desc nulls last, id_1)
        <= {bind(report.state.top)}
)
select unit, date_trunc('{step}', events."at")::date as period, events."at",
    events.resource_name as resource, events.event, events.before, events.after
from dearest join marts.resource_events as events on events.billed_as = dearest.resource_id
where events."at" >= {bind(report.window.start)} and events."at" < {bind(report.window.end)}
order by unit, events."at", resource, events.event""")


def charge_types(report: Report) -> Query:
    """What each charge type comes to under the same filters, whether or not the total has it."""
    bind = Binder()
    every = replace(report, compared=None, state=replace(report.state, measure="cost", group=()))
    source = relation(every, "window")
    return bind.query(f"""select
    {_CURRENCY} as unit, charge_type, sum(cost_cents)::bigint as amount
from {source.name}
where {source.during(report.window, bind)}{report.where(bind)}
group by all
order by unit, charge_type""")


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


def _costs(report: Report, source: Relation, measured: str, bind: Bind) -> str:
    """The rows of a report summed by unit and group; a group is told by its id."""
    unit = "coalesce(unit, 'units')" if report.state.measure == "usage" else _CURRENCY
    groups = "".join(
        f"        {each.id_sql(bind)} as id_{n}, max({each.label_sql(bind)}) as label_{n},\n"
        for n, each in enumerate(report.groups, 1)
    )
    days = " or ".join(f"({source.during(each, bind)})" for each in report.windows)
    return f"""
    select
        {unit} as unit,
{groups}        {measured}
    from {source.name}
    where ({days})
        and {report.counted}{report.where(bind)}
    group by all"""


def _amount(report: Report) -> str:
    return "quantity" if report.state.measure == "usage" else "cost_cents"


def _named(report: Report, rank: str) -> str:
    """Each group's place by amount; of two groups with one name, both show the end of their id."""
    labels = [f"max(label_{n})" for n in _numbers(report)]
    namesakes = f"count(*) over (partition by {', '.join(['unit', *labels])}) > 1"
    named = "".join(
        f"        {text} || if({namesakes}, ' · ' || right(id_{n}, 6), '') as label_{n},\n"
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


def _numbers(report: Report) -> range:
    return range(1, len(report.state.group) + 1)


def _keys(report: Report) -> str:
    return ", ".join(["unit", *(f"id_{n}" for n in _numbers(report))])


def _cast(report: Report) -> str:
    """The type of an amount: whole cents, or a metered quantity."""
    return "decimal(38, 6)" if report.state.measure == "usage" else "bigint"
