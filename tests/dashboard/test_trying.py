"""A change that stands in no file is priced on the page as a scenario of a file would be."""

from datetime import date

import pytest

from dashboard import trying
from orchestration.rules.scenarios import scenario_of
from reporting import formats
from tests.dashboard.alone import ask_one, page
from tests.dashboard.test_pages import texts

MAY = date(2026, 5, 1)


@pytest.fixture
def planned(publish):
    publish(planned=True)


@pytest.mark.parametrize(
    ("kind", "of", "value"),
    [
        ("tier", "resource:r-events", "M30"),
        ("region", "project:p-shop", "us-west-2"),
        ("pause", "resource:r-events", ""),
        ("growth", "total", "2.5"),
    ],
)
def test_each_kind_is_a_scenario_that_a_file_could_have(kind, of, value):
    [change] = scenario_of(trying.document(kind, of, value, MAY)).changes
    assert change.first_month == date(2026, 6, 1)


def test_growth_of_a_project_is_as_the_file_with_the_same_growth_says(planned):
    """The file's first change is 10 % of shop from June on, and another begins a month later."""
    asked = {"try": "growth", "of": "project:p-shop", "value": "10"}
    app = page("forecast", **asked)
    [shop] = ask_one("""select difference_cents from marts.scenarios
        where scope = 'shop grows' and month = '2026-06-01'""")  # fmt: skip
    frame = [each.value for each in app.dataframe if "Jun 2026" in each.value][-1]
    assert [round(each * 100) for each in frame["Jun 2026"]] == [shop, shop]
    [card] = [each.value for each in app.metric if each.label == "Your change, 12 months"]
    months = [name for name in frame.columns if name[:3] not in ("Sce", "Cha", "May")]
    months.append("May 2027")
    cents = sum(round(frame[name].iloc[-1] * 100) for name in months)
    assert card == formats.signed_money(cents, "USD")
    assert cents > shop


def test_what_is_no_change_says_why(planned):
    app = page("forecast", **{"try": "growth", "of": "total", "value": "a lot"})
    assert "Your change, 12 months" not in [each.label for each in app.metric]
    assert "growth_percent" in texts(app).replace("\\", "")


def test_nothing_is_tried_before_it_is_said(planned):
    app = page("forecast", **{"try": "growth"})
    assert "Your change, 12 months" not in [each.label for each in app.metric]
    assert app.text_input[0].label == "Percent each month"
