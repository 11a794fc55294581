"""The marts of the hand-written world, each number worked out by hand."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from .conftest import Warehouse
from .world import LINES

Marts = duckdb.DuckDBPyConnection
TOTAL = 36785 + 8888 + 42000


def test_build_passes_with_the_warnings_this_world_earns(
    built: tuple[Warehouse, dict[str, str]],
) -> None:
    """Unknown regions and SKUs, a missing cent, doubts about a report and the like never block."""
    warned = {name for name, status in built[1].items() if status == "warn"}
    assert warned == {
        "warn_regions_not_in_seed",
        "warn_skus_not_in_taxonomy",
        "warn_invoices_not_reconciled",
        "warn_focus_values_not_typed",
        "warn_sku_categories_differ",
        "warn_focus_reports_differ",
        "warn_focus_rules_broken",
        "warn_discounts_not_billed",
        "warn_overrides_fit_nothing",
        "warn_several_prices",
        "warn_commitments_not_used",
        "warn_tags_not_on_bill",
    }
    assert not {"fail", "error", "skipped"} & set(built[1].values())


def test_every_mart_reads_after_publishing_renamed_the_file(marts: Marts) -> None:
    """No mart depends on staging, or on the name its file was attached under."""
    names = [row[0] for row in marts.execute("show tables").fetchall()]
    assert "fct_costs_daily_by_tag" in names
    for name in names:
        marts.execute(f"select * from marts.{name} limit 1").fetchall()


def test_tools_with_an_older_duckdb_can_read_the_file(marts: Marts) -> None:
    """DuckDB 2 writes files that only DuckDB 2 reads, unless it is told otherwise."""
    tags = marts.execute(
        "select tags from duckdb_databases() where database_name = current_database()"
    ).fetchone()
    assert tags[0]["storage_version"] == "v1.3.0+"


def test_every_cent_arrives(value: Any) -> None:
    """Booked cents, credits included, and equal lines both real."""
    expected = sum(row["totalPriceCents"] for row in LINES)
    for table in ("fct_line_items", "fct_costs_daily", "agg_costs_daily", "agg_costs_monthly"):
        assert value(f"select sum(cost_cents) from {table}") == expected == TOTAL


def test_lines_are_in_date_order_on_disk_and_those_of_several_days_at_the_end(marts: Marts) -> None:
    """Pages ask for months; order is what lets DuckDB skip the others."""
    days = marts.execute("select usage_days > 1, usage_date from fct_line_items").fetchall()
    assert days == sorted(days)
    assert {several for several, _ in days} == {False, True}


def test_a_line_of_three_days_is_spread_and_its_last_day_takes_the_rest(marts: Marts) -> None:
    query = """
        select usage_date, cost_cents, list_cost, line_items
        from fct_costs_daily where sku = 'ATLAS_SUPPORT' and org_id = 'org1'
        order by usage_date
    """
    assert marts.execute(query).fetchall() == [
        (date(2026, 4, 1), 333, Decimal("3.333333333"), 1),
        (date(2026, 4, 2), 333, Decimal("3.333333333"), 0),
        (date(2026, 4, 3), 334, Decimal("3.333333334"), 0),
    ]


def test_a_reused_name_is_two_clusters(marts: Marts) -> None:
    """The first orders was deleted on April 9 and created again on the 10th, elsewhere."""
    query = """
        select usage_date, resource_id, region from fct_line_items
        where cluster_name = 'orders' and category = 'Dedicated instance'
            and usage_date < '2026-05-01'
        order by usage_date
    """
    assert marts.execute(query).fetchall() == [
        (date(2026, 4, 8), "c-old", "eu-west-1"),
        (date(2026, 4, 11), "c-new", "us-east-1"),
    ]


@pytest.mark.parametrize(
    ("where", "region", "atlas_region", "source"),
    [
        (
            "sku = 'ATLAS_AWS_STORAGE_STANDARD_GP3'",
            "multi-region",
            "multi-region",
            "cluster_config",
        ),
        (
            "sku = 'ATLAS_GCP_DATA_TRANSFER_INTERNET'",
            "europe-west1",
            "WESTERN_EUROPE",
            "cluster_config",
        ),
        ("cluster_name = 'tiny'", "northeurope", "EUROPE_NORTH", "cluster_config"),
        ("resource_type = 'search_nodes'", "us-east-1", "US_EAST_1", "cluster_config"),
        ("sku = 'ATLAS_AWS_STORAGE_STANDARD'", "MOON_BASE_1", "MOON_BASE_1", "cluster_config"),
        # a line on Azure of a cluster that is on AWS now: it has moved, and nothing says where from
        ("sku = 'ATLAS_AZURE_DATA_TRANSFER'", "unknown", "unknown", "unknown"),
        ("cluster_name = 'ghost'", "unknown", "unknown", "unknown"),
        ("resource_type = 'data_federation'", "unknown", "unknown", "unknown"),
        ("sku = 'ATLAS_SUPPORT'", None, None, "none"),
        ("sku = 'CREDIT'", None, None, "none"),
    ],
)
def test_region_is_placed_or_said_to_be_unknown(
    marts: Marts, where: str, region: str | None, atlas_region: str | None, source: str
) -> None:
    query = f"select distinct region, atlas_region, region_source from fct_line_items where {where}"
    assert marts.execute(query).fetchall() == [(region, atlas_region, source)]


def test_sku_nobody_knows_is_unclassified_and_keeps_its_cents(marts: Marts) -> None:
    query = """
        select service, category, charge_type, classified_by, cost_cents
        from fct_line_items where sku = 'NEWFANGLED_THING'
    """
    expected = ("Unclassified", "Unclassified", "usage", "none", 7)
    assert marts.execute(query).fetchall() == [expected]


def test_tags_add_up_to_the_total_whichever_basis(marts: Marts) -> None:
    """Two lines of 3888 and 1234 cents are tagged now; one was tagged otherwise when first read."""
    query = """
        select tag_basis, tag_key, tag_value, sum(cost_cents)
        from fct_costs_daily_by_tag group by all order by all
    """
    assert marts.execute(query).fetchall() == [
        ("current", "env", "(untagged)", TOTAL - 5122),
        ("current", "env", "prod", 5122),
        ("current", "team", "(untagged)", TOTAL - 5122),
        ("current", "team", "core, web", 5122),
        ("first_seen", "env", "(untagged)", TOTAL - 3888),
        ("first_seen", "env", "dev", 3888),
        ("first_seen", "team", "(untagged)", TOTAL),
    ]


def test_tag_coverage_is_what_costs_by_tag_come_to(marts: Marts) -> None:
    """For each basis and key: the lines that carry it, and all that were spent."""
    keys = "select tag_basis, tag_key"
    coverage = f"""{keys}, sum(tagged_cents), sum(total_cents) from tag_coverage
        group by all order by all"""
    by_tag = f"""{keys},
            coalesce(sum(cost_cents) filter (where tag_value != '(untagged)'), 0), sum(cost_cents)
        from fct_costs_daily_by_tag where is_in_total group by all order by all"""
    assert marts.execute(coverage).fetchall() == marts.execute(by_tag).fetchall()
    several = "select sum(several_values_cents) from tag_coverage where tag_basis = 'current'"
    assert marts.execute(several).fetchone() == (5122,)


def test_gross_invoice_is_discounted_and_priced_in_credits(marts: Marts) -> None:
    """Globex's lines book quantity times price, so ten percent is still to come off."""
    query = """
        select cost_cents, discount_cents, net_cost_cents, pricing_currency
        from fct_line_items where org_id = 'org2' order by usage_date
    """
    assert marts.execute(query).fetchall() == [
        (10000, 1000, 9000, "Atlas Credits"),
        (5000, 500, 4500, "Atlas Credits"),
    ]


