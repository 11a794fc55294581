"""Every page in every state a reader can meet it, run as Streamlit runs it."""

import json
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from dashboard import data, navigation
from reporting import formats
from reporting.query import Query
from tests.dashboard.test_report_query import known_of_april, late_charges

APP = Path(__file__).parents[2] / "dashboard" / "app.py"
PAGES = ("overview", "cost_report", "active_resources", "anomalies", "savings", "backups")


def at_page(page: str) -> AppTest:
    """The dashboard, not yet run, at a page: `switch_page` would draw the overview before it."""
    app = AppTest.from_file(str(APP), default_timeout=60)
    app._page_hash = calc_hash("" if page == "overview" else page.replace("_", "-"))
    return app


def opened(page: str, **params: str | list[str]) -> AppTest:
    app = at_page(page)
    for name, value in params.items():
        app.query_params[name.replace("__", ".")] = value
    return app.run()


def shown_columns(app: AppTest) -> list[str]:
    return list(app.dataframe[0].proto.column_order)


def chart_of(app: AppTest, **params: str) -> list[dict]:
    """The layers of the first chart, of the page with other parameters where they are given."""
    shown = opened("cost_report", **params) if params else app
    return json.loads(shown.get("vega_lite_chart")[0].proto.spec)["layer"]


def mark_types(app: AppTest) -> list[str]:
    """The kinds of marks of the first chart, layers within layers in their order."""

    def found(layer: dict) -> list[str]:
        if "layer" in layer:
            return [each for inner in layer["layer"] for each in found(inner)]
        return [layer["mark"]["type"]]

    return found({"layer": chart_of(app)})


def page_links(app: AppTest) -> dict[str, str]:
    """Each link to a page of the dashboard, by what it is called."""
    found = [each.proto for each in app.main.get("page_link")]
    return {
        each.label: f"/{each.page}{'?' if each.query_string else ''}{each.query_string}"
        for each in found
    }


def clicked(app: AppTest, key: str, row: int, column: str) -> str:
    """The address that a click on a table's cell opens; a browser goes there in tests/e2e."""
    found: list[str] = []
    app.session_state[key] = {"selection": {"rows": [], "columns": [], "cells": [(row, column)]}}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(navigation, "follow", found.append)
        app.run()
    assert not app.exception
    [address] = found
    return address


def texts(app: AppTest) -> str:
    kinds = (app.title, app.markdown, app.caption, app.warning, app.info, app.error, app.subheader)
    said = [element.value for kind in kinds for element in kind]
    return "\n".join([*said, *page_links(app)])


@pytest.mark.parametrize("page", PAGES)
def test_a_page_shows_its_data_and_the_sql_behind_it(publish, page):
    publish()
    app = opened(page)
    assert not app.exception
    assert not app.error
    assert not app.warning
    assert app.dataframe or page not in {"cost_report", "active_resources"}
    assert any("from marts." in block.value for block in app.code)
    assert "data through 18 May 2026" in texts(app)


@pytest.mark.parametrize("page", PAGES)
def test_before_the_first_publish_a_page_says_what_to_run(publish, page):
    app = opened(page)
    assert not app.exception
    assert "atlas-costs refresh" in texts(app)
    assert "make demo" in texts(app)


@pytest.mark.parametrize("page", PAGES)
def test_an_empty_warehouse_is_explained(publish, page):
    publish(empty=True)
    app = opened(page)
    assert not app.exception
    assert not app.error
    assert app.info


@pytest.mark.parametrize("page", PAGES)
def test_a_late_connection_is_stale_after_36_hours(publish, page):
    publish(age=timedelta(hours=37))
    app = opened(page)
    assert any("Stale" in warning.value for warning in app.warning)


@pytest.mark.parametrize("page", PAGES)
def test_missing_parts_are_named(publish, page):
    publish(missing=["project analytics", "invoice 2026-03"])
    app = opened(page)
    assert any(r"invoice 2026\-03" in warning.value for warning in app.warning)


