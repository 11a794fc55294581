"""Loading: invoices replaced whole, equal lines kept, tags remembered, nothing silently changed."""

import json

import duckdb
import pytest

from orchestration.landing import Landing
from orchestration.warehouse.errors import LoadError
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


@pytest.mark.parametrize("odd", [12.7, "ten", True])
def test_a_discount_that_is_no_whole_number_is_refused(tmp_path, landing, odd):
    land(landing, "a", invoice("a", line(5, discountCents=odd)))
    with pytest.raises(LoadError, match="invoice a: discountCents is .*no number"):
        load(tmp_path, landing)


def test_tags_of_another_shape_are_refused_by_file(tmp_path, landing):
    land(landing, "a", invoice("a", line(5, tags={"env": "prod"})))
    with pytest.raises(LoadError, match=r"a-[0-9a-f]{16}\.json"):
        load(tmp_path, landing)


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
    with pytest.raises(LoadError, match="invoice a: quantity is .*which is no number"):
        load(tmp_path, landing)
    assert rows(tmp_path, "select totalPriceCents from invoice_line_items") == [(5,)]


def test_a_landed_file_that_is_gone_is_named(tmp_path, landing):
    land(landing, "a", invoice("a", line(5)))
    [file] = landing.root.rglob("*.json.gz")
    file.unlink()
    with pytest.raises(LoadError, match=file.name):
        load(tmp_path, landing)


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
    with pytest.raises(LoadError):
        load(tmp_path, landing)
    land(landing, "a", invoice("a", line(6)))
    load(tmp_path, landing)
    assert rows(tmp_path, "select totalPriceCents from invoice_line_items") == [(6,)]


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
