"""Saved reports on their page: found, opened side by side, starred, copied, deleted."""

from urllib.parse import parse_qs

import duckdb
import pytest

from dashboard import saved_reports
from orchestration.saved_reports import SharedFilter, Source
from reporting import formats, url_state
from reporting.state import Filter, ReportState
from tests.dashboard.test_pages import opened, page_links, texts


@pytest.fixture
def kept(publish) -> saved_reports.Shelf:
    publish()
    return saved_reports.on_the_shelf()


def links(app) -> str:
    found = page_links(app).items()
    return "\n".join(label for label, to in found if to.startswith("/cost-report"))


def test_a_dozen_reports_are_there_on_the_first_day(kept):
    app = opened("reports")
    assert not app.exception
    assert len(links(app).splitlines()) >= 12


def test_a_search_finds_by_title_folder_and_address(kept):
    assert "Data transfer by cluster" in links(opened("reports", text="data TRANSFER"))
    assert "Data transfer by cluster" not in links(opened("reports", text="tags"))
    assert "No report matches" in texts(opened("reports", text="no such thing"))


def test_several_reports_stand_side_by_side_with_their_own_totals(kept, tmp_path):
    app = opened("reports", show=["this-month-by-service", "by-sku"])
    with duckdb.connect(str(tmp_path / "asked.duckdb")) as db:
        db.execute(f"attach '{(tmp_path / 'atlas_costs.duckdb').resolve()}' as w (read_only)")
        months = [
            db.execute(
                "select sum(cost_cents) from w.marts.fct_line_items where is_in_total "
                "and date_trunc('month', usage_date) = ?::date",
                [month],
            ).fetchall()[0][0]
            for month in ("2026-05-01", "2026-04-01")
        ]
    assert [each.value for each in app.metric] == [formats.money(cents, "USD") for cents in months]


def test_a_report_nobody_saved_is_named(kept):
    app = opened("reports", show="nope")
    assert any("nope" in each.value for each in app.warning)


def test_a_star_puts_a_report_first_in_its_folder_and_stays(kept):
    opened("reports").button(key="star.by-sku").click().run()
    again = saved_reports.by_folder(saved_reports.on_the_shelf())["Bill"]
    assert [each.report.name for each in again if each.is_starred] == ["by-sku"]
    assert again[0].report.name == "by-sku"


def test_a_copy_is_the_same_report_under_another_title(kept):
    app = opened("reports")
    app.text_input(key="save.title.by-sku").set_value("SKUs of mine")
    app.text_input(key="save.folder.by-sku").set_value("Mine")
    button = next(each for each in app.button if "save.form.by-sku" in (each.form_id or ""))
    button.click().run()
    found, source = saved_reports.on_the_shelf().reports["skus-of-mine"]
    assert source is Source.SAVED
    assert found.state == kept.reports["by-sku"][0].state
    assert found.folder == "Mine"


def test_a_saved_report_opens_as_it_was_saved(kept):
    state = ReportState(
        range="last_3_months", bin="month", group=("project", "tag:env"),
        filters=(Filter("resource", "contains", ("a & b=c", "ü")),),
    )  # fmt: skip
    assert saved_reports._save(state, "Mine: ü & <b>", "", is_replaced=False) is None
    report = saved_reports.on_the_shelf().reports["mine-u-b"][0]
    assert url_state.parse(parse_qs(report.link.partition("?")[2])) == (state, [])
    assert report.title == "Mine: ü & <b>"


def test_a_title_that_is_taken_is_refused_until_it_shall_be_replaced(kept):
    assert saved_reports._save(ReportState(), "Mine", "", is_replaced=False) is None
    refused = saved_reports._save(ReportState(top=9), "Mine", "", is_replaced=False)
    assert refused == "A report is called mine: choose another name."
    assert saved_reports._save(ReportState(top=9), "Mine", "", is_replaced=True) is None
    assert saved_reports.on_the_shelf().reports["mine"][0].state.top == 9


def test_only_what_was_saved_here_can_be_deleted(kept):
    saved_reports._save(ReportState(), "Mine", "", is_replaced=False)
    app = opened("reports")
    assert [each.key for each in app.button if (each.key or "").startswith("delete.sure")] == [
        "delete.sure.mine"
    ]
    app.button(key="delete.sure.mine").click().run()
    assert "mine" not in saved_reports.on_the_shelf().reports


def test_a_mistake_in_the_operators_file_is_one_sentence(publish, tmp_path, monkeypatch):
    publish()
    config = tmp_path / "config"
    config.mkdir()
    (config / "reports.yaml").write_text("reports:\n  - name: x\n    titel: X\n")
    monkeypatch.setenv("ATLAS_COSTS_CONFIG_DIR", str(config))
    app = opened("reports")
    assert not app.exception
    assert "reports.yaml" in app.error[0].value
    assert "reports[0].title" in app.error[0].value


def test_a_shared_filter_is_saved_followed_and_refused_while_it_is_used(kept):
    app = opened("cost_report", f__project="shop", group="sku")
    [shared] = [each for each in app.text_input if each.label.startswith("Save these conditions")]
    shared.set_value("Shop only")
    next(each for each in app.button if each.label == "Save filter").click().run()
    assert not app.exception
    app.run()
    app.text_input(key="save.title.report").set_value("Shop by SKU")
    next(each for each in app.button if each.label == "Save report").click().run()
    assert [each.value for each in app.error] == []
    report = saved_reports.on_the_shelf().reports["shop-by-sku"][0]
    assert (report.filter, "project" in report.address) == ("shop-only", False)
    assert report.link == "/cost-report?f.project=shop&group=sku"
    app.selectbox(key="shared.name").set_value("shop-only").run()
    app.button(key="shared.delete").click().run()
    assert any("cannot be deleted: shop-by-sku uses it" in each.value.replace("\\", "")
               for each in app.error)  # fmt: skip


def test_a_shared_filter_is_applied_beside_the_conditions_in_force(kept):
    saved_reports.on_the_shelf().save_filter(SharedFilter(name="prod", address="f.tag.env=prod"))
    app = opened("cost_report", f__project="shop")
    app.selectbox(key="shared.name").set_value("prod").run()
    app.button(key="shared.apply").click().run()
    assert not app.exception
    assert {"f.project", "f.tag.env"} <= set(app.query_params)
