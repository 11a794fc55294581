"""What there is and what became of it: resources, their history, and invoices that changed."""

from datetime import date, datetime
from pathlib import Path

import duckdb

from .conftest import Warehouse
from .raw_file import write_empty_raw

Marts = duckdb.DuckDBPyConnection


def _at(day: int, hour: int = 6) -> datetime:
    return datetime(2026, 4, day, hour)  # noqa: DTZ001 - marts hold naive UTC


def test_a_clusters_history_has_a_period_for_each_configuration(marts: Marts) -> None:
    """A change of state alone is none; the last period ends where Atlas listed it no more."""
    query = """
        select regions, instance_size, nodes, paused, valid_from, valid_to, is_current
        from dim_clusters_history where cluster_id = 'c-mover' and seen_in = 'inventory'
        order by valid_from
    """
    assert marts.execute(query).fetchall() == [
        ("us-east-1", "M30", 3, False, _at(6), _at(10), False),
        ("eu-west-1", "M30", 3, False, _at(10), _at(12), False),
        ("eu-west-1", "M40", 5, False, _at(12), _at(14), False),
        ("eu-west-1", "M40", 5, True, _at(14), _at(16), False),
        ("eu-west-1", "M40", 5, False, _at(16), _at(18), False),
    ]


def test_a_cluster_that_two_keys_watch_is_one_and_listed_while_either_lists_it(
    marts: Marts,
) -> None:
    query = """
        select valid_from, valid_to, is_current from dim_clusters_history
        where cluster_id = 'c-wide'
    """
    assert marts.execute(query).fetchall() == [(_at(2), None, True)]
    query = "select is_listed, region from dim_clusters where cluster_id = 'c-wide'"
    assert marts.execute(query).fetchall() == [(True, "multi-region")]


def test_a_clusters_history_reaches_back_to_the_bill(marts: Marts) -> None:
    """The mover was billed two days before the first inventory, and the lab never seen by it."""
    query = """
        select cluster_id, instance_size, valid_from, valid_to, is_current
        from dim_clusters_history where seen_in = 'bill' order by valid_from, cluster_id
    """
    assert marts.execute(query).fetchall() == [
        ("c-mover", "M30", _at(4, 0), _at(6), False),
        ("p3/lab", "M30", _at(5, 0), _at(7, 0), False),
        ("p1/free", "M0", _at(11, 0), _at(12, 0), False),
        ("p1/ghost", "M10", datetime(2026, 5, 3), None, True),  # noqa: DTZ001
    ]


def test_which_clusters_were_deleted_has_an_answer(marts: Marts) -> None:
    """By the inventory at the refresh that missed them, by the bill on the day after the last."""
    query = """
        select resource_name, e."at", seen_in from resource_events as e
        where event = 'deleted' order by e."at"
    """
    assert marts.execute(query).fetchall() == [
        ("lab", _at(7, 0), "bill"),
        ("orders", _at(9, 12), "inventory"),
        ("free", _at(12, 0), "bill"),
        ("mover", _at(18), "inventory"),
    ]
    created = (
        "select resource_name from resource_events where seen_in = 'bill' and event = 'created'"
    )
    assert marts.execute(created).fetchall() == [("free",), ("ghost",)]


def test_events_tell_what_happened_to_a_cluster(marts: Marts) -> None:
    query = """
        select event, e."at", before, after from resource_events as e
        where resource_id = 'c-mover' order by e."at", event
    """
    assert marts.execute(query).fetchall() == [
        ("created", datetime(2026, 3, 1, 8), None, "M30"),  # noqa: DTZ001
        ("region changed", _at(10), "us-east-1", "eu-west-1"),
        ("nodes changed", _at(12), "3", "5"),
        ("tier changed", _at(12), "M30", "M40"),
        ("paused", _at(14), "running", "paused"),
        ("resumed", _at(16), "paused", "running"),
        ("deleted", _at(18), "M40", None),
    ]


def test_what_is_no_cluster_is_a_resource_too(marts: Marts) -> None:
    """By the ids that its lines have; several workspaces of a project are billed as one."""
    query = """
        select resource_id, resource_name, resource_type, state, region, instance_size, nodes,
            listing_status
        from active_resources where project_id = 'p4' order by resource_id
    """
    size = "S20_HIGHCPU_NVME"
    assert marts.execute(query).fetchall() == [
        ("c-wide", "wide", "cluster", None, "multi-region", "M30", 6, "active"),
        ("c-wide/search", "wide / Search nodes", "search_nodes", "IDLE", "us-east-1", size, 2,
         "active"),
        ("p4/data_federation", "lake", "data_federation", "ACTIVE", "multi-region", None, None,
         "active"),
        ("p4/stream_workspace", "mars / Stream Processing", "stream_workspace", "STARTED",
         "us-east-1", "SP10", None, "active"),
        ("s-pay", "pay", "serverless_instance", "IDLE", "us-east-1", "SERVERLESS", None,
         "active"),
    ]  # fmt: skip


