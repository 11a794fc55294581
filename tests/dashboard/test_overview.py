"""The overview: its numbers against SQL over the marts, and what it asks somebody to look at."""

import json
from datetime import date, timedelta

import duckdb
import pyarrow.ipc
import pytest

from dashboard import attention, data
from reporting import formats
from reporting.causes import cause_text
from reporting.overview import movers, pace, top_clusters
from reporting.ranges import Window
from tests.dashboard.test_pages import opened, page_links, texts
from tests.dashboard.test_report_query import late_charges

TO_DATE = """select sum(cost_cents)::bigint from marts.fct_line_items
where is_in_total and usage_date >= '2026-05-01'"""
KNOWN = """select sum(cost_cents)::bigint from marts.fct_line_items
where is_in_total and usage_date between '2026-04-01' and '2026-04-18'
    and billed_date <= '2026-04-19'"""
# As the mart has it: days after the 18th are days, what was billed later is late.
CHANGES = """insert into marts.fct_cost_changes by name
select date '2026-05-01' as usage_month, date '2026-04-01' as month_before, connection, org_id,
    project_name, coalesce(resource_id, org_id) as resource_id, resource_name, resource_type, sku,
    service, category, charge_type, is_in_total, pricing_currency,
    case when usage_date >= '2026-05-01' then 'quantity'
        when usage_date > '2026-04-18' then if(resource_name = 'lake', 'gone', 'days')
        when billed_date > '2026-04-19' then 'late'
        else if(resource_name = 'lake', 'gone', 'quantity') end as kind,
    sum(if(usage_date < '2026-05-01', -cost_cents, cost_cents))::bigint as amount_cents
from marts.fct_line_items where usage_date >= '2026-04-01' group by all"""
FORECAST = """insert into marts.forecasts by name
select date '2026-05-18' as as_of, date '2026-05-01' as month, 'total' as scope_type,
    'total' as scope, 'USD' as pricing_currency, 800000 as expected_cents,
    760000 as low_80_cents, 840000 as high_80_cents, 'sum' as method, 0.0123 as backtest_error"""
BUDGET = """insert into marts.budgets by name
select $name as budget, $parent as parent, date '2026-05-01' as month,
    'USD' as pricing_currency, true as is_running, $planned as budget_cents,
    $actual as actual_cents, $forecast as forecast_cents,
    $on::date as exceeds_on, $status as status"""


@pytest.fixture
def db(publish):
    """A published file that may still be filled."""
    with duckdb.connect(str(publish().resolve())) as connection:
        connection.execute("delete from marts.forecasts")
        connection.execute("delete from marts.budgets")
        yield connection


def one(db, sql):
    return db.execute(sql).fetchone()[0]


def test_the_forecast_says_what_is_still_to_come(db):
    """Of $9,000 usage and $400 of support, what is billed by the 18th is no longer to come."""
    billed = one(db, TO_DATE)
    usage, support = (
        one(db, f"{TO_DATE} and charge_type = '{name}'") or 0 for name in ("usage", "support")
    )
    assert billed == usage + support
    db.execute(FORECAST.replace("800000", "940000"))
    db.execute("""insert into marts.forecast_parts by name
        select date '2026-05-01' as month, 'USD' as pricing_currency, unnest(['usage', 'support'])
            as charge_type, unnest([900000, 40000]) as expected_cents, unnest([1234, 0])
            as late_cents""")
    db.close()
    said = plain(opened("overview"))
    kinds = (
        f"usage of the 13 days left {formats.money(900000 - usage - 1234, 'USD')}, "
        f"usage of days so far that is billed late $12.34, "
        f"support {formats.money(40000 - support, 'USD')}."
    )
    total = formats.money(940000 - billed, "USD")
    assert f"Still to come in May 2026, {total}: {kinds}" in said


def plain(app):
    return texts(app).replace("\\", "")


def budget(db, name, *, parent=None, planned, actual, forecast, on=None, status="on track"):
    db.execute(BUDGET, {
        "name": name, "parent": parent, "planned": planned, "actual": actual, "on": on,
        "forecast": forecast, "status": status,
    })  # fmt: skip


