"""The capacity plan's small cases, held against runs: never its times."""

import subprocess
import sys
from dataclasses import replace

import duckdb
import pytest

from benchmarks.capacity import Forecast, most_organizations, rows
from benchmarks.crowd import MONTHS, crowd
from benchmarks.plan import Plan
from benchmarks.unit_costs import size_of
from orchestration.refreshing.folder import DataFolder
from orchestration.refreshing.reading import Reading
from orchestration.settings import Settings, load_settings
from tests.conftest import ROOT

COUNT, WORKERS = 6, 2
# Of a small organization's invoice, the pending one of twenty days included.
LINES = 27
PLAN = Plan(organizations=COUNT, workers=WORKERS, lines=LINES, months=MONTHS)
TOLERANCE = 0.15


def read(settings: Settings) -> None:
    folder = DataFolder(settings)
    with folder.held("a refresh"), Reading(settings) as reading:
        reading.bill(folder)


def test_requests_lines_and_bytes_are_those_of_a_run(tmp_path, clean_environment, monkeypatch):
    forecast = Forecast(PLAN)
    with crowd(COUNT) as served:
        variables = served.environment(tmp_path) | {"ATLAS_COSTS_WORKERS": str(WORKERS)}
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        settings = load_settings()
        read(settings)
        first, first_bytes = len(served.requests()), size_of(settings.landing_dir)[0]
        with duckdb.connect(str(settings.raw_file), read_only=True) as db:
            [(lines,)] = db.execute("select count(*) from stored_line_items").fetchall()
        served.move_clock()
        read(settings)
        day = len(served.requests()) - first
        day_bytes = size_of(settings.landing_dir)[0] - first_bytes
    assert first == forecast.requests(first=True)
    assert day == forecast.requests(first=False)
    assert lines == pytest.approx(PLAN.total_lines, rel=0.02)
    assert first_bytes == pytest.approx(forecast.landed_bytes(first=True), rel=TOLERANCE)
    assert day_bytes == pytest.approx(forecast.landed_bytes(first=False), rel=TOLERANCE)


@pytest.mark.parametrize(
    ("changes", "tightest"),
    [({}, "memory"), ({"memory_gb": 1e6, "window_h": 0.1}, "the time of a daily refresh")],
)
def test_one_machine_takes_that_many_and_no_more(changes, tightest):
    plan = replace(PLAN, **changes)
    [limit, most], *_ = most_organizations(plan).items()
    assert limit == tightest
    assert fits(plan, most)
    assert not fits(plan, most + 1)


def fits(plan: Plan, organizations: int) -> bool:
    each = Forecast(replace(plan, organizations=organizations))
    in_time = each.wall_s(first=False) <= plan.window_h * 3600
    return in_time and each.memory_bytes() <= plan.memory_gb * 1e9


def test_twice_the_price_is_twice_the_money():
    cheap, dear = Plan(), Plan(vcpu_hour=2 * Plan().vcpu_hour, gb_month=2 * Plan().gb_month)
    assert Forecast(dear).money_a_month() == pytest.approx(2 * Forecast(cheap).money_a_month())


def test_nothing_shrinks_with_more_organizations():
    for name, *figures in rows((10, 1_000, 50_000), Plan()):
        numbers = [float(each.strip("%").replace(",", "")) for each in figures]
        assert numbers == sorted(numbers), name


def command(*options: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "benchmarks.capacity", *options]
    return subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_table_in_the_docs_is_what_the_command_prints():
    done = command()
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() in (ROOT / "docs" / "capacity.md").read_text()


def test_a_plan_of_nothing_is_refused_in_one_sentence():
    done = command("0")
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].endswith("must be more than 0")
