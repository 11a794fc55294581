"""Tables of anomalies, of what was said of them, and of what changed by month. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date

import pandas as pd

from dashboard import row_links, tables
from reporting import anomalies, formats, url_state
from reporting.query import Row

AMOUNTS = ("Over expected", "More usage", "Higher price", "Change", "Before", "After")
PENDING = "Since the last refresh"


def status(row: Row) -> str:
    """Open, explained by an event, or what somebody or its own rhythm makes of it."""
    if row["verdict"] == "real":
        return f"open, confirmed as real: {row['verdict_reason']}"
    if row["verdict"]:
        return f"acknowledged: {row['verdict_reason']}"
    if row["status"] == "expected":
        return "expected: it recurs"
    return f"explained: {row['event']}" if row["status"] == "explained" else str(row["status"])


def explained(row: Row, *amounts: int | None) -> str:
    """What the refresh said of it, its amounts (cents) as this page writes them."""
    known = [cents for cents in amounts if cents is not None]
    return formats.rewritten(row["explanation"], row["unit"], known)


def is_new(row: Row) -> bool:
    """Whether it is open and nobody has said anything of it."""
    return bool(row["status"] == "open" and row["verdict"] is None)


def of_view(rows: Sequence[Row], view: str) -> list[Row]:
    """Those of a view, new ones first."""
    return sorted((row for row in rows if row["view"] == view), key=lambda row: not is_new(row))


def listed(rows: Sequence[Row], pending: Mapping[str, str]) -> pd.DataFrame:
    """Anomalies of one currency, in the order of the rows."""
    lines = [
        {
            "Over expected": tables.shown(row["over_cents"]),
            "Since": row["usage_date"],
            "Until": "ongoing" if row["is_ongoing"] else formats.day(row["last_day"]),
            "Scope": row["scope"],
            PENDING: pending.get(row["anomaly_id"]),
            "Status": status(row),
            "More usage": tables.shown(row["quantity_effect_cents"]),
            "Higher price": tables.shown(row["price_effect_cents"]),
            "SKU": row["sku"],
        }
        for row in rows
    ]
    return pd.DataFrame(lines).dropna(axis="columns", how="all")


def said(rows: Sequence[Row]) -> pd.DataFrame:
    """What was said, the newest first."""
    return pd.DataFrame([
        {
            "At (UTC)": row["at"],
            "By": row["by"],
            "Verdict": row["verdict"],
            "Reason": row["reason"],
            "Scope": row["scope"] or "no longer found",
            "Over expected": tables.shown(row["over_cents"]),
            "Holds for": "any day" if row["pattern"] == "any" else "what is alike",
            "Until": row["until"],
            "Anomaly": row["anomaly_id"],
        }
        for row in rows
    ])  # fmt: skip


def alerts(rows: Sequence[Row], through: date) -> pd.DataFrame:
    """Change alerts of one currency and month, the largest first."""
    return pd.DataFrame([
        {
            "Change": tables.shown(row["change_cents"]),
            "Change %": _percent(row["change_percent"]),
            "Group": row["scope"],
            "Alert": row["alert"],
            "Before": tables.shown(row["before_cents"]),
            "After": tables.shown(row["after_cents"]),
            "Report": row_links.OPEN if report(row, through) else None,
        }
        for row in rows
    ])  # fmt: skip


def _percent(percent: float | None) -> str:
    return formats.change(None if percent is None else percent / 100)


def report(row: Row, through: date) -> str | None:
    """The address of an alert's cost report, where one can show it."""
    state = anomalies.report_of_alert(row, through)
    return url_state.link(state) if state else None
