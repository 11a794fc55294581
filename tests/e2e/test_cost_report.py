"""The cost report in a real browser: each control's number is what SQL over the bill says."""

import csv
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import duckdb
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.dashboard.conftest import publish_warehouse
from tests.e2e.looking import chromium, needs_a_browser, open_page, served, settle

expect.set_options(timeout=20_000)
pytestmark = needs_a_browser
APRIL = "usage_date between '2026-04-01' and '2026-04-30'"
LAST_MONTH = "range=last_month&compare=none&overlay=none"
Cents = Callable[..., int]
Open = Callable[[str], Page]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a small warehouse."""
    return publish_warehouse(tmp_path_factory.mktemp("report")).parent


@pytest.fixture(scope="module")
def dashboard(published) -> Iterator[str]:
    """The pages over it."""
    with served(published) as url:
        yield url


@pytest.fixture(scope="module")
def cents(published) -> Iterator[Cents]:
    """The cents of the total's lines that meet a condition."""
    with duckdb.connect(str((published / "atlas_costs.duckdb").resolve()), read_only=True) as db:

        def asked(where: str = "true", days: str = APRIL, column: str = "cost_cents") -> int:
            [found] = db.execute(
                f"select sum({column})::bigint from marts.fct_line_items"
                f" where charge_type <> 'credit' and {days} and ({where})"
            ).fetchone()
            return int(found)

        yield asked


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def page(browser) -> Iterator[Page]:
    """One tab for all: what a test leaves behind must not be in the way of the next."""
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    yield page
    page.close()


@pytest.fixture
def opened(page, dashboard) -> Open:
    """Opens an address of the report and waits until it is drawn."""

    def opened(query: str) -> Page:
        open_page(page, f"{dashboard}/cost-report?{query}")
        expect(page.get_by_test_id("stException")).to_have_count(0)
        return page

    return opened


def dollars(cents: int) -> str:
    return f"${cents // 100:,}.{cents % 100:02d}"


def test_a_look_into_the_display_menu_changes_nothing(opened):
    page = opened(f"{LAST_MONTH}&top=2")
    address, slider = page.url, page.get_by_role("slider")
    menu = page.get_by_test_id("stPopover").get_by_role("button", name="Display")
    menu.click()
    expect(slider).to_have_value("2")
    menu.click()
    expect(slider).to_have_count(0)
    settle(page)
    assert page.url == address


def shows(page: Page, cents: int) -> None:
    expect(page.get_by_test_id("stMetricValue").first).to_have_text(dollars(cents))


def asks(page: Page, name: str) -> list[str]:
    return parse_qs(urlsplit(page.url).query).get(name, [])


def choose(page: Page, label: str, option: str) -> None:
    page.get_by_label(label, exact=True).first.click()
    page.get_by_role("option", name=option, exact=True).click()


def test_range_interval_group_and_compare_change_numbers_and_address(opened, cents):
    page = opened("compare=none&overlay=none")
    shows(page, cents(days="usage_date >= '2026-05-01'"))
    choose(page, "Range", "Last month")
    shows(page, cents())
    choose(page, "Interval", "Cumulative")
    shows(page, cents())
    expect(page).to_have_url(re.compile("range=last_month.*bin=cumulative|bin=cumulative.*range"))
    choose(page, "Compare with", "Previous period")
    march = cents(days="usage_date between '2026-03-01' and '2026-03-31'")
    expect(page.get_by_test_id("stMetricDelta").first).to_contain_text(dollars(march))
    page.go_back()
    expect(page.get_by_test_id("stMetricDelta")).to_have_count(0)
    shows(page, cents())


def test_display_changes_the_total_by_what_it_says(opened, cents):
    page = opened(f"{LAST_MONTH}&bin=month")
    page.get_by_role("button", name="Display").click()
    expect(page.get_by_text("+$19.00.")).to_be_visible()
    page.get_by_text("Tax of invoices").click()
    shows(page, cents() + 1900)
    page.get_by_text("Credits in the total").click()
    shows(page, cents() + 1900 - 50000)
    page.get_by_role("radio", name="After discounts").click()
    shows(page, cents(column="net_cost_cents") + 1900 - 50000)
    assert asks(page, "show") == ["credits", "tax", "discounts"]
    page.keyboard.press("Escape")


def test_a_filter_is_added_to_another_set_on_the_page(opened, cents):
    page = opened(f"{LAST_MONTH}&f.project=shop")
    shows(page, cents("project_name = 'shop'"))
    page.get_by_role("button", name="Filter", exact=True).click()
    page.get_by_text("Or: a new set").click()
    choose(page, "Where", "Project")
    choose(page, "Condition", "starts with")
    expect(page.get_by_label("Condition", exact=True).first).to_have_value("starts with")
    page.get_by_label("Value", exact=True).fill("mob")
    page.get_by_role("option", name="Add: mob").click()
    page.get_by_text("Add to").click()
    page.get_by_role("button", name="Add", exact=True).click()
    shows(page, cents("project_name = 'shop' or project_name like 'mob%'"))
    assert asks(page, "f2.project.starts") == ["mob"]
    page.get_by_role("button", name="Remove", exact=True).first.click()
    shows(page, cents("project_name like 'mob%'"))