@pytest.mark.parametrize("page", PAGES)
def test_a_failing_query_is_one_sentence_and_no_trace(publish, page):
    path = publish().resolve()
    with duckdb.connect(str(path)) as db:
        for table in ("fct_invoices", "agg_costs_monthly"):
            db.execute(f"drop table marts.{table}")
    app = opened(page)
    assert not app.exception
    assert len(app.error) == 1
    assert "query failed" in app.error[0].value


def test_the_overview_names_the_invoice_that_does_not_tie(publish):
    publish(untied=date(2026, 2, 1))
    text = texts(opened("overview"))
    assert "12 of 13 closed invoices match Atlas's total, 1 pending" in text
    assert "Acme, Feb 2026" in text
    assert r"lines by +$0\.17" in text.replace(r"\+", "+").replace(r"\$", "$")
    assert "Pending: Acme, May 2026: still being billed." in text


def test_a_pending_invoice_is_pending_though_atlas_has_totalled_it(publish):
    """Its header adds up one day and not the next: neither closes it."""
    for reconciled, note in (("true", "still being billed."), ("false", "so far")):
        path = publish(version=reconciled).resolve()
        with duckdb.connect(str(path)) as db:
            db.execute(
                f"update marts.fct_invoices set is_reconciled = {reconciled}, difference_cents = 5"
                " where status = 'PENDING'"
            )
        text = texts(opened("overview"))
        assert "13 of 13 closed invoices match Atlas's total, 1 pending" in text
        assert note in text
        assert "Does not match" not in text
        assert "do not match" not in texts(opened("cost_report"))


def test_a_report_warns_only_where_its_days_touch_the_invoice(publish):
    publish(untied=date(2026, 4, 1))
    assert "do not match" in texts(opened("cost_report", range="last_month"))
    assert "do not match" not in texts(opened("cost_report", range="last_7_days"))
    # its costs reach back 30 days, so the invoice of last month is in them
    assert "do not match" in texts(opened("active_resources"))


def test_a_setting_that_cannot_be_used_is_one_sentence(publish, monkeypatch):
    publish()
    monkeypatch.setenv("ATLAS_COSTS_HISTORY_MONTHS", "0")
    app = opened("overview")
    assert not app.exception
    assert "ATLAS_COSTS_HISTORY_MONTHS" in texts(app)


def test_the_data_folder_may_be_named_in_the_env_file(publish, monkeypatch, tmp_path):
    """The dashboard must not show another warehouse than the one a refresh publishes."""
    publish()
    folder = data.warehouse_path().parent
    env_file = tmp_path / "settings.env"
    env_file.write_text(f"ATLAS_COSTS_DATA_DIR={folder}\n")
    monkeypatch.delenv("ATLAS_COSTS_DATA_DIR")
    monkeypatch.setenv("ATLAS_COSTS_ENV_FILE", str(env_file))
    assert data.warehouse_path().parent == folder


def test_a_page_reads_one_version_though_another_is_published_meanwhile(publish, monkeypatch):
    """Half of its amounts would be another version's, and it would not add up."""
    first = publish().resolve()
    app, read, running = opened("overview"), [], data._running

    def publishing(version, query):
        read.append(version)
        publish(version="two")
        return running(version, query)

    monkeypatch.setattr(data, "_running", publishing)
    st.cache_data.clear()
    assert not app.run().exception
    assert len(read) > 1
    assert set(read) == {str(first)}
    assert data.warehouse_version() != first


def test_a_subscription_that_reaches_ahead_does_not_move_this_month(publish):
    publish()
    with duckdb.connect(str(data.warehouse_path().resolve())) as db:
        db.execute(
            "insert into marts.agg_costs_daily by name select * replace (date '2027-05-31' as "
            "usage_date) from marts.agg_costs_daily limit 1"
        )
    app = opened("overview")
    assert "May 2026 to date" in [metric.label for metric in app.metric]


