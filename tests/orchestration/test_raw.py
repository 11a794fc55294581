"""Loading: invoices replaced whole, equal lines kept, tags remembered, nothing silently changed."""

import json
import re

import duckdb
import pytest

from orchestration.freshness import missing_parts
from orchestration.invoice_document import BadInvoice
from orchestration.landing import Landing
from tests.invoices import invoice, land, line, raw_warehouse


@pytest.fixture
def landing(tmp_path):
    return Landing(tmp_path / "landing", "default")


def load(tmp_path, landing: Landing):
    with raw_warehouse(tmp_path) as raw:
        return raw.load(landing)


def rows(tmp_path, query: str):
    with duckdb.connect(str(tmp_path / "build" / "raw.duckdb"), read_only=True) as db:
        return db.execute(query).fetchall()


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


def unloadable(tmp_path) -> list[tuple[str, str]]:
    return rows(tmp_path, "select _invoice_id, reason from unloadable_invoices")


@pytest.mark.parametrize("odd", [12.7, "ten", True])
def test_a_discount_that_is_no_whole_number_is_refused(tmp_path, landing, odd):
    land(landing, "a", invoice("a", line(5, discountCents=odd)))
    assert load(tmp_path, landing).invoices == {}
    [(invoice_id, reason)] = unloadable(tmp_path)
    assert invoice_id == "a"
    assert re.fullmatch("discountCents is .* which is no number", reason)


def test_tags_of_another_shape_are_refused_and_the_other_invoices_go_on(tmp_path, landing):
    land(landing, "a", invoice("a", line(5, tags={"env": "prod"})))
    land(landing, "b", invoice("b", line(6)))
    assert list(load(tmp_path, landing).invoices) == ["b"]
    [(invoice_id, reason)] = unloadable(tmp_path)
    assert invoice_id == "a"
    assert "its lines" in reason


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


def clusters(landing: Landing, project: str, *documents: dict) -> None:
    body = json.dumps({"results": documents}).encode()
    landing.observe("clusters", project, [landing.put("clusters", project, body)])


def cluster(identity: str, created: str = "2026-01-01T00:00:00Z") -> dict:
    return {"id": identity, "name": "shop", "groupId": "p1", "createDate": created, "new": [1]}


def test_a_cluster_that_is_gone_leaves_the_current_rows_and_stays_remembered(tmp_path, landing):
    clusters(landing, "p1", cluster("c1"))
    load(tmp_path, landing)
    clusters(landing, "p1", cluster("c2", "2026-03-01T00:00:00Z"))
    load(tmp_path, landing)
    assert rows(tmp_path, "select id from clusters") == [("c2",)]
    assert rows(tmp_path, "select id, _gone_at is null from clusters_seen order by id") == [
        ("c1", False),
        ("c2", True),
    ]


def test_an_unreadable_project_keeps_its_clusters_and_is_marked(tmp_path, landing):
    clusters(landing, "p1", cluster("c1"))
    landing.observe_unreadable("clusters", "p1", "403")
    load(tmp_path, landing)
    assert rows(tmp_path, "select id from clusters") == [("c1",)]
    assert rows(tmp_path, "select groupId, is_readable, error from project_access") == [
        ("p1", False, "403")
    ]


def test_unknown_fields_are_kept_and_a_repeated_object_counts_once(tmp_path, landing):
    clusters(landing, "p1", cluster("c1"), cluster("c1"))
    load(tmp_path, landing)
    [(document,)] = rows(tmp_path, "select _document from clusters")
    assert json.loads(document) == cluster("c1")


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


def test_a_journal_started_anew_is_read_from_its_beginning(tmp_path, landing):
    clusters(landing, "p1", cluster("c1"))
    load(tmp_path, landing)
    (landing.root / "default" / "observations.jsonl").unlink()
    anew = Landing(landing.root, "default")
    clusters(anew, "p1", cluster("c2"))
    load(tmp_path, anew)
    assert rows(tmp_path, "select id from clusters") == [("c2",)]


def test_raw_tables_of_another_shape_are_made_again_from_landing(tmp_path, landing):
    land(landing, "a", invoice("a", line(5)))
    load(tmp_path, landing)
    with duckdb.connect(str(tmp_path / "build" / "raw.duckdb")) as db:
        db.execute("update shape set sha256 = 'of last year'; alter table invoices drop orgId")
    load(tmp_path, landing)
    assert rows(tmp_path, "select orgId from invoices") == [("5e0000000000000000000001",)]


