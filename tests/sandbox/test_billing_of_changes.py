"""What is made, changed or deleted at run time is billed from that day on, by the same meters."""

from collections import defaultdict

import httpx
import pytest

from tests.sandbox.acting import API, NEWEST, cluster, free, region, spec
from tests.sandbox.conftest import served_invoices

DAY = "2026-11-22"
HOUR = {"M10": 0.026667, "M20": 0.066667}


@pytest.fixture
def moved(fresh_own):
    """A project, and a way to let a day pass and see its lines."""
    own = fresh_own()

    def next_day() -> None:
        own.sandbox.control("clock", {"days": 1})

    return own, next_day


def lines(own, name: str) -> dict[str, dict[str, list[float]]]:
    """A cluster's quantities by day and SKU."""
    found: dict = defaultdict(lambda: defaultdict(list))
    for invoice in served_invoices(own.client, own.sandbox.org_id):
        for line in invoice["lineItems"]:
            if line.get("clusterName") == name:
                found[line["startDate"][:10]][line["sku"]].append(line["quantity"])
    return {day: dict(skus) for day, skus in found.items()}


def hours(own, name: str) -> dict[str, dict[str, float]]:
    """Its server hours by day and size."""
    return {
        day: {
            sku.partition("_INSTANCE_")[2]: sum(quantities)
            for sku, quantities in skus.items()
            if "_INSTANCE_" in sku
        }
        for day, skus in lines(own, name).items()
    }


def test_a_cluster_is_billed_once_its_day_has_passed(moved) -> None:
    own, next_day = moved
    tags = [{"key": "env", "value": "trial"}]
    own.cluster("fresh", tags=tags)
    assert "fresh" not in own.sandbox.truth()["by_cluster"]
    next_day()
    found = lines(own, "fresh")
    assert set(found) == {DAY}
    assert found[DAY]["ATLAS_AWS_INSTANCE_M10"] == [72]
    truth = own.sandbox.truth()
    assert truth["by_cluster"]["fresh"] >= round(7200 * HOUR["M10"])
    assert truth["by_tag"]["env"]["trial"] == truth["by_cluster"]["fresh"]
    assert truth["by_project"][own.get("")["name"]] == truth["by_cluster"]["fresh"]


def test_every_day_of_it_is_like_the_others_and_on_time(moved) -> None:
    """Average use: what a preview says can be held against any month, or any days of one."""
    own, next_day = moved
    scaling = {"compute": {"enabled": True, "maxInstanceSize": "M50"}}
    busy = spec(region("M30") | {"autoScaling": scaling})
    own.ask("POST", "/clusters", cluster("alike", busy, backupEnabled=True), 201)
    own.ask("POST", "/clusters", cluster("kept", backupEnabled=True, pitEnabled=True), 201)
    own.flex("bendy")
    for _ in range(20):  # over a month's end, when what clouds report is late
        next_day()
    for name in ("alike", "kept", "bendy"):
        days = list(lines(own, name).values())
        assert len(days) == 20
        assert days.count(days[0]) == 20


def test_every_meter_of_its_shape_runs(moved) -> None:
    """A custom disk is paid in full, backup by snapshots or continuously, each region its hours."""
    own, next_day = moved
    regions = region(disk=50), region(nodes=2, priority=6, regionName="EU_WEST_1")
    regions[1]["electableSpecs"]["diskSizeGB"] = 50
    own.ask("POST", "/clusters", cluster("wide", spec(*regions), backupEnabled=True), 201)
    own.ask("POST", "/clusters", cluster("pit", backupEnabled=True, pitEnabled=True), 201)
    own.ask("POST", "/clusters", free(), 201)
    own.flex("bendy")
    next_day()
    wide = lines(own, "wide")[DAY]
    assert wide["ATLAS_AWS_INSTANCE_M10"] == [72, 48]
    assert wide["ATLAS_AWS_STORAGE_STANDARD_GP3"] == [50 * 3 * 24, 50 * 2 * 24]
    assert wide["ATLAS_AWS_BACKUP_SNAPSHOT_STORAGE"][0] >= 50
    pit = lines(own, "pit")[DAY]
    assert "ATLAS_NDS_AWS_PIT_RESTORE_STORAGE_FREE_TIER" in pit
    assert "ATLAS_AWS_STORAGE_STANDARD_GP3" not in pit
    assert lines(own, "free")[DAY] == {"ATLAS_INSTANCE_M0": [72]}
    [flex] = lines(own, "bendy")[DAY].values()
    assert flex == [24]


