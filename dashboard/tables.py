"""Tables and CSV files from rows: what is drawn is rounded for the eye, what is saved is exact."""

import csv
import io
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import formats
from dashboard.charts import group_label
from dashboard.data import Row
from reporting.money import major


def amount_column(title: str, unit: str, measure: str = "cost") -> Any:  # noqa: ANN401
    """A table column of amounts: written as money, sorted as numbers."""
    notation = "%,.2f" if measure == "usage" else formats.column_format(unit)
    return st.column_config.NumberColumn(title, format=notation)


def shown(amount: Any, measure: str = "cost") -> float | None:  # noqa: ANN401
    """An amount as a table draws it; the exact one stays in the rows and in the CSV."""
    if amount is None:
        return None
    return float(amount if measure == "usage" else major(amount))


def groups_table(
    rows: list[Row], total: Row, headings: list[str], measure: str, *, compared: bool
) -> None:
    """Groups by (previous, current, change), the total first."""
    lines = [_group_line(total, headings, measure, ["Total"])]
    lines += [_group_line(row, headings, measure) for row in rows]
    unit = total["unit"]
    columns = {
        "Previous": amount_column("Previous", unit, measure),
        "Current": amount_column("Current", unit, measure),
        "Change": st.column_config.NumberColumn("Change", format="percent"),
    }
    names = [*headings, *(["Previous", "Current", "Change"] if compared else ["Current"])]
    frame = pd.DataFrame(lines)
    st.dataframe(
        _bold_first(frame),
        hide_index=True,
        placeholder=formats.ABSENT,
        column_config=columns,
        column_order=names,
    )


def _group_line(
    row: Row, headings: list[str], measure: str, names: list[str] | None = None
) -> dict[str, Any]:
    if names is None:
        names = [str(row[f"label_{n}"]) for n, _ in enumerate(headings, 1)]
        names = [group_label(row)] if row["is_rest"] else names
    padded = [*names, *[""] * (len(headings) - len(names))]
    return dict(zip(headings, padded, strict=False)) | {
        "Previous": shown(row["previous"], measure),
        "Current": shown(row["amount"], measure),
        "Change": row["change"],
    }


def dates_table(rows: list[Row], unit: str, measure: str, step: str) -> None:
    """Groups by periods, the total of each period first."""
    cells: dict[str, dict[str, Any]] = {"Total": {}}
    for row in rows:
        period = _period(row, step)
        cells.setdefault(group_label(row), {})[period] = row["amount"]
        cells["Total"][period] = cells["Total"].get(period, 0) + row["amount"]
    lines = [
        {"Group": name} | {period: shown(amount, measure) for period, amount in line.items()}
        for name, line in cells.items()
    ]
    columns = {p: amount_column(p, unit, measure) for p in cells["Total"]}
    st.dataframe(
        _bold_first(pd.DataFrame(lines)),
        hide_index=True,
        placeholder=formats.ABSENT,
        column_config=columns | {"Group": st.column_config.TextColumn(pinned=True)},
    )


def _period(row: Row, step: str) -> str:
    if step == "month":
        return formats.month(row["period"])
    return f"from {formats.day(row['period'])}" if step == "quarter" else f"{row['period']}"


def _bold_first(frame: pd.DataFrame) -> Any:  # noqa: ANN401  pandas' Styler has no stubs here
    def bold(line: pd.Series) -> list[str]:
        return ["font-weight: 650" if line.name == 0 else ""] * len(line)

    return frame.style.apply(bold, axis=1)


def csv_file(rows: list[Row], headings: list[str], measure: str) -> str:
    """Rows as CSV: exact cents and the decimal amount side by side, formulas made inert."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    amounts = ["quantity"] if measure == "usage" else ["amount_cents", "amount"]
    writer.writerow(["period", *headings, "unit" if measure == "usage" else "currency", *amounts])
    for row in rows:
        labels = [formats.csv_text(row[f"label_{n}"]) for n, _ in enumerate(headings, 1)]
        exact = row["amount"]
        values = [exact] if measure == "usage" else [exact, major(exact)]
        writer.writerow([row["period"], *labels, row["unit"], *values])
    return out.getvalue()


def resources_csv(rows: list[Row]) -> str:
    """Active resources as CSV: every column, amounts in cents and as decimals."""
    amounts = ("month_to_date", "last_30_days", "projected_month")
    lines = []
    for row in rows:
        line = {name: formats.csv_text(value) for name, value in row.items() if name not in amounts}
        for name in amounts:
            line[f"{name}_cents"] = row[name]
            line[name] = None if row[name] is None else major(row[name])
        lines.append(line)
    out = io.StringIO()
    writer = csv.DictWriter(out, list(lines[0]) if lines else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return out.getvalue()
