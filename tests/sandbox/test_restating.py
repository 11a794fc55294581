"""Closed invoices restated and clusters retagged on demand; the truth follows."""

import httpx
import pytest

API = "/api/atlas/v2"


@pytest.fixture
def changing(fresh, signed_in, read_all):
    """A sandbox of three months, a client, and its invoices by id as they are now."""
    sandbox = fresh(months=3)
    client = signed_in(sandbox)
    return sandbox, client, lambda: {one["id"]: one for one in read_all(client, sandbox.org_id)}


def cents(invoices: dict[str, dict]) -> int:
    return sum(line["totalPriceCents"] for one in invoices.values() for line in one["lineItems"])


def test_one_line_of_one_invoice_changes(changing) -> None:
    """Of the day asked for; its quantity still explains it, its header ties, `updated` moves."""
    sandbox, _, read = changing
    before = read()
    wanted = {"invoice_month": "2026-10", "usage_date": "2026-10-10", "cents": 125}
    changed = sandbox.control("restate", wanted)["invoice_id"]
    after = read()
    old, new = before[changed], after[changed]
    pairs = zip(old["lineItems"], new["lineItems"], strict=True)
    [(was, now)] = [(one, other) for one, other in pairs if one != other]
    assert now["totalPriceCents"] - was["totalPriceCents"] == 125
    assert now["startDate"][:10] == "2026-10-10"
    assert now["quantity"] * now["unitPriceDollars"] * 100 == pytest.approx(now["totalPriceCents"])
    assert new["subtotalCents"] - old["subtotalCents"] == 125
    assert new["updated"] > old["updated"]
    header = sandbox.truth()["header"][changed]
    assert header["amount_billed_cents"] == new["amountBilledCents"]
    assert cents(after) - cents(before) == 125
    assert sandbox.truth()["total"] == cents(after)


def test_other_invoices_stay_as_they_were(changing) -> None:
    sandbox, _, read = changing
    before = read()
    changed = sandbox.control("restate", {"invoice_month": "2026-09", "cents": -1})["invoice_id"]
    after = read()
    assert {one for one in before if before[one] != after[one]} == {changed}


def test_a_restatement_can_hide(changing) -> None:
    """Without `updated` moving; and a second one moves it further than the first."""
    sandbox, _, read = changing
    wanted = {"invoice_month": "2026-10", "cents": 1}
    changed = sandbox.control("restate", wanted | {"updated": False})["invoice_id"]
    hidden = read()[changed]["updated"]
    assert hidden == "2026-11-01T07:00:46Z"
    sandbox.control("restate", wanted)
    once = read()[changed]["updated"]
    sandbox.control("restate", wanted)
    assert hidden < once < read()[changed]["updated"]


def test_a_linked_invoice_can_be_restated(changing) -> None:
    """Its payer's header stays; its own changes wherever it is read."""
    sandbox, _, read = changing
    before = read()
    wanted = {"invoice_month": "2026-10", "cents": 7, "org_id": sandbox.linked_org_id}
    changed = sandbox.control("restate", wanted)["invoice_id"]
    assert before[changed]["orgId"] == sandbox.linked_org_id
    assert cents(read()) - cents(before) == 7


def test_a_restatement_stays(changing) -> None:
    """Through a day's turn."""
    sandbox, _, read = changing
    changed = sandbox.control("restate", {"invoice_month": "2026-10", "cents": 50})["invoice_id"]
    restated = read()[changed]
    sandbox.control("clock", {"days": 1})
    assert read()[changed]["lineItems"] == restated["lineItems"]


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({"invoice_month": "2026-11", "cents": 1}, "pending invoice"),
        ({"invoice_month": "2019-01", "cents": 1}, "no invoice of 2019-01"),
        ({"invoice_month": "2026-10", "cents": -(10**9)}, "no usage line"),
    ],
)
def test_what_cannot_be_restated_is_refused(changing, wanted: dict, message: str) -> None:
    answer = httpx.post(f"{changing[0].base_url}/sandbox/restate", json=wanted)
    assert answer.status_code == 400
    assert message in answer.json()["error"]


def test_an_invoice_can_change_between_list_and_get(changing) -> None:
    sandbox, client, _ = changing
    path = f"{API}/orgs/{sandbox.org_id}/invoices"
    listed = client.get(path).json()["results"][1]
    sandbox.control(
        "faults", {"path": "/invoices/", "kind": "restate_between", "cents": 9, "times": 1}
    )
    read = client.get(f"{path}/{listed['id']}").json()
    assert read["subtotalCents"] - listed["subtotalCents"] == 9
    assert read["updated"] > listed["updated"]
    assert client.get(path).json()["results"][1]["updated"] == read["updated"]


def test_new_tags_are_stamped_on_every_month(changing) -> None:
    """And on the cluster itself; amounts stay as they were."""
    sandbox, client, read = changing
    before = read()
    sandbox.control("retag", {"cluster": "shop-prod", "tags": {"env": "{prod}", "tier": "gold"}})
    after = read()
    for one in before:
        bare = [
            [{**line, "tags": None} for line in each[one]["lineItems"]] for each in (before, after)
        ]
        assert bare[0] == bare[1]
    lines = [line for one in after.values() for line in one["lineItems"]]
    tags = [line["tags"] for line in lines if line.get("clusterName") == "shop-prod"]
    assert tags[0] == {
        "team": ["commerce"],
        "cost-center": ["cc-100"],
        "env": ["{prod}"],
        "tier": ["gold"],
    }
    assert all(one == tags[0] for one in tags)
    gold = sum(line["totalPriceCents"] for line in lines if "tier" in line.get("tags", {}))
    assert sandbox.truth()["by_tag"]["tier"]["gold"] == gold
    group = next(line["groupId"] for line in lines if line.get("clusterName") == "shop-prod")
    cluster = client.get(f"{API}/groups/{group}/clusters/shop-prod").json()
    assert {"key": "tier", "value": "gold"} in cluster["tags"]


def test_a_cluster_that_is_not_there_cannot_be_retagged(changing) -> None:
    answer = httpx.post(
        f"{changing[0].base_url}/sandbox/retag", json={"cluster": "nowhere", "tags": {}}
    )
    assert answer.status_code == 400
    assert "no cluster 'nowhere'" in answer.json()["error"]


def test_some_invoices_are_paid_in_two_payments(invoices) -> None:
    """Which add up in every amount."""
    counts = {len(one["payments"]) for one in invoices if one["statusName"] == "PAID"}
    assert counts == {1, 2}
    for invoice in invoices:
        for name in ("amountBilledCents", "salesTaxCents", "subtotalCents"):
            if invoice["payments"]:
                assert sum(one[name] for one in invoice["payments"]) == invoice[name]


def test_one_seed_in_four_pays_for_credits_in_another_currency(fresh, signed_in, read_all) -> None:
    sandbox = fresh(seed=2, months=4)
    payments = [
        one
        for invoice in read_all(signed_in(sandbox), sandbox.org_id)
        for one in invoice["payments"]
    ]
    assert {(one["currency"], one["unitPrice"]) for one in payments} == {("EUR", "0.92")}


def test_a_refund_names_a_payment_of_its_invoice(invoices) -> None:
    refunded = [one for one in invoices if one["refunds"]]
    assert refunded
    for invoice in refunded:
        payments = {one["id"] for one in invoice["payments"]}
        assert {one["paymentId"] for one in invoice["refunds"]} <= payments
