"""Pages as a person sees them: a server over a data folder, and a browser that waits."""

import os
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from orchestration.commands.processes import dashboard_command, running

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
QUIET = ["--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
START_S = 60
needs_a_browser = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed"),
]


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser for as long as it is looked with."""
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", *QUIET])
        yield found
        found.close()


@contextmanager
def served(data: Path) -> Iterator[str]:
    """The address of the pages over a data folder."""
    env = {**os.environ, "ATLAS_COSTS_DATA_DIR": str(data), "ATLAS_COSTS_ENV_FILE": ""}
    port = free_port()
    with running(dashboard_command("127.0.0.1", port), env=env) as [process]:
        url = f"http://127.0.0.1:{port}"
        wait_for(f"{url}/_stcore/health")
        assert process.poll() is None
        yield url


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str, patience_s: int = START_S) -> None:
    for _ in range(patience_s * 5):
        try:
            urlopen(url).close()
        except OSError:  # refused, or reset by a server that is only starting
            time.sleep(0.2)
        else:
            return
    pytest.fail(f"{url} did not answer within {patience_s} s")


def open_page(page: Page, url: str) -> None:
    """Opens an address and waits until the page has been drawn whole."""
    page.goto(url)
    settle(page)


def settle(page: Page) -> None:
    """Waits until a page says at its foot that all of it is there, and nothing runs any more."""
    expect(page.locator("h1").first).to_be_visible(timeout=START_S * 1000)
    page.locator("[data-test-script-state='notRunning']").wait_for(
        state="attached", timeout=START_S * 1000
    )
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0, timeout=START_S * 1000)