def test_lines_are_of_the_resources_that_atlas_lists(marts: Marts) -> None:
    """The only federated database of a project gives its name; of two workspaces neither does."""
    query = """
        select resource_id, resource_name from fct_line_items
        where org_id = 'org3' and resource_type not in ('cluster', 'project', 'organization')
        order by resource_id
    """
    assert marts.execute(query).fetchall() == [
        ("p4/data_federation", "lake"),
        ("p4/stream_workspace", "mars / Stream Processing"),
        ("s-pay", "pay"),
    ]


def test_every_object_is_there_once_however_many_keys_reach_it(marts: Marts) -> None:
    """The newer landing counts, whichever connection it came by."""
    for table, key in (
        ("dim_projects", "project_id = 'p4'"),
        ("dim_clusters", "cluster_id = 's-pay'"),
        ("backups", "snapshot_id = 'snap'"),
        ("online_archives", "archive_id = 'oa'"),
    ):
        query = f"select count(*) from {table} where {key}"
        assert marts.execute(query).fetchall() == [(1,)], table
    query = "select connection from backups where snapshot_id = 'snap'"
    assert marts.execute(query).fetchall() == [("second",)]


def test_snapshots_of_every_kind_of_cluster_are_backups(marts: Marts) -> None:
    query = """
        select snapshot_id, cluster_id, cluster_kind, snapshot_type, storage_bytes,
            copy_regions, expires_at::date
        from backups order by snapshot_id
    """
    day = date(2026, 5, 8)
    assert marts.execute(query).fetchall() == [
        ("flex-snap", "c-tiny", "flex", "scheduled", None, None, day),
        ("snap", "c-wide", "replicaSet", "onDemand", 1000, "EU_WEST_1, US_WEST_2", day),
    ]


def test_a_restore_names_its_source_its_target_and_what_became_of_it(marts: Marts) -> None:
    query = """
        select restore_job_id, cluster_id, snapshot_id, status, target_project_name,
            target_cluster_name, finished_at::date
        from restore_jobs
    """
    assert marts.execute(query).fetchall() == [
        ("job", "c-wide", "snap", "completed", "mars", "mover", date(2026, 5, 2)),
    ]


def test_an_archive_names_what_it_archives_and_when(marts: Marts) -> None:
    query = """
        select cluster_id, database_name, collection_name, archive_after_days, region
        from online_archives
    """
    assert marts.execute(query).fetchall() == [("c-wide", "shop", "orders", 90, "us-east-1")]


def test_a_restated_day_names_its_resource_as_lines_do(marts: Marts) -> None:
    query = """
        select resource_name, project_name, service, before_cents, after_cents, difference_cents,
            invoice_month
        from fct_invoice_changes order by difference_cents
    """
    april = date(2026, 4, 1)
    assert marts.execute(query).fetchall() == [
        ("lake", "mars", "Atlas Data Federation", 60, 40, -20, april),
        ("wide", "mars", "Clusters", 4800, 5000, 200, april),
    ]


def test_payments_and_refunds_stand_beside_their_invoice(marts: Marts) -> None:
    query = """
        select invoice_id, org_id, currency from fct_invoice_payments
        where org_id in ('org1', 'org2') order by all"""
    assert marts.execute(query).fetchall() == [
        ("inv-apr", "org1", "USD"),
        ("inv-globex", "org2", "EUR"),
    ]
    query = "select sum(amount_cents), any_value(org_id) from fct_invoice_refunds"
    assert marts.execute(query).fetchall() == [(42, "org1")]


def test_a_refresh_that_read_nothing_still_builds(tmp_path: Path) -> None:
    """Every model runs and every test passes on tables without a row."""
    warehouse = Warehouse(tmp_path)
    write_empty_raw(warehouse.raw)
    statuses = warehouse.dbt("build", "--exclude-resource-types", "unit_test")
    # an exposure is nothing to build
    assert set(statuses.values()) == {"success", "pass", "no-op"}
    with duckdb.connect() as db:
        db.execute(f"attach '{warehouse.marts}' as warehouse (read_only)")
        lines = db.execute("select count(*) from warehouse.marts.fct_line_items").fetchall()
    assert lines == [(0,)]
