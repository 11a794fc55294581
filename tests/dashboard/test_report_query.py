"""Each report goes to the smallest relation that can answer, and every relation agrees."""

from dataclasses import replace
from datetime import date

import duckdb
import pytest

from dashboard import data
from reporting import dimensions
from reporting import events as events_of
from reporting import queries as report_query
from reporting.files import Extract
from reporting.queries import DAILY, FULL, MONTHLY, Report
from reporting.query import Query, literal
from reporting.ranges import ONE_DAY, DataDays, Window
from reporting.report import report_of
from reporting.state import Filter, ReportState

NASTY = "o'neil & <b>sons</b>"
FIRST, LAST = date(2025, 4, 1), date(2026, 5, 18)


def made(**state) -> Report:
    return report_of(ReportState(**state), DataDays(FIRST, FIRST, LAST, LAST + ONE_DAY, LAST))


def rows(report: Report, **options) -> list[data.Row]:
    return data.rows(report_query.comparison(report, **options))


def total(report: Report) -> int:
    return sum(row["amount"] for row in rows(report))


@pytest.mark.parametrize(
    ("state", "step", "expected"),
    [
        ({"group": ("service",)}, "day", DAILY),
        ({"group": ("region", "project")}, "window", DAILY),
        ({"group": ("sku",), "range": "last_month"}, "month", MONTHLY),
        ({"group": ("tag:env",), "range": "last_3_months"}, "window", MONTHLY),
        ({"group": ("sku",), "range": "last_month"}, "day", FULL),
        ({"group": ("sku",), "range": "last_month"}, "week", FULL),
        ({"group": ("sku",), "range": "last_7_days"}, "month", FULL),
        ({"group": ("sku",), "range": "this_month"}, "month", FULL),
        ({"group": ("sku",), "range": "this_month", "compare": "none"}, "month", MONTHLY),
        ({"group": ("service",), "range": "this_month"}, "window", DAILY),
        ({"group": ("invoice",), "range": "last_month"}, "day", DAILY),
        ({"group": (), "filters": (Filter("resource", "is", ("x",)),)}, "day", FULL),
        ({"measure": "usage", "range": "last_month"}, "window", MONTHLY),
        ({"measure": "usage", "range": "last_month"}, "day", FULL),
    ],
)
def test_the_smallest_relation_that_can_answer_does(state, step, expected):
    assert report_query.relation(made(**state), step) == expected


def test_every_relation_gives_the_same_total(publish):
    publish()
    state = {"range": "last_3_months"}
    totals = {
        name: total(made(group=(name,), **state))
        for name in (*dimensions.COST_DIMENSIONS, "tag:env", "tag:absent")
    }
    assert len(set(totals.values())) == 1
    lines = Query(
        "select sum(cost_cents)::bigint as cents from marts.fct_line_items where charge_type <> "
        "'credit' and usage_date between '2026-02-01' and '2026-04-30'"
    )
    truth = data.rows(lines)[0]["cents"]
    assert totals["service"] == truth > 0


@pytest.mark.parametrize("step", ["day", "week", "month", "quarter"])
@pytest.mark.parametrize("top", [1, 3, None])
def test_a_series_adds_up_to_the_table(publish, step, top):
    """Neither the bin nor the cut between drawn groups and the rest may lose a cent."""
    publish()
    report = made(range="last_3_months", bin=step, group=("resource", "tag:team"))
    drawn = data.rows(report_query.series(report, top))
    assert sum(row["amount"] for row in drawn) == total(report)


def test_a_cumulative_series_ends_at_the_total(publish):
    publish()
    report = made(range="last_month", bin="cumulative", group=("service",))
    drawn = data.rows(report_query.series(report, 2))
    last = max(row["period"] for row in drawn)
    assert sum(row["amount"] for row in drawn if row["period"] == last) == total(report)


