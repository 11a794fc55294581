"""From the Atlas API to the number on a page, in a real browser."""

import shutil
import socket
import time
from collections.abc import Iterator
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from orchestration.processes import dashboard_command, running
from tests.e2e.conftest import credentials

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
QUIET = ["--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
START_S = 60

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed"),
]


@pytest.fixture
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", *QUIET]
        )
        yield browser.new_page(viewport={"width": 1280, "height": 900})
        browser.close()


@pytest.fixture
def dashboard(world, sandbox) -> Iterator[str]:
    """A refreshed warehouse and the pages over it."""
    assert world.run("refresh", **credentials(sandbox)).code == 0
    port = free_port()
    with running(dashboard_command("127.0.0.1", port)) as [process]:
        url = f"http://127.0.0.1:{port}"
        wait_for(f"{url}/_stcore/health")
        assert process.poll() is None
        yield url


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(url: str) -> None:
    for _ in range(START_S * 5):
        try:
            urlopen(url).close()
        except URLError:
            time.sleep(0.2)
        else:
            return
    pytest.fail(f"{url} did not answer within {START_S} s")


def dollars(cents: int) -> str:
    return f"${cents // 100:,}.{cents % 100:02d}"


def test_the_total_on_the_page_is_the_sandboxs_truth(dashboard, sandbox, page):
    truth = sandbox.truth()
    page.goto(f"{dashboard}/cost-report?range=all&show=credits&group=service")
    expect(page.get_by_test_id("stMetricValue")).to_have_text(dollars(truth["total"]))
    expect(page.get_by_test_id("stException")).to_have_count(0)

    costs = truth["total"] - truth["by_charge_type"].get("credit", 0)
    page.goto(f"{dashboard}/cost-report?range=all")
    expect(page.get_by_test_id("stMetricValue")).to_have_text(dollars(costs))


def test_every_page_opens_by_its_address_and_by_a_click(dashboard, page):
    page.goto(dashboard)
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    expect(page.get_by_text("8 of 8 invoices tie to Atlas to the cent")).to_be_visible()
    for name, path in (("Cost report", "/cost-report"), ("Active resources", "/active-resources")):
        page.get_by_role("link", name=name).first.click()
        expect(page.get_by_role("heading", name=name)).to_be_visible()
        assert urlsplit(page.url).path == path
        page.goto(dashboard + path)
        expect(page.get_by_role("heading", name=name)).to_be_visible()
        expect(page.get_by_test_id("stException")).to_have_count(0)
