"""Zones decide where data lives: whoever changes one types the cluster's name."""

import copy
import json
import secrets

import pytest

from orchestration.actions.clusters.replication_specs import writable
from orchestration.actions.clusters.shards import zone_changes
from tests.actions.running import apply, in_atlas, run
from tests.conftest import SHARED

CASE = SHARED / "cases" / "1_shard_moved_between_zones.json"


def shard(zone, region, size="M30", **settings):
    hardware = {"instanceSize": size, "nodeCount": 3}
    place = {"providerName": "AWS", "regionName": region, "priority": 7}
    return {"zoneName": zone, "regionConfigs": [{**place, "electableSpecs": hardware}], **settings}


ATLANTIC = [shard("us", "US_EAST_1"), shard("eu", "EU_WEST_1")]


def live(stage):
    return in_atlas(lambda atlas: atlas.get_cluster(stage.project, "one"))["replicationSpecs"]


@pytest.fixture
def two_zones(stage):
    at = {"project": stage.project, "name": "one"}
    assert apply("create_cluster", **at, replication_specs=ATLANTIC).is_good
    return at


def changed(there, change):
    """What Atlas has, changed: the shards keep their ids."""
    specs = copy.deepcopy(there)
    change(specs)
    return writable(specs)


def moved(specs):
    specs[1]["zoneName"] = "us"


def renamed(specs):
    specs[1]["zoneName"] = "emea"


def swapped(specs):
    specs[0]["zoneName"], specs[1]["zoneName"] = "eu", "us"


def elsewhere(specs):
    specs[1]["regionConfigs"][0]["regionName"] = "US_WEST_2"


CHANGES = {
    moved: ["zone of shard 2: eu → us"],
    renamed: ["zone of shard 2: eu → emea"],
    swapped: ["zone of shard 1: us → eu", "zone of shard 2: eu → us"],
    elsewhere: ["regions of shard 2 in zone eu: ['AWS EU_WEST_1'] → ['AWS US_WEST_2']"],
}


@pytest.mark.parametrize("change", CHANGES, ids=lambda each: each.__name__)
def test_a_change_of_zones_is_confirmed_by_name(change, two_zones, stage):
    before = live(stage)
    asked = {**two_zones, "replication_specs": changed(before, change)}
    planned = run("update_cluster", **asked)
    assert planned.outcome == "planned", planned.error
    assert planned.plan.confirm == "one"
    told = [f"{each.field}: {each.before} → {each.after}" for each in planned.plan.changes[1:]]
    assert told == CHANGES[change]
    assert any("Zones decide where data lives" in each for each in planned.plan.warnings)
    for wrong in ({}, {"confirm": "another"}):
        refused = apply("update_cluster", **asked, **wrong)
        assert refused.outcome == "refused"
        assert "type confirm=one to go on" in refused.error
    assert live(stage) == before
    assert apply("update_cluster", **asked, confirm="one").outcome == "applied"
    assert live(stage) != before


def test_another_size_and_a_shard_more_of_a_zone_need_no_name(two_zones, stage):
    larger = [shard("us", "US_EAST_1", "M40"), shard("eu", "EU_WEST_1", "M40")]
    for specs in (larger, [*larger, shard("eu", "EU_WEST_1", "M40")]):
        done = apply("update_cluster", **two_zones, replication_specs=specs)
        assert done.outcome == "applied", done.error
    assert [each["zoneName"] for each in live(stage)] == ["us", "eu", "eu"]


def test_a_file_moves_no_data_between_zones(atlas, tmp_path):
    name = f"test-{secrets.token_hex(4)}"

    def applied(specs):
        (tmp_path / "config").mkdir(exist_ok=True)
        cluster = {"name": "one", "replication_specs": specs}
        text = json.dumps({"projects": [{"name": name, "clusters": [cluster]}]})
        (tmp_path / "config" / "resources.yaml").write_text(text, encoding="utf-8")
        return apply("apply_resources")

    assert applied(ATLANTIC).outcome == "applied"
    # without ids the zone's name says which shard is meant: both would go over the ocean
    refused = applied([shard("us", "EU_WEST_1"), shard("eu", "US_EAST_1")])
    assert refused.outcome == "refused"
    assert f"cluster:{name}/one: update_cluster with confirm=one carries it out" in refused.error
    project = in_atlas(lambda atlas: atlas.get_project_by_name(name))["id"]
    found = in_atlas(lambda atlas: atlas.get_cluster(project, "one"))["replicationSpecs"]
    assert [each["regionConfigs"][0]["regionName"] for each in found] == ["US_EAST_1", "EU_WEST_1"]


def test_a_replica_set_may_leave_its_region_as_before(stage):
    changed = apply("update_cluster", **stage.cluster(), region="EU_WEST_1")
    assert changed.outcome == "applied", changed.error


@pytest.mark.skipif(not CASE.exists(), reason="the folder ../shared/cases is absent")
def test_the_recorded_move_is_seen():
    case = json.loads(CASE.read_bytes())
    asked = case["recorded_request"]["replicationSpecs"]
    found = zone_changes(case["cluster_as_Atlas_has_it"], asked)
    assert [(each.field, each.before, each.after) for each in found] == [
        ("zone of shard 2", "zone n2", "zone n1"),
        ("regions of shard 2 in zone zone n2", ["AWS EU_WEST_1"], ["AWS US_EAST_1"]),
    ]
