"""Small clusters are made dedicated in place: another id, another time, the same name."""

import pytest

from tests.sandbox.acting import cluster, free, region, spec

FREE, FLEX = "/clusters/tenantUpgrade", "/flexClusters:tenantUpgrade"
SETTINGS = {"instanceSizeName": "M10", "providerName": "AWS", "regionName": "US_EAST_1"}
ASKED = {"name": "free", "providerBackupEnabled": True, "providerSettings": SETTINGS}


def seen(own, name: str) -> tuple:
    found = own.get(f"/clusters/{name}")
    [place] = found["replicationSpecs"][0]["regionConfigs"]
    return found["id"], found["stateName"], place["electableSpecs"]["instanceSize"]


def test_the_old_cluster_is_shown_until_the_new_one_is(fresh_own) -> None:
    own = fresh_own(pace=0)
    before = own.ask("POST", "/clusters", free(), 201).json()["id"]
    while seen(own, "free")[1] != "IDLE":
        pass
    own.sandbox.control("pace", {"seconds": 1e9})
    answer = own.ask("POST", FREE, ASKED, 200).json()
    assert (answer["id"], answer["stateName"]) == (before, "UPDATING")
    found = [seen(own, "free")]
    assert own.refused("POST", FREE, ASKED)[:2] == (409, "CLUSTER_UPGRADE_IN_PROGRESS")
    own.sandbox.control("pace", {"seconds": 0.3})
    while found[-1][1:] != ("IDLE", "M10"):
        found.append(seen(own, "free"))
    after = found[-1][0]
    assert after != before
    assert list(dict.fromkeys(found)) == [
        (before, "IDLE", "M0"),
        (before, "UPDATING", "M0"),
        (after, "UPDATING", "M10"),
        (after, "IDLE", "M10"),
    ]
    assert [one["id"] for one in own.get("/clusters")["results"]] == [after]


def test_what_the_request_leaves_out_is_gone(own) -> None:
    own.flex("bendy", tags=[{"key": "a", "value": "b"}], terminationProtectionEnabled=True)
    body = cluster("bendy", spec(region("M20")))
    while own.state("/flexClusters/bendy") != "IDLE":
        pass
    own.ask("POST", FLEX, body, 200)
    while own.ask("GET", "/clusters/bendy").status_code != 200:
        pass
    found = own.get("/clusters/bendy")
    assert (found["tags"], found["terminationProtectionEnabled"]) == ([], False)
    assert own.refused("GET", "/flexClusters/bendy")[1] == "CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API"


def test_each_kind_has_an_upgrade_of_its_own(own) -> None:
    own.flex("bendy")
    own.cluster("one")
    wrong = [
        (FREE, {**ASKED, "name": "bendy"}, "CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API"),
        (FREE, {**ASKED, "name": "one"}, "INVALID_ATTRIBUTE"),
        (FLEX, cluster("one"), "CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API"),
        (FLEX, cluster("bendy", spec(region("FLEX"))), "INVALID_ATTRIBUTE"),
        (FREE, {**ASKED, "name": "none"}, "CLUSTER_NOT_FOUND"),
    ]
    while own.state("/flexClusters/bendy") != "IDLE" or own.state("/clusters/one") != "IDLE":
        pass
    for path, body, code in wrong:
        assert own.refused("POST", path, body)[1] == code


@pytest.mark.parametrize("size", ["M0", "M31"])
def test_only_a_dedicated_size_is_an_upgrade(own, size) -> None:
    own.ask("POST", "/clusters", free(), 201)
    while own.state("/clusters/free") != "IDLE":
        pass
    asked = {**ASKED, "providerSettings": {**SETTINGS, "instanceSizeName": size}}
    assert own.refused("POST", FREE, asked)[:2] == (400, "INVALID_ATTRIBUTE")
