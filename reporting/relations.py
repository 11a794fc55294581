"""Which relation answers a report: the smallest that has the columns.

The daily fact is many times the size of its sums.
"""

from dataclasses import dataclass

from reporting.dimensions import Bind
from reporting.ranges import Window
from reporting.report import Report

CURRENCY = "coalesce(pricing_currency, 'unknown currency')"
_COARSE = frozenset({
    "invoice_id", "invoice_month", "billed_date", "connection", "org_id", "org_name",
    "project_id", "project_name", "cloud_provider", "service", "category", "region",
    "charge_type", "is_in_total", "pricing_currency", "cost_cents",
})  # fmt: skip
_DETAIL = (_COARSE - {"billed_date"}) | {
    "resource_id", "resource_name", "resource_type", "cluster_name", "sku", "instance_size",
    "tags", "tags_first_seen", "quantity", "unit",
}  # fmt: skip


@dataclass(frozen=True)
class Relation:
    """A relation that can answer a report: its column of time and its other columns."""

    name: str
    day: str
    columns: frozenset[str]

    def during(self, window: Window, bind: Bind) -> str:
        """The predicate that keeps a window's rows."""
        return within(self.day, window, bind)


def within(day: str, window: Window, bind: Bind) -> str:
    """The predicate that keeps a window's rows, told by a column of days."""
    known = f" and billed_date <= {bind(window.known_by)}" if window.known_by else ""
    return f"{day} >= {bind(window.start)} and {day} < {bind(window.end)}{known}"


DAILY = Relation("marts.agg_costs_daily", "usage_date", _COARSE)
MONTHLY = Relation("marts.agg_costs_monthly", "usage_month", _DETAIL)
# the days of lines, unsummed: fct_costs_daily would group them by every column first
FULL = Relation(
    "marts.fct_line_item_days",
    "usage_date",
    _DETAIL | {"billed_date", "net_cost_cents", "list_cost"},
)
BILLED = Relation(FULL.name, "billed_date", FULL.columns)


def route(columns: frozenset[str], whole_months: bool) -> Relation:
    """The smallest relation that has the columns; months only where no month is cut."""
    relations = (DAILY, MONTHLY) if whole_months else (DAILY,)
    return next((each for each in relations if columns <= each.columns), FULL)


def relation(report: Report, step: str) -> Relation:
    """The relation that answers a report in steps of a bin, or of a whole `window`."""
    if report.is_billed:
        return BILLED
    measured = {"quantity", "unit"} if report.state.measure == "usage" else {"cost_cents"}
    # discounts are of single lines, which no sum keeps apart
    priced = set() if report.price == "booked" else {"net_cost_cents", "list_cost"}
    known = {"billed_date"} if any(window.known_by for window in report.windows) else set()
    columns = frozenset({"is_in_total"} | measured | priced | known).union(
        *(report.dimension(name).columns for name in report.names)
    )
    whole = all(window.whole_months(report.data_end) for window in report.windows)
    return route(columns, whole and step in ("window", "month", "quarter"))
