"""Each page on a desk and on a phone, in light and in dark, for whoever sees it or hears it."""

import re
from collections.abc import Callable, Iterator
from urllib.parse import urlencode

import duckdb
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from dashboard.navigation import SECTIONS, Entry
from tests.e2e.looking import chromium, needs_a_browser, open_page, served

pytestmark = needs_a_browser
ENTRIES = [entry for entries in SECTIONS.values() for entry in entries]
DESK, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
GRAVE = {"serious", "critical"}
# Pages that only lead to numbers.
NO_NUMBERS = {"reports"}
# What a page shows one of, and where its id is from.
ONE_OF = {
    "resource": "select resource_id from marts.active_resources where resource_type = 'cluster' "
    "order by cost_month_to_date_cents desc nulls last, resource_id limit 1",
}
# Leaves of the page that hold text; two that overlap would hide one another's words.
OVERLAPS = """() => {
    const leaves = [...document.querySelectorAll(
        '[data-testid="stMain"] :is(h1, h2, h3, p, label, button, [data-testid="stMetricValue"])'
    )].filter(e => e.offsetParent && e.innerText.trim() && !e.querySelector('p, label, button'));
    const boxes = leaves.map(e => [e.innerText.trim(), e.getBoundingClientRect(), e]);
    const found = [];
    boxes.forEach(([a, p, e], i) => boxes.slice(i + 1).forEach(([b, q, f]) => {
        const apart = e.contains(f) || f.contains(e);
        const across = Math.min(p.right, q.right) - Math.max(p.left, q.left);
        const down = Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top);
        if (!apart && across > 2 && down > 4) found.push(a + ' / ' + b);
    }));
    return found;
}"""


@pytest.fixture(scope="module")
def tabs() -> Iterator[BrowserContext]:
    """One cache for all pages: a megabyte of scripts is compiled once."""
    with chromium() as browser:
        yield browser.new_context(viewport=DESK)


@pytest.fixture(scope="module")
def dashboard(showcase) -> Iterator[str]:
    with served(showcase) as url:
        yield url


@pytest.fixture(scope="module")
def ids(showcase) -> dict[str, str]:
    with duckdb.connect(str(showcase / "atlas_costs.duckdb"), read_only=True) as db:
        return {file: db.sql(sql).fetchall()[0][0] for file, sql in ONE_OF.items()}


def fits(page: Page, width: int) -> None:
    """Nothing sticks out, lies over something else, or is no number."""
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(OVERLAPS) == []
    assert not re.search(r"\d{4,}\.\d{3,}|NaN|None \d|nan%", page.inner_text("body"))


def faults(page: Page) -> list[str]:
    """What axe calls serious or critical, with where it is."""
    found = Axe().run(page).response["violations"]
    return [
        f"{each['id']}: {node['target']} {node['html'][:120]}"
        for each in found
        if each["impact"] in GRAVE
        for node in each["nodes"]
    ]


def requests_elsewhere(page: Page, here: str) -> list[str]:
    """What the page asks other servers for, in a list that grows."""
    found: list[str] = []
    ours = (here, here.replace("http", "ws"), "data:", "blob:")
    page.on("request", lambda each: each.url.startswith(ours) or found.append(each.url))
    return found


IN_BOTH_SCHEMES = pytest.mark.parametrize("page", ["light", "dark"], indirect=True)
EACH = pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.file)


@pytest.fixture
def page(tabs, request) -> Iterator[Page]:
    """A tab in light or in dark."""
    tab = tabs.new_page()
    tab.emulate_media(color_scheme=request.param)
    yield tab
    tab.close()


@pytest.fixture
def opened(page, dashboard, ids) -> Callable[[Entry], None]:
    """Opens an entry of the menu there and waits until it is drawn."""

    def open_entry(entry: Entry) -> None:
        asked = {"id": ids[entry.file]} if entry.file in ids else {}
        open_page(page, f"{dashboard}/{entry.path}?{urlencode(asked)}")

    return open_entry


@IN_BOTH_SCHEMES
@EACH
def test_a_page_fits_a_desk_and_a_phone(page, opened, dashboard, entry: Entry):
    outside = requests_elsewhere(page, dashboard)
    opened(entry)
    if entry.file not in NO_NUMBERS:
        expect(page.get_by_text("SQL behind this").first).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)
    fits(page, DESK["width"])
    page.set_viewport_size(PHONE)
    page.wait_for_timeout(500)
    fits(page, PHONE["width"])
    assert outside == []


@IN_BOTH_SCHEMES
@EACH
def test_a_page_is_for_whoever_hears_it_or_sees_it_badly(page, opened, entry: Entry):
    opened(entry)
    assert faults(page) == []
