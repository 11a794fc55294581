"""A month's cost, part by part: by the organization's own prices, else by public ones."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from orchestration.action_runs.own_prices import learn
from orchestration.actions.pricing.pricer import Pricer, Rates, Tier
from orchestration.actions.pricing.shapes import DEDICATED, FLEX, TENANT, Servers, Shape, shape_of

IRELAND = Servers("AWS", "EU_WEST_1", "M10", 3)
PLAIN = Shape(DEDICATED, (IRELAND,))
OWN = Rates(
    server_hour={("AWS", "EU_WEST_1", "M10"): Decimal(3), ("AWS", "US_EAST_1", "M20"): Decimal(6)},
    gb_hour={"AWS": Decimal("0.02")},
    snapshot_gb_day={"AWS": Decimal("0.5")},
    stored_per_disk=Decimal("1.5"),
    continuous_tiers={
        "AWS": (
            Tier(Decimal(0), Decimal(5), Decimal(0)),
            Tier(Decimal(5), Decimal(100), Decimal(2)),
        )
    },
    continuous_per_disk=Decimal("0.5"),
    transfer_share={"AWS": Decimal("0.02"), "GCP": Decimal("0.03")},
    flex_day=Decimal(60),
)
DAYS = Decimal(730) / 24
# 100 GB of disk each: one cluster keeps 50 GB, the other 100 GB of point-in-time backup.
PAID_BY_TWO = """
create schema marts;
create table marts.data_through as select date '2026-11-21' as data_through;
create table marts.dim_clusters as
select unnest(['a', 'b']) as cluster_id, 'REPLICASET' as cluster_type;
create table marts.dim_clusters_history as
select cluster_id, cluster_id as billed_as, 100.0 as disk_gb, timestamp '2026-01-01' as valid_from,
    null::timestamp as valid_to, 'inventory' as seen_in
from marts.dim_clusters;
create table marts.fct_line_items as
select org_id, resource_id, gb as quantity, 100 as cost_cents, 'Atlas Credits' as pricing_currency,
    date '2026-11-20' as usage_date, 'usage' as charge_type, 'Continuous (PIT)' as category,
    'AWS' as cloud_provider, 'EU_WEST_1' as atlas_region, null as instance_size,
    'GB days' as unit, 'cluster' as resource_type, null::double as tier_lower_bound,
    null::double as tier_upper_bound
