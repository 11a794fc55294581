"""A report's tables: its groups beside their total, its periods, and the lines beneath it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import tables
from dashboard.tables import amount_column, height, shown
from reporting import formats, words
from reporting.charts import group_label
from reporting.comparisons import per_day_change
from reporting.query import Row
from reporting.report import Report

PER_DAY, DELTA, SHARE, TREND = "Change per day", "Difference", "Share", "Trend"
# what it is of and what it cost come first: there are more columns than a screen has room for
_LINE_COLUMNS = {
    "usage_date": "Usage day", "amount": "Cost", "project_name": "Project",
    "resource_name": "Resource", "sku_description": "What", "sku": "SKU",
    "charge_type": "Charge type", "region": "Region", "quantity": "Quantity",
    "unit_of_usage": "Unit", "unit_price": "Unit price", "line_cents": "Line",
    "discount_cents": "Discount",
    "billed_date": "Billed on", "invoice_month": "Invoice month", "invoice_id": "Invoice",
    "org_name": "Organization", "line_item_id": "Line id", "landing_file": "Landing file",
}  # fmt: skip
_MONEY = frozenset({"amount", "line_cents", "discount_cents"})


def groups_table(
    report: Report, rows: list[Row], total: Row, courses: Mapping[int, list[Any]], key: str
) -> Row | None:
    """Groups with previous, current, share and change, beneath their total.

    Args:
        report: What is shown.
        rows: Its groups.
        total: The same columns without groups.
        courses: How each place went, period by period.
        key: Tells this table from others of the page.

    Returns:
        The group whose name was clicked.
    """
    headings, measure = [each.label for each in report.groups], report.state.measure
    days, unit = report.lengths, total["unit"]
    columns: dict[str, Any] = {
        name: amount_column(name, unit, measure) for name in ("Previous", "Current", DELTA)
    }
    columns[SHARE] = tables.share_column()
    columns |= {name: tables.change_column() for name in ("Change", PER_DAY)}
    columns[TREND] = st.column_config.LineChartColumn(width="small")
    names = ["Current", SHARE]
    if report.compared:
        names = ["Previous", "Current", SHARE, DELTA, "Change"]
    # a longer month costs more without anything having grown
    if days and days[0] != days[1]:
        names.append(PER_DAY)
    names = [*(headings or ["Group"]), *names, *([TREND] if courses else [])]
    whole = _line(total, total, report, courses.get(0), ["Total"])
    lines = [
        _line(row, total, report, courses.get(row["place"]), _names(row, report))
        for row in (rows if headings else [])
    ]
    total_frame, frame = (pd.DataFrame(each, columns=names) for each in ([whole], lines))
    columns = _aligned(columns, names, [total_frame, frame])
    _table(total_frame, columns, names, bold=True)
    return _clicked(frame, columns, rows, headings, key) if lines else None


def dates_table(report: Report, rows: list[Row], unit: str) -> None:
    """Groups by periods, beneath the total of each period; a partial period says so."""
    measure, partials = report.state.measure, words.partial_periods(report, rows)
    # a group may be called Total, or as another one
    total: dict[str, Any] = {}
    groups: dict[int, tuple[str, dict[str, Any]]] = {}
    for row in rows:
        period = words.period_name(row["period"], report.state.bin)
        if note := partials.get(row["period"]):
            period = f"{period} ({note})"
        groups.setdefault(row["place"], (group_label(row), {}))[1][period] = row["amount"]
        total[period] = total.get(period, 0) + row["amount"]

    def line(name: str, amounts: dict[str, Any]) -> dict[str, Any]:
        return {"Group": name} | {each: shown(amounts[each], measure) for each in amounts}

    columns: dict[str, Any] = {each: amount_column(each, unit, measure) for each in total}
    columns["Group"] = st.column_config.TextColumn(pinned=True)
    names = ["Group", *total]
    whole = pd.DataFrame([line("Total", total)])
    frame = pd.DataFrame([line(*group) for group in groups.values()], columns=names)
    columns = _aligned(columns, names, [whole, frame])
    _table(whole, columns, names, bold=True)
    if report.groups:
        _table(frame, columns, names)


def lines_table(rows: list[Row], unit: str) -> None:
    """The lines of invoices, with how many there are and what they come to."""
    count, total = rows[0]["lines"], formats.money(rows[0]["total"], unit)
    few = f"the {formats.count(len(rows))} most expensive of " if count > len(rows) else ""
    st.caption(formats.plain(f"Showing {few}{formats.counted(count, 'line')}, together {total}."))
    frame = pd.DataFrame([
        {
            title: shown(row[name]) if name in _MONEY else _plain(row[name])
            for name, title in _LINE_COLUMNS.items()
        }
        for row in rows
    ])  # fmt: skip
    columns: dict[str, Any] = {
        _LINE_COLUMNS[name]: amount_column(_LINE_COLUMNS[name], unit) for name in _MONEY
    }
    columns["Invoice month"] = st.column_config.DateColumn(format="MMM YYYY")
    for day in ("Usage day", "Billed on"):
        columns[day] = st.column_config.DateColumn(format="D MMM YYYY")
    _table(frame, columns, list(_LINE_COLUMNS.values()))


def _line(
    row: Row, total: Row, report: Report, course: list[Any] | None, names: list[str]
) -> dict[str, Any]:
    headings = [each.label for each in report.groups] or ["Group"]
    padded = [*names, *[""] * (len(headings) - len(names))]
    measure, days = report.state.measure, report.lengths
    return dict(zip(headings, padded, strict=False)) | {
        "Previous": shown(row["previous"], measure),
        "Current": shown(row["amount"], measure),
        SHARE: float(row["amount"] / total["amount"]) if total["amount"] > 0 else None,
        DELTA: shown(row["amount"] - row["previous"], measure),
        "Change": row["change"],
        PER_DAY: per_day_change(row["amount"], row["previous"], days) if days else None,
        TREND: [shown(each, measure) for each in course] if course else None,
    }


def _names(row: Row, report: Report) -> list[str]:
    if row["is_rest"]:
        return [group_label(row)]
    return [str(row[f"label_{n}"]) for n, _ in enumerate(report.groups, 1)]


def _aligned(
    columns: Mapping[str, Any], names: list[str], frames: list[pd.DataFrame]
) -> dict[str, Any]:
    """The columns as wide in the total's table as in the one beneath; the last has what is left.

    The total is a table of its own: a reader who sorts the groups does not move it.
    """
    return dict(columns) | {
        name: _wide(columns.get(name), _width(name, columns.get(name), frames))
        for name in names[:-1]
    }


def _width(name: str, column: Any, frames: list[pd.DataFrame]) -> int:  # noqa: ANN401
    write = column.text if isinstance(column, tables.Numbers) else str
    cells = (write(value) for frame in frames for value in frame[name].dropna())
    return tables.text_px([name, *cells])


def _wide(column: Any, width: int) -> Any:  # noqa: ANN401  ours, Streamlit's or none
    if isinstance(column, tables.Numbers):
        return replace(column, width=width)
    return {**(column or {}), "width": width}


def _clicked(
    frame: pd.DataFrame,
    columns: Mapping[str, Any],
    rows: list[Row],
    headings: list[str],
    key: str,
) -> Row | None:
    selected = _table(
        frame, columns, list(frame.columns), key=key, on_select="rerun",
        selection_mode="single-cell", height=height(len(frame)),
    )  # fmt: skip
    cells = selected.selection.get("cells", []) if selected else []
    found = [int(number) for number, column in cells if column in headings]
    return rows[found[0]] if found else None


def _table(
    frame: pd.DataFrame,
    columns: Mapping[str, Any],
    names: list[str],
    **options: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    return tables.table(frame, column_config=columns, column_order=names, **options)


def _plain(value: Any) -> Any:  # noqa: ANN401
    """A decimal as a table draws it: without the zeros that its type carries."""
    return float(value) if hasattr(value, "as_tuple") else value
