"""The bill has the irregularities of real ones."""

from collections import Counter
from datetime import date, datetime

import pytest

API = "/api/atlas/v2"


def frozen(line: dict) -> str:
    return repr(sorted(line.items()))


def of(lines: list[dict], sku: str) -> list[dict]:
    found = [line for line in lines if line["sku"] == sku]
    assert found
    return found


def days(line: dict) -> int:
    start, end = (datetime.fromisoformat(line[name]) for name in ("startDate", "endDate"))
    return (end - start).days


def test_thirteen_months_hold_twenty_five_to_thirty_five_thousand_lines(lines) -> None:
    assert 25_000 <= len(lines) <= 35_000


def test_headers_follow_atlas_identity(invoices) -> None:
    """Subtotal is the positive lines, credits the negative ones, and the rest adds up."""
    for invoice in invoices:
        cents = [line["totalPriceCents"] for line in invoice["lineItems"]]
        assert invoice["subtotalCents"] == sum(one for one in cents if one > 0)
        assert invoice["creditsCents"] == -sum(one for one in cents if one < 0)
        assert invoice["amountBilledCents"] == (
            invoice["subtotalCents"]
            - invoice["creditsCents"]
            + invoice["salesTaxCents"]
            - invoice["startingBalanceCents"]
        )
        paid = sum(payment["amountPaidCents"] for payment in invoice["payments"])
        assert paid == invoice["amountPaidCents"]


def test_statuses_tell_a_year(invoices, atlas) -> None:
    """One pending, the newest closed, one invoiced, the rest paid; tax on all but the pending."""
    own = [one for one in invoices if one["orgId"] == atlas.org_id]
    statuses = [one["statusName"] for one in own]
    assert statuses[:2] == ["PENDING", "CLOSED"]
    assert Counter(statuses) == {"PENDING": 1, "CLOSED": 1, "INVOICED": 1, "PAID": 10}
    assert [one["salesTaxCents"] > 0 for one in own] == [False] + [True] * 12
    assert sum(one["startingBalanceCents"] != 0 for one in own) == 1
    assert any(one["refunds"] for one in own)
    assert own[0]["payments"] == own[0]["refunds"] == []


def test_some_seeds_hide_the_pending_totals(fresh, signed_in) -> None:
    """Header zero, lines not."""
    for seed, is_hidden in ((1, True), (2, False)):
        sandbox = fresh(seed=seed)
        path = f"{API}/orgs/{sandbox.org_id}/invoices/pending"
        [pending] = signed_in(sandbox).get(path).json()["results"]
        assert (pending["subtotalCents"] == 0) is is_hidden
        assert sum(line["totalPriceCents"] for line in pending["lineItems"]) > 0


def test_linked_invoices_are_nested_once(invoices, atlas, client) -> None:
    """In the document and, unless told otherwise, in the list."""
    own = [one for one in invoices if one["orgId"] == atlas.org_id]
    assert all(len(one["linkedInvoices"]) == 1 for one in own)
    assert len({one["id"] for one in invoices}) == len(invoices) == 26
    path = f"{API}/orgs/{atlas.org_id}/invoices"
    assert all(one["linkedInvoices"] for one in client.get(path).json()["results"])
    without = client.get(path, params={"viewLinkedInvoices": "false"}).json()["results"]
    assert not any("linkedInvoices" in one for one in without)


def test_the_list_is_the_headers_of_the_documents(invoices, atlas, client) -> None:
    listed = client.get(f"{API}/orgs/{atlas.org_id}/invoices").json()["results"]
    own = [one for one in invoices if one["orgId"] == atlas.org_id]
    assert [one["id"] for one in listed] == [one["id"] for one in own]
    for metadata, invoice in zip(listed, own, strict=True):
        assert {key: invoice[key] for key in metadata if key != "linkedInvoices"} == {
            key: value for key, value in metadata.items() if key != "linkedInvoices"
        }


@pytest.mark.parametrize(
    ("query", "starts"),
    [
        ({"fromDate": "2026-09-01"}, ["2026-11", "2026-10", "2026-09"]),
        ({"toDate": "2026-01-01"}, ["2025-12", "2025-11"]),
        ({"fromDate": "2026-02-02", "toDate": "2026-04-30"}, ["2026-03"]),
        ({"statusNames": ["PENDING", "CLOSED"]}, ["2026-11", "2026-10"]),
        ({"statusNames": "PENDING", "orderBy": "asc"}, ["2026-11"]),
    ],
)
def test_the_list_can_be_filtered(client, atlas, query: dict, starts: list[str]) -> None:
    """By the start not before, the end not after, and the status."""
    answer = client.get(f"{API}/orgs/{atlas.org_id}/invoices", params=query).json()
    assert [one["startDate"][:7] for one in answer["results"]] == starts


def test_lines_are_whole_utc_days_before_today(lines) -> None:
    """Charges post the day after, between 02:00 and 06:30, or up to three days late."""
    for line in lines:
        assert line["startDate"].endswith("T00:00:00Z")
        assert line["endDate"][:10] <= "2026-11-22"
        posted = date.fromisoformat(line["created"][:10])
        late = (posted - date.fromisoformat(line["endDate"][:10])).days
        assert 0 <= late <= 3
        assert "02:00:00" <= line["created"][11:19] <= "06:30:00"


