"""What the organization itself pays, learned from the published warehouse: rates, not tables.

Read-only; where nothing is published yet there is nothing to learn, and public prices serve.
"""

import logging
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from orchestration.actions.pricing import Rates

log = logging.getLogger("atlas_costs")
# Prices rarely change: two months speak for them. How much is stored or transferred varies from
# day to day, so that is the mean of a year.
LINES = """
create temp view lines as
select *, usage_date > data_through - interval 60 day as is_late
from marts.fct_line_items cross join marts.data_through
where charge_type = 'usage' and quantity > 0 and org_id = getvariable('org_id')
    and usage_date > data_through - interval 365 day
"""
SERVER_HOUR = """
select cloud_provider, atlas_region, instance_size,
    arg_max(cost_cents::decimal(18, 4) / quantity, (usage_date, quantity))
from lines
where is_late and category = 'Dedicated instance'
    -- a price of nobody knows where says nothing of any region's
    and atlas_region not in ('unknown', 'multi-region')
group by all
"""
UNIT_PRICE = """
select cloud_provider, sum(cost_cents)::decimal(18, 4) / sum(quantity)
from lines
where is_late and category like $category and unit = $unit
group by all
"""
PER_DISK = """
with stored as (
    select resource_id, usage_date, sum(quantity) as gb, sum(cost_cents) as cents
    from lines where category = $category
    group by all
),
disks as (
    -- one shard only: of a sharded cluster the bill does not say how much is whose
    select cluster_id, disk_gb as gb from marts.dim_clusters
    where disk_gb > 0 and cluster_type = 'REPLICASET'
)
select sum(stored.gb)::double / sum(disks.gb), sum(stored.cents)::double / sum(disks.gb)
from stored inner join disks on stored.resource_id = disks.cluster_id
"""
PER_DAY = """
with places as (
    select distinct cloud_provider, resource_id, atlas_region, usage_date
    from lines where category = $running
),
days as (select cloud_provider, count(*) as days from places group by all),
costs as (
    select cloud_provider, sum(cost_cents) as cents
    from lines where category like $category and resource_type = $kind
    group by all
)
select cloud_provider, coalesce(cents, 0)::double / days
from days left join costs using (cloud_provider)
"""


def learn(warehouse: Path, org_id: str) -> Rates:
    """The rates of one organization; empty where nothing is published or readable."""
    if not warehouse.exists():
        return Rates()
    try:
        with duckdb.connect(str(warehouse.resolve()), read_only=True) as db:
            return _rates(db, org_id)
    except duckdb.Error as error:
        log.warning("prices come from public lists: %s", str(error).splitlines()[0])
        return Rates()


def _rates(db: duckdb.DuckDBPyConnection, org_id: str) -> Rates:
    def rows(sql: str, **values: str) -> list[tuple[Any, ...]]:
        return db.execute(sql, values).fetchall()

    rows("set variable org_id = $org_id", org_id=org_id)
    rows(LINES)
    [(stored, _)] = rows(PER_DISK, category="Backup snapshot")
    [(_, continuous)] = rows(PER_DISK, category="Continuous (PIT)")
    transfer = {"running": "Dedicated instance", "category": "Data transfer %", "kind": "cluster"}
    flex = {"running": "Flex", "category": "Flex", "kind": "flex_cluster"}
    return Rates(
        server_hour={(p, r, size): Decimal(str(c)) for p, r, size, c in rows(SERVER_HOUR)},
        gb_hour=_by_provider(rows(UNIT_PRICE, category="Storage %", unit="GB hours")),
        snapshot_gb_day=_by_provider(rows(UNIT_PRICE, category="Backup snapshot", unit="GB days")),
        stored_per_disk=None if stored is None else Decimal(str(stored)),
        continuous_day=None if continuous is None else Decimal(str(continuous)),
        transfer_day=_by_provider(rows(PER_DAY, **transfer)),
        flex_day=_by_provider(rows(PER_DAY, **flex)),
    )


def _by_provider(found: list[tuple[Any, ...]]) -> dict[str, Decimal]:
    return {provider: Decimal(str(cents)) for provider, cents in found if cents is not None}