def test_a_cluster_that_changes_its_kind_stays_listed(tmp_path, landing):
    body = json.dumps({"results": [cluster("c1")]}).encode()
    landing.observe("flex_clusters", "p1", [landing.put("flex_clusters", "p1", body)])
    load(tmp_path, landing)
    clusters(landing, "p1", cluster("c1"))
    landing.observe("flex_clusters", "p1", [])
    load(tmp_path, landing)
    assert rows(tmp_path, "select kind, _gone_at from clusters_seen") == [("cluster", None)]


def restated(tmp_path) -> list[tuple]:
    return rows(
        tmp_path,
        "select usageDate::varchar, sku, beforeCents, afterCents from invoice_changes order by all",
    )


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


def two(tmp_path) -> tuple[Landing, Landing]:
    root = tmp_path / "landing"
    return Landing(root, "paying"), Landing(root, "linked")


def load_all(tmp_path, *landings: Landing):
    with raw_warehouse(tmp_path) as raw:
        return raw.load(*landings)


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
        load_all(tmp_path, *landings)
        assert owners(tmp_path) == [("a", "paying", 5), ("b", "linked", 8)]


def test_a_connection_that_is_removed_leaves_and_the_nested_copy_takes_its_place(tmp_path):
    paying, linked = two(tmp_path)
    own = invoice("b", line(8), orgId="5e0000000000000000000002")
    land(paying, "a", invoice("a", line(5), linkedInvoices=[own]))
    land(linked, "b", own)
    land(linked, "c", invoice("c", line(9), orgId="5e0000000000000000000002"))
    clusters(linked, "p1", cluster("c1"))
    load_all(tmp_path, paying, linked)
    load_all(tmp_path, paying)
    assert owners(tmp_path) == [("a", "paying", 5), ("b", "paying", 8)]
    assert rows(tmp_path, "select count(*) from clusters") == [(0,)]
    load_all(tmp_path, paying, linked)
    assert owners(tmp_path) == [("a", "paying", 5), ("b", "linked", 8), ("c", "linked", 9)]
    assert restated(tmp_path) == []


def test_two_invoices_of_one_organization_and_month_are_kept_and_named(tmp_path):
    paying, linked = two(tmp_path)
    other = "5e0000000000000000000002"
    land(paying, "a", invoice("a", line(5), linkedInvoices=[invoice("x", line(8), orgId=other)]))
    land(linked, "b", invoice("b", line(8), orgId=other))
    load_all(tmp_path, paying, linked)
    assert len(owners(tmp_path)) == 3
    with raw_warehouse(tmp_path) as raw:
        [sentence] = raw.overlaps(paying)
        assert raw.overlaps(linked) == []
    assert sentence.startswith("invoices x (in the paying organization's) and b are of one month")


def named(tmp_path, landing: Landing) -> list[str]:
    with raw_warehouse(tmp_path) as raw:
        raw.load(landing)
        return raw.overlaps(landing)


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


def test_two_own_invoices_of_one_month_are_named_and_two_parts_of_a_month_are_not(
    tmp_path, landing
):
    land(landing, "a", invoice("a", line(5)))
    land(landing, "b", invoice("b", line(5)))
    land(landing, "c", invoice("c", line(5), startDate="2026-05-16T00:00:00Z"))
    [sentence] = named(tmp_path, landing)
    assert sentence.startswith("invoices b and a are of one month of organization 5e00")


def test_inventory_is_kept_as_history(tmp_path, landing):
    for name in ("M10", "M20", "M20"):
        clusters(landing, "p1", cluster("c1") | {"tier": name})
        load(tmp_path, landing)
    clusters(landing, "p1")
    load(tmp_path, landing)
    assert rows(
        tmp_path,
        "select _document ->> 'tier', _valid_to is null from inventory_history "
        "order by _valid_from",
    ) == [("M10", False), ("M20", False)]


@pytest.mark.parametrize(
    "body",
    [b'{"results": [{"id": "c1", "name": "\\ud83d"}]}', b'\xef\xbb\xbf{"results": [{"id": "c1"}]}'],
)
def test_what_python_reads_and_duckdb_does_not_is_loaded_all_the_same(tmp_path, landing, body):
    landing.observe("clusters", "p1", [landing.put("clusters", "p1", body)])
    load(tmp_path, landing)
    assert rows(tmp_path, "select id from clusters") == [("c1",)]


