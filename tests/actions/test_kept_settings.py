"""A change keeps every setting that it does not name: Atlas forgets what a replaced list lacks."""

import json

import pytest

from orchestration.actions.clusters.bodies import changed_cluster, differences, new_cluster
from orchestration.actions.clusters.configs import CreateCluster, UpdateCluster
from orchestration.actions.clusters.replication_specs import EFFECTIVE, READ_ONLY, writable
from orchestration.actions.clusters.state import FoundCluster
from tests.actions.running import apply, in_atlas, run
from tests.conftest import SHARED

CASE = SHARED / "cases" / "3_specs_copied_from_an_answer.json"
SPECIFICATION = SHARED / "atlas" / "openapi-subset.json"
FAST = {"ebsVolumeType": "PROVISIONED", "diskIOPS": 4000, "diskSizeGB": 128}


def place(size="M30", **hardware):
    nodes = {"instanceSize": size, "nodeCount": 3, **hardware}
    usual = {"providerName": "AWS", "regionName": "US_EAST_1", "priority": 7}
    return {**usual, "electableSpecs": nodes}


def live(*places, **settings):
    spec = {"id": "s1", "zoneId": "z1", "zoneName": "Zone 1", "regionConfigs": list(places)}
    usual = {"name": "one", "clusterType": "REPLICASET", "replicationSpecs": [spec]}
    return FoundCluster({**usual, **settings}, is_flex=False)


def sent(cluster, **settings):
    config = UpdateCluster.model_validate({"project": "shop", "name": "one", **settings})
    body = changed_cluster(cluster, config, differences(cluster, config))
    return body["replicationSpecs"][0]["regionConfigs"][0]


def test_more_nodes_leave_the_speed_of_the_disks_as_it_was_bought(stage):
    at = {"project": stage.project, "name": "one"}
    made = apply("create_cluster", **at, replication_specs=[{"regionConfigs": [place(**FAST)]}])
    assert made.is_good, made.error
    for change in ({"nodes": 5}, {"instance_size": "M40"}, {"region": "EU_WEST_1"}):
        changed = apply("update_cluster", **at, **change)
        assert changed.outcome == "applied", changed.error
    found = in_atlas(lambda atlas: atlas.get_cluster(stage.project, "one"))
    [region] = found["replicationSpecs"][0]["regionConfigs"]
    assert region["electableSpecs"].items() >= FAST.items()


STANDARD = {"ebsVolumeType": "STANDARD", "diskIOPS": 3000, "diskSizeGB": 40}
PROVISIONED = {"ebsVolumeType": "PROVISIONED", "diskIOPS": 4000, "diskSizeGB": 128}
OWN = {"ebsVolumeType": "PROVISIONED", "diskIOPS": 135125, "diskSizeGB": 380}
KEPT = {
    "nodes": ("M30", STANDARD, {"nodes": 5}, STANDARD),
    # what a standard disk's speed may be follows from its size
    "standard_size": ("M30", STANDARD, {"instance_size": "M40"},
        {"ebsVolumeType": "STANDARD", "diskSizeGB": 40}),
    "standard_disk": ("M30", STANDARD, {"disk_gb": 80},
        {"ebsVolumeType": "STANDARD", "diskSizeGB": 80}),
    "chosen_size": ("M30", PROVISIONED, {"instance_size": "M40"}, PROVISIONED),
    "chosen_disk": ("M30", PROVISIONED, {"disk_gb": 200}, {**PROVISIONED, "diskSizeGB": 200}),
    # each cloud has volumes of its own
    "provider": ("M30", PROVISIONED, {"provider": "GCP", "region": "CENTRAL_US"},
        {"diskSizeGB": 128}),
    # an NVMe size comes with its disk
    "nvme_nodes": ("M40_NVME", OWN, {"nodes": 5}, {"ebsVolumeType": "PROVISIONED"}),
    "to_nvme": ("M40", STANDARD, {"instance_size": "M40_NVME"}, {}),
    "from_nvme": ("M40_NVME", OWN, {"instance_size": "M40"}, {}),
}  # fmt: skip


@pytest.mark.parametrize("case", KEPT)
def test_a_disk_keeps_what_still_is_its_own(case):
    size, before, change, after = KEPT[case]
    nodes = sent(live(place(size, **before)), **change)["electableSpecs"]
    assert {key: nodes[key] for key in nodes if key not in {"instanceSize", "nodeCount"}} == after


