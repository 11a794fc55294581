"""Clusters are made, changed, paused and deleted."""

from urllib.error import HTTPError

import pytest

from tests.sandbox.acting import API, cluster, free, region, spec

NEWEST = "application/vnd.atlas.2026-01-01+json"
CLUSTERS = "/clusters"


@pytest.fixture
def slow(fresh_own):
    """A project whose clusters stay in their first stage, and a way to let them go on."""
    own = fresh_own(pace=1e9)

    def go_on() -> None:
        own.sandbox.control("pace", {"seconds": 0})
        own.ask("GET", "")
        own.sandbox.control("pace", {"seconds": 1e9})

    return own, go_on


def specs(own, name: str) -> list[tuple]:
    return [
        (one["providerName"], one["regionName"], one["electableSpecs"]["instanceSize"])
        for shard in own.get(f"/clusters/{name}")["replicationSpecs"]
        for one in shard["regionConfigs"]
    ]


def test_a_life(slow) -> None:
    """CREATING without a way in, IDLE with two, UPDATING, DELETING, gone."""
    own, go_on = slow
    made = own.cluster("one", tags=[{"key": "env", "value": "test"}])
    assert (made["stateName"], made["connectionStrings"]) == ("CREATING", {})
    assert made["tags"] == [{"key": "env", "value": "test"}]
    assert own.get("/clusters/one") == made
    assert own.get("")["clusterCount"] == 1
    go_on()
    idle = own.get("/clusters/one")
    assert idle["stateName"] == "IDLE"
    assert {"standard", "standardSrv"} <= set(idle["connectionStrings"])
    grown = spec(region("M20"))
    changed = own.ask("PATCH", "/clusters/one", {"replicationSpecs": [grown]}, 200).json()
    assert (changed["stateName"], specs(own, "one")) == ("UPDATING", [("AWS", "US_EAST_1", "M20")])
    go_on()
    assert own.state("/clusters/one") == "IDLE"
    assert own.ask("DELETE", "/clusters/one", status=202).json() == {}
    assert own.state("/clusters/one") == "DELETING"
    again = (400, "CLUSTER_ALREADY_REQUESTED_DELETION", ["one"])
    assert own.refused("DELETE", "/clusters/one") == again
    assert own.refused("PATCH", "/clusters/one", {"tags": []}) == again
    go_on()
    gone = (404, "CLUSTER_NOT_FOUND", ["one", own.group])
    assert own.refused("GET", "/clusters/one") == gone
    assert own.refused("DELETE", "/clusters/one") == gone


def test_a_change_during_creation_is_taken_in(slow) -> None:
    own, go_on = slow
    own.cluster("one")
    tags = [{"key": "a", "value": "b"}]
    assert own.ask("PATCH", "/clusters/one", {"tags": tags}).json()["stateName"] == "CREATING"
    go_on()
    assert own.get("/clusters/one")["tags"] == tags


def test_a_free_cluster_is_created_in_two_steps(fresh_own) -> None:
    own = fresh_own(pace=1e9)
    assert own.ask("POST", CLUSTERS, free(), 201).json()["stateName"] == "CREATING"
    own.sandbox.control("pace", {"seconds": 24 * 3600})
    for state in ("UPDATING", "IDLE", "IDLE"):
        own.sandbox.control("clock", {"days": 1})
        assert own.state("/clusters/free") == state


def test_a_name_that_is_used_again_has_another_id(own) -> None:
    first = own.cluster("again")
    own.ask("DELETE", "/clusters/again")
    second = own.cluster("again")
    assert first["id"] != second["id"]
    assert [one["id"] for one in own.get(CLUSTERS)["results"]] == [second["id"]]


