"""Which tables of raw the models would read otherwise than at the last build."""

import duckdb
import pytest

from orchestration.warehouse.inputs import fingerprints


@pytest.fixture
def raw():
    with duckdb.connect() as db:
        db.execute("create table clusters (id varchar, _document json)")
        db.execute("create table invoices (id varchar, _load varchar)")
        db.execute("create table stored_line_items (_invoice_id varchar, cents bigint)")
        db.execute("create table journal_positions (applied bigint)")
        db.execute("insert into clusters values ('a', '{}'), ('b', null), ('b', null)")
        db.execute("insert into invoices values ('i', 'first load')")
        yield db


def changed(raw, *statements: str) -> set[str]:
    before = fingerprints(raw)
    for each in statements:
        raw.execute(each)
    after = fingerprints(raw)
    assert before.keys() == after.keys()
    return {name for name, found in after.items() if found != before[name]}


def test_each_table_speaks_for_itself(raw):
    assert changed(raw, "update clusters set _document = '{\"a\": 1}' where id = 'a'") == {
        "clusters"
    }


def test_a_row_that_is_twice_is_not_a_row_that_is_not_there(raw):
    assert changed(raw, "delete from clusters where id = 'b'") == {"clusters"}


def test_the_order_of_rows_says_nothing(raw):
    again = "create or replace table clusters as from clusters order by id desc"
    assert changed(raw, again) == set()


def test_lines_are_new_with_the_load_of_their_invoice(raw):
    """They are replaced with it, and never otherwise."""
    loaded = "update invoices set _load = 'second load'"
    assert changed(raw, loaded) == {"invoices", "stored_line_items"}


def test_how_far_loading_is_is_no_news(raw):
    assert changed(raw, "insert into journal_positions values (7)") == set()