def test_each_change_holds_from_its_day_on(moved) -> None:
    """Days are whole: one counts as it stood at its end."""
    own, next_day = moved
    own.cluster("busy")
    next_day()
    own.ask("PATCH", "/clusters/busy", {"replicationSpecs": [spec(region("M20"))]}, 200)
    next_day()
    own.ask("PATCH", "/clusters/busy", {"paused": True}, 200)
    next_day()
    own.ask("PATCH", "/clusters/busy", {"paused": False}, 200)
    own.ask("PATCH", "/clusters/busy", {"replicationSpecs": [spec(region("M20", 5))]}, 200)
    next_day()
    own.ask("DELETE", "/clusters/busy", status=202)
    next_day()
    assert hours(own, "busy") == {
        "2026-11-22": {"M10": 72},
        "2026-11-23": {"M20": 72},
        "2026-11-24": {"M20_PAUSED": 72},
        "2026-11-25": {"M20": 120},
    }


def test_what_is_gone_the_same_day_costs_nothing(moved) -> None:
    own, next_day = moved
    own.cluster("short")
    own.ask("DELETE", "/clusters/short", status=202)
    next_day()
    assert lines(own, "short") == {}


def test_new_tags_are_on_new_lines(moved) -> None:
    """What Atlas does to old ones, POST /sandbox/retag does here."""
    own, next_day = moved
    own.cluster("tagged", tags=[{"key": "env", "value": "old"}])
    next_day()
    own.ask("PATCH", "/clusters/tagged", {"tags": [{"key": "env", "value": "new"}]}, 200)
    next_day()
    both = own.sandbox.truth()["by_tag"]["env"]
    assert min(both["old"], both["new"]) > 0
    own.sandbox.control("retag", {"cluster": "tagged", "tags": {"env": "latest"}})
    latest = own.sandbox.truth()["by_tag"]["env"]
    assert latest["latest"] == both["old"] + both["new"]
    assert own.get("/clusters/tagged")["tags"] == [{"key": "env", "value": "latest"}]


def test_days_that_are_past_stay_what_they_were(fresh_own) -> None:
    """Byte for byte, whatever is done to what was planned."""
    own = fresh_own(months=2)
    groups = own.client.get(f"{API}/groups").json()["results"]
    own.group = next(one["id"] for one in groups if one["name"] == "shop")
    pending = f"{API}/orgs/{own.sandbox.org_id}/invoices/pending"
    before, truth = own.client.get(pending).content, own.sandbox.truth()
    own.ask("PATCH", "", {"name": "shop", "tags": []}, 200)
    for body in (
        {"replicationSpecs": [spec(region("M50", regionName="EU_WEST_1"))]},
        {"backupEnabled": True, "pitEnabled": False},
        {"tags": []},
        {"paused": True},
    ):
        own.ask("PATCH", "/clusters/shop-prod", body, 200)
    own.ask("PATCH", "/clusters/shop-global", {"terminationProtectionEnabled": False}, 200)
    own.ask("DELETE", "/clusters/shop-global", status=202)
    assert own.client.get(pending).content == before
    assert own.sandbox.truth() == truth


def test_nothing_else_changes_when_something_is_made(fresh_own, fresh) -> None:
    """A bill with a new cluster is the old bill and that cluster."""
    own = fresh_own()
    own.cluster("more")
    own.sandbox.control("clock", {"days": 1})
    other = fresh(months=1, pace=0)
    other.control("clock", {"days": 1})
    found, expected = own.sandbox.truth(), other.truth()
    more = found["by_cluster"].pop("more")
    assert found["by_cluster"] == expected["by_cluster"]
    assert found["total"] - more == expected["total"]


def test_what_was_planned_is_billed_as_it_was_changed(moved) -> None:
    """Its id and its day's other meters stay."""
    own, next_day = moved
    groups = own.client.get(f"{API}/groups").json()["results"]
    own.group = next(one["id"] for one in groups if one["name"] == "playground")
    own.ask("PATCH", "/clusters/scratch", {"paused": True}, 200)
    next_day()
    sizes = hours(own, "scratch")
    assert sizes["2026-11-21"] == {"M10": 72}
    assert sizes["2026-11-22"] == {"M10_PAUSED": 72}


def test_the_linked_organization_has_a_key_of_its_own(fresh) -> None:
    """What it makes is on the bill that is nested in the payer's."""
    sandbox = fresh(months=1, pace=0)
    key = httpx.DigestAuth(
        sandbox.linked_provisioning_public_key, sandbox.linked_provisioning_private_key
    )
    with httpx.Client(base_url=sandbox.base_url, auth=key, headers={"Accept": NEWEST}) as client:
        body = {"name": "trial", "orgId": sandbox.linked_org_id}
        group = client.post(f"{API}/groups", json=body).json()["id"]
        assert client.post(f"{API}/groups/{group}/clusters", json=cluster("lab")).status_code == 201
    sandbox.control("clock", {"days": 1})
    assert sandbox.truth()["by_cluster"]["lab"] > 0
