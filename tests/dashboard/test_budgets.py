"""The page of budgets: its numbers against the marts, its order, its links, its beginning."""

import re
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml
from streamlit.testing.v1 import AppTest

from dashboard import budget_charts, budget_words, budgeting, data
from orchestration.rules.budgets import read_budgets
from reporting import formats, starters
from reporting.query import Binder
from reporting.ranges import Window
from reporting.report import report_of
from reporting.url_state import parse
from tests.dashboard.alone import ask, ask_one, page
from tests.dashboard.test_pages import clicked, page_links, texts

MAY = date(2026, 5, 1)


@pytest.fixture
def planned(publish):
    publish(planned=True)


def cards(app):
    return {each.label: each.value for each in app.metric}


def row(budget, parent=None, *, budgeted=100, actual=0, forecast=0, status="on track"):
    return {"budget": budget, "parent": parent, "unit": "USD", "is_running": True, "owner": None,
            "budgeted": budgeted, "actual": actual, "forecast": forecast, "status": status,
            "exceeds_on": MAY, "plan_to_date": (budgeted or 0) // 2, "plan_by_forecast": None,
            "used_share": None, "warning": None, "report": None}  # fmt: skip


UNBUDGETED = row("(unbudgeted)", budgeted=None, actual=7, status=None)
FAMILY = [
    row("all", budgeted=1000, actual=600, forecast=900),
    row("a", "all", budgeted=300, actual=400, forecast=500, status="exceeded"),
    row("a1", "a", budgeted=100, actual=350, forecast=450, status="exceeded"),
    row("b", "all", budgeted=200, actual=150, forecast=260, status="at risk"),
    row("c", "gone", budgeted=50, actual=60, forecast=60, status="exceeded"),
    UNBUDGETED,
]


def test_a_child_counts_once_in_every_sum():
    """Below all, a is over by 100 and its child a1 by 250: a counts. c's parent has no amount."""
    found = budgeting.sums(FAMILY)
    assert (found.budgeted, found.spent, found.left) == (1000, 600, 400)
    assert found.over == (400 - 300) + (60 - 50)
    assert found.at_risk == (500 - 300) + (260 - 200) + (60 - 50)
    assert found.unbudgeted == 7


def test_the_most_at_risk_come_first():
    """By status, then by what they will be over: a1 by 350, a by 200, c by 10."""
    names = [each["budget"] for each in budgeting.by_risk(FAMILY)]
    assert names == ["a1", "a", "c", "b", "all"]


def test_a_tree_has_each_budget_once_beneath_its_parent():
    found = [(depth, each["budget"]) for depth, each in budgeting.as_tree(FAMILY)]
    assert found == [(0, "c"), (0, "all"), (1, "a"), (2, "a1"), (1, "b")]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"status": "exceeded", "actual": 10_500, "forecast": 12_000},
         "Exceeded since 1 May 2026: $5.00 over $100.00, $20.00 at month end."),
        ({"status": "at risk", "actual": 50, "forecast": 12_000},
         "At risk: expected to exceed $100.00 on 1 May 2026, by $20.00."),
        ({"status": "on track", "actual": 50, "forecast": 9000},
         "On track: $10.00 of $100.00 expected to be left at month end."),
        ({"status": "not enough data", "actual": 50, "forecast": None}, "Not enough data: costs"),
    ],
)  # fmt: skip
def test_a_budget_is_told_in_a_sentence(said, words):
    assert budgeting.sentence(row("x", budgeted=10_000) | said).startswith(words)


@pytest.mark.parametrize(
    ("report", "scope"),
    [
        ("", ("total", "")),
        ("f.project=shop", ("project", "shop")),
        ("f.service=Data+Transfer", ("service", "Data Transfer")),
        ("f.project=shop&f.project=web", None),
        ("f.tag.team=web", None),
        ("show=credits", None),
        (None, None),
    ],
)
def test_only_a_budget_of_a_scope_has_a_band(report, scope):
    assert budgeting.scope(report) == scope


def test_bars_have_exact_tooltips_and_end_at_twice_the_budget():
    chart = budget_charts.use(budgeting.as_tree(FAMILY), "USD").to_dict()
    [data] = [each for each in chart["datasets"].values() if "Budget" in each[0]]
    by_name = {each["Budget"]: each for each in data}
    assert by_name["a"]["Spent"] == "$4.00"
    assert by_name["a"]["used"] == pytest.approx(400 / 300)
    assert by_name["a1"]["used"] == budget_charts.MOST_USED
    assert by_name["a1"]["name"].endswith("└ a1")
    assert "(unbudgeted)" not in by_name


