"""The page of unit costs: its numbers against the mart, what is missing, its beginning."""

from datetime import date
from decimal import Decimal

import pytest

from dashboard import unit_costing
from orchestration.rules.metrics import read_metrics
from reporting import formats
from reporting.unit_costs import unit_cost
from tests.dashboard.alone import ask, ask_one, page
from tests.dashboard.test_pages import texts


@pytest.fixture
def planned(publish):
    publish(planned=True)


def month(number, cost=100_000, units=50, **said):
    row = {"metric": "m", "unit": "USD", "counted": "order", "per": 1000, "is_running": False,
           "period_start": date(2026, number, 1), "cost": cost, "without_units": 0,
           "units": None if units is None else Decimal(units), "missing_days": 0, "lag_days": 0,
           "units_through": date(2026, 5, 18), "is_part_of_costs": False}  # fmt: skip
    return row | said


def test_the_newest_whole_month_comes_first_beside_the_one_before(planned):
    app = page("unit_costs")
    now, before = ask("""select unit_cost from marts.unit_costs where metric = 'orders'
        and period = 'month' and period_start in ('2026-03-01', '2026-04-01')
        order by period_start desc""")  # fmt: skip
    card = app.metric[0]
    assert (card.label, card.value) == (
        "orders: per 1,000 orders, Apr 2026",
        formats.unit_price(now[0], "USD"),
    )
    assert card.delta == f"{formats.change(float(now[0] / before[0] - 1))} vs. Mar 2026"


def test_labels_together_cost_what_their_costs_and_units_make(planned):
    """Neither a sum nor an average of the labels' unit costs."""
    cents, units = ask_one("""select sum(cost_cents)::bigint, sum(units)
        from marts.unit_costs
        where metric = 'tenants' and period_start = '2026-04-01'""")  # fmt: skip
    expected = formats.unit_price(Decimal(int(cents)) / 100 / units, "USD")
    assert page("unit_costs").metric[1].value == expected


def test_one_label_costs_what_the_mart_says(planned):
    """To the twelfth place: the page divides as the refresh does."""
    for cents, units, per, exact in ask("""select cost_cents, units, per, unit_cost
        from marts.unit_costs where unit_cost is not null"""):  # fmt: skip
        assert unit_cost(cents, units, per) == exact


def test_labels_stand_in_a_table_with_what_nobody_counted(planned):
    app = page("unit_costs", metric="tenants")
    frame = app.dataframe[0].value.set_index("Label")
    assert list(frame.index) == ["analytics", "shop", "Not counted"]
    for label, cost in ask("""select label, unit_cost from marts.unit_costs
        where period_start = '2026-04-01' and label in ('analytics', 'shop')"""):  # fmt: skip
        assert frame.loc[label, "Unit cost"] == formats.unit_price(cost, "USD")
    [rest] = ask_one("""select cost_without_units_cents from marts.unit_costs
        where label = '(no units)' and period_start = '2026-04-01'""")  # fmt: skip
    assert round(frame.loc["Not counted", "Cost"] * 100) == rest


def test_what_is_missing_is_said(planned):
    """Counts end on May 16, and May 9 has none; costs go to May 18."""
    said = texts(page("unit_costs")).replace("\\", "")
    assert "Units are counted through 16 May 2026, 2 days behind the costs." in said
    assert "Mar 2026: 1 day with costs and no units." in said
    assert "May 2026 (to date): 3 days with costs and no units." in said
    [rest] = ask_one("""select cost_without_units_cents from marts.unit_costs
        where metric = 'orders' and period = 'month' and is_running""")  # fmt: skip
    assert f"{formats.money(rest, 'USD')} of May 2026 (to date) are costs without units" in said


def test_a_metric_that_could_not_be_read_is_named(planned):
    said = texts(page("unit_costs")).replace("\\", "")
    assert "Left out of the last refresh: lost:" in said


def test_days_are_shown_where_they_are_counted(planned):
    frame = page("unit_costs", bin="day").dataframe[0].value
    [days] = ask_one("""select count(*) from marts.unit_costs
        where metric = 'orders' and period = 'day'""")  # fmt: skip
    assert len(frame) == days
    app = page("unit_costs", bin="day", metric="tenants")
    assert "counted once a month" in texts(app)


def test_without_metrics_the_page_has_a_first_file_of_the_dearest_project(publish, tmp_path):
    publish()
    app = page("unit_costs")
    file = tmp_path / "metrics.yaml"
    file.write_text(app.code[0].value)
    [metric] = read_metrics(file)
    [project] = ask_one("""select project_name from marts.agg_costs_daily
        where is_in_total and project_name is not null
            and usage_date between '2026-04-01' and '2026-04-30'
        group by all order by sum(cost_cents) desc limit 1""")  # fmt: skip
    assert metric.when.all[0].is_ == [project]
    assert app.code[1].value.startswith("date,amount\n2026-04-01,")


def test_a_month_that_runs_or_has_a_part_of_its_costs_is_not_whole():
    rows = [month(1), month(2, cost=200_000), month(3, is_part_of_costs=True),
            month(4, units=None), month(5, is_running=True)]  # fmt: skip
    now, before = unit_costing.newest_whole(rows)
    assert (now["period_start"].month, before["period_start"].month) == (2, 1)
    assert unit_costing.change(unit_costing.price(now), unit_costing.price(before)) == 1
    assert unit_costing.newest_whole(rows[4:]) == (None, None)


@pytest.mark.parametrize(
    ("per", "counted", "words"),
    [(1, "order", "per order"), (1000, "order", "per 1,000 orders"),
     (10, "GB stored", "per 10 GB stored"), (10, "GB", "per 10 GB")],
)  # fmt: skip
def test_what_a_unit_cost_is_of(per, counted, words):
    assert unit_costing.per_text(month(1, per=per, counted=counted)) == words


def test_a_chart_has_exact_tooltips_and_leaves_out_what_is_not_known():
    rows = [month(1, per=1), month(2, units=None), month(3, per=1, unit="Atlas Credits")]
    chart = unit_costing.chart(rows, "month").to_dict()
    [data] = chart["datasets"].values()
    assert [each["price"] for each in data][:2] == [
        "$20.00 per order",
        f"{formats.ABSENT} per 1,000 orders",
    ]
    assert data[1]["Unit cost"] is None or data[1]["Unit cost"] != data[1]["Unit cost"]
    assert data[0]["cost"] == "$1,000.00"


def test_no_gap_is_no_sentence():
    assert unit_costing.gaps([month(1)]) == []