def test_invoices_compare_with_their_lines(marts: Marts) -> None:
    """April ties with credits subtracted, May is not totalled, Globex misses a cent."""
    query = """
        select invoice_id, is_reconciled, difference_cents, header_difference_cents,
            credit_reading, discount_rule, refunds_cents, credit_price
        from fct_invoices where org_id in ('org1', 'org2') order by invoice_id
    """
    one, credit = Decimal(1), Decimal("0.95")
    assert marts.execute(query).fetchall() == [
        ("inv-apr", True, 0, 0, "subtracted", "net", 42, one),
        ("inv-globex", False, 1, 0, "no_credits", "gross", 0, credit),
        ("inv-may", None, -11918, 0, "no_credits", "net", 0, None),
    ]


def test_bridge_leads_from_list_to_billed(marts: Marts) -> None:
    query = """
        select step, amount_cents from fct_invoice_bridge
        where invoice_id = 'inv-apr' order by position
    """
    assert marts.execute(query).fetchall() == [
        ("list", 10367),
        ("discount", 0),
        ("discount_not_applied", 0),
        ("rounding", 0),
        ("usage", 10367),
        ("commitment_shortfall", 0),
        ("credit", -500),
        ("tax", 100),
        ("starting_balance", -20),
        ("unexplained", 0),
        ("billed", 9947),
        ("paid", 9947),
    ]


