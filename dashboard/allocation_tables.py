"""What the tables of the page of allocation hold, and what it says of a month and its values."""

import json
from datetime import date

from dashboard.navigation import link
from reporting import formats
from reporting.files import Column, Kind
from reporting.query import Row
from reporting.ranges import ONE_DAY, Window, last_of_month

_OWN = (
    Column("value", "Value"),
    Column("amount", "Cost", Kind.MONEY),
    Column("share", "Share", Kind.SHARE),
)
_CHANGE = (
    Column("previous", "Before", Kind.MONEY),
    Column("change", "Change", Kind.SHARE),
)
PER_DAY = Column("per_day", "Change per day", Kind.SHARE)
_PARTS = (
    Column("direct", "Direct", Kind.MONEY),
    Column("shared", "Shared", Kind.MONEY),
    Column("by_no_rule", "No rule", Kind.MONEY),
)
STATEMENT = (
    Column("adjustments", "Adjustments", Kind.MONEY),
    Column("statement", "Statement", Kind.MONEY),
)
RULES = (
    Column("value", "Value"),
    Column("rule", "Deciding rule"),
    Column("how", "How"),
    Column("resources", "Resources", Kind.NUMBER),
    Column("amount", "Cost", Kind.MONEY),
)
RESOURCES = (
    Column("resource", "Resource"),
    Column("resource_type", "Type"),
    Column("project", "Project"),
    Column("rule", "Deciding rule"),
    Column("how", "How"),
    Column("amount", "Cost", Kind.MONEY),
)


def columns(*, is_compared: bool, per_day: bool, has_statement: bool) -> tuple[Column, ...]:
    """The columns of the table of values."""
    change = (*_CHANGE, *((PER_DAY,) if per_day else ())) if is_compared else ()
    return (*_OWN, *change, *_PARTS, *(STATEMENT if has_statement else ()))


def in_file(columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """Columns of a page as a file has them: with the currency."""
    return (*columns, Column("currency", "Currency", key="unit"))


def reports(rows: list[Row], days: Window) -> list[str | None]:
    """The address of each resource's cost report."""
    span = {"from": f"{days.start}", "to": f"{days.end - ONE_DAY}"}
    return [
        link("cost-report", **span, group="service", f__resource=row["resource_id"])
        if row["resource_id"]
        else None
        for row in rows
    ]


def month_text(month: date, through: date, state: str) -> str:
    """Whether a month can still change, and what to do next."""
    name = formats.month(month)
    if through < last_of_month(month):
        return f"{name} is not over: what each bears still changes."
    if state == "Closed":
        return f"{name} is closed: what comes later is an adjustment of a later month."
    return (
        f"The page opens on the last month that is over. {name} can still change until "
        f"“atlas-costs statement close {month:%Y-%m}” freezes it."
    )


def sum_text(rows: list[Row], total: int, month: date, unit: str) -> str:
    """That the values add up to all costs of a month; or by how much they do not."""
    amount = sum(row["amount"] for row in rows)
    if amount == total:
        return (
            f"Each cent belongs to exactly one value: {formats.money(amount, unit)}, "
            f"all costs of {formats.month(month)}."
        )
    apart = formats.signed_money(amount - total, unit)
    return (
        f"The values are apart from all costs of {formats.month(month)} by {apart}; "
        "run `atlas-costs refresh`."
    )


def beginning(key: str) -> str:
    """The shortest allocation.yaml: whose a cost is says a tag."""
    return (
        f"keys:\n  - key: {json.dumps(key, ensure_ascii=False)}\n    rules:\n"
        f"      - value_from: {json.dumps(f'tag:{key}', ensure_ascii=False)}\n"
    )
