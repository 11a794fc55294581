"""Marts of a few costs by day, as a refresh would have built them, without building anything."""

import json
import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import duckdb

from orchestration.rules.costs import THE_TOTAL

TABLES = """
create schema marts;
create table marts.fct_line_item_days (
    usage_date date, invoice_month date, connection varchar, org_id varchar, org_name varchar,
    project_id varchar, project_name varchar, resource_id varchar, resource_name varchar,
    resource_type varchar, cluster_name varchar, service varchar, category varchar,
    region varchar, cloud_provider varchar, instance_size varchar, sku varchar,
    charge_type varchar, invoice_id varchar, pricing_currency varchar, is_in_total boolean,
    tags map(varchar, varchar[]), tags_first_seen map(varchar, varchar[]), cost_cents bigint,
    quantity double, unit varchar, atlas_region varchar, tier_lower_bound double,
    tier_upper_bound double
);
create view marts.fct_line_items as
    select * replace (quantity::decimal(38, 18) as quantity) from marts.fct_line_item_days;
create table marts.dim_regions (provider varchar, atlas_region varchar, region varchar);
insert into marts.dim_regions values
    ('AWS', 'US_EAST_1', 'us-east-1'), ('AWS', 'EU_WEST_1', 'eu-west-1');
create table marts.dim_clusters (
    cluster_id varchar, cluster_type varchar, cloud_provider varchar, instance_size varchar,
    nodes bigint, disk_gb double
);
create table marts.dim_clusters_history (
    billed_as varchar, disk_gb double, valid_from timestamp, valid_to timestamp, seen_in varchar
);
create view marts.agg_costs_daily as select * from marts.fct_line_item_days;
create table marts.data_through (data_through date)
"""
COLUMNS = re.findall(
    r"(\w+) (map\(.*?\)|\w+)[,\n]", TABLES.partition("days (")[2].partition(");")[0]
)
INSERT = """
insert into marts.fct_line_item_days by name
select unnest(from_json($rows, $shape), recursive := true)
"""
USUAL = {
    "connection": "default",
    "org_id": "org1",
    "org_name": "Acme",
    "project_id": "5f0000000000000000000001",
    "project_name": "shop",
    "resource_id": "6f00000000000000000000ad",
    "resource_name": "orders",
    "resource_type": "cluster",
    "cluster_name": "orders",
    "service": "Clusters",
    "category": "Dedicated instance",
    "region": "us-east-1",
    "cloud_provider": "AWS",
    "instance_size": "M30",
    "sku": "ATLAS_AWS_INSTANCE_M30",
    "charge_type": "usage",
    "invoice_id": "inv1",
    "pricing_currency": "USD",
    "quantity": 72,
    "unit": "server hours",
    "atlas_region": "US_EAST_1",
}


@dataclass(frozen=True)
class Cost:
    """A day's cost; what is not said of it is as usual."""

    day: date
    cents: int
    tags: dict[str, list[str]] = field(default_factory=dict)
    tags_first_seen: dict[str, list[str]] = field(default_factory=dict)
    said: dict[str, Any] = field(default_factory=dict)


def cost(day: date, cents: int, *, tags=None, first=None, **said: Any) -> Cost:
    return Cost(day, cents, tags or {}, first or {}, said)


def marts_of(costs: list[Cost], data_through: date) -> duckdb.DuckDBPyConnection:
    """A connection to marts that hold these."""
    db = duckdb.connect()
    db.execute(TABLES)
    db.execute("insert into marts.data_through values (?)", [data_through])
    rows = json.dumps([_row(each) for each in costs], default=str)
    db.execute(INSERT, {"rows": rows, "shape": json.dumps([dict(COLUMNS)])})
    return db


def _row(each: Cost) -> dict[str, Any]:
    values = {**USUAL, **each.said}
    return {
        **values,
        "usage_date": each.day,
        "invoice_month": each.day.replace(day=1),
        "is_in_total": values["charge_type"] in THE_TOTAL,
        "tags": each.tags,
        "tags_first_seen": each.tags_first_seen,
        "cost_cents": each.cents,
    }
