"""What people said of anomalies, and what follows for others."""

from datetime import UTC, date, datetime, timedelta

import pytest

from orchestration.insight.anomalies import ANOMALY_FEEDBACK, Verdict, feedback_rows
from orchestration.insight.anomalies.verdicts import recurs, said_of
from tests.insight.made import SHOP, anomalies, day, key

AT = datetime(2026, 5, 1, 12, tzinfo=UTC)
# A job that runs on two Mondays, and later on others.
JOB = [5000 if n in {60, 74, 95, 109} else 1000 for n in range(120)]


def said(of: dict, verdict: str, at: datetime = AT, **options: object) -> Verdict:
    """A verdict as it comes back from the file."""
    line = said_of(of, verdict, "because", "ada", at, **options)
    return Verdict.of(line)


def statuses(costs: list[int], *verdicts: Verdict) -> list[str]:
    return [each["status"] for each in anomalies({SHOP: costs}, verdicts=verdicts)]


@pytest.fixture
def first() -> dict:
    return anomalies({SHOP: JOB})[0]


def test_an_expected_job_does_not_come_again(first):
    assert statuses(JOB) == ["open"] * 4
    assert statuses(JOB, said(first, "expected")) == ["expected"] * 4


def test_the_reason_stands_with_every_anomaly_it_holds_for(first):
    found = anomalies({SHOP: JOB}, verdicts=[said(first, "expected")])
    assert {(each["verdict"], each["verdict_reason"]) for each in found} == {
        ("expected", "because")
    }


def test_what_was_before_it_is_not_expected(first):
    second = anomalies({SHOP: JOB})[1]
    assert statuses(JOB, said(second, "expected")) == ["open", *["expected"] * 3]


def test_one_that_grows_is_open_again(first):
    """Up to half as much more is alike."""
    costs = list(JOB)
    costs[74], costs[95] = 1000 + 6000, 1000 + 6100
    assert statuses(costs, said(first, "expected")) == ["expected", "expected", "open", "expected"]


def test_one_on_another_day_is_open_unless_any_day_was_meant(first):
    costs = [1000] * 120
    costs[60], costs[77] = 5000, 5000
    assert statuses(costs, said(first, "expected")) == ["expected", "open"]
    assert statuses(costs, said(first, "expected", pattern="any")) == ["expected", "expected"]


def test_it_holds_until_a_day(first):
    verdict = said(first, "expected", until=day(95))
    assert statuses(JOB, verdict) == ["expected"] * 3 + ["open"]


def test_ignoring_without_an_end_is_of_one_anomaly_and_with_one_of_all(first):
    assert statuses(JOB, said(first, "ignore")) == ["ignored", "open", "open", "open"]
    ignored = said(first, "ignore", until=day(100))
    assert statuses(JOB, ignored) == ["ignored"] * 3 + ["open"]


def test_the_last_word_counts(first):
    second = anomalies({SHOP: JOB})[1]
    before = said(first, "expected")
    after = said(second, "real", AT + timedelta(1))
    assert statuses(JOB, before, after) == ["expected", "open", "open", "open"]
    assert statuses(JOB, after, before) == ["expected", "open", "open", "open"]


def test_it_says_nothing_of_another_resource(first):
    other = key(resource_id="c2", resource_name="events")
    found = anomalies({other: JOB}, verdicts=[said(first, "expected")])
    assert {each["status"] for each in found} == {"open"}


def test_it_holds_although_late_costs_moved_the_first_day(first):
    """The anomaly has another id by then."""
    costs = list(JOB)
    costs[59] = 4000
    found = anomalies({SHOP: costs}, verdicts=[said(first, "ignore")])
    assert found[0]["anomaly_id"] != first["anomaly_id"]
    assert found[0]["status"] == "ignored"


@pytest.mark.parametrize(
    ("before", "later", "is_alike"),
    [
        (date(2026, 3, 2), date(2026, 3, 9), True),
        (date(2026, 3, 2), date(2026, 3, 10), False),
        (date(2026, 3, 3), date(2026, 4, 4), True),
        (date(2026, 2, 28), date(2026, 3, 31), True),
        (date(2026, 3, 3), date(2026, 4, 5), False),
    ],
)
def test_days_that_are_alike(before, later, is_alike):
    assert recurs(before, later) == is_alike


def test_the_table_has_what_was_said_oldest_first(first):
    later, earlier = said(first, "real", AT + timedelta(1)), said(first, "expected")
    rows = feedback_rows([later, earlier])
    names = [column.name for column in ANOMALY_FEEDBACK.columns]
    found = [dict(zip(names, row, strict=True)) for row in rows]
    assert [each["verdict"] for each in found] == ["expected", "real"]
    assert found[0]["at"] == AT.replace(tzinfo=None)
    assert found[0]["resource_id"] == "c1"
    assert found[0]["over_cents"] == 4000