def test_the_overview_s_cards_are_the_warehouse_s_sums(publish):
    publish()
    lines = Query(
        "select sum(cost_cents)::bigint as cents from marts.fct_line_items "
        "where charge_type <> 'credit' and usage_date >= '2026-05-01'"
    )
    cents = data.rows(lines)[0]["cents"]
    metric = opened("overview").metric[0]
    assert metric.label == "May 2026 to date"
    assert metric.value == formats.money(cents, "USD")


def test_the_month_to_date_is_compared_like_for_like_on_every_page(publish):
    """Late support and consulting of April, 8,100 dollars, were not known on 19 April."""
    path = publish().resolve()
    known = known_of_april(path)
    shown = formats.money(known, "USD")
    late_charges(path)
    app = opened("overview")
    overview = app.metric
    rule = f"as billed by 19 Apr 2026 ({shown})"
    assert f"vs. the same days last month: 1 Apr 2026 to 18 Apr 2026, {rule}" in texts(app).replace(
        "\\", ""
    )
    assert overview[2].label == "Apr 2026, full month"
    assert overview[2].value != shown
    report = opened("cost_report", group="none")
    assert f"from {shown}" in report.metric[0].delta
    assert report.metric[0].delta.split()[0] == overview[0].delta.split()[0]
    assert "as billed by 19 Apr 2026" in texts(report)
    table = report.dataframe[0].value
    assert round(table["Previous"].iloc[0] * 100) == known
    later = opened("cost_report", compare="same_days")
    assert formats.money(known + 810000, "USD") in later.metric[0].delta


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        ({"range": "year_to_date", "compare": "last_year"}, "costs begin on 1 Apr 2025"),
        ({"from": "2025-04-02", "to": "2025-04-05"}, "costs begin on 1 Apr 2025"),
        ({"range": "last_12_months"}, "costs begin on 1 Apr 2025"),
        ({"from": "2026-06-01", "to": "2026-06-30"}, "costs end on 18 May 2026"),
    ],
)
def test_where_costs_are_missing_there_is_no_change_and_a_sentence(publish, params, sentence):
    publish()
    with duckdb.connect(str(data.warehouse_path().resolve())) as db:
        db.execute(
            "insert into marts.agg_costs_daily by name select * replace (date '2026-06-09' as "
            "usage_date) from marts.agg_costs_daily limit 1"
        )
    app = opened("cost_report", **params)
    assert not app.exception
    assert not app.metric[0].delta
    assert f"No comparison: {sentence}" in texts(app).replace("\\", "")
    assert list(app.dataframe[0].value.columns[:1]) == ["Service"]
    assert "Change" not in shown_columns(app)


def test_a_longer_month_does_not_read_as_growth(publish):
    publish()
    app = opened("cost_report", **{"from": "2026-03-01", "to": "2026-03-31"})
    text = texts(app).replace("\\", "")
    assert "vs. the month before: 1 Feb 2026 to 28 Feb 2026. 31 days against 28; per day" in text
    assert "Change per day" in shown_columns(app)
    assert "Change per day" not in shown_columns(opened("cost_report"))


@pytest.mark.parametrize("group", ["service", "none"])
def test_the_total_stays_where_it_is_however_a_table_is_sorted(publish, group):
    """It is a table of its own above the groups; without groups it is all there is."""
    publish()
    app = opened("cost_report", group=group)
    by_date = opened("cost_report", group=group, table="periods")
    for shown in (app, by_date):
        tables = [list(each.value.iloc[:, 0]) for each in shown.dataframe]
        assert tables[0] == ["Total"]
        assert len(tables) == (2 if group == "service" else 1)
        assert all("Total" not in each and "Clusters" in each for each in tables[1:])
    cents = sum(round(100 * each) for each in by_date.dataframe[0].value.iloc[0, 1:])
    assert formats.money(cents, "USD") == app.metric[0].value


