"""What a plan says a cluster will cost is what it is billed: servers, disks, snapshots within 2 %.

Transfer and point-in-time backup depend on use, so a plan gives the organization's mean. In the
sandbox they are random: totals are held to 2 % and three standard deviations of that.
"""

import math
import sys
from collections import Counter
from dataclasses import dataclass
from datetime import date

import httpx
import pytest

import sandbox as sandbox_package
from orchestration import cli
from orchestration.actions.model import MonthlyCost
from tests.actions.conftest import provisioning_key
from tests.actions.running import apply, run

TODAY = date(2026, 11, 22)
DAYS, HOURS = 30, 730
MONTH = HOURS / (DAYS * 24)
TOLERANCE = 0.02
# Cents a day: on three days of ten each kind of transfer takes nothing or up to 40 GB, so its
# standard deviation is 9.1 GB; the three kinds cost 0.01, 0.02 and about 0.09 dollars.
TRANSFER_SIGMA = 9.1 * 100 * math.hypot(0.01, 0.02, 0.12)
# A flex cluster is in one of five price bands each day.
FLEX_SIGMA = 24 * 1.08
KINDS = {"TRANSFER": "transfer", "PIT": "continuous", "SNAPSHOT": "snapshots", "FLEX": "flex"}


def place(provider, region, size, nodes=3, priority=7):
    return {
        "providerName": provider,
        "regionName": region,
        "priority": priority,
        "electableSpecs": {"instanceSize": size, "nodeCount": nodes},
    }


def plain(provider, region, size, **others):
    return {"provider": provider, "region": region, "instance_size": size, **others}


IRELAND, FRANKFURT = ("AWS", "EU_WEST_1"), ("AWS", "EU_CENTRAL_1")
TWO_REGIONS = [{"regionConfigs": [place(*IRELAND, "M40"), place(*FRANKFURT, "M40", 2, 6)]}]
SHARD = {"regionConfigs": [place("GCP", "CENTRAL_US", "M40")]}
CLUSTERS = {
    "m10-aws": plain(*IRELAND, "M10", backup_enabled=False),
    "m10-azure": plain("AZURE", "US_EAST_2", "M10"),
    "m30-gcp": plain("GCP", "CENTRAL_US", "M30"),
    "m30-five-nodes": plain("AWS", "US_EAST_1", "M30", nodes=5),
    "m40-own-disk": plain(*IRELAND, "M40", disk_gb=300),
    "m40-point-in-time": plain(*IRELAND, "M40", disk_gb=200, pit_enabled=True),
    "m20-where-nobody-was": plain(*FRANKFURT, "M20"),
    "m40-where-none-was": plain("AZURE", "EUROPE_WEST", "M40"),
    "m40-two-regions": {"replication_specs": TWO_REGIONS},
    "m40-two-shards": {"replication_specs": [SHARD, SHARD]},
    "flex": plain("AWS", "US_EAST_1", "FLEX"),
    "free": plain("AWS", "US_EAST_1", "M0"),
}


@dataclass(frozen=True)
class Month:
    """A cluster as it was previewed, and as it was billed in a month of 730 hours."""

    preview: MonthlyCost
    truth: float
    billed: dict[str, float]

    def previewed(self, kind: str) -> int:
        """The preview's cents of one kind."""
        words = {"transfer": "transfer", "continuous": "point-in-time backup"}
        lines = (each for each in self.preview.lines if each.name == words[kind])
        return sum(each.monthly_cents for each in lines)

    @property
    def sigma(self) -> float:
        """Standard deviation of what is random in it."""
        regions = sum(each.name.split()[1:2] == ["x"] for each in self.preview.lines)
        daily = FLEX_SIGMA if "flex" in self.billed else TRANSFER_SIGMA * math.sqrt(regions)
        return daily * math.sqrt(DAYS)


def kind_of(sku: str) -> str:
    return next((kind for part, kind in KINDS.items() if part in sku), "servers and disks")


def lines_of(sandbox) -> list[dict]:
    """The lines of the newest invoices."""
    sign = httpx.DigestAuth(sandbox.public_key, sandbox.private_key)
    accept = {"Accept": "application/vnd.atlas.2023-01-01+json"}
    path = f"/api/atlas/v2/orgs/{sandbox.org_id}/invoices"
    with httpx.Client(base_url=sandbox.base_url, auth=sign, headers=accept, timeout=60) as atlas:
        newest = atlas.get(path).json()["results"][:3]
        found = [atlas.get(f"{path}/{each['id']}").json()["lineItems"] for each in newest]
    return [line for lines in found for line in lines]


