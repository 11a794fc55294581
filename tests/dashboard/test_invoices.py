"""The page of invoices: status, waterfall, match, lines, restatements, payments, late billing."""

import csv
import io
from datetime import date

import duckdb
import pytest

from dashboard import invoice_tables, selection, waterfall
from reporting import formats, invoices
from reporting.files import FORMATS, About, Kind, Table
from tests.dashboard import money
from tests.dashboard.money import CLOSED, LATE, PENDING, asked
from tests.dashboard.test_pages import opened, texts
from tests.reporting.reading import reading


@pytest.fixture
def warehouse(publish):
    return money.add(publish())


def said(app):
    return texts(app).replace("\\", "")


def test_every_invoice_stands_with_its_amounts_and_whether_it_matches(warehouse):
    app = opened("invoices")
    assert not app.exception
    assert not app.error
    shown = app.dataframe[0].value
    expected = asked(warehouse, """select invoice_month, org_name, status,
        (amount_billed_cents - sales_tax_cents + credits_cents) / 100, -credits_cents / 100,
        sales_tax_cents / 100, amount_billed_cents / 100, amount_paid_cents / 100
        from marts.fct_invoices where is_closed order by 1 desc""")  # fmt: skip
    columns = ["Month", "Organization", "Status", "Usage", "Credits", "Tax", "Billed", "Paid"]
    assert [tuple(row) for row in shown[columns].to_numpy()[1:]] == expected
    assert set(shown["Match"][1:]) == {"Matches"}


def test_a_pending_invoice_is_nowhere_shown_as_closed(warehouse):
    app = opened("invoices", id=PENDING)
    first = app.dataframe[0].value.iloc[0]
    assert (first["Status"], first["Match"]) == ("PENDING", "Not final")
    assert first[["Tax", "Paid"]].isna().all()
    assert "May 2026, Acme · PENDING" in said(app)
    assert "PENDING: still being billed, no step is final" in said(app)
    assert {each.label: each.value for each in app.metric}["Match Atlas's total"] == (
        "13 of 13 closed"
    )
    assert "Apr 2026, Acme · INVOICED" in said(opened("invoices"))


def test_the_cards_say_what_is_billed_and_what_is_due(warehouse):
    found = {each.label: each.value for each in opened("invoices").metric}
    [(so_far, last)] = asked(warehouse, """select
        sum(amount_billed_cents) filter (invoice_month = '2026-05-01')::bigint,
        sum(amount_billed_cents) filter (invoice_month = '2026-04-01')::bigint
        from marts.fct_invoices""")  # fmt: skip
    assert found["PENDING, billed so far"] == formats.money(so_far, "USD")
    assert found["Billed, Apr 2026"] == formats.money(last, "USD")
    assert found["To be paid"] == formats.money(last, "USD")


def test_what_does_not_match_names_invoice_and_cents(publish):
    money.add(publish(untied=date(2026, 2, 1)))
    app = opened("invoices", id="inv-o-Acme-2026-02", part="match")
    assert "Acme, Feb 2026 (invoice inv-o-Acme-2026-02): lines by +$0.17" in said(app)
    match = app.dataframe[1].value
    assert list(match["Difference"]) == [0.17, 0.0, 0.0]
    assert list((match["Atlas states"] - match["Adds up to"]).round(2)) == [0.17, 0.0, 0.0]


def test_a_change_after_closing_is_announced_and_one_while_pending_is_not(warehouse):
    app = opened("invoices", id=LATE)
    text = "+$2.40 on 2 usage days, seen 2 May 2026"
    assert [text in each.value.replace("\\", "") for each in app.warning] == [True, True]
    [(late,)] = asked(warehouse, "select sum(difference_cents) / 100 from "
                      "marts.fct_invoice_changes where was_closed")  # fmt: skip
    assert app.dataframe[0].value["Changed late"].dropna().tolist() == [late]
    pending = opened("invoices", id=PENDING, part="restatements")
    assert len(pending.warning) == 1
    assert pending.dataframe[1].value["Difference"].tolist() == [0.75]
    assert not pending.dataframe[1].value["After closing"].any()


