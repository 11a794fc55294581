"""Atlas's own FOCUS report: asked for, waited for, fetched from another place."""

import csv
import gzip
import io
import time
from collections import Counter
from decimal import Decimal
from pathlib import Path

import httpx
import pytest

from sandbox.bill.regions import CLOUD_IDS, cloud_id
from sandbox.estate.resources import Region

API = "/api/atlas/v2"
ASKED = {"reportType": "FOCUS", "reportFormat": "CSV", "formatSpecVersion": "1.3"}
OLD = {"Accept": "application/vnd.atlas.2023-01-01+json"}
REGIONS = Path(__file__).parents[2].parent / "shared" / "atlas" / "regions.csv"


def reports_path(sandbox, invoice_id: str) -> str:
    return f"{API}/orgs/{sandbox.org_id}/invoices/{invoice_id}/reports"


def ask(client: httpx.Client, path: str, **body: str) -> httpx.Response:
    return client.post(path, json=ASKED | body)


def wait(client: httpx.Client, path: str, report_id: str) -> list[dict]:
    """Every answer until the report is there or has failed."""
    answers = [client.get(f"{path}/{report_id}").json()]
    while answers[-1]["state"] in ("PENDING", "RUNNING"):
        time.sleep(0.1)
        answers.append(client.get(f"{path}/{report_id}").json())
    return answers


def rows(body: bytes) -> list[dict]:
    text = gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body
    return list(csv.DictReader(io.StringIO(text.decode())))


@pytest.fixture
def asking(fresh, signed_in):
    """A sandbox, a client, the newest closed invoice's reports and a way to break things."""
    sandbox = fresh()
    client = signed_in(sandbox)
    listed = client.get(f"{API}/orgs/{sandbox.org_id}/invoices").json()["results"]
    path = reports_path(sandbox, listed[-1]["id"])

    def break_it(**fault) -> None:
        sandbox.control("faults", {"path": "/reports$", **fault})

    return sandbox, client, path, break_it


@pytest.fixture(scope="module")
def fetched(atlas, invoices) -> dict[str, list[dict]]:
    """The rows of the pending, of a closed and of a linked invoice by invoice id."""
    auth = httpx.DigestAuth(atlas.public_key, atlas.private_key)
    accept = {"Accept": "application/vnd.atlas.2025-03-12+json"}
    found = {}
    with httpx.Client(base_url=atlas.base_url, auth=auth, headers=accept, timeout=30) as client:
        for invoice in invoices[:3]:
            path = reports_path(atlas, invoice["id"])
            report = wait(client, path, ask(client, path).json()["reportId"])[-1]
            found[invoice["id"]] = rows(httpx.get(report["downloadUrl"]).content)
    return found


def test_a_report_is_pending_then_running_then_there(asking) -> None:
    """Not before a second has passed; each time it is asked for, its address is another one."""
    _, client, path, _ = asking
    created = ask(client, path)
    assert (created.status_code, created.json()["state"]) == (201, "PENDING")
    answers = wait(client, path, created.json()["reportId"])
    assert [answers[0]["state"], answers[1]["state"]] == ["PENDING", "RUNNING"]
    assert answers[-1]["state"] == "SUCCEEDED"
    assert not any("downloadUrl" in one for one in answers[:-1])
    again = client.get(f"{path}/{answers[-1]['reportId']}").json()
    assert again["downloadUrl"] != answers[-1]["downloadUrl"]


def test_reports_are_listed_newest_first_without_addresses(asking) -> None:
    sandbox, client, path, _ = asking
    ids = [ask(client, path).json()["reportId"] for _ in range(2)]
    wait(client, path, ids[-1])
    listed = client.get(path).json()["results"]
    assert [one["reportId"] for one in listed] == ids[::-1]
    assert not any("downloadUrl" in one for one in listed)
    sandbox.control("clock", {"days": 7})
    assert client.get(path).json()["results"] == []


def test_reports_know_the_newest_version_only(asking) -> None:
    sandbox, client, path, _ = asking
    associated = f"{API}/orgs/{sandbox.org_id}/associatedInvoices"
    refused = client.post(path, json=ASKED, headers=OLD)
    assert (refused.status_code, refused.json()["errorCode"]) == (406, "INVALID_VERSION_DATE")
    assert client.get(path, headers=OLD).status_code == 406
    assert client.get(associated, headers=OLD).status_code == 406


@pytest.mark.parametrize(
    "wrong", [{"reportFormat": "PARQUET"}, {"reportType": "USAGE"}, {"formatSpecVersion": "9.9"}]
)
def test_another_kind_of_report_is_refused(asking, wrong: dict) -> None:
    _, client, path, _ = asking
    assert ask(client, path, **wrong).status_code == 400
    assert client.post(path, content=b"{").json()["errorCode"] == "MALFORMED_JSON"