def test_a_day_without_cost_is_still_a_period(publish):
    publish()
    credit = (Filter("service", "is", ("Credits",)),)
    report = made(range="last_month", group=(), show=("credits",), filters=credit)
    drawn = data.rows(report_query.series(report, 5))
    assert len(drawn) == 30
    assert [row["amount"] for row in drawn if row["amount"]] == [-50000]


def test_groups_past_the_limit_are_one_row_and_nothing_is_lost(publish):
    publish()
    report = made(range="last_month", group=("sku",))
    short = rows(report, limit=2)
    assert [row["is_rest"] for row in short] == [False, False, True]
    assert short[2]["label_1"] is None
    assert short[2]["members"] == len(rows(report)) - 2
    assert sum(row["amount"] for row in short) == total(report)


def test_credits_change_the_total_by_what_they_are(publish):
    publish()
    without = made(range="last_month")
    with_credits = made(range="last_month", show=("credits",))
    assert total(with_credits) - total(without) == -50000


def test_currencies_are_never_added(publish):
    publish(organizations={"Acme": "USD", "Nordwind": "Atlas Credits"})
    found = rows(made(range="last_month", group=()))
    assert [row["unit"] for row in found] == ["Atlas Credits", "USD"]


def test_usage_is_added_per_unit_only(publish):
    publish()
    found = rows(made(range="last_month", group=("service",), measure="usage"))
    units = {row["unit"] for row in found}
    assert {"server hours", "GB", "GB hours", "GB days"} <= units


LATE = """insert into marts.{table} by name
select * replace (
    date '{usage}' as usage_date, date '{billed}' as billed_date, '{sort}' as charge_type,
    {cents} as cost_cents)
from marts.{table} where charge_type = 'support' limit 1"""


def late_charges(path) -> None:
    """April's second support and a day of consulting, known when April was over."""
    with duckdb.connect(str(path)) as db:
        for table in ("agg_costs_daily", "fct_line_items"):
            for usage, billed, sort, cents in (
                ("2026-04-10", "2026-05-01", "support", 310000),
                ("2026-04-12", "2026-04-30", "consulting", 500000),
            ):
                db.execute(LATE.format(table=table, usage=usage, billed=billed, sort=sort,
                                       cents=cents))  # fmt: skip


def known_of_april(path) -> int:
    with duckdb.connect(str(path), read_only=True) as db:
        [cents] = db.execute(
            "select sum(cost_cents) from marts.fct_line_items where charge_type <> 'credit'"
            " and usage_date between '2026-04-01' and '2026-04-18'"
        ).fetchone()
    return cents


@pytest.mark.parametrize("group", [(), ("service",), ("sku",), ("tag:team", "resource")])
def test_a_running_month_is_compared_with_what_was_known_at_its_age(publish, group):
    """On 18 May, known on the 19th: of April its first 18 days as billed by the 19th."""
    path = publish().resolve()
    known = known_of_april(path)
    late_charges(path)
    report = made(group=group)
    assert report.compared == Window(date(2026, 4, 1), date(2026, 4, 19), date(2026, 4, 19))
    assert sum(row["previous"] for row in rows(report)) == known
    later = made(group=group, compare="same_days")
    assert sum(row["previous"] for row in rows(later)) == known + 310000 + 500000


def test_days_may_stand_on_both_sides_of_a_comparison(publish):
    """A reader may compare a month with its own first half."""
    publish()
    report = made(range="last_month", compare="2026-04-01..2026-04-15", group=("service",))
    half = report_of(ReportState(start=date(2026, 4, 1), last=date(2026, 4, 15)), report.days)
    assert sum(row["previous"] for row in rows(report)) == total(half)
    assert total(report) == total(made(range="last_month"))


def test_a_change_compares_the_two_windows(publish):
    publish()
    (found,) = rows(made(group=(), filters=(Filter("service", "is", ("Support",)),)))
    assert (found["amount"], found["previous"], found["change"]) == (21600, 21600, 0)


