"""Budgets in order, in sums and in words. Pure: rows in, rows and text out."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from reporting import formats
from reporting.budgets import AT_RISK, EXCEEDED, NOT_ENOUGH_DATA, ON_TRACK, UNBUDGETED
from reporting.dimensions import NONE
from reporting.query import Row
from reporting.ranges import ONE_DAY, Window

Test = Callable[[Row], bool]
RISK = (EXCEEDED, AT_RISK, NOT_ENOUGH_DATA, ON_TRACK)
_KINDS = {
    "f.project": "project", "f.service": "service", "f.organization": "organization",
    "f.resource": "resource",
}  # fmt: skip


@dataclass(frozen=True)
class Sums:
    """A month's budgets in one currency, in cents; nothing in it is counted twice in a branch.

    Attributes:
        roots: The budgets without a parent; `exceeded` and `risky` of each branch the topmost.
        budgeted: What budgets without a parent allow.
        spent: What was spent of those.
        left: What those that are not exceeded have left.
        over: What exceeded budgets are over, of each branch the topmost.
        at_risk: What is expected to be over at the end of the month, likewise.
        unbudgeted: What no budget covers.
    """

    roots: list[Row]
    exceeded: list[Row]
    risky: list[Row]
    budgeted: int
    spent: int
    left: int
    over: int
    at_risk: int
    unbudgeted: int


def sums(rows: Sequence[Row]) -> Sums:
    """The sums of one currency's rows."""
    roots = [row for row in budgets(rows) if row["parent"] is None]
    exceeded = list(topmost(rows, lambda row: row["status"] == EXCEEDED))
    risky = list(topmost(rows, lambda row: row["status"] in {EXCEEDED, AT_RISK}))
    return Sums(
        roots=roots,
        exceeded=exceeded,
        risky=risky,
        budgeted=sum(row["budgeted"] for row in roots),
        spent=sum(row["actual"] for row in roots),
        left=sum(max(row["budgeted"] - row["actual"], 0) for row in roots),
        over=sum(row["actual"] - row["budgeted"] for row in exceeded),
        at_risk=sum(max(over_at_end(row), 0) for row in risky),
        unbudgeted=sum(row["actual"] for row in rows if row["budget"] == UNBUDGETED),
    )


def budgets(rows: Iterable[Row]) -> list[Row]:
    """The rows that are budgets."""
    return [row for row in rows if row["budget"] != UNBUDGETED]


def over_at_end(row: Row) -> int:
    """Cents that a budget is expected to be over at the end of the month; of what is left, less."""
    expected = row["actual"] if row["forecast"] is None else row["forecast"]
    return int(expected - row["budgeted"])


def topmost(rows: Sequence[Row], is_meant: Test) -> Iterator[Row]:
    """Budgets that a test holds for, and for none of the budgets above them."""
    by_name = {row["budget"]: row for row in budgets(rows)}
    for row in by_name.values():
        if is_meant(row) and not any(map(is_meant, _above(row, by_name))):
            yield row


def _above(row: Row, by_name: dict[str, Row]) -> Iterator[Row]:
    while (parent := by_name.get(row["parent"])) is not None:
        yield parent
        row = parent


def by_risk(rows: Iterable[Row]) -> list[Row]:
    """The most at risk first: by status, then by what they will be over, then by name."""
    return sorted(budgets(rows), key=_risk)


def _risk(row: Row) -> tuple[int, int, str]:
    return RISK.index(row["status"]), -over_at_end(row), row["budget"]


def as_tree(rows: Iterable[Row]) -> list[tuple[int, Row]]:
    """Each budget beneath its parent, with its depth; brothers by risk.

    One whose parent has no amount this month stands at the top.
    """
    found = by_risk(rows)
    return list(_beneath(None, found, {row["budget"] for row in found}, 0))


def _beneath(
    parent: str | None, rows: list[Row], names: set[str], depth: int
) -> Iterator[tuple[int, Row]]:
    for row in rows:
        above = row["parent"] if row["parent"] in names else None
        if above == parent:
            yield depth, row
            yield from _beneath(row["budget"], rows, names, depth + 1)


def sentence(row: Row) -> str:
    """How a budget stands, in a sentence."""
    unit = row["unit"]
    over, amount = over_at_end(row), formats.money(row["budgeted"], unit)
    day = formats.day(row["exceeds_on"])
    if row["status"] == EXCEEDED:
        by = formats.money(row["actual"] - row["budgeted"], unit)
        text = f"Exceeded since {day}: {by} over {amount}"
        return (
            f"{text}, {formats.money(over, unit)} at month end."
            if row["is_running"]
            else f"{text}."
        )
    if row["status"] == AT_RISK:
        return f"At risk: expected to exceed {amount} on {day}, by {formats.money(over, unit)}."
    if row["status"] == NOT_ENOUGH_DATA:
        return "Not enough data: costs begin later than the budget, or are younger than a week."
    if row["forecast"] is None or not row["is_running"]:
        return f"On track: {formats.money(row['budgeted'] - row['actual'], unit)} left of {amount}."
    return f"On track: {formats.money(-over, unit)} of {amount} expected to be left at month end."


def scope(report: str | None) -> tuple[str, str] | None:
    """The kind and name of the forecast's scope that is of the same costs as a report; if any."""
    if report is None:
        return None
    asked = parse_qsl(report)
    if not asked:
        return "total", ""
    if len(asked) == 1 and asked[0][0] in _KINDS:
        return _KINDS[asked[0][0]], asked[0][1]
    return None


def report_link(report: str, month: Window) -> str:
    """The cost report of a budget's costs in a month."""
    return f"/cost-report?{urlencode([*parse_qsl(report), *_days(month), ('group', 'resource')])}"


def cost_link(report: str | None, row: Row, month: Window) -> str:
    """The cost report of one project's and service's part of them.

    Where a budget's own conditions cannot be said there, of all the costs of both.
    """
    asked = parse_qsl(report or "")
    sets = {name.partition(".")[0] for name, _ in asked if name.startswith("f")} or {"f"}
    project = row["project_id"] or NONE
    narrowed = [
        (f"{one}.{name}.has", value)
        for one in sorted(sets)
        for name, value in (("project", project), ("service", row["service"]))
    ]
    query = urlencode([*asked, *narrowed, *_days(month), ("group", "resource")])
    return f"/cost-report?{query}"


def _days(month: Window) -> list[tuple[str, str]]:
    return [("from", f"{month.start}"), ("to", f"{month.end - ONE_DAY}")]
