"""Stages last as long as they are told to."""

import time
from datetime import date

import httpx
import pytest

from sandbox.clock import Clock
from sandbox.estate.pace import Pace, Stages

NAMES = ("first", "second", "last")


class StoppedClock(Clock):
    """A clock that moves by hand."""

    time = 0.0

    def seconds(self) -> float:
        return self.time


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock(date(2026, 1, 1))


def test_a_stage_lasts_its_seconds_and_the_last_one_for_good(clock) -> None:
    pace = Pace(clock, 2)
    stages, seen = Stages(NAMES, pace.stages), []
    for clock.time in (0, 1.9, 2.1, 3.9, 4.1, 99):
        pace.look()
        seen.append(stages.at(pace.stages))
    assert seen == ["first", "first", "second", "second", "last", "last"]


def test_time_stands_still_until_it_is_looked_at(clock) -> None:
    """So that whoever starts something sees its first stage, at any pace."""
    pace = Pace(clock, 0)
    stages = Stages(NAMES, pace.stages)
    clock.time = 0.001
    assert stages.at(pace.stages) == "first"
    pace.look()
    assert stages.at(pace.stages) == "last"


def test_another_pace_takes_nothing_back(clock) -> None:
    pace = Pace(clock, 1)
    stages = Stages(NAMES, pace.stages)
    clock.time = 1.5
    pace.change(1e9)
    clock.time = 1000
    pace.look()
    assert stages.at(pace.stages) == "second"
    pace.change(0.1)
    clock.time = 1000.2
    pace.look()
    assert stages.at(pace.stages) == "last"


def test_what_is_stuck_stays(clock) -> None:
    assert Stages(NAMES, 0, is_stuck=True).at(1e9) == "first"


def test_a_huge_pace_holds_a_cluster_until_it_is_changed(fresh_own) -> None:
    """A client can be killed meanwhile, for as long as it takes."""
    own = fresh_own(pace=1e9)
    own.cluster("held")
    own.sandbox.control("clock", {"days": 30})
    assert own.state("/clusters/held") == "CREATING"
    assert own.sandbox.control("pace") == {"seconds": 1e9}
    assert own.sandbox.control("pace", {"seconds": 0}) == {"seconds": 0}
    time.sleep(0.01)
    assert own.state("/clusters/held") == "IDLE"


@pytest.mark.parametrize("seconds", [-1, float("nan"), float("inf")])
def test_a_pace_that_makes_no_sense_is_refused(quick, seconds: float) -> None:
    body = f'{{"seconds": {seconds}}}'.replace("nan", "NaN").replace("inf", "Infinity")
    answer = httpx.post(f"{quick[0].base_url}/sandbox/pace", content=body)
    assert answer.status_code == 400
    assert quick[0].control("pace") == {"seconds": 0}
