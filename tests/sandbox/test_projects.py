"""Projects are made, found, changed and deleted."""

import secrets

import httpx
import pytest

API = "/api/atlas/v2"
GROUPS = f"{API}/groups"


@pytest.fixture
def client(quick) -> httpx.Client:
    return quick[1]


@pytest.fixture
def body(quick) -> dict:
    return {"name": f"p-{secrets.token_hex(4)}", "orgId": quick[0].org_id}


def test_a_project_is_there_at_once_and_gone_at_once(quick, client, body) -> None:
    tags = [{"key": "env", "value": "e2e"}, {"key": "app", "value": "a {b}"}]
    made = client.post(GROUPS, json={**body, "tags": tags, "withDefaultAlertsSettings": True})
    assert made.status_code == 201
    project = made.json()
    assert (project["clusterCount"], project["tags"]) == (0, tags)
    path = f"{GROUPS}/{project['id']}"
    assert client.get(path).json() == project
    assert project["id"] in [one["id"] for one in client.get(GROUPS).json()["results"]]
    gone = client.delete(path)
    assert (gone.status_code, gone.json()) == (202, {})
    assert client.get(path).json()["errorCode"] == "GROUP_NOT_FOUND"


def test_a_project_is_found_by_a_name_with_anything_in_it(client, body) -> None:
    name = f"{body['name']} + (a@b), c'd"
    project = client.post(GROUPS, json=body | {"name": name}).json()
    found = client.get(f"{GROUPS}/byName/{name.replace(' ', '%20').replace('+', '%2B')}")
    assert found.json() == project
    other = client.get(f"{GROUPS}/byName/none")
    assert (other.status_code, other.json()["errorCode"]) == (404, "GROUP_NAME_NOT_FOUND")


def test_name_and_tags_can_be_changed(client, body) -> None:
    """Each alone; an empty list takes all tags away."""
    path = f"{GROUPS}/{client.post(GROUPS, json=body).json()['id']}"
    tags = [{"key": "env", "value": "prod"}]
    for change in ({"tags": tags}, {"name": f"{body['name']}-2"}, {"tags": []}):
        changed = client.patch(path, json=change)
        assert changed.status_code == 200
        assert change.items() <= changed.json().items()
        assert client.get(path).json() == changed.json()
    assert changed.json()["name"] == f"{body['name']}-2"


def test_a_name_is_used_once(client, body) -> None:
    first, second = body, body | {"name": f"{body['name']}-2"}
    client.post(GROUPS, json=first)
    path = f"{GROUPS}/{client.post(GROUPS, json=second).json()['id']}"
    for refused in (client.post(GROUPS, json=first), client.patch(path, json=first)):
        found = refused.json()
        assert (refused.status_code, found["errorCode"]) == (409, "GROUP_ALREADY_EXISTS")
        assert found["parameters"] == [first["name"]]
    assert client.patch(path, json={"name": second["name"]}).status_code == 200


@pytest.mark.parametrize(
    ("change", "code", "parameter"),
    [
        ({"name": ""}, "MISSING_ATTRIBUTE", "name"),
        ({"name": None}, "MISSING_ATTRIBUTE", "name"),
        ({"name": "x" * 65}, "INVALID_ATTRIBUTE", "name"),
        ({"name": "a/b"}, "INVALID_ATTRIBUTE", "name"),
        ({"orgId": None}, "MISSING_ATTRIBUTE", "orgId"),
        ({"tags": [{"key": "env"}]}, "INVALID_ATTRIBUTE", "tags"),
        ({"tags": "env"}, "INVALID_ATTRIBUTE", "tags"),
    ],
)
def test_what_makes_no_sense_is_named(client, body, change, code: str, parameter: str) -> None:
    answer = client.post(GROUPS, json=body | change)
    assert answer.status_code == 400
    assert (answer.json()["errorCode"], answer.json()["parameters"]) == (code, [parameter])


@pytest.mark.parametrize(
    ("content", "code"),
    [("{", "MALFORMED_JSON"), ("[]", "INVALID_JSON"), ("", "MISSING_ATTRIBUTE")],
)
def test_a_body_must_be_an_object(client, content: str, code: str) -> None:
    answer = client.post(GROUPS, content=content)
    assert (answer.status_code, answer.json()["errorCode"]) == (400, code)


def test_nothing_can_be_made_in_another_organization(quick, client, body) -> None:
    """Whether or not it exists."""
    for org_id in (quick[0].linked_org_id, "0" * 24):
        answer = client.post(GROUPS, json=body | {"orgId": org_id})
        assert (answer.status_code, answer.json()["errorCode"]) == (401, "UNEXPECTED_ERROR")


@pytest.mark.parametrize("kind", ["clusters", "flexClusters"])
def test_a_project_with_a_cluster_is_not_deleted(fresh_own, kind: str) -> None:
    """Not even while that is being deleted."""
    own = fresh_own(pace=1e9)
    own.cluster("inside") if kind == "clusters" else own.flex("inside")
    busy = (409, "CANNOT_CLOSE_GROUP_ACTIVE_ATLAS_CLUSTERS", [])
    assert own.refused("DELETE", "") == busy
    own.ask("DELETE", f"/{kind}/inside")
    assert own.refused("DELETE", "") == busy
    own.sandbox.control("pace", {"seconds": 0})
    assert own.ask("DELETE", "").status_code == 202


def test_what_was_planned_can_be_deleted_too(fresh_own) -> None:
    """One of the demo's projects, once its clusters are."""
    own = fresh_own()
    groups = {one["name"]: one["id"] for one in own.client.get(GROUPS).json()["results"]}
    own.group = groups["playground"]
    for kind in ("clusters", "flexClusters"):
        for one in own.get(f"/{kind}")["results"]:
            own.ask("DELETE", f"/{kind}/{one['name']}")
    assert own.ask("DELETE", "").status_code == 202
    own.sandbox.control("clock", {"days": 400})
    assert "playground" not in {one["name"] for one in own.client.get(GROUPS).json()["results"]}