def test_the_cards_are_the_marts_sums(planned):
    app = page("budgets")
    [budgeted, spent] = ask_one("""select budget_cents, actual_cents from marts.budgets
        where is_running and budget = 'company'""")  # fmt: skip
    [over] = ask_one("""select sum(actual_cents - budget_cents)::bigint from marts.budgets
        where is_running and status = 'exceeded'""")  # fmt: skip
    [risk] = ask_one("""select forecast_cents - budget_cents from marts.budgets
        where is_running and budget = 'company'""")  # fmt: skip
    [rest] = ask_one("""select actual_cents from marts.budgets
        where is_running and budget = '(unbudgeted)'""")  # fmt: skip
    [exceeded] = ask_one("""select count(*) from marts.budgets
        where is_running and status = 'exceeded'""")  # fmt: skip
    assert exceeded == 1
    assert cards(app) == {
        "Spent": formats.money(spent, "USD"),
        "Left": formats.money(budgeted - spent, "USD"),
        "Over": formats.money(over, "USD"),
        # of company alone: the exceeded one and the other at risk are in it
        "Over at month end": formats.money(risk, "USD"),
        "In no budget": formats.money(rest, "USD"),
    }


def test_the_cards_name_their_budgets(planned):
    notes = {each.label: each.delta for each in page("budgets").metric}
    [budgeted] = ask_one("""select budget_cents from marts.budgets
        where is_running and budget = 'company'""")  # fmt: skip
    assert notes["Spent"] == formats.plain(f"company: of {formats.money(budgeted, 'USD')}")
    assert (notes["Over"], notes["Left"]) == ("backups", "company")
    assert notes["Over at month end"] == formats.plain("company: expected")


def test_what_a_roll_up_covers_and_none_of_its_parts_is_named_by_project(planned):
    """Of shop's costs all but its backups are in no budget below it."""
    [rest] = ask_one("""select sum(if(budget = 'shop', actual_cents, -actual_cents))::bigint
        from marts.budget_costs where month = '2026-05-01' and budget in ('shop', 'backups')""")
    [given] = ask_one("""select budget_cents - children_cents from marts.budgets
        where month = '2026-05-01' and budget = 'shop'""")  # fmt: skip
    said = texts(page("budgets", id="shop")).replace("\\", "")
    assert f"; {formats.money(given, 'USD')} is given to none of them." in said
    rest = formats.money(rest, "USD")
    assert f"{rest} of its costs are in no budget below it: shop {rest}." in said
    assert "in no budget below it" not in texts(page("budgets", id="backups"))


def test_an_amount_that_changed_and_how_often_it_was_exceeded_are_said():
    months = [(10, 280, 300), (11, 280, 100), (12, 150, 160)]
    history = [
        {"month": date(2026, month, 1), "budgeted": cents, "actual": spent,
         "status": "exceeded" if spent > cents else "on track"}
        for month, cents, spent in months
    ]  # fmt: skip
    assert budget_words.of_year(history, "USD") == (
        "Exceeded in 2 of 3 months. The amount changed: $2.80 until Nov 2026, $1.50 from Dec 2026."
    )
    assert budget_words.of_year(history[1:2], "USD") == ""
    curve = [
        {"month": date(2026, month, 1), "budgeted": 100 * month, "status": None}
        for month in range(1, 6)
    ]
    assert budget_words.of_year(curve, "USD") == (
        "The amount changed 4 times: $3.00 until Mar 2026, $4.00 in Apr 2026, $5.00 from May 2026."
    )


def test_the_riskiest_is_open_unless_the_address_has_another(planned):
    app = page("budgets")
    assert app.subheader[0].value == "backups"
    assert "Exceeded since 6 May 2026" in texts(app)
    app = page("budgets", id="analytics")
    assert app.subheader[0].value == "analytics, ana"
    assert app.query_params["id"] == "analytics"


def test_what_a_budget_is_spent_on_adds_up_to_it(planned):
    app = page("budgets", id="shop", month="2026-04")
    [spent] = ask_one("""select actual_cents from marts.budgets
        where budget = 'shop' and month = date '2026-04-01'""")  # fmt: skip
    frame = app.dataframe[1].value
    assert round(sum(frame["Cost"]) * 100) == spent
    assert set(frame["Project"]) == {"shop"}
    assert "Over at month end" not in cards(app)


def test_a_link_shows_what_its_row_says(planned):
    """Of a budget with a filter, and of what no budget covers."""
    for budget in ("analytics", "(unbudgeted)"):
        app = page("budgets", id=budget)
        frame = app.dataframe[1].value
        assert len(frame) > 1
        for row, cost in enumerate(frame["Cost"]):
            address = clicked(app, f"budgets.costs.{budget}.USD", row, "Report")
            state, problems = parse(parse_qs(urlsplit(address).query))
            assert problems == []
            assert shown(state) == round(cost * 100)


