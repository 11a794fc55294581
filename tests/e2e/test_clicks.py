"""What a click does in a real browser: rows open, files hold what is shown, reports are kept."""

import io
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from tests.dashboard import money, test_anomalies, test_savings
from tests.dashboard.conftest import publish_warehouse
from tests.dashboard.test_anomalies import insert
from tests.e2e.looking import chromium, needs_a_browser, open_page, served, settle

expect.set_options(timeout=20_000)
pytestmark = needs_a_browser
SHOP_IN_APRIL = """
select sum(cost_cents)::bigint as cents, service from marts.fct_line_items
where project_name = 'shop' and usage_date between '2026-04-01' and '2026-04-30'
    and charge_type <> 'credit'
group by service order by service"""
SHOP = "cost-report?range=last_month&compare=none&overlay=none&f.project=shop"
READERS: dict[str, Callable[[io.BytesIO], pd.DataFrame]] = {
    "CSV": pd.read_csv,
    "Excel": pd.read_excel,
    "Parquet": pd.read_parquet,
}
Open = Callable[[str], Page]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder of these tests alone, because they write to it."""
    pointer = money.add(publish_warehouse(tmp_path_factory.mktemp("clicks")))
    with duckdb.connect(str(pointer.resolve())) as db:
        insert(db, "anomalies", test_anomalies.ONE | {"actual_cents": 1500, "over_cents": 1000})
        insert(db, "savings", test_savings.ONE)
    return pointer.parent


@pytest.fixture(scope="module")
def page(published) -> Iterator[Page]:
    """One server, one browser and one tab for all."""
    with served(published) as url, chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 800}, base_url=url)
        yield page
        page.close()


@pytest.fixture
def opened(page) -> Open:
    def opened(path: str) -> Page:
        open_page(page, f"/{path}")
        expect(page.get_by_test_id("stException")).to_have_count(0)
        return page

    return opened


@pytest.fixture(scope="module")
def db(published, tmp_path_factory) -> Iterator[duckdb.DuckDBPyConnection]:
    copy = tmp_path_factory.mktemp("asked") / "copy.duckdb"
    shutil.copy((published / "atlas_costs.duckdb").resolve(), copy)
    with duckdb.connect(str(copy), read_only=True) as db:
        yield db


def total(page: Page) -> str:
    return page.get_by_test_id("stMetricValue").first.inner_text()


def dollars(cents: int) -> str:
    return f"${cents // 100:,}.{cents % 100:02d}"


def click_cell(page: Page, table: int, x: int, y: int = 52) -> None:
    """A place in a table, from its upper left corner: a table is one picture, without elements."""
    page.get_by_test_id("stDataFrame").nth(table).locator(".dvn-scroller").click(
        position={"x": x, "y": y}
    )


def test_a_download_holds_what_the_screen_shows_to_the_cent(opened, db):
    page = opened(SHOP)
    services = {name: cents for cents, name in db.sql(SHOP_IN_APRIL).fetchall()}
    assert total(page) == dollars(sum(services.values()))
    page.get_by_role("button", name="Download", exact=True).click()
    for kind, read in READERS.items():
        with page.expect_download() as download:
            page.get_by_role("button", name=kind, exact=True).first.click()
        rows = read(io.BytesIO(Path(download.value.path()).read_bytes()))
        rows.columns = [each.lower() for each in rows.columns]
        is_whole = "amount_cents" in rows
        cents = rows["amount_cents"] if is_whole else rows["amount"].mul(100).round()
        assert dict(cents.astype(int).groupby(rows["service"]).sum()) == services, kind


def test_a_saved_report_opens_as_it_was_saved_and_is_starred_and_deleted(opened):
    page = opened(SHOP)
    shown = total(page)
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_label("Title", exact=True).fill("Shop *last* month")
    page.get_by_role("button", name="Save report").click()
    expect(page.get_by_text("Saved: it is on the page Reports.")).to_be_visible()
    page = opened("reports?text=shop-last-month")
    star = page.locator("[class*='st-key-star-']").get_by_role("button")
    expect(star).to_contain_text("star_border")
    star.click()
    expect(star).not_to_contain_text("star_border")
    page.get_by_test_id("stMain").get_by_role("link", name="Shop *last* month").click()
    expect(page).to_have_url(re.compile("f.project=shop"))
    settle(page)
    assert total(page) == shown
    assert len(page.context.pages) == 1
    expect(page.get_by_label("Range", exact=True).first).to_have_value("Last month")
    page = opened("reports?text=shop-last-month")
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("button", name="Delete it").click()
    expect(page.get_by_text("No report matches this search.")).to_be_visible()


def test_a_name_opens_its_resource_in_the_same_tab_and_back_leads_back(opened, db):
    page = opened("active-resources?sort=resource_name")
    name = db.sql("select min(resource_name) from marts.active_resources").fetchall()[0][0]
    click_cell(page, 1, x=40)
    expect(page.locator("h1").first).to_have_text(name)
    expect(page).to_have_url(re.compile(rf"/resource\?id=r-{name}$"))
    assert len(page.context.pages) == 1
    page.go_back()
    expect(page.locator("h1").first).to_have_text("Active resources")


@pytest.mark.parametrize(
    ("path", "address", "says"),
    [
        ("invoices", "id=inv-o-Acme-2026-05", "May 2026"),
        ("anomalies", "id=abc123", "All anomalies"),
        ("savings", "id=f1", "All findings"),
        ("allocation", "value=", "Deciding rule"),
    ],
)
def test_a_row_opens_what_it_is_about(opened, path, address, says):
    page = opened(path)
    click_cell(page, 0, x=150)
    expect(page).to_have_url(re.compile(address))
    settle(page)
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(page.get_by_test_id("stMain").get_by_text(says).first).to_be_attached()
    assert len(page.context.pages) == 1


def test_cells_and_checkboxes_open_rows_in_turn(opened):
    page = opened("invoices")
    for x, row in ((14, 0), (150, 1), (14, 2), (150, 0), (14, 0)):
        before = page.url
        click_cell(page, 0, x, y=52 + 35 * row)
        if (x, row) != (14, 0):
            expect(page).not_to_have_url(before)
        settle(page)
    expect(page).to_have_url(re.compile("id=inv-o-Acme-2026-05"))
