"""A scenario of each kind, and what the sandbox bills once exactly that is done.

Prices and baseline are learned from a month of the sandbox's own lines; then a cluster is
changed, and January's lines are what came of it. No pipeline is in between.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import cache

import pytest

from orchestration.insight.scenarios.table import SCENARIOS
from orchestration.refreshing.insight_plans import build
from orchestration.rules.plans import PlanFiles
from orchestration.rules.scenarios import Scenario
from sandbox.bill.cluster_usage import meter_cluster
from sandbox.bill.ledger import Line, Meter
from sandbox.estate import blueprint
from sandbox.estate.resources import Cluster, Project
from sandbox.months import days_between

from .small_marts import Cost, cost, marts_of

BEGIN, END = date(2026, 11, 1), date(2026, 12, 1)
JANUARY, FEBRUARY = date(2027, 1, 1), date(2027, 2, 1)
SEEDS = (11, 12, 13)
# Kinds of lines that prices are learned from, by their SKU.
CATEGORIES = {
    r"_INSTANCE_\w+_PAUSED$": "Paused instance",
    r"_INSTANCE_[MR]\d+$": "Dedicated instance",
    r"_STORAGE(_|$)": "Storage",
}


def clusters_of(seed: int, day: date) -> Iterator[tuple[Project, Cluster]]:
    organization = blueprint.build(seed, 1, blueprint.PAYING_NAME)
    for project, clusters in organization.living(day):
        for cluster in clusters:
            if cluster.kind == "dedicated":
                yield project, cluster


def lines_of(seed: int, project: Project, cluster: Cluster, day: date) -> list[Line]:
    return meter_cluster(cluster.on(day), Meter(seed, day, cluster.id, project, cluster))


def cost_of(day: date, line: Line) -> Cost:
    sku = line.product.sku
    found = (name for pattern, name in CATEGORIES.items() if re.search(pattern, sku))
    category = next(found, "Other")
    is_server = category in {"Dedicated instance", "Paused instance"}
    size = re.search(r"_INSTANCE_([MR]\d+)", sku)
    region = line.region.name if line.region else None
    return cost(
        day,
        line.cents,
        sku=sku,
        service=line.product.service,
        category=f"Storage {line.provider}" if category == "Storage" else category,
        instance_size=size[1] if size and is_server else None,
        cloud_provider=line.provider,
        region=region,
        atlas_region=region,
        unit=line.product.unit,
        quantity=float(line.quantity),
        resource_id=line.cluster.id,
        resource_name=line.cluster.name,
        project_id=line.project.id,
        project_name=line.project.name,
    )


@cache
def known(seed: int) -> tuple[list[Cost], dict[str, Cluster]]:
    """What was billed before, and for which clusters."""
    costs, clusters = [], {}
    for day in days_between(BEGIN, END):
        for project, cluster in clusters_of(seed, day):
            clusters[cluster.id] = cluster
            costs += [cost_of(day, line) for line in lines_of(seed, project, cluster, day)]
    return costs, clusters


def expected(seed: int, name: str, change: dict[str, object]) -> tuple[int, int, int]:
    """Of January: what the change's costs are without and with it, and the cluster's without."""
    costs, clusters = known(seed)
    scenario = Scenario.model_validate(
        {
            "name": "s",
            "changes": [
                {"name": "c", "from": "2027-01", **change},
                {
                    "name": "whole",
                    "from": "2030-01",
                    "growth_percent": "1",
                    "when": {"all": [{"dimension": "resource", "is": name}]},
                },
            ],
        }
    )
    with marts_of(costs, days_before(END)) as db:
        for each in clusters.values():
            db.execute(
                "insert into marts.dim_clusters values (?, ?, ?, ?, ?, ?)",
                [each.id, each.type, each.provider, each.size,
                 sum(region.servers for region in each.regions), each.disk_gb],
            )  # fmt: skip
        rows, problems = build(db, PlanFiles(scenarios=[scenario]), None, {})
    assert not problems
    names = [each.name for each in SCENARIOS.columns]
    records = [dict(zip(names, row, strict=True)) for row in rows[SCENARIOS]]
    by_scope = {each["scope"]: each for each in records if each["month"] == JANUARY}
    assert by_scope["c"]["price_basis"] in {"your invoices", None}
    return (
        by_scope["c"]["baseline_cents"],
        by_scope["c"]["expected_cents"],
        by_scope["whole"]["baseline_cents"],
    )


def days_before(day: date) -> date:
    return date.fromordinal(day.toordinal() - 1)


def came(seed: int, name: str, **done) -> tuple[int, int]:
    """Cents of January's lines of the changed cluster: its servers', and all."""
    servers = whole = 0
    for day in days_between(JANUARY, FEBRUARY):
        for project, cluster in clusters_of(seed, day):
            if cluster.name == name:
                for line in lines_of(seed, project, replace(cluster, **done), day):
                    is_server = cost_of(day, line).said["category"] == "Dedicated instance"
                    servers += line.cents * is_server
                    whole += line.cents
    return servers, whole


def of(name: str) -> dict[str, object]:
    return {"when": {"all": [{"dimension": "resource", "is": name}]}}


def cluster_called(name: str) -> Cluster:
    return next(each for _, each in clusters_of(SEEDS[0], JANUARY) if each.name == name)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("kind", ["tier", "region"])
def test_what_servers_will_cost(seed, kind):
    """Servers to half a percent, and the cluster with all that it stores and transfers to three."""
    regions = tuple(replace(each, name="EU_WEST_1") for each in cluster_called("search").regions)
    change, done = {
        "tier": ({"instance_size": "M40"}, {"size": "M40"}),
        "region": ({"region": "EU_WEST_1"}, {"regions": regions}),
    }[kind]
    before, after, whole = expected(seed, "search", {**of("search"), **change})
    servers, everything = came(seed, "search", **done)
    assert after == pytest.approx(servers, rel=0.005)
    assert whole + after - before == pytest.approx(everything, rel=0.03)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_a_cluster_will_cost_that_pauses_at_weekends(seed):
    """With its search nodes and its transfer, and its backups, which the sandbox pauses too."""
    change = {**of("search"), "pause": {"weekends": "true"}}
    before, after, whole = expected(seed, "search", change)
    _, everything = came(seed, "search", rests=True)
    assert whole + after - before == pytest.approx(everything, rel=0.03)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_more_storage_will_cost(seed):
    """A disk that is a fifth larger from January on, and the servers beside it."""
    only_storage = [
        {"dimension": "resource", "is": "events"},
        {"dimension": "category", "starts": "Storage"},
    ]
    change = {"when": {"all": only_storage}, "growth_percent": "20"}
    before, after, whole = expected(seed, "events", change)
    disk = cluster_called("events").disk_gb * 6 // 5
    assert before > 0
    _, everything = came(seed, "events", disk_gb=disk)
    assert whole + after - before == pytest.approx(everything, rel=0.03)
