# ruff: noqa: S608  what is put into SQL text comes from the dimension registry; values are bound
"""From a group of a report down to the lines of invoices that it is made of."""

from dataclasses import replace
from datetime import date

from reporting.dimensions import Bind
from reporting.periods import shown
from reporting.query import Binder, Query
from reporting.ranges import ONE_DAY
from reporting.relations import CURRENCY, within
from reporting.report import Report
from reporting.state import Filter, ReportState, merged

# What a reader asks next of one value of a dimension; where nothing is left, its lines.
_NEXT = {
    "organization": "project", "connection": "organization", "service": "category",
    "category": "resource", "project": "resource", "cloud_provider": "region",
    "region": "resource", "instance_size": "resource", "resource_type": "resource",
    "charge_type": "service", "invoice": "service", "resource": "sku", "cluster": "sku",
}  # fmt: skip
# from what is large to what is small
_LEVELS = (
    "organization", "connection", "charge_type", "service", "category", "project",
    "cloud_provider", "region", "resource_type", "instance_size", "cluster", "resource", "sku",
)  # fmt: skip
_FINER = {"quarter": "month", "month": "day", "week": "day"}
MOST_LINES = 200


def next_group(state: ReportState) -> tuple[str, ...]:
    """What to group by once every group of a report is one value: none means its lines."""
    fixed = {one.dimension for one in state.filters if len(one.values) == 1}
    name = _NEXT.get(state.group[-1], "resource" if state.group[-1].startswith("tag:") else "")
    while name in fixed:
        name = _NEXT.get(name, "")
    return (name,) if name else ()


def into_group(state: ReportState, ids: tuple[str, ...]) -> ReportState:
    """The report of one group: a filter for each of its values, cut by what comes next."""
    sets = {one.set_number for one in state.filters} or {1}
    names = set(state.group)
    is_of_group = [one.operator == "is" and one.dimension in names for one in state.filters]
    if len(sets) > 1:
        # alternatives are narrowed one by one: in each both conditions must hold
        kept, operator = list(state.filters), "has"
    else:
        # what was found under a condition fulfils it
        pairs = zip(state.filters, is_of_group, strict=True)
        kept, operator = [one for one, is_of in pairs if not is_of], "is"
    values = zip(state.group, ids, strict=True)
    added = [Filter(name, operator, (value,), n) for name, value in values for n in sets]
    narrowed = replace(state, filters=merged([*kept, *added]))
    group = next_group(narrowed)
    return replace(narrowed, group=group, table=state.table if group else "lines")


def trail(state: ReportState) -> list[tuple[Filter | None, ReportState]]:
    """The way down to a report: each report above it, and the value that led further.

    It is read from the filters alone, so that a link shows it, too: those of one value, from what
    is large to what is small. The report itself comes last, with no value.
    """
    steps = [
        one
        for name in _LEVELS
        for one in state.filters
        if (one.dimension, one.operator, len(one.values), one.set_number) == (name, "is", 1, 1)
    ]
    is_simple = all(one.set_number == 1 for one in state.filters)
    above = [one for one in state.filters if one not in steps]
    found: list[tuple[Filter | None, ReportState]] = []
    for number, one in enumerate(steps if is_simple else ()):
        kept = merged([*above, *steps[:number]])
        table = "groups" if state.table == "lines" else state.table
        found.append((one, replace(state, filters=kept, group=(one.dimension,), table=table)))
    return [*found, (None, state)]


def into_period(report: Report, period: date) -> ReportState:
    """The report of one of its periods, in shorter ones."""
    days = shown(period, report.step, report.window)
    return replace(
        report.state, range="this_month", start=days.start, last=days.end - ONE_DAY,
        bin=_FINER.get(report.state.bin, "day"),
        table=report.state.table if report.step != "day" else "lines",
    )  # fmt: skip


def lines(report: Report, limit: int = MOST_LINES) -> Query:
    """The lines of invoices behind a report, the dearest first, each with where it was landed.

    A line over several days counts here with those in the report's days. Columns: unit, lines and
    total (of all, in cents), amount (cents, of the line in these days), line_cents, and the line's
    own.
    """
    bind = Binder()
    most = bind(limit)
    return bind.query(f"""with {_parts(report, bind)},
sums as (
    select unit, count(*) as lines, sum(amount)::bigint as total,
        list_min(max(abs(amount), {most})) as least
    from parts group by unit
),
dear as (
    select * from parts join sums using (unit) where abs(amount) >= least
)
select dear.unit, dear.lines, dear.total, dear.amount, line.cost_cents as line_cents,
    line.usage_date, line.usage_end_date, line.billed_date, line.invoice_month, line.invoice_id,
    line.org_name, line.project_name, line.resource_name, line.sku, line.sku_description,
    line.charge_type, line.region, line.quantity, line.unit as unit_of_usage, line.unit_price,
    line.discount_cents, line.line_item_id, line.landing_file
from dear join marts.fct_line_items as line on dear.place = line.rowid
qualify row_number() over (
    partition by dear.unit order by abs(dear.amount) desc, line_item_id
) <= {most}
order by dear.unit, abs(dear.amount) desc, line_item_id""")


def _parts(report: Report, bind: Bind) -> str:
    """What each line has in a report's days, told by its row, as common table expressions.

    Nearly every line is one day long and counts whole. Three million of them are read twice in
    0.1 CPU seconds, but grouped by their ids, sorted or copied in two to six.
    """
    days = within("usage_date", report.window, bind)
    asked = f"{report.counted}{report.where(bind)}"
    return f"""long as materialized (
    select rowid as place, line_item_id from marts.fct_line_items
    where usage_days > 1
        and usage_date < {bind(report.window.end)} and usage_end_date > {bind(report.window.start)}
),
several as materialized (
    select place, {CURRENCY} as unit, sum(cost_cents)::bigint as amount
    from marts.fct_line_item_days join long using (line_item_id)
    where usage_days > 1 and {days}
        and {asked}
    group by all
),
parts as not materialized (
    select rowid as place, {CURRENCY} as unit, cost_cents as amount
    from marts.fct_line_items
    where usage_days = 1 and {days}
        and {asked}
    union all
    select * from several
)"""
