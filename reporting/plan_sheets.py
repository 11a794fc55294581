"""What the pages of budgets, forecast and unit costs can be saved as: columns of their queries."""

from collections.abc import Mapping

from reporting.files import Column, Extract, Kind
from reporting.query import Query

CURRENCY = Column("currency", "Currency", key="unit")
_BUDGETS = {
    "budget": Kind.TEXT, "parent": Kind.TEXT, "owner": Kind.TEXT, "status": Kind.TEXT,
    "budgeted": Kind.MONEY, "actual": Kind.MONEY, "plan_to_date": Kind.MONEY,
    "plan_by_forecast": Kind.MONEY, "forecast": Kind.MONEY, "forecast_basis": Kind.TEXT,
    "used_share": Kind.SHARE, "exceeds_on": Kind.DAY, "warning": Kind.TEXT,
}  # fmt: skip
_DAYS = {"day": Kind.DAY, "is_known": Kind.FLAG, "plan": Kind.MONEY, "amount": Kind.MONEY}
_COSTS = {"project": Kind.TEXT, "project_id": Kind.TEXT, "service": Kind.TEXT, "amount": Kind.MONEY}
_AHEAD = {
    "month": Kind.MONTH, "expected": Kind.MONEY, "low_80": Kind.MONEY, "high_80": Kind.MONEY,
    "low_95": Kind.MONEY, "high_95": Kind.MONEY, "method": Kind.TEXT,
    "backtest_error": Kind.SHARE, "as_of": Kind.DAY,
}  # fmt: skip
_HISTORY = {"month": Kind.MONTH, "amount": Kind.MONEY}
_PARTS = {
    "part": Kind.TEXT, "this_month": Kind.MONEY, "next_month": Kind.MONEY,
    "next_12_months": Kind.MONEY,
}  # fmt: skip
_QUALITY = {
    "method": Kind.TEXT, "chosen": Kind.FLAG, "mape_month_end": Kind.SHARE,
    "mape_3_months": Kind.SHARE, "coverage_80": Kind.SHARE, "coverage_95": Kind.SHARE,
    "origins": Kind.NUMBER,
}  # fmt: skip
_SCENARIOS = {
    "scenario": Kind.TEXT, "scope": Kind.TEXT, "month": Kind.MONTH, "baseline": Kind.MONEY,
    "expected": Kind.MONEY, "difference": Kind.MONEY, "price_basis": Kind.TEXT,
}  # fmt: skip
_LABELS = {
    "label": Kind.TEXT, "period_start": Kind.MONTH, "cost": Kind.MONEY,
    "without_units": Kind.MONEY, "units": Kind.QUANTITY, "unit_cost": Kind.QUANTITY,
    "status": Kind.TEXT, "missing_days": Kind.NUMBER,
}  # fmt: skip
_UNIT_DAYS = {
    "period_start": Kind.DAY, "cost": Kind.MONEY, "without_units": Kind.MONEY,
    "units": Kind.QUANTITY, "per": Kind.NUMBER,
}  # fmt: skip
SHEETS: Mapping[str, Mapping[str, Kind]] = {
    "Budgets": _BUDGETS, "Days": _DAYS, "Costs": _COSTS, "Forecast": _AHEAD, "History": _HISTORY,
    "Parts": _PARTS, "Quality": _QUALITY, "Scenarios": _SCENARIOS, "By label": _LABELS,
    "By day": _UNIT_DAYS,
}  # fmt: skip
# A unit cost is a decimal of twelve places; a count has nine.
_PLACES = {"unit_cost": 12, "units": 9}


def sheets(queries: Mapping[str, Query]) -> list[Extract]:
    """A sheet for each query whose name is one of SHEETS, in their order."""
    return [_sheet(title, queries[title]) for title in SHEETS if title in queries]


def _sheet(title: str, query: Query) -> Extract:
    columns = [
        Column(name, name.replace("_", " ").capitalize(), kind, places=_PLACES.get(name, 6))
        for name, kind in SHEETS[title].items()
    ]
    return Extract(title, query, (*columns, CURRENCY))
