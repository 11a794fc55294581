"""Flex clusters are made, tagged and deleted."""

import pytest

from tests.sandbox.acting import FLEX, cluster

PATH = "/flexClusters/bendy"


def test_a_life(fresh_own) -> None:
    """CREATING, UPDATING, IDLE; a change; DELETING without an answer's body; gone."""
    own = fresh_own(pace=24 * 3600)
    made = own.flex("bendy")
    assert (made["stateName"], made["connectionStrings"]) == ("CREATING", {})
    assert made["providerSettings"] == {**FLEX, "diskSizeGB": 5.0, "providerName": "FLEX"}
    seen = []
    for _ in range(2):
        own.sandbox.control("clock", {"days": 1})
        seen.append(own.get(PATH))
    assert [one["stateName"] for one in seen] == ["UPDATING", "IDLE"]
    assert "standardSrv" in seen[1]["connectionStrings"]
    assert [one["id"] for one in own.get("/flexClusters")["results"]] == [made["id"]]
    assert own.ask("DELETE", PATH, status=204).content == b""
    assert own.state(PATH) == "DELETING"
    again = (400, "CLUSTER_ALREADY_REQUESTED_DELETION", ["bendy"])
    assert own.refused("DELETE", PATH) == again
    own.sandbox.control("clock", {"days": 1})
    assert own.refused("GET", PATH) == (404, "CLUSTER_NOT_FOUND", ["bendy", own.group])


def test_tags_and_protection_are_all_that_changes(own) -> None:
    own.flex("bendy", tags=[{"key": "a", "value": "b"}], terminationProtectionEnabled=True)
    code = "CANNOT_TERMINATE_CLUSTER_WHEN_TERMINATION_PROTECTION_ENABLED"
    assert own.refused("DELETE", PATH)[:2] == (400, code)
    body = {"tags": [{"key": "c", "value": "d"}], "terminationProtectionEnabled": False}
    changed = own.ask("PATCH", PATH, body, 200).json()
    assert changed["stateName"] == "UPDATING"
    assert body.items() <= own.get(PATH).items()
    own.ask("DELETE", PATH, status=204)


@pytest.mark.parametrize(
    ("settings", "code", "parameter"),
    [
        ({}, "MISSING_ATTRIBUTE", "backingProviderName"),
        ({**FLEX, "backingProviderName": "OVH"}, "INVALID_ATTRIBUTE", "backingProviderName"),
        ({**FLEX, "regionName": "us-east-1"}, "INVALID_ATTRIBUTE", "regionName"),
        ({**FLEX, "providerName": "AWS"}, "CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API", "bendy"),
    ],
)
def test_what_makes_no_sense_is_named(own, settings, code: str, parameter: str) -> None:
    body = {"name": "bendy", "providerSettings": settings}
    assert own.refused("POST", "/flexClusters", body) == (400, code, [parameter])


def test_a_dedicated_cluster_is_not_made_here(own) -> None:
    refused = own.refused("POST", "/flexClusters", cluster("bendy"))
    assert refused == (400, "CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API", ["bendy"])