def test_late_usage_lands_on_the_next_invoice(invoices) -> None:
    """So usage month and invoice month differ, on every invoice but an empty one."""
    for invoice in invoices:
        early = [line for line in invoice["lineItems"] if line["endDate"] <= invoice["startDate"]]
        assert early
        assert {line["created"][:7] for line in early} == {invoice["startDate"][:7]}
        assert not any(line["startDate"] >= invoice["endDate"] for line in invoice["lineItems"])


def test_prices_times_quantities_are_the_booked_cents(lines) -> None:
    """Rounded for each line, so sub-cent usage vanishes."""
    for line in lines:
        exact = line["quantity"] * line["unitPriceDollars"] * 100
        assert abs(exact - line["totalPriceCents"]) <= 0.5 + 1e-6
    assert any(
        0 < line["quantity"] < 1e-6 and line["unitPriceDollars"] and not line["totalPriceCents"]
        for line in lines
    )


def test_equal_lines_are_all_real(lines) -> None:
    """The shards of a cluster and a pair of endpoints are equal in every field."""
    for sku in ("ATLAS_GCP_INSTANCE_M30", "ATLAS_AWS_PRIVATE_ENDPOINT"):
        counts = Counter(map(frozen, of(lines, sku)))
        assert max(counts.values()) == 2


def test_point_in_time_backup_is_tiered(lines) -> None:
    """The first five GB have a SKU of their own and cost nothing."""
    free = of(lines, "ATLAS_NDS_AWS_PIT_RESTORE_STORAGE_FREE_TIER")
    assert {(line["tierLowerBound"], line["tierUpperBound"]) for line in free} == {(0.0, 5.0)}
    assert {line["totalPriceCents"] for line in free} == {0}
    paid = of(lines, "ATLAS_NDS_AWS_PIT_RESTORE_STORAGE")
    assert {(line["tierLowerBound"], line["tierUpperBound"]) for line in paid} == {
        (5.0, 100.0),
        (100.0, 250.0),
    }


def test_credits_are_negative(lines) -> None:
    for sku in ("CREDIT", "CLASSIC_COUPON"):
        assert all(line["totalPriceCents"] < 0 for line in of(lines, sku))


def test_some_charges_span_days_that_do_not_divide_them(lines) -> None:
    """A plan fee over a month, a week's consulting that can cross into the next."""
    plan = [line for line in of(lines, "ATLAS_SUPPORT") if days(line) > 1]
    assert {days(line) for line in plan} == {28, 30, 31}
    assert all(line["totalPriceCents"] % days(line) for line in plan)
    consulting = of(lines, "FLEX_CONSULTING")
    assert {days(line) for line in consulting} == {5}


def test_organization_charges_name_no_project(lines) -> None:
    for sku in ("ATLAS_SUPPORT", "CREDIT", "MINIMUM_CHARGE", "FLEX_CONSULTING"):
        assert not any({"groupId", "clusterName", "tags"} & set(line) for line in of(lines, sku))


def test_ai_models_run_on_no_cloud(lines) -> None:
    for line in of(lines, "VOYAGE_4_LITE_TEXT_API_SERVICE"):
        assert (line["cloudProvider"], line["unit"]) == ("ATLAS", "million tokens")
        assert "clusterName" not in line


def test_app_services_name_their_application(lines) -> None:
    assert {line["stitchAppName"] for line in of(lines, "REALM_APP_COMPUTE")} == {"storefront-api"}


def test_a_project_has_a_discount(lines) -> None:
    """Percent and cents agree; totalPriceCents stays gross."""
    discounted = [line for line in lines if "discountCents" in line]
    assert {line["groupName"] for line in discounted} == {"analytics"}
    for line in discounted:
        share = line["totalPriceCents"] * line["percentDiscount"] / 100
        assert abs(line["discountCents"] - share) <= 0.5


def test_a_tag_can_have_two_values(lines) -> None:
    """The project's and the cluster's, in that order."""
    checkout = [line for line in lines if line.get("clusterName") == "shop-prod"]
    assert {tuple(line["tags"]["team"]) for line in checkout} == {("commerce", "checkout")}
    untagged = [line for line in lines if line.get("groupName") == "playground"]
    assert all(line["tags"] == {} for line in untagged)


def test_every_sku_billed_is_listed(lines, client) -> None:
    answer = client.get(f"{API}/skus", params={"itemsPerPage": 500}).json()
    listed = {one["id"] for one in answer["results"]}
    assert {line["sku"] for line in lines} <= listed


def test_what_is_deleted_stays_on_old_bills(lines, client) -> None:
    listed = {one["name"] for one in client.get(f"{API}/groups").json()["results"]}
    billed = {line["groupName"] for line in lines if "groupName" in line}
    assert billed - listed == {"launch-2026", "research", "demos"}
