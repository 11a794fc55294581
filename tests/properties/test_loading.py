"""Cents in are cents out, from an answer's body to the rows of raw; what cannot be is named."""

import copy
import tempfile
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import duckdb
from hypothesis import strategies as st

from orchestration.atlas.errors import AtlasError
from orchestration.invoice_document import BadInvoice
from orchestration.landing import Landing
from tests.invoices import land, raw_warehouse
from tests.properties.documents import STYLES, documents, numbered, told, within
from tests.properties.search import for_any
from tests.properties.specification import ANYTHING, Literal

PAGES = st.lists(st.tuples(documents(), STYLES), min_size=1, max_size=4)
LOADED = """
select id, count(lines._invoice_id), coalesce(sum(totalPriceCents), 0),
    count(distinct _line_item_id)
from invoices left join invoice_line_items as lines on lines._invoice_id = id
group by id
"""
LINES = "from invoice_line_items select * order by all"
SPOILS = ("infinity", "9999-99-99", "2026-02-30T00:00:00Z", "not a time", {"a": "b"}, [[]])
NO_CENTS = ("1e400", "12.5", "-9223372036854775809", "9223372036854775807")
ODD = st.one_of(ANYTHING, st.sampled_from([*SPOILS, *map(Literal, NO_CENTS)]))


@contextmanager
def place():
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder), Landing(Path(folder) / "landing", "default")


def load(folder: Path, landing: Landing):
    with raw_warehouse(folder) as raw:
        return raw.load(landing)


def rows(folder: Path, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(folder / "build" / "raw.duckdb"), read_only=True) as db:
        return db.execute(query).fetchall()


def in_raw(folder: Path) -> dict[str, tuple[int, int]]:
    found = rows(folder, LOADED)
    assert all(lines == ids for _, lines, _, ids in found), "a line's id is there twice"
    return {invoice_id: (lines, cents) for invoice_id, lines, cents, _ in found}


def land_all(landing: Landing, pages: list[Any], ids: "count[int]") -> dict[str, tuple[int, int]]:
    expected: dict[str, tuple[int, int]] = {}
    for number, (document, style) in enumerate(pages):
        expected |= told(numbered(document, ids))
        land(landing, str(number), style.write(document))
    return expected


@for_any(PAGES, examples=6)
def test_raw_holds_every_line_and_cent_and_a_rebuild_the_same_rows(pages):
    with place() as (folder, landing):
        expected = land_all(landing, pages, count())
        load(folder, landing)
        assert in_raw(folder) == expected
        first = rows(folder, LINES)
        assert load(folder, landing).invoices == {}
        assert rows(folder, LINES) == first
        (folder / "build" / "raw.duckdb").unlink()
        load(folder, Landing(landing.root, "default"))
        assert rows(folder, LINES) == first
        assert rows(folder, "from unloadable_invoices") == []


@st.composite
def spoiled(draw: st.DrawFn) -> Any:
    """A document in which up to three values are none that the specification has."""
    document = copy.deepcopy(draw(documents()))
    for invoice in draw(st.lists(st.sampled_from(within(document)), min_size=1, max_size=3)):
        lines = (invoice.get("lineItems") or [])[:3]
        holder = draw(st.sampled_from([invoice, *(each for each in lines if each)]))
        names = sorted({"created", "updated", *holder} - {"id", "lineItems", "linkedInvoices"})
        holder[draw(st.sampled_from(names))] = draw(ODD)
    return document


@for_any(PAGES, spoiled(), STYLES, examples=16)
def test_an_odd_value_is_loaded_or_refused_by_name_and_the_others_go_on(pages, odd, style):
    with place() as (folder, landing):
        ids = count()
        expected = land_all(landing, pages, ids)
        try:
            named = land(landing, "odd", style.write(numbered(odd, ids)))
        except (BadInvoice, AtlasError) as error:
            assert str(error)
            named = []
        load(folder, landing)
        loaded = in_raw(folder)
        assert expected.items() <= loaded.items()
        refused = {
            invoice_id
            for (invoice_id,) in rows(
                folder, "select _invoice_id from unloadable_invoices where reason <> ''"
            )
        }
        seen = landing.current("invoices").get("odd")
        refused |= set(seen.meta.get("problems", {})) if seen else set()
        assert set(named) <= set(loaded) | refused
        assert not refused & set(loaded)
