"""Which invoices a refresh reads, and what it makes of odd answers."""

import json
from datetime import UTC, datetime

import pytest

from orchestration.atlas.answers import Answer
from orchestration.atlas.errors import MalformedAnswer, NotFound, Refused
from orchestration.atlas.records import InvoiceMetadata
from orchestration.extraction.selection import (
    differences,
    first_month,
    has_older,
    invoices_to_read,
    missing_months,
)
from orchestration.landing.journal import Landing
from orchestration.warehouse.invoice_versions import versions_by_invoice
from tests.invoices import invoice, land, line, reader


def listed(month: str, status: str = "PAID", updated: str = "2026-06-01T07:00:00Z"):
    return InvoiceMetadata(
        id=month, statusName=status, startDate=f"{month}-01T00:00:00Z", updated=updated
    )


MONTHS = [listed(f"2026-{month:02d}") for month in range(1, 9)]


def read(landing: Landing, invoices=MONTHS, **options) -> list[str]:
    chosen = {"first_month": None, "restatement_months": 3, **options}
    return sorted(each.id for each in invoices_to_read(invoices, landing, **chosen))


@pytest.fixture
def landing(tmp_path):
    return Landing(tmp_path, "default")


@pytest.fixture
def landed(landing):
    for each in MONTHS:
        land(landing, each.id, invoice(each.id, line(1)))
    return landing


def test_the_first_time_everything_closed_is_read(landing):
    assert read(landing, [*MONTHS, listed("2026-09", "PENDING")]) == [each.id for each in MONTHS]


def test_later_only_the_restatement_window(landed):
    assert read(landed) == ["2026-06", "2026-07", "2026-08"]
    assert read(landed, restatement_months=0) == []


def test_an_older_invoice_whose_updated_moved(landed):
    moved = [listed("2026-02", updated="2026-08-09T00:00:00Z"), *MONTHS[2:]]
    assert "2026-02" in read(landed, moved)


def test_an_invoice_that_could_not_be_read_is_read_again_until_it_can(landed):
    landed.observe_unreadable("invoices", "2026-01", "503")
    assert "2026-01" in read(landed)


def test_months_asked_for_by_a_backfill(landed):
    assert "2026-01" in read(landed, asked_for=["2026-01"])


def test_a_history_that_begins_later(landing):
    assert read(landing, first_month="2026-07") == ["2026-07", "2026-08"]


@pytest.mark.parametrize(
    ("months", "first"), [(None, None), (1, "2026-02"), (3, "2025-12"), (14, "2025-01")]
)
def test_a_history_in_months_ends_with_the_current_one(months, first):
    assert first_month(months, datetime(2026, 2, 28, tzinfo=UTC)) == first


def pending(invoice_id: str, *lines, **fields):
    return invoice(invoice_id, *lines, statusName="PENDING", **fields)


def test_a_limited_history_keeps_what_is_held_up_to_date(landing):
    """A pending invoice that closes outside the window would otherwise stay half a month."""
    land(landing, "pending", pending("2026-05", line(1)))
    listing = [listed("2026-04"), listed("2026-05"), listed("2026-06")]
    assert read(landing, listing, first_month="2026-07") == ["2026-05", "2026-06"]
    assert read(landing, listing, first_month="2026-04") == ["2026-04", "2026-05", "2026-06"]


class FakeBilling:
    """A pending document that is a day behind the list."""

    org_id = "5e0000000000000000000001"

    def __init__(self, document):
        self.document = document
        self.read: list[str] = []

    def download_pending(self, open_sink):
        with open_sink("") as sink:
            sink.write(json.dumps({"results": [self.document]}).encode())

    def download_invoice(self, invoice_id, open_sink):
        self.read.append(invoice_id)
        with open_sink("") as sink:
            sink.write(json.dumps(self.document | {"id": invoice_id}).encode())


def test_a_pending_document_is_no_word_on_what_the_list_calls_closed(landing):
    land(landing, "2026-05", invoice("2026-05", line(1), line(2)))
    billing = FakeBilling(pending("2026-05", line(1)))
    reader(landing, billing)._read_pending([listed("2026-05")])
    [final] = versions_by_invoice([landing])["2026-05"]
    assert final.line_items == 2
    assert billing.read == []


def test_linked_invoices_inside_a_stale_pending_document_are_stale_too(landing):
    final = invoice("linked", line(1), line(2))
    land(landing, "2026-05", invoice("2026-05", line(1), linkedInvoices=[final]))
    stale = pending("2026-05", line(1), linkedInvoices=[pending("linked", line(1))])
    reader(landing, FakeBilling(stale))._read_pending([listed("2026-05")])
    [kept] = versions_by_invoice([landing])["linked"]
    assert kept.line_items == 2


def test_a_pending_invoice_that_only_the_list_knows_is_read_by_its_id(landing):
    billing = FakeBilling(pending("2026-05", line(1)))
    reader(landing, billing)._read_pending([listed("2026-06", "PENDING")])
    assert billing.read == ["2026-06"]


class LacksInvoices(FakeBilling):
    """An Atlas that lists closed invoices and does not have them."""

    def __init__(self, document, error):
        super().__init__(document)
        self.error = error

    def list_invoices(self):
        rows = [listed("2026-04").model_dump(by_alias=True, mode="json")]
        return [Answer(json.dumps({"results": rows}).encode(), "invoice list")]

    def download_invoice(self, invoice_id, _):
        raise self.error(f"invoice {invoice_id}: Atlas answered.")


def test_a_lone_closed_invoice_that_is_not_there_is_one_missing_part(landing):
    billing = LacksInvoices(pending("2026-05", line(1)), NotFound)
    reading = reader(landing, billing)
    reading.read(first_month=None, restatement_months=3)
    assert [str(each).partition(":")[0] for each in reading.failed] == ["invoice 2026-04"]
    assert list(versions_by_invoice([landing])) == ["2026-05"]
    assert "invoice 2026-04" in landing.current("invoices")["2026-04"].error


@pytest.mark.parametrize("error", [MalformedAnswer, Refused])
def test_a_lone_closed_invoice_that_cannot_be_read_still_fails(landing, error):
    """For what may be there an hour later a first refresh is not published without it."""
    billing = LacksInvoices(pending("2026-05", line(1)), error)
    with pytest.raises(error):
        reader(landing, billing).read(first_month=None, restatement_months=3)


def test_what_the_list_says_otherwise_is_named():
    listing = [listed("2026-03"), listed("2026-04"), listed("2026-05"), listed("2026-06")]
    held = {"2026-04": "PAID", "2026-05": "PENDING", "gone": "PAID"}
    assert differences(listing, held) == [
        "invoice 2026-06 (2026-06) is in Atlas's list and was not read",
        "invoice 2026-05 (2026-05) is PAID in Atlas's list, PENDING here",
        "invoice gone is no longer in Atlas's list; kept",
    ]
    # an invoice from before the history is not missing, and one that is gone from the list is kept
    assert missing_months(listing, held, [], {}) == ["2026-05", "2026-06"]
    assert missing_months(listing, held, ["2026-04"], {}) == ["2026-04", "2026-05", "2026-06"]
    assert has_older(listing, held)
    assert not has_older(listing[1:], held)


def test_an_invoice_that_was_paid_since_lacks_no_line():
    assert missing_months([listed("2026-04")], {"2026-04": "CLOSED"}, [], {}) == []


def test_a_linked_organization_s_invoice_is_missing_for_its_month():
    held = {"2026-04": "PAID", "linked": "PAID"}
    landed = {"linked": "2026-03"}
    assert missing_months([listed("2026-04")], held, ["linked"], landed) == ["2026-03"]
