"""A small published warehouse, made by SQL alone: real files, as the pipeline leaves them."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
import streamlit as st

from tests.dashboard import insight_marts, plan_marts
from tests.dashboard.resource_marts import RESOURCE_MARTS

LAST_DAY = date(2026, 5, 18)
FIRST_DAY = date(2025, 4, 1)
Publish = Callable[..., Path]

# project, resource, type, cluster, sku, service, category, size, region, unit, cents a day, tags
_CATALOGUE = [
    ("shop", "shop-prod", "cluster", "ATLAS_AWS_INSTANCE_M30", "Clusters", "Instances", "M30",
     "us-east-1", "server hours", 3888, "prod", "checkout"),
    ("shop", "shop-prod", "cluster", "ATLAS_AWS_BACKUP_SNAPSHOT_STORAGE", "Backup", "Backup", None,
     "us-east-1", "GB days", 412, "prod", "checkout"),
    ("shop", "shop-prod", "cluster", "ATLAS_AWS_DATA_TRANSFER_INTERNET", "Data Transfer",
     "Data Transfer", None, "us-east-1", "GB", 655, "prod", "checkout"),
    ("shop", "shop-staging", "cluster", "ATLAS_AWS_INSTANCE_M10", "Clusters", "Instances", "M10",
     "us-east-1", "server hours", 576, "staging", "checkout"),
    ("analytics", "events", "cluster", "ATLAS_GCP_INSTANCE_M40", "Clusters", "Instances", "M40",
     "europe-west1", "server hours", 7104, "prod", "data"),
    ("analytics", "events", "cluster", "ATLAS_GCP_STORAGE", "Storage", "Storage", None,
     "europe-west1", "GB hours", 931, "prod", "data"),
    ("analytics", "lake", "data_federation", "ATLAS_DATA_FEDERATION_PROCESSED",
     "Atlas Data Federation", "Data Federation", None, "europe-west1", "GB", 204, None, "data"),
    ("mobile", "sync", "app_service", "REALM_APP_REQUESTS", "App Services", "App Services", None,
     None, "million requests", 87, None, None),
    ("mobile", "mobile-db", "cluster", "ATLAS_AZURE_INSTANCE_M20", "Clusters", "Instances", "M20",
     "westeurope", "server hours", 1440, "prod", "o'neil & <b>sons</b>"),
]  # fmt: skip

_LINES = """
create table lines as
select
    day::date as usage_date, $connection as connection, $org as org_id, $org_name as org_name,
    'p-' || project as project_id, project as project_name,
    case when sku like '%GCP%' then 'GCP' when sku like '%AZURE%' then 'AZURE'
        when sku like '%AWS%' then 'AWS' end as cloud_provider,
    service, category, region, if(region is null, 'none', 'cluster_config') as region_source,
    'usage' as charge_type, true as is_in_total,
    $currency as pricing_currency, 'r-' || resource as resource_id,
    resource as resource_name, resource_type,
    if(resource_type = 'cluster', resource, null) as cluster_name, sku, instance_size, unit,
    map_from_entries(list_filter([
        {'k': 'env', 'v': [env]}, {'k': 'team', 'v': [team]}
    ], lambda e: e.v[1] is not null)) as tags,
    map_from_entries(list_filter([
        {'k': 'env', 'v': [env]}
    ], lambda e: e.v[1] is not null)) as tags_first_seen,
    'inv-' || $org || '-' || strftime(day, '%Y-%m') as invoice_id,
    date_trunc('month', day)::date as invoice_month, day::date + 1 as billed_date,
    (cents * (0.8 + 0.4 * (day::date - $first)::double / 400
        + (hash(sku || resource || day::varchar) % 200)::double / 1000))::bigint as cost_cents,
    -- Google's servers have a tenth off, Azure's are booked after a tenth off
    if(sku like '%GCP_INSTANCE%', cost_cents // 10, 0)::bigint as discount_cents,
    cost_cents - discount_cents as net_cost_cents,
    (cost_cents + if(sku like '%AZURE%', cost_cents // 9, 0))::decimal(18, 6) / 100 as list_cost,
    (cents / 54.0)::decimal(18, 6) as quantity
from catalogue, generate_series($first::timestamp, $last::timestamp, interval 1 day) as days(day)
"""
_ORG_LINES = """
insert into lines by name
select usage_date, billed_date, connection, org_id, org_name, pricing_currency, invoice_id,
    invoice_month,
    'none' as region_source, map {} as tags, map {} as tags_first_seen, 1 as quantity,
    'Support' as service, 'Support' as category, 'ATLAS_SUPPORT' as sku, 'support' as charge_type,
    true as is_in_total,
    'days' as unit, 1200 as cost_cents, 1200 as net_cost_cents, 0 as discount_cents,
    12 as list_cost, 'organization' as resource_type
from lines group by all
union all by name
select usage_date, billed_date, connection, org_id, org_name, pricing_currency, invoice_id,
    invoice_month,
    'none' as region_source, map {} as tags, map {} as tags_first_seen, 1 as quantity,
    'Credits' as service, 'Credits' as category, 'CREDIT' as sku, 'credit' as charge_type,
    false as is_in_total,
    'credits' as unit, -50000 as cost_cents, -50000 as net_cost_cents, 0 as discount_cents,
    -500 as list_cost, 'organization' as resource_type
from lines where day(usage_date) = 15 group by all
"""
_MARTS = """
create schema marts; create schema meta;
create table marts.fct_line_items as
    select *, 'line-' || row_number() over (order by usage_date, sku, resource_id, org_id)
            as line_item_id,
        usage_date + 1 as usage_end_date, 1 as usage_days, sku as sku_description,
        null::varchar as atlas_region,
        'CLOSED' as invoice_status,
        (list_cost / nullif(quantity, 0))::decimal(38, 18) as unit_price,
        'default/invoices/' || invoice_id || '/1.json.gz' as landing_file
    from lines;
create view marts.fct_line_item_days as
    select * exclude (usage_end_date, landing_file), 1 as line_items from marts.fct_line_items;
create view marts.fct_costs_daily as
    select * exclude (line_item_id, usage_days, unit_price, discount_cents, line_items, cost_cents,
            net_cost_cents, list_cost, quantity),
        sum(cost_cents)::bigint as cost_cents, sum(net_cost_cents)::bigint as net_cost_cents,
        sum(list_cost) as list_cost, sum(quantity) as quantity, count(*) as line_items
    from marts.fct_line_item_days group by all;
create table marts.agg_costs_daily as
    select usage_date, billed_date, invoice_id, invoice_month, connection, org_id, org_name,
        project_id, project_name, cloud_provider, service, category, region, region_source,
        charge_type, is_in_total, pricing_currency,
        sum(cost_cents)::bigint as cost_cents, count(*) as line_items
    from lines group by all;
create table marts.agg_costs_monthly as
    select date_trunc('month', usage_date)::date as usage_month,
        * exclude (usage_date, billed_date, cost_cents, net_cost_cents, discount_cents,
            list_cost, quantity),
        sum(cost_cents)::bigint as cost_cents, sum(list_cost) as list_cost,
        sum(quantity) as quantity, count(*) as line_items
    from lines group by all;
create table marts.data_through as
    select $last::date as data_through, $last::date + 1 as posted_through
    where exists (select 1 from lines);
create table marts.dim_tag_keys as
    select distinct unnest(map_keys(tags) || map_keys(tags_first_seen)) as tag_key from lines;
create table marts.tag_coverage as
    select date_trunc('month', usage_date)::date as usage_month, org_id, pricing_currency,
        'current' as tag_basis, tag_key,
        coalesce(sum(cost_cents) filter (where tags[tag_key] is not null), 0)::bigint
            as tagged_cents,
        if(tag_key = 'env', 1234, 0)::bigint as several_values_cents,
        sum(cost_cents)::bigint as total_cents
    from lines, marts.dim_tag_keys where is_in_total group by all;
create table marts.fct_invoices as
    select invoice_id, org_id, org_name, connection, invoice_month, false as is_nested,
        if(invoice_month = date_trunc('month', $last::date), 'PENDING', 'PAID') as status,
        status <> 'PENDING' as is_closed,
        sum(cost_cents)::bigint + 1900 as amount_billed_cents, count(*) as line_items,
        if(status = 'PENDING', 0, 1900)::bigint as sales_tax_cents,
        last_day(invoice_month) + 1 as end_date, 'USD' as billing_currency,
        'gross' as discount_rule,
        if(status = 'PENDING', null, invoice_month <> $untied) as is_reconciled,
        if(invoice_month = $untied, 17, 0)::bigint as difference_cents,
        0::bigint as header_difference_cents,
        0::bigint as credits_difference_cents, any_value(pricing_currency) as pricing_currency
    from lines group by all;
create table marts.fct_invoice_refunds as
    select invoice_id, 'payment' as payment_id, org_id, invoice_month, 1500::bigint as amount_cents,
        'Service credit' as reason, timestamp '2026-04-03 07:00:00' as created_at, connection
    from marts.fct_invoices where invoice_month = '2026-02-01';
create table marts.dim_projects as
    select project_id, any_value(project_name) as project_name, any_value(org_id) as org_id,
        any_value(org_name) as org_name
    from lines where project_id is not null group by project_id;
create macro marts.cost_changes(a, b, c, d, known) as table
    select * exclude (cost_cents), resource_id as life_id, usage_date < b as is_earlier,
        if(usage_date < b, -cost_cents, cost_cents) as amount_cents,
        case when known is not null and usage_date < b and billed_date > known then 'late'
            when charge_type = 'support' then 'follows_usage' else 'quantity' end as kind
    from marts.fct_line_item_days
    where (usage_date >= a and usage_date < b) or (usage_date >= c and usage_date < d);
create table marts.fct_invoice_bridge as
    with sums as (
        select invoice_id, any_value(pricing_currency) as pricing_currency,
            sum(cost_cents) filter (where cost_cents > 0) as usage,
            coalesce(sum(cost_cents) filter (where cost_cents < 0), 0) as credit
        from lines group by invoice_id
    )
    select invoice_id, pricing_currency,
        unnest(['usage', 'credit', 'tax', 'starting_balance', 'billed']) as step,
        unnest([1, 2, 3, 4, 5]) as position,
        unnest([usage, credit, 1900, 0, usage + credit + 1900])::bigint as amount_cents
    from sums;
create table marts.agg_bridge_monthly as
    select org_id, org_name, invoice_month, pricing_currency,
        sum(cost_cents)::bigint + 500 as list_cents, -499::bigint as discount_cents,
        0::bigint as discount_not_applied_cents, -1::bigint as rounding_cents,
        0::bigint as commitment_shortfall_cents, 0::bigint as pending_invoices,
        sum(cost_cents)::bigint as usage_cents, 50000::bigint as credits_used_cents,
        1900::bigint as sales_tax_cents, usage_cents + 1900 as amount_billed_cents,
        usage_cents + 1900 as amount_paid_cents, 'gross' as discount_rule,
        'EUR' as billing_currency, 0.95::decimal(38, 18) as credit_price
    from lines group by all;
create table marts.credit_balances as
    select org_id, org_name, pricing_currency, $last::date as as_of,
        90 as burn_days, 15000::bigint as burn_per_day_cents,
        if(pricing_currency = 'USD', 300000, null)::bigint as balance_cents,
        if(balance_cents is null, 'contract_not_shown', 'starting_balance') as balance_basis,
        if(balance_cents is null, null, $last::date + 20) as runs_out_on
    from lines group by org_id, org_name, pricing_currency;
create table marts.resource_events as
    select *, resource_id as billed_as, null::varchar as project_id from (values
        ('r-shop-prod', 'shop-prod', 'created', timestamp '2025-04-02 06:00:00', null, 'M30'),
        ('r-shop-prod', 'shop-prod', 'tier changed', '2026-05-09 06:00:00', 'M30', 'M40'),
        ('r-events', 'events', 'paused', '2026-05-09 18:00:00', 'running', 'paused'),
        ('r-mobile-db', 'mobile-db', 'nodes changed', '2026-05-12 06:00:00', '3', '5')
    ) as events(resource_id, resource_name, event, "at", before, after);
create table marts.active_resources as
    select resource_id, resource_name, resource_type, project_id, project_name, org_id,
        cloud_provider, pricing_currency, any_value(region) as region,
        any_value(instance_size) as instance_size,
        if(resource_name = 'shop-staging', 'UPDATING', 'IDLE') as state,
        resource_name = 'mobile-db' as paused, 3 as nodes, 40.0 as disk_gb,
        '8.0.4' as mongodb_version, true as backup_enabled, resource_name = 'shop-prod'
            as pit_enabled,
        any_value(tags) as tags, timestamp '2025-03-01 10:00:00' as created_at,
        if(resource_name = 'lake', 'billed_not_listed', 'active') as listing_status,
        sum(if(usage_date >= date_trunc('month', $last::date), cost_cents, 0))::bigint
            as cost_month_to_date_cents,
        sum(if(usage_date > $last::date - 30, cost_cents, 0))::bigint
            as cost_last_30_days_cents,
        (cost_month_to_date_cents * 31 // 18)::bigint as projected_month_cents
    from lines where resource_id is not null group by all;
"""
# Forecasts and plans in outline, for a report that draws them beside its costs.
_SKETCHED = """
create table marts.forecast_parts as
    select $last::date as as_of, month::date as month, connection, org_id, project_id,
        coalesce(resource_id, org_id) as resource_id, service, charge_type, pricing_currency,
        coalesce(resource_name, org_name) as resource_name,
        (31 * max(cost_cents))::bigint as expected_cents, 'mean' as method,
        if(month = '2026-05-01' and charge_type = 'usage', 7, 0) as late_cents
    from marts.fct_line_items,
        generate_series(timestamp '2026-05-01', timestamp '2027-05-01', interval 1 month)
        as months(month)
    where is_in_total and usage_date >= '2026-05-01' group by all;
create table marts.forecasts as
    select as_of, month, 'total' as scope_type, 'total' as scope, 'Total' as scope_name,
        pricing_currency, sum(expected_cents)::bigint as expected_cents,
        (sum(expected_cents) * 9 // 10)::bigint as low_80_cents,
        (sum(expected_cents) * 11 // 10)::bigint as high_80_cents
    from marts.forecast_parts group by as_of, month, pricing_currency;
create table marts.budgets as
    select 'platform' as budget, month::date as month, 'USD' as pricing_currency,
        500000::bigint as budget_cents, 300000::bigint as actual_cents, null::date as exceeds_on,
        'on track' as status
    from generate_series(timestamp '2025-04-01', timestamp '2027-05-01', interval 1 month)
        as months(month);
create table marts.scenarios as
    select 'smaller' as scenario, month, '(total)' as scope, pricing_currency,
        sum(expected_cents)::bigint as baseline_cents,
        (baseline_cents * 8 // 10)::bigint as expected_cents
    from marts.forecast_parts group by month, pricing_currency;
create table marts.unit_costs as
    select 'orders' as metric, '(all)' as label, 'month' as period,
        month::date as period_start, 'USD' as pricing_currency, 250000::bigint as cost_cents,
        50000::bigint as cost_without_units_cents, 40000::decimal(38, 9) as units,
        'order' as unit, 1000::bigint as per, 'ok' as status
    from generate_series(timestamp '2025-04-01', timestamp '2026-05-01', interval 1 month)
        as months(month);
"""
_FRESHNESS = """
create table meta.freshness as
select $connection as connection, $success::timestamp as last_success_at, $last::date
    as data_through, $status as status, $missing::varchar[] as missing_parts,
    $success::timestamp as published_at, $version as warehouse_version,
    1234::bigint as requests, []::struct("start" date, "end" date)[] as missing_costs
"""


def _fill(db: duckdb.DuckDBPyConnection, organizations: dict[str, str], first: date) -> None:
    db.execute(
        "create table catalogue (project varchar, resource varchar, resource_type varchar, "
        "sku varchar, service varchar, category varchar, instance_size varchar, region varchar, "
        "unit varchar, cents bigint, env varchar, team varchar)"
    )
    db.executemany(f"insert into catalogue values ({', '.join('?' * 12)})", _CATALOGUE)
    create = _LINES
    for name, currency in organizations.items():
        values = {"connection": "default", "org": f"o-{name}", "org_name": name,
                  "currency": currency, "first": first, "last": LAST_DAY}  # fmt: skip
        db.execute(create, values)
        create = _LINES.replace("create table lines as", "insert into lines by name")
    db.execute(_ORG_LINES)


def publish_warehouse(
    directory: Path,
    *,
    version: str = "one",
    organizations: dict[str, str] | None = None,
    empty: bool = False,
    age: timedelta = timedelta(hours=3),
    missing: list[str] | None = None,
    untied: date | None = None,
    first: date = FIRST_DAY,
    planned: bool = False,
    sketched: bool = False,
) -> Path:
    """Writes a version file and moves the pointer to it, as a publish does."""
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / f"atlas_costs.{version}.duckdb"
    success = (datetime.now(UTC) - age).replace(tzinfo=None)
    with duckdb.connect(str(path)) as db:
        _fill(db, organizations or {"Acme": "USD"}, first)
        if empty:
            db.execute("delete from lines")
        _create_marts(db, untied or date(1970, 1, 1))
        plan_marts.add(db, directory, planned=planned)
        if sketched:
            _sketch(db)
        db.execute(_FRESHNESS, {
            "connection": "default", "success": success, "last": None if empty else LAST_DAY,
            "status": "degraded" if missing else "connected", "missing": missing or [],
            "version": version,
        })  # fmt: skip
    return point_to(directory, path)


def point_to(directory: Path, version: Path) -> Path:
    """Moves the pointer to a version file."""
    pointer = directory / "atlas_costs.duckdb"
    pointer.unlink(missing_ok=True)
    pointer.symlink_to(version.name)
    return pointer


def _create_marts(db: duckdb.DuckDBPyConnection, untied: date) -> None:
    values = {"last": LAST_DAY, "untied": untied}
    for statement in filter(str.strip, (_MARTS + RESOURCE_MARTS).split(";")):
        used = {name: value for name, value in values.items() if f"${name}" in statement}
        db.execute(statement, used)
    insight_marts.complete(db)
    db.execute("drop table lines")


def _sketch(db: duckdb.DuckDBPyConnection) -> None:
    for statement in filter(str.strip, _SKETCHED.split(";")):
        text = statement.replace("create table", "create or replace table")
        db.execute(text, {"last": LAST_DAY} if "$last" in text else None)


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """A version file made once for each set of options, because most tests want the same."""
    known: dict[str, Path] = {}

    def build(**options: object) -> Path:
        key = repr(sorted(options.items()))
        if key not in known:
            directory = tmp_path_factory.mktemp("published")
            known[key] = publish_warehouse(directory, **options).resolve()
        return known[key]

    return build


@pytest.fixture
def publish(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: Callable[..., Path]
) -> Iterator[Publish]:
    """Publishes a warehouse where the dashboard looks for it; without a call there is none."""
    monkeypatch.setenv("ATLAS_COSTS_DATA_DIR", str(tmp_path))

    def publish(**options: object) -> Path:
        version = shutil.copy(written(**options), tmp_path)
        return point_to(tmp_path, Path(version))

    yield publish
    st.cache_data.clear()
    st.cache_resource.clear()