def test_all_nodes_follow_a_disk_and_analytics_nodes_keep_a_size_of_their_own():
    analytics = {"instanceSize": "M50", "nodeCount": 1, "diskSizeGB": 40}
    there = live(place(diskSizeGB=40) | {"analyticsSpecs": analytics})
    region = sent(there, instance_size="M40", disk_gb=100)
    assert (region["analyticsSpecs"]["instanceSize"], region["analyticsSpecs"]["diskSizeGB"]) == (
        "M50",
        100,
    )
    asked = [{"regionConfigs": [place("M40", diskSizeGB=100)]}]
    whole = sent(there, replication_specs=asked)
    assert whole["analyticsSpecs"] == {**analytics, "diskSizeGB": 100}
    same = UpdateCluster(project="shop", name="one", instance_size="M30")
    assert differences(there, same) == []


@pytest.mark.skipif(not CASE.exists(), reason="the folder ../shared/cases is absent")
def test_specs_copied_from_an_answer_are_sent_without_what_atlas_only_tells():
    cluster = json.loads(CASE.read_bytes())["cluster"]
    values = {"project": "shop", "name": "copy", "replication_specs": cluster["replicationSpecs"]}
    created = new_cluster(CreateCluster.model_validate(values))
    updating = {**values, "name": cluster["name"]}
    updating["replication_specs"] = json.loads(json.dumps(cluster["replicationSpecs"]))
    for spec in updating["replication_specs"]:
        spec["regionConfigs"][0]["electableSpecs"]["instanceSize"] = "M20"
    config = UpdateCluster.model_validate(updating)
    found = FoundCluster(cluster, is_flex=False)
    updated = changed_cluster(found, config, differences(found, config))
    ids = [each["id"] for each in cluster["replicationSpecs"]]
    assert [each.get("id") for each in created["replicationSpecs"]] == [None, None]
    assert [each.get("id") for each in updated["replicationSpecs"]] == ids
    for body in (created, updated):
        text = json.dumps(body)
        assert "effective" not in text
        assert "zoneId" not in text
    [place, *_] = updated["replicationSpecs"][0]["regionConfigs"]
    told = cluster["replicationSpecs"][0]["regionConfigs"][0]
    assert place["autoScaling"] == told["autoScaling"]
    assert place["electableSpecs"]["ebsVolumeType"] == "STANDARD"
    same = UpdateCluster.model_validate(
        {**updating, "replication_specs": cluster["replicationSpecs"]}
    )
    assert differences(found, same) == []


def test_a_copied_cluster_is_made(stage):
    at = {"project": stage.project}
    first = apply(
        "create_cluster", **at, name="one", replication_specs=[{"regionConfigs": [place()]}]
    )
    assert first.is_good, first.error
    told = in_atlas(lambda atlas: atlas.get_cluster(stage.project, "one"))["replicationSpecs"]
    assert apply("create_cluster", **at, name="two", replication_specs=told).outcome == "applied"
    assert run("update_cluster", **at, name="one", replication_specs=told).outcome == "unchanged"


@pytest.mark.skipif(not SPECIFICATION.exists(), reason="the folder ../shared/atlas is absent")
def test_what_atlas_only_tells_is_what_its_specification_calls_read_only():
    schemas = json.loads(SPECIFICATION.read_bytes())["components"]["schemas"]
    told, written = set(), set()

    def look(name):
        schema = schemas[name]
        for part in (schema, *schema.get("allOf", ())):
            for key, each in part.get("properties", {}).items():
                (told if each.get("readOnly") else written).add(key)
                look_into(each)
        for each in schema.get("oneOf", ()):
            look_into(each)

    def look_into(schema):
        for each in (schema, schema.get("items", {}), *schema.get("allOf", ())):
            if "$ref" in each:
                look(each["$ref"].rpartition("/")[2])

    look("ReplicationSpec20240805")
    # of these it says only in words that they tell the size nodes have for now
    assert told == READ_ONLY - EFFECTIVE
    assert written >= EFFECTIVE
    every = {key: {"kept": 1} for key in written - EFFECTIVE}
    assert writable([every | dict.fromkeys(READ_ONLY - {"id"}, 1)]) == [every]
