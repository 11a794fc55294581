"""The published warehouse, read-only: where it is, the connection to it, and its fixed queries.

A process that keeps a DuckDB file open goes on seeing its old data even after the pointer has
moved on, so connections and results are keyed by the version file behind the pointer. Whoever has
a workspace reads its own copy of that version, in which there is nothing else.
"""

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from pathlib import Path

import duckdb
import streamlit as st

from dashboard import signing_in
from orchestration.settings import load_settings
from orchestration.what_if import WhatIf
from orchestration.what_if import what_if as answered
from orchestration.workspaces.warehouse import scoped
from reporting import bill, formats
from reporting.files import Extract, Table
from reporting.query import Query, Row, with_values
from reporting.ranges import DataDays, Window
from reporting.reach import data_days

# What one visit may draw and what a server keeps of all visits (docs/performance.md).
MOST_ROWS, MOST_KEPT, LONGEST_S = 50_000, 64, 60
MOST_OPEN = 8
# of each file; a query that needs more goes on on disk
MOST_MEMORY = "128MiB"
_VERSION: ContextVar[Path | None] = ContextVar("version", default=None)
_LOCKED_DOWN: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "lock_configuration": "true",
    "memory_limit": MOST_MEMORY,
}


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
    """The version of `one_version`, or the pointer's, or what of it the visitor's workspace sees.

    Every query of a page or a file of one reads it: nowhere else is a workspace told from another.

    Raises:
        WarehouseMissingError: nothing has been published.
        NoAccessError: the visitor may see nothing.
        SettingsError: the workspace cannot be prepared.
    """
    seen = signing_in.scope()
    if version := _VERSION.get():
        return scoped(version, seen)
    path = warehouse_path()
    if not path.exists():
        raise WarehouseMissingError(str(path))
    return scoped(path, seen).resolve()


@contextmanager
def one_version() -> Iterator[None]:
    """All that is read meanwhile is of one version, whatever is published: its parts add up."""
    path = warehouse_path()
    before = _VERSION.set(path.resolve() if path.exists() else None)
    try:
        yield
    finally:
        _VERSION.reset(before)


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


@st.cache_resource(max_entries=MOST_OPEN, show_spinner=False)
def _connection(version: str) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(version, read_only=True, config=_LOCKED_DOWN)


@st.cache_data(max_entries=MOST_KEPT, ttl=timedelta(minutes=15), show_spinner=False)
def _read(version: str, query: Query) -> list[Row]:
    found = _asked(version, query, MOST_ROWS + 1)
    if len(found) > MOST_ROWS:
        raise TooMuchError(f"It has more than {formats.count(MOST_ROWS)} rows")
    return found


def _asked(version: str, query: Query, most: int) -> list[Row]:
    with _running(version, query) as result:
        names = [column[0] for column in result.description]
        return [dict(zip(names, values, strict=True)) for values in result.fetchmany(most)]


@contextmanager
def _running(version: str, query: Query) -> Iterator[duckdb.DuckDBPyConnection]:
    # a result outlives the clock: a file may take as long as it is written
    with _connection(version).cursor() as cursor:
        with _clock(cursor):
            result = cursor.execute(query.sql, query.bound())
        yield result


@contextmanager
def _in_time(version: str) -> Iterator[duckdb.DuckDBPyConnection]:
    with _connection(version).cursor() as cursor, _clock(cursor):
        yield cursor


@contextmanager
def _clock(cursor: duckdb.DuckDBPyConnection) -> Iterator[None]:
    # a browser that leaves does not end the query it asked
    clock = threading.Timer(LONGEST_S, cursor.interrupt)
    clock.start()
    try:
        yield
    except duckdb.InterruptException:
        raise TooMuchError(f"A query took longer than {LONGEST_S} s") from None
    except duckdb.OutOfMemoryException:
        raise TooMuchError("A query needed more memory than the pages have") from None
    finally:
        clock.cancel()


def what_if(scenario: Mapping[str, object]) -> WhatIf:
    """What a scenario that stands in no file would cost, by the newest version.

    Args:
        scenario: What config/scenarios.yaml has of one.

    Raises:
        WhatIfError: it cannot be told; the message says why.
        TooMuchError: it takes longer than LONGEST_S.
    """
    return _what_if(str(warehouse_version()), json.dumps(scenario))


@st.cache_data(max_entries=MOST_KEPT, ttl=timedelta(minutes=15), show_spinner=False)
def _what_if(version: str, scenario: str) -> WhatIf:
    with _in_time(version) as cursor:
        return answered(cursor, json.loads(scenario))


def usage_days() -> DataDays | None:
    """How far the costs reach; None where there are none."""
    return data_days(rows)


def freshness() -> list[Row]:
    """Each connection's age and missing parts (meta.freshness)."""
    return rows(bill.FRESHNESS)


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