def shown(state):
    """What the cost report adds up for an address, asked of the daily fact."""
    report, bind = report_of(state, data.usage_days()), Binder()
    where = report.where(bind)
    query = bind.query(f"""select sum(cost_cents)::bigint from marts.fct_costs_daily
        where is_in_total and usage_date >= {bind(report.window.start)}
            and usage_date < {bind(report.window.end)} {where}""")
    return ask_one(query.sql, **query.bound())[0]


def test_the_whole_budget_is_one_link(planned):
    app = page("budgets", id="analytics")
    address = page_links(app)["All of it in the cost report"]
    state, _ = parse(parse_qs(urlsplit(address).query))
    [spent] = ask_one("""select actual_cents from marts.budgets
        where budget = 'analytics' and is_running""")  # fmt: skip
    assert shown(state) == spent


def test_a_budget_of_a_resource_has_its_forecasts_band(planned):
    [low, high] = ask_one("""select low_80_cents, high_80_cents from marts.forecasts
        where scope = 'r-events' and month = '2026-05-01'""")  # fmt: skip
    said = texts(page("budgets", id="events")).replace("\\", "")
    assert f"between {formats.money(low, 'USD')} and {formats.money(high, 'USD')}" in said
    assert "in 80 of 100 cases" not in texts(page("budgets", id="shop"))


def test_a_condition_that_the_report_lacks_is_said(planned):
    assert "has no filter for this budget's conditions" in texts(page("budgets", id="backups"))


def test_what_no_budget_covers_is_named(planned):
    app = page("budgets")
    [rest] = ask_one("""select actual_cents from marts.budgets
        where is_running and budget = '(unbudgeted)'""")  # fmt: skip
    frame = app.dataframe[2].value
    assert round(sum(frame["Cost"]) * 100) == rest
    assert set(frame["Project"]) == {"mobile", "(no project)"}


def test_a_tree_shows_children_beneath_their_parents(planned):
    app = page("budgets", order="tree")
    names = [re.sub(r"[^\w]", "", each) for each in app.dataframe[0].value["Budget"]]
    assert names == ["company", "analytics", "events", "shop", "backups"]


def test_a_later_month_has_only_an_expectation(planned):
    app = page("budgets", month="2026-08", id="company")
    assert cards(app)["Spent"] == "$0.00"


def test_what_an_address_cannot_have_is_said(planned):
    app = page("budgets", id="nobody", month="1999-01")
    assert "“id=nobody” is not on this page" in texts(app).replace("\\", "")
    assert cards(app)["Spent"] != "$0.00"


def test_without_budgets_the_page_has_a_first_file_of_last_month(publish, tmp_path):
    """It is a file that a refresh takes, and no budget in it is exceeded by what it was made of."""
    publish()
    app = page("budgets")
    file = tmp_path / "budgets.yaml"
    file.write_text(app.code[0].value)
    budgets = {each.name: each.monthly for each in read_budgets(file)}
    spent = dict(ask("""select project_name, sum(cost_cents)::bigint as cents
        from marts.agg_costs_daily where is_in_total and project_name is not null
            and usage_date >= '2026-04-01' and usage_date < '2026-05-01'
        group by all"""))  # fmt: skip
    assert budgets.pop("projects") is None
    assert set(budgets) == set(spent)
    assert all(0 <= budgets[name] - cents < 1000 for name, cents in spent.items())


def test_any_name_can_stand_in_a_first_file(tmp_path):
    name = "a: b # 'c' \"d\" {e}\nf"
    text = starters.budgets([{"project": name, "amount": 100_001}], MAY)
    [_, budget] = yaml.safe_load(text)["budgets"]
    assert (budget["name"], budget["monthly"]) == (name, 1010)
    assert budget["when"]["all"][0]["is"] == name
    assert "$1,000.01" in text


def test_a_link_of_several_sets_narrows_each():
    address = budgeting.cost_link(
        "f.tag.team=web&f2.project=shop", {"project_id": "p1", "project": "x", "service": "S"},
        Window(MAY, date(2026, 5, 19)),
    )  # fmt: skip
    asked = parse_qs(urlsplit(address).query)
    assert asked["f.project.has"] == asked["f2.project.has"] == ["p1"]
    assert (asked["from"], asked["to"]) == (["2026-05-01"], ["2026-05-18"])


def test_a_budget_of_what_never_cost_anything_has_no_method_to_name():
    def page():
        from dashboard.budget_tables import band_note  # noqa: PLC0415  Streamlit's own scope

        row = {"is_running": True, "forecast": 0, "forecast_basis": None}
        band_note(row, None, "USD")

    [said] = AppTest.from_function(page).run().caption
    assert said.value.startswith(r"Month end, as expected\: \$0\.00\. Only a budget")
