"""From the Atlas API to the number on a page, in a real browser."""

import os
import re
import shutil
import socket
import time
from collections.abc import Iterator
from datetime import date
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from orchestration.commands.processes import dashboard_command, running
from sandbox import RunningSandbox
from sandbox import running as running_sandbox

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
QUIET = ["--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
START_S = 60

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", *QUIET]
        )
        yield browser
        browser.close()


@pytest.fixture
def page(browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    yield page
    page.close()


@pytest.fixture(scope="module")
def truth() -> Iterator[RunningSandbox]:
    """One sandbox for every test here."""
    with running_sandbox(seed=7, months=4, today=date(2026, 5, 20)) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def dashboard(refreshed) -> Iterator[str]:
    """The pages over a warehouse refreshed by the installed command."""
    env = {**os.environ, "ATLAS_COSTS_DATA_DIR": str(refreshed)}
    port = free_port()
    with running(dashboard_command("127.0.0.1", port), env=env) as [process]:
        url = f"http://127.0.0.1:{port}"
        wait_for(f"{url}/_stcore/health")
        assert process.poll() is None
        yield url


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(url: str, patience_s: int = START_S) -> None:
    for _ in range(patience_s * 5):
        try:
            urlopen(url).close()
        except URLError:
            time.sleep(0.2)
        else:
            return
    pytest.fail(f"{url} did not answer within {patience_s} s")


def dollars(cents: int) -> str:
    return f"${cents // 100:,}.{cents % 100:02d}"


def test_the_total_on_the_page_is_the_sandboxs_truth(dashboard, truth, page):
    truth = truth.truth()
    page.goto(f"{dashboard}/cost-report?range=all&show=credits&group=service")
    expect(page.get_by_test_id("stMetricValue")).to_have_text(dollars(truth["total"]))
    expect(page.get_by_test_id("stException")).to_have_count(0)

    costs = truth["total"] - truth["by_charge_type"].get("credit", 0)
    page.goto(f"{dashboard}/cost-report?range=all")
    expect(page.get_by_test_id("stMetricValue")).to_have_text(dollars(costs))


def test_every_page_opens_by_its_address_and_by_a_click(dashboard, page):
    page.goto(dashboard)
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    expect(
        page.get_by_text("6 of 6 closed invoices match Atlas's total, 2 pending")
    ).to_be_visible()
    for name, path in (("Cost report", "/cost-report"), ("Active resources", "/active-resources")):
        page.get_by_role("link", name=name).first.click()
        expect(page.get_by_role("heading", name=name)).to_be_visible()
        assert urlsplit(page.url).path == path
        page.goto(dashboard + path)
        expect(page.get_by_role("heading", name=name)).to_be_visible()
        expect(page.get_by_test_id("stException")).to_have_count(0)


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
        if (!apart && across > 2 && down > 2) found.push(a + ' / ' + b);
    }));
    return found;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("path", ["/", "/cost-report?range=last_3_months", "/active-resources"])
def test_pages_fit_their_screen(dashboard, browser, path, width, scheme):
    """At a desk and on a phone, light and dark: nothing overlaps, sticks out, or fails."""
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.goto(dashboard + path)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_text("SQL behind this").first).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(OVERLAPS) == []
    assert not re.search(r"\d{4,}\.\d{3,}|NaN|None \d|nan%", page.inner_text("body"))
    page.close()