def test_every_layout(own) -> None:
    """Shards, zones and clouds, with nodes that cannot be elected."""
    shards = [spec(region("M30", disk=60)), spec(region("M40", disk=60))]
    own.ask("POST", CLUSTERS, cluster("sharded", *shards, clusterType="SHARDED"), 201)
    assert [one[2] for one in specs(own, "sharded")] == ["M30", "M40"]
    analytics = {"analyticsSpecs": {"instanceSize": "M30", "nodeCount": 1}}
    zones = [spec(region("M30", **analytics), zoneName=name) for name in ("east", "west")]
    own.ask("POST", CLUSTERS, cluster("geo", *zones, clusterType="GEOSHARDED"), 201)
    geo = own.get("/clusters/geo")
    assert [one["zoneName"] for one in geo["replicationSpecs"]] == ["east", "west"]
    assert geo["replicationSpecs"][0]["regionConfigs"][0]["analyticsSpecs"]["nodeCount"] == 1
    clouds = spec(
        region(nodes=1, priority=5, providerName="GCP", regionName="EASTERN_US"),
        region(nodes=3, priority=7),
        region(nodes=1, priority=6, providerName="AZURE", regionName="US_EAST_2"),
    )
    own.ask("POST", CLUSTERS, cluster("clouds", clouds), 201)
    assert [one[0] for one in specs(own, "clouds")] == ["AWS", "AZURE", "GCP"]
    types = {one["name"]: one["clusterType"] for one in own.get(CLUSTERS)["results"]}
    assert types == {"sharded": "SHARDED", "geo": "GEOSHARDED", "clouds": "REPLICASET"}


def test_one_shard_can_be_a_sharded_cluster(own) -> None:
    own.ask("POST", CLUSTERS, cluster("single", clusterType="SHARDED"), 201)
    assert own.get("/clusters/single")["clusterType"] == "SHARDED"
    back = {"clusterType": "REPLICASET", "replicationSpecs": [spec()]}
    refused = own.refused("PATCH", "/clusters/single", back)
    assert refused[:2] == (400, "SHARDED_CLUSTER_CANT_BECOME_REPLICA_SET")


def test_what_nobody_bills_is_shown_as_it_was_sent(own) -> None:
    scaling = {
        "compute": {"enabled": True, "scaleDownEnabled": False, "maxInstanceSize": "M30"},
        "diskGB": {"enabled": False},
    }
    others = {
        "mongoDBMajorVersion": "7.0",
        "versionReleaseSystem": "LTS",
        "labels": [{"key": "a", "value": "b"}],
    }
    own.ask("POST", CLUSTERS, cluster("odd", spec(region(autoScaling=scaling)), **others), 201)
    found = own.get("/clusters/odd")
    assert others.items() <= found.items()
    assert found["mongoDBVersion"].startswith("7.0.")
    assert found["replicationSpecs"][0]["regionConfigs"][0]["autoScaling"] == scaling


def test_a_shard_that_is_left_out_is_deleted(own) -> None:
    """As the specification says of ReplicationSpec20240805.id; recorded: without ids, by order."""
    sharded = cluster("ids", spec(), spec(), spec(), clusterType="SHARDED")
    own.ask("POST", CLUSTERS, sharded, 201)

    def ids(*named: dict) -> list[str]:
        if named:
            own.ask("PATCH", "/clusters/ids", {"replicationSpecs": list(named)}, 200)
        return [one["id"] for one in own.get("/clusters/ids")["replicationSpecs"]]

    first, second, third = ids()
    assert ids(spec(), spec(), spec()) == [first, second, third]
    assert ids(spec(id=third), spec(id=first)) == [third, first]
    assert ids(spec(), spec(), spec())[:2] == [third, first]
    assert ids(spec()) == [third]
    wrong = {"replicationSpecs": [spec(id="f" * 24)]}
    assert own.refused("PATCH", "/clusters/ids", wrong) == (400, "INVALID_ATTRIBUTE", ["id"])


def test_a_replaced_list_forgets_what_it_leaves_out(own) -> None:
    def hardware() -> dict:
        [shard] = own.get("/clusters/large")["replicationSpecs"]
        return shard["regionConfigs"][0]

    fast = {"ebsVolumeType": "PROVISIONED", "diskIOPS": 4000, "diskSizeGB": 128}
    scaling = {"compute": {"enabled": True, "maxInstanceSize": "M60"}}
    place = region("M30", autoScaling=scaling)
    place["electableSpecs"] |= fast
    own.ask("POST", CLUSTERS, cluster("large", spec(place)), 201)
    assert hardware()["electableSpecs"].items() >= fast.items()
    assert hardware()["autoScaling"]["compute"]["enabled"]
    own.ask("PATCH", "/clusters/large", {"replicationSpecs": [spec(region("M40"))]}, 200)
    usual = {"ebsVolumeType": "STANDARD", "diskIOPS": 3000, "diskSizeGB": 80}
    assert hardware()["electableSpecs"].items() >= usual.items()
    assert not hardware()["autoScaling"]["compute"]["enabled"]
    assert not hardware()["autoScaling"]["diskGB"]["enabled"]


