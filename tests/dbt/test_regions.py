"""Where a charge arose: by Atlas's own report, else by the cluster's configuration of that day."""

import duckdb
import pytest

Marts = duckdb.DuckDBPyConnection
LINE = "org_id = 'org3' and sku = 'ATLAS_AWS_"


@pytest.mark.parametrize(
    ("where", "region", "atlas_region", "source"),
    [
        # two lines of two sizes in two regions, matched by size whatever order the report has
        (f"{LINE}INSTANCE_M30' and quantity = 72", "us-east-1", "US_EAST_1", "focus_report"),
        (f"{LINE}INSTANCE_M30' and quantity = 48", "eu-west-1", "EU_WEST_1", "focus_report"),
        # one region for all: the report may cut a line as it likes
        (f"{LINE}DATA_TRANSFER_INTERNET'", "eu-west-1", "EU_WEST_1", "focus_report"),
        # as many rows as lines are needed to tell them apart
        (f"{LINE}STORAGE_STANDARD_GP3'", "multi-region", "multi-region", "cluster_config"),
        # and the same quantity
        (f"{LINE}STORAGE_PROVISIONED' and quantity = 5", "us-east-1", "US_EAST_1", "focus_report"),
        (
            f"{LINE}STORAGE_PROVISIONED' and quantity = 3",
            "multi-region",
            "multi-region",
            "cluster_config",
        ),
        # an empty region in the report is none
        (f"{LINE}BACKUP_SNAPSHOT_STORAGE'", "multi-region", "multi-region", "cluster_config"),
        ("org_id = 'org3' and sku = 'ATLAS_SUPPORT'", None, None, "none"),
        # without a cluster the project's own rows answer
        (f"{LINE}PRIVATE_ENDPOINT'", "us-east-1", "US_EAST_1", "focus_report"),
        # a place that the seed lacks keeps the report's spelling
        (f"{LINE}DATA_TRANSFER_SAME_REGION'", "iceland-1", "iceland-1", "focus_report"),
    ],
)
def test_region_is_the_reports_where_the_report_tells(
    marts: Marts, where: str, region: str | None, atlas_region: str | None, source: str
) -> None:
    query = f"select distinct region, atlas_region, region_source from fct_line_items where {where}"
    assert marts.execute(query).fetchall() == [(region, atlas_region, source)]


def test_region_is_the_configurations_of_that_day(marts: Marts) -> None:
    """First seen on April 6 in Virginia, in Ireland on the 10th; before the 6th as on the 6th."""
    query = """
        select usage_date::varchar, region, region_source from fct_line_items
        where cluster_name = 'mover' order by usage_date
    """
    assert marts.execute(query).fetchall() == [
        ("2026-04-04", "us-east-1", "cluster_config"),
        ("2026-04-09", "us-east-1", "cluster_config"),
        ("2026-04-10", "eu-west-1", "cluster_config"),
    ]


def test_a_region_of_the_report_that_the_seed_lacks_is_in_dim_regions(marts: Marts) -> None:
    query = "select provider, region, is_known from dim_regions where region = 'iceland-1'"
    assert marts.execute(query).fetchall() == [("AWS", "iceland-1", False)]


def test_no_region_moves_a_cent_to_another_line(marts: Marts) -> None:
    """Three lines of the cluster in two regions by report, and each line still there once."""
    query = """
        select region, count(*), sum(cost_cents) from fct_line_items
        where cluster_name = 'wide' and region_source = 'focus_report' group by all order by all
    """
    assert marts.execute(query).fetchall() == [
        ("eu-west-1", 2, 2010),
        ("iceland-1", 1, 6),
        ("us-east-1", 2, 3050),
    ]


def test_the_report_says_currency_price_and_category(marts: Marts) -> None:
    """Initech's come from its report, the others' from their payments."""
    query = """
        select org_id, billing_currency, credit_price::double from fct_invoices
        where org_id in ('org1', 'org2', 'org3') order by all"""
    assert marts.execute(query).fetchall() == [
        ("org1", "USD", 1.0),
        ("org1", None, None),
        ("org2", "EUR", 0.95),
        ("org3", "EUR", 0.9),
    ]
    query = """
        select sku, service, atlas_category from dim_skus
        where atlas_category is not null order by sku
    """
    assert marts.execute(query).fetchall() == [
        ("ATLAS_AWS_INSTANCE_M30", "Clusters", "Clusters"),
        ("ATLAS_AWS_STORAGE_STANDARD_GP3", "Storage", "Clusters"),
    ]