@pytest.fixture(scope="module")
def months(tmp_path_factory) -> dict[str, Month]:
    """Learn from 13 months of invoices, preview, make, let 30 days pass, look at the bill."""
    data = tmp_path_factory.mktemp("priced")
    running = sandbox_package.running(seed=7, months=13, today=TODAY, pace=0)
    with running as sandbox, pytest.MonkeyPatch.context() as patch:
        own = provisioning_key(sandbox).variables
        own |= {f"MONGODB_ATLAS_{name}": getattr(sandbox, name.lower()) for name in KEY}
        own |= {"ATLAS_COSTS_DATA_DIR": str(data), "ATLAS_COSTS_ENV_FILE": ""}
        for name, value in {**own, "ATLAS_COSTS_FOCUS_REPORTS": "false"}.items():
            patch.setenv(name, value)
        patch.setattr(sys, "argv", ["atlas-costs", "refresh"])
        with pytest.raises(SystemExit, match="0"):
            cli.main()
        project = apply("create_project", name="priced").atlas_ids["project_id"]
        previews = {name: previewed(project, name) for name in CLUSTERS}
        for name, values in CLUSTERS.items():
            assert apply("create_cluster", project=project, name=name, **values).is_good
        sandbox.control("clock", {"days": DAYS})
        lines, truth = lines_of(sandbox), sandbox.truth()["by_cluster"]
    return {name: month_of(name, previews[name], lines, truth) for name in CLUSTERS}


KEY = ("PUBLIC_KEY", "PRIVATE_KEY")


def previewed(project: str, name: str) -> MonthlyCost:
    planned = run("create_cluster", project=project, name=name, **CLUSTERS[name])
    assert planned.outcome == "planned", planned.error
    return planned.plan.monthly_cost


def month_of(name: str, preview: MonthlyCost, lines: list[dict], truth: dict) -> Month:
    billed: Counter[str] = Counter()
    for line in lines:
        if line.get("clusterName") == name:
            billed[kind_of(line["sku"])] += line["totalPriceCents"]
    assert sum(billed.values()) == truth[name]
    scaled = {kind: cents * MONTH for kind, cents in billed.items()}
    return Month(preview, truth[name] * MONTH, scaled)


@pytest.mark.parametrize("name", [each for each in CLUSTERS if each[0] == "m"])
def test_servers_disks_and_snapshots_are_previewed_within_two_percent(name, months):
    month = months[name]
    random = [month.previewed(kind) for kind in ("transfer", "continuous")]
    fixed = month.billed["servers and disks"] + month.billed.get("snapshots", 0)
    assert month.preview.after_cents - sum(random) == pytest.approx(fixed, rel=TOLERANCE)
    assert month.preview.before_cents == 0


@pytest.mark.parametrize("name", [each for each in CLUSTERS if each != "m40-point-in-time"])
def test_the_total_is_previewed_within_two_percent_and_what_is_random(name, months):
    month = months[name]
    band = TOLERANCE * month.truth + 3 * month.sigma
    assert month.preview.after_cents == pytest.approx(month.truth, abs=band)


def test_over_all_clusters_the_total_is_previewed_within_two_percent(months):
    """Chance evens out; what a new cluster stores for points in time does not."""
    known = [each for name, each in months.items() if name != "m40-point-in-time"]
    truth = sum(each.truth for each in known)
    assert sum(each.preview.after_cents for each in known) == pytest.approx(truth, rel=TOLERANCE)


def test_point_in_time_backup_is_previewed_as_the_mean_of_what_was_paid(months):
    """What is stored depends on what is written; the organization has one cluster to learn from."""
    month = months["m40-point-in-time"]
    assert month.previewed("continuous") == pytest.approx(month.billed["continuous"], rel=0.4)


def test_each_price_says_where_it_is_from(months):
    bases = {
        name: {each.basis.partition(",")[0] for each in month.preview.lines if " x " in each.name}
        for name, month in months.items()
    }
    assert bases["m40-two-regions"] == {"your invoices"}
    assert bases["m20-where-nobody-was"] == {"public list prices"}
    assert all(
        found == {"your invoices"}
        for name, found in bases.items()
        if name not in {"m20-where-nobody-was", "flex", "free"}
    )
    assert months["free"].preview.after_cents == months["free"].truth == 0
