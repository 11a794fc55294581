"""What a phone needs: the menu leaves the page it chose, and nothing lies over its words."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.looking import chromium, needs_a_browser, open_page, served, settle

expect.set_options(timeout=20_000)
pytestmark = needs_a_browser


@pytest.fixture(scope="module")
def page(showcase) -> Iterator[Page]:
    """A tab of a phone, over a server of its own."""
    with served(showcase) as url, chromium() as browser:
        phone = {"width": 390, "height": 844}
        context = browser.new_context(
            viewport=phone, has_touch=True, is_mobile=True, base_url=url
        )  # fmt: skip
        yield context.new_page()
        context.close()


def open_menu(page: Page) -> None:
    page.get_by_test_id("stExpandSidebarButton").tap()
    expect(sidebar(page)).to_have_attribute("data-collapsed", "false")


def sidebar(page: Page) -> Locator:
    return page.get_by_test_id("stSidebar")


def test_the_menu_closes_when_a_page_is_chosen(page):
    open_page(page, "/")
    expect(sidebar(page)).to_have_attribute("data-collapsed", "true")
    open_menu(page)
    sidebar(page).get_by_role("link", name="Savings").tap()
    expect(page.get_by_role("heading", name="Savings")).to_be_visible()
    settle(page)
    expect(sidebar(page)).to_have_attribute("data-collapsed", "true")


def test_a_menu_left_open_is_closed_at_the_next_load(page):
    open_page(page, "/savings")
    open_menu(page)
    page.reload()
    settle(page)
    expect(sidebar(page)).to_have_attribute("data-collapsed", "true")


def test_the_tools_of_a_table_show_once_it_is_touched(page):
    open_page(page, "/backups")
    tools = page.get_by_test_id("stElementToolbar").first
    expect(tools).to_have_css("opacity", "0")
    page.get_by_test_id("stDataFrame").first.locator(".dvn-scroller").tap()
    expect(tools).to_have_css("opacity", "1")