def test_a_click_on_a_bar_leads_into_its_group(opened, cents):
    page = opened(f"{LAST_MONTH}&bin=week")
    page.locator('path[aria-label*="Clusters"]').first.click()
    shows(page, cents("service = 'Clusters'"))
    assert asks(page, "group") == ["category"]
    assert asks(page, "f.service") == ["Clusters"]
    page.go_back()
    shows(page, cents())


def test_going_back_before_the_group_is_drawn_stays_there(opened, cents):
    page = opened(f"{LAST_MONTH}&bin=week")
    page.locator('path[aria-label*="Clusters"]').first.click()
    page.wait_for_function("() => location.search.includes('Clusters')", polling=10)
    page.go_back()
    shows(page, cents())
    settle(page)
    assert asks(page, "f.service") == []


def test_a_click_on_the_legend_leads_down_to_the_lines(opened, cents):
    page = opened(f"{LAST_MONTH}&group=project")
    page.locator(".role-legend-label", has_text="analytics").locator("text").first.click()
    shows(page, cents("project_name = 'analytics'"))
    assert asks(page, "group") == ["resource"]
    page.locator(".role-legend-label", has_text="lake").locator("text").first.click()
    shows(page, cents("resource_name = 'lake'"))
    assert asks(page, "group") == ["sku"]
    page.locator('path[aria-label*="ATLAS_DATA"]').first.click()
    lines = "resource_name = 'lake'"
    expect(page.get_by_text(f"Showing 30 lines, together {dollars(cents(lines))}")).to_be_visible()
    assert asks(page, "table") == ["lines"]
    expect(page.get_by_text("All costs", exact=True)).to_be_visible()
    page.get_by_role("button", name="analytics", exact=True).click()
    shows(page, cents("project_name = 'analytics'"))


def test_a_click_on_a_name_in_the_table_leads_into_it_and_the_total_stays(opened, cents):
    page = opened(f"{LAST_MONTH}&group=project")
    tables = page.get_by_test_id("stDataFrame")
    expect(tables).to_have_count(2)
    tables.nth(1).locator(".dvn-scroller").click(position={"x": 60, "y": 50})
    shows(page, cents("project_name = 'analytics'"))
    assert asks(page, "group") == ["resource"]


def test_a_link_shows_what_it_showed(opened, cents):
    page = opened(
        f"{LAST_MONTH}&group=region&chart=pie&table=periods&f.resource.flexible=SHOP_PROD"
        "&f2.tag.team.is_not=data&f2.service.contains=up"
    )
    others = "service in ('Backup', 'Support') and coalesce(tags['team'][1], '') <> 'data'"
    shows(page, cents(f"resource_name = 'shop-prod' or ({others})"))
    expect(page.locator(".role-mark path").first).to_be_visible()
    expect(page.get_by_role("radio", name="By period")).to_be_checked()


@pytest.mark.parametrize("chart", ["bar", "multi_bar", "line", "area", "pie"])
def test_a_chart_is_above_the_fold_and_told_in_words(opened, chart):
    """With 25 groups, too: their legend used to leave the plot twenty pixels."""
    page = opened(f"range=this_month&chart={chart}&group=resource&group=service&top=25")
    plot = page.get_by_test_id("stVegaLiteChart").first
    expect(plot).to_have_attribute("aria-label", re.compile("^Costs by resource and service"))
    box = plot.locator(".role-frame .background, .mark-arc").first.bounding_box()
    assert box["y"] + box["height"] < 800
    assert box["height"] > 200


def test_what_is_downloaded_is_what_is_shown(opened, cents):
    page = opened(f"{LAST_MONTH}&group=service&f.project=shop")
    page.get_by_role("button", name="Download", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV", exact=True).first.click()
    with Path(download.value.path()).open() as file:
        rows = list(csv.DictReader(file))
    assert sum(int(row["amount_cents"]) for row in rows) == cents("project_name = 'shop'")


def test_a_note_stands_on_the_chart_until_it_is_taken_away(opened):
    page = opened("range=this_month")
    page.get_by_role("button", name="Notes").click()
    page.get_by_label("Note", exact=True).fill("Load test *of* <b>checkout</b>")
    page.get_by_role("button", name="Add note").click()
    expect(page.get_by_role("button", name="Notes (1)")).to_be_visible()
    mark = page.locator('path[aria-label*="Load test *of* <b>checkout</b>"]')
    expect(mark).to_have_count(1)
    page.get_by_role("button", name="Remove", exact=True).click()
    expect(page.get_by_role("button", name="Notes", exact=True)).to_be_visible()
    expect(mark).to_have_count(0)
