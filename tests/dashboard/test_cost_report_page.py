"""The cost report's page: what stands beside its numbers, where clicks lead, and what it keeps."""

import json
from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest

from dashboard import annotations, data, report_chart, report_toggles, saying
from reporting import changes, charts, drill, formats, layers, palette
from reporting import queries as report_query
from reporting.query import Query
from reporting.state import Filter, ReportState
from tests.dashboard.test_pages import mark_types, opened, texts
from tests.dashboard.test_report_query import made


class Went(Exception):
    """Where a click led."""

    def __init__(self, state: ReportState) -> None:
        super().__init__()
        self.state = state


def go(state: ReportState) -> None:
    raise Went(state)


def rows_of(report) -> list[data.Row]:
    return data.rows(report_query.series(report, report.state.top))


def went(report, rows, clicked) -> ReportState:
    with pytest.raises(Went) as led:
        report_chart.follow(report, rows, clicked, go)
    return led.value.state


def test_usage_in_several_units_is_one_chart_and_a_choice(publish):
    """Twelve charts below one another were a page of 6,000 pixels."""
    publish(sketched=True)
    app = opened("cost_report", measure="usage", range="last_month")
    assert len(app.get("vega_lite_chart")) == 1
    assert app.selectbox(key="report.unit").value == "server hours"
    assert app.metric[0].value.endswith("server hours")
    app.selectbox(key="report.unit").set_value("GB").run()
    assert app.query_params["unit"] == ["GB"] or app.query_params["unit"] == "GB"
    assert app.metric[0].value.endswith(" GB")
    assert (
        opened("cost_report", measure="usage", unit="GB hours")
        .metric[0]
        .value.endswith(" GB hours")
    )


@pytest.mark.parametrize(
    ("params", "kinds"),
    [
        ({"bin": "month"}, ["bar", "bar", "bar", "rule"]),
        ({"bin": "month", "overlay": ["forecast", "budget:platform", "scenario:smaller"]},
         ["bar", "bar", "bar", "rule", "tick", "tick"]),
        ({"bin": "cumulative", "chart": "line"}, ["rect", "line", "area", "line"]),
        ({"bin": "cumulative", "chart": "line", "overlay": "budget:platform"},
         ["rect", "line", "rule"]),
        ({"bin": "month", "range": "last_3_months", "overlay": "unit_cost:orders"},
         ["bar", "line"]),
    ],
)  # fmt: skip
def test_what_is_expected_planned_and_counted_stands_on_the_chart(publish, params, kinds):
    publish(sketched=True)
    app = opened("cost_report", **params)
    assert not app.exception
    assert mark_types(app) == kinds


def test_a_running_month_s_forecast_stands_beside_its_total(publish):
    publish(sketched=True)
    [row] = data.rows(Query(
        "select sum(expected_cents)::bigint as cents from marts.forecast_parts "
        "where month = '2026-05-01'"
    ))  # fmt: skip
    app = opened("cost_report")
    assert app.metric[1].label == "Forecast, May 2026"
    assert app.metric[1].value == formats.money(row["cents"], "USD")
    assert len(opened("cost_report", range="last_month").metric) == 1


def test_days_to_come_show_what_is_expected_of_them(publish):
    publish(sketched=True)
    [row] = data.rows(Query(
        "select sum(expected_cents)::bigint as cents from marts.forecast_parts "
        "where month between '2026-06-01' and '2026-08-01'"
    ))  # fmt: skip
    app = opened("cost_report", range="next_3_months")
    assert app.metric[0].label == "Forecast, 1 Jun 2026 to 31 Aug 2026"
    assert app.metric[0].value == formats.money(row["cents"], "USD")
    assert not app.info
    assert opened("cost_report", range="next_month", group="sku").info