def test_the_address_takes_no_key_and_no_other_signature(asking) -> None:
    _, client, path, _ = asking
    url = wait(client, path, ask(client, path).json()["reportId"])[-1]["downloadUrl"]
    assert httpx.get(url).status_code == 200
    assert httpx.get(url, headers={"Authorization": "Bearer x"}).status_code == 400
    assert httpx.get(url[:-1] + ("0" if url[-1] != "0" else "1")).status_code == 403


def test_an_address_expires(asking) -> None:
    sandbox, client, path, _ = asking
    url = wait(client, path, ask(client, path).json()["reportId"])[-1]["downloadUrl"]
    sandbox.control("clock", {"days": 1})
    assert httpx.get(url).status_code == 403


def test_a_report_is_a_gzip_file_unless_told_otherwise(asking) -> None:
    """Nothing but its first bytes says so."""
    _, client, path, break_it = asking
    packed = httpx.get(wait(client, path, ask(client, path).json()["reportId"])[-1]["downloadUrl"])
    assert "content-encoding" not in packed.headers
    assert packed.content.startswith(b"\x1f\x8b")
    break_it(kind="report_plain")
    plain = httpx.get(wait(client, path, ask(client, path).json()["reportId"])[-1]["downloadUrl"])
    assert plain.content == gzip.decompress(packed.content)
    assert plain.text.startswith("BilledCost,BillingAccountId,")


def test_a_report_can_fail(asking) -> None:
    _, client, path, break_it = asking
    break_it(kind="report_failed", reason="Too large.", times=1)
    failed = wait(client, path, ask(client, path).json()["reportId"])[-1]
    assert (failed["state"], failed["failureReason"]) == ("FAILED", "Too large.")
    assert wait(client, path, ask(client, path).json()["reportId"])[-1]["state"] == "SUCCEEDED"


def test_a_report_can_be_slow(asking) -> None:
    """So many polls in vain, however long it has been."""
    _, client, path, break_it = asking
    break_it(kind="report_slow", polls=4)
    report_id = ask(client, path).json()["reportId"]
    time.sleep(1)
    states = [one["state"] for one in wait(client, path, report_id)]
    assert states == ["PENDING", "RUNNING", "RUNNING", "RUNNING", "SUCCEEDED"]


def test_the_first_address_can_be_expired_already(asking) -> None:
    _, client, path, break_it = asking
    break_it(kind="report_expired")
    report = wait(client, path, ask(client, path).json()["reportId"])[-1]
    assert httpx.get(report["downloadUrl"]).status_code == 403
    again = client.get(f"{path}/{report['reportId']}").json()
    assert httpx.get(again["downloadUrl"]).status_code == 200


def test_faults_strike_downloads_too(asking) -> None:
    """The file ends too early though every length is right."""
    sandbox, client, path, _ = asking
    url = wait(client, path, ask(client, path).json()["reportId"])[-1]["downloadUrl"]
    fault = {"path": "/presigned/", "kind": "truncated_gzip", "times": 1}
    sandbox.control("faults", fault)
    cut, whole = httpx.get(url), httpx.get(url)
    assert whole.content.startswith(cut.content)
    assert len(cut.content) == int(cut.headers["content-length"]) < len(whole.content)
    with pytest.raises(EOFError):
        rows(cut.content)


def test_a_linked_invoice_takes_the_billing_admin(asking) -> None:
    """Its report can be asked for from its payer, but not by a viewer."""
    sandbox, client, path, _ = asking
    invoice = client.get(f"{API}/orgs/{sandbox.org_id}/invoices").json()["results"][0]
    linked = reports_path(sandbox, invoice["linkedInvoices"][0]["id"])
    assert ask(client, linked).status_code == 201
    sandbox.control("keys", {"roles": ["ORG_BILLING_READ_ONLY"]})
    assert ask(client, linked).status_code == 404
    assert ask(client, path).status_code == 201
    sandbox.control("keys", {"roles": ["ORG_READ_ONLY"]})
    assert ask(client, path).json()["errorCode"] == "USER_UNAUTHORIZED"


def test_there_are_forty_four_columns(fetched) -> None:
    for found in fetched.values():
        assert len(found[0]) == len(set(found[0])) == 44


