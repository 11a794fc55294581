"""Each toggle changes the total by what SQL over the bill says, under every grouping and filter."""

from dataclasses import replace
from datetime import date

import duckdb
import pytest

from dashboard import data
from reporting import queries as report_query
from reporting import toggles
from reporting.query import Query
from reporting.state import Filter
from tests.dashboard.test_report_query import made, total

APRIL = "usage_date between '2026-04-01' and '2026-04-30'"
GROUPS = [(), ("service",), ("resource", "tag:team"), ("sku",), ("invoice",), ("region", "project")]


def asked(sql: str) -> int:
    [row] = data.rows(Query(sql))
    return int(row["cents"])


def lines(column: str, where: str) -> int:
    return asked(
        f"select sum({column})::bigint as cents from marts.fct_line_items "
        f"where charge_type <> 'credit' and {where}"
    )


def groups(**state) -> dict[str, int]:
    found = data.rows(report_query.comparison(made(**state)))
    return {row["label_1"]: row["amount"] for row in found}


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize(
    ("show", "cents"),
    [
        ("discounts", "cost_cents - discount_cents"),
        # what is booked after a discount is more before it; a cent is rounding
        ("list", "if(abs(100 * list_cost - cost_cents) > 1, round(100 * list_cost), cost_cents)"),
    ],
)
def test_a_price_before_or_after_discounts_is_that_of_each_line(publish, show, cents, group):
    publish()
    report = made(range="last_month", group=group, show=(show,))
    assert total(report) == lines(cents, APRIL) != lines("cost_cents", APRIL)
    drawn = data.rows(report_query.series(report, 2))
    assert sum(row["amount"] for row in drawn) == total(report)


def test_discounts_are_of_the_lines_that_have_them(publish):
    publish()
    booked, net, full = (
        groups(range="last_month", group=("cloud_provider",), show=show)
        for show in ((), ("discounts",), ("list",))
    )
    google, azure = "cloud_provider = 'GCP'", "cloud_provider = 'AZURE'"
    assert booked["AWS"] == net["AWS"] == full["AWS"]
    assert booked["GCP"] - net["GCP"] == lines("discount_cents", f"{APRIL} and {google}") > 0
    assert full["GCP"] == booked["GCP"]
    assert net["AZURE"] == booked["AZURE"] == lines("cost_cents", f"{APRIL} and {azure}")
    assert full["AZURE"] > booked["AZURE"]


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("step", ["month", "quarter"])
def test_tax_and_refunds_are_rows_of_their_month(publish, group, step):
    """Of February to April: three taxed invoices, one of which was refunded 15 dollars."""
    publish()
    state = {"range": "last_3_months", "bin": step, "group": group}
    without = total(made(**state))
    taxed = made(**state, show=("tax",))
    assert total(taxed) - without == 3 * 1900
    both = made(**state, show=("tax", "refunds"))
    assert total(both) - without == 3 * 1900 - 1500
    drawn = data.rows(report_query.series(both, 3))
    assert sum(row["amount"] for row in drawn) == total(both)


def test_tax_is_its_own_service_and_falls_under_filters_like_any_cost(publish):
    publish()
    state = {"range": "last_3_months", "bin": "month", "show": ("tax", "refunds")}
    found = groups(**state, group=("service",))
    assert (found["Tax"], found["Refunds"]) == (5700, -1500)
    shop = (Filter("project", "is", ("shop",)),)
    assert total(made(**state, filters=shop)) == total(
        made(range="last_3_months", bin="month", filters=shop)
    )
    owned = (Filter("organization", "is", ("Acme",)),)
    assert total(made(**state, filters=owned)) == total(made(**state))


@pytest.mark.parametrize(
    "state",
    [{"bin": "day"}, {"bin": "week"}, {"bin": "cumulative"},
     {"bin": "month", "range": "last_30_days"}],
)  # fmt: skip
def test_no_day_has_a_tax(publish, state):
    """A month's tax on its first day would be a spike that nothing explains."""
    publish()
    shown = {"range": "last_month"} | state
    report = made(**shown, show=("tax", "refunds"))
    assert not report.of_invoices
    assert total(report) == total(made(**shown))


def test_tax_of_the_months_is_said_where_it_cannot_be_a_row(publish):
    publish()
    found = data.rows(toggles.invoice_amounts(made(start=date(2026, 2, 9), last=date(2026, 3, 2))))
    assert {row["name"]: row["amount"] for row in found} == {"tax": 3800, "refunds": -1500}


def test_an_unfinished_month_is_compared_without_a_tax_that_came_later(publish):
    """April's tax was not known on 19 April, and May has none yet."""
    publish()
    report = made(range="this_month", bin="month", group=(), show=("tax",))
    assert report.of_invoices == ("tax",)
    [row] = data.rows(report_query.comparison(report))
    [plain] = data.rows(report_query.comparison(made(range="this_month", bin="month", group=())))
    assert (row["amount"], row["previous"]) == (plain["amount"], plain["previous"])


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("step", ["day", "month"])
def test_support_that_is_spread_stays_in_the_total_to_the_cent(publish, group, step):
    publish()
    state = {"range": "last_3_months", "bin": step, "group": group}
    report = made(**state, show=("support",))
    assert total(report) == total(made(**state))
    drawn = data.rows(report_query.series(report, 3))
    assert sum(row["amount"] for row in drawn) == total(report)
    assert "Support" not in groups(range="last_month", group=("service",), show=("support",))