@pytest.mark.parametrize(
    "odd", [{"created": "not a time"}, {"startDate": "2026-13-01T00:00:00Z"}, {"created": "1"}]
)
def test_an_odd_header_is_refused_by_name_and_the_others_go_on(tmp_path, landing, odd):
    land(landing, "a", invoice("a", line(5)))
    land(landing, "b", invoice("b", line(6), **odd))
    land(landing, "c", invoice("c", line(7), created=""))
    assert sorted(load(tmp_path, landing).invoices) == ["a", "c"]
    assert [name for name, _ in unloadable(tmp_path)] == ["b"]


def test_an_object_without_an_id_stays_in_history_alone(tmp_path, landing):
    clusters(landing, "p1", cluster("c1"), {"name": "nameless"})
    load(tmp_path, landing)
    assert rows(tmp_path, "select id from clusters") == [("c1",)]
    assert rows(tmp_path, "select id from inventory_history order by id") == [
        ("c1",),
        ("p1/nameless",),
    ]


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


def test_payments_that_are_no_text_are_refused_where_they_arrive(landing):
    body = json.dumps(invoice("a", line(5), payments=[{"id": "X"}])).encode()
    with pytest.raises(BadInvoice):
        land(landing, "a", body.replace(b"X", b"\x81"))


def report(landing: Landing, invoice_id: str, body: bytes) -> None:
    with landing.receive("focus_reports", invoice_id, "", suffix=".csv.gz") as sink:
        sink.write(body)
    landing.observe("focus_reports", invoice_id, [sink.landed], {"version": "1"})


HEADER = b"ChargePeriodStart,RegionId,x_AtlasSku,path\n"


@pytest.mark.parametrize(
    "row", [b"2026-05-10,\x81,SKU,f\n", b'2026-05-10,"' + b"x" * 400_000 + b'",SKU,f\n']
)
def test_a_report_that_cannot_be_read_is_left_out_and_the_others_go_on(tmp_path, landing, row):
    report(landing, "a", HEADER + row)
    report(landing, "b", HEADER + b"2026-05-10,us-east-1,SKU,f\n")
    load(tmp_path, landing)
    assert rows(
        tmp_path, "select _invoice_id, RegionId, _other_columns from focus_report_rows"
    ) == [("b", "us-east-1", '{"path":"f"}')]
    [named] = missing_parts(landing, with_focus_reports=True)
    assert named.startswith("FOCUS reports: FOCUS report of invoice a: it is landed and is no CSV")
    noted = len(landing.observations())
    (tmp_path / "build" / "raw.duckdb").unlink()
    load(tmp_path, landing)
    assert len(landing.observations()) == noted


def linked_invoice(cents: int, env: str = "prod") -> dict:
    one = line(cents, tags={"env": [env]})
    return invoice("b", one, orgId="5e0000000000000000000002")


def nest(paying: Landing, linked: dict) -> None:
    land(paying, "a", invoice("a", line(5), linkedInvoices=[linked]))


def test_a_connection_that_fails_leaves_its_invoice_to_the_copy_that_is_kept_up_to_date(tmp_path):
    paying, linked = two(tmp_path)
    nest(paying, linked_invoice(7))
    land(linked, "b", linked_invoice(8))
    load_all(tmp_path, paying, linked)
    linked.observe_unreadable("connection", "5e0000000000000000000002", "401")
    load_all(tmp_path, paying, linked)
    assert owners(tmp_path) == [("a", "paying", 5), ("b", "linked", 8)]
    nest(paying, linked_invoice(9))
    load_all(tmp_path, paying, linked)
    assert owners(tmp_path) == [("a", "paying", 5), ("b", "paying", 9)]
    linked.observe("connection", "5e0000000000000000000002", [])
    land(linked, "b", linked_invoice(10))
    load_all(tmp_path, paying, linked)
    assert owners(tmp_path) == [("a", "paying", 5), ("b", "linked", 10)]