def test_four_cards_say_what_the_month_costs_and_will_cost(db):
    db.execute(FORECAST)
    budget(db, "all", planned=700000, actual=500000, forecast=800000, on="2026-05-28",
           status="at risk")  # fmt: skip
    budget(db, "shop", parent="all", planned=900000, actual=1, forecast=2)
    to_date, before = one(db, TO_DATE), one(db, KNOWN)
    april = one(db, "select sum(cost_cents)::bigint from marts.fct_line_items where is_in_total "
                "and usage_date between '2026-04-01' and '2026-04-30'")  # fmt: skip
    db.close()
    cards = opened("overview").metric
    assert [each.label for each in cards] == [
        "May 2026 to date", "May 2026, forecast", "Apr 2026, full month", "Budget left",
    ]  # fmt: skip
    assert [each.value for each in cards] == [
        formats.money(to_date, "USD"), "$8,000.00", formats.money(april, "USD"), "$2,000.00",
    ]  # fmt: skip
    assert cards[0].delta == f"{formats.change((to_date - before) / before)} vs. same days"
    assert cards[1].delta == "80%: $7,600 to $8,400"
    assert "off by 1.2% on average" in cards[1].help
    assert cards[3].delta == "$1,000 over at the end"


def test_without_forecast_or_budget_the_cards_say_how_to_get_them(db):
    db.close()
    cards = opened("overview").metric
    assert [each.value for each in cards][1::2] == [formats.ABSENT, formats.ABSENT]
    assert "28 complete days" in cards[1].help
    assert "config/budgets.yaml" in cards[3].help


def test_movers_add_up_to_the_difference_of_the_first_card_to_the_cent(db):
    """8,100 dollars of April came late, and are in neither; what is gone has days to come too."""
    late_charges(data.warehouse_path().resolve())
    db.execute(CHANGES)
    difference = one(db, TO_DATE) - one(db, KNOWN)
    lake = one(db, f"{KNOWN} and resource_name = 'lake'")
    lake_now = one(db, f"{TO_DATE} and resource_name = 'lake'")
    db.close()
    app = opened("overview")
    named = [label for label in page_links(app) if label.startswith("**")][:5]
    rest = [each.value for each in app.markdown if "everything else" in each.value]
    lines = [line.replace("\\", "") for line in (*named, *rest)]
    assert len(lines) == 6
    assert sum(cents(line.split("**")[1]) for line in lines) == difference
    every = data.rows(movers(date(2026, 5, 1), Window(date(2026, 4, 1), date(2026, 4, 19)), 50))
    assert [row["amount"] for row in every if row["what"] == "lake"] == [lake_now - lake]


def test_clusters_of_one_name_are_told_apart(db):
    db.execute(CHANGES)
    for table in ("agg_costs_monthly", "fct_cost_changes", "fct_line_items"):
        db.execute(
            f"update marts.{table} set resource_name = 'prod' where resource_type = 'cluster'"
        )
    db.close()
    april = Window(date(2026, 4, 1), date(2026, 4, 19))
    moved = data.rows(movers(date(2026, 5, 1), april, 50))
    names = [row["what"] for row in moved if str(row["what"]).startswith("prod")]
    dear = data.rows(top_clusters(Window(date(2026, 4, 1), date(2026, 5, 1))))
    for found in (names, [row["label_1"] for row in dear]):
        assert len(found) == len({*found}) > 1


def cents(text):
    return int(text.replace("$", "").replace(",", "").replace(".", "").replace("+", ""))