def test_causes_add_up_from_the_period_before_to_this_one(publish):
    publish(sketched=True)
    app = opened("cost_report", group="none")
    why = json.loads(app.get("vega_lite_chart")[-1].proto.spec)
    assert "**Why it changed**" in texts(app)
    assert [layer["mark"]["type"] for layer in why["layer"]] == ["bar", "text"]
    report = made(group=())
    found = data.rows(changes.causes(report))
    [total] = data.rows(report_query.comparison(report))
    assert total["previous"] + sum(row["amount"] for row in found) == total["amount"]


@pytest.mark.parametrize("params", [{"compare": "none"}, {"show": "list"}, {"measure": "usage"}])
def test_where_causes_are_not_known_none_are_drawn(publish, params):
    publish(sketched=True)
    app = opened("cost_report", **params)
    assert not app.exception
    assert "Why it changed" not in texts(app)
    assert ("Causes are known" in texts(app)) == ("compare" not in params)


def test_a_small_cause_is_seen_beside_large_totals_on_an_axis_that_says_where_it_begins():
    """Of totals of $10,000 the last hundred is drawn, and room for amounts."""
    causes = [{"label": "Price", "amount": 1200}, {"label": "Gone", "amount": -300}]
    chart = layers.steps(causes, (1_000_000, 1_000_900), "USD", "#000000").to_dict()
    across = chart["layer"][0]["encoding"]["x"]
    low, high = across["scale"]["domain"]
    assert (low, high - low < 300) == (9_900, True)
    assert " ".join(across["axis"]["title"]) == "USD; this axis begins at $9,900.00"
    [drawn] = [each for each in chart["datasets"].values() if "kind" in each[0]]
    assert [(each["step"], each["from"], each["to"]) for each in drawn] == [
        ("Before", 9900, 10_000), ("Price", 10_000, 10_012), ("Gone", 10_012, 10_009),
        ("Now", 9900, 10_009),
    ]  # fmt: skip


@pytest.mark.parametrize("causes", [1, 9])
def test_however_few_the_causes_are_each_has_its_name_and_its_room(causes):
    """Streamlit fits the axis and its title of two lines, 94 px, into the height of a chart."""
    rows = [{"label": f"Cause {n}", "amount": -100} for n in range(causes)]
    chart = layers.steps(rows, (1_000_000, 1_000_000 - 100 * causes), "USD", "#000000").to_dict()
    bars = chart["layer"][0]
    assert bars["encoding"]["y"]["axis"]["labelOverlap"] is False
    assert (chart["height"] - 94) / (causes + 2) >= bars["mark"]["height"] + 4


def test_where_a_total_is_nothing_the_axis_begins_at_zero():
    chart = layers.steps([{"label": "New", "amount": 500}], (0, 500), "USD", "#000000").to_dict()
    across = chart["layer"][0]["encoding"]["x"]
    assert (across["scale"]["domain"][0], across["axis"]["title"]) == (0, "USD")


def test_a_click_on_a_group_adds_its_filter_and_asks_what_is_next(publish):
    publish(sketched=True)
    report = made(range="last_month", group=("service",))
    rows = rows_of(report)
    state = went(report, rows, {"group": "Clusters", "period": "2026-04-02"})
    assert state.filters == (Filter("service", "is", ("Clusters",)),)
    assert (state.group, state.range) == (("category",), "last_month")
    rest = next(row for row in rows if row["is_rest"])
    more = went(report, rows, {"group": charts.short(charts.group_label(rest))})
    assert more == replace(report.state, top=15)
    total = made(range="last_3_months", bin="month", group=())
    inside = went(total, rows_of(total), {"group": "Total", "period": "2026-03-01"})
    assert (inside.start, inside.last) == (date(2026, 3, 1), date(2026, 3, 31))


def test_the_way_down_can_be_read_and_taken_back(publish):
    publish(sketched=True)
    app = opened("cost_report", f__service="Clusters", f__project="p-shop", group="sku")
    steps = [button for button in app.button if (button.key or "").startswith("trail.")]
    assert [button.label for button in steps] == ["All costs", "Clusters"]
    assert "**shop**" in texts(app)
    steps[1].click().run()
    assert dict(app.query_params)["f.service"] in ("Clusters", ["Clusters"])
    assert "f.project" not in app.query_params
    assert app.session_state["report.group"] == ["project"]