def test_the_largest_lines_stand_with_the_count_and_sum_of_all(warehouse):
    app = opened("invoices", id=CLOSED)
    [(count, cents)] = asked(warehouse, "select count(*), sum(cost_cents)::bigint from "
                             "marts.fct_line_items where invoice_id = $1", CLOSED)  # fmt: skip
    assert f"{count} lines, together {formats.money(cents, 'USD')}" in said(app)
    few, every = (invoices.lines(CLOSED, date(2026, 4, 1), limit) for limit in (5, None))
    assert len(asked(warehouse, few.runnable())) == 5
    assert len(asked(warehouse, every.runnable())) == count
    top = asked(warehouse, "select max(abs(cost_cents)) from marts.fct_line_items "
                "where invoice_id = $1", CLOSED)  # fmt: skip
    assert abs(app.dataframe[1].value["Amount"][0]) * 100 == top[0][0]


def test_payments_refunds_and_several_prices(warehouse):
    app = opened("invoices", id="inv-o-Acme-2026-02", part="payments")
    [(paid,)] = asked(warehouse, "select amount_paid_cents / 100 from marts.fct_invoices "
                      "where invoice_id = 'inv-o-Acme-2026-02'")  # fmt: skip
    assert app.dataframe[1].value["Paid"].tolist() == [paid]
    assert "Price of a credit" not in app.dataframe[1].value
    assert app.dataframe[2].value[["Amount", "Reason"]].to_numpy().tolist() == [
        [15.0, "an incident"]
    ]
    several = opened("invoices", id="inv-o-Acme-2026-01", part="payments")
    assert several.dataframe[2].value["Price of a credit"].tolist() == [0.9, 0.8]


def test_late_billing_is_usage_of_earlier_months_on_this_invoice(warehouse):
    with duckdb.connect(str(warehouse.resolve())) as db:
        db.execute("""insert into marts.fct_line_items
            select * replace ($1 as invoice_id, date '2026-04-01' as invoice_month)
            from marts.fct_line_items where usage_date = '2026-03-31'""", [CLOSED])  # fmt: skip
    app = opened("invoices", id=CLOSED, part="late")
    [(cents, services)] = asked(warehouse, """select sum(cost_cents)::bigint,
        count(distinct service) from marts.fct_line_items
        where usage_date = '2026-03-31' and invoice_id = $1""", CLOSED)  # fmt: skip
    assert f"{formats.money(cents, 'USD')} of this invoice is usage of earlier" in said(app)
    assert len(app.dataframe[1].value) == services
    assert "bills no usage of earlier months" in said(opened("invoices", id=PENDING, part="late"))


def test_focus_is_the_exact_command(warehouse):
    app = opened("invoices", id=CLOSED, part="focus")
    assert app.code[0].value == "atlas-costs export focus --month 2026-04 -o focus-2026-04.csv"


FILES = {
    "lines": (invoice_tables.LINES_IN_FULL, invoices.lines(LATE, date(2026, 3, 1), None)),
    "restatements": (invoice_tables.RESTATEMENTS, invoices.restatements(LATE)),
    "payments": (invoice_tables.PAYMENTS, invoices.payments(LATE)),
    "refunds": (invoice_tables.REFUNDS, invoices.refunds("inv-o-Acme-2026-02")),
    "prices": (invoice_tables.PRICES, invoices.prices("inv-o-Acme-2026-01")),
    "list": (invoice_tables.INVOICES_IN_FULL, invoices.ALL),
}


def test_the_amount_of_a_line_is_among_the_columns_in_sight():
    assert [each.title for each in invoice_tables.LINES[:2]] == ["Usage day", "Amount"]