@pytest.mark.parametrize(
    ("operator", "value", "expected"),
    [
        ("is", "shop-prod", {"shop-prod"}),
        ("is", "r-shop-prod", {"shop-prod"}),
        ("contains", "SHOP", {"shop-prod", "shop-staging"}),
        ("starts", "shop-p", {"shop-prod"}),
        ("ends", "-db", {"mobile-db"}),
        # resource ids begin with r-, which no reader sees and no name has
        ("contains", "r-s", set()),
        ("starts", "r-", set()),
        ("ends", "x-sync", set()),
        ("has", "shop-prod", {"shop-prod"}),
        ("flexible", "Shop_ Prod", {"shop-prod"}),
        ("flexible", "R-SHOP-PROD", {"shop-prod"}),
        ("flexible", "shop", set()),
        ("not_flexible", "SHOP PROD",
         {"(none)", "events", "lake", "mobile-db", "shop-staging", "sync"}),
        ("not_contains", "SHOP", {"(none)", "events", "lake", "mobile-db", "sync"}),
        ("is_not", "r-shop-prod",
         {"(none)", "events", "lake", "mobile-db", "shop-staging", "sync"}),
    ],
)  # fmt: skip
def test_a_filter_means_what_its_operator_says(publish, operator, value, expected):
    publish()
    one = Filter("resource", operator, (value,))
    found = rows(made(range="last_month", group=("resource",), filters=(one,)))
    assert {row["label_1"] for row in found} == expected


@pytest.mark.parametrize("operator", ["is", "has", "is_not"])
@pytest.mark.parametrize("values", [("shop-prod",), ("shop-prod", "(none)"), ("(none)",), ("",)])
def test_what_belongs_to_nothing_is_found_by_no_name_and_left_out_by_none(
    publish, operator, values
):
    """Names are looked up in bare columns, which are null or empty there."""
    path = publish().resolve()
    with duckdb.connect(str(path)) as db:
        db.execute("update marts.agg_costs_monthly set resource_name = '' where sku like '%GCP%'")
    month = {"range": "last_month", "group": ("resource",), "compare": "none"}

    def names(*filters):
        found = rows(made(**month, filters=filters))
        return {row["label_1"].partition(" \N{MIDDLE DOT} ")[0] for row in found}

    named = names() & set(values)
    expected = names() - named if operator == "is_not" else named
    assert names(Filter("resource", operator, values)) == expected


@pytest.mark.parametrize("value", [NASTY, "'; drop table marts.x; --", "$p99", "a'') or (1=1"])
def test_a_value_is_bound_and_never_becomes_sql(publish, value):
    publish()
    report = made(range="last_month", group=(), filters=(Filter("tag:team", "is", (value,)),))
    query = report_query.comparison(report)
    assert value not in query.sql
    assert len(data.rows(query)) == (1 if value == NASTY else 0)


@pytest.mark.parametrize("key", ["env", "'] or true --", "a.b"])
def test_a_tag_key_is_bound_too(publish, key):
    publish()
    query = report_query.comparison(made(range="last_month", group=(f"tag:{key}",)))
    assert f"tags[{literal(key)}]" not in query.sql
    assert sum(row["amount"] for row in data.rows(query)) == total(made(range="last_month"))


def test_first_seen_tags_are_another_column(publish):
    publish()
    report = made(range="last_month", group=("tag:team",), tags="first_seen")
    assert [row["label_1"] for row in rows(report)] == [dimensions.UNTAGGED]


def test_a_value_said_twice_is_one_value(publish):
    """As marts and allocation have it: a tag of ['data', 'data'] is data."""
    path = publish().resolve()
    with duckdb.connect(str(path)) as db:
        twice = "map {'team': ['data', 'core', 'data']}"
        db.execute(f"update marts.agg_costs_monthly set tags = {twice} where sku like '%GCP%'")
    report = made(range="last_month", compare="none", group=("tag:team",))
    assert "core, data" in {row["label_1"] for row in rows(report)}


