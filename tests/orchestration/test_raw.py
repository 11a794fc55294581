"""Loading: invoices replaced whole, equal lines kept, tags remembered, nothing silently changed."""

import json
import re

import duckdb
import pytest

from orchestration.landing.journal import Landing
from tests.invoices import invoice, land, line, load, restated, rows, unloadable


@pytest.fixture
def landing(tmp_path):
    return Landing(tmp_path / "landing", "default")


def test_equal_lines_are_both_real(tmp_path, landing):
    """A collector that deduplicates by day, cluster and SKU loses money."""
    land(landing, "a", invoice("a", line(5), line(5), line(-3, sku="CREDIT")))
    loaded = load(tmp_path, landing)
    assert (loaded.line_items, loaded.cents) == (3, 7)
    found = rows(tmp_path, "select _line_item_id from invoice_line_items where totalPriceCents = 5")
    assert sorted(identity[-2:] for (identity,) in found) == ["-1", "-2"]


def test_nothing_new_loads_nothing(tmp_path, landing):
    land(landing, "a", invoice("a", line(5)))
    load(tmp_path, landing)
    land(landing, "a", invoice("a", line(5)))
    assert load(tmp_path, landing).invoices == {}


def test_a_restated_invoice_is_replaced_whole(tmp_path, landing):
    land(landing, "a", invoice("a", line(5), line(6)))
    load(tmp_path, landing)
    land(landing, "a", invoice("a", line(7)))
    assert load(tmp_path, landing).invoices == {"a": "2026-05"}
    assert rows(tmp_path, "select totalPriceCents from invoice_line_items") == [(7,)]
    assert rows(tmp_path, "select subtotalCents, _versions_seen from invoices") == [(7, 2)]


def test_linked_invoices_are_invoices_of_their_own_each_once(tmp_path, landing):
    linked = invoice("b", line(8), orgId="5e0000000000000000000002")
    land(landing, "a", invoice("a", line(5), linkedInvoices=[linked]))
    land(landing, "b", linked)
    load(tmp_path, landing)
    assert rows(tmp_path, "select id, orgId, _is_nested from invoices order by id") == [
        ("a", "5e0000000000000000000001", False),
        ("b", "5e0000000000000000000002", False),
    ]
    assert rows(tmp_path, "select sum(totalPriceCents) from invoice_line_items") == [(13,)]


def test_tags_first_seen_outlive_restated_tags_even_if_the_line_left_for_a_while(tmp_path, landing):
    """Atlas stamps today's tags onto any month it is asked for."""
    tagged = [invoice("a", line(5, tags={"env": [env]}), line(1)) for env in ("prod", "dev")]
    for document in (tagged[0], invoice("a", line(1)), tagged[1]):
        land(landing, "a", document)
        load(tmp_path, landing)
    found = rows(
        tmp_path,
        "select tags['env'], _tags_first_seen['env'] from invoice_line_items "
        "where totalPriceCents = 5",
    )
    assert found == [(["dev"], ["prod"])]


def test_a_rebuild_replays_every_version_in_order(tmp_path, landing):
    for env in ("prod", "test", "dev"):
        land(landing, "a", invoice("a", line(5, tags={"env": [env]})))
    load(tmp_path, landing)
    assert rows(
        tmp_path, "select tags['env'], _tags_first_seen['env'] from invoice_line_items"
    ) == [(["dev"], ["prod"])]
    assert rows(tmp_path, "select _versions_seen from invoices") == [(3,)]


def test_sub_cent_quantities_and_prices_are_read_from_the_text(tmp_path, landing):
    """DuckDB alone would take decimals through a float: 33.32733 became 33.327330000000004096."""
    small = line(0, quantity=6.035e-07, unitPriceDollars=0.004603)
    land(landing, "a", invoice("a", small, line(0, quantity=33.32733, unitPriceDollars=1e-9)))
    load(tmp_path, landing)
    assert rows(
        tmp_path,
        "select quantity::varchar, unitPriceDollars::varchar from invoice_line_items order by 1",
    ) == [
        ("0.000000603500000000", "0.004603000000000000"),
        ("33.327330000000000000", "0.000000001000000000"),
    ]


@pytest.mark.parametrize("odd", [12.7, "ten", True])
def test_a_discount_that_is_no_whole_number_is_refused(tmp_path, landing, odd):
    land(landing, "a", invoice("a", line(5, discountCents=odd)))
    assert load(tmp_path, landing).invoices == {}
    [(invoice_id, reason)] = unloadable(tmp_path)
    assert invoice_id == "a"
    assert re.fullmatch("discountCents is .* which is no number", reason)


