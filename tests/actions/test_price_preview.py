"""What a plan says a new cluster will cost is what it is billed, the total within 2 %.

Prices and use are learned from the invoices of each seed's organization. The sandbox has its own
prices, and a cluster made in it uses what an average one does, so all but rounding is accounted
for.
"""

import os
import sys
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest

import sandbox as sandbox_package
from orchestration import cli
from orchestration.actions.model import MonthlyCost
from sandbox import RunningSandbox
from sandbox.bill.catalog import SIZES
from sandbox.estate.places import REGIONS
from tests.actions.running import apply, run
from tests.forked_dbt import forked

TODAY = date(2026, 11, 22)
DAYS, HOURS = 30, 730
MONTH = HOURS / (DAYS * 24)
TOLERANCE = 0.02


def place(provider, region, size, nodes=3, priority=7, **hardware):
    return {
        "providerName": provider,
        "regionName": region,
        "priority": priority,
        "electableSpecs": {"instanceSize": size, "nodeCount": nodes, **hardware},
    }


def plain(provider, region, size, **others):
    return {"provider": provider, "region": region, "instance_size": size, **others}


def shards(*places):
    return {"replication_specs": [{"regionConfigs": list(each)} for each in places]}


VIRGINIA, IRELAND, FRANKFURT = ("AWS", "US_EAST_1"), ("AWS", "EU_WEST_1"), ("AWS", "EU_CENTRAL_1")
NETHERLANDS, IOWA = ("AZURE", "EUROPE_WEST"), ("GCP", "CENTRAL_US")
CLUSTERS = {
    "m10-aws": plain(*IRELAND, "M10", backup_enabled=False),
    "m10-azure": plain("AZURE", "US_EAST_2", "M10"),
    "m10-gcp-point-in-time": plain(*IOWA, "M10", pit_enabled=True),
    "m10-large-disk": plain("AZURE", "US_EAST_2", "M10", disk_gb=1000),
    "m20-where-nobody-was": plain("AWS", "SA_EAST_1", "M20"),
    "m30-gcp": plain(*IOWA, "M30"),
    "m30-five-nodes": plain(*VIRGINIA, "M30", nodes=5),
    "m40-own-disk": plain(*IRELAND, "M40", disk_gb=300),
    "m40-point-in-time": plain(*IRELAND, "M40", disk_gb=200, pit_enabled=True),
    "m40-beyond-known-tiers": plain(*IRELAND, "M40", disk_gb=1500, pit_enabled=True),
    "m40-where-none-was": plain(*NETHERLANDS, "M40"),
    "m40-two-regions": shards([place(*IRELAND, "M40"), place(*FRANKFURT, "M40", 2, 6)]),
    "m40-two-shards": shards([place(*IOWA, "M40")], [place(*IOWA, "M40")]),
    "m80-that-nobody-has": plain("GCP", "WESTERN_EUROPE", "M80"),
    "flex": plain(*VIRGINIA, "FLEX"),
    "flex-where-none-was": plain("AZURE", "US_EAST_2", "FLEX"),
    "free": plain(*VIRGINIA, "M0"),
}
TWO_SHARDS_IN_TIME = shards(*[[place(*IRELAND, "M30", diskSizeGB=90)]] * 2) | {"pit_enabled": True}
WIDE = {
    **{f"size-{name}-{cloud}": plain(cloud, region, name, pit_enabled=with_pit)
       for name in SIZES
       for cloud, region, with_pit in ((*IRELAND, True), (*NETHERLANDS, False), (*IOWA, True))},
    **{f"own-disk-{name}-{cloud}": plain(cloud, region, name, disk_gb=4000, pit_enabled=with_pit)
       for name in ("M10", "M50")
       for cloud, region, with_pit in ((*IRELAND, True), (*NETHERLANDS, False), (*IOWA, False))},
    "small-in-three-regions": shards(
        [place(*IOWA, "M10", 1), place("GCP", "EASTERN_US", "M10", 1, 6),
         place("GCP", "WESTERN_EUROPE", "M10", 1, 5)]
    ),
    "three-clouds": shards(
        [place(*IOWA, "M30", 1), place(*NETHERLANDS, "M30", 1, 6), place(*IRELAND, "M30", 1, 5)]
    ),
    "lowest-priority-first": shards([place(*NETHERLANDS, "M30", 1, 6), place(*IOWA, "M30", 2, 7)]),
    "read-only-and-analytics": shards(
        [place(*VIRGINIA, "M40")
         | {name: {"instanceSize": "M40", "nodeCount": 2}
            for name in ("readOnlySpecs", "analyticsSpecs")}]
    ),
    "two-shards-point-in-time": TWO_SHARDS_IN_TIME,
    "shards-of-two-sizes": shards([place(*IOWA, "M30", diskSizeGB=80)],
                                  [place(*IOWA, "M40", diskSizeGB=80)]),
    "scales-by-itself": shards(
        [place(*IRELAND, "M30")
         | {"autoScaling": {"compute": {"enabled": True, "maxInstanceSize": "M60"}}}]
    ),
    **{f"flex-{cloud}": plain(cloud, region, "FLEX") for cloud, region in (IRELAND, IOWA)},
}  # fmt: skip
EVERYWHERE = {
    # a name of its own in its first 23 characters, which regions do not have
    f"{cloud}-{number}": plain(cloud, region, "M10")
    for cloud, regions in REGIONS.items()
    for number, region in enumerate(regions)
}