def test_the_lines_table_says_how_many_there_are_and_what_they_come_to(publish):
    publish(sketched=True)
    app = opened("cost_report", range="last_month", f__resource="lake", table="lines")
    [row] = data.rows(Query(
        "select count(*) as n, sum(cost_cents)::bigint as cents from marts.fct_line_items "
        "where resource_name = 'lake' and usage_date between '2026-04-01' and '2026-04-30'"
    ))  # fmt: skip
    shown = f"Showing {row['n']} lines, together {formats.money(row['cents'], 'USD')}."
    assert shown in texts(app).replace("\\", "")
    table = app.dataframe[0].value
    assert round(100 * table["Cost"].sum()) == row["cents"]
    assert list(table.columns[:2]) == ["Usage day", "Cost"]
    assert set(table["Landing file"]) == {"default/invoices/inv-o-Acme-2026-04/1.json.gz"}


def test_a_table_has_share_difference_and_course(publish):
    publish(sketched=True)
    table = opened("cost_report", range="last_month").dataframe[1].value
    assert round(table["Share"].sum(), 9) == 1
    assert (table["Current"] - table["Previous"] - table["Difference"]).abs().max() < 0.005
    assert all(len(each) == 30 for each in table["Trend"])
    assert (table["Trend"].map(sum) - table["Current"]).abs().max() < 0.005


def test_a_toggle_says_by_how_much_it_changes_the_total(publish):
    publish(sketched=True)
    report = made(range="last_month", bin="month")
    assert report_toggles.effect(report, "credits") == "-$500.00."
    assert report_toggles.effect(report, "tax") == "+$19.00."
    shown = replace(report, state=replace(report.state, show=("credits", "tax")))
    assert report_toggles.effect(shown, "credits") == "-$500.00."
    by_day = made(range="last_month")
    assert report_toggles.effect(by_day, "tax").startswith("+$19.00 on the invoices")
    assert "total stays" in report_toggles.effect(report, "support")
    text = texts(opened("cost_report", range="last_month", bin="month", show=["tax", "discounts"]))
    assert r"Tax of invoices\: \+\$19\.00" in text
    assert r"After discounts\: \-\$" in text


def test_a_note_is_kept_beside_landing_and_survives_what_a_refresh_makes(publish):
    publish(sketched=True)
    report = made(range="last_month", filters=(Filter("project", "is", ("shop",)),))
    annotations.add(date(2026, 4, 3), "Load test", ())
    annotations.add(date(2026, 4, 9), "Only of shop", report.state.filters)
    annotations.add(date(2026, 3, 9), "Another month", ())
    assert [note.text for note in annotations.of_report(report)] == ["Load test", "Only of shop"]
    everything = made(range="last_month")
    assert [note.text for note in annotations.of_report(everything)] == ["Load test"]
    annotations.remove(annotations.of_report(everything)[0])
    assert annotations.of_report(everything) == []
    assert len(saying.said_of_notes()) == 4


@pytest.mark.parametrize(
    ("step", "period"),
    [("day", date(2026, 5, 9)), ("week", date(2026, 5, 4)), ("month", date(2026, 5, 1)),
     ("quarter", date(2026, 4, 1))],
)  # fmt: skip
def test_a_note_stands_in_the_period_of_its_day(step, period):
    assert annotations.period_of(date(2026, 5, 9), made(bin=step)) == period


@pytest.mark.parametrize(
    ("count", "step", "most"),
    [(30, "day", 6), (365, "day", 6), (12, "month", 12), (70, "week", 12)],
)
def test_an_axis_has_labels_at_even_steps(count, step, most):
    periods = [f"{n:03}" for n in range(count)]
    shown = charts.axis_of_periods(periods, step).to_dict()["values"]
    places = [periods.index(each) for each in shown]
    gaps = {after - before for before, after in pairwise(places)}
    assert len(gaps) == 1
    assert len(shown) <= max(most, 12)


