"""The whole code location loads, and its graph is the corridor the design draws."""

from datetime import UTC, datetime

import dagster as dg
import pytest
from dagster._core.storage.partition_status_cache import get_and_update_asset_status_cache_value

from orchestration.assets.dbt_events import told
from orchestration.definitions import defs
from orchestration.partitions import first_month, months_since
from orchestration.schedules.daily import refresh_schedule
from orchestration.settings import SettingsError
from tests.orchestration.asset_graph import SNAPSHOT, drawn

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
    "feedback",
    "landing",
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
    """What allocation and its like work with is made of marts, for marts, and not published."""
    between = {"allocation", "history", "saving_rules"}
    return LAYERS.index("marts" if key.path[0] in between else key.path[0])


def test_everything_loads():
    dg.Definitions.validate_loadable(defs)


def test_the_graph_is_as_it_was_drawn():
    """Who changes it sees in asset_graph.txt what else changed; `make snapshot` draws it again."""
    assert drawn(defs).splitlines() == SNAPSHOT.read_text().splitlines()


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
    line_items = graph.get(dg.AssetKey(["atlas", "invoice_line_items"]))
    assert line_items.partitions_def == months
    assert line_items.backfill_policy == dg.BackfillPolicy.single_run()


def test_months_begin_with_the_first_invoice_that_was_read(tmp_path):
    """113 of 126 months read as missing where Atlas had billed thirteen."""
    assert first_month(tmp_path) == "2016-06", "before any was read every month may be asked for"
    for month in ("2026-03", "2025-11"):
        (tmp_path / "org_id=5" / f"period={month}").mkdir(parents=True)
    (tmp_path / "org_id=6" / "period=2026-01").mkdir(parents=True)
    keys = months_since(first_month(tmp_path)).get_partition_keys()
    assert keys[0] == "2025-11"
    assert keys[-1] == f"{datetime.now(UTC):%Y-%m}"


def test_months_read_before_the_code_was_loaded_again_hurt_nothing(tmp_path):
    """The first refresh of a fresh installation may read months that Dagster does not know yet."""

    @dg.asset(partitions_def=months_since("2026-05"))
    def invoices(): ...

    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        for month in ("2025-11", "2026-05"):
            instance.report_runless_asset_event(
                dg.AssetMaterialization("invoices", partition=month)
            )
        done = get_and_update_asset_status_cache_value(
            instance, invoices.key, invoices.partitions_def, instance
        )
        assert done.deserialize_materialized_partition_subsets(
            invoices.partitions_def
        ).get_partition_keys() == ["2026-05"]


def test_every_check_says_what_it_looks_for(graph):
    told = {key: graph.get(key).description for key in graph.asset_check_keys}
    assert len(told) > 120
    assert [key.to_user_string() for key, text in told.items() if not text] == []
    assert not [text for text in told.values() if not text.strip().endswith((".", ")"))]
    said = {key.name: text for key, text in told.items()}
    assert said["not_null_int_focus_skus_invoice_id"] == "invoice_id is never null."
    assert said["assert_bridge_months_equal_invoices"] == (
        "Finds: An invoice lost or counted twice in its month: each invoice would still tie, and "
        "the months from list to paid would not. Compared with the raw headers."
    )


def test_a_build_of_a_part_says_that_nothing_of_it_is_published(caplog):
    events = [
        dg.Output(None, "marts__x", metadata={"seconds": 2}),
        dg.AssetCheckResult(passed=True, check_name="a", metadata={"failures": 0}),
    ]
    assert list(told(events, is_whole=True)) == events
    assert not caplog.records
    model, check = told(events, is_whole=False)
    for each, own in ((model, "seconds"), (check, "failures")):
        assert set(each.metadata) == {own, "published"}
        assert "atlas-costs refresh" in each.metadata["published"].value
    assert "Not published" in caplog.text


@pytest.mark.parametrize(
    ("cron", "expected"),
    [
        ("0 6 * * *", "0 6 * * *"),
        ("30 4,16 * * *", "30 4,16 * * *"),
        ("30 4 * * *; 30 16 * * 1-5", ["30 4 * * *", "30 16 * * 1-5"]),
    ],
)
def test_the_refresh_runs_when_the_setting_says(cron, expected):
    schedule = refresh_schedule(cron)
    assert schedule.cron_schedule == expected
    assert (schedule.name, schedule.execution_timezone) == ("daily_refresh", "UTC")


@pytest.mark.parametrize(
    "cron", ["", "daily", "30 4,16", "61 6 * * *", "0 6 * * *;", "0 6 * * * *x"]
)
def test_times_that_are_none_are_one_sentence(cron):
    with pytest.raises(
        SettingsError, match="ATLAS_COSTS_REFRESH_CRON cannot be .* 30 4,16"
    ) as said:
        refresh_schedule(cron)
    assert "\n" not in str(said.value)


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
