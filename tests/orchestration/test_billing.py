"""Which invoices a refresh reads, and what it makes of odd answers."""

from datetime import UTC, datetime

import pytest

from orchestration.assets.billing import first_month, invoices_to_read
from orchestration.atlas.records import InvoiceMetadata
from orchestration.landing import Landing
from tests.invoices import invoice, land, line


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


def test_months_asked_for_by_a_backfill(landed):
    assert "2026-01" in read(landed, asked_for=["2026-01"])


def test_a_history_that_begins_later(landing):
    assert read(landing, first_month="2026-07") == ["2026-07", "2026-08"]


@pytest.mark.parametrize(
    ("months", "first"), [(None, None), (1, "2026-02"), (3, "2025-12"), (14, "2025-01")]
)
def test_a_history_in_months_ends_with_the_current_one(months, first):
    assert first_month(months, datetime(2026, 2, 28, tzinfo=UTC)) == first
