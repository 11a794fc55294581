# ruff: noqa: S608  what is put into SQL text comes from the dimension registry; values are bound
"""The published warehouse, read-only: where it is, the connection to it, and its fixed queries.

A process that keeps a DuckDB file open goes on seeing its old data even after the pointer has
moved on, so connections and results are keyed by the version file behind the pointer.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import duckdb
import streamlit as st

from orchestration.settings import load_settings
from reporting import bill
from reporting.conditions import conditions
from reporting.dimensions import RESOURCE_DIMENSIONS, find
from reporting.files import Extract, Table
from reporting.queries import USAGE_DAYS
from reporting.query import Binder, Query, Row, with_values
from reporting.ranges import DataDays, Window
from reporting.state import Filter

# What one visit may draw and what a server keeps of all visits (docs/performance.md).
MOST_ROWS, MOST_KEPT, LONGEST_S = 50_000, 64, 60
_LOCKED_DOWN: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "lock_configuration": "true",
}
_TAG_TEXT = """array_to_string(list_sort(list_transform(
        map_entries(tags), lambda e: e.key || '=' || array_to_string(list_sort(e.value), ', ')
    )), '; ')"""


class WarehouseMissingError(Exception):
    """Nothing has been published yet; the remedy is a refresh."""


class TooMuchError(Exception):
    """A page asks for more than it may draw or wait for; the remedy is to ask for less."""


def warehouse_path() -> Path:
    """The pointer that every publish moves on to its new version.

    Raises:
        SettingsError: a setting cannot be used.
    """
    return load_settings().published_warehouse


def ignores_case_of_tag_keys() -> bool:
    """Whether Team and team are one tag key.

    Raises:
        SettingsError: a setting cannot be used.
    """
    return load_settings().tag_keys_ignore_case


def warehouse_version() -> Path:
    """The version file that the pointer leads to now.

    Raises:
        WarehouseMissingError: nothing has been published.
    """
    path = warehouse_path()
    if not path.exists():
        raise WarehouseMissingError(str(path))
    return path.resolve()


def rows(query: Query) -> list[Row]:
    """A query's rows from the newest version; amounts stay whole cents or decimals.

    Raises:
        TooMuchError: more than MOST_ROWS, or it takes longer than LONGEST_S.
    """
    return _read(str(warehouse_version()), query)


@contextmanager
def table(extract: Extract) -> Iterator[Table]:
    """An extract for a file: its rows come in batches, are of any number, and are kept by nobody.

    Raises:
        TooMuchError: it takes longer than LONGEST_S.
    """
    with _running(str(warehouse_version()), extract.query) as result:
        yield extract.of(result)


@st.cache_resource(max_entries=2, show_spinner=False)
def _connection(version: str) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(version, read_only=True, config=_LOCKED_DOWN)


@st.cache_data(max_entries=MOST_KEPT, ttl=timedelta(minutes=15), show_spinner=False)
def _read(version: str, query: Query) -> list[Row]:
    found = _asked(version, query, MOST_ROWS + 1)
    if len(found) > MOST_ROWS:
        raise TooMuchError(f"It has more than {MOST_ROWS:,} rows")
    return found


def _asked(version: str, query: Query, most: int) -> list[Row]:
    with _running(version, query) as result:
        names = [column[0] for column in result.description]
        return [dict(zip(names, values, strict=True)) for values in result.fetchmany(most)]


@contextmanager
def _running(version: str, query: Query) -> Iterator[duckdb.DuckDBPyConnection]:
    # one cursor a query: sessions are threads, and a DuckDB connection is not shared by threads
    with _connection(version).cursor() as cursor:
        # a browser that leaves does not end the query it asked
        clock = threading.Timer(LONGEST_S, cursor.interrupt)
        clock.start()
        try:
            result = cursor.execute(query.sql, query.bound())
        except duckdb.InterruptException:
            raise TooMuchError(f"A query took longer than {LONGEST_S} s") from None
        finally:
            clock.cancel()
        yield result


def usage_days() -> DataDays | None:
    """How far the costs reach; None where there are none."""
    [found] = rows(Query(USAGE_DAYS))
    return DataDays(**found) if all(found.values()) else None


def freshness() -> list[Row]:
    """Each connection's age and missing parts (meta.freshness)."""
    return rows(bill.FRESHNESS)


def bridge(invoice_id: str) -> Query:
    """An invoice's steps from usage to billed, each with where its bar starts and ends.

    A step that is a total starts at nothing; any other starts where the step before it ended.
    Steps that few invoices have are left out where they are nothing.
    """
    sql = """with steps as (
    select invoice_id, step, position, amount_cents, pricing_currency, step in $totals as is_total
    from marts.fct_invoice_bridge
    where invoice_id = $invoice_id and (amount_cents <> 0 or step not in $rare)
),
runs as (
    select *, count(*) filter (where is_total) over (order by position) as run from steps
)
select
    step, position, is_total, amount_cents::bigint as amount,
    coalesce(pricing_currency, 'unknown currency') as unit,
    sum(amount_cents) over (partition by run order by position)::bigint as bar_end,
    if(is_total, 0, bar_end - amount_cents)::bigint as bar_start
from runs
order by position"""
    return with_values(sql, {
        "invoice_id": invoice_id, "totals": ("list", "usage", "billed", "paid"),
        "rare": ("discount_not_applied", "rounding", "commitment_shortfall"),
    })  # fmt: skip