def test_a_month_names_its_rule_price_and_credits(marts: Marts) -> None:
    query = """
        select org_id, list_cents, discount_cents, discount_not_applied_cents, usage_cents,
            credits_used_cents,
            amount_billed_cents, discount_rule, billing_currency, credit_price
        from agg_bridge_monthly where org_id in ('org1', 'org2') and invoice_month = '2026-04-01'
        order by org_id
    """
    assert marts.execute(query).fetchall() == [
        ("org1", 10367, 0, 0, 10367, 500, 9947, "net", "USD", Decimal(1)),
        ("org2", 15000, -1500, 1500, 15000, 15000, 15001, "gross", "EUR", Decimal("0.95")),
    ]


def test_months_in_dollars_and_in_credits_are_apart(marts: Marts) -> None:
    """Hooli pays both: its dollars stay dollars, and are in no sum of its credits."""
    months = """
        select invoice_month, pricing_currency, billing_currency, usage_cents
        from agg_bridge_monthly where org_id = 'org4' order by all
    """
    april, may = date(2026, 4, 1), date(2026, 5, 1)
    assert marts.execute(months).fetchall() == [
        (april, "Atlas Credits", "EUR", 10000),
        (april, "USD", "USD", 2000),
        (may, "Atlas Credits", "EUR", 30000),
    ]
    for table in ("fct_line_items", "agg_costs_daily", "agg_costs_monthly"):
        costs = f"""
            select pricing_currency, sum(cost_cents) from {table}
            where org_id = 'org4' group by all order by all
        """
        assert marts.execute(costs).fetchall() == [("Atlas Credits", 40000), ("USD", 2000)]
    balances = """
        select pricing_currency, burn_days, balance_basis
        from credit_balances where org_id = 'org4' order by all
    """
    assert marts.execute(balances).fetchall() == [
        ("Atlas Credits", 12, "contract_not_shown"),
        ("USD", 0, "no_balance_shown"),
    ]


def test_a_commitment_billed_above_its_lines_is_a_step(marts: Marts) -> None:
    steps = """
        select step, amount_cents from fct_invoice_bridge
        where invoice_id = 'hooli-committed' and amount_cents != 0 order by position
    """
    assert marts.execute(steps).fetchall() == [
        ("list", 30000),
        ("usage", 30000),
        ("commitment_shortfall", 20000),
        ("billed", 50000),
        ("paid", 50000),
    ]
    header = """
        select is_reconciled, is_closed, commitment_shortfall_cents, header_difference_cents
        from fct_invoices where invoice_id = 'hooli-committed'
    """
    assert marts.execute(header).fetchall() == [(True, True, 20000, 0)]


def test_what_counts_in_a_total_is_said_by_each_row(marts: Marts) -> None:
    """Of all charge types in this world credits alone do not; no sum of any mart differs."""
    for table in (
        "fct_line_items",
        "fct_costs_daily",
        "agg_costs_daily",
        "agg_costs_monthly",
        "allocated_costs_daily",
    ):
        out = f"select distinct charge_type from {table} where not is_in_total"
        assert marts.execute(out).fetchall() == [("credit",)], table


def test_a_balance_is_shown_by_an_invoice_or_not_at_all(marts: Marts) -> None:
    """April's starting balance is used up; a contract's balance is in no invoice."""
    query = """
        select org_id, balance_cents, balance_basis, runs_out_on
        from credit_balances where org_id in ('org1', 'org2') order by org_id
    """
    assert marts.execute(query).fetchall() == [
        ("org1", 0, "used_up", None),
        ("org2", None, "contract_not_shown", None),
    ]


def test_active_resources_are_listed_or_billed_now(marts: Marts) -> None:
    """As of May 3, the newest usage day: the listed, and the billed that nobody lists."""
    query = """
        select resource_id, resource_type, listing_status from active_resources
        where org_id is distinct from 'org3' order by all
    """
    assert marts.execute(query).fetchall() == [
        ("c-hidden", "cluster", "no_project_access"),
        ("c-moon", "cluster", "active"),
        ("c-multi", "cluster", "active"),
        ("c-new", "cluster", "active"),
        ("c-tiny", "cluster", "active"),
        ("p1", "project", "active"),
        ("p1/app_service/basket", "app_service", "billed_not_listed"),
        ("p1/ghost", "cluster", "billed_not_listed"),
        ("p9", "project", "billed_not_listed"),
    ]