def test_partial_periods_are_named_in_chart_and_table(publish):
    publish()
    app = opened("cost_report", bin="month", range="last_30_days")
    text = texts(app).replace("\\", "")
    note = "Apr 2026 (from 19 Apr 2026); May 2026 (still being billed)."
    assert f"Partial: {note}" in text
    table = opened("cost_report", bin="month", range="last_30_days", table="periods")
    named = set(table.dataframe[0].value.columns)
    assert {"Apr 2026 (from 19 Apr 2026)", "May 2026 (still being billed)"} <= named
    hatching, bars = chart_of(app, bin="month", range="last_30_days", overlay="none")
    assert hatching["mark"]["fill"]["gradient"] == "linear"
    assert bars["encoding"]["opacity"]["scale"]["domain"] == ["Complete period", "Partial period"]
    bands = chart_of(app, bin="month", range="last_30_days", chart="line", overlay="none")
    assert [layer["mark"]["type"] for layer in bands] == ["rect", "line"]
    whole = opened("cost_report", bin="month", range="last_3_months")
    assert "Partial" not in texts(whole)


def test_the_overview_says_how_long_credit_lasts_or_why_that_is_not_known(publish):
    publish(organizations={"Acme": "USD", "Globex": "Atlas Credits"})
    app = opened("overview")
    shown = texts(app)
    assert r"Acme: \$3,000\.00 of credit left, enough until 7 Jun 2026" in shown
    assert "Globex: no credit balance (Atlas's invoices show no balance of a sales" in shown


def test_an_organization_in_dollars_reads_nothing_of_credits_that_it_has_not(publish):
    path = publish().resolve()
    with duckdb.connect(str(path)) as db:
        db.execute(
            "update marts.credit_balances set balance_cents = null, runs_out_on = null, "
            "balance_basis = 'no_balance_shown'"
        )
    app = opened("overview")
    assert "of credit left" not in texts(app)
    assert "no credit balance" not in texts(app)


def test_an_address_restores_the_controls_of_a_report(publish):
    publish()
    app = opened("cost_report", range="last_month", bin="week", group=["project", "tag:env"],
                 chart="line", compare="none", top="3", f__service__is_not="Support")  # fmt: skip
    state = app.session_state
    assert not app.exception
    assert (state["report.range"], state["report.bin"]) == ("last_month", "week")
    assert state["report.group"] == ["project", "tag:env"]
    assert (state["report.chart"], state["report.compare"]) == ("line", "none")
    assert state["report.top"] == 3
    assert [one.values for one in state["report.filters"]] == [("Support",)]


def test_a_control_writes_the_address(publish):
    publish()
    app = opened("cost_report", f__project="shop")
    app.selectbox(key="report.range").set_value("last_3_months").run()
    assert app.query_params["range"] == "last_3_months"
    assert app.query_params["f.project"] == "shop"
    app.multiselect(key="report.filters").set_value([]).run()
    assert "f.project" not in app.query_params
    assert app.metric[0].label == "Total, 1 Feb 2026 to 30 Apr 2026"


def test_custom_days_can_be_linked_and_left_again(publish):
    publish()
    app = opened("cost_report", **{"from": "2026-04-10", "to": "2026-04-12"})
    assert app.metric[0].label == "Total, 10 Apr 2026 to 12 Apr 2026"
    app.selectbox(key="report.range").set_value("last_month").run()
    assert app.metric[0].label == "Total, 1 Apr 2026 to 30 Apr 2026"
    assert "from" not in app.query_params


def test_a_bad_parameter_is_named_and_the_page_still_answers(publish):
    publish()
    app = opened("cost_report", range="<script>", f__moon="full")
    text = texts(app)
    assert "range=" in text
    assert r"f\.moon" in text
    assert app.metric[0].label.startswith("Total, 1 May 2026")
    assert not app.exception


def test_an_attack_in_a_value_is_only_a_value(publish):
    publish()
    app = opened("cost_report", f__tag__team="o'neil & <b>sons</b>", group=["tag:'; drop table x"])
    assert not app.exception
    assert not app.error
    assert app.metric[0].value == "$334.30"