def bridge_months() -> Query:
    """Each organization's months from list price to paid, the newest first; cents."""
    return Query("""select
    invoice_month, org_name as organization, org_id,
    coalesce(pricing_currency, 'unknown currency') as unit,
    list_cents as list, discount_cents as discount,
    discount_not_applied_cents as discount_not_applied, rounding_cents as rounding,
    usage_cents as usage, commitment_shortfall_cents as commitment_shortfall,
    credits_used_cents as credits_used, sales_tax_cents as sales_tax,
    amount_billed_cents as billed, amount_paid_cents as paid,
    discount_rule, billing_currency, credit_price, pending_invoices
from marts.agg_bridge_monthly
order by invoice_month desc, organization, org_id""")


def credit_balances() -> Query:
    """What credit each organization has left, what a day costs it, and when it ends; cents."""
    return Query("""select
    org_name as organization, org_id, as_of, burn_days, burn_per_day_cents as burn_per_day,
    balance_cents as balance, balance_basis, runs_out_on,
    coalesce(pricing_currency, 'unknown currency') as unit
from marts.credit_balances
order by organization, org_id""")


def top_resources(month: Window, limit: int = 8) -> Query:
    """The dearest resources of a month in each currency, whole or to date; cents."""
    sql = """with resources as (
    select
        pricing_currency, resource_id, max(resource_name) as resource,
        max(resource_type) as resource_type, max(project_name) as project,
        sum(cost_cents)::bigint as amount
    from marts.agg_costs_monthly
    where usage_month >= $start and usage_month < $end
        and is_in_total and resource_id is not null
    group by all
)
select * exclude (pricing_currency), coalesce(pricing_currency, 'unknown currency') as unit
from resources
qualify row_number() over (partition by unit order by amount desc, resource_id) <= $most
order by unit, amount desc, resource_id"""
    return with_values(sql, {
        "start": month.start, "end": month.end, "most": limit,
    })  # fmt: skip


def tag_keys() -> list[str]:
    """Every tag key that a cost carries."""
    sql = "select tag_key from marts.dim_tag_keys order by tag_key"
    return [row["tag_key"] for row in rows(Query(sql))]


def tag_coverage(keys: Sequence[str], basis: str, window: Window) -> Query:
    """How much of all costs carries each key, in the months that a window touches; cents."""
    sql = """select
    tag_key, coalesce(pricing_currency, 'unknown currency') as unit,
    min(usage_month) as first_month, max(usage_month) as last_month,
    sum(tagged_cents)::bigint as tagged, sum(several_values_cents)::bigint as several_values,
    sum(total_cents)::bigint as total,
    if(total = 0, null, tagged::double / total) as share
from marts.tag_coverage
where tag_key in $keys and tag_basis = $basis
    and usage_month >= date_trunc('month', $start) and usage_month < $end
group by tag_key, unit
order by tag_key, unit"""
    return with_values(sql, {
        "keys": tuple(keys), "basis": basis, "start": window.start, "end": window.end,
    })  # fmt: skip


def active_resources(filters: Sequence[Filter] = ()) -> Query:
    """Every resource Atlas lists or bills now, with its costs in cents and their currency."""
    bind = Binder()
    found = [(one, find(one.dimension, RESOURCE_DIMENSIONS)) for one in filters]
    text = conditions([(one, dimension) for one, dimension in found if dimension], bind)
    return bind.query(f"""select
    resource_name, resource_type, project_name, cloud_provider, region, instance_size, state,
    paused, listing_status, nodes, disk_gb, mongodb_version, backup_enabled, pit_enabled,
    created_at, {_TAG_TEXT} as tag_text, resource_id, project_id, org_id,
    coalesce(pricing_currency, 'unknown currency') as unit,
    cost_month_to_date_cents::bigint as month_to_date,
    cost_last_30_days_cents::bigint as last_30_days,
    projected_month_cents::bigint as projected_month
from marts.active_resources
where {text or "true"}
order by month_to_date desc nulls last, resource_name, resource_id""")


def not_in_list(month: Window) -> Query:
    """What the total of a month holds beside active resources, dearest first; cents."""
    sql = """with beside as (
    select
        coalesce(pricing_currency, 'unknown currency') as unit,
        coalesce(resource_type, 'organization') = 'organization' as is_of_organization,
        if(is_of_organization, service, resource_id) as what,
        if(is_of_organization, service, resource_name) as label, cost_cents
    from marts.fct_costs_daily
    where usage_date >= $start and usage_date < $end and is_in_total
        and (resource_id is null or resource_type = 'organization'
            or resource_id not in (select resource_id from marts.active_resources))
)
select unit, is_of_organization, max(label) as label, sum(cost_cents)::bigint as amount
from beside
group by unit, is_of_organization, what
order by unit, amount desc, label"""
    return with_values(sql, {
        "start": month.start, "end": month.end,
    })  # fmt: skip


def resource_values(name: str) -> list[str]:
    """The values that a filter on active resources can offer."""
    bind = Binder()
    dimension = RESOURCE_DIMENSIONS[name]
    sql = f"select distinct {dimension.label_sql(bind)} as value from marts.active_resources"
    return [row["value"] for row in rows(bind.query(f"{sql} order by value"))]


def resource_tags() -> list[tuple[str, str]]:
    """Each tag key and value that an active resource carries."""
    sql = """select distinct e.key as key, array_to_string(list_sort(e.value), ', ') as value
from (select unnest(map_entries(tags)) as e from marts.active_resources) order by key, value"""
    return [(row["key"], row["value"]) for row in rows(Query(sql))]
