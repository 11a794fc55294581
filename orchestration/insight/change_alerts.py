"""Plain change alerts: what costs so much more than last month, by any grouping.

A table of its own, because a row is another thing than an anomaly: no resource carries it and no
day begins it. The running month is compared with what was known of the month before at its age:
support and consulting are billed when a month ends, so all that it has now would be no match.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from orchestration.insight.anomalies.wording import amount
from orchestration.insight.tables import Column, Row, Table

UP, DOWN, BOTH = "up", "down", "both"
MISSING = "(none)"

COST_CHANGE_ALERTS = Table(
    "cost_change_alerts",
    "What costs so much more, or less, than last month as an alert of config/insight.yaml says; "
    "without credits. One row per alert, group of costs, currency and month.",
    (
        Column("alert", "varchar", "The alert's name."),
        Column("grouping", "varchar", "The dimensions that costs are grouped by."),
        Column("scope", "varchar", "The group: its values, in the order of the dimensions."),
        Column("usage_month", "date", "The month that is compared."),
        Column("month_before", "date", "The month it is compared with."),
        Column("is_running", "boolean", "Whether it is the month of the newest day."),
        Column("days", "integer", "How many days it has, if it is running."),
        Column("pricing_currency", "varchar", "What the amounts are in."),
        Column(
            "before_cents",
            "bigint",
            "Costs of the month before; beside a running one, "
            "those of the same days that were billed at the same age.",
        ),
        Column("after_cents", "bigint", "Costs of the month."),
        Column("change_cents", "bigint", "The difference."),
        Column("change_percent", "double", "The same as a share; null if there was nothing."),
        Column("explanation", "varchar", "All of it in a sentence."),
    ),
)


@dataclass(frozen=True)
class ChangeAlert:
    """When a change is worth an alert: both the share and the amount must be exceeded.

    Attributes:
        by: The dimensions that costs are grouped by.
        direction: `up`, `down` or `both`.
    """

    by: tuple[str, ...]
    percent: float = 20
    cents: int = 10_000
    direction: str = UP
    name: str = ""

    @property
    def title(self) -> str:
        """Its name, or what it groups by."""
        return self.name or f"by {' and '.join(self.by)}"

    def is_exceeded(self, before: int, after: int) -> bool:
        """Whether a change is large enough, in the direction that matters."""
        change = after - before
        if self.direction != BOTH:
            change = change if self.direction == UP else -change
        is_large = abs(change) > self.cents and 100 * abs(change) > self.percent * abs(before)
        return is_large and (change > 0 or self.direction == BOTH)


@dataclass(frozen=True)
class MonthSum:
    """What a group cost in a month.

    Attributes:
        values: Of the dimensions that the alert groups by.
        known_cents: What was known of it when it was as old as the running month is now.
    """

    values: tuple[str | None, ...]
    pricing_currency: str
    month: date
    cents: int
    known_cents: int


def change_alerts(sums: Mapping[ChangeAlert, Iterable[MonthSum]], through: date) -> list[Row]:
    """The rows of `cost_change_alerts`: for each month that has one before it.

    Args:
        sums: Of each alert, the costs by its dimensions.
        through: The newest day that has costs.
    """
    return [row for alert, found in sums.items() for row in _rows(alert, list(found), through)]


def _rows(alert: ChangeAlert, sums: list[MonthSum], through: date) -> Iterable[Row]:
    groups: dict[tuple[tuple[str | None, ...], str], dict[date, MonthSum]] = defaultdict(dict)
    known: dict[str, set[date]] = defaultdict(set)
    for each in sums:
        groups[each.values, each.pricing_currency][each.month] = each
        known[each.pricing_currency].add(each.month)
    for (values, currency), months in sorted(groups.items(), key=lambda item: str(item[0])):
        for month in sorted(known[currency]):
            before = _month_before(month)
            if before not in known[currency]:
                continue
            nothing = MonthSum(values, currency, month, 0, 0)
            old, new = months.get(before, nothing), months.get(month, nothing)
            is_running = month == through.replace(day=1)
            was = old.known_cents if is_running else old.cents
            if alert.is_exceeded(was, new.cents):
                yield _row(alert, new, values, was, through.day if is_running else None)


def _row(
    alert: ChangeAlert, new: MonthSum, values: tuple[str | None, ...], was: int, days: int | None
) -> Row:
    scope = " / ".join(each or MISSING for each in values)
    change = new.cents - was
    percent = round(100 * change / abs(was), 1) if was else None
    month, before = f"{new.month:%B %Y}", f"{_month_before(new.month):%B %Y}"
    money = [amount(each, new.pricing_currency) for each in (new.cents, abs(change))]
    share = f" ({abs(percent):.0f} %)" if percent is not None else ""
    when = f"the first {days} days of {month}" if days else month
    than = f"the same days of {before}, as billed at the same age" if days else before
    word = "more" if change > 0 else "less"
    explanation = f"{scope} cost {money[0]} in {when}: {money[1]}{share} {word} than in {than}."
    return (
        alert.title,
        ", ".join(alert.by),
        scope,
        new.month,
        _month_before(new.month),
        days is not None,
        days,
        new.pricing_currency,
        was,
        new.cents,
        change,
        percent,
        explanation,
    )


def _month_before(month: date) -> date:
    return (month - timedelta(1)).replace(day=1)
