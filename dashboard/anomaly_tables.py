"""Tables of anomalies, of what was said of them, and of what changed by month. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date

import pandas as pd

from dashboard import row_links, tables
from reporting import anomalies, formats, url_state
from reporting.query import Row

AMOUNTS = ("Over expected", "More usage", "Higher price", "Change", "Before", "After")
PENDING = "Since the last refresh"
MOST_NAMED = 3


def status(row: Row) -> str:
    """Unexplained, explained by an event, or what somebody or its own rhythm makes of it."""
    if row["verdict"] == "real":
        return f"confirmed, not resolved: {row['verdict_reason']}"
    if row["verdict"]:
        return f"acknowledged: {row['verdict_reason']}"
    if row["status"] == "expected":
        return "expected: it recurs"
    if row["status"] == "explained":
        return f"explained: {row['event']}"
    return "unexplained" if row["status"] == "open" else str(row["status"])


def explained(row: Row, *amounts: int | None) -> str:
    """What the refresh said of it, its amounts (cents) as this page writes them."""
    known = [cents for cents in amounts if cents is not None]
    return formats.rewritten(row["explanation"], row["unit"], known)


def is_new(row: Row) -> bool:
    """Whether it is open and nobody has said anything of it."""
    return bool(row["status"] == "open" and row["verdict"] is None)


def of_view(rows: Sequence[Row], view: str) -> list[Row]:
    """Those of a view, new ones first."""
    found = (row for row in rows if (row["is_recent"] if view == "recent" else row["view"] == view))
    return sorted(found, key=lambda row: not is_new(row))


def now_text(rows: Sequence[Row]) -> str:
    """Whether anything is odd now, in a sentence."""
    new = [row for row in rows if is_new(row)]
    if recent := sum(row["is_recent"] for row in new):
        text = f"{recent} unexplained in the last {anomalies.RECENT_DAYS} days"
    elif new:
        text = f"Nothing unexplained since {formats.day(max(row['last_day'] for row in new))}"
    else:
        text = "Nothing unexplained"
    if not (going := [row for row in rows if row["is_ongoing"] and not is_new(row)]):
        return f"{text}."
    names = "; ".join(f"{row['scope']} ({status(row)})" for row in going[:MOST_NAMED])
    more = f"; and {len(going) - MOST_NAMED} more" if len(going) > MOST_NAMED else ""
    what = "1 known change is" if len(going) == 1 else f"{len(going)} known changes are"
    return f"{text}; {what} still going on: {names}{more}."


def sums(rows: Sequence[Row]) -> dict[str, int]:
    """Cents over expected of those that are open, by what was said of them; each row is in one."""
    found: dict[str, list[int]] = {"unexplained": [], "confirmed, not resolved": []}
    for row in rows:
        found["unexplained" if is_new(row) else "confirmed, not resolved"].append(
            row["over_cents"] or 0
        )
    return {f"{len(each)} {name}": sum(each) for name, each in found.items() if each}


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


def rule(row: Row) -> str:
    """What the months of an alert are compared by."""
    month, before = formats.month(row["usage_month"]), formats.month(row["month_before"])
    if not row["is_running"]:
        return f"All of {month} against all of {before}, with everything billed since."
    return (
        f"The first {row['days']} days of {month} against the same days of {before} as they had "
        "been billed at the same age, as on the overview: what Atlas bills at the end of a month, "
        "such as support and consulting, is no change before then. Listed are "
        "only changes beyond the limits of the alerts in config/insight.yaml."
    )


def alerts(rows: Sequence[Row], through: date) -> pd.DataFrame:
    """Change alerts of one currency and month, the largest first."""
    return pd.DataFrame([
        {
            "Change": tables.shown(row["change_cents"]),
            "Change %": _ratio(row["change_percent"]),
            "Group": row["scope"],
            "Alert": row["alert"],
            "Before": tables.shown(row["before_cents"]),
            "After": tables.shown(row["after_cents"]),
            "Report": row_links.OPEN if report(row, through) else None,
        }
        for row in rows
    ])  # fmt: skip


def _ratio(percent: float | None) -> float | None:
    return None if percent is None else percent / 100


def report(row: Row, through: date) -> str | None:
    """The address of an alert's cost report, where one can show it."""
    state = anomalies.report_of_alert(row, through)
    return url_state.link(state) if state else None