from (values ('own', 'a', 50.0), ('other', 'b', 100.0)) as paid (org_id, resource_id, gb)
"""


def lines(shape, rates=OWN):
    cost = Pricer(rates).of(None, shape)
    return {each.name: (each.monthly_cents, each.basis) for each in cost.lines}


def test_servers_and_transfer_cost_what_was_paid():
    assert lines(PLAIN) == {
        "3 x M10 in EU_WEST_1": (3 * 3 * 730, "your invoices"),
        "transfer": (round(3 * 3 * 730 * 0.02), "your invoices, the mean of your clusters"),
    }


def test_a_price_says_of_which_currency_it_is():
    on_credits = replace(OWN, currency="Atlas Credits")
    assert Pricer(on_credits).of(None, PLAIN).currency == "Atlas Credits"
    elsewhere = Shape(FLEX, (Servers("AWS", "EU_WEST_1", "FLEX", 1),))
    assert Pricer(replace(on_credits, flex_day=None)).of(None, elsewhere).currency == "USD"


def test_transfer_in_a_cloud_without_any_is_the_mean_of_the_others():
    shape = Shape(DEDICATED, (Servers("AZURE", "US_EAST_2", "M30", 3),))
    assert lines(shape)["transfer"][0] == round(Decimal(54) * 730 * Decimal("0.025"))


def test_another_regions_price_goes_by_the_factor_between_the_two():
    shape = Shape(DEDICATED, (Servers("AWS", "EU_WEST_1", "M20", 3),))
    assert lines(shape)["3 x M20 in EU_WEST_1"] == (
        round(3 * 6 * 730 * 1.13),
        "your invoices, another region's price",
    )


def test_without_invoices_public_prices_are_told_as_such():
    cost = Pricer(Rates()).of(None, PLAIN)
    assert (cost.basis, cost.after_cents) == ("list prices", round(8 * 730 * 1.13))
    assert [each.basis for each in cost.lines] == ["public list prices"]


def test_own_and_public_prices_together_are_mixed():
    shape = Shape(DEDICATED, (Servers("AWS", "EU_WEST_1", "M30", 3),))
    assert Pricer(OWN).of(None, shape).basis == "mixed"


def test_a_price_that_nobody_knows_is_no_price():
    assert Pricer(OWN).of(None, Shape(DEDICATED, (Servers("AWS", "X", "M999", 3),))) is None


def test_a_disk_of_another_size_is_charged_in_full():
    shape = Shape(DEDICATED, (Servers("AWS", "EU_WEST_1", "M10", 3, 60.0),), disk_gb=60.0)
    assert lines(shape)["180 GB of disk"] == (round(Decimal("0.02") * 180 * 730), "your invoices")
    usual = Shape(DEDICATED, (Servers("AWS", "EU_WEST_1", "M10", 3, 10.0),), disk_gb=10.0)
    assert not [each for each in lines(usual) if "disk" in each]


def test_snapshots_of_every_shard_cost_by_what_disks_store():
    shape = Shape(DEDICATED, (IRELAND,), shards=2, disk_gb=40, backup=True)
    assert lines(shape)["about 120 GB of snapshots"][0] == round(Decimal("0.5") * 120 * DAYS)


def test_point_in_time_backup_takes_the_place_of_snapshots():
    shape = Shape(DEDICATED, (IRELAND,), disk_gb=40, backup=True, continuous_backup=True)
    found = lines(shape)
    paid = found["about 20 GB of point-in-time backup"]
    assert paid == (round(2 * 15 * DAYS), "your invoices")
    assert not [each for each in found if "snapshots" in each]


def test_point_in_time_backup_beyond_what_was_ever_paid_for_goes_by_public_prices():
    shape = Shape(DEDICATED, (IRELAND,), disk_gb=600, backup=True, continuous_backup=True)
    found = [each for each in Pricer(OWN).of(None, shape).lines if "point-in-time" in each.name]
    assert {each.basis: each.monthly_cents for each in found} == {
        "your invoices": round(2 * 95 * DAYS),
        "public list prices": 150 * 75 + 50 * 50,
    }


def test_a_tier_without_end_is_the_last():
    endless = Rates(continuous_tiers={"AWS": (Tier(Decimal(0), None, Decimal(1)),)})
    shape = Shape(DEDICATED, (IRELAND,), disk_gb=600, backup=True, continuous_backup=True)
    found = lines(shape, endless)["about 600 GB of point-in-time backup"]
    assert found == (round(600 * DAYS), "your invoices")


@pytest.mark.parametrize(
    ("gb", "cents"),
    [(5, 0), (100, 9500), (250, 9500 + 150 * 75), (600, 9500 + 11250 + 12500 + 2500)],
)
def test_public_prices_of_point_in_time_backup_go_by_tier(gb, cents):
    shape = Shape(DEDICATED, (IRELAND,), disk_gb=gb, backup=True, continuous_backup=True)
    found = lines(shape, Rates()).get(f"about {gb} GB of point-in-time backup", (0,))
    assert found[0] == cents


def test_a_paused_cluster_costs_its_disks_and_snapshots():
    shape = Shape(
        DEDICATED, (Servers("AWS", "EU_WEST_1", "M10", 3, 60.0),), disk_gb=60.0, backup=True
    )
    cost = Pricer(OWN).of(shape, shape.pausing(paused=True))
    snapshots = round(60 * Decimal("1.5") * Decimal("0.5") * DAYS)
    assert {each.name: each.monthly_cents for each in cost.lines} == {
        "about 90 GB of snapshots": snapshots,
        "180 GB of disk": 2628,
    }
    assert cost.before_cents > cost.after_cents == snapshots + 2628


@pytest.mark.parametrize("disk_gb", [None, 10.0])
def test_a_disk_that_the_tier_includes_costs_once_nobody_pays_for_the_tier(disk_gb):
    paused = replace(PLAIN, disk_gb=disk_gb, paused=True)
    deleted = Pricer(OWN).of(paused, None)
    assert (deleted.before_cents, deleted.after_cents) == (round(30 * Decimal("0.02") * 730), 0)
    assert Pricer(OWN).of(paused, replace(paused, paused=False)).before_cents == 438


@pytest.mark.parametrize("field", ["effectiveDatabaseEdition", "databaseEdition"])
def test_an_infinite_cluster_has_no_price_rather_than_a_wrong_one(field):
    nodes = {"instanceSize": "M10", "nodeCount": 3}
    place = {"providerName": "AWS", "regionName": "EU_WEST_1", "electableSpecs": nodes}
    specs = [{"regionConfigs": [place]}]
    infinite = shape_of({"replicationSpecs": specs, field: "INFINITE"})
    core = shape_of({"replicationSpecs": specs, field: "CORE"})
    assert Pricer(OWN).of(None, infinite) is None
    assert Pricer(OWN).of(infinite, None) is None
    assert Pricer(OWN).of(None, core).after_cents == Pricer(OWN).of(None, PLAIN).after_cents


def test_free_costs_nothing_and_flex_its_mean():
    assert lines(Shape(TENANT, (Servers("AWS", "EU_WEST_1", "M0", 3),))) == {
        "free cluster": (0, "public list prices")
    }
    flex = Shape(FLEX, (Servers("AWS", "EU_WEST_1", "FLEX", 3),), backup=True)
    assert lines(flex)["flex cluster"][0] == round(60 * DAYS)
    assert lines(flex, Rates())["flex cluster"] == (2102, "public list prices, the middle band")
    assert Pricer(Rates()).of(None, flex).basis == "list prices"


def test_where_nothing_is_published_nothing_is_learned(tmp_path):
    assert learn(tmp_path / "none.duckdb", "org") == Rates()


def test_a_warehouse_of_another_release_is_passed_over(tmp_path: Path, caplog):
    file = tmp_path / "old.duckdb"
    with duckdb.connect(str(file)) as db:
        db.execute("create schema marts; create table marts.data_through as select 1 as day")
    assert learn(file, "org") == Rates()
    assert "prices come from public lists" in caplog.text


def test_who_keeps_nothing_yet_will_keep_what_the_other_organizations_do(tmp_path: Path):
    file = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(file)) as db:
        db.execute(PAID_BY_TWO)
    assert learn(file, "own").continuous_per_disk == Decimal("0.5")
    assert learn(file, "new").continuous_per_disk == Decimal("0.75")
    assert learn(file, "new").server_hour == {}
    assert (learn(file, "own").currency, learn(file, "new").currency) == ("Atlas Credits", "USD")


def test_what_was_paid_in_dollars_before_is_no_price_in_credits(tmp_path: Path):
    """Two cents a GB day in credits now; with October's six in dollars the mean was four."""
    file = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(file)) as db:
        db.execute(PAID_BY_TWO)
        db.execute(
            "insert into marts.fct_line_items select * replace (date '2026-10-20' as usage_date, "
            "'USD' as pricing_currency, 300 as cost_cents) from marts.fct_line_items"
        )
    [tier] = learn(file, "own").continuous_tiers["AWS"]
    assert tier.cents == 2
