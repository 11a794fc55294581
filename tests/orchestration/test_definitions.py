"""The whole code location loads, and its graph is the corridor the design draws."""

from datetime import UTC, datetime

import dagster as dg
import pytest

from orchestration.definitions import defs

EXTRACTED = {
    "organizations",
    "projects",
    "clusters",
    "flex_clusters",
    "serverless_instances",
    "search_deployments",
    "data_federation",
    "stream_workspaces",
    "stream_processors",
    "online_archives",
    "backup_snapshots",
    "restore_jobs",
    "skus",
    "resource_tags",
    # loaded with every refresh though Atlas is not asked for it: the source of marts.actions
    "actions",
    "invoices",
    "invoice_line_items",
    "invoice_payments",
    "invoice_refunds",
    "focus_report_rows",
}
LAYERS = (
    "config",
    "statements",
    "atlas",
    "seeds",
    "staging",
    "intermediate",
    "marts",
    "build",
    "published_warehouse",
)


@pytest.fixture(scope="module")
def graph():
    return defs.resolve_asset_graph()


def layer(key: dg.AssetKey) -> int:
    """What allocation works with is made of marts, for marts, and not published."""
    return LAYERS.index("marts" if key.path[0] == "allocation" else key.path[0])


def test_everything_loads():
    dg.Definitions.validate_loadable(defs)


def test_each_entity_is_an_asset_of_its_own(graph):
    keys = {key.path[1] for key in graph.materializable_asset_keys if key.path[0] == "atlas"}
    assert keys == EXTRACTED


def test_data_never_steps_back(graph):
    """Sources are the extracted assets themselves, so lineage is one graph without gaps."""
    for key in graph.materializable_asset_keys:
        for parent in graph.get(key).parent_keys:
            assert layer(parent) <= layer(key), f"{key} reads {parent}"


def test_every_mart_is_published(graph):
    marts = {key for key in graph.materializable_asset_keys if key.path[0] == "marts"}
    assert graph.get(dg.AssetKey("published_warehouse")).parent_keys == marts
    assert len(marts) > 10


def test_invoices_are_partitioned_by_month_with_the_current_one(graph):
    months = graph.get(dg.AssetKey(["atlas", "invoices"])).partitions_def
    assert months.has_partition_key(f"{datetime.now(UTC):%Y-%m}")
    assert months.has_partition_key("2018-04")
    line_items = graph.get(dg.AssetKey(["atlas", "invoice_line_items"]))
    assert line_items.partitions_def == months
    assert line_items.backfill_policy == dg.BackfillPolicy.single_run()


def test_one_job_and_its_schedule():
    job = defs.resolve_job_def("refresh_costs")
    schedule = defs.resolve_schedule_def("daily_refresh")
    assert schedule.job_name == job.name
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("0 6 * * *", "UTC")


def test_identities_are_checks_of_the_assets_they_guard(graph):
    names = {(key.asset_key.path[-1], key.name) for key in graph.asset_check_keys}
    assert {
        ("fct_line_items", "assert_line_items_equal_raw"),
        ("fct_costs_daily", "assert_costs_daily_equal_line_items"),
        ("fct_costs_daily_by_tag", "assert_costs_by_tag_equal_line_items"),
        ("fct_invoice_bridge", "assert_bridge_ends_at_billed"),
        ("fct_invoices", "ties_to_atlas"),
        ("dim_skus", "known_skus"),
    } <= names
