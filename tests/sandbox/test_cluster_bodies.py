"""A cluster that makes no sense is refused, and what is wrong with it is named."""

import pytest

from tests.sandbox.acting import FLEX, cluster, free, region, spec

CLUSTERS = "/clusters"


def scaling(lowest: str, highest: str) -> dict:
    compute = {"enabled": True, "minInstanceSize": lowest, "maxInstanceSize": highest}
    return {"compute": compute}


def fast(size: str, iops: int, volume: str) -> dict:
    place = region(size)
    place["electableSpecs"] |= {"diskIOPS": iops, "ebsVolumeType": volume, "diskSizeGB": 100}
    return place


REFUSALS = [
    (cluster("a b"), "CLUSTER_NAME_INVALID", "a b"),
    (cluster("x" * 65), "CLUSTER_NAME_TOO_LONG", "x" * 65),
    (cluster("x" * 22 + "-y"), "CLUSTER_NAME_PREFIX_INVALID", "x" * 22 + "-y"),
    (cluster("c", spec(region("M40_NVME", disk=500))), "CLUSTER_DISK_SIZE_INVALID", "diskSizeGB"),
    (cluster("c", spec(region("M40_NVME"))), "INVALID_ATTRIBUTE", "backupEnabled"),
    (
        cluster("c", spec(region("M40_NVME", regionName="EU_CENTRAL_1"))),
        "INVALID_ATTRIBUTE",
        "regionName",
    ),
    (
        cluster("c", spec(region("M40_NVME", providerName="GCP", regionName="CENTRAL_US"))),
        "INVALID_ATTRIBUTE",
        "instanceSize",
    ),
    (cluster(""), "MISSING_ATTRIBUTE", "name"),
    (cluster("c", clusterType="TRIANGLE"), "INVALID_ATTRIBUTE", "clusterType"),
    (cluster("c", clusterType=None), "MISSING_ATTRIBUTE", "clusterType"),
    (cluster("c", replicationSpecs=[]), "MISSING_ATTRIBUTE", "replicationSpecs"),
    (cluster("c", spec(), spec()), "INVALID_ATTRIBUTE", "replicationSpecs"),
    (cluster("c", {}), "MISSING_ATTRIBUTE", "regionConfigs"),
    (cluster("c", spec(region("M11"))), "INVALID_ATTRIBUTE", "instanceSize"),
    (cluster("c", spec(region("M0"))), "INVALID_ATTRIBUTE", "instanceSize"),
    (cluster("c", spec(region(electableSpecs={}))), "MISSING_ATTRIBUTE", "instanceSize"),
    (cluster("c", spec(region(electableSpecs="M10"))), "INVALID_ATTRIBUTE", "electableSpecs"),
    (cluster("c", spec(region(regionName="us-east-1"))), "INVALID_ATTRIBUTE", "regionName"),
    (cluster("c", spec(region(providerName="OVH"))), "INVALID_ATTRIBUTE", "providerName"),
    (cluster("c", spec(region(providerName="GCP"))), "INVALID_ATTRIBUTE", "regionName"),
    (cluster("c", spec(region(nodes=2))), "CLUSTER_REPLICATION_FACTOR_INVALID", "nodeCount"),
    (cluster("c", spec(region(nodes=9))), "INVALID_ATTRIBUTE", "nodeCount"),
    (cluster("c", spec(region(disk=5))), "INVALID_ATTRIBUTE", "diskSizeGB"),
    (cluster("c", spec(region(priority=9))), "INVALID_ATTRIBUTE", "priority"),
    (cluster("c", spec(region(nodes=2.5))), "INVALID_ATTRIBUTE", "nodeCount"),
    (cluster("c", mongoDBMajorVersion=8), "INVALID_ATTRIBUTE", "mongoDBMajorVersion"),
    (cluster("c", pitEnabled=True), "INVALID_ATTRIBUTE", "pitEnabled"),
    (cluster("c", backupEnabled="yes"), "INVALID_ATTRIBUTE", "backupEnabled"),
    (cluster("c", paused=True), "CANNOT_CREATE_PAUSED_CLUSTER", "c"),
    (
        cluster("c", spec(region(autoScaling={"compute": {"enabled": True}}))),
        "COMPUTE_AUTO_SCALING_MAX_INSTANCE_SIZE_REQUIRED",
        "maxInstanceSize",
    ),
    (
        cluster("c", spec(region("M50", autoScaling=scaling("M30", "M40")))),
        "COMPUTE_AUTO_SCALING_MAX_INSTANCE_SIZE_INVALID",
        "M40",
    ),
    (
        cluster("c", spec(region("M20", autoScaling=scaling("M30", "M40")))),
        "COMPUTE_AUTO_SCALING_MIN_INSTANCE_SIZE_INVALID",
        "M30",
    ),
    (cluster("c", spec(fast("M30", 3001, "STANDARD"))), "CLUSTER_DISK_IOPS_INVALID", "3001"),
    (cluster("c", spec(fast("M30", 9000, "PROVISIONED"))), "CLUSTER_DISK_IOPS_INVALID", "9000"),
    (cluster("c", spec(fast("M20", 500, "PROVISIONED"))), "INVALID_ATTRIBUTE", "ebsVolumeType"),
    (free(backupEnabled=True), "INVALID_TENANT_BACKUP_ENABLED", "backupEnabled"),
    (cluster("c", spec(region("FLEX"))), "CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API", "c"),
    (
        cluster("c", spec(region(providerName="FLEX"))),
        "CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API",
        "c",
    ),
]