@pytest.mark.parametrize(
    ("operator", "value", "expected"),
    [
        ("is", "core", set()),
        ("is", "core, data", {"core, data"}),
        ("has", "core", {"core, data"}),
        ("has", "core, data", {"core, data"}),
        ("has", "cor", set()),
        ("has", "(untagged)", {"(untagged)"}),
        ("not_contains", "o", {"data", "(untagged)"}),
    ],
)
def test_a_tag_has_each_of_its_values(publish, operator, value, expected):
    path = publish().resolve()
    with duckdb.connect(str(path)) as db:
        several = "map {'team': ['data', 'core']}"
        db.execute(f"update marts.agg_costs_monthly set tags = {several} where sku like '%GCP%'")
    one = Filter("tag:team", operator, (value,))
    report = made(range="last_month", compare="none", group=("tag:team",), filters=(one,))
    assert {row["label_1"] for row in rows(report)} == expected


def test_an_invoice_is_named_by_month_owner_and_the_end_of_its_id(publish):
    publish()
    found = rows(made(range="last_month", group=("invoice",), compare="none"))
    assert [row["label_1"] for row in found] == ["Apr 2026 · Acme · 026-04"]
    for name in ("Apr 2026 · Acme · 026-04", "inv-o-Acme-2026-04"):
        one = (Filter("invoice", "is", (name,)),)
        assert total(made(range="last_month", filters=one)) == found[0]["amount"]


def test_sets_of_filters_are_alternatives(publish):
    publish()
    found = (Filter("project", "is", ("shop",)), Filter("project", "is", ("mobile",), 2))
    report = made(range="last_month", group=("project",), filters=found)
    assert {row["label_1"] for row in rows(report)} == {"shop", "mobile"}


def test_two_resources_of_one_name_stay_two(publish):
    """A cluster created again under its old name is another cluster, with its own costs."""
    path = publish().resolve()
    with duckdb.connect(str(path)) as db:
        db.execute(
            "update marts.agg_costs_monthly set resource_id = 'r-second-shop' "
            "where resource_name = 'shop-prod' and usage_month = '2026-04-01'"
        )
    found = rows(made(range="last_3_months", compare="none", group=("resource",)))
    names = {row["label_1"] for row in found if row["label_1"].startswith("shop-prod")}
    assert names == {"shop-prod · p-prod", "shop-prod · d-shop"}


def test_what_has_only_its_clusters_id_is_told_apart_by_it(publish):
    """Clusters of one name in two projects have search nodes of one name: `<cluster>/search`."""
    path = publish().resolve()
    with duckdb.connect(str(path)) as db:
        db.execute(
            "update marts.agg_costs_monthly set resource_name = 'prod / Search nodes', resource_id "
            "= if(resource_name = 'shop-prod', '5f0000aaaaaa', '5f0000bbbbbb') || '/search' "
            "where resource_name in ('shop-prod', 'events')"
        )
    found = rows(made(range="last_3_months", compare="none", group=("resource",)))
    names = {row["label_1"] for row in found if row["label_1"].startswith("prod / ")}
    assert names == {"prod / Search nodes · aaaaaa", "prod / Search nodes · bbbbbb"}


def test_resources_of_one_name_are_told_apart_whatever_else_a_report_is_cut_by(publish):
    """One has backups and the other has none: no pair of resource and service is there twice."""
    path = publish().resolve()
    with duckdb.connect(str(path)) as db:
        db.execute(
            "update marts.agg_costs_monthly set resource_name = 'prod', resource_id = "
            "if(service = 'Backup', '5f0000aaaaaa', '5f0000bbbbbb') where resource_name = "
            "'shop-prod'"
        )
    found = rows(made(range="last_3_months", compare="none", group=("resource", "service")))
    names = {row["label_1"] for row in found if row["label_1"].startswith("prod")}
    assert names == {"prod · aaaaaa", "prod · bbbbbb"}


