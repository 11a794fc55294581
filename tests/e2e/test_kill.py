"""Killed at any moment, a refresh loses nothing, doubles nothing and shows readers nothing half.

A failure is repeated with the seed it printed: `KILL_SEED=… make test ARGS=tests/e2e/test_kill.py`.
"""

import os
import random
import secrets
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

import sandbox as sandbox_package
from tests.e2e.conftest import control
from tests.e2e.killing import (
    ENDED,
    NOT_PUBLISHED,
    PHASES,
    Refresh,
    built_total,
    damaged,
    landed_invoices,
    litter,
    loaded_lines,
    seen,
    watched,
)
from tests.e2e.test_refresh import documents_read
from tests.e2e.truth import expected, sums_of_marts

# Where a new total could be half there, once another one is published; a kill costs a refresh.
HALF_THERE = ("build", "publish")
# About how long each takes, extraction with a document that comes slowly.
SECONDS = {"extract": 3.0, "load": 0.4, "build": 8.0, "publish": 0.5}
SLOW_DOCUMENT = {"path": "/invoices/", "kind": "slow_body", "seconds": 2, "times": 1}
CLOSED_MONTHS = ("2026-02", "2026-03", "2026-04")


def random_rounds(kills: int, dice: random.Random) -> list[tuple[str, ...]]:
    phases = [dice.choice(PHASES) for _ in range(kills)]
    return [tuple(phases[start : start + 5]) for start in range(0, kills, 5)]


class Story:
    """One data folder through many kills: what was true so far, and what each kill left."""

    def __init__(self, world, sandbox, folder: Path, dice: random.Random) -> None:
        self.world = world
        self.sandbox = sandbox
        self.dice = dice
        self.truths = [sandbox.truth()]
        self.killed: Counter[str] = Counter()
        self._folder = folder
        self._restated: dict[str, str] = {}
        self._environment = {**os.environ, **sandbox.environment()}
        self._environment["ATLAS_COSTS_RESTATEMENT_MONTHS"] = "0"

    @property
    def total(self) -> int:
        return self.truths[-1]["total"]

    def change(self) -> None:
        """A day passes, and closed invoices change."""
        control(self.sandbox, "clock", {"days": 1})
        for month in CLOSED_MONTHS:
            body = {"invoice_month": month, "cents": self.dice.randint(100, 900)}
            restated = control(self.sandbox, "restate", body)["invoice_id"]
            self._restated[restated] = datetime.now(UTC).isoformat()
        self.truths.append(self.sandbox.truth())

    def kill(self, phase: str) -> None:
        """Kill one refresh in this phase; one that had left it is a kill too, and not this one."""
        longest = SECONDS[phase]
        # where other work slows the start of a kill, a phase is over before it comes
        for _ in range(6):
            caught = self._kill(phase, self.dice.uniform(0, longest))
            if caught == phase:
                return
            if caught == ENDED:
                # all is published: the next refresh would have nothing to do
                self.change()
            longest /= 3
        pytest.fail(f"no refresh was caught in {phase}")

    def _kill(self, phase: str, delay: float) -> str:
        if phase == "extract":
            control(self.sandbox, "faults", SLOW_DOCUMENT)
        finals, refresh = self._finals(), self._start()
        try:
            refresh.wait_for(phase)
            time.sleep(delay)
            caught = refresh.kill()
        finally:
            refresh.end()
        control(self.sandbox, "faults", method="DELETE")
        print(f"killed in {caught}, {delay:.3f} s after {phase} began")
        self.killed[caught] += caught != ENDED
        self._is_sound(finals)
        if caught == "publish":
            assert built_total(self.world.data / "build/marts.duckdb") == self.total
        return caught

    def finish(self) -> None:
        """Refresh to the end: the truth, and nothing left lying about."""
        finals, refresh = self._finals(), self._start()
        try:
            assert refresh.finish() == 0, refresh.said
        finally:
            refresh.end()
        self._is_sound(finals)
        assert sums_of_marts(self.world.query) == expected(self.truths[-1])
        assert litter(self.world.data) == []
        versions = {each.name for each in (self.world.data / "versions").iterdir()}
        assert len(versions) <= 3
        assert Path(self.world.published).name in versions

    def _start(self) -> Refresh:
        control(self.sandbox, "requests", method="DELETE")
        return Refresh(self.world.data, self._environment, self._folder / "refresh.log")

    def _finals(self) -> set[str]:
        """Closed invoices landed since they last changed."""
        landed = landed_invoices(self.world.data / "landing")
        return {each for each, at in landed.items() if at > self._restated.get(each, "")}

    def _is_sound(self, finals: set[str]) -> None:
        """Landed files are whole, loaded invoices are one version each, nothing came twice."""
        assert finals.isdisjoint(documents_read(self.sandbox))
        assert damaged(self.world.data / "landing") == []
        for invoice, lines in loaded_lines(self.world.data / "build/raw.duckdb").items():
            headers = [each["header"].get(invoice, {}) for each in self.truths]
            assert lines in {each.get("line_items") for each in headers}, invoice


def tell_the_truth(notes: list[int | str], totals: list[int]) -> None:
    """A reader saw totals that were true, each later than the one before, the last one last."""
    if notes[0] == NOT_PUBLISHED:
        notes = notes[1:]
    assert set(notes) == set(totals), notes
    places = [totals.index(each) for each in notes]
    assert places == sorted(places)
    assert notes[-1] == totals[-1]


@pytest.fixture
def large_sandbox() -> Iterator[sandbox_package.RunningSandbox]:
    """Large enough that there is a moment between two invoices, and within one load."""
    today = date(2026, 5, 20)
    with sandbox_package.running(seed=7, months=5, scale=3, today=today) as running:
        yield running


@pytest.mark.parametrize(
    ("kills", "each"),
    [pytest.param(1, 0, id="1"), pytest.param(50, 2, id="50", marks=pytest.mark.wide)],
)
def test_a_refresh_killed_anywhere_loses_nothing_and_readers_never_notice(
    kills, each, world, large_sandbox, tmp_path
):
    seed = int(os.environ.get("KILL_SEED") or secrets.randbelow(10**6))
    print(f"KILL_SEED={seed}")
    dice = random.Random(seed)
    story = Story(world, large_sandbox, tmp_path, dice)
    link = world.data / "atlas_costs.duckdb"
    with watched(link, tmp_path) as readers:
        one = [(), (dice.choice(HALF_THERE),)]
        for rounds, phases in enumerate(one if kills == 1 else random_rounds(kills, dice)):
            if rounds:
                story.change()
            for phase in phases:
                story.kill(phase)
            story.finish()
        time.sleep(1)  # so that both readers look once more
    assert sum(story.killed.values()) >= kills
    assert all(story.killed[phase] >= each for phase in PHASES)
    for reader in readers:
        tell_the_truth(seen(reader), [each["total"] for each in story.truths])


@pytest.mark.wide
def test_a_refresh_waits_for_what_a_killed_one_left_running(world, sandbox, tmp_path):
    """The out-of-memory killer takes the process alone: its dbt goes on for a while."""
    environment = {**os.environ, **sandbox.environment()}
    left = Refresh(world.data, environment, tmp_path / "left.log")
    try:
        left.wait_for("build")
        time.sleep(3)
        assert left.kill(alone=True) == "build"
        again = Refresh(world.data, environment, tmp_path / "again.log")
        assert again.finish() == 0, again.said
    finally:
        left.end()
    assert sums_of_marts(world.query) == expected(sandbox.truth())