def test_each_group_bears_support_by_what_it_costs_in_the_month(publish):
    """1,200 cents a day over 30 days; each project within a cent a day of its exact share."""
    publish()
    found = groups(range="last_month", group=("project",), show=("support",))
    booked = groups(range="last_month", group=("project",))
    support = booked.pop("(none)")
    assert support == 36000
    assert set(found) == set(booked)
    for project, cents in booked.items():
        exact = support * cents / sum(booked.values())
        assert abs(found[project] - cents - exact) < 30


def test_a_filter_keeps_the_share_that_was_borne(publish):
    """One project's share is the same whether others are looked at or not."""
    publish()
    state = {"range": "last_month", "show": ("support",), "group": ("project",)}
    alone = groups(**state, filters=(Filter("project", "is", ("shop",)),))
    assert alone == {"shop": groups(**state)["shop"]}


def test_what_belongs_to_nothing_bears_support_with_the_others(publish):
    """A cent a day goes to the larger half: one region costs $5, others $4 and none at all $2."""
    path = publish().resolve()
    with duckdb.connect(str(path)) as db:
        for table, day in (("agg_costs_daily", "usage_date"), ("agg_costs_monthly", "usage_month")):
            april = f"{day} >= '2026-04-01' and {day} < '2026-05-01'"
            usage = f"charge_type = 'usage' and {april}"
            db.execute(f"update marts.{table} set cost_cents = 1 where charge_type = 'support'")
            db.execute(f"update marts.{table} set cost_cents = 0 where {usage}")
            rows = db.execute(f"select rowid from marts.{table} where {usage} limit 3").fetchall()
            regions = (("EU_WEST_1", 500), ("US_EAST_1", 400), (None, 200))
            for (row,), (region, cents) in zip(rows, regions, strict=True):
                db.execute(
                    f"update marts.{table} set cost_cents = $1, region = $2 "
                    "where rowid = $3", [cents, region, row],
                )  # fmt: skip
    state = {"range": "last_month", "compare": "none", "group": (), "show": ("support",)}
    one = (Filter("region", "is", ("EU_WEST_1",)),)
    others = (Filter("region", "is_not", ("EU_WEST_1",)),)
    assert total(made(**state, filters=one)) == 500
    assert total(made(**state, filters=others)) == total(made(**state)) - 500


def test_the_chart_and_the_table_bear_the_same_cents(publish):
    """One reads months, the other days."""
    publish()
    report = made(range="last_3_months", bin="day", group=("sku",), show=("support",))
    drawn: dict[str, int] = {}
    for row in data.rows(report_query.series(report)):
        drawn[row["label_1"]] = drawn.get(row["label_1"], 0) + row["amount"]
    assert drawn == groups(range="last_3_months", bin="day", group=("sku",), show=("support",))


def test_support_of_a_month_without_other_costs_stays_where_it_is(publish):
    path = publish().resolve()
    with duckdb.connect(str(path)) as db:
        for table, month in (
            ("agg_costs_monthly", "usage_month"),
            ("agg_costs_daily", "usage_date"),
        ):
            db.execute(
                f"delete from marts.{table} where charge_type = 'usage' "
                f"and date_trunc('month', {month}) = '2026-04-01'"
            )
    found = groups(range="last_month", compare="none", group=("service",), show=("support",))
    assert found == {"Support": 36000}


def test_currencies_bear_their_own_support(publish):
    publish(organizations={"Acme": "USD", "Nordwind": "Atlas Credits"})
    report = made(range="last_month", group=(), show=("support",))
    found = {row["unit"]: row["amount"] for row in data.rows(report_query.comparison(report))}
    plain = data.rows(report_query.comparison(made(range="last_month", group=())))
    assert found == {row["unit"]: row["amount"] for row in plain}


def test_a_like_for_like_comparison_spreads_what_was_known_then(publish):
    publish()
    spread, plain = (
        data.rows(report_query.comparison(made(group=(), show=show))) for show in (("support",), ())
    )
    assert [(row["amount"], row["previous"]) for row in spread] == [
        (row["amount"], row["previous"]) for row in plain
    ]


def test_a_toggle_turned_twice_is_as_it_was_and_one_price_counts():
    shown = toggles.with_shown(("credits",), "tax")
    assert shown == ("credits", "tax")
    assert toggles.with_shown(shown, "tax") == ("credits",)
    assert toggles.with_shown(("list",), "discounts") == ("discounts",)


def test_what_a_toggle_changes_is_the_difference_of_two_totals(publish):
    publish()
    report = made(range="last_month")
    change = total(toggles.toggled(report, "credits")) - total(replace(report, compared=None))
    assert change == -50000
