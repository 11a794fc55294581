"""From what is asked for to what Atlas is sent, and how far a cluster is from it."""

import copy

import pytest

from orchestration.actions.backups.snapshot_state import details_of
from orchestration.actions.clusters.bodies import changed_cluster, differences, new_cluster
from orchestration.actions.clusters.configs import CreateCluster, UpdateCluster
from orchestration.actions.clusters.regions import atlas_region
from orchestration.actions.clusters.state import FoundCluster
from orchestration.actions.model import Refusal
from tests.actions.cases import new_cluster as asked

PLACE = {
    "providerName": "AWS",
    "regionName": "US_EAST_1",
    "priority": 7,
    "electableSpecs": {"instanceSize": "M10", "nodeCount": 3},
}


def create(**settings):
    return CreateCluster.model_validate(asked("shop", **settings))


def update(**settings):
    return UpdateCluster.model_validate({"project": "shop", "name": "one", **settings})


def live(*places, **settings):
    """A cluster as Atlas answers: with ids, nulls and much that nobody asked for."""
    filled = copy.deepcopy(list(places) or [PLACE])
    for each in filled:
        each["electableSpecs"] |= {"diskSizeGB": 10.0, "diskIOPS": 3000}
        each |= {"analyticsSpecs": {"instanceSize": "M10", "nodeCount": 0, "diskIOPS": 3000}}
    spec = {"id": "s1", "zoneId": "z1", "zoneName": "Zone 1", "regionConfigs": filled}
    usual = {
        "id": "c1",
        "name": "one",
        "stateName": "IDLE",
        "clusterType": "REPLICASET",
        "backupEnabled": True,
        "pitEnabled": False,
        "tags": [],
        "replicationSpecs": [spec],
    }
    return FoundCluster({**usual, **settings}, is_flex=False)


def test_a_plain_cluster_is_a_replica_set_with_backups():
    body = new_cluster(create(nodes=5, disk_gb=60, tags={"env": "test"}))
    place = {
        **PLACE,
        "electableSpecs": {"instanceSize": "M10", "nodeCount": 5, "diskSizeGB": 60},
    }
    assert body == {
        "name": "one",
        "clusterType": "REPLICASET",
        "replicationSpecs": [{"regionConfigs": [place]}],
        "backupEnabled": True,
        "pitEnabled": False,
        "tags": [{"key": "env", "value": "test"}],
    }


def test_a_free_cluster_has_a_backing_provider_and_no_backups():
    body = new_cluster(create(instance_size="m0", termination_protection=True))
    [place] = body["replicationSpecs"][0]["regionConfigs"]
    assert (place["providerName"], place["backingProviderName"]) == ("TENANT", "AWS")
    assert "backupEnabled" not in body
    assert body["terminationProtectionEnabled"]


def test_a_flex_cluster_has_a_body_of_its_own():
    settings = {"backingProviderName": "AWS", "regionName": "US_EAST_1"}
    assert new_cluster(create(instance_size="flex")) == {
        "name": "one",
        "providerSettings": settings,
    }


@pytest.mark.parametrize(
    ("zones", "kind"),
    [(["a"], "REPLICASET"), (["a", "a"], "SHARDED"), (["a", "b"], "GEOSHARDED")],
)
def test_shards_and_zones_tell_a_clusters_type(zones, kind):
    specs = [{"zoneName": zone, "regionConfigs": [PLACE]} for zone in zones]
    values = {"project": "shop", "name": "one", "replication_specs": specs}
    assert new_cluster(CreateCluster.model_validate(values))["clusterType"] == kind
    told = CreateCluster.model_validate({**values, "cluster_type": "SHARDED"})
    assert new_cluster(told)["clusterType"] == "SHARDED"


def test_a_cluster_as_asked_for_has_no_differences():
    assert differences(live(), create()) == []
    specs = [{"regionConfigs": [PLACE], "zoneName": "Zone 1"}]
    values = {"project": "shop", "name": "one", "replication_specs": specs}
    assert differences(live(), CreateCluster.model_validate(values)) == []


