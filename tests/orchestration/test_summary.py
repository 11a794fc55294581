"""What a refresh says at its end of a published warehouse."""

import duckdb
import pytest

from orchestration.published.summary import summarize

MARTS = """
create schema marts; create schema meta;
create table marts.agg_costs_daily as
    select 'USD' as pricing_currency, 100::bigint as cost_cents, date '2026-05-02' as usage_date,
        true as is_in_total;
create table marts.agg_costs_monthly (sku varchar, service varchar);
create table marts.fct_invoices (
    invoice_id varchar, invoice_month date, line_items bigint, is_closed boolean,
    is_reconciled boolean, difference_cents bigint, header_difference_cents bigint
);
create table meta.permissions (capability varchar, status varchar);
create table meta.freshness (
    connection varchar, warehouse_version varchar, data_through date, missing_parts varchar[]
)"""


@pytest.mark.parametrize(
    ("connections", "said"),
    [
        (["shop"], ["Missing: projects: 403"]),
        (["shop", "bank"], ["Missing: bank: projects: 403", "Missing: shop: projects: 403"]),
    ],
)
def test_what_is_missing_has_its_connection_where_there_are_several(tmp_path, connections, said):
    with duckdb.connect(str(tmp_path / "atlas_costs.duckdb")) as db:
        db.execute(MARTS)
        for each in connections:
            db.execute(
                "insert into meta.freshness values ($1, '1', '2026-05-02', ['projects: 403'])",
                [each],
            )
    lines = summarize(tmp_path / "atlas_costs.duckdb").lines()
    assert [line for line in lines if line.startswith("Missing")] == said
