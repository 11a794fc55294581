# ruff: noqa: S608  what is put into SQL text comes from the dimension registry; values are bound
"""Why a report's amount differs from the one it is compared with, to the cent."""

from reporting.dimensions import told_apart
from reporting.query import Binder, Query
from reporting.ranges import Window
from reporting.relations import DAILY
from reporting.report import Report

KINDS = (
    "new", "gone", "resumed", "paused", "tier", "quantity", "price", "days", "follows_usage",
    "credit", "moved", "late",
)  # fmt: skip


def causes(report: Report) -> Query:
    """The difference of each group by kind of change; the kinds add up to what the report says.

    What stayed but has another tag, region or invoice in the later period is `moved`, from one
    value to the other, and in sum nothing.
    Columns: unit, label_1…, cause (one of KINDS), amount (cents).

    Raises:
        ValueError: the report is compared with nothing, or not in costs.
    """
    if report.compared is None or report.state.measure != "cost" or report.is_billed:
        raise ValueError("only costs by day of usage that are compared with others have causes")
    bind = Binder()
    numbers = range(1, len(report.groups) + 1)
    ids = "".join(f", id_{n}" for n in numbers)
    labels = "".join(
        f"{told_apart(f'max(label_{n})', f'unit, max(label_{n})', f'id_{n}')} as label_{n}, "
        if each.id_column
        else f"max(label_{n}) as label_{n}, "
        for n, each in enumerate(report.groups, 1)
    )
    return bind.query(f"""with changes as ({_changes(report, report.compared, bind)}
),
asked as (
    select
        *,
        bool_or(is_earlier and is_of_both) over part as was_here,
        bool_or(not is_earlier and is_of_both) over part as is_here
    from changes
    where is_asked
    window part as (partition by unit{ids}, life_id, sku)
)
select
    unit, {labels}if(kind in ('quantity', 'price') and stayed and not (was_here and is_here),
        'moved', kind) as cause,
    sum(amount_cents)::bigint as amount
from asked
group by unit{ids}, cause
having sum(amount_cents) <> 0
order by unit, abs(amount) desc, cause""")


def lines_compared(report: Report) -> Query:
    """How many lines of invoices both periods have, which decides how long causes take."""
    bind = Binder()
    days = " or ".join(f"({DAILY.during(each, bind)})" for each in report.windows)
    return bind.query(
        f"select coalesce(sum(line_items), 0)::bigint as lines from {DAILY.name} where {days}"
    )


def _changes(report: Report, earlier: Window, bind: Binder) -> str:
    """Both periods' rows with their groups, and whether what they are of stayed."""
    named = "".join(
        f"        {each.id_sql(bind)} as id_{n}, {each.label_sql(bind)} as label_{n},\n"
        for n, each in enumerate(report.groups, 1)
    )
    ends = (earlier.start, earlier.end, report.window.start, report.window.end, earlier.known_by)
    days = ", ".join(f"{bind(each)}::date" if each else "null" for each in ends)
    # what was not known at the same age is in neither amount
    known = "kind <> 'late'" if earlier.known_by else "true"
    return f"""
    select
        coalesce(pricing_currency, 'unknown currency') as unit,
{named}        life_id, sku, is_earlier, kind, amount_cents,
        kind = 'quantity' as is_of_both,
        bool_or(is_earlier) filter (kind = 'quantity') over here
            and bool_or(not is_earlier) filter (kind = 'quantity') over here as stayed,
        {report.counted}{report.where(bind)} as is_asked
    from marts.cost_changes({days})
    where {known}
    window here as (partition by pricing_currency, life_id, sku)"""
