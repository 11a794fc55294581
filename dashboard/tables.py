"""Tables and CSV files from rows: what is drawn is rounded for the eye, what is saved is exact."""

from typing import Any

import pandas as pd
import streamlit as st

from reporting import formats, words
from reporting.charts import group_label
from reporting.comparisons import per_day_change
from reporting.money import major
from reporting.queries import Report
from reporting.query import Row

PER_DAY = "Change per day"
_ROW_PX, _TALLEST_PX = 35, 700


def amount_column(title: str, unit: str, measure: str = "cost", *, width: int | None = None) -> Any:  # noqa: ANN401
    """A table column of amounts: written as money, sorted as numbers."""
    notation = "%,.2f" if measure == "usage" else formats.column_format(unit)
    return st.column_config.NumberColumn(title, format=notation, width=width)


def shown(amount: Any, measure: str = "cost") -> float | None:  # noqa: ANN401
    """An amount as a table draws it; the exact one stays in the rows and in the CSV."""
    if amount is None:
        return None
    return float(amount if measure == "usage" else major(amount))


def height(rows: int, tallest: int = _TALLEST_PX) -> int:
    """A table as tall as its rows, up to a screen: no scrolling inside a page that has room."""
    return min(_ROW_PX * (rows + 1) + 3, tallest)


def groups_table(report: Report, rows: list[Row], total: Row) -> None:
    """Groups by (previous, current, change), beneath their total."""
    headings, measure = [each.label for each in report.groups], report.state.measure
    days, unit = report.lengths, total["unit"]
    columns = {name: amount_column(name, unit, measure) for name in ("Previous", "Current")}
    shown_columns = ["Previous", "Current", "Change"] if report.compared else ["Current"]
    # a longer month costs more without anything having grown
    if days and days[0] != days[1]:
        shown_columns.append(PER_DAY)
    _beneath_total(
        _group_line(total, headings or ["Group"], measure, days, ["Total"]),
        [_group_line(row, headings, measure, days) for row in rows] if headings else [],
        columns,
        [*(headings or ["Group"]), *shown_columns],
    )


def _beneath_total(
    total: dict[str, Any],
    lines: list[dict[str, Any]],
    columns: dict[str, Any],
    names: list[str],
) -> None:
    """The total is a table of its own: a reader who sorts the groups does not move it."""
    for each, is_total in (([total], True), (lines, False)):
        if each:
            style: Any = pd.DataFrame(each, columns=names).style  # its stubs refuse what it takes
            changes = [name for name in ("Change", PER_DAY) if name in names]
            style = style.format(formats.change, subset=changes, na_rep="new")
            st.dataframe(
                style.set_properties(**{"font-weight": "650"}) if is_total else style,
                hide_index=True,
                placeholder=formats.ABSENT,
                column_config=columns,
                column_order=names,
            )


def _group_line(
    row: Row,
    headings: list[str],
    measure: str,
    days: tuple[int, int] | None,
    names: list[str] | None = None,
) -> dict[str, Any]:
    if names is None:
        names = [str(row[f"label_{n}"]) for n, _ in enumerate(headings, 1)]
        names = [group_label(row)] if row["is_rest"] else names
    padded = [*names, *[""] * (len(headings) - len(names))]
    return dict(zip(headings, padded, strict=False)) | {
        "Previous": shown(row["previous"], measure),
        "Current": shown(row["amount"], measure),
        "Change": row["change"],
        PER_DAY: per_day_change(row["amount"], row["previous"], days) if days else None,
    }


def dates_table(report: Report, rows: list[Row], unit: str) -> None:
    """Groups by periods, beneath the total of each period; a partial period says so."""
    measure, step, partials = (
        report.state.measure,
        report.state.bin,
        words.partial_periods(report, rows),
    )
    # a group may be called Total
    total: dict[str, Any] = {}
    groups: dict[str, dict[str, Any]] = {}
    for row in rows:
        period = words.period_name(row["period"], step)
        if note := partials.get(row["period"]):
            period = f"{period} ({note})"
        groups.setdefault(group_label(row), {})[period] = row["amount"]
        total[period] = total.get(period, 0) + row["amount"]

    def line(name: str, amounts: dict[str, Any]) -> dict[str, Any]:
        return {"Group": name} | {each: shown(amounts[each], measure) for each in amounts}

    columns = {each: amount_column(each, unit, measure) for each in total}
    _beneath_total(
        line("Total", total),
        [line(*group) for group in groups.items()] if report.groups else [],
        columns | {"Group": st.column_config.TextColumn(pinned=True)},
        ["Group", *total],
    )