def test_autoscaling_moves_a_size_within_its_bounds_and_a_disk_upwards(own) -> None:
    compute = {"enabled": True, "scaleDownEnabled": True}
    compute |= {"minInstanceSize": "M30", "maxInstanceSize": "M50"}
    place = region("M30", autoScaling={"compute": compute, "diskGB": {"enabled": True}})
    own.ask("POST", CLUSTERS, cluster("scales", spec(place)), 201)
    for wrong in ({"instance_size": "M60"}, {"instance_size": "M20"}, {"disk_gb": 20}):
        with pytest.raises(HTTPError):
            own.sandbox.control("autoscale", {"cluster": "scales", **wrong})
    moved = {"cluster": "scales", "instance_size": "M50", "disk_gb": 200}
    assert own.sandbox.control("autoscale", moved) == moved
    [shard] = own.get("/clusters/scales")["replicationSpecs"]
    [found] = shard["regionConfigs"]
    assert (found["electableSpecs"]["instanceSize"], found["electableSpecs"]["diskSizeGB"]) == (
        "M50",
        200,
    )
    assert found["autoScaling"]["compute"]["minInstanceSize"] == "M30"


def test_pausing_and_resuming(slow) -> None:
    """A paused cluster can only be resumed, and nothing else at the same time."""
    own, go_on = slow
    own.cluster("one")
    pending = (409, "CANNOT_PAUSE_CLUSTER_WITH_PENDING_CHANGES", [])
    assert own.refused("PATCH", "/clusters/one", {"paused": True}) == pending
    go_on()
    both = {"paused": True, "tags": []}
    refused = (409, "CANNOT_UPDATE_AND_PAUSE_CLUSTER", ["one"])
    assert own.refused("PATCH", "/clusters/one", both) == refused
    paused = own.ask("PATCH", "/clusters/one", {"paused": True}, 200).json()
    assert (paused["paused"], paused["stateName"]) == (True, "UPDATING")
    for body in ({"tags": []}, {"paused": False, "tags": []}, both):
        refused = (409, "CANNOT_UPDATE_PAUSED_CLUSTER", ["one"])
        assert own.refused("PATCH", "/clusters/one", body) == refused
    assert own.refused("PATCH", "/clusters/one", {"paused": True})[1] == "CLUSTER_ALREADY_PAUSED"
    assert own.ask("PATCH", "/clusters/one", {"paused": False}, 200).json()["paused"] is False


def test_protection_keeps_a_cluster(own) -> None:
    """Until it is taken away; the parameter is a sentence, as recorded."""
    own.cluster("safe", terminationProtectionEnabled=True)
    status, code, [sentence] = own.refused("DELETE", "/clusters/safe")
    assert status == 400
    assert code == "CANNOT_TERMINATE_CLUSTER_WHEN_TERMINATION_PROTECTION_ENABLED"
    assert sentence.startswith(f"Cannot terminate cluster safe in group {own.group} because ")
    own.ask("PATCH", "/clusters/safe", {"terminationProtectionEnabled": False}, 200)
    own.ask("DELETE", "/clusters/safe", status=202)


def test_a_name_is_used_once_by_either_kind(own) -> None:
    own.cluster("dedicated")
    own.flex("flexible")
    flex = {"backingProviderName": "AWS", "regionName": "US_EAST_1"}
    for name in ("dedicated", "flexible"):
        what = "cluster or serverless instance"
        taken = (400, "DUPLICATE_CLUSTER_NAME", [what, name, own.group])
        assert own.refused("POST", CLUSTERS, cluster(name)) == taken
        body = {"name": name, "providerSettings": flex}
        assert own.refused("POST", "/flexClusters", body) == taken


