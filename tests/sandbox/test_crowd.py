"""Many small organizations behind one door: each with ids, a key, a bill and a truth of its own."""

from contextlib import ExitStack
from itertools import pairwise

import httpx
import pytest

from sandbox import RunningSandbox, running
from tests.sandbox.conftest import API, NEWEST, TODAY

COUNT, MONTHS = 30, 3


@pytest.fixture(scope="module")
def crowd():
    with running(seed=300, months=MONTHS, today=TODAY, organizations=COUNT) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def clients(crowd):
    """Each organization's id and a client with its key."""
    with ExitStack() as held:
        yield [(each["org_id"], held.enter_context(client(crowd, each))) for each in all_of(crowd)]


def all_of(crowd: RunningSandbox) -> list[dict[str, str]]:
    return crowd.control("credentials")


def client(crowd: RunningSandbox, of: dict[str, str]) -> httpx.Client:
    auth = httpx.DigestAuth(of["public_key"], of["private_key"])
    return httpx.Client(base_url=crowd.base_url + API, auth=auth, headers={"Accept": NEWEST})


def bill(client: httpx.Client, org_id: str) -> dict[str, list[dict]]:
    """Month → lines."""
    path = f"/orgs/{org_id}/invoices"
    listed = client.get(path).json()["results"]
    found = [client.get(f"{path}/{each['id']}").json() for each in listed]
    return {each["startDate"][:7]: each["lineItems"] for each in found}


def test_each_bill_is_what_its_own_truth_says(crowd, clients):
    totals = set()
    for org_id, client in clients:
        truth, months = crowd.control(f"truth?org_id={org_id}"), bill(client, org_id)
        cents = {
            month: sum(line["totalPriceCents"] for line in lines) for month, lines in months.items()
        }
        assert cents == truth["by_invoice_month"]
        assert sum(map(len, months.values())) == sum(
            each["line_items"] for each in truth["header"].values()
        )
        assert truth["by_org"] == {org_id: truth["total"]}
        totals.add(truth["total"])
    assert len(totals) > COUNT / 2, "one organization's bill can be told from another's"


def test_a_key_opens_its_own_organization_only(clients):
    for (org_id, client), (other, _) in pairwise(clients):
        assert [one["id"] for one in client.get("/orgs").json()["results"]] == [org_id]
        assert client.get(f"/orgs/{other}/invoices").status_code == 401


def test_a_service_account_signs_in_to_its_own_organization(crowd):
    *_, last = all_of(crowd)
    token = httpx.post(
        f"{crowd.base_url}/api/oauth/token",
        auth=(last["client_id"], last["client_secret"]),
        data={"grant_type": "client_credentials"},
    ).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}", "Accept": NEWEST}
    found = httpx.get(f"{crowd.base_url}{API}/orgs", headers=headers).json()["results"]
    assert [one["id"] for one in found] == [last["org_id"]]


def test_no_two_organizations_share_an_id(crowd):
    ids = [
        invoice
        for each in all_of(crowd)
        for invoice in crowd.control(f"truth?org_id={each['org_id']}")["header"]
    ]
    assert len(ids) == len(set(ids)) == COUNT * MONTHS


def test_who_is_not_in_the_crowd_has_no_truth(crowd):
    answer = httpx.get(f"{crowd.base_url}/sandbox/truth", params={"org_id": "0" * 24})
    assert (answer.status_code, answer.json()) == (400, {"error": f"no organization {'0' * 24!r}"})


def test_the_same_seed_is_the_same_organization_however_many_there_are(crowd):
    with running(seed=329, months=MONTHS, today=TODAY, organizations=1) as alone:
        [only] = all_of(alone)
        *_, last = all_of(crowd)
        assert only == last
        assert alone.truth() == crowd.control(f"truth?org_id={last['org_id']}")


def test_a_day_that_passes_passes_for_all():
    with running(seed=300, months=1, today=TODAY, organizations=3) as crowd:
        paths = [f"truth?org_id={each['org_id']}" for each in all_of(crowd)]
        before = [crowd.control(path)["total"] for path in paths]
        crowd.control("clock", {"days": 1})
        assert all(
            crowd.control(path)["total"] > was for path, was in zip(paths, before, strict=True)
        )
