"""What is odd about a bill on demand: nothing unless asked for, and then exactly what is told."""

import hashlib
import json
from collections.abc import Iterator
from datetime import date, timedelta
from urllib.error import HTTPError

import pytest

from sandbox.bill.books import Books
from sandbox.bill.invoices import invoice_document
from sandbox.bill.oddities import ANOMALIES, DECOYS, Oddity
from sandbox.clock import Clock
from sandbox.truth import all_invoices, truth
from tests.sandbox.conftest import TODAY, Fresh

# Of four months before there were oddities: it changes only if every bill does.
PLAIN = "abb27d31da3f3be06559117fdf2d48597f943f9f35fb07fc360abc584a13ccbc"
DAY = date(2026, 10, 5)


def books(*oddities: Oddity, months: int = 3, seed: int = 7) -> Books:
    found = Books(seed, 1, months, Clock(TODAY))
    found.add_oddities(oddities)
    return found


def lines(found: Books) -> Iterator[tuple]:
    for invoice in all_invoices(found):
        for line in invoice.lines:
            holder = line.cluster.name if line.cluster else ""
            yield (line.start, holder, line.product.sku, line.quantity, line.cents, line.posted)


def total(found: Books) -> int:
    return sum(line[-2] for line in lines(found))


def test_without_them_a_bill_is_what_it_was() -> None:
    """Byte for byte."""
    plain = Books(7, 1, 4, Clock(TODAY))
    digest = hashlib.sha256()
    for invoice in plain.invoices():
        digest.update(json.dumps(invoice_document(invoice, "", TODAY)).encode())
    assert digest.hexdigest() == PLAIN
    assert truth(plain)["anomalies"] == truth(plain)["decoys"] == []


@pytest.mark.parametrize(
    ("oddity", "sku"),
    [
        (Oddity("transfer", "events", DAY, DAY + timedelta(2), 10), "_DATA_TRANSFER_INTERNET"),
        (Oddity("backup", "shop-prod", DAY, DAY + timedelta(9)), "_PIT_RESTORE_STORAGE"),
        (Oddity("servers", "events", DAY, DAY + timedelta(4), 3), "_INSTANCE_M30"),
        (Oddity("scan", "analytics", DAY, DAY, 20), "_DATA_SCANNED"),
        (
            Oddity("forgotten_cluster", "tmp", DAY, DAY + timedelta(6), size="M200"),
            "_INSTANCE_M200",
        ),
    ],
    ids=lambda value: getattr(value, "kind", ""),
)
def test_an_anomaly_costs_what_is_told_and_nothing_else_changes(oddity: Oddity, sku: str) -> None:
    """`extra_cents` is the whole difference between the two bills."""
    plain, odd = books(), books(oddity)
    [told] = truth(odd)["anomalies"]
    assert told["extra_cents"] == total(odd) - total(plain) > 2000
    assert told["sku"].endswith(sku)
    assert told["first_day"] == oddity.first_day.isoformat()
    assert told["last_day"] == oddity.last_day.isoformat()
    named = {"scan": told["project"]}.get(oddity.kind, told["cluster"])
    assert named == oddity.target
    different = set(lines(plain)) ^ set(lines(odd))
    assert {line[0] for line in different} <= {
        oddity.first_day + timedelta(n)
        for n in range((oddity.last_day - oddity.first_day).days + 1)
    }


def test_every_kind_is_tried_here() -> None:
    assert set(ANOMALIES) == {"transfer", "backup", "servers", "scan", "forgotten_cluster"}
    assert len(DECOYS) == 7


def test_what_is_late_costs_the_same() -> None:
    late = Oddity("late", "events", DAY, DAY + timedelta(6))
    plain, odd = sorted(lines(books())), sorted(lines(books(late)))
    assert [line[:-1] for line in plain] == [line[:-1] for line in odd]
    assert plain != odd


@pytest.mark.parametrize("kind", ["credit", "month_end"])
def test_what_is_no_usage_leaves_usage_alone(kind: str) -> None:
    """And only one organization has it."""
    oddity = Oddity(kind, "Meridian", date(2026, 9, 1), TODAY, 100)
    before, after = truth(books()), truth(books(oddity))
    assert after["by_charge_type"]["usage"] == before["by_charge_type"]["usage"]
    assert after["by_charge_type"] != before["by_charge_type"]
    assert before["by_org"].keys() == after["by_org"].keys()
    assert sum(before["by_org"][each] != after["by_org"][each] for each in before["by_org"]) == 1


def test_a_weekly_job_runs_on_one_weekday() -> None:
    job = Oddity("weekly_job", "events", DAY, TODAY, 500)
    added = {line[0] for line in set(lines(books(job))) - set(lines(books()))}
    assert {day.weekday() for day in added} == {DAY.weekday()}
    assert len(added) == 7


@pytest.mark.parametrize(
    ("oddity", "size"),
    [
        (Oddity("tier_change", "search", DAY, DAY + timedelta(9), size="M50"), "M50"),
        (Oddity("resumed", "archive", DAY, DAY + timedelta(9)), "M20"),
        (Oddity("new_cluster", "v2", DAY, DAY + timedelta(9), size="M30"), "M30"),
    ],
    ids=lambda value: getattr(value, "kind", ""),
)
def test_a_change_is_one_of_the_estate_and_ends(oddity: Oddity, size: str) -> None:
    """So that the inventory shows it too."""
    found = books(oddity).paying

    def running(day: date) -> list:
        return [
            one.size
            for _, clusters in found.living(day)
            for one in clusters
            if one.name == oddity.target and not one.paused
        ]

    assert running(DAY) == running(oddity.last_day) == [size]
    assert running(DAY - timedelta(1)) == running(oddity.last_day + timedelta(1)) != [size]


def test_a_seed_has_some_of_each_in_store() -> None:
    found = Books(7, 1, 13, Clock(TODAY))
    found.add_oddities()
    told = truth(found)
    assert {each["kind"] for each in told["anomalies"]} == set(ANOMALIES)
    assert {each["kind"] for each in told["decoys"]} == set(DECOYS)
    again = Books(7, 1, 13, Clock(TODAY))
    again.add_oddities()
    assert truth(again) == told


def test_they_can_be_asked_for_over_http(fresh: Fresh) -> None:
    sandbox = fresh()
    before = sandbox.truth()["total"]
    asked = {"kind": "scan", "target": "analytics", "first_day": "2026-11-10", "factor": 20}
    [told] = sandbox.control("anomalies", [asked])["anomalies"]
    assert told["extra_cents"] == sandbox.truth()["total"] - before
    assert sandbox.control("anomalies") == {"anomalies": [told], "decoys": []}


@pytest.mark.parametrize(
    "asked",
    [
        {"kind": "meteor", "target": "events", "first_day": "2026-11-10"},
        {"kind": "scan", "target": "a", "first_day": "2026-11-10", "last_day": "2026-11-09"},
        {"kind": "tier_change", "target": "nobody", "first_day": "2026-11-10"},
    ],
)
def test_what_cannot_be_is_refused(fresh: Fresh, asked: dict) -> None:
    with pytest.raises(HTTPError) as refused:
        fresh().control("anomalies", [asked])
    assert refused.value.code == 400
    refused.value.close()


def test_a_sandbox_can_begin_with_them(fresh: Fresh) -> None:
    assert len(fresh(months=6, anomalies=True).truth()["decoys"]) == 9