@pytest.mark.parametrize("tags", [{"env": "prod"}, [], "env", 5, '{"env": ["prod"]}'])
def test_tags_of_another_shape_are_refused_and_the_other_invoices_go_on(tmp_path, landing, tags):
    land(landing, "a", invoice("a", line(4), line(5, tags=tags)))
    land(landing, "b", invoice("b", line(6)))
    assert list(load(tmp_path, landing).invoices) == ["b"]
    [(invoice_id, reason)] = unloadable(tmp_path)
    assert invoice_id == "a"
    assert re.fullmatch("tags are .*, which are no lists of values", reason)


def test_each_line_has_the_tags_that_atlas_sent_with_it(tmp_path, landing):
    sent = [{"env": ["prod", "test"], "team": []}, {"env": [None]}, {"env": None}, {}, None]
    land(landing, "a", invoice("a", *(line(cents, tags=each) for cents, each in enumerate(sent))))
    land(landing, "b", invoice("b", line(9, tags=sent[0])))
    load(tmp_path, landing)
    found = rows(
        tmp_path, "select tags, _tags_first_seen from invoice_line_items order by totalPriceCents"
    )
    assert [tags for tags, _ in found] == [*sent, sent[0]]
    assert [first for _, first in found] == [*sent[:4], {}, sent[0]]


def test_lines_that_add_up_to_more_than_a_number_holds_are_refused(tmp_path, landing):
    land(landing, "a", invoice("a") | {"lineItems": [line(2**63 - 1), line(1)]})
    land(landing, "b", invoice("b", line(6)))
    assert list(load(tmp_path, landing).invoices) == ["b"]
    assert unloadable(tmp_path) == [("a", "its lines add up to more cents than any bill")]


def test_timestamps_are_utc_whatever_offset_they_came_with(tmp_path, landing):
    land(landing, "a", invoice("a", line(1, startDate="2026-05-10T02:00:00+02:00")))
    load(tmp_path, landing)
    assert rows(tmp_path, "select startDate::varchar from invoice_line_items") == [
        ("2026-05-10 00:00:00",)
    ]


def test_a_line_that_cannot_be_loaded_changes_nothing_and_names_its_invoice(tmp_path, landing):
    land(landing, "a", invoice("a", line(5)))
    load(tmp_path, landing)
    land(landing, "a", invoice("a", line(6, quantity={"much": 1})))
    land(landing, "b", invoice("b", line(7)))
    assert list(load(tmp_path, landing).invoices) == ["b"]
    [(invoice_id, reason)] = unloadable(tmp_path)
    assert (invoice_id, "quantity is" in reason) == ("a", True)
    assert rows(tmp_path, "select totalPriceCents from invoice_line_items order by 1") == [
        (5,),
        (7,),
    ]


def test_a_landed_file_that_is_gone_is_named(tmp_path, landing):
    land(landing, "a", invoice("a", line(5)))
    [file] = landing.root.rglob("*.json.gz")
    file.unlink()
    load(tmp_path, landing)
    [(_, reason)] = unloadable(tmp_path)
    assert file.name in reason


def test_a_version_that_cannot_be_loaded_does_not_block_the_one_after_it(tmp_path, landing):
    land(landing, "a", invoice("a", line(5, quantity="n/a")))
    load(tmp_path, landing)
    assert len(unloadable(tmp_path)) == 1
    land(landing, "a", invoice("a", line(6)))
    load(tmp_path, landing)
    assert rows(tmp_path, "select totalPriceCents from invoice_line_items") == [(6,)]
    assert unloadable(tmp_path) == []


def test_empty_strings_and_absent_amounts_are_missing_values(tmp_path, landing):
    odd = line(0, endDate="", quantity="", created="", tags=None)
    del odd["totalPriceCents"]
    land(landing, "a", invoice("a", subtotalCents=0, lineItems=[odd]))
    load(tmp_path, landing)
    assert rows(tmp_path, "select endDate, quantity, totalPriceCents from invoice_line_items") == [
        (None, None, None)
    ]


def test_a_number_restated_in_another_spelling_is_the_same_line(tmp_path, landing):
    for quantity, env in ((72.0, "prod"), (72, "dev")):
        land(landing, "a", invoice("a", line(5, quantity=quantity, tags={"env": [env]})))
        load(tmp_path, landing)
    assert rows(tmp_path, "select _tags_first_seen['env'] from invoice_line_items") == [(["prod"],)]


def test_an_invoice_twice_on_one_page_counts_once(tmp_path, landing):
    land(landing, "pending", {"results": [invoice("a", line(5)), invoice("a", line(5))]})
    assert load(tmp_path, landing).cents == 5


