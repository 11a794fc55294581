"""The parts of a month's allocation: its values, the rules that decided, resources, statements."""

from collections.abc import Mapping
from datetime import UTC, datetime

import altair as alt
import pandas as pd
import streamlit as st

from dashboard import (
    allocation_tables,
    components,
    data,
    design,
    drawing,
    grid,
    row_links,
    tables,
)
from dashboard.downloads import downloads
from dashboard.navigation import link
from dashboard.selection import selectable
from reporting import allocation, formats, statement
from reporting.comparisons import per_day_change
from reporting.documents import Document
from reporting.files import Column, Extract, Kind, Table
from reporting.query import Query, Row
from reporting.ranges import Window
from reporting.statement import Statement

MOST_BARS = 15
# Streamlit fits the legend above and the axis beneath into the height too: 123 px.
_BAR, _ROW, _AROUND = 17, 24, 125
_KINDS = {"Direct": design.TEAL, "Shared": design.PURPLE, "No rule": design.REST}


def cards(rows: list[Row], unit: str, month: str, state: str) -> None:
    """The month in dollars, what no rule takes, what is shared, and whether it is closed."""
    total, shared = (sum(row[name] for row in rows) for name in ("amount", "shared"))
    nobody = sum(row["by_no_rule"] for row in rows)
    with st.container(horizontal=True):
        _card(f"All costs, {month}", formats.money(total, unit))
        _card("Unallocated", f"{formats.money(nobody, unit)} · {_share(nobody, total)}")
        _card("Shared", f"{formats.money(shared, unit)} · {_share(shared, total)}")
        _card("Statement", state)


def _card(label: str, value: str) -> None:
    st.metric(label, value, border=True, height="stretch")


def _share(part: int, whole: int) -> str:
    return formats.share(part / whole if whole else None)


def bars(rows: list[Row], unit: str) -> None:
    """Each value as a bar, direct beside shared."""
    shown, rest = rows[:MOST_BARS], rows[MOST_BARS:]
    if rest:
        sums = {name: sum(row[name] for row in rest) for name in ("direct", "shared", "by_no_rule")}
        name = f"Other ({len(rest)} values)"
        shown = [*shown, {"value": name, "amount": sum(sums.values()), **sums}]
    text = ", ".join(f"{row['value']} {formats.money(row['amount'], unit)}" for row in shown)
    drawing.draw(_bars(shown, unit), alt=f"Cost of each value, direct and shared: {text}")


def _bars(rows: list[Row], unit: str) -> alt.LayerChart | alt.FacetChart:
    parts = [
        {
            "value": row["value"],
            "kind": kind,
            "place": place,
            # an axis wants floats; what is written is exact
            "cost": row[name] / 100,
            "amount": formats.money(row[name], unit),
        }
        for row in rows
        for place, (kind, name) in enumerate(
            zip(_KINDS, ("direct", "shared", "by_no_rule"), strict=True)
        )
        if row[name]
    ]
    order = [row["value"] for row in rows]
    y = alt.Y("value:N", sort=order, title=None, axis=alt.Axis(
        labelLimit=180, ticks=False, labelOverlap=False
    ))  # fmt: skip
    most = max(1, *(row["amount"] for row in rows)) / 100
    scale = alt.Scale(domain=[min(0, *(row["amount"] / 100 for row in rows)), most * 1.15])
    axis = alt.Axis(format="$,.2~f" if unit == "USD" else ",.2~f", tickCount=5)
    colours = alt.Scale(domain=list(_KINDS), range=list(_KINDS.values()))
    drawn = alt.Chart(pd.DataFrame(parts)).mark_bar(height=_BAR)
    stacked = drawn.encode(
        x=alt.X("cost:Q", title=unit, stack="zero", scale=scale, axis=axis), y=y,
        color=alt.Color("kind:N", title=None, scale=colours, legend=alt.Legend(orient="top")),
        order=alt.Order("place:Q"),
        tooltip=[alt.Tooltip("value:N", title="Value"), alt.Tooltip("kind:N", title="How"),
                 alt.Tooltip("amount:N", title="Cost")],
    )  # fmt: skip
    ends = pd.DataFrame({
        "value": order,
        "cost": [max(row["amount"], 0) / 100 for row in rows],
        "amount": [formats.money(row["amount"], unit) for row in rows],
    })  # fmt: skip
    labels = alt.Chart(ends).mark_text(align="left", dx=6, color=drawing.text_colour()).encode(
        x=alt.X("cost:Q", title=unit, scale=scale, axis=axis), y=y, text="amount:N"
    )  # fmt: skip
    return alt.layer(stacked, labels).properties(height=_ROW * len(rows) + _AROUND)


