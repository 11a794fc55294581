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
from orchestration.landing.invoice_document import BadInvoice
from orchestration.landing.journal import Landing
from tests.invoices import invoice, land, line, raw_warehouse
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


@for_any(PAGES, examples=4)
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
    for chosen in draw(st.lists(st.sampled_from(within(document)), min_size=1, max_size=3)):
        lines = (chosen.get("lineItems") or [])[:3]
        holder = draw(st.sampled_from([chosen, *(each for each in lines if each)]))
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


LINKED = "5e0000000000000000000002"
HELD = {
    "invoices": "from invoices select * exclude _load order by all",
    "lines": LINES,
    "changes": "from invoice_changes order by all",
}
# What a linked organization's invoice says: one amount or another, new tags, a day more.
SAYINGS = st.builds(
    lambda cents, env, grown: [line(cents, tags={"env": [env]})] + [line(3, "2026-05-11")] * grown,
    st.sampled_from([8, 9]),
    st.sampled_from(["prod", "dev"]),
    st.integers(0, 1),
)
# The paying organization shows a copy, the linked one shows its own, both at once; the linked one
# fails and recovers; it is left out of the connections and comes back.
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["copy", "copy", "own", "own", "both", "fail", "recover", "turn"]),
        SAYINGS,
        st.booleans(),
    ),
    min_size=3,
    max_size=7,
)


def connected(paying: Landing, linked: Landing, step: str, lines: Any) -> None:
    own = invoice("b", *lines, orgId=LINKED)
    if step in {"copy", "both"}:
        land(paying, "a", invoice("a", line(5), linkedInvoices=[own]))
    if step in {"own", "both"}:
        land(linked, "b", own)
    if step == "fail":
        linked.observe_unreadable("connection", LINKED, "401", "bad key")
    if step == "recover":
        linked.observe("connection", LINKED, [])


def held(folder: Path, landings: list[Landing]) -> dict[str, list[tuple[Any, ...]]]:
    with raw_warehouse(folder) as raw:
        raw.load(*landings)
    return {name: rows(folder, query) for name, query in HELD.items()}


@for_any(STEPS, examples=5)
def test_whatever_two_connections_told_of_an_invoice_a_rebuild_holds_the_same(steps):
    """Restatements too: they are noted between versions that counted, in the order they did."""
    with place() as (folder, paying):
        linked, is_there = Landing(paying.root, "linked"), True
        for step, lines, is_loaded in steps:
            connected(paying, linked, step, lines)
            is_there ^= step == "turn"
            if is_loaded:
                held(folder, [paying, linked][: 1 + is_there])
        landings = [paying, linked][: 1 + is_there]
        found = held(folder, landings)
        assert held(folder, landings) == found
        (folder / "build" / "raw.duckdb").unlink()
        assert held(folder, landings) == found
