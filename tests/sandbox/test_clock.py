"""Time passes only when told to, and only the pending invoice feels it."""

from datetime import date

import httpx
import pytest


def move(sandbox, days: int) -> None:
    sandbox.control("clock", {"days": days})


def by_id(invoices: list[dict]) -> dict[str, dict]:
    """Invoices without what they nest, which is counted on its own."""
    return {one["id"]: {**one, "linkedInvoices": None} for one in invoices}


def line_set(invoice: dict) -> list[str]:
    return sorted(repr(sorted(line.items())) for line in invoice["lineItems"])


@pytest.fixture
def moved(fresh, signed_in, read_all):
    """The invoices before and after some days, starting from a day."""

    def read(today: date, days: int) -> tuple[dict, dict]:
        sandbox = fresh(today=today, months=3)
        client = signed_in(sandbox)
        before = by_id(read_all(client, sandbox.org_id))
        move(sandbox, days)
        return before, by_id(read_all(client, sandbox.org_id))

    return read


def test_a_new_day_only_grows_the_pending_invoices(moved) -> None:
    """By the lines posted that day; every other invoice stays as it was, byte for byte."""
    before, after = moved(date(2026, 11, 12), 1)
    assert set(before) == set(after)
    pending = {one for one in before if before[one]["statusName"] == "PENDING"}
    assert len(pending) == 2
    for one in set(before) - pending:
        assert before[one] == after[one]
    for one in pending:
        old, new = line_set(before[one]), line_set(after[one])
        added = [line for line in after[one]["lineItems"] if line not in before[one]["lineItems"]]
        assert {line["created"][:10] for line in added} == {"2026-11-13"}
        assert all(old.count(line) == new.count(line) for line in set(old))


def test_at_the_turn_of_the_month_the_pending_invoice_closes(moved) -> None:
    """Same id, complete, taxed; a new empty one is pending."""
    before, after = moved(date(2026, 11, 29), 2)
    closed = [one for one in before if before[one]["statusName"] == "PENDING"]
    assert {after[one]["statusName"] for one in closed} == {"CLOSED"}
    assert all(after[one]["salesTaxCents"] > 0 for one in closed)
    new = set(after) - set(before)
    assert {after[one]["statusName"] for one in new} == {"PENDING"}
    assert {after[one]["startDate"] for one in new} == {"2026-12-01T00:00:00Z"}
    assert all(after[one]["lineItems"] == [] for one in new)
    last = max(line["endDate"] for one in closed for line in after[one]["lineItems"])
    assert last == "2026-12-01T00:00:00Z"


def test_the_turn_moves_the_closed_invoice_on_to_paid(moved) -> None:
    before, after = moved(date(2026, 10, 31), 1)
    closed = [one for one in before if before[one]["statusName"] == "CLOSED"]
    assert closed
    for one in closed:
        assert after[one]["statusName"] == "PAID"
        assert after[one]["updated"] > before[one]["updated"]
        assert after[one]["lineItems"][0]["quantity"] == before[one]["lineItems"][0]["quantity"]


def test_moving_there_is_like_starting_there(fresh) -> None:
    """A day's lines are the same however the clock came to it."""
    moved = fresh(today=date(2026, 8, 20), months=2)
    move(moved, 40)
    started = fresh(today=date(2026, 9, 29), months=3)
    assert moved.truth() == started.truth()


def test_tags_are_those_of_the_present(fresh, signed_in, read_all) -> None:
    """A quarter's turn tags a cluster anew, on its oldest lines too."""
    sandbox = fresh(today=date(2026, 9, 30), months=2)
    client = signed_in(sandbox)

    def cost_centers() -> set[tuple[str, ...]]:
        found = read_all(client, sandbox.org_id)
        lines = [line for invoice in found for line in invoice["lineItems"]]
        events = [line for line in lines if line.get("clusterName") == "events"]
        return {tuple(line["tags"]["cost-center"]) for line in events}

    assert cost_centers() == {("cc-200", "cc-213")}
    move(sandbox, 1)
    assert cost_centers() == {("cc-200", "cc-214")}


def test_time_does_not_go_back(fresh) -> None:
    sandbox = fresh()
    answer = httpx.post(f"{sandbox.base_url}/sandbox/clock", json={"days": -1})
    assert answer.status_code == 400
    assert sandbox.control("clock") == {"today": "2026-11-22"}