def test_a_mover_names_its_cause_and_leads_to_its_costs(db):
    db.execute(
        "update marts.resource_events set \"at\" = '2026-05-01' where resource_name = 'events'"
    )
    db.execute(
        "insert into marts.fct_cost_changes by name select date '2026-05-01' as usage_month, "
        "'r-shop-prod' as resource_id, 'shop-prod' as resource_name, 'cluster' as resource_type, "
        "'Clusters' as service, 'Instances' as category, true as is_in_total, "
        "'USD' as pricing_currency, 'tier' as kind, 99000000 as amount_cents"
    )
    db.close()
    leads = page_links(opened("overview"))
    what = "shop-prod: tier M30 to M40"
    [to] = [to for label, to in leads.items() if label.replace("\\", "").endswith(what)]
    assert to == "/cost-report?f.resource=r-shop-prod&group=sku"


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"cause": "tier", "before": "M30", "after": "M40"}, "tier M30 to M40"),
        ({"cause": "tier"}, "ran in another tier"),
        ({"cause": "new", "after": "M10", "happened_on": date(2026, 5, 2)},
         "new, created as M10 on 2 May 2026"),
        ({"cause": "new"}, "new"),
        ({"cause": "gone", "happened_on": date(2026, 5, 2)}, "deleted by 2 May 2026"),
        ({"cause": "gone"}, "gone"),
        ({"cause": "quantity", "before": "3", "after": "5"}, "nodes 3 to 5"),
        ({"cause": "quantity"}, "more Backup"),
        ({"cause": "quantity", "cause_amount": -1}, "less Backup"),
        ({"cause": "price"}, "price of Snapshots rose"),
        ({"cause": "paused"}, "paused for longer"),
        ({"cause": "resumed"}, "resumed"),
        ({"cause": "days", "cause_amount": -1}, "less days in the month"),
        ({"cause": "follows_usage"}, "charged on top of usage"),
        ({"cause": "own_kind"}, "own kind"),
    ],
)  # fmt: skip
def test_each_cause_is_a_few_words(row, words):
    empty = {"before": None, "after": None, "happened_on": None, "cause_amount": 1,
             "cause_service": "Backup", "cause_category": "Snapshots"}  # fmt: skip
    assert cause_text(empty | row) == words


def test_the_pace_of_both_months_ends_at_the_cards_and_last_month_at_all_of_it(db):
    db.execute(FORECAST)
    to_date, before = one(db, TO_DATE), one(db, KNOWN)
    whole = one(db, "select sum(cost_cents)::bigint from marts.fct_line_items where is_in_total "
                "and usage_date between '2026-04-01' and '2026-04-30'")  # fmt: skip
    db.close()
    app = opened("overview")
    spec = json.loads(app.get("vega_lite_chart")[0].proto.spec)
    assert [each["mark"]["type"] for each in spec["layer"]] == ["area", "line", "point"]
    rows = data.rows(pace(data.usage_days()))
    found = {(row["month"].month, row["day"].day): row["amount"] for row in rows}
    assert found[5, 18] == to_date
    assert found[4, 18] == before
    assert found[4, 30] == whole
    assert len(found) == 18 + 30


def test_bars_are_the_parts_of_the_month_and_lead_to_their_reports(db):
    shop = one(db, f"{TO_DATE} and project_name = 'shop'")
    db.close()
    rows = [rows_of(each) for each in opened("overview").get("vega_lite_chart")[-3:]]
    by_project = {row["name"]: row for row in rows[0]}
    assert by_project["shop"]["amount"] == formats.money(shop, "USD")
    assert by_project["shop"]["url"] == "/cost-report?f.project=shop&group=sku"
    clusters = {row["name"]: row["url"] for row in rows[2]}
    assert clusters["shop-prod"] == "/cost-report?f.resource=r-shop-prod&group=sku"
    assert "sync" not in clusters


def table(stream):
    return pyarrow.ipc.open_stream(stream).read_all().to_pylist()


def rows_of(chart):
    """The data of a chart, which AppTest hands over as Arrow."""
    return [row for each in chart.proto.datasets for row in table(each.data.data)]


ANOMALY = {
    "anomaly_id": "a1", "scope": "shop / shop-prod / Backup", "usage_date": date(2026, 5, 10),
    "last_day": date(2026, 5, 18), "is_ongoing": True, "status": "open", "verdict": None,
    "over_cents": 5000, "unit": "USD",
}  # fmt: skip


