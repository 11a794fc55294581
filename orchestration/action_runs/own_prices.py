"""What the organization itself pays, learned from the published warehouse: rates, not tables.

Read-only; where nothing is published yet there is nothing to learn, and public prices serve.
"""

import logging
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from orchestration.actions.pricing.pricer import Rates, Tier
from orchestration.published.reader import NotPublished, opened

log = logging.getLogger("atlas_costs")
# Prices rarely change: two months speak for them. How much is stored or transferred varies from
# day to day, so that is the mean of a year.
LINES = """
create or replace temp view all_lines as
select *, usage_date > data_through - interval 60 day as is_late,
    org_id = getvariable('org_id') as is_own
from marts.fct_line_items cross join marts.data_through
where charge_type = 'usage' and quantity > 0
    and usage_date > data_through - interval 365 day;
-- prices in dollars and in credits are never taken for each other
create or replace temp view lines as select * from all_lines where is_own and pricing_currency = (
    select arg_max(pricing_currency, usage_date) from all_lines where is_own
)
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
# An organization that keeps nothing of a kind will keep what the others here do.
STORED_PER_DISK = """
with versions as (
    select billed_as as cluster_id, disk_gb, valid_to,
        -- what a cluster was when first seen, it is taken to have been before
        if(lag(valid_from) over each_cluster is null, '-infinity', valid_from) as valid_from
    from marts.dim_clusters_history
    where seen_in = 'inventory'
    window each_cluster as (partition by billed_as order by valid_from)
),
replica_sets as (
    -- one shard only: of a sharded cluster the bill does not say how much is whose
    select versions.*
    from versions semi join marts.dim_clusters as known
        on versions.cluster_id = known.cluster_id and known.cluster_type = 'REPLICASET'
    where versions.disk_gb > 0
),
stored as (
    select is_own, resource_id, usage_date + interval 1 day as until, sum(quantity) as gb
    from all_lines where category = $category
    group by all
)
select sum(stored.gb)::double / sum(disk_gb)
from stored inner join replica_sets
    on stored.resource_id = replica_sets.cluster_id and valid_from < until
    and (valid_to is null or valid_to >= until)
group by is_own order by is_own desc limit 1
"""
CONTINUOUS_TIERS = """
select cloud_provider, coalesce(tier_lower_bound, 0) as lower, max(tier_upper_bound),
    sum(cost_cents)::decimal(18, 4) / sum(quantity)
from lines
where is_late and category = 'Continuous (PIT)'
group by all
order by all
"""
TRANSFER_SHARE = """
select cloud_provider,
    coalesce(sum(cost_cents) filter (category like 'Data transfer %'), 0)::double
    / sum(cost_cents) filter (category = 'Dedicated instance') as share
from lines
where resource_type = 'cluster'
group by all
having isfinite(share)
"""
FLEX_DAY = """
select sum(cost_cents)::double / count(distinct (resource_id, usage_date))
from lines where category = 'Flex'
"""

NOTHING = [(None,)]
Asking = Callable[..., list[tuple[Any, ...]]]
CURRENCY = "select coalesce(arg_max(pricing_currency, usage_date), 'USD') from lines"


def learn(warehouse: Path, org_id: str) -> Rates:
    """The rates of one organization; empty where nothing is published or readable."""
    if not warehouse.exists():
        return Rates()
    try:
        with opened(warehouse) as db:
            return _rates(db, org_id)
    except (NotPublished, duckdb.Error) as error:
        log.warning("prices come from public lists: %s", str(error).splitlines()[0])
        return Rates()


def server_rates(db: duckdb.DuckDBPyConnection, org_id: str) -> Rates:
    """Of marts that are open already, only what servers and their disks cost."""
    rows = _asking(db, org_id)
    [(currency,)] = rows(CURRENCY)
    return Rates(
        server_hour={(p, r, size): cents for p, r, size, cents in rows(SERVER_HOUR)},
        gb_hour=dict(rows(UNIT_PRICE, category="Storage %", unit="GB hours")),
        currency=currency,
    )


def _asking(db: duckdb.DuckDBPyConnection, org_id: str) -> Asking:
    def rows(sql: str, **values: str) -> list[tuple[Any, ...]]:
        return [tuple(map(_exact, row)) for row in db.execute(sql, values).fetchall()]

    rows("set variable org_id = $org_id", org_id=org_id)
    rows(LINES)
    return rows


def _rates(db: duckdb.DuckDBPyConnection, org_id: str) -> Rates:
    rows = _asking(db, org_id)
    [(stored,)] = rows(STORED_PER_DISK, category="Backup snapshot") or NOTHING
    [(continuous,)] = rows(STORED_PER_DISK, category="Continuous (PIT)") or NOTHING
    [(flex,)] = rows(FLEX_DAY)
    [(currency,)] = rows(CURRENCY)
    return Rates(
        server_hour={(p, r, size): cents for p, r, size, cents in rows(SERVER_HOUR)},
        gb_hour=dict(rows(UNIT_PRICE, category="Storage %", unit="GB hours")),
        snapshot_gb_day=dict(rows(UNIT_PRICE, category="Backup snapshot", unit="GB days")),
        stored_per_disk=stored,
        continuous_tiers=_by_provider(rows(CONTINUOUS_TIERS)),
        continuous_per_disk=continuous,
        transfer_share=dict(rows(TRANSFER_SHARE)),
        flex_day=flex,
        currency=currency,
    )


def _exact(value: Any) -> Any:  # noqa: ANN401  a column of any type
    return Decimal(str(value)) if isinstance(value, float) else value


def _by_provider(found: list[tuple[Any, ...]]) -> dict[str, tuple[Tier, ...]]:
    tiers = defaultdict(list)
    for provider, *tier in found:
        tiers[provider].append(Tier(*tier))
    return {provider: tuple(each) for provider, each in tiers.items()}
