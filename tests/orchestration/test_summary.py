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


def _said(folder, *invoices: str, through: str | None = "2026-05-02") -> list[str]:
    """The summary of a warehouse with these rows of fct_invoices."""
    with duckdb.connect(str(folder / "atlas_costs.duckdb")) as db:
        db.execute(MARTS)
        if through is None:
            db.execute("delete from marts.agg_costs_daily")
        db.execute("insert into meta.freshness values ('shop', '1', $1, [])", [through])
        for each in invoices:
            db.execute(f"insert into marts.fct_invoices values ({each})")
    return summarize(folder / "atlas_costs.duckdb").lines()


def test_an_organization_without_invoices_is_told_so(tmp_path):
    assert _said(tmp_path, through=None) == [
        "Published version 1, no costs yet.",
        "Atlas lists no invoice yet.",
    ]


def test_one_is_no_plural(tmp_path):
    assert _said(tmp_path, "'a', '2026-05-01', 1, true, true, 0, 0") == [
        "Published version 1, data through 2026-05-02.",
        "Total $1.00 over 1 invoice and 1 line.",
        "May 2026 to date $1.00.",
        "1 of 1 closed invoices match Atlas's totals to the cent.",
    ]


def test_a_first_pending_invoice_is_no_closed_one(tmp_path):
    assert _said(tmp_path, "'a', '2026-05-01', 1234, false, null, null, null")[1:] == [
        "Total $1.00 over 1 invoice and 1,234 lines.",
        "May 2026 to date $1.00.",
        "No invoice is closed yet; 1 pending.",
    ]
