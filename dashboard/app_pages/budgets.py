"""Budgets: which are exceeded or will be, by how much, and what drives them."""

from collections.abc import Sequence
from datetime import date

import streamlit as st

from dashboard import (
    beginning,
    budget_charts,
    budget_tables,
    budget_words,
    budgeting,
    components,
    data,
    left_out,
)
from dashboard.address import Address
from dashboard.downloads import downloads
from dashboard.drawing import draw
from dashboard.head import head
from reporting import budgets as questions
from reporting import formats
from reporting.budgets import UNBUDGETED
from reporting.plan_sheets import sheets
from reporting.query import Query, Row
from reporting.ranges import ONE_DAY, Window, add_months

ORDERS = {"risk": "By risk", "tree": "As a tree"}
TWICE = (
    "Spent, budgeted and left are of the budgets that have no parent, which include their "
    "children: no cost counts twice in a branch. Over and at risk take of each branch the topmost "
    "budget that is."
)


def cards(rows: Sequence[Row], unit: str) -> None:
    """The month in dollars: spent, left, over, at risk, and what no budget covers."""
    sums = budgeting.sums(rows)
    top, over, risky = map(budget_words.which, (sums.roots, sums.exceeded, sums.risky))
    spent = f"{top}: of {formats.money(sums.budgeted, unit)}"
    ahead = {"Over at month end": (sums.at_risk, f"{risky}: expected")}
    found: dict[str, tuple[int, str]] = {
        "Spent": (sums.spent, spent), "Left": (sums.left, top), "Over": (sums.over, over),
        **(ahead if rows[0]["is_running"] else {}), "In no budget": (sums.unbudgeted, ""),
    }  # fmt: skip
    with st.container(horizontal=True):
        for label, (cents, note) in found.items():
            st.metric(
                label, formats.money(cents, unit), formats.plain(note) or None, delta_color="off",
                delta_arrow="off", border=True, height="stretch", help=TWICE,
            )  # fmt: skip


def about(row: Row, month: Window, unit: str) -> dict[str, Query]:
    """One budget: how it stands, its month and its year, and what its costs are of."""
    name = row["budget"]
    queries = {
        "Days": questions.days(name, unit, month.start),
        "History": questions.history(name, unit, month.start),
        "Costs": questions.costs(name, unit, month.start),
        "In none of its parts": questions.in_no_part(name, unit, month.start),
    }
    owner = f", {formats.plain(row['owner'])}" if row["owner"] else ""
    st.subheader(f"{formats.plain(name)}{owner}")
    if name != UNBUDGETED:
        st.markdown(formats.plain(budgeting.sentence(row)))
        rest = data.rows(queries["In none of its parts"])
        if parts := budget_words.of_parts(row, rest):
            st.markdown(formats.plain(parts))
    if row["warning"]:
        st.warning(formats.plain(row["warning"]), icon=":material/rule:")
    band = None
    if row["is_running"] and row["forecast"] and (scope := budgeting.scope(row["report"])):
        queries["Band"] = questions.band(*scope, unit, month.start, row["forecast"])
        band = next(iter(data.rows(queries["Band"])), None)
    left, right = st.columns(2)
    with left:
        days = data.rows(queries["Days"])
        if days:
            draw(budget_charts.by_day(days, band, unit), f"{name} by day against its plan")
            budget_tables.band_note(row, band, unit)
    with right:
        history = data.rows(queries["History"])
        if name != UNBUDGETED:
            draw(budget_charts.by_month(history, unit), f"{name} by month against its budget")
            st.caption(formats.plain(budget_words.of_year(history, unit)))
    budget_tables.costs(data.rows(queries["Costs"]), row, month, unit)
    return queries


head("Budgets", "What may be spent, what was, and what will be.")
days = components.usage_days()
left_out.warn("plans", "budgets", "budget_days", "budget_costs")
queries: dict[str, Query] = {"Months": questions.months()}
months = data.rows(queries["Months"])
if not months:
    queries["Projects"] = beginning.budgets(days)
    components.sql_behind(queries)
    st.stop()
names = {f"{row['month']:%Y-%m}": formats.month(row["month"]) for row in months}
running = next((each for each in months if each["is_running"]), months[0])["month"]
address = Address("budgets")
with st.container(horizontal=True, vertical_alignment="bottom"):
    asked = address.choice("month", "Month", names, default=f"{running:%Y-%m}", width=160)
    order = address.choice("order", "Order", ORDERS, is_short=True)
    start = date.fromisoformat(f"{asked}-01")
    queries["Budgets"] = questions.of_month(start)
    every = data.rows(queries["Budgets"])
    ranked = [row["budget"] for row in budgeting.by_risk(every)]
    ids = [*ranked, *({row["budget"] for row in every} - set(ranked))]
    chosen = address.choice("id", "Budget", ids, width=240)
address.done()
month = Window(start, min(add_months(start, 1), max(days.through + ONE_DAY, start + ONE_DAY)))
found = components.by_unit(every)
for unit, rows in found.items():
    components.unit_heading(unit, found)
    cards(rows, unit)
    listed = (
        budgeting.as_tree(rows)
        if order == "tree"
        else [(0, row) for row in budgeting.by_risk(rows)]
    )
    if any(row["budgeted"] for _, row in listed):
        draw(budget_charts.use(listed, unit), "How much of each budget is used")
    if listed:
        budget_tables.listed(listed, chosen, unit)
    for row in rows:
        if row["budget"] == chosen and (row["budgeted"] is not None or row["actual"]):
            queries |= about(row, month, unit)
    if chosen != UNBUDGETED:
        queries |= budget_tables.unbudgeted(rows, month, unit)
downloads(f"atlas-budgets-{asked}", sheets(queries))
components.sql_behind(queries)
