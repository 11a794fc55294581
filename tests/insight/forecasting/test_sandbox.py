"""Whole bills of a sandbox that methods were tuned on: what `make insight-quality` does, once."""

import pytest

from benchmarks.insight_quality import forecasts
from benchmarks.insight_quality.bills import HELD_OUT, TUNED_ON, bill

pytestmark = pytest.mark.wide


def test_the_forecast_of_a_sandbox_beats_the_naive_ones_and_adds_up(capsys):
    forecasts.measure(TUNED_ON[:1])
    said = capsys.readouterr().out.splitlines()
    judged = [line for line in said if line.endswith("met") and "held by" not in line]
    assert len(judged) == 6
    assert not [line for line in judged if line.endswith("not met")]


def test_nothing_is_measured_on_what_it_was_tuned_on():
    assert not set(HELD_OUT) & set(TUNED_ON)
    assert bill(HELD_OUT[0]) != bill(TUNED_ON[0])