CONNECTION = """\
  - name: {name}
    org_id: {org_id}
    base_url: {base_url}
    public_key_env: {name}_PUBLIC_KEY
    private_key_env: {name}_PRIVATE_KEY
    provisioning_public_key_env: {name}_PROVISIONING_PUBLIC_KEY
    provisioning_private_key_env: {name}_PROVISIONING_PRIVATE_KEY
"""
KEYS = ("PUBLIC_KEY", "PRIVATE_KEY", "PROVISIONING_PUBLIC_KEY", "PROVISIONING_PRIVATE_KEY")


@dataclass(frozen=True)
class World:
    """The organizations of some seeds, how much of each is learned from, and what is made then."""

    seeds: tuple[int, ...]
    months: int
    clusters: dict[str, dict]


WORLDS = [
    World((7,), 4, CLUSTERS),
    pytest.param(World((11,), 4, CLUSTERS), marks=pytest.mark.wide),
    pytest.param(World((1, 2, 3, 23, 42), 4, CLUSTERS | WIDE), marks=pytest.mark.wide),
    pytest.param(World((5, 8, 13), 13, CLUSTERS | WIDE), marks=pytest.mark.wide),
    pytest.param(World((7,), 4, EVERYWHERE), marks=pytest.mark.wide),
]


@dataclass(frozen=True)
class Month:
    """A cluster as it was previewed, and as it was billed in a month of 730 hours."""

    preview: MonthlyCost
    billed: float


@pytest.fixture(scope="module", params=WORLDS)
def months(request, tmp_path_factory) -> dict[tuple[str, str], Month]:
    """Learn from some months of invoices, preview, make, let 30 days pass, look at the bill."""
    world, home = request.param, tmp_path_factory.mktemp("priced")
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        sandboxes = {
            f"seed{seed}": stack.enter_context(
                sandbox_package.running(seed=seed, months=world.months, today=TODAY, pace=0)
            )
            for seed in world.seeds
        }
        connect(patch, home, sandboxes)
        refresh(patch)
        return {
            (organization, name): month
            for organization, sandbox in sandboxes.items()
            for name, month in months_of(organization, sandbox, world.clusters).items()
        }


def connect(patch: pytest.MonkeyPatch, home: Path, sandboxes: dict[str, RunningSandbox]) -> None:
    for name in [each for each in os.environ if each.startswith("MONGODB_ATLAS_")]:
        patch.delenv(name)
    settings = {"DATA_DIR": home, "CONFIG_DIR": home, "ENV_FILE": "", "FOCUS_REPORTS": "false"}
    for name, value in settings.items():
        patch.setenv(f"ATLAS_COSTS_{name}", str(value))
    for name, sandbox in sandboxes.items():
        for key in KEYS:
            patch.setenv(f"{name}_{key}", getattr(sandbox, key.lower()))
    written = [
        CONNECTION.format(name=name, org_id=each.org_id, base_url=each.base_url)
        for name, each in sandboxes.items()
    ]
    (home / "connections.yaml").write_text("connections:\n" + "".join(written))


def refresh(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(sys, "argv", ["atlas-costs", "refresh"])
    with forked(), pytest.raises(SystemExit, match="0"):
        cli.main()


def months_of(connection: str, sandbox: RunningSandbox, clusters: dict) -> dict[str, Month]:
    """Each cluster's, all of them made in a project of their own."""
    project = apply("create_project", connection=connection, name="priced").atlas_ids["project_id"]
    where = {"connection": connection, "project": project}
    previews = {name: previewed(name=name, **where, **each) for name, each in clusters.items()}
    for name, each in clusters.items():
        made = apply("create_cluster", name=name, **where, **each)
        assert made.is_good, made.error
    sandbox.control("clock", {"days": DAYS})
    billed, truth = billed_by_cluster(sandbox), sandbox.truth()["by_cluster"]
    assert {name: billed[name] for name in clusters} == {name: truth[name] for name in clusters}
    return {name: Month(each, billed[name] * MONTH) for name, each in previews.items()}


def previewed(**values: Any) -> MonthlyCost:
    planned = run("create_cluster", **values)
    assert planned.outcome == "planned", planned.error
    return planned.plan.monthly_cost


def billed_by_cluster(sandbox: RunningSandbox) -> Counter[str]:
    """Cents on the newest invoices."""
    sign = httpx.DigestAuth(sandbox.public_key, sandbox.private_key)
    accept = {"Accept": "application/vnd.atlas.2023-01-01+json"}
    path = f"/api/atlas/v2/orgs/{sandbox.org_id}/invoices"
    cents: Counter[str] = Counter()
    with httpx.Client(base_url=sandbox.base_url, auth=sign, headers=accept, timeout=60) as atlas:
        for each in atlas.get(path).json()["results"][:3]:
            for line in atlas.get(f"{path}/{each['id']}").json()["lineItems"]:
                cents[line.get("clusterName", "")] += line["totalPriceCents"]
    return cents


@pytest.mark.built
def test_the_total_is_previewed_within_two_percent(months):
    previews = {name: month.preview.after_cents for name, month in months.items()}
    assert previews == {
        name: pytest.approx(month.billed, rel=TOLERANCE) for name, month in months.items()
    }
    assert not any(month.preview.before_cents for month in months.values())


@pytest.mark.built
def test_each_price_says_where_it_is_from(months):
    """Some sizes and regions are on no invoice of theirs, others are."""
    bases = {
        line.basis.partition(",")[0] for month in months.values() for line in month.preview.lines
    }
    assert bases == {"your invoices", "public list prices"}
    currencies = {month.preview.currency for month in months.values()}
    assert "USD" in currencies <= {"USD", "Atlas Credits"}