def test_what_is_past_stands_below_what_is_now_however_dear_it_is():
    past = attention.Item("in March", "x", "Anomalies", "/", 900, "USD", is_past=True)
    now = [attention.Item("over budget", "x", "Budgets", "/", cents, "USD") for cents in (1, 5)]
    rule = attention.Item("lacks a part", "x", "Connections", "/")
    found = attention.ordered([past, rule, *now])
    assert [each.cents for each in found] == [5, 1, 900, None]


def test_a_month_by_usage_day_is_told_apart_from_its_invoices(publish):
    """Of April's usage $17.82 is on May's invoice, and of its invoices $15.31 is March's usage."""
    with duckdb.connect(str(publish().resolve())) as db:
        for day, month, cents in (("2026-04-30", "2026-05-01", 1782),
                                  ("2026-03-31", "2026-04-01", 1531)):  # fmt: skip
            db.execute("""insert into marts.agg_costs_daily select * replace (
                    $day::date as usage_date, $month::date as invoice_month, $cents as cost_cents)
                from marts.agg_costs_daily where charge_type = 'usage' limit 1""",
                {"day": day, "month": month, "cents": cents})  # fmt: skip
        used, invoiced, elsewhere, others = db.execute("""select
            sum(cost_cents) filter (used)::bigint, sum(cost_cents) filter (on_it)::bigint,
            coalesce(sum(cost_cents) filter (used and not on_it), 0)::bigint,
            coalesce(sum(cost_cents) filter (on_it and not used), 0)::bigint
            from (select *, month(usage_date) = 4 and year(usage_date) = 2026 as used,
                invoice_month = '2026-04-01' as on_it
                from marts.agg_costs_daily where is_in_total)""").fetchone()  # fmt: skip
    assert (elsewhere >= 1782, others >= 1531) == (True, True)
    assert used - elsewhere + others == invoiced
    amounts = [formats.money(each, "USD") for each in (used, invoiced, elsewhere, others)]
    assert (
        "Apr 2026 costs {} by usage day and {} on its invoices, before credits and tax: {} of its "
        "usage is on invoices of other months, and {} on its invoices is usage of other months."
    ).format(*amounts) in plain(opened("overview"))


def test_recent_anomalies_are_named_each_and_older_ones_together():
    old = {"last_day": date(2026, 3, 1), "is_ongoing": False}
    rows = [ANOMALY, ANOMALY | old, ANOMALY | old | {"over_cents": 700},
            ANOMALY | {"status": "explained"}, ANOMALY | {"verdict": "real"}]  # fmt: skip
    items = attention.anomalies(rows, date(2026, 5, 18))
    assert [(item.cents, item.href) for item in items] == [
        (5000, "/anomalies?id=a1"), (5700, "/anomalies?show=open"),
    ]  # fmt: skip
    assert "shop / shop-prod / Backup, since 10 May 2026" in items[0].sentence
    assert "in 2 anomalies of earlier months" in items[1].sentence


def test_the_list_has_the_most_dollars_first_and_what_is_no_money_last():
    items = [attention.Item("a", "i", "P", "/"), attention.Item("b", "i", "P", "/", 1, "USD"),
             attention.Item("c", "i", "P", "/", 9, "USD"),
             attention.Item("d", "i", "P", "/", 5, "Atlas Credits")]  # fmt: skip
    assert [item.sentence for item in attention.ordered(items)] == ["d", "c", "b", "a"]


def test_a_name_in_the_list_is_no_link():
    item = attention.Item("in project [x](http://evil)", "label", "Tags", "/tags", 100, "USD")
    assert formats.plain("[x](http://evil)") in attention.text(item)
    assert "http://" not in attention.text(item)


