"""What a key may do, how old it is, and where it may be used from."""

from datetime import UTC, date, datetime

import httpx
import pytest

from sandbox.access.rules import is_allowed

API = "/api/atlas/v2"
ROLES = {
    "invoices": "ORG_BILLING_READ_ONLY",
    "associatedInvoices": "ORG_BILLING_READ_ONLY",
    "groups": "ORG_READ_ONLY",
    "serviceAccounts": "ORG_READ_ONLY",
}


@pytest.fixture
def keyed(fresh, signed_in):
    """A sandbox, its client and a way to change its key."""
    sandbox = fresh()
    return sandbox, signed_in(sandbox), lambda **settings: sandbox.control("keys", settings)


def token(sandbox) -> httpx.Response:
    return httpx.post(
        f"{sandbox.base_url}/api/oauth/token",
        auth=(sandbox.client_id, sandbox.client_secret),
        data={"grant_type": "client_credentials"},
    )


def test_a_key_owns_its_organization_unless_told_otherwise(keyed) -> None:
    sandbox, client, _ = keyed
    for name in (*ROLES, "apiKeys"):
        assert client.get(f"{API}/orgs/{sandbox.org_id}/{name}").status_code == 200


@pytest.mark.parametrize("name", ROLES)
def test_each_path_takes_a_role(keyed, name: str) -> None:
    sandbox, client, configure = keyed
    path = f"{API}/orgs/{sandbox.org_id}/{name}"
    configure(roles=sorted({*ROLES.values()} - {ROLES[name]}))
    refused = client.get(path)
    assert (refused.status_code, refused.json()["errorCode"]) == (403, "USER_UNAUTHORIZED")
    configure(roles=[ROLES[name]])
    assert client.get(path).status_code == 200


@pytest.mark.parametrize(
    ("roles", "template", "is_open"),
    [
        (("ORG_READ_ONLY",), "/groups/{groupId}/clusters", True),
        (("GROUP_READ_ONLY",), "/groups/{groupId}/clusters", True),
        (("ORG_MEMBER",), "/groups/{groupId}/clusters", False),
        (("ORG_MEMBER",), "/orgs/{orgId}", True),
        (("ORG_READ_ONLY",), "/clusters/{clusterName}/backup/restoreJobs", False),
        (("GROUP_BACKUP_MANAGER",), "/clusters/{clusterName}/backup/restoreJobs", True),
        (("ORG_READ_ONLY",), "/groups/{groupId}/streams/{tenantName}/processors", False),
        (("ORG_STREAM_PROCESSING_ADMIN",), "/streams/{tenantName}/processors", True),
    ],
)
def test_roles_open_what_the_specification_says(
    roles: tuple[str, ...], template: str, is_open: bool
) -> None:
    assert is_allowed(roles, template) is is_open


def test_a_viewer_does_not_see_linked_invoices(keyed) -> None:
    """They take the billing admin of the paying organization."""
    sandbox, client, configure = keyed
    invoices = f"{API}/orgs/{sandbox.org_id}/invoices"
    invoice = f"{invoices}/{client.get(invoices).json()['results'][0]['id']}"
    assert client.get(invoice).json()["linkedInvoices"]
    configure(roles=["ORG_BILLING_READ_ONLY"])
    assert client.get(invoice).json()["linkedInvoices"] == []
    assert "linkedInvoices" not in client.get(invoices).json()["results"][0]
    configure(roles=["ORG_BILLING_ADMIN"])
    assert client.get(invoice).json()["linkedInvoices"]


def test_an_address_that_is_not_listed_is_named(keyed) -> None:
    """Found out when the key is used, not when a token is asked for."""
    sandbox, client, configure = keyed
    configure(ip_allowed=False)
    refused = client.get(f"{API}/orgs")
    assert refused.status_code == 403
    assert refused.json()["errorCode"] == "IP_ADDRESS_NOT_ON_ACCESS_LIST"
    assert refused.json()["parameters"] == ["127.0.0.1"]
    assert "127.0.0.1" in refused.json()["detail"]
    assert token(sandbox).status_code == 200


def test_an_expired_secret_gets_no_token(keyed) -> None:
    sandbox, client, configure = keyed
    configure(secret_expires_in_days=10)
    [account] = client.get(f"{API}/orgs/{sandbox.org_id}/serviceAccounts").json()["results"]
    assert account["clientId"] == sandbox.client_id
    assert account["secrets"][0]["expiresAt"] == "2026-12-02T00:00:00Z"
    assert token(sandbox).status_code == 200
    sandbox.control("clock", {"days": 10})
    refused = token(sandbox)
    assert (refused.status_code, refused.json()) == (401, {"error": "invalid_client"})


def test_the_age_of_a_key_stands_in_its_id(keyed) -> None:
    """Atlas lists no date for API keys; for service accounts it does."""
    sandbox, client, configure = keyed
    configure(age_days=120)
    [key] = client.get(f"{API}/orgs/{sandbox.org_id}/apiKeys").json()["results"]
    assert datetime.fromtimestamp(int(key["id"][:8], 16), UTC).date() == date(2026, 7, 25)
    alone = client.get(f"{API}/orgs/{sandbox.org_id}/apiKeys/{key['id']}")
    assert alone.json() == key
    assert client.get(f"{API}/orgs/{sandbox.org_id}/apiKeys/{'0' * 24}").status_code == 404
    [account] = client.get(f"{API}/orgs/{sandbox.org_id}/serviceAccounts").json()["results"]
    assert account["createdAt"][:10] == "2026-07-25"


def test_roles_are_listed_with_where_they_are_held(keyed) -> None:
    sandbox, client, configure = keyed
    configure(roles=["ORG_READ_ONLY", "GROUP_BACKUP_MANAGER"])
    [key] = client.get(f"{API}/orgs/{sandbox.org_id}/apiKeys").json()["results"]
    assert key["roles"][0] == {"orgId": sandbox.org_id, "roleName": "ORG_READ_ONLY"}
    groups = {one["id"] for one in client.get(f"{API}/groups").json()["results"]}
    assert {one["groupId"] for one in key["roles"][1:]} == groups
    assert client.get(API).json()["apiKey"]["roles"] == key["roles"]
    [account] = client.get(f"{API}/orgs/{sandbox.org_id}/serviceAccounts").json()["results"]
    assert account["roles"] == ["ORG_READ_ONLY"]


def test_no_list_shows_a_secret(keyed) -> None:
    sandbox, client, _ = keyed
    for name in ("apiKeys", "serviceAccounts"):
        text = client.get(f"{API}/orgs/{sandbox.org_id}/{name}").text
        assert sandbox.private_key not in text
        assert sandbox.client_secret not in text


@pytest.mark.parametrize(
    ("settings", "message"),
    [({"role": []}, "unknown field 'role'"), ({"org_id": "5" * 24}, "no organization")],
)
def test_settings_that_make_no_sense_are_refused(keyed, settings: dict, message: str) -> None:
    answer = httpx.post(f"{keyed[0].base_url}/sandbox/keys", json=settings)
    assert answer.status_code == 400
    assert message in answer.json()["error"]
