"""The sandbox's own totals are those of the invoices it serves."""

from collections import Counter, defaultdict
from datetime import date, timedelta

import pytest

SERVICES = {
    "Atlas", "Clusters", "Storage", "Serverless Instances", "Backup", "Data Transfer",
    "BI Connector", "DSC Compute", "DSC Storage", "Premium Features", "Atlas Data Federation",
    "Atlas Stream Processing", "App Services", "Charts", "Cloud Manager",
    "Cloud Manager Standard/Premium", "Legacy Backup", "AI Model APIs", "Automated Embedding",
    "Native Reranking", "Flex Consulting", "Support", "Credits",
}  # fmt: skip
CHARGE_TYPES = {
    "ATLAS_SUPPORT": "support",
    "MINIMUM_CHARGE": "minimum_charge",
    "CREDIT": "credit",
    "CLASSIC_COUPON": "credit",
    "FLEX_CONSULTING": "consulting",
}


@pytest.fixture(scope="module")
def truth(atlas) -> dict:
    return atlas.truth()


def sums(lines: list[dict], key) -> dict[str, int]:
    """Cents by key, added up here from what was served."""
    found: Counter[str] = Counter()
    for line in lines:
        found[key(line)] += line["totalPriceCents"]
    return dict(found)


def test_the_total(truth, lines) -> None:
    assert truth["total"] == sum(line["totalPriceCents"] for line in lines)


def test_by_charge_type(truth, lines) -> None:
    assert truth["by_charge_type"] == sums(
        lines, lambda line: CHARGE_TYPES.get(line["sku"], "usage")
    )
    assert truth["by_charge_type"]["credit"] < 0


def test_by_project_and_cluster(truth, lines) -> None:
    """By name; "" for lines that have none."""
    assert truth["by_project"] == sums(lines, lambda line: line.get("groupName", ""))
    assert truth["by_cluster"] == sums(lines, lambda line: line.get("clusterName", ""))


def test_by_invoice_month(truth, invoices) -> None:
    found: Counter[str] = Counter()
    for invoice in invoices:
        for line in invoice["lineItems"]:
            found[invoice["startDate"][:7]] += line["totalPriceCents"]
    assert truth["by_invoice_month"] == found


def test_by_usage_month_spreads_lines_over_their_days(truth, lines) -> None:
    """Even shares, rounded down, and the remainder on the last day."""
    found: dict[str, int] = defaultdict(int)
    for line in lines:
        start, end = (date.fromisoformat(line[name][:10]) for name in ("startDate", "endDate"))
        length = (end - start).days
        for number in range(length):
            share = line["totalPriceCents"] // length
            if number == length - 1:
                share = line["totalPriceCents"] - share * (length - 1)
            found[str(start + timedelta(days=number))[:7]] += share
    assert truth["by_usage_month"] == found
    assert set(truth["by_usage_month"]) > set(truth["by_invoice_month"])


def test_by_tag_each_key_has_the_whole_total(truth, lines) -> None:
    """Absent is (untagged); several values are one, sorted."""
    keys = {key for line in lines for key in line.get("tags", {})}
    assert set(truth["by_tag"]) == keys == {"cost-center", "env", "owner", "team"}
    for key in keys:
        expected = sums(
            lines,
            lambda line, key=key: ", ".join(sorted(line.get("tags", {}).get(key, ["(untagged)"]))),
        )
        assert truth["by_tag"][key] == expected
        assert sum(truth["by_tag"][key].values()) == truth["total"]
    assert "checkout, commerce" in truth["by_tag"]["team"]


def test_by_service_uses_the_cost_explorer_names(truth) -> None:
    assert set(truth["by_service"]) <= SERVICES
    assert sum(truth["by_service"].values()) == truth["total"]


@pytest.mark.parametrize(
    ("service", "skus"),
    [
        ("Premium Features", {"ATLAS_ADVANCED_SECURITY"}),
        ("BI Connector", {"ATLAS_BI_CONNECTOR"}),
        ("AI Model APIs", {"VOYAGE_4_LITE_TEXT_API_SERVICE"}),
        ("Credits", {"CREDIT", "CLASSIC_COUPON", "MINIMUM_CHARGE"}),
        ("Charts", {"CHARTS_DATA_DOWNLOADED", "CHARTS_DATA_DOWNLOADED_FREE_TIER"}),
        ("App Services", {"REALM_APP_COMPUTE", "REALM_APP_DATA_TRANSFER"}),
    ],
)
def test_services_of_which_the_skus_are_known(truth, lines, service: str, skus: set) -> None:
    found = sum(line["totalPriceCents"] for line in lines if line["sku"] in skus)
    assert truth["by_service"][service] == found


def test_headers_are_those_served(truth, invoices) -> None:
    assert truth["header"] == {
        invoice["id"]: {
            "status": invoice["statusName"],
            "subtotal_cents": invoice["subtotalCents"],
            "credits_cents": invoice["creditsCents"],
            "sales_tax_cents": invoice["salesTaxCents"],
            "starting_balance_cents": invoice["startingBalanceCents"],
            "amount_billed_cents": invoice["amountBilledCents"],
            "amount_paid_cents": invoice["amountPaidCents"],
            "line_items": len(invoice["lineItems"]),
        }
        for invoice in invoices
    }