def test_raw_tables_of_another_shape_are_made_again_from_landing(tmp_path, landing):
    land(landing, "a", invoice("a", line(5)))
    load(tmp_path, landing)
    with duckdb.connect(str(tmp_path / "build" / "raw.duckdb")) as db:
        db.execute("update shape set sha256 = 'of last year'; alter table invoices drop orgId")
    load(tmp_path, landing)
    assert rows(tmp_path, "select orgId from invoices") == [("5e0000000000000000000001",)]


def test_a_changed_amount_a_line_that_left_and_a_late_one_are_restatements(tmp_path, landing):
    first = [line(5), line(6, sku="LEAVES"), line(1, "2026-05-11")]
    late = line(3, sku="LATE")
    land(landing, "a", invoice("a", *first))
    load(tmp_path, landing)
    land(landing, "a", invoice("a", line(7), late, line(1, "2026-05-11"), line(9, "2026-05-12")))
    load(tmp_path, landing)
    assert restated(tmp_path) == [
        ("2026-05-10", "ATLAS_AWS_INSTANCE_M10", 5, 7),
        ("2026-05-10", "LATE", 0, 3),
        ("2026-05-10", "LEAVES", 6, 0),
    ]


def test_a_restatement_says_whether_atlas_had_closed_the_invoice(tmp_path, landing):
    for cents, status in ((5, "PENDING"), (7, "CLOSED"), (6, "PAID")):
        land(landing, "a", invoice("a", line(cents), statusName=status))
        load(tmp_path, landing)
    query = "select afterCents, _status_before from invoice_changes order by _changed_at"
    assert rows(tmp_path, query) == [(7, "PENDING"), (6, "CLOSED")]


def test_growth_by_new_days_and_new_tags_are_no_restatements(tmp_path, landing):
    land(landing, "a", invoice("a", line(5)))
    load(tmp_path, landing)
    grown = [line(5, tags={"env": ["dev"]}, groupName="Renamed"), line(9, "2026-05-12")]
    land(landing, "a", invoice("a", *grown))
    load(tmp_path, landing)
    assert restated(tmp_path) == []


def test_a_rebuild_finds_the_same_restatements(tmp_path, landing):
    for cents in (5, 7, 6):
        land(landing, "a", invoice("a", line(cents)))
        load(tmp_path, landing)
    before = rows(tmp_path, "select * from invoice_changes order by all")
    (tmp_path / "build" / "raw.duckdb").unlink()
    load(tmp_path, landing)
    assert [row[8:10] for row in before] == [(5, 7), (7, 6)]
    assert rows(tmp_path, "select * from invoice_changes order by all") == before


@pytest.mark.parametrize(
    "odd", [{"created": "not a time"}, {"startDate": "2026-13-01T00:00:00Z"}, {"created": "1"}]
)
def test_an_odd_header_is_refused_by_name_and_the_others_go_on(tmp_path, landing, odd):
    land(landing, "a", invoice("a", line(5)))
    land(landing, "b", invoice("b", line(6), **odd))
    land(landing, "c", invoice("c", line(7), created=""))
    assert sorted(load(tmp_path, landing).invoices) == ["a", "c"]
    assert [name for name, _ in unloadable(tmp_path)] == ["b"]


def test_versions_that_an_earlier_release_named_otherwise_are_loaded_and_no_new_ones(
    tmp_path, landing
):
    land(landing, "a", invoice("a", line(5)))
    journal = landing.root / "default" / "observations.jsonl"
    entry = json.loads(journal.read_text())
    entry["meta"]["invoices"][0]["version"] = "as it was named once"
    journal.write_text(json.dumps(entry) + "\n")
    landing = Landing(landing.root, "default")
    assert load(tmp_path, landing).line_items == 1
    land(landing, "a", invoice("a", line(5)))
    assert load(tmp_path, landing).invoices == {}
    assert rows(tmp_path, "select _versions_seen from invoices") == [(1,)]
    assert unloadable(tmp_path) == []


def test_a_clock_that_was_set_back_makes_no_newer_version_an_older_one(tmp_path, landing):
    for cents in (5, 7):
        land(landing, "a", invoice("a", line(cents)))
    journal = landing.root / "default" / "observations.jsonl"
    older, newer = journal.read_text().splitlines()
    newer = json.dumps(json.loads(newer) | {"observed_at": "2020-01-01T00:00:00+00:00"})
    journal.write_text(f"{older}\n{newer}\n")
    load(tmp_path, Landing(landing.root, "default"))
    assert rows(tmp_path, "select sum(totalPriceCents) from invoice_line_items") == [(7,)]
