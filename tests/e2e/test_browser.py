"""From the Atlas API to the number on a page, in a real browser."""

from collections.abc import Iterator
from datetime import date
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from sandbox import RunningSandbox
from sandbox import running as running_sandbox
from tests.e2e.looking import chromium, needs_a_browser, served

pytestmark = needs_a_browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


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
    with served(refreshed) as url:
        yield url


def dollars(cents: int) -> str:
    return f"${cents // 100:,}.{cents % 100:02d}"


def test_the_total_on_the_page_is_the_sandboxs_truth(dashboard, truth, page):
    truth = truth.truth()
    page.goto(f"{dashboard}/cost-report?range=all&show=credits&group=service")
    expect(page.get_by_test_id("stMetricValue").first).to_have_text(dollars(truth["total"]))
    expect(page.get_by_test_id("stException")).to_have_count(0)

    costs = truth["total"] - truth["by_charge_type"].get("credit", 0)
    page.goto(f"{dashboard}/cost-report?range=all")
    expect(page.get_by_test_id("stMetricValue").first).to_have_text(dollars(costs))


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
