"""Allocation: who bears a month, by which rule, and the statement of each value."""

from datetime import date

import streamlit as st

from dashboard import allocation_parts, allocation_tables, components, data, grid
from dashboard.address import Address
from dashboard.head import head
from reporting import allocation, comparisons, formats, tagging
from reporting.files import Column, Kind
from reporting.query import Query
from reporting.ranges import ONE_DAY, DataDays, Window, add_months

Queries = dict[str, Query]
PARTS = {"resources": "Resources", "rules": "Deciding rules", "statement": "Statement"}
COVERAGE = (
    Column("tag_key", "Tag key"),
    Column("share", "Share", Kind.SHARE),
    Column("tagged", "Tagged", Kind.MONEY),
    Column("total", "All costs", Kind.MONEY),
)
VALUES = (Column("value", "Value"), Column("amount", "Cost", Kind.MONEY))


def without_keys(days: DataDays) -> None:
    """How to begin, and what tags alone would give."""
    month = newest(days)
    end = add_months(month, 1)
    query = tagging.coverage("current", month, end)
    found = components.by_unit(data.rows(query))
    keys = sorted((row for rows in found.values() for row in rows),
                  key=lambda row: (-(row["share"] or 0), row["tag_key"]))  # fmt: skip
    names = list(dict.fromkeys(row["tag_key"] for row in keys)) or ["team"]
    address = Address("allocation")
    key = address.choice("key", "Tag key", names)
    address.done()
    st.info(
        "No allocation yet: write config/allocation.yaml and run `atlas-costs refresh`. This is "
        "enough to begin with; config/allocation.yaml.example has every option, such as shared "
        "costs and percentages.",
        icon=":material/call_split:",
    )
    st.code(allocation_tables.beginning(key), language="yaml")
    values = tagging.values(key, "current", month, end)
    borne = components.by_unit(data.rows(values))
    for unit in found:
        st.subheader(f"What tags alone would give, {formats.month(month)}")
        left, right = st.columns(2)
        with left:
            grid.grid(COVERAGE, [row for row in keys if row["unit"] == unit], unit)
        with right:
            total, rows = found[unit][0]["total"], borne.get(unit, [])
            nobody = total - sum(row["amount"] for row in rows)
            grid.grid(VALUES, [{"value": "(untagged)", "amount": nobody}, *rows], unit)
    components.sql_behind({"Coverage": query, "Values": values})


def newest(days: DataDays) -> date:
    """The last month that is over; the running one where there is none."""
    running = (days.through + ONE_DAY).replace(day=1)
    before = add_months(running, -1)
    return before if before >= days.first.replace(day=1) else running


def compared(month: Window, days: DataDays) -> tuple[comparisons.Comparison, Window]:
    """The days before, and those of the month with costs."""
    name = "same_days" if month.end > days.through + ONE_DAY else "previous"
    shown = Window(month.start, min(month.end, days.through + ONE_DAY))
    return comparisons.comparison(name, None, shown, days), shown


def rule(before: comparisons.Comparison, *, is_running: bool) -> str:
    """What the changes are measured against."""
    if not before.window:
        return formats.plain(before.rule)
    span = formats.span(before.window.start, before.window.end)
    rest = "; this month's newest days are not, so costs seem to fall" if is_running else ""
    return f"Before: {span}, with everything billed since{rest}."


head("Allocation")
days = components.usage_days()
keys = {row["key"]: row for row in data.rows(allocation.KEYS)}
if not keys:
    without_keys(days)
    st.stop()
totals = data.rows(allocation.MONTHS)
months = {f"{row['month']:%Y-%m}": formats.month(row["month"]) for row in totals}
address = Address("allocation")
with st.container(horizontal=True, vertical_alignment="bottom"):
    key = address.choice("key", "Key", list(keys))
    last = f"{newest(days):%Y-%m}"
    written = address.choice(
        "month", "Month", months, default=last if last in months else next(iter(months))
    )
start = date.fromisoformat(f"{written}-01")
month = Window(start, add_months(start, 1))
before, shown = compared(month, days)
queries: Queries = {
    "Values": allocation.values(key, keys[key]["default_value"], month, before.window),
    "All costs": allocation.MONTHS,
    "Statements": allocation.STATEMENTS,
    "Statement of the month": allocation.statement_totals(key, start),
}
closings = {row["month"]: row for row in data.rows(allocation.STATEMENTS)}
said = components.by_unit(data.rows(queries["Statement of the month"]))
st.caption(rule(before, is_running=month.end > days.through))
found = components.by_unit(data.rows(queries["Values"]))
state = closings.get(start)
named = {"closed": "Closed", "open": "Open"}.get(state["status"] if state else "", "Not closed")
value = address.plain("value")
every = [row["value"] for rows in found.values() for row in rows]
if value and value not in every:
    address.refuse("This month has no such value; showing the rules of all.")
    value = ""
for unit, rows in found.items():
    components.unit_heading(unit, found)
    name = formats.month(start) + (" to date" if shown.end < month.end else "")
    allocation_parts.cards(rows, unit, name, named)
    [total] = [row["amount"] for row in totals if row["month"] == start and row["unit"] == unit]
    st.caption(formats.plain(allocation_tables.sum_text(rows, total, start, unit)))
    st.caption(allocation_tables.month_text(start, days.through, named))
    allocation_parts.bars(rows, unit)
    lengths = (shown.days, before.window.days) if before.window else None
    statements = {row["value"]: row for row in said.get(unit, [])}
    allocation_parts.table(
        rows, unit, value,
        lengths=lengths, statements=statements, named=f"{key}-{written}",
    )  # fmt: skip
part = "rules"
if value:
    st.subheader(f"{formats.plain(key)}: {formats.plain(value)}")
    part = address.choice("part", "What to show of it", PARTS, is_short=True,
                          label_visibility="collapsed")  # fmt: skip
else:
    st.subheader("Deciding rules")
    st.caption("Choose a value in the table for its resources and its statement.")
if part == "rules":
    queries |= allocation_parts.rules(key, month, value)
if part == "resources":
    queries |= allocation_parts.resources(key, month, value)
if part == "statement":
    made, asked = allocation_parts.statements(key, month, value, state)
    queries |= asked
    for each in made:
        allocation_parts.statement_table(each, asked["Statement"])
address.done()
components.sql_behind(queries)