def table(
    rows: list[Row],
    unit: str,
    chosen: str,
    *,
    lengths: tuple[int, int] | None,
    statements: Mapping[str, Row],
    named: str,
) -> None:
    """Every value with its change and its statement; a click opens one."""
    total = sum(row["amount"] for row in rows)
    written = [_line(row, total, lengths, statements.get(row["value"])) for row in rows]
    columns = allocation_tables.columns(
        is_compared=lengths is not None,
        per_day=lengths is not None and lengths[0] != lengths[1],
        has_statement=bool(statements),
    )
    signed = {
        each.title: tables.signed_share_column(each.title)
        for each in columns
        if each.kind is Kind.SHARE and each.name != "share"
    }
    selectable(
        grid.frame(columns, written),
        [row["value"] for row in rows],
        chosen,
        key=f"allocation.{unit}",
        parameter="value",
        column_config=grid.config(columns, unit) | signed,
        placeholder=formats.ABSENT,
        height=tables.height(len(rows)),
    )
    files(f"allocation-{named}", columns, written, unit)


def _line(row: Row, total: int, lengths: tuple[int, int] | None, said: Row | None) -> Row:
    before = row["previous"]
    adjusted = said["adjustments"] if said else None
    return row | {
        "share": row["amount"] / total if total else None,
        "change": (row["amount"] - before) / abs(before) if before else None,
        "per_day": per_day_change(row["amount"], before, lengths) if lengths else None,
        "adjustments": adjusted,
        "statement": said["usage"] + said["adjustments"] if said else None,
    }


def files(name: str, columns: tuple[Column, ...], rows: list[Row], unit: str) -> None:
    """The menu of what a table shows; each currency has its own."""
    file = name if unit == "USD" else f"{name}-{unit.replace(' ', '-').lower()}"
    downloads(file, Table(name, allocation_tables.in_file(columns), rows))


def rules(key: str, days: Window, value: str) -> dict[str, Query]:
    """Which rule decided, for one value or for all."""
    query = allocation.rules(key, days, value)
    found = components.by_unit(data.rows(query))
    for unit, rows in found.items():
        components.unit_heading(unit, found)
        grid.grid(allocation_tables.RULES, rows, unit)
        files(f"allocation-rules-{key}-{days.start:%Y-%m}", allocation_tables.RULES, rows, unit)
    return {"Rules": query}


def resources(key: str, days: Window, value: str) -> dict[str, Query]:
    """What one value bears, each with its deciding rule and its cost report."""
    query = allocation.resources(key, value, days)
    found = components.by_unit(data.rows(query))
    if not found:
        st.caption("This value bears no costs of this month.")
    for unit, rows in found.items():
        components.unit_heading(unit, found)
        if (every := rows[0]["every"]) > sum(map(len, found.values())):
            st.caption(f"The {len(rows)} most expensive of {formats.count(every)}.")
        row_links.table(
            grid.frame(allocation_tables.RESOURCES, rows),
            {"Resource": allocation_tables.reports(rows, days)},
            key=f"allocation.resources.{unit}",
            column_config=grid.config(allocation_tables.RESOURCES, unit)
            | {"Resource": row_links.column("Resource")},
        )
        every_row = Extract(
            "Resources", allocation.resources(key, value, days, None),
            allocation_tables.in_file(allocation_tables.RESOURCES),
        )  # fmt: skip
        downloads(f"allocation-resources-{key}-{days.start:%Y-%m}", every_row)
    return {"Resources": query}


def statements(
    key: str, days: Window, value: str, state: Row | None
) -> tuple[list[Statement], dict[str, Query]]:
    """The statement of one value in each currency, closed or as it would be now."""
    status = state["status"] if state else statement.DRAFT
    query = (
        allocation.closed_statement(key, value, days.start)
        if status == statement.CLOSED
        else allocation.open_statement(key, value, days)
    )
    of = {
        "key": key, "value": value, "month": days.start, "status": status,
        "closed_at": state["closed_at"] if state else None,
    }  # fmt: skip
    found = [
        statement.statement(rows, unit=unit, **of)
        for unit, rows in components.by_unit(data.rows(query)).items()
    ]
    return found, {"Statement": query}


def statement_table(found: Statement, asked: Query) -> None:
    """A statement's total and lines, and its files."""
    st.markdown(
        f"**{formats.plain(formats.money(found.total, found.unit))}** · "
        f"{formats.plain(found.sums)}  \n{formats.plain(found.state)}"
    )
    grid.grid(found.columns, found.lines, found.unit, height=tables.height(len(found.lines)))
    downloads(found.name, statement.table(found), document=lambda: made_of(found, asked))


def made_of(found: Statement, asked: Query) -> Document:
    """A statement as a document."""
    page = link(
        "allocation", key=found.key, month=f"{found.month:%Y-%m}", value=found.value,
        part="statement",
    )  # fmt: skip
    return statement.document(found, data.rows, page, (("Statement", asked),), datetime.now(UTC))