def test_a_free_cluster_can_hardly_be_changed(own) -> None:
    """A project has one; it can be tagged and protected, not paused or made larger."""
    own.ask("POST", CLUSTERS, free(), 201)
    second = own.refused("POST", CLUSTERS, free(name="second"))
    assert second == (400, "CANNOT_CREATE_FREE_CLUSTER_VIA_PUBLIC_API", ["M0"])
    for body in ({"paused": True}, {"replicationSpecs": [spec()]}):
        refused = (400, "TENANT_CLUSTER_UPDATE_UNSUPPORTED", ["free"])
        assert own.refused("PATCH", "/clusters/free", body) == refused
    own.ask("PATCH", "/clusters/free", {"tags": [{"key": "a", "value": "b"}]}, 200)
    own.ask("DELETE", "/clusters/free", status=202)


def test_the_other_kind_has_an_api_of_its_own(own) -> None:
    own.cluster("dedicated")
    own.flex("flexible")
    for method, body in (("GET", None), ("PATCH", {"tags": []}), ("DELETE", None)):
        refused = own.refused(method, "/clusters/flexible", body)
        assert refused == (400, "CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API", ["flexible"])
        refused = own.refused(method, "/flexClusters/dedicated", body)
        assert refused == (400, "CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API", ["dedicated"])


@pytest.mark.parametrize(
    ("method", "asked", "answered"),
    [
        ("POST", "2024-08-05", "2024-08-05"),
        ("POST", "2024-10-22", "2024-08-05"),
        ("POST", "2025-03-12", "2024-10-23"),
        ("PATCH", "2024-08-05", "2024-08-05"),
        ("PATCH", "2026-01-01", "2024-10-23"),
        ("DELETE", "2023-02-01", "2023-02-01"),
        ("DELETE", "2026-01-01", "2023-02-01"),
    ],
)
def test_each_date_leads_to_a_version(own, method: str, asked: str, answered: str) -> None:
    own.cluster("one")
    path = f"{API}/groups/{own.group}/clusters"
    url = path if method == "POST" else f"{path}/one"
    headers = {"Accept": f"application/vnd.atlas.{asked}+json"}
    body = {"POST": cluster("two"), "PATCH": {"tags": []}}.get(method)
    answer = own.client.request(method, url, headers=headers, json=body)
    expected = f"application/vnd.atlas.{answered}+json;charset=utf-8"
    assert answer.headers["content-type"] == expected


def test_versions_switched_off_are_gone(own) -> None:
    headers = {"Accept": "application/vnd.atlas.2023-02-01+json"}
    path = f"{API}/groups/{own.group}/clusters"
    answer = own.client.post(path, json=cluster("one"), headers=headers)
    assert (answer.status_code, answer.json()["errorCode"]) == (410, "VERSION_GONE")


def test_what_was_planned_can_be_changed_and_keeps_its_id(fresh_own) -> None:
    """Staging sleeps at weekends until somebody decides; the week's peak ends with a size."""
    own = fresh_own()
    groups = own.client.get(f"{API}/groups").json()["results"]
    own.group = next(one["id"] for one in groups if one["name"] == "shop")
    before = own.get("/clusters/shop-staging")
    assert before["paused"]  # it is a Sunday
    own.ask("PATCH", "/clusters/shop-staging", {"paused": False}, 200)
    after = own.get("/clusters/shop-staging")
    assert (after["paused"], after["id"]) == (False, before["id"])
    own.sandbox.control("clock", {"days": 6})
    assert not own.get("/clusters/shop-staging")["paused"]
    tags = [{"key": "env", "value": "prod"}, {"key": "team", "value": "web"}]
    own.ask("PATCH", "/clusters/shop-global", {"tags": tags}, 200)
    own.sandbox.control("clock", {"days": 14})  # to the 12th: its peak
    assert specs(own, "shop-global")[0][2] == "M40"
    sizes = [spec(region("M20", nodes=3), region("M20", 2, 6, regionName="EU_CENTRAL_1"))]
    own.ask("PATCH", "/clusters/shop-global", {"replicationSpecs": sizes}, 200)
    own.sandbox.control("clock", {"days": 10})
    assert specs(own, "shop-global")[0][2] == "M20"
    assert own.get("/clusters/shop-global")["tags"] == tags