def events(**state) -> list[tuple]:
    found = data.rows(events_of.events(made(**state)))
    return [(row["resource"], row["event"], row["period"]) for row in found]


def test_events_are_of_the_dearest_resources_and_of_these_days(publish):
    """Their periods are the chart's, so that a mark stands where its costs are drawn."""
    publish()
    tier = ("shop-prod", "tier changed", date(2026, 5, 9))
    paused = ("events", "paused", date(2026, 5, 9))
    assert events(group=("resource",), top=2) == [tier, paused]
    assert events(group=("resource",), top=1) == [paused]
    shop = (Filter("resource", "is", ("shop-prod",)),)
    assert events(filters=shop, bin="week") == [("shop-prod", "tier changed", date(2026, 5, 4))]
    assert events(filters=shop, range="last_month") == []
    drawn = data.rows(report_query.series(made(filters=shop, bin="week")))
    assert date(2026, 5, 4) in {row["period"] for row in drawn}


def test_the_shown_sql_runs_as_it_stands(publish):
    publish()
    report = made(range="last_month", group=("tag:team",),
                  filters=(Filter("tag:team", "is", (NASTY,)),))  # fmt: skip
    for query in (report_query.comparison(report), report_query.series(report, 3)):
        assert data.rows(Query(query.runnable())) == data.rows(query)


def test_the_values_a_filter_offers_come_dearest_first(publish):
    publish()
    found = data.rows(report_query.values(made(range="last_month"), "project"))
    assert [row["value"] for row in found] == ["analytics", "shop", "(none)", "mobile"]


def test_a_new_version_is_seen_at_once(publish):
    """The old file stays open in this process; its data must not."""
    publish()
    before = total(made(range="last_month"))
    publish(version="two", organizations={"Acme": "USD", "Beta": "USD"})
    assert total(made(range="last_month")) == 2 * before


def test_a_page_cannot_write_or_read_files(publish):
    publish()
    with pytest.raises(duckdb.Error):
        data.rows(Query("create table marts.x as select 1"))
    with pytest.raises(duckdb.Error):
        data.rows(Query("select * from read_csv('/etc/hostname')"))


def test_a_window_beyond_the_data_is_whole_and_empty(publish):
    publish()
    far = Window(LAST + ONE_DAY * 60, LAST + ONE_DAY * 61)
    assert rows(replace(made(), window=far, compared=None)) == []


def test_ninety_years_draw_no_more_periods_than_there_are_days_of_costs(publish):
    """Each of 33,000 days times 26 groups was a row that a page drew and a server kept."""
    publish()
    state = {"start": date(2010, 1, 1), "last": date(2100, 12, 31), "group": ("resource",)}
    report = made(**state, compare="none")
    drawn = data.rows(report_query.series(report, 25))
    assert len({row["period"] for row in drawn}) == (LAST - FIRST).days + 1
    assert sum(row["amount"] for row in drawn) == total(report)


def test_a_query_that_needs_more_memory_than_the_pages_have_is_stopped(publish, monkeypatch):
    publish()
    monkeypatch.setitem(data._LOCKED_DOWN, "memory_limit", "4MiB")
    everything = Query("select list(range) from range(2_000_000)")
    with pytest.raises(data.TooMuchError, match="more memory"):
        data.rows(everything)


def test_a_page_draws_and_keeps_no_more_than_it_may(publish, monkeypatch):
    publish()
    many = Query("select unnest(range(60000)) as n")
    with pytest.raises(data.TooMuchError, match="more than 50,000 rows"):
        data.rows(many)
    with data.table(Extract("Many", many)) as table:
        assert sum(1 for _ in table.rows) == 60000
    monkeypatch.setattr(data, "LONGEST_S", 0.2)
    endless = "select sum(a.i * b.i) as n from range(1000000) a(i), range(1000000) b(i)"
    with pytest.raises(data.TooMuchError, match="longer than"):
        data.rows(Query(endless))