def test_everything_that_needs_attention_is_on_the_page(db, monkeypatch):
    monkeypatch.setenv("ATLAS_COSTS_REQUIRED_TAGS", "team")
    budget(db, "all", planned=100, actual=300, forecast=900, on="2026-05-02", status="exceeded")
    budget(db, "part", planned=100, actual=50, forecast=160, on="2026-05-30", status="at risk")
    db.execute(
        "insert into marts.anomalies by name select 'a1' as anomaly_id, 'USD' as pricing_currency,"
        "'p / r / Backup' as scope, date '2026-05-10' as usage_date, date '2026-05-12' as last_day,"
        " false as is_ongoing, 'open' as status, 12300 as over_cents"
    )
    db.execute(
        "insert into marts.savings by name select 'f' || n as finding_id, 'USD' as "
        "pricing_currency, if(n = 5, null, 1000) as monthly_saving_cents, "
        "n not in (3, 5) as is_in_total, if(n = 4, 'planned', 'open') as state "
        "from range(6) as each(n)"
    )
    db.execute("insert into meta.insight values ('forecast', 1, 'it broke')")
    db.execute(
        "update marts.active_resources set listing_status = 'no_project_access' "
        "where project_name = 'analytics'"
    )
    db.execute(
        "update marts.fct_invoices set is_reconciled = false, difference_cents = -7 "
        "where invoice_month = '2026-02-01'"
    )
    hidden = one(db, f"{TO_DATE} and project_name = 'analytics'")
    untagged = one(db, f"{TO_DATE} and charge_type = 'usage' and tags['team'] is null")
    db.close()
    text = plain(opened("overview"))
    for sentence in (
        "$2.00** over budget all since 2 May 2026.",
        "$0.60** over budget part is forecast, from 30 May 2026 on.",
        "$123.00** over what was expected: p / r / Backup, 10 May 2026 to 12 May 2026.",
        "$30.00** a month can be saved by 3 open findings, and $10.00 more by what is planned.",
        f"{formats.money(hidden, 'USD')}** of this month is in project analytics",
        f"{formats.money(untagged, 'USD')}** of usage in May 2026 is without tag team.",
        "$0.07** apart: a closed invoice does not match Atlas's total. Acme, Feb 2026",
        "The last refresh left something out of forecast: it broke.",
    ):
        assert sentence in text
    assert "Project Read Only" in text


@pytest.mark.parametrize(
    ("days", "said"),
    [(0, False), (1, True), (7, True), (8, False)],
    ids=["level", "a-day", "a-week", "no-usage-any-more"],
)
def test_a_connection_whose_costs_end_before_others_is_named(publish, days, said):
    with duckdb.connect(str(publish().resolve())) as db:
        db.execute(
            "insert into meta.freshness select * replace ('bank' as connection, "
            "data_through - $1::integer as data_through) from meta.freshness",
            [days],
        )
    warnings = [each.value for each in opened("overview").warning]
    assert [each.split(" end before")[0] for each in warnings] == (
        ["**Behind:** costs of bank"] if said else []
    )


def test_costs_that_were_not_read_are_compared_with_nothing(publish):
    missing = "[{'start': date '2026-05-16', 'end': null}]"
    with duckdb.connect(str(publish().resolve())) as db:
        db.execute(f"update meta.freshness set missing_costs = {missing}")
    app = opened("overview")
    assert [each.delta for each in app.metric if each.label.endswith("to date")] == [""]
    assert "No comparison: the costs of Acme from 16 May 2026 on could not be read." in plain(app)


def test_a_late_or_partial_connection_needs_attention(publish):
    publish(age=timedelta(hours=40), missing=["project analytics"])
    text = plain(opened("overview"))
    assert "Acme was last refreshed 40 h ago." in text
    assert "Acme lacks project analytics." in text


def test_dollars_and_credits_have_cards_and_movers_of_their_own(publish):
    publish(organizations={"Acme": "USD", "Globex": "Atlas Credits"})
    app = opened("overview")
    assert not app.exception
    labels = [each.label for each in app.metric]
    assert labels.count("May 2026 to date") == 2
    assert sum("credits" in each.value for each in app.metric) >= 2
    assert not any("$" in each.value and "credits" in each.value for each in app.metric)
