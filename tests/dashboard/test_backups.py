"""Backups: each cluster's snapshots and dollars, what outlives its cluster, what was restored."""

from datetime import date

import pytest

from dashboard import backup_tables, data
from reporting import backups
from reporting.ranges import Window
from tests.dashboard.test_active_resources import ask, cents, change, metrics, opened
from tests.dashboard.test_pages import clicked, texts

MAY = Window(date(2026, 5, 1), date(2026, 5, 19))
BILL = """select sum(cost_cents) from marts.fct_line_items where service = 'Backup' and is_in_total
    and usage_date >= '2026-05-01'"""
GONE = """insert into marts.fct_line_items select * replace (
        'p-shop/old-db' as resource_id, 'old-db' as resource_name, 644 as cost_cents)
    from marts.fct_line_items
    where service = 'Backup' and usage_date = '2026-05-04'"""


def clusters():
    return {
        row["resource_name"]: row
        for row in data.rows(backups.clusters(MAY))
        if row["amount"] or row["snapshots"]
    }


def test_the_clusters_make_what_the_bill_says_of_backups(publish):
    path = publish()
    change(path, GONE)
    [(total,)] = ask(BILL)
    app = opened("backups")
    assert cents(metrics(app)["Backups, month to date"]) == total
    table = app.dataframe[0].value
    assert round(100 * table["Month to date"].sum()) == total
    skus = next(each.value for each in app.dataframe if "SKU" in each.value.columns)
    assert round(100 * skus["Month to date"].sum()) == total


def test_a_cluster_s_snapshots_are_counted(publish):
    publish()
    row = clusters()["shop-prod"]
    [(count, oldest, newest, size)] = ask(
        """select count(*), min(created_at), max(created_at),
        sum(storage_bytes) from marts.backups where cluster_id = 'r-shop-prod'""",
    )
    assert (row["snapshots"], row["oldest"], row["newest"], row["bytes"]) == (
        count,
        oldest,
        newest,
        size,
    )
    assert (row["types"], row["longest_days"]) == ("daily, monthly", 365)
    assert row["copy_regions"] == "EU_WEST_1"


def test_the_last_restore_is_the_last_that_completed_and_says_where_it_went(publish):
    publish()
    row = clusters()["shop-prod"]
    [(target,)] = ask("""select target_cluster_name from marts.restore_jobs
        where cluster_id = 'r-shop-prod' and status = 'completed'
        order by finished_at desc limit 1""")
    assert row["restored_into"] == target is not None
    assert (row["last_restore"].date(), row["failed_restores"]) == (date(2026, 5, 3), 1)


def test_backups_of_clusters_that_are_gone_are_told_in_dollars(publish):
    path = publish()
    change(path, GONE)
    assert metrics(opened("backups"))["Clusters that are gone"] == "$6.44"
    [row] = backup_tables.seen(data.rows(backups.clusters(MAY)), "orphans")
    assert (row["resource_name"], row["amount"], row["snapshots"]) == ("old-db", 644, 1)


def test_continuous_backup_of_production_is_no_finding(publish):
    publish()
    assert metrics(opened("backups"))["PIT outside production"] == "$0.00"


def test_continuous_backup_outside_production_is_found(publish):
    change(
        publish(),
        "update marts.active_resources set pit_enabled = true where resource_name = 'shop-staging'",
        """insert into marts.fct_line_items select * replace ('r-shop-staging' as resource_id,
            'Continuous (PIT)' as category, 321 as cost_cents)
        from marts.fct_line_items where service = 'Backup' and usage_date = '2026-05-04'""",
    )
    app = opened("backups", show="pit")
    assert metrics(app)["PIT outside production"] == "$3.21"
    clusters = app.dataframe[0].value["Cluster"]
    assert list(clusters) == ["shop-staging"]
    assert clicked(app, "backups.clusters.USD", 0, "Cluster") == "/resource?id=r-shop-staging"


def test_clusters_without_backup_are_named(publish):
    publish()
    app = opened("backups", show="none")
    assert list(app.dataframe[0].value["Cluster"]) == ["shop-staging"]
    assert metrics(app)["Without backup"] == "1 cluster"


def test_policies_share_a_cluster_s_snapshots_by_size_to_the_cent(publish):
    """1 GB monthly and 5 GB daily share 1,001 cents: 166 and 835, the rest with the larger."""
    path = publish()
    change(path, "delete from marts.fct_line_items where service = 'Backup'",
           "insert into marts.fct_line_items select * replace ('Backup' as service,"
           " 'Backup snapshot' as category, 1001 as cost_cents) from marts.fct_line_items"
           " where resource_id = 'r-shop-prod' and usage_date = '2026-05-04' limit 1")  # fmt: skip
    found = data.rows(backups.by_frequency(MAY))
    assert {row["frequency"]: row["amount"] for row in found} == {"daily": 835, "monthly": 166}


def test_what_has_no_size_is_not_split(publish):
    path = publish()
    change(path, "update marts.backups set storage_bytes = null",
           "update marts.fct_line_items set category = 'Backup snapshot'"
           " where service = 'Backup'")  # fmt: skip
    [(total,)] = ask(BILL)
    [row] = data.rows(backups.by_frequency(MAY))
    assert (row["frequency"], row["amount"]) == ("not split", total)


def test_restores_and_archives_are_listed(publish):
    publish()
    app = opened("backups")
    restores = next(each.value for each in app.dataframe if "Finished" in each.value.columns)
    assert restores["Status"].tolist() == ["failed", "completed", "completed"]
    archives = next(each.value for each in app.dataframe if "Collection" in each.value.columns)
    assert archives["Cluster"].tolist() == ["shop-prod"]


@pytest.mark.parametrize("table", ["restore_jobs", "online_archives"])
def test_none_is_said(publish, table):
    path = publish()
    change(path, f"delete from marts.{table}")
    assert "Atlas lists none" in texts(opened("backups"))
