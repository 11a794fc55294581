"""Bills of any shape: whatever they hold, the forecast adds up and is the same each time."""

from collections import Counter
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.insight.forecasting.build import build
from orchestration.insight.forecasting.parts import Event
from orchestration.insight.forecasting.tables import FORECAST_PARTS, FORECASTS
from tests.insight.forecasting import daily, named

AS_OF = date(2026, 6, 10)
CHARGES = ("usage", "support", "minimum_charge", "consulting")
EVENTS = ("created", "tier changed", "paused", "resumed", "deleted")


@st.composite
def parts(draw):
    """One part's rows: costs on some of its days, a few of them credits in all but name."""
    begin = AS_OF - timedelta(days=draw(st.integers(0, 400)))
    amounts = draw(st.lists(st.integers(-50, 10**6), min_size=1, max_size=9))
    every, late = draw(st.integers(1, 40)), draw(st.integers(1, 9))
    return daily(
        lambda day: amounts[day.toordinal() % len(amounts)] * (day.toordinal() % every == 0),
        AS_OF + timedelta(days=draw(st.integers(-60, 3))),
        first=begin,
        resource=draw(st.sampled_from("ab")),
        project=draw(st.sampled_from(["", "shop"])),
        service=draw(st.sampled_from(["Clusters", "Backup"])),
        charge_type=draw(st.sampled_from(CHARGES)),
        currency=draw(st.sampled_from(["USD", "Atlas Credits"])),
        billed=lambda day: day + timedelta(days=late),
    )


events = st.builds(
    Event,
    st.tuples(st.just("shop"), st.sampled_from("ab")),
    st.sampled_from(EVENTS),
    st.dates(AS_OF - timedelta(days=500), AS_OF),
)


@settings(max_examples=10, deadline=None)
@given(st.lists(parts(), max_size=4), st.lists(events, max_size=5), st.integers(0, 2))
def test_any_bill_is_forecast_and_adds_up(bills, happened, delay):
    rows = [row for bill in bills for row in bill]
    found = build(rows, happened, AS_OF, AS_OF + timedelta(days=delay))
    again = build(rows[::-1], happened[::-1], AS_OF, AS_OF + timedelta(days=delay))
    assert again == found
    for table, told in found.items():
        assert {len(row) for row in told} <= {len(table.columns)}
    sums = {kind: Counter() for kind in ("total", "organization", "service", "project", "resource")}
    for row in named(FORECASTS, found[FORECASTS]):
        sums[row["scope_type"]][row["month"], row["pricing_currency"]] += row["expected_cents"] or 0
    for row in named(FORECAST_PARTS, found[FORECAST_PARTS]):
        sums.setdefault("part", Counter())[row["month"], row["pricing_currency"]] += row[
            "expected_cents"
        ]
    assert all(Counter(each) == Counter(sums["total"]) for each in sums.values())
