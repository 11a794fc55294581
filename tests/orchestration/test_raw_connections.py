"""Invoices that several connections tell of: each counts once, and a rebuild holds the same."""

import pytest

from orchestration.landing.journal import Landing
from tests.invoices import invoice, land, line, load, raw_warehouse, restated, rows
from tests.orchestration.test_raw_inventory import cluster, clusters


@pytest.fixture
def landing(tmp_path):
    return Landing(tmp_path / "landing", "default")


def two(tmp_path) -> tuple[Landing, Landing]:
    root = tmp_path / "landing"
    return Landing(root, "paying"), Landing(root, "linked")


def owners(tmp_path) -> list[tuple]:
    return rows(
        tmp_path,
        "select i.id, i._connection, sum(totalPriceCents)::bigint from invoices as i "
        "inner join invoice_line_items as l on l._invoice_id = i.id group by all order by all",
    )


@pytest.mark.parametrize("turned", [False, True])
def test_an_invoice_that_two_connections_reach_is_loaded_once_from_its_own(tmp_path, turned):
    paying, linked = two(tmp_path)
    own = invoice("b", line(8), orgId="5e0000000000000000000002")
    land(paying, "a", invoice("a", line(5), linkedInvoices=[own]))
    land(linked, "b", own)
    landings = (linked, paying) if turned else (paying, linked)
    for _ in range(2):
        load(tmp_path, *landings)
        assert owners(tmp_path) == [("a", "paying", 5), ("b", "linked", 8)]


def test_a_connection_that_is_removed_leaves_and_the_nested_copy_takes_its_place(tmp_path):
    paying, linked = two(tmp_path)
    own = invoice("b", line(8), orgId="5e0000000000000000000002")
    land(paying, "a", invoice("a", line(5), linkedInvoices=[own]))
    land(linked, "b", own)
    land(linked, "c", invoice("c", line(9), orgId="5e0000000000000000000002"))
    clusters(linked, "p1", cluster("c1"))
    load(tmp_path, paying, linked)
    load(tmp_path, paying)
    assert owners(tmp_path) == [("a", "paying", 5), ("b", "paying", 8)]
    assert rows(tmp_path, "select count(*) from clusters") == [(0,)]
    load(tmp_path, paying, linked)
    assert owners(tmp_path) == [("a", "paying", 5), ("b", "linked", 8), ("c", "linked", 9)]
    assert restated(tmp_path) == []


def test_two_invoices_of_one_organization_and_month_are_kept_and_named(tmp_path):
    paying, linked = two(tmp_path)
    other = "5e0000000000000000000002"
    land(paying, "a", invoice("a", line(5), linkedInvoices=[invoice("x", line(8), orgId=other)]))
    land(linked, "b", invoice("b", line(8), orgId=other))
    load(tmp_path, paying, linked)
    assert len(owners(tmp_path)) == 3
    with raw_warehouse(tmp_path) as raw:
        found = raw.overlaps(paying, linked)
    assert set(found) == {"paying"}
    [sentence] = found["paying"]
    assert sentence.startswith("invoices x (in the paying organization's) and b are of one month")


def named(tmp_path, landing: Landing) -> list[str]:
    with raw_warehouse(tmp_path) as raw:
        raw.load(landing)
        return raw.overlaps(landing).get(landing.connection, [])


def test_nested_invoices_that_their_document_dropped_stay_and_are_named(tmp_path, landing):
    """Both counted, and nobody was told."""
    other = "5e0000000000000000000002"
    for nested in (["x", "z"], ["y"], []):
        documents = [invoice(each, line(8), orgId=other if each != "z" else "o") for each in nested]
        land(landing, "a", invoice("a", line(5), linkedInvoices=documents))
        found = named(tmp_path, landing)
        left = [each for each in found if each.startswith("the paying")]
        twice = [each for each in found if each.startswith("invoices")]
        assert found == twice + left
        if nested == ["x", "z"]:
            assert found == []
        elif nested == ["y"]:
            [sentence] = left
            assert sentence.startswith(
                "the paying organization's invoice of 2026-05 no longer holds x, z; what was read"
            )
            assert len(twice) == 1
            assert "y (in the paying organization's) and x (in" in twice[0]
        else:
            assert "no longer holds x, y, z;" in left[0]
    assert rows(tmp_path, "select sum(totalPriceCents) from invoice_line_items") == [(29,)]


def test_nested_invoices_stay_told_when_the_pending_document_moves_on(tmp_path, landing):
    may = invoice("may", line(5), linkedInvoices=[linked_invoice(8)], statusName="PENDING")
    land(landing, "pending", may)
    june = {"startDate": "2026-06-01T00:00:00Z", "endDate": "2026-07-01T00:00:00Z"}
    land(landing, "pending", invoice("june", line(1, "2026-06-01"), statusName="PENDING", **june))
    assert named(tmp_path, landing) == []


def test_own_invoices_of_one_month_are_named_whatever_days_they_start_on(tmp_path, landing):
    land(landing, "a", invoice("a", line(5)))
    land(landing, "b", invoice("b", line(5)))
    land(landing, "c", invoice("c", line(5), startDate="2026-05-16T00:00:00Z"))
    june = {"startDate": "2026-06-01T00:00:00Z", "endDate": "2026-07-01T00:00:00Z"}
    land(landing, "d", invoice("d", line(5, "2026-06-01"), **june))
    sentences = named(tmp_path, landing)
    assert [" ".join(each.split()[:6]) for each in sentences] == [
        "invoices b and a are of",
        "invoices c and a are of",
        "invoices c and b are of",
    ]


