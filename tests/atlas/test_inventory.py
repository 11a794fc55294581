"""One method for each endpoint; what is a secret in an answer does not get past it."""

import json

import httpx
import pytest

from orchestration.atlas.client import AtlasClient, RetryPolicy
from orchestration.atlas.errors import NotFound, Refused
from orchestration.atlas.inventory import Inventory
from tests.servers import Scripted, serving

QUICK = RetryPolicy(attempts=1)
G, C = "/api/atlas/v2/groups/g", "/api/atlas/v2/groups/g/clusters/c%2Fd"
PAGE = Scripted(body=b'{"results": [{"id": "1"}], "totalCount": 1}')
SECRETS = {
    "id": "j1",
    "deliveryUrl": ["https://canary"],
    "privateDownloadDeliveryUrls": [{"deliveryUrl": "https://canary", "endpointId": "e"}],
    "components": [{"downloadUrl": "https://canary", "replicaSetName": "rs0"}],
    "snapshotUrl": "https://canary",
    "targetClusterName": "Köln",
}


def ask(method: str, *arguments: str, answer: Scripted = PAGE):
    with serving(answer) as server:
        with AtlasClient(server.url, httpx.Auth(), retries=QUICK) as atlas:
            found = getattr(Inventory(atlas), method)(*arguments)
    [(path, headers)] = server.requests
    version = headers["Accept"].removeprefix("application/vnd.atlas.").removesuffix("+json")
    return path.partition("?")[0], version, found


@pytest.mark.parametrize(
    ("method", "path", "version"),
    [
        ("list_serverless_instances", f"{G}/serverless", "2023-01-01"),
        ("list_data_federation", f"{G}/dataFederation", "2023-01-01"),
        ("list_stream_workspaces", f"{G}/streams", "2023-02-01"),
        ("list_clusters", f"{G}/clusters", "2024-08-05"),
        ("list_flex_clusters", f"{G}/flexClusters", "2024-11-13"),
    ],
)
def test_what_a_project_holds_is_asked_where_and_as_atlas_documents(method, path, version):
    asked, accepted, [answer] = ask(method, "g")
    assert (asked, accepted) == (path, version)
    assert answer.body == PAGE.body


@pytest.mark.parametrize(
    ("method", "path", "version"),
    [
        ("list_stream_processors", f"{G}/streams/c%2Fd/processors", "2024-05-30"),
        ("get_search_deployment", f"{C}/search/deployment", "2025-03-12"),
        ("list_online_archives", f"{C}/onlineArchives", "2023-01-01"),
        ("list_snapshots", f"{C}/backup/snapshots", "2023-01-01"),
        ("list_sharded_snapshots", f"{C}/backup/snapshots/shardedClusters", "2023-01-01"),
        ("list_flex_snapshots", f"{G}/flexClusters/c%2Fd/backup/snapshots", "2024-11-13"),
        ("list_restore_jobs", f"{C}/backup/restoreJobs", "2023-01-01"),
        ("list_flex_restore_jobs", f"{G}/flexClusters/c%2Fd/backup/restoreJobs", "2024-11-13"),
    ],
)
def test_what_a_cluster_holds_is_asked_where_and_as_atlas_documents(method, path, version):
    asked, accepted, [answer] = ask(method, "g", "c/d")
    assert (asked, accepted) == (path, version)
    assert answer.document["results"] == [{"id": "1"}]


@pytest.mark.parametrize("method", ["list_restore_jobs", "list_flex_restore_jobs"])
def test_addresses_of_backups_never_leave_the_client(method):
    body = json.dumps({"results": [SECRETS], "totalCount": 1}).encode()
    _, _, [answer] = ask(method, "g", "c", answer=Scripted(body=body))
    assert b"canary" not in answer.body
    [job] = answer.document["results"]
    assert job["components"] == [{"downloadUrl": None, "replicaSetName": "rs0"}]
    assert (job["id"], job["targetClusterName"]) == ("j1", "Köln")
    assert job.keys() == SECRETS.keys()


def failure(status: int, code: str | None) -> Scripted:
    body = {"detail": "No.", "error": status} | ({"errorCode": code} if code else {})
    return Scripted(status, json.dumps(body).encode())


@pytest.mark.parametrize(
    "answer", [failure(400, "ATLAS_SEARCH_DEPLOYMENT_DOES_NOT_EXIST"), Scripted(body=b"{}")]
)
def test_a_cluster_without_search_nodes_has_none(answer):
    assert ask("get_search_deployment", "g", "c", answer=answer)[2] == []


def test_any_other_failure_to_read_search_nodes_is_one():
    with pytest.raises(Refused):
        ask("get_search_deployment", "g", "c", answer=failure(400, "VALIDATION_ERROR"))


@pytest.mark.parametrize("code", ["RESOURCE_NOT_FOUND", None])
def test_an_endpoint_that_is_gone_is_an_error_for_the_caller_to_judge(code):
    with pytest.raises(NotFound):
        ask("list_serverless_instances", "g", answer=failure(404, code))
