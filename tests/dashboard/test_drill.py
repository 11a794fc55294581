"""From a group of a report down to the line of an invoice, each step with the group's amount."""

from datetime import date

import pytest

from dashboard import data
from reporting import drill
from reporting import queries as report_query
from reporting.query import Query
from reporting.report import report_of
from reporting.state import Filter, ReportState
from tests.dashboard.test_active_resources import change
from tests.dashboard.test_report_query import made, total

DAYS = made().days


def first(report) -> data.Row:
    return data.rows(report_query.comparison(report))[0]


def ids(row: data.Row) -> tuple[str, ...]:
    return tuple(row[key] for key in row if key.startswith("id_"))


@pytest.mark.parametrize("group", ["service", "project", "region", "organization", "tag:team"])
def test_each_step_down_is_the_group_that_was_clicked(publish, group):
    publish()
    report = made(range="last_month", compare="none", group=(group,))
    for _ in range(8):
        row = first(report)
        state = drill.into_group(report.state, ids(row))
        report = report_of(state, DAYS)
        assert total(report) == row["amount"]
        if not state.group:
            break
    assert (state.group, state.table) == ((), "lines")
    found = data.rows(drill.lines(report))
    assert found[0]["total"] == row["amount"] == sum(line["amount"] for line in found)


def test_a_step_down_keeps_what_the_report_was_already_about(publish):
    publish()
    asked = (Filter("tag:env", "is", ("prod",)), Filter("project", "is", ("shop", "mobile")))
    report = made(range="last_month", compare="none", group=("project",), filters=asked)
    rows = data.rows(report_query.comparison(report))
    for row in rows:
        state = drill.into_group(report.state, ids(row))
        assert state.filters[1] == Filter("tag:env", "is", ("prod",))
        assert total(report_of(state, DAYS)) == row["amount"]


def test_alternatives_are_narrowed_one_by_one(publish):
    """Shop and prod, or mobile: shop's staging costs are in neither."""
    publish()
    asked = (
        Filter("project", "is", ("shop",)), Filter("tag:env", "is", ("prod",)),
        Filter("project", "is", ("mobile",), 2),
    )  # fmt: skip
    report = made(range="last_month", compare="none", group=("project",), filters=asked)
    for row in data.rows(report_query.comparison(report)):
        down = report_of(drill.into_group(report.state, ids(row)), DAYS)
        assert total(down) == row["amount"]


def test_several_groups_are_each_a_filter(publish):
    publish()
    report = made(range="last_month", compare="none", group=("service", "project"))
    row = first(report)
    state = drill.into_group(report.state, ids(row))
    assert state.group == ("resource",)
    assert total(report_of(state, DAYS)) == row["amount"]


def test_nothing_is_asked_twice(publish):
    """A report of one resource by service goes on to its category and then to its SKUs."""
    state = ReportState(group=("service",), filters=(Filter("resource", "is", ("r",)),))
    state = drill.into_group(state, ("Clusters",))
    assert state.group == ("category",)
    assert drill.into_group(state, ("Instances",)).group == ("sku",)


def test_a_period_without_groups_becomes_the_range(publish):
    publish()
    report = made(range="last_3_months", bin="month", group=(), compare="none")
    drawn = data.rows(report_query.series(report))
    state = drill.into_period(report, drawn[1]["period"])
    assert (state.start, state.last, state.bin) == (date(2026, 3, 1), date(2026, 3, 31), "day")
    assert total(report_of(state, DAYS)) == drawn[1]["amount"]


def test_a_period_that_the_range_cuts_stays_cut(publish):
    publish()
    report = made(range="last_30_days", bin="month", group=(), compare="none")
    state = drill.into_period(report, date(2026, 4, 1))
    assert (state.start, state.last) == (date(2026, 4, 19), date(2026, 4, 30))


def test_few_lines_are_shown_and_all_are_counted(publish):
    publish()
    report = made(range="last_month", compare="none", filters=(Filter("project", "is", ("shop",)),))
    found = data.rows(drill.lines(report, limit=7))
    truth = data.rows(Query(
        "select count(*) as n, sum(cost_cents)::bigint as cents from marts.fct_line_items "
        "where project_name = 'shop' and usage_date between '2026-04-01' and '2026-04-30'"
    ))[0]  # fmt: skip
    assert len(found) == 7
    assert {(row["lines"], row["total"]) for row in found} == {(truth["n"], truth["cents"])}
    assert total(report) == truth["cents"]
    for row in found:
        assert row["landing_file"] == f"default/invoices/{row['invoice_id']}/1.json.gz"


# three days from 29 April at 700 cents each, as the mart divides a line
THREE_DAYS = (
    """update marts.fct_line_items
    set usage_end_date = usage_date + 3, usage_days = 3, cost_cents = 2100
    where usage_date = '2026-04-29' and sku = 'ATLAS_AWS_INSTANCE_M10'""",
    """create or replace view marts.fct_line_item_days as
    select * exclude (usage_end_date, landing_file, day) replace (
        usage_date + day::int as usage_date, cost_cents // usage_days as cost_cents),
        1 as line_items
    from marts.fct_line_items, range(usage_days) as each (day)""",
)


@pytest.mark.parametrize(("name", "cents"), [("last_month", 1400), ("this_month", 700)])
def test_a_line_over_several_days_counts_with_those_in_the_range(publish, name, cents):
    change(publish(), *THREE_DAYS)
    where = (Filter("sku", "is", ("ATLAS_AWS_INSTANCE_M10",)),)
    found = data.rows(drill.lines(made(range=name, compare="none", filters=where), limit=1_000))
    [line] = [row for row in found if row["line_cents"] == 2100]
    assert (line["amount"], line["usage_date"]) == (cents, date(2026, 4, 29))
    month = f"usage_date - interval {'1 month' if name == 'this_month' else '0 months'}"
    [truth] = data.rows(Query(
        "select count(distinct line_item_id) as n, sum(cost_cents)::bigint as cents"
        " from marts.fct_line_item_days where sku = 'ATLAS_AWS_INSTANCE_M10'"
        f" and {month} >= '2026-04-01' and {month} < '2026-05-01'"
    ))  # fmt: skip
    assert (line["lines"], line["total"]) == (truth["n"], truth["cents"])
    assert (len(found), sum(row["amount"] for row in found)) == (truth["n"], truth["cents"])