@pytest.mark.parametrize(("body", "code", "parameter"), REFUSALS)
def test_what_makes_no_sense_is_named(own, body: dict, code: str, parameter: str) -> None:
    status, found, parameters = own.refused("POST", CLUSTERS, body)
    assert (status, found, parameters[0]) == (400, code, parameter)
    assert own.get(CLUSTERS)["results"] == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"name": "other"}, "CLUSTER_CANNOT_CHANGE_NAME"),
        ({"mongoDBMajorVersion": "7.0"}, "CLUSTER_UPGRADE_INVALID"),
        ({"configServerManagementMode": "ATLAS_MANAGED"}, "INVALID_ATTRIBUTE"),
        ({"globalClusterSelfManagedSharding": True}, "INVALID_ATTRIBUTE"),
        ({"pitEnabled": True}, "INVALID_ATTRIBUTE"),
        ({"replicationSpecs": []}, "INVALID_ATTRIBUTE"),
        ({"replicationSpecs": free()["replicationSpecs"]}, "INVALID_ATTRIBUTE"),
    ],
)
def test_a_change_is_looked_at_as_closely(own, body: dict, code: str) -> None:
    before = own.cluster("one")["replicationSpecs"]
    assert own.refused("PATCH", "/clusters/one", body)[:2] == (400, code)
    assert own.get("/clusters/one")["replicationSpecs"] == before


def test_two_names_begin_otherwise(own) -> None:
    name = "a-name-of-23-characters"
    own.cluster(name)
    for path, body in (
        (CLUSTERS, cluster(f"{name}-2")),
        ("/flexClusters", {"name": f"{name}-3", "providerSettings": FLEX}),
    ):
        assert own.refused("POST", path, body)[:2] == (400, "DUPLICATE_CLUSTER_NAME_PREFIX")


def test_what_is_offered_is_listed_for_the_clouds_and_the_tier_asked_for(own) -> None:
    path = "/clusters/provider/regions"
    everything = own.get(path)["results"]
    assert [one["provider"] for one in everything] == ["AWS", "AZURE", "GCP"]
    [found] = own.ask("GET", path, None, 200, providers="AWS", tier="M40_NVME").json()["results"]
    [size] = found["instanceSizes"]
    assert [one["name"] for one in size["availableRegions"] if one["default"]] == ["US_EAST_1"]
    assert len(size["availableRegions"]) == 3
    assert own.refused("GET", path, providers="OVH")[:2] == (400, "INVALID_ATTRIBUTE")
