"""What would be: every number here is worked out by hand."""

from datetime import date
from fractions import Fraction

import pytest

from orchestration.insight.budgets.costs import Bucket, Leaf, Recent
from orchestration.insight.reach import Reach
from orchestration.insight.scenarios.effects import Effect, Hours
from orchestration.insight.scenarios.rows import WhatIf, scenario_rows
from orchestration.insight.scenarios.table import SCENARIOS

USD, CREDITS = "USD", "Atlas Credits"
MARCH, APRIL, MAY = (date(2026, month, 1) for month in (3, 4, 5))
REACH = Reach(date(2026, 1, 1), date(2026, 3, 21))
LEAF = Leaf("default", "org", "shop", "orders", "Clusters", "usage", USD)


def recent(*fits, dollars=1, leaf=LEAF, kind="M30", is_in_total=True):
    """As many dollars on each day, of which there are 21 in March."""
    bucket = Bucket(leaf.pricing_currency, fits, is_in_total, kind)
    return Recent(leaf, bucket, 2100 * dollars, 700 * dollars, 3000 * dollars)


def rows(effects, found, expected=None, currency=USD):
    """Baseline and expected cents by scope and month."""
    names = [each.name for each in SCENARIOS.columns]
    table = scenario_rows([WhatIf("s", currency, tuple(effects))], found, expected or {}, REACH)
    records = [dict(zip(names, row, strict=True)) for row in table]
    for each in records:
        assert each["difference_cents"] == each["expected_cents"] - each["baseline_cents"]
    return {
        (each["scope"], each["month"]): (each["baseline_cents"], each["expected_cents"])
        for each in records
    }


def test_another_price_from_a_month_on():
    """Servers at $10 a day that will cost a half more, and $5 a day that stays."""
    effect = Effect("0", "to M40", APRIL, ratios={"M30": Fraction(3, 2)})
    found = rows([effect], [recent("0", dollars=10), recent(dollars=5)])
    assert found["to M40", MARCH] == (31_000, 31_000)
    assert found["to M40", APRIL] == (30_000, 45_000)
    assert found["(total)", APRIL] == (45_000, 60_000)
    assert max(month for _, month in found) == date(2027, 3, 1)


def test_the_running_month_changes_only_what_is_still_to_come():
    """$210 are spent, and $100 of ten days become $150."""
    effect = Effect("0", "to M40", MARCH, ratios={"M30": Fraction(3, 2)})
    assert rows([effect], [recent("0", dollars=10)])["to M40", MARCH] == (31_000, 36_000)


def test_each_kind_of_server_has_its_own_ratio():
    effect = Effect("0", "to M40", APRIL, ratios={"M30": Fraction(2), "M50": Fraction(1, 2)})
    kinds = [recent("0", dollars=2, kind=kind) for kind in ("M30", "M50", "other")]
    assert rows([effect], kinds)["to M40", APRIL] == (18_000, 12_000 + 3000 + 6000)


def test_a_change_may_end():
    effect = Effect("0", "to M40", APRIL, last_month=APRIL, ratios={"M30": Fraction(2)})
    found = rows([effect], [recent("0")])
    assert found["to M40", APRIL] == (3000, 6000)
    assert found["to M40", MAY] == (3100, 3100)


def test_growth_is_on_top_of_the_month_before():
    """20 % each month: $30 become $36 in April, $31 become $44.64 in May."""
    effect = Effect("0", "storage", APRIL, growth=Fraction(1, 5))
    found = rows([effect], [recent("0")])
    assert found["storage", APRIL] == (3000, 3600)
    assert found["storage", MAY] == (3100, 4464)


@pytest.mark.parametrize(
    ("hours", "share"),
    [
        # April 2026 has 22 weekdays and 8 days of weekends
        (Hours(weekends=False), Fraction(22, 30)),
        (Hours(pause_from=20, pause_to=6), Fraction(14, 24)),
        (Hours(pause_from=1, pause_to=5), Fraction(20, 24)),
        (Hours(weekends=False, pause_from=20, pause_to=6), Fraction(22 * 14, 30 * 24)),
        (Hours(), Fraction(1)),
    ],
)
def test_hours_in_which_clusters_run(hours, share):
    assert hours.share(APRIL) == share


def test_a_pause_costs_the_disks_that_the_tier_no_longer_pays():
    """$720 of servers on 22 of 30 days, and two cents an hour on the eight others."""
    effect = Effect(
        "0", "sleeps", APRIL, hours=Hours(weekends=False), paused_hour_cents={LEAF: Fraction(2)}
    )
    found = rows([effect], [recent("0", dollars=12), recent("0", dollars=12, kind="M40")])
    assert found["sleeps", APRIL] == (72_000, 52_800 + 8 * 24 * 2)


def test_changes_of_the_same_costs_come_one_after_another():
    """A tier for twice as much, on 22 of 30 days; each scope has both."""
    effects = [
        Effect("0", "to M40", APRIL, ratios={"M30": Fraction(2)}),
        Effect("1", "sleeps", APRIL, hours=Hours(weekends=False)),
    ]
    found = rows(effects, [recent("0", "1", dollars=10)])
    assert found["to M40", APRIL] == found["sleeps", APRIL] == (30_000, 44_000)
    assert found["(total)", APRIL] == (30_000, 44_000)


def test_what_is_forecast_is_what_changes():
    effect = Effect("0", "to M40", APRIL, ratios={"M30": Fraction(2)})
    found = rows([effect], [recent("0"), recent()], {(LEAF, APRIL): 10_001})
    assert found["(total)", APRIL][0] == 10_001
    baseline, changed = found["to M40", APRIL]
    assert baseline in (5000, 5001)
    assert changed in (2 * baseline, 2 * baseline + 1)


def test_a_scenario_is_of_one_currency_and_its_total_is_the_total():
    effect = Effect("0", "to M40", APRIL, ratios={"M30": Fraction(2)})
    found = rows(
        [effect],
        [
            recent("0", dollars=2, leaf=LEAF._replace(pricing_currency=CREDITS)),
            recent(dollars=100),
            recent(dollars=-7, leaf=LEAF._replace(pricing_currency=CREDITS), is_in_total=False),
        ],
        currency=CREDITS,
    )
    assert found["(total)", APRIL] == (6000, 12_000)


def test_without_a_week_of_data_nothing_is_expected():
    effect = Effect("0", "storage", APRIL, growth=Fraction(1))
    young = Reach(date(2026, 3, 15), date(2026, 3, 21))
    assert scenario_rows([WhatIf("s", USD, (effect,))], [recent("0")], {}, young) == []