DIFFERENCES = {
    "provider": ({"provider": "GCP", "region": "CENTRAL_US"}, "AWS", "GCP"),
    "region": ({"region": "eu-west-1"}, "US_EAST_1", "EU_WEST_1"),
    "instance_size": ({"instance_size": "M20"}, "M10", "M20"),
    "nodes": ({"nodes": 5}, 3, 5),
    "disk_gb": ({"disk_gb": 60}, 10.0, 60),
    "backup_enabled": ({"backup_enabled": False}, True, False),
    "pit_enabled": ({"pit_enabled": True}, False, True),
    "termination_protection": ({"termination_protection": True}, False, True),
    "tags": ({"tags": {"env": "test"}}, {}, {"env": "test"}),
    "cluster_type": ({"cluster_type": "SHARDED"}, "REPLICASET", "SHARDED"),
}


@pytest.mark.parametrize("field", DIFFERENCES)
def test_a_difference_is_named_by_its_field(field):
    settings, before, after = DIFFERENCES[field]
    found = {each.field: each for each in differences(live(), update(**settings))}
    assert set(found) == ({"provider", "region"} if field == "provider" else {field})
    assert (found[field].before, found[field].after) == (before, after)


def changed(cluster, **settings):
    config = update(**settings)
    return changed_cluster(cluster, config, differences(cluster, config))


def test_only_what_differs_is_sent():
    assert changed(live(), backup_enabled=True, pit_enabled=True) == {"pitEnabled": True}
    assert changed(live(), tags={"a": "b"}) == {"tags": [{"key": "a", "value": "b"}]}
    assert changed(live(tags=[{"key": "a", "value": "b"}]), tags={}) == {"tags": []}
    assert changed(live(), cluster_type="SHARDED") == {"clusterType": "SHARDED"}


def test_hardware_is_sent_whole_without_what_only_atlas_tells():
    [spec] = changed(live(), instance_size="M30")["replicationSpecs"]
    assert (spec["id"], spec["zoneName"]) == ("s1", "Zone 1")
    assert "zoneId" not in spec
    [place] = spec["regionConfigs"]
    assert place["electableSpecs"] == {"instanceSize": "M30", "nodeCount": 3, "diskSizeGB": 10.0}
    assert place["analyticsSpecs"] == {"instanceSize": "M30", "nodeCount": 0}


def test_a_disk_is_changed_in_every_region():
    cluster = live(PLACE, {**PLACE, "regionName": "EU_WEST_1"})
    [spec] = changed(cluster, disk_gb=80)["replicationSpecs"]
    disks = [each["electableSpecs"]["diskSizeGB"] for each in spec["regionConfigs"]]
    assert disks == [80, 80]


@pytest.mark.parametrize("settings", [{"region": "EU_WEST_3"}, {"nodes": 5}, {"provider": "GCP"}])
def test_what_has_no_one_meaning_in_several_regions_is_refused(settings):
    cluster = live(PLACE, {**PLACE, "regionName": "EU_WEST_1"})
    with pytest.raises(Refusal, match="has several regions, so .* give replication_specs instead"):
        changed(cluster, **settings)


@pytest.mark.parametrize(
    ("provider", "written", "region"),
    [
        ("AWS", "us-east-1", "US_EAST_1"),
        ("AWS", "US_EAST_1", "US_EAST_1"),
        ("GCP", "us-central1", "CENTRAL_US"),
        ("GCP", "CENTRAL_US_AW", "CENTRAL_US_AW"),
        ("AZURE", "newzealandnorth", "NEW_ZEALAND_NORTH"),
        ("AZURE", "westeurope", "EUROPE_WEST"),
        ("AWS", "us-mars-9", "US_MARS_9"),
    ],
)
def test_a_region_may_be_spelled_as_the_cloud_does(provider, written, region):
    assert atlas_region(provider, written) == region


def test_a_flex_snapshot_is_described_as_any_other():
    document = {
        "id": "1",
        "status": "RUNNING",
        "scheduledTime": "2026-01-01T17:05:10Z",
        "expiration": "2026-01-09T17:05:10Z",
    }
    found = details_of(document)
    assert (found.status, found.type, found.snapshot_type) == ("inProgress", "flex", "scheduled")
    assert found.created_at == "2026-01-01T17:05:10Z"
    done = details_of({**document, "status": "COMPLETED", "finishTime": "2026-01-01T17:07:00Z"})
    assert (done.status, done.created_at) == ("completed", "2026-01-01T17:07:00Z")