def test_no_match_is_said(publish):
    publish()
    assert "No cost matches" in texts(opened("cost_report", f__service="Nothing"))


def test_a_report_by_resource_marks_what_happened_to_it(publish):
    publish()
    app = opened("cost_report", f__resource="shop-prod")
    assert not app.exception
    assert mark_types(app)[-2:] == ["rule", "point"]
    assert r"9 May 2026\: shop\-prod tier changed \(M30 to M40\)" in texts(app)
    assert "resource_events" not in "".join(each.value for each in opened("cost_report").code)


def test_a_report_by_tag_says_how_much_of_the_costs_carries_it(publish):
    path = publish()
    with duckdb.connect(str(path), read_only=True) as db:
        [tagged, total] = db.execute(
            "select sum(tagged_cents), sum(total_cents) from marts.tag_coverage"
            " where tag_key = 'env' and usage_month = '2026-05-01'"
        ).fetchone()
    shown = texts(opened("cost_report", group="tag:env"))
    assert f"Tag env is on {formats.share(tagged / total)} of all costs of May 2026 (" in shown
    assert formats.plain(formats.money(total, "USD")) in shown
    assert "with more than one value" in shown
    assert "is on" not in texts(opened("cost_report", group="service"))


def test_credits_are_shown_without_a_dollar_sign(publish):
    publish(organizations={"Nordwind": "Atlas Credits"})
    for page in PAGES:
        app = opened(page)
        shown = [metric.value + (metric.delta or "") for metric in app.metric]
        assert not any("$" in text for text in [*shown, texts(app)])
    assert any("credits" in metric.value for metric in opened("overview").metric)


@pytest.mark.parametrize("params", [{"measure": "usage"}, {"bin": "cumulative", "chart": "area"},
                                    {"group": "none"}, {"range": "all", "bin": "quarter"},
                                    {"show": "credits"}])  # fmt: skip
def test_every_way_to_look_draws(publish, params):
    publish()
    app = opened("cost_report", **params)
    assert not app.exception
    assert not app.error
    assert app.metric


def test_each_filter_of_a_report_has_a_chip(publish):
    publish()
    linked = opened("cost_report", f__resource="r-shop-prod", f2__tag__team__has="data")
    assert linked.multiselect(key="report.filters").options == [
        "Resource is shop-prod", "or: Tag team has value data",
    ]  # fmt: skip


def test_a_default_connection_is_called_by_its_organization(publish):
    publish()
    assert "Acme · data through 18 May 2026" in texts(opened("overview"))


def test_a_hostile_address_is_answered_with_a_few_sentences(publish, monkeypatch):
    publish()
    app = opened("cost_report", f__project=[f"p{n}" for n in range(300)])
    assert not app.exception
    assert [each.value for each in app.warning] == [
        r"This address has 300 parameters; the page reads the first 100\."
    ]
    app = opened("cost_report", **{f"x{n}": "y" for n in range(99)})
    assert not app.exception
    assert len(app.warning) == 6
    assert app.warning[5].value == "94 more parameters cannot be used."
    monkeypatch.setattr(data, "MOST_ROWS", 3)
    st.cache_data.clear()
    app = opened("cost_report")
    assert not app.exception
    assert "more than a page can show" in app.error[0].value


@pytest.mark.parametrize("page", ["cost_report", "active_resources"])
def test_a_tag_key_is_found_in_any_case_where_case_is_ignored(publish, monkeypatch, page):
    publish()
    apart = opened(page, f__tag__TEAM__has="data")
    monkeypatch.setenv("ATLAS_COSTS_TAG_KEYS_IGNORE_CASE", "true")
    together = opened(page, f__tag__TEAM__has="data")
    assert dict(together.query_params) == {"f.tag.team.has": "data"}
    assert dict(apart.query_params) == {"f.tag.TEAM.has": "data"}
    assert together.dataframe