def test_a_report_is_the_invoice_line_by_line(fetched, invoices) -> None:
    """All but commitment shortfalls, to the cent and with every quantity and price."""
    for invoice in invoices[:3]:
        lines = [one for one in invoice["lineItems"] if one["sku"] != "MINIMUM_CHARGE"]
        expected = Counter(
            (
                one["sku"],
                one["startDate"],
                one["endDate"],
                one.get("groupId", ""),
                one.get("clusterName", ""),
                one["quantity"],
                one["unitPriceDollars"],
                Decimal(one["totalPriceCents"]) / 100,
            )
            for one in lines
        )
        assert expected == Counter(
            (
                row["x_AtlasSku"],
                row["ChargePeriodStart"],
                row["ChargePeriodEnd"],
                row["SubAccountId"],
                row["ResourceName"],
                float(row["PricingQuantity"]),
                float(row["PricingCurrencyListUnitPrice"]),
                Decimal(row["PricingCurrencyEffectiveCost"]),
            )
            for row in fetched[invoice["id"]]
        )


def test_a_shortfall_is_left_out(fresh, signed_in, read_all) -> None:
    """On an invoice that has one."""
    sandbox = fresh(months=4)
    client = signed_in(sandbox)
    [invoice] = [
        one
        for one in read_all(client, sandbox.org_id)
        if any(line["sku"] == "MINIMUM_CHARGE" for line in one["lineItems"])
    ][:1]
    path = reports_path(sandbox, invoice["id"])
    report = wait(client, path, ask(client, path).json()["reportId"])[-1]
    found = rows(httpx.get(report["downloadUrl"]).content)
    assert "MINIMUM_CHARGE" not in {row["x_AtlasSku"] for row in found}
    assert len(found) == len(invoice["lineItems"]) - 1


def test_cluster_lines_say_their_region_as_the_cloud_spells_it(fetched) -> None:
    found = [row for each in fetched.values() for row in each]
    regions = {row["ResourceName"]: set() for row in found}
    for row in found:
        regions[row["ResourceName"]].add(row["RegionId"])
    assert regions["shop-prod"] == {"eu-west-1"}
    assert regions["identity"] == {"us-east-1", "eastus2", "us-east1"}
    assert "" not in {row["RegionId"] for row in found if row["ResourceName"]}


def test_regions_are_spelled_as_atlas_lists_them() -> None:
    if not REGIONS.exists():
        pytest.skip("the list of regions is not beside this checkout (../shared/atlas)")
    listed = {
        (one["provider"], one["atlas_region"]): one["cloud_region"]
        for one in csv.DictReader(REGIONS.read_text().splitlines())
        if one["cloud_region"]
    }
    aws = {key: value for key, value in listed.items() if key[0] == "AWS"}
    assert {key: cloud_id(Region(*key)) for key in aws} == aws
    assert {key: listed[key] for key in CLOUD_IDS} == CLOUD_IDS


def test_charges_have_their_category_and_service(fetched, atlas, invoices) -> None:
    found = [row for each in fetched.values() for row in each]
    categories = {row["x_AtlasSku"]: row["ChargeCategory"] for row in found}
    assert categories["ATLAS_SUPPORT"] == "Purchase"
    assert categories["CREDIT"] == "Credit"
    assert categories["ATLAS_AWS_INSTANCE_M40"] == "Usage"
    assert {row["ChargeCategory"] for row in found if not row["ConsumedQuantity"]} == {
        "Purchase",
        "Credit",
    }
    assert {row["x_SkuCategory"] for row in found} <= set(atlas.truth()["by_service"])


@pytest.mark.parametrize(
    ("seed", "terms"), [(7, ("USD", "USD", "1.00")), (2, ("Atlas Credits", "EUR", "0.92"))]
)
def test_what_is_billed_is_credits_at_their_price(fresh, signed_in, seed: int, terms) -> None:
    sandbox = fresh(seed=seed)
    client = signed_in(sandbox)
    listed = client.get(f"{API}/orgs/{sandbox.org_id}/invoices").json()["results"]
    path = reports_path(sandbox, listed[-1]["id"])
    report = wait(client, path, ask(client, path).json()["reportId"])[-1]
    found = rows(httpx.get(report["downloadUrl"]).content)
    names = ("PricingCurrency", "BillingCurrency", "x_PricingCurrencyRate")
    assert {tuple(row[name] for name in names) for row in found} == {terms}
    for row in found:
        in_credits = Decimal(row["PricingCurrencyEffectiveCost"])
        assert Decimal(row["BilledCost"]) == in_credits * Decimal(terms[2])


def test_associated_invoices_are_those_of_a_month(client, atlas, invoices) -> None:
    path = f"{API}/orgs/{atlas.org_id}/associatedInvoices"
    own = client.get(path).json()
    assert own == {
        "associatedInvoices": [{"invoiceId": invoices[0]["id"], "orgId": atlas.org_id}],
        "month": "11",
        "year": "2026",
    }
    query = {"month": 10, "year": 2026, "includeLinkedOrgs": "true"}
    both = client.get(path, params=query).json()["associatedInvoices"]
    assert [one["invoiceId"] for one in both] == [one["id"] for one in invoices[2:4]]
    assert client.get(path, params={"month": 13}).status_code == 400
