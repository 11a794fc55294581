"""What the demo's company plans: valid on any day, and about what the sandbox bills."""

import csv
from datetime import date, timedelta
from itertools import chain

import pytest

from orchestration.commands.demo_config import SHIPPED, write_demo_config
from orchestration.refreshing.metric_files import read_counts
from orchestration.rules import read_rules
from orchestration.rules.allocation import read_allocation
from orchestration.rules.conditions import When
from orchestration.rules.insight import InsightRules, read_insight
from orchestration.rules.plans import read_plans
from orchestration.rules.scenarios import KINDS
from orchestration.settings import Settings
from sandbox.estate.blueprint import LINKED_NAME, PAYING_NAME, build
from sandbox.estate.places import REGIONS

TODAY = date(2026, 11, 29)


def written(folder, today=TODAY) -> Settings:
    write_demo_config(folder, today)
    return Settings(_env_file=None, config_dir=folder)


@pytest.mark.parametrize("today", [TODAY, date(2027, 1, 31), date(2028, 2, 29), date(2026, 12, 1)])
def test_the_files_are_valid_on_any_day(tmp_path, today):
    settings = written(tmp_path, today)
    assert read_rules(settings)["allocation_rules"]
    keys = [each.key for each in read_allocation(settings.allocation_file)]
    assert keys == ["team", "cost_center"]
    plans = read_plans(settings)
    assert plans.budgets
    assert plans.metrics
    assert plans.scenarios
    assert read_insight(settings.insight_rules_file) != InsightRules()
    this_month = today.replace(day=1)
    changes = [change for each in plans.scenarios for change in each.changes]
    assert all(each.first_month > this_month for each in changes)
    assert any(this_month in (each.months or {}) for each in plans.budgets)


def test_every_kind_of_change_and_of_amount_is_shown(tmp_path):
    plans = read_plans(written(tmp_path))
    changes = [change for each in plans.scenarios for change in each.changes]
    assert {each for each in KINDS for change in changes if getattr(change, each)} == {*KINDS}
    kinds = ("monthly", "changes", "months", "covers", "parent")
    assert {each for each in kinds for budget in plans.budgets if getattr(budget, each)} == {*kinds}


def test_names_are_those_of_the_sandbox(tmp_path):
    """A filter that fits nothing would be a page with nothing on it."""
    there = [
        holding
        for name in (PAYING_NAME, LINKED_NAME)
        for holding in build(7, 1, name).living(TODAY)
    ]
    clusters = [cluster for _, held in there for cluster in held]
    tags = chain.from_iterable(each.tags for each, _ in there)
    names = {
        "project": {project.name for project, _ in there},
        "resource": {each.name for each in clusters},
        "tag:team": {value for key, value in tags if key == "team"},
    }
    settings = written(tmp_path)
    plans = read_plans(settings)
    changes = [change for each in plans.scenarios for change in each.changes]
    rules = [rule for key in read_allocation(settings.allocation_file) for rule in key.rules]
    asked: list[When] = [each.when for each in (*plans.budgets, *plans.metrics, *changes, *rules)]
    conditions = [each for when in asked if when for each in (*when.all, *when.any)]
    for each in conditions:
        texts = each.is_ or each.is_not or each.contains
        assert {*texts} <= names.get(each.dimension, {*texts}), each
    with (tmp_path / "tenants.csv").open() as file:
        assert {each["label"] for each in csv.DictReader(file)} < names["project"]
    assert {each.region for each in changes if each.region} <= {*REGIONS["GCP"].values()}


def test_units_are_counted_for_every_day_of_the_bill(tmp_path):
    metrics = read_plans(written(tmp_path)).metrics
    for metric in metrics:
        counted = read_counts(metric, tmp_path)
        newest = max(day for _, day in counted)
        if metric.every == "month":
            assert newest == date(2026, 11, 1)
        else:
            days = {day for _, day in counted}
            assert newest == TODAY - timedelta(1)
            assert min(days) <= date(2025, 11, 1)
            assert len(days) == (newest - min(days)).days + 1


def test_a_day_has_the_same_orders_at_every_start(tmp_path):
    def orders(today: date) -> dict[str, str]:
        write_demo_config(tmp_path, today)
        with (tmp_path / "orders.csv").open() as file:
            return {row["date"]: row["amount"] for row in csv.DictReader(file)}

    first, later = orders(TODAY), orders(TODAY + timedelta(3))
    both = first.keys() & later.keys()
    assert len(both) == len(first) - 3
    assert {day: first[day] for day in both} == {day: later[day] for day in both}


def test_the_files_teach():
    """Each begins with what it is and where to read on."""
    for file in SHIPPED.glob("*.yaml"):
        head = file.read_text().split("\n\n")[0]
        assert "docs/" in head, file
        assert f"config/{file.name}.example" in head, file
