"""Payments and refunds: each amount as Atlas may send it, and what else is refused by name."""

import json
import re

import pytest

from orchestration.landing.invoice_document import BadInvoice
from orchestration.landing.journal import Landing
from tests.invoices import invoice, land, line, load, rows, unloadable


@pytest.fixture
def landing(tmp_path):
    return Landing(tmp_path / "landing", "default")


def test_payments_and_refunds_have_rows_of_their_own(tmp_path, landing):
    payment = {"id": "p", "currency": "EUR", "unitPrice": "0.95", "amountBilledCents": 5}
    refund = {"paymentId": "p", "amountCents": 2, "reason": "goodwill"}
    land(landing, "a", invoice("a", line(5), payments=[payment], refunds=[refund]))
    load(tmp_path, landing)
    land(landing, "a", invoice("a", line(5), payments=[payment], refunds=[]))
    load(tmp_path, landing)
    assert rows(tmp_path, "select id, currency, unitPrice::double from invoice_payments") == [
        ("p", "EUR", 0.95)
    ]
    assert rows(tmp_path, "select count(*) from invoice_refunds") == [(0,)]


PAYMENT = {"id": "p", "currency": "USD", "unitPrice": "0.95", "created": "2026-06-01T04:05:14Z"}


REFUND = {"paymentId": "p", "amountCents": 2, "created": "2026-06-03T00:00:00Z"}


def land_each(landing: Landing, name: str, entries: list) -> list[str]:
    """An invoice for each of what payments or refunds may hold; their ids."""
    for number, each in enumerate(entries):
        land(landing, f"i{number}", invoice(f"i{number}", line(5), **{name: each}))
    return [f"i{number}" for number in range(len(entries))]


CENTS = {5: 5, "5": 5, 6.0: 6, "6.0": 6, 0: 0, -3: -3, None: None, "": None, 2**63 - 1: 2**63 - 1}


@pytest.mark.parametrize(
    ("table", "entry", "field"),
    [("refunds", REFUND, "amountCents"), ("payments", PAYMENT, "salesTaxCents")],
)
def test_what_atlas_may_send_as_cents_is_loaded(tmp_path, landing, table, entry, field):
    land_each(landing, table, [[{**entry, field: each}] for each in CENTS])
    load(tmp_path, landing)
    found = rows(tmp_path, f"select {field} from invoice_{table} order by _invoice_id")
    assert found == [(each,) for each in CENTS.values()]


def test_a_price_of_a_credit_is_a_decimal_as_text_or_number(tmp_path, landing):
    prices = {"0.95": "0.950000000000000000", 0.8: "0.800000000000000000", "": None, None: None}
    land_each(landing, "payments", [[{**PAYMENT, "unitPrice": each}] for each in prices])
    load(tmp_path, landing)
    assert rows(
        tmp_path, "select unitPrice::varchar from invoice_payments order by _invoice_id"
    ) == [(each,) for each in prices.values()]


@pytest.mark.parametrize("name", ["payments", "refunds"])
def test_an_invoice_may_have_no_payments_and_no_refunds(tmp_path, landing, name):
    land(landing, "none", {key: value for key, value in invoice("none").items() if key != name})
    ids = land_each(landing, name, [None, [], [{}]])
    assert sorted(load(tmp_path, landing).invoices) == [*ids, "none"]
    assert rows(tmp_path, f"select count(*) from invoice_{name}") == [(1,)]


ODD_CENTS = ("15.5", 12.7, "4OO", True, {"v": 3}, [1], 2**63)


ODD_ENTRIES = {
    "refunds": [
        *({**REFUND, "amountCents": each} for each in ODD_CENTS),
        {**REFUND, "created": "infinity"},
    ],
    "payments": [
        *({**PAYMENT, "amountBilledCents": each} for each in ODD_CENTS),
        *({**PAYMENT, "unitPrice": each} for each in ("0,8", True, {"v": 1}, "NaN", "infinity")),
        {**PAYMENT, "amountPaidCents": 0.1},
        {**PAYMENT, "subtotalCents": "1e-1"},
        {**PAYMENT, "updated": "not a time"},
    ],
}


@pytest.mark.parametrize("name", ODD_ENTRIES)
def test_an_odd_payment_or_refund_refuses_its_invoice_by_field(tmp_path, landing, name):
    """A refund of 15.5 cents was rounded to 16, and one of no number was taken for 0."""
    ids = land_each(landing, name, [[each] for each in ODD_ENTRIES[name]])
    land(landing, "good", invoice("good", line(7)))
    assert list(load(tmp_path, landing).invoices) == ["good"]
    reasons = dict(unloadable(tmp_path))
    plain = {"payments": PAYMENT, "refunds": REFUND}[name]
    for invoice_id, entry in zip(ids, ODD_ENTRIES[name], strict=True):
        [field] = {key for key, value in entry.items() if plain.get(key) != value}
        what = rf"{name}\.{field} is .*, which is no (number|time)"
        assert re.fullmatch(what, reasons[invoice_id])


@pytest.mark.parametrize("name", ["payments", "refunds"])
def test_payments_that_are_no_list_of_objects_are_refused(tmp_path, landing, name):
    ids = land_each(landing, name, [{"id": "p"}, "none", 5, True, ["p"], [None], [[]]])
    assert load(tmp_path, landing).invoices == {}
    reasons = dict(unloadable(tmp_path))
    assert sorted(reasons) == ids
    assert all(
        re.fullmatch(f"{name} is .*, which is no list of objects", each)
        for each in reasons.values()
    )


def test_what_was_loaded_before_an_odd_refund_stays(tmp_path, landing):
    land(landing, "a", invoice("a", line(5), refunds=[REFUND]))
    load(tmp_path, landing)
    land(landing, "a", invoice("a", line(6), refunds=[{**REFUND, "amountCents": "15.5"}]))
    load(tmp_path, landing)
    assert rows(
        tmp_path,
        "select amountCents, totalPriceCents from invoice_refunds inner join invoice_line_items "
        "using (_invoice_id)",
    ) == [(2, 5)]


def test_payments_that_are_no_text_are_refused_where_they_arrive(landing):
    body = json.dumps(invoice("a", line(5), payments=[{"id": "X"}])).encode()
    with pytest.raises(BadInvoice):
        land(landing, "a", body.replace(b"X", b"\x81"))
