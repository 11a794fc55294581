"""The reviewed SKU taxonomy covers every SKU that Atlas has published."""

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

SEED = Path(__file__).parents[2] / "dbt_project" / "seeds" / "sku_taxonomy.csv"
RULES = SEED.with_name("sku_rules.csv")
SHARED_SKUS = Path(__file__).parents[3] / "shared" / "atlas" / "skus.csv"
STATED = {
    "Clusters": 225,
    "Backup": 68,
    "Serverless Instances": 30,
    "Data Transfer": 22,
    "Atlas Data Federation": 21,
    "Storage": 17,
    "Atlas Stream Processing": 16,
    "App Services": 12,
    "Legacy Backup": 7,
    "Cloud Manager": 5,
    "Cloud Manager Standard/Premium": 4,
    "Premium Features": 4,
    "Credits": 3,
    "Support": 3,
    "Charts": 2,
    "Flex Consulting": 1,
    "BI Connector": 1,
}


def read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_each_service_has_as_many_skus_as_stated() -> None:
    assert Counter(row["service"] for row in read(SEED)) == STATED
    assert sum(STATED.values()) == 441


@pytest.mark.skipif(
    not SHARED_SKUS.exists(), reason="the published SKU list lies outside the repository"
)
def test_every_published_sku_is_in_the_seed() -> None:
    """All spellings of the API's own list, without its rows for testing."""
    published = {
        row["sku"]
        for row in read(SHARED_SKUS)
        if "InvoiceLineItem.sku enum" in row["source"]
        and not row["sku"].endswith("_TEST_PRICE_CHANGE")
        and row["sku"] != "METERING_E2E_BILLING"
    }
    assert {row["sku"] for row in read(SEED)} == published


def test_the_rules_alone_say_of_each_reviewed_sku_what_the_review_says() -> None:
    """So a SKU like them that comes tomorrow is guessed as a person would have filed it."""
    rules = read(RULES)
    said = ("service", "family", "charge_type")
    for sku in read(SEED):
        key = re.sub("^(ATLAS_)?(NDS_)?", "", sku["sku"])
        rule = next(each for each in rules if re.search(each["pattern"], key))
        assert [rule[name] for name in said] == [sku[name] for name in said], sku["sku"]


@pytest.mark.parametrize(
    ("sku", "service", "family"),
    [
        ("AWS_DSC_STORAGE", "DSC Storage", "Infinite storage"),
        ("AWS_STORAGE_INFINITE_LOGICAL", "DSC Storage", "Infinite storage"),
        ("DSC_OBJECT_STORAGE_AWS", "DSC Storage", "Infinite storage"),
        ("AWS_INFINITE_INSTANCE_M40_LOW_CPU", "DSC Compute", "Infinite compute"),
        ("AWS_INSTANCE_M30_DSC", "DSC Compute", "Infinite compute"),
        ("AWS_INFINITE_INSTANCE_M10_PAUSED", "DSC Compute", "Infinite compute"),
        ("AWS_INFINITE_BACKUP_STORAGE", "Backup", "Backup snapshot"),
        ("AWS_INFINITE_DATA_TRANSFER_INTERNET", "Data Transfer", "Data transfer AWS"),
        ("AWS_LANDSCAPE_INSTANCE_M30", "Clusters", "Dedicated instance"),
    ],
)
def test_atlas_infinite_is_neither_storage_nor_a_cluster_of_nodes(
    sku: str, service: str, family: str
) -> None:
    """Its storage is billed by logical size and its compute by highly available shard."""
    rule = next(each for each in read(RULES) if re.search(each["pattern"], sku))
    assert (rule["service"], rule["family"]) == (service, family)