def test_active_cluster_has_its_shape_and_its_costs(marts: Marts) -> None:
    """3888 cents on each of May 1 to 3, two of them in the week before; 28 days are left."""
    query = """
        select region, instance_size, state, nodes, disk_gb, tags, cost_month_to_date_cents,
            cost_last_30_days_cents, projected_month_cents
        from active_resources where resource_id = 'c-new'
    """
    projected = 11664 + 7776 * 28 // 7
    shape = ("us-east-1", "M30", "IDLE", 3, 40.0, {"env": ["prod"]})
    assert marts.execute(query).fetchall() == [(*shape, 11664, 11664 + 3888 + 10, projected)]


def test_active_cluster_of_several_regions_says_so(marts: Marts) -> None:
    query = """
        select region, instance_size, nodes, cloud_provider
        from active_resources where resource_id = 'c-multi'
    """
    assert marts.execute(query).fetchall() == [("multi-region", "M30, M40", 6, "AWS, GCP")]


def test_a_deleted_project_keeps_a_row_and_its_name(marts: Marts) -> None:
    """And a line that does not name its project takes the project's own name."""
    assert marts.execute(
        "select project_name, is_listed from dim_projects where project_id = 'p9'"
    ).fetchall() == [("gone", False)]
    assert marts.execute(
        "select distinct project_name from fct_line_items where project_id = 'p1'"
    ).fetchall() == [("shop",)]


def test_one_cent_moved_fails_the_identity_that_guards_it(
    built: tuple[Warehouse, dict[str, str]], tmp_path: Path
) -> None:
    """Raw, the daily spread and both aggregates each lose a cent; each named test must see it."""
    broken = built[0].copy_to(tmp_path)
    with duckdb.connect(str(broken.raw)) as raw:
        raw.execute(
            "update invoice_line_items set totalPriceCents = totalPriceCents + 1"
            " where _line_item_id = 'line-00'"
        )
        raw.execute("update invoices set _line_items = _line_items + 1 where id = 'inv-may'")
        raw.execute("update invoices set amountBilledCents = 9948 where id = 'inv-apr'")
    with duckdb.connect() as warehouse:
        warehouse.execute(f"attach '{broken.marts}' as warehouse; use warehouse.marts")
        for table, key in (("agg_costs_daily", "service"), ("agg_costs_monthly", "sku")):
            one = f"select min(rowid) from {table} where {key} is not null"
            warehouse.execute(
                f"update {table} set cost_cents = cost_cents + 1 where rowid = ({one})"
            )
        warehouse.execute("create table daily as from fct_costs_daily")
        warehouse.execute("create table by_tag as from fct_costs_daily_by_tag")
        warehouse.execute(
            "create or replace view fct_costs_daily as select * replace"
            " (cost_cents + cast(sku = 'CREDIT' as bigint) as cost_cents) from daily"
        )
        warehouse.execute(
            "create or replace view fct_costs_daily_by_tag as"
            " from by_tag where tag_value != '(untagged)'"
        )
    statuses = broken.dbt("test", "--select", "assert_*")
    assert {name for name, status in statuses.items() if status == "fail"} == {
        "assert_line_items_equal_raw",
        "assert_line_items_equal_landed",
        "assert_costs_daily_equal_line_items",
        "assert_costs_by_tag_equal_line_items",
        "assert_agg_costs_daily_equals_line_items",
        "assert_agg_costs_monthly_equals_line_items",
        "assert_cost_changes_equal_difference",
        "assert_tag_coverage_equals_costs",
        "assert_bridge_ends_at_billed",
        "assert_bridge_months_equal_invoices",
        "assert_focus_billed_equals_payable",
    }


def test_unit_tests_of_the_models_pass(
    built: tuple[Warehouse, dict[str, str]], tmp_path: Path
) -> None:
    """Each tricky rule has rows of its own beside its model."""
    statuses = built[0].copy_to(tmp_path).dbt("test", "--select", "test_type:unit")
    assert len(statuses) >= 9
    assert set(statuses.values()) == {"pass"}
