"""A flex cluster made dedicated in place: two ids in Atlas, one history here."""

from datetime import datetime

import duckdb

Marts = duckdb.DuckDBPyConnection
SEEN = datetime(2026, 4, 2, 6)  # noqa: DTZ001 - marts hold naive UTC
UPGRADED = datetime(2026, 5, 3, 10)  # noqa: DTZ001 - marts hold naive UTC


def test_its_history_is_that_of_both_without_a_gap(marts: Marts) -> None:
    """From Atlas's own time of the upgrade on, not from the refresh that saw it."""
    query = """
        select billed_as, resource_type, instance_size, valid_from, valid_to, is_current
        from dim_clusters_history where cluster_id = 'c-tiny' order by valid_from
    """
    assert marts.execute(query).fetchall() == [
        ("f-tiny", "flex_cluster", "FLEX", SEEN, UPGRADED, False),
        ("c-tiny", "cluster", "M10", UPGRADED, None, True),
    ]
    query = "select cluster_id from dim_clusters_history where cluster_id = 'f-tiny'"
    assert marts.execute(query).fetchall() == []


def test_its_upgrade_is_a_change_of_tier_and_nothing_was_deleted(marts: Marts) -> None:
    query = """
        select event, e."at", before, after, billed_as from resource_events as e
        where resource_id = 'c-tiny' order by e."at"
    """
    created = datetime(2026, 2, 1, 10)  # noqa: DTZ001 - marts hold naive UTC
    assert marts.execute(query).fetchall() == [
        ("created", created, None, "FLEX", "f-tiny"),
        ("tier changed", UPGRADED, "FLEX", "M10", "c-tiny"),
    ]
    query = "select event from resource_events where resource_id = 'f-tiny'"
    assert marts.execute(query).fetchall() == []


def test_what_it_cost_before_is_in_its_months_costs(marts: Marts) -> None:
    """The lines keep the id that they were billed with."""
    query = """
        select resource_id, instance_size, upgraded_from, cost_month_to_date_cents
        from active_resources where resource_name = 'tiny'
    """
    assert marts.execute(query).fetchall() == [("c-tiny", "M10", "f-tiny", 80)]
    query = "select distinct resource_id from fct_line_items where cluster_name = 'tiny'"
    assert marts.execute(query).fetchall() == [("f-tiny",)]


def test_either_id_leads_to_the_other(marts: Marts) -> None:
    query = """
        select cluster_id, upgraded_from, upgraded_to from dim_clusters
        where cluster_name = 'tiny' order by cluster_id
    """
    assert marts.execute(query).fetchall() == [
        ("c-tiny", "f-tiny", None),
        ("f-tiny", None, "c-tiny"),
    ]


def test_one_created_again_after_a_refresh_without_it_is_another(marts: Marts) -> None:
    query = "select upgraded_from, upgraded_to from dim_clusters where cluster_name = 'orders'"
    assert marts.execute(query).fetchall() == [(None, None), (None, None)]
