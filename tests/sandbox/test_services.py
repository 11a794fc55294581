"""Services beside the clusters: whatever is billed is listed, and the other way round."""

import pytest

API = "/api/atlas/v2"
CLUSTER_IN_SERVERLESS_API = "CANNOT_USE_CLUSTER_IN_SERVERLESS_INSTANCE_API"
SERVERLESS_IN_CLUSTER_API = "CANNOT_USE_SERVERLESS_INSTANCE_IN_CLUSTER_API"


@pytest.fixture
def groups(client) -> dict[str, str]:
    """Each project's path by name."""
    found = client.get(f"{API}/groups").json()["results"]
    return {one["name"]: f"{API}/groups/{one['id']}" for one in found}


def results(answer) -> list[dict]:
    body = answer.json()
    return body if isinstance(body, list) else body["results"]


def billed(lines: list[dict], sku: str, owner: str) -> set[str]:
    """Which projects or clusters of the paying organization are billed for a kind of SKU."""
    found = {line.get(owner, "") for line in lines if sku in line["sku"]}
    return found - {"vectors"}


@pytest.mark.parametrize(
    ("path", "sku"),
    [("dataFederation", "ATLAS_DATA_LAKE_"), ("streams", "_STREAM_PROCESSING_")],
)
def test_what_a_project_is_billed_for_is_listed(client, groups, lines, path, sku) -> None:
    listed = {name for name, group in groups.items() if results(client.get(f"{group}/{path}"))}
    assert listed == billed(lines, sku, "groupName") == {"analytics"}


@pytest.mark.parametrize(
    ("path", "sku"),
    [("search/deployment", "_SEARCH_INSTANCE_"), ("onlineArchives", "_DATA_LAKE_STORAGE")],
)
def test_what_a_cluster_is_billed_for_is_listed(client, groups, lines, path, sku) -> None:
    """Not an M0's, which Atlas refuses."""
    listed = set()
    for group in groups.values():
        for cluster in results(client.get(f"{group}/clusters")):
            answer = client.get(f"{group}/clusters/{cluster['name']}/{path}")
            if answer.status_code == 200 and answer.json().get("results", answer.json()):
                listed.add(cluster["name"])
    assert listed == billed(lines, sku, "clusterName")
    assert len(listed) == 1


def test_serverless_instances_are_billed_and_listed_apart(client, groups, lines) -> None:
    """With the name of the right API for who asks in the wrong one."""
    group = groups["platform"]
    [instance] = results(client.get(f"{group}/serverless"))
    assert client.get(f"{group}/serverless/{instance['name']}").json() == instance
    assert billed(lines, "_SERVERLESS_", "clusterName") == {instance["name"]}
    wrong = client.get(f"{group}/serverless/search")
    assert (wrong.status_code, wrong.json()["errorCode"]) == (400, CLUSTER_IN_SERVERLESS_API)
    wrong = client.get(f"{group}/clusters/{instance['name']}")
    assert (wrong.status_code, wrong.json()["errorCode"]) == (400, SERVERLESS_IN_CLUSTER_API)
    for kind in ("clusters", "flexClusters"):
        assert instance["name"] not in {
            one["name"] for one in results(client.get(f"{group}/{kind}"))
        }


def test_federated_databases_are_a_bare_array(client, groups) -> None:
    [lake] = client.get(f"{groups['analytics']}/dataFederation").json()
    assert client.get(f"{groups['analytics']}/dataFederation/{lake['name']}").json() == lake
    unknown = client.get(f"{groups['shop']}/dataFederation/{lake['name']}")
    assert unknown.status_code == 404
    assert unknown.json()["errorCode"] == "DATA_FEDERATION_TENANT_NOT_FOUND_FOR_NAME"


def test_a_workspace_has_processors_that_run_and_that_do_not(client, groups) -> None:
    """Both have their id under `_id`."""
    [workspace] = results(client.get(f"{groups['analytics']}/streams"))
    path = f"{groups['analytics']}/streams/{workspace['name']}"
    assert client.get(path).json() == workspace
    found = results(client.get(f"{path}/processors"))
    assert [one["state"] for one in found] == ["STARTED", "STOPPED"]
    assert len({one["_id"] for one in [workspace, *found]}) == 3
    assert client.get(f"{groups['shop']}/streams/{workspace['name']}").status_code == 404


def test_search_nodes_are_as_many_as_are_billed(client, groups, lines) -> None:
    """A cluster without any answers with an empty document, as Atlas does."""
    clusters = f"{groups['platform']}/clusters"
    deployment = client.get(f"{clusters}/search/search/deployment").json()
    assert deployment["specs"] == [{"instanceSize": "S20_HIGHCPU_NVME", "nodeCount": 2}]
    hours = {
        line["quantity"]
        for line in lines
        if line.get("clusterName") == "search" and "_SEARCH_INSTANCE_S20_" in line["sku"]
    }
    assert hours == {2 * 24.0}
    assert client.get(f"{clusters}/identity/search/deployment").json() == {}


def test_archives_have_an_underscored_id_and_a_state(client, groups) -> None:
    path = f"{groups['shop']}/clusters/shop-prod/onlineArchives"
    found = results(client.get(path))
    assert [(one["collName"], one["state"], one["paused"]) for one in found] == [
        ("orders", "ACTIVE", False),
        ("sessions", "PAUSED", True),
    ]
    assert len({one["_id"] for one in found}) == 2
    assert results(client.get(path, params={"itemsPerPage": 1, "pageNum": 2})) == found[1:]


def test_a_free_cluster_has_none_of_it(client, groups) -> None:
    cluster = f"{groups['playground']}/clusters/hello-world"
    for path in ("search/deployment", "onlineArchives", "backup/snapshots", "backup/restoreJobs"):
        assert client.get(f"{cluster}/{path}").status_code == 400
