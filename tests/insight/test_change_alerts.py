"""Plain change alerts, by hand."""

from datetime import date

import pytest

from orchestration.insight.change_alerts import (
    COST_CHANGE_ALERTS,
    ChangeAlert,
    MonthSum,
    change_alerts,
)

MARCH, APRIL, MAY = (date(2026, month, 1) for month in (3, 4, 5))
BY_SERVICE = ChangeAlert(("service",))
END_OF_MAY = date(2026, 5, 31)
JUNE = date(2026, 6, 1)


def month(value: str | None, start: date, cents: int, known: int = 0) -> MonthSum:
    return MonthSum((value,), "USD", start, cents, known)


def told(alert: ChangeAlert, *sums: MonthSum, through: date = JUNE) -> list[dict]:
    names = [column.name for column in COST_CHANGE_ALERTS.columns]
    rows = change_alerts({alert: sums}, through)
    return [dict(zip(names, row, strict=True)) for row in rows]


@pytest.mark.parametrize(
    ("before", "after", "is_told"),
    [
        (100_000, 120_000, False),  # twenty percent
        (100_000, 120_001, True),
        (20_000, 30_000, False),  # a hundred dollars
        (20_000, 30_001, True),
        (0, 10_001, True),
        (50_000, 10_000, False),  # less
    ],
)
def test_both_the_share_and_the_amount_must_be_exceeded(before, after, is_told):
    found = told(BY_SERVICE, month("Backup", APRIL, before), month("Backup", MAY, after))
    assert bool(found) == is_told


def test_a_row_says_all_of_it():
    [found] = told(BY_SERVICE, month("Backup", APRIL, 100_000), month("Backup", MAY, 150_000))
    assert found == {
        "alert": "by service",
        "grouping": "service",
        "scope": "Backup",
        "usage_month": MAY,
        "month_before": APRIL,
        "is_running": False,
        "days": None,
        "pricing_currency": "USD",
        "before_cents": 100_000,
        "after_cents": 150_000,
        "change_cents": 50_000,
        "change_percent": 50.0,
        "explanation": "Backup cost $1,500.00 in May 2026: $500.00 (50 %) more than in April 2026.",
    }


@pytest.mark.parametrize(("direction", "is_told"), [("up", False), ("down", True), ("both", True)])
def test_less_is_told_if_asked_for(direction, is_told):
    alert = ChangeAlert(("service",), direction=direction)
    found = told(alert, month("Backup", APRIL, 50_000), month("Backup", MAY, 10_000))
    assert [each["change_cents"] for each in found] == [-40_000] * is_told


def test_what_is_gone_is_less():
    alert = ChangeAlert(("service",), direction="down")
    sums = (month("Backup", APRIL, 50_000), month("Clusters", MAY, 1))
    [found] = told(alert, *sums)
    assert (found["scope"], found["after_cents"], found["usage_month"]) == ("Backup", 0, MAY)


def test_a_running_month_is_compared_with_what_was_known_of_the_one_before_at_its_age():
    sums = (month("Backup", APRIL, 100_000, 30_000), month("Backup", MAY, 45_000, 45_000))
    [found] = told(BY_SERVICE, *sums, through=date(2026, 5, 10))
    assert (found["before_cents"], found["change_cents"], found["days"]) == (30_000, 15_000, 10)
    assert found["explanation"] == (
        "Backup cost $450.00 in the first 10 days of May 2026: $150.00 (50 %) more than in the "
        "same days of April 2026, as billed at the same age."
    )
    assert told(BY_SERVICE, *sums) == []


def test_a_month_runs_until_the_data_reaches_the_next():
    """On its last day its support is not billed yet."""
    sums = (month("Support", APRIL, 100_000, 0), month("Support", MAY, 20_000, 20_000))
    [found] = told(BY_SERVICE, *sums, through=END_OF_MAY)
    assert (found["before_cents"], found["is_running"], found["days"]) == (0, True, 31)


def test_months_are_compared_only_with_the_one_before_them():
    assert told(BY_SERVICE, month("Backup", MARCH, 1), month("Backup", MAY, 99_999)) == []


def test_currencies_are_not_compared():
    sums = [month("Backup", APRIL, 1), MonthSum(("Backup",), "Atlas Credits", MAY, 99_999, 0)]
    assert told(BY_SERVICE, *sums) == []


def test_what_has_no_value_is_named():
    [found] = told(BY_SERVICE, month(None, APRIL, 1), month(None, MAY, 99_999))
    assert found["scope"] == "(none)"