def linked_invoice(cents: int, env: str = "prod") -> dict:
    one = line(cents, tags={"env": [env]})
    return invoice("b", one, orgId="5e0000000000000000000002")


def nest(paying: Landing, linked: dict) -> None:
    land(paying, "a", invoice("a", line(5), linkedInvoices=[linked]))


def test_a_connection_that_fails_leaves_its_invoice_to_the_copy_that_is_kept_up_to_date(tmp_path):
    paying, linked = two(tmp_path)
    nest(paying, linked_invoice(7))
    land(linked, "b", linked_invoice(8))
    load(tmp_path, paying, linked)
    linked.observe_unreadable("connection", "5e0000000000000000000002", "401")
    load(tmp_path, paying, linked)
    assert owners(tmp_path) == [("a", "paying", 5), ("b", "linked", 8)]
    nest(paying, linked_invoice(9))
    load(tmp_path, paying, linked)
    assert owners(tmp_path) == [("a", "paying", 5), ("b", "paying", 9)]
    linked.observe("connection", "5e0000000000000000000002", [])
    land(linked, "b", linked_invoice(10))
    load(tmp_path, paying, linked)
    assert owners(tmp_path) == [("a", "paying", 5), ("b", "linked", 10)]


def test_what_was_first_seen_through_another_connection_stays_first_in_a_rebuild(tmp_path):
    paying, linked = two(tmp_path)
    nest(paying, linked_invoice(8, "old"))
    load(tmp_path, paying, linked)
    land(linked, "b", linked_invoice(9, "new"))
    land(linked, "b", linked_invoice(8, "new"))
    load(tmp_path, paying, linked)
    tags = (
        "select tags['env'], _tags_first_seen['env'] from invoice_line_items "
        "where tags['env'][1] = 'new'"
    )
    changes = "select beforeCents, afterCents from invoice_changes order by _changed_at"
    before = rows(tmp_path, tags), rows(tmp_path, changes)
    assert before == ([(["new"], ["old"])], [(8, 9), (9, 8)])
    (tmp_path / "build" / "raw.duckdb").unlink()
    load(tmp_path, paying, linked)
    assert (rows(tmp_path, tags), rows(tmp_path, changes)) == before


def noted(tmp_path) -> tuple[list[tuple], ...]:
    return (
        rows(tmp_path, "from invoice_changes order by all"),
        rows(tmp_path, "select * exclude _load from invoices order by all"),
        rows(tmp_path, "from invoice_line_items order by all"),
    )


def rebuilt(tmp_path, *landings: Landing) -> tuple[list[tuple], ...]:
    (tmp_path / "build" / "raw.duckdb").unlink()
    load(tmp_path, *landings)
    return noted(tmp_path)


def test_restatements_leave_with_their_connection_and_come_back_once(tmp_path):
    """They stayed, and were there twice once the connection was added again."""
    paying, linked = two(tmp_path)
    nest(paying, linked_invoice(7))
    for cents in (8, 18):
        land(linked, "b", linked_invoice(cents))
        load(tmp_path, paying, linked)
    before = noted(tmp_path)
    assert [row[2:4] for row in restated(tmp_path)] == [(7, 8), (8, 18)]
    load(tmp_path, paying)
    assert restated(tmp_path) == []
    assert noted(tmp_path) == rebuilt(tmp_path, paying)
    load(tmp_path, paying, linked)
    assert noted(tmp_path) == before


def test_an_invoice_that_left_takes_its_restatements_along(tmp_path):
    paying, linked = two(tmp_path)
    land(paying, "a", invoice("a", line(5)))
    for cents in (8, 18):
        land(linked, "b", linked_invoice(cents))
        load(tmp_path, paying, linked)
    load(tmp_path, paying)
    assert restated(tmp_path) == []
    assert owners(tmp_path) == [("a", "paying", 5)]


def test_what_counted_while_a_connection_failed_counts_so_in_a_rebuild(tmp_path):
    paying, linked = two(tmp_path)
    nest(paying, linked_invoice(7, "old"))
    land(linked, "b", linked_invoice(8))
    load(tmp_path, paying, linked)
    linked.observe_unreadable("connection", "5e0000000000000000000002", "401")
    for cents in (9, 10):
        nest(paying, linked_invoice(cents))
        load(tmp_path, paying, linked)
    land(linked, "b", linked_invoice(11))
    linked.observe("connection", "5e0000000000000000000002", [])
    load(tmp_path, paying, linked)
    pairs = [(7, 8), (8, 9), (9, 10), (10, 11)]
    assert [row[2:4] for row in sorted(restated(tmp_path), key=lambda row: row[2])] == pairs
    assert noted(tmp_path) == rebuilt(tmp_path, paying, linked)


def test_a_paying_organization_that_is_removed_leaves_no_tags_behind(tmp_path):
    paying, linked = two(tmp_path)
    nest(paying, linked_invoice(8, "old"))
    load(tmp_path, paying, linked)
    land(linked, "b", linked_invoice(8, "new"))
    load(tmp_path, paying, linked)
    load(tmp_path, linked)
    assert rows(
        tmp_path,
        "select _versions_seen, _tags_first_seen['env'] from invoices "
        "inner join invoice_line_items on id = _invoice_id",
    ) == [(1, ["new"])]
    assert noted(tmp_path) == rebuilt(tmp_path, linked)