def test_what_was_first_seen_through_another_connection_stays_first_in_a_rebuild(tmp_path):
    paying, linked = two(tmp_path)
    nest(paying, linked_invoice(8, "old"))
    load_all(tmp_path, paying, linked)
    land(linked, "b", linked_invoice(9, "new"))
    land(linked, "b", linked_invoice(8, "new"))
    load_all(tmp_path, paying, linked)
    tags = (
        "select tags['env'], _tags_first_seen['env'] from invoice_line_items "
        "where tags['env'][1] = 'new'"
    )
    changes = "select beforeCents, afterCents from invoice_changes order by _changed_at"
    before = rows(tmp_path, tags), rows(tmp_path, changes)
    assert before == ([(["new"], ["old"])], [(8, 9), (9, 8)])
    (tmp_path / "build" / "raw.duckdb").unlink()
    load_all(tmp_path, paying, linked)
    assert (rows(tmp_path, tags), rows(tmp_path, changes)) == before


def noted(tmp_path) -> tuple[list[tuple], ...]:
    return (
        rows(tmp_path, "from invoice_changes order by all"),
        rows(tmp_path, "select * exclude _load from invoices order by all"),
        rows(tmp_path, "from invoice_line_items order by all"),
    )


def rebuilt(tmp_path, *landings: Landing) -> tuple[list[tuple], ...]:
    (tmp_path / "build" / "raw.duckdb").unlink()
    load_all(tmp_path, *landings)
    return noted(tmp_path)


def test_restatements_leave_with_their_connection_and_come_back_once(tmp_path):
    """They stayed, and were there twice once the connection was added again."""
    paying, linked = two(tmp_path)
    nest(paying, linked_invoice(7))
    for cents in (8, 18):
        land(linked, "b", linked_invoice(cents))
        load_all(tmp_path, paying, linked)
    before = noted(tmp_path)
    assert [row[2:4] for row in restated(tmp_path)] == [(7, 8), (8, 18)]
    load_all(tmp_path, paying)
    assert restated(tmp_path) == []
    assert noted(tmp_path) == rebuilt(tmp_path, paying)
    load_all(tmp_path, paying, linked)
    assert noted(tmp_path) == before


def test_an_invoice_that_left_takes_its_restatements_along(tmp_path):
    paying, linked = two(tmp_path)
    land(paying, "a", invoice("a", line(5)))
    for cents in (8, 18):
        land(linked, "b", linked_invoice(cents))
        load_all(tmp_path, paying, linked)
    load_all(tmp_path, paying)
    assert restated(tmp_path) == []
    assert owners(tmp_path) == [("a", "paying", 5)]


def test_what_counted_while_a_connection_failed_counts_so_in_a_rebuild(tmp_path):
    paying, linked = two(tmp_path)
    nest(paying, linked_invoice(7, "old"))
    land(linked, "b", linked_invoice(8))
    load_all(tmp_path, paying, linked)
    linked.observe_unreadable("connection", "5e0000000000000000000002", "401")
    for cents in (9, 10):
        nest(paying, linked_invoice(cents))
        load_all(tmp_path, paying, linked)
    land(linked, "b", linked_invoice(11))
    linked.observe("connection", "5e0000000000000000000002", [])
    load_all(tmp_path, paying, linked)
    pairs = [(7, 8), (8, 9), (9, 10), (10, 11)]
    assert [row[2:4] for row in sorted(restated(tmp_path), key=lambda row: row[2])] == pairs
    assert noted(tmp_path) == rebuilt(tmp_path, paying, linked)


def test_a_paying_organization_that_is_removed_leaves_no_tags_behind(tmp_path):
    paying, linked = two(tmp_path)
    nest(paying, linked_invoice(8, "old"))
    load_all(tmp_path, paying, linked)
    land(linked, "b", linked_invoice(8, "new"))
    load_all(tmp_path, paying, linked)
    load_all(tmp_path, linked)
    assert rows(
        tmp_path,
        "select _versions_seen, _tags_first_seen['env'] from invoices "
        "inner join invoice_line_items on id = _invoice_id",
    ) == [(1, ["new"])]
    assert noted(tmp_path) == rebuilt(tmp_path, linked)


def test_a_clock_that_was_set_back_makes_no_newer_version_an_older_one(tmp_path, landing):
    for cents in (5, 7):
        land(landing, "a", invoice("a", line(cents)))
    journal = landing.root / "default" / "observations.jsonl"
    older, newer = journal.read_text().splitlines()
    newer = json.dumps(json.loads(newer) | {"observed_at": "2020-01-01T00:00:00+00:00"})
    journal.write_text(f"{older}\n{newer}\n")
    load(tmp_path, Landing(landing.root, "default"))
    assert rows(tmp_path, "select sum(totalPriceCents) from invoice_line_items") == [(7,)]
