"""A statement: its sums, its files and its document."""

import csv
import io
from datetime import UTC, date, datetime

import pytest
from pypdf import PdfReader

from reporting import bill
from reporting.documents import FORMATS as DOCUMENTS
from reporting.files import FORMATS as FILES
from reporting.files import About
from reporting.query import Query
from reporting.statement import CLOSED, DRAFT, OPEN, Statement, document, statement, table

APRIL, MARCH = date(2026, 4, 1), date(2026, 3, 1)


def row(amount, *, shared=False, entry="usage", month=APRIL, reason=None, **more):
    return {
        "entry": entry, "usage_month": month, "project": "shop", "resource": "shop-prod",
        "service": "Clusters", "is_shared": shared, "how": "Shared" if shared else "Direct",
        "amount": amount, "reason": reason, "unit": "USD", **more,
    }  # fmt: skip


def made(*lines, **changed) -> Statement:
    of = {
        "key": "team", "value": "data", "month": APRIL, "status": OPEN, "closed_at": None,
        "unit": "USD",
    }  # fmt: skip
    return statement(list(lines), **(of | changed))


ADJUSTED = made(
    row(123_456),
    row(1_044, shared=True, resource="Acme", service="Support"),
    row(-250, entry="adjustment", month=MARCH, reason="costs_changed, rules_changed"),
)


def read(query: Query) -> list[dict[str, object]]:
    invoice = {
        "invoice_id": "inv-1", "invoice_month": APRIL, "organization": "Acme", "unit": "USD",
        "is_reconciled": False, "is_pending": False, "difference_cents": 17,
        "header_difference_cents": 0, "credits_difference_cents": 0,
    }  # fmt: skip
    age = {
        "connection": "Acme", "last_success_at": None, "data_through": APRIL,
        "published_at": None, "warehouse_version": "000007", "missing_parts": [],
    }  # fmt: skip
    return {bill.INVOICES: [invoice], bill.FRESHNESS: [age], bill.LEFT_OUT: []}[query]


def written(of: Statement, name: str) -> bytes:
    at = datetime(2026, 5, 2, 8, 0, tzinfo=UTC)
    said = document(of, read, "/allocation?value=data", (("Statement", Query("select 1")),), at)
    return DOCUMENTS[name].write(said)


def pdf_text(of: Statement) -> str:
    pages = PdfReader(io.BytesIO(written(of, "pdf"))).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def csv_of(of: Statement) -> str:
    out = io.BytesIO()
    FILES["csv"].write((table(of),), About(), out)
    return out.getvalue().decode()


def test_its_sums_add_up():
    assert (ADJUSTED.usage, ADJUSTED.shared, ADJUSTED.adjustments) == (124_500, 1_044, -250)
    assert ADJUSTED.total == 124_250
    assert ADJUSTED.sums == "direct $1,234.56, shared $10.44, adjustments -$2.50"


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (OPEN, "OPEN: may change until atlas-costs statement close 2026-04"),
        (DRAFT, "NOT CLOSED: a draft"),
        (CLOSED, "CLOSED on 4 May 2026, 09:30 UTC"),
    ],
)
def test_it_says_whether_it_is_closed(status, words):
    closed_at = datetime(2026, 5, 4, 9, 30) if status == CLOSED else None  # noqa: DTZ001  UTC
    of = made(row(1), status=status, closed_at=closed_at)
    assert of.state.startswith(words)
    assert words in pdf_text(of)


def test_its_pdf_has_the_total_every_line_and_what_was_adjusted():
    text = pdf_text(ADJUSTED)
    for words in (
        "Statement Apr 2026, team: data", "$1,242.50", "$1,245.00", "$1,234.56", "$10.44",
        "-$2.50", "costs changed, rules changed", "Mar 2026", "Support", "Shared", "000007",
        "Does not match: Acme, Apr 2026 (invoice inv-1): lines by +$0.17.",
    ):  # fmt: skip
        assert words in text


def test_its_web_page_says_the_same_and_runs_nothing():
    page = written(made(row(5, resource="<script>alert(1)</script>")), "html").decode()
    assert "$0.05" in page
    assert "<script>" not in page


def test_its_csv_adds_up_to_the_total_and_names_what_it_is_of():
    values = list(csv.DictReader(csv_of(ADJUSTED).splitlines()))
    assert sum(int(each["amount_cents"]) for each in values) == ADJUSTED.total
    assert {(each["month"], each["key"], each["value"], each["status"]) for each in values} == {
        ("2026-04-01", "team", "data", "open")
    }
    assert [each["currency"] for each in values] == ["USD"] * 3


def test_a_value_that_a_spreadsheet_would_run_is_text_and_its_file_has_a_plain_name():
    of = made(row(1), value="=cmd|'/c calc'!A1")
    assert "'=cmd|" in csv_of(of)
    assert of.name == "statement-2026-04-team-cmd---c-calc--A1"
    assert made(row(1), value="../..").name == "statement-2026-04-team-value"


def test_a_closed_one_names_charges_in_words():
    of = made(row(1, service="minimum_charge"), status=CLOSED, closed_at=datetime(2026, 5, 4))  # noqa: DTZ001  UTC
    assert [each.title for each in of.columns][3] == "Charge"
    assert of.lines[0]["service"] == "Minimum charge"
