"""The bill is a pure function of seed, scale and day."""

from datetime import date

import pytest

from sandbox.bill.books import Books
from sandbox.clock import Clock
from sandbox.truth import all_invoices, truth

TODAY = date(2026, 11, 22)


def books(seed: int = 7, scale: int = 1, months: int = 3, today: date = TODAY) -> Books:
    return Books(seed, scale, months, Clock(today))


def count(found: Books) -> int:
    return sum(len(invoice.lines) for invoice in all_invoices(found))


def test_the_same_seed_gives_the_same_bill() -> None:
    assert truth(books()) == truth(books())


def test_another_seed_gives_another_bill() -> None:
    """Other ids, other amounts."""
    one, other = truth(books(seed=7)), truth(books(seed=8))
    assert one["total"] != other["total"]
    assert not set(one["header"]) & set(other["header"])


def test_history_does_not_change_a_month() -> None:
    """Asking for more months adds older ones and leaves the newer as they are."""
    short, long = truth(books(months=2)), truth(books(months=5))
    assert short["header"].items() <= long["header"].items()
    assert len(long["header"]) == 10


def test_scale_multiplies_the_lines() -> None:
    """Resources and their lines grow with it; an organization's own charges do not."""
    single, triple = books(), books(scale=3)
    assert count(triple) == pytest.approx(3 * count(single), rel=0.1)
    assert truth(single)["by_project"].keys() < truth(triple)["by_project"].keys()


@pytest.mark.parametrize("seed", range(5))
def test_every_year_has_every_kind_of_charge(seed: int) -> None:
    """Whichever seed: nothing that a reader must handle is left to chance."""
    found = truth(books(seed=seed, months=13))
    assert set(found["by_charge_type"]) == {
        "usage", "support", "credit", "consulting", "minimum_charge",
    }  # fmt: skip
    assert len(found["by_service"]) == 17
    header = found["header"].values()
    statuses = [one["status"] for one in header]
    assert statuses.count("PENDING") == 2
    assert statuses.count("INVOICED") == 2
    assert sum(one["starting_balance_cents"] != 0 for one in header) == 2


@pytest.mark.parametrize("month", range(1, 13))
def test_the_first_of_a_month_has_an_empty_pending_invoice(month: int) -> None:
    """Nothing of the new month has posted, and all of the old month's regular lines have."""
    pending, closed = books(today=date(2026, month, 1), months=2).invoices()
    assert (pending.status, pending.lines) == ("PENDING", [])
    assert max(line.end for line in closed.lines) == date(2026, month, 1)
