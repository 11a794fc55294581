"""The linked organization has a door of its own; what is behind it also stands in its payer's."""

import httpx
import pytest

API = "/api/atlas/v2"


@pytest.fixture(scope="module")
def linked(atlas):
    """A client that signs with the linked organization's key."""
    auth = httpx.DigestAuth(atlas.linked_public_key, atlas.linked_private_key)
    accept = {"Accept": "application/vnd.atlas.2026-01-01+json"}
    with httpx.Client(base_url=atlas.base_url, auth=auth, headers=accept, timeout=30) as client:
        yield client


def test_its_key_opens_its_own_organization_only(linked, client, atlas) -> None:
    assert [one["id"] for one in linked.get(f"{API}/orgs").json()["results"]] == [
        atlas.linked_org_id
    ]
    group = client.get(f"{API}/groups").json()["results"][0]["id"]
    for path in (f"/orgs/{atlas.org_id}", f"/groups/{group}", f"/groups/{group}/clusters"):
        assert linked.get(API + path).status_code == 401


def test_its_projects_and_clusters_are_its_own(linked, atlas) -> None:
    groups = linked.get(f"{API}/orgs/{atlas.linked_org_id}/groups").json()["results"]
    assert {one["orgId"] for one in groups} == {atlas.linked_org_id}
    assert {one["name"] for one in groups} == {"research", "demos"}
    clusters = [linked.get(f"{API}/groups/{one['id']}/clusters").json() for one in groups]
    assert {"models", "vectors"} <= {one["name"] for each in clusters for one in each["results"]}


def test_its_invoices_are_those_nested_in_its_payers(linked, invoices, atlas) -> None:
    nested = {one["id"]: one for one in invoices if one["orgId"] == atlas.linked_org_id}
    path = f"{API}/orgs/{atlas.linked_org_id}/invoices"
    listed = linked.get(path).json()["results"]
    assert [one["id"] for one in listed] == list(nested)
    for one in listed:
        assert linked.get(f"{path}/{one['id']}").json() == nested[one["id"]]
    [pending] = linked.get(f"{path}/pending").json()["results"]
    assert pending == nested[listed[0]["id"]]


def test_its_service_account_signs_in(atlas) -> None:
    answer = httpx.post(
        f"{atlas.base_url}/api/oauth/token",
        auth=(atlas.linked_client_id, atlas.linked_client_secret),
        data={"grant_type": "client_credentials"},
    )
    headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    found = httpx.get(f"{atlas.base_url}{API}/orgs", headers=headers).json()["results"]
    assert [one["id"] for one in found] == [atlas.linked_org_id]


def test_each_key_can_be_changed_alone(fresh) -> None:
    sandbox = fresh()
    keys = sandbox.control("keys", {"org_id": sandbox.linked_org_id, "roles": ["ORG_MEMBER"]})
    assert keys[sandbox.linked_org_id]["roles"] == ["ORG_MEMBER"]
    assert keys[sandbox.org_id]["roles"] == ["ORG_OWNER"]


def test_the_truth_tells_organizations_apart(invoices, atlas) -> None:
    truth = atlas.truth()
    assert truth["by_org"] == {
        org: sum(
            line["totalPriceCents"]
            for invoice in invoices
            if invoice["orgId"] == org
            for line in invoice["lineItems"]
        )
        for org in (atlas.org_id, atlas.linked_org_id)
    }
    assert sum(truth["by_org"].values()) == truth["total"]
