"""What Atlas announces that it will retire: said once, with the date."""

import logging

import httpx
import pytest

from orchestration.atlas.client import AtlasClient
from orchestration.atlas.errors import Retired
from orchestration.atlas.inventory import Inventory
from orchestration.atlas.provisioning import CLUSTER_WRITES
from orchestration.atlas.sunsets import Sunsets
from tests.servers import Scripted, serving

VERSION = "2023-01-01"
SUNSET = "Mon, 18 Jan 2027 00:00:00 GMT"


def announced(headers: dict[str, str], *paths: str, version: str = VERSION) -> list[str]:
    sunsets = Sunsets()
    answer = Scripted(body=b'{"results": []}', headers=headers)
    with serving(answer) as server:
        for path in paths or ("/groups/g1/serverless",):
            with AtlasClient(server.url, httpx.Auth(), sunsets=sunsets) as atlas:
                list(atlas.pages(path, version=version, what=f"serverless of {path[8:10]}"))
    return sunsets.sentences


def test_an_end_is_said_with_its_date_and_what_to_do(caplog):
    [said] = announced({"Sunset": SUNSET, "Deprecation": "Thu, 01 Jan 2026 00:00:00 GMT"})
    assert said == (
        "serverless of g1: Atlas will no longer answer this at version 2023-01-01 from 2027-01-18 "
        "on: update atlas-costs before then."
    )
    [record] = caplog.records
    told = f"Notice from Atlas about {said}"
    assert (record.levelno, record.message) == (logging.WARNING, told)


def test_it_is_said_once_for_each_operation_whatever_the_project():
    paths = [f"/groups/g{number}/serverless" for number in range(3)]
    paths += ["/groups/g1/clusters/a/backup/snapshots", "/groups/g1/clusters/b/backup/snapshots"]
    paths += ["/groups/g1/flexClusters/a/backup/snapshots"]
    assert len(announced({"Sunset": SUNSET}, *paths)) == 3


@pytest.mark.parametrize(
    ("header", "day"),
    [
        ("Thu, 01 Jan 2026 00:00:00 GMT", "2026-01-01"),
        ("2026-01-01", "2026-01-01"),
        ("2026-01-01T00:00:00Z", "2026-01-01"),
        ("@1767225600", "2026-01-01"),
        ("true", "'true'"),
        ("@" + "9" * 40, repr("@" + "9" * 39)),
        ("Thu, 99 Foo 2026", "'Thu, 99 Foo 2026'"),
    ],
)
def test_a_deprecation_without_an_end_is_said_as_one(header, day):
    [said] = announced({"Deprecation": header})
    assert f"deprecated ({day}), without an end yet" in said


def test_nothing_announced_is_nothing_said(caplog):
    assert announced({}) == []
    assert caplog.records == []


@pytest.mark.parametrize("status", [405, 406, 410])
def test_what_is_gone_says_that_an_update_is_due(status):
    gone = Scripted(status, b'{"errorCode": "VERSION_GONE", "detail": "No longer available."}')
    with serving(gone) as server, AtlasClient(server.url, httpx.Auth()) as atlas:
        with pytest.raises(Retired, match="update atlas-costs") as raised:
            atlas.get("/groups/g1/clusters", version=VERSION, what="clusters")
        assert len(server.requests) == 1
    assert raised.value.cause == "retired"


def test_what_we_ask_for_is_not_what_the_sandbox_retires(sandbox, caplog):
    """But for the list of serverless instances, of which there is one version alone."""
    auth = httpx.DigestAuth(sandbox.public_key, sandbox.private_key)
    with AtlasClient(sandbox.base_url, auth) as atlas:
        inventory = Inventory(atlas)
        project = inventory.list_projects(sandbox.org_id)[0].document["results"][0]["id"]
        inventory.list_clusters(project)
        inventory.list_flex_clusters(project)
        inventory.list_serverless_instances(project)
        assert [each.partition(" of ")[0] for each in atlas.sunsets.sentences] == [
            "serverless instances"
        ]
    assert CLUSTER_WRITES == "2024-10-23"