@pytest.mark.parametrize("table", ["groups", "periods"])
def test_a_total_s_columns_are_as_wide_as_those_beneath_it(publish, table):
    publish(sketched=True)
    app = opened("cost_report", range="last_month", bin="week", table=table)
    total, groups = (json.loads(each.proto.columns) for each in app.dataframe[:2])
    names = list(app.dataframe[1].value.columns)[:-1]
    assert len(names) >= 5
    assert [total[each]["width"] for each in names] == [groups[each]["width"] for each in names]


@pytest.mark.parametrize(
    ("label", "columns"), [("M" * 30, 2), ("lake · Atlas Data Federation", 3), ("Data Transfer", 6)]
)
def test_a_legend_has_as_many_columns_as_its_labels_leave_room_for(label, columns):
    """Measured: 30 capitals are 203 px wide, and the narrowest chart at 1280 px 660."""
    legend = charts._colour({label: "#000000", "b": "#ffffff"}).to_dict()["legend"]
    assert charts._columns({label: "#000000"}) == columns
    assert f"width / {charts._entry_px({label: ''})}" in legend["columns"]["expr"]


def test_an_axis_names_its_currency():
    assert '"$"' in charts.axis_of_amounts("USD").to_dict()["labelExpr"]
    assert "€" in charts.axis_of_amounts("EUR").to_dict()["labelExpr"]
    credit = charts.axis_of_amounts("Atlas Credits").to_dict()
    assert "$" not in credit["labelExpr"]
    assert credit["title"] == "credits"


def test_labels_that_are_cut_stay_apart():
    names = [f"a-very-long-name-of-a-cluster-in-production-{n}" for n in (1, 2)]
    assert len({charts.short(name) for name in names}) == 2
    assert max(len(charts.short(name)) for name in names) <= charts.LONGEST_LABEL


def test_what_cannot_be_drawn_is_a_space():
    assert charts.short("a\0b\x1b[31m\u202ec") == "a b [31m c"


def test_a_service_keeps_its_colour_whatever_it_costs(publish):
    publish(sketched=True)
    drawn = []
    for top in (1, 5):
        report = made(range="last_month", top=top)
        spec = charts.over_time(report, rows_of(report), "USD", {}).to_dict()
        scale = spec["encoding"]["color"]["scale"]
        drawn.append(dict(zip(scale["domain"], scale["range"], strict=True)))
    assert drawn[0]["Clusters"] == drawn[1]["Clusters"] == palette.OF_SERVICE["Clusters"]
    assert all(colour == palette.REST for name, colour in drawn[1].items() if "Other" in name)


def test_what_is_negative_is_no_part_of_a_pie(publish):
    publish(sketched=True)
    report = made(range="last_month", chart="pie", show=("credits",), top=25)
    spec = charts.over_time(report, rows_of(report), "USD", {}).to_dict()
    [values] = spec["datasets"].values()
    assert "Credits" not in {row["group"] for row in values}
    assert all(row["value"] > 0 for row in values)


def test_a_chart_is_told_in_words(publish):
    publish(sketched=True)
    report = made(range="last_month")
    text = report_chart.alt_text(report, rows_of(report), "USD")
    assert text.startswith("Costs by service, day, 1 Apr 2026 to 30 Apr 2026; the largest is Clust")


def test_a_step_back_keeps_other_conditions():
    asked = (Filter("service", "is", ("Backup",)), Filter("tag:env", "is_not", ("prod",)))
    steps = drill.trail(ReportState(filters=asked, group=("category",)))
    assert [one.dimension if one else None for one, _ in steps] == ["service", None]
    assert steps[0][1].filters == (asked[1],)
    assert steps[0][1].group == ("service",)
