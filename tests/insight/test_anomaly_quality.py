"""What the benchmark of anomalies promises, on two of its seeds; `--clean` bills tell nothing."""

from decimal import Decimal

import pytest

from benchmarks.anomaly_quality import (
    GOALS,
    HELD_OUT,
    LOOKED_AT,
    TUNED,
    Score,
    alerts_of,
    replayed,
    score,
)
from benchmarks.odd_bill import odd_bill


def test_no_seed_is_both_tuned_on_and_held_out():
    assert not {*TUNED, *LOOKED_AT} & {*HELD_OUT}
    assert len(HELD_OUT) == 10


def test_two_held_out_seeds_reach_the_goals():
    total = Score()
    for seed in HELD_OUT[:2]:
        bill = odd_bill(seed)
        total.add(score(bill, alerts_of(bill))[0])
    assert total.anomalies == 16
    for name, share in total.shares().items():
        assert share >= GOALS[name], name


def test_a_bill_with_nothing_odd_tells_nothing():
    assert alerts_of(odd_bill(HELD_OUT[0], Decimal(0))) == []


@pytest.mark.wide
def test_week_by_week_the_same_is_told():
    """What is late makes nobody's alarm ring."""
    bill = odd_bill(HELD_OUT[0])
    once = {(each.key, each.first) for each in alerts_of(bill)}
    assert {(each.key, each.first) for each in replayed(bill)} == once