@pytest.mark.parametrize("part", FILES)
def test_each_part_is_a_file_with_exact_cents_and_their_currency(warehouse, part):
    columns, query = FILES[part]
    named = columns if part in {"lines", "list"} else invoice_tables.in_file(columns)
    with reading(warehouse) as read:
        rows = [invoice_tables.written(row) if part == "list" else row for row in read(query)]
    out = {suffix: io.BytesIO() for suffix in FORMATS}
    for suffix, each in FORMATS.items():
        each.write((Table(part, named, rows),), About(), out[suffix])
    lines = list(csv.DictReader(out["csv"].getvalue().decode().splitlines()))
    assert len(lines) == len(rows) > 0
    for column in (each for each in named if each.kind is Kind.MONEY):
        cents = [row[column.key or column.name] for row in rows]
        assert [int(line[f"{column.name}_cents"] or 0) for line in lines] == [
            each or 0 for each in cents
        ]
    assert {line["currency"] for line in lines} == {"USD"}
    assert out["xlsx"].getvalue().startswith(b"PK")


def test_an_id_of_no_invoice_and_an_unknown_part_are_named(warehouse):
    app = opened("invoices", id="nobody", part="secrets")
    assert "No invoice has this id; showing the last closed one." in said(app)
    assert "“part=secrets” is not on this page" in said(app)
    assert "Apr 2026, Acme" in said(app)


def test_filters_are_in_the_address(publish):
    money.add(publish(organizations={"Acme": "USD", "Globex": "USD"}))
    app = opened("invoices", f__organization="Globex", f__status="PAID")
    assert set(app.dataframe[0].value["Organization"]) == {"Globex"}
    assert set(app.dataframe[0].value["Status"]) == {"PAID"}
    assert "Mar 2026, Globex" in said(app)


def test_credits_are_no_dollars_and_never_added_to_them(publish):
    warehouse = money.add(publish(organizations={"Acme": "USD", "Prepaid": "Atlas Credits"}))
    app = opened("invoices", id="inv-o-Prepaid-2026-04")
    values = [each.value for each in app.metric if each.label == "Billed, Apr 2026"]
    sums = asked(warehouse, """select pricing_currency, sum(amount_billed_cents)::bigint
        from marts.fct_invoices where invoice_month = '2026-04-01'
        group by 1 order by 1""")  # fmt: skip
    assert values == [formats.money(cents, unit) for unit, cents in sums]
    assert "$" not in values[0]
    assert "$" not in said(app).partition("Apr 2026, Prepaid")[2].partition("Prepaid: ")[0]


def test_a_warehouse_without_invoices_says_what_to_run(warehouse):
    with duckdb.connect(str(warehouse.resolve())) as db:
        db.execute("delete from marts.fct_invoices")
    app = opened("invoices")
    assert not app.exception
    assert "atlas-costs refresh" in said(app)


@pytest.mark.parametrize(
    ("rows", "cells", "then"),
    [
        ([1], [], "b"),  # a checkbox
        ([0], [(1, "Month")], "b"),  # a cell, while the row that is open stays marked
        ([2], [(0, "Month")], "c"),  # a checkbox, after a cell of the row that is open
        ([], [], "a"),
        ([0], [(0, "Month")], "a"),
    ],
)
def test_a_click_on_another_row_moves_the_address(monkeypatch, rows, cells, then):
    address = {"id": "a"}
    state = {"t": {"selection": {"rows": rows, "cells": cells}}}
    monkeypatch.setattr(selection.st, "query_params", address)
    monkeypatch.setattr(selection.st, "session_state", state)
    selection._follow("t", ["a", "b", "c"], "a", "id")
    assert address == {"id": then}


OF_THE_MONTH = "update marts.agg_bridge_monthly set discount_not_applied_cents = 499"
OF_THE_INVOICE = "update marts.fct_invoice_bridge set step = 'discount_not_applied' where step = "


@pytest.mark.parametrize(
    ("change", "times"),
    [
        ("select 1", 0),
        (OF_THE_MONTH, 1),
        (f"{OF_THE_INVOICE}'rounding'", 1),
        (f"{OF_THE_INVOICE}'starting_balance'", 0),  # of nothing
    ],
)
def test_a_discount_that_was_not_applied_is_explained_where_it_stands(warehouse, change, times):
    with duckdb.connect(str(warehouse.resolve())) as db:
        db.execute(change)
    assert said(opened("invoices", id=CLOSED)).count(waterfall.NOT_APPLIED) == times
