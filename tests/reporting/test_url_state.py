"""A report and its address say the same, whatever is typed into the address."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting import comparisons, url_state
from reporting.dimensions import COST_DIMENSIONS
from reporting.ranges import AHEAD, BINS, RANGES
from reporting.state import MAX_TOP, OPERATORS, TABLES, Filter, ReportState, merged

TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
NAMES = st.sampled_from(sorted(COST_DIMENSIONS)) | TEXT.map(lambda key: f"tag:{key}")
VALUES = st.lists(TEXT, min_size=1, max_size=3, unique=True).map(tuple)
FILTERS = st.builds(Filter, NAMES, st.sampled_from(OPERATORS), VALUES, st.integers(1, 3))
DAYS = st.tuples(*[st.dates(date(2015, 1, 1), date(2035, 1, 1))] * 2).map(sorted)
STATES = st.builds(
    ReportState,
    range=st.sampled_from(sorted([*RANGES, *AHEAD])),
    bin=st.sampled_from(BINS),
    group=st.lists(NAMES, max_size=3, unique=True).map(tuple),
    chart=st.sampled_from(url_state.CHARTS),
    measure=st.sampled_from(url_state.MEASURES),
    compare=st.sampled_from([*comparisons.NAMES, "2026-04-01..2026-04-30"]),
    show=st.sampled_from([(), ("credits",), ("tax", "refunds", "list"), ("support", "discounts")]),
    table=st.sampled_from(TABLES),
    overlay=st.lists(
        st.sampled_from(["forecast", "events"]) | TEXT.map(lambda name: f"budget:{name}"),
        max_size=3,
        unique=True,
    ).map(tuple),
    tags=st.sampled_from(url_state.TAG_BASES),
    top=st.integers(1, MAX_TOP),
    filters=st.lists(FILTERS, max_size=3).map(merged),
)


@given(STATES)
def test_an_address_leads_back_to_its_report(state):
    assert url_state.parse(url_state.to_params(state)) == (state, [])


@given(DAYS)
def test_explicit_days_lead_back_too(days):
    state = ReportState(start=days[0], last=days[1])
    assert url_state.parse(url_state.to_params(state)) == (state, [])


@given(st.dictionaries(TEXT | st.sampled_from(["from", "to", "top", "group", "f.x"]),
                       st.lists(TEXT, max_size=3), max_size=5))  # fmt: skip
def test_any_address_gives_a_usable_report(params):
    """Nothing a person types may be an error page."""
    state, _ = url_state.parse(params)
    assert url_state.parse(url_state.to_params(state)) == (state, [])


def test_the_contract_s_example_reads_as_written():
    state, problems = url_state.parse({
        "range": ["last_month"], "bin": ["day"], "group": ["service"],
        "f.project": ["shop"], "f.tag.env": ["prod"],
    })  # fmt: skip
    assert not problems
    assert state.range == "last_month"
    assert state.filters == (
        Filter("project", "is", ("shop",)), Filter("tag:env", "is", ("prod",)),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("range", "yesterday"), ("bin", "hour"), ("group", "moon"),
        ("table", "chair"), ("overlay", "moon"), ("overlay", "budget:"),
        ("chart", "radar"),
        ("measure", "joy"), ("compare", "budget"),
        ("compare", "2026-04-30..2026-04-01"), ("compare", "2026-04-01.."),
        ("show", "moon"), ("tags", "future"),
        ("top", "0"), ("top", "²"), ("top", "many"), ("from", "2026-13-01"),
        ("from", "0001-01-01"), ("f.moon", "full"), ("bogus", "1"), ("f.tag.", "x"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_named_once_and_left_at_its_default(name, value):
    state, problems = url_state.parse({name: [value]})
    assert state == ReportState()
    assert len(problems) == 1
    assert name in problems[0]


def test_a_price_is_before_discounts_or_after_them():
    state, problems = url_state.parse({"show": ["credits", "discounts", "list"]})
    assert state.show == ("credits", "discounts")
    assert "show=list" in problems[0]


def test_days_in_the_wrong_order_are_refused():
    state, problems = url_state.parse({"from": ["2026-05-02"], "to": ["2026-05-01"]})
    assert state.custom_window is None
    assert "to=2026-05-01" in problems[0]


def test_a_day_without_its_partner_is_named():
    state, problems = url_state.parse({"from": ["2026-05-02"]})
    assert state.custom_window is None
    assert problems == ["“from” needs “to” beside it; the page uses its range."]


def test_a_fourth_group_is_refused_and_the_first_three_stay():
    groups = ["service", "region", "category", "sku"]
    state, problems = url_state.parse({"group": groups})
    assert state.group == tuple(groups[:3])
    assert "sku" in problems[0]


def test_another_value_of_one_condition_joins_it():
    both = merged(Filter("service", "is", (name,)) for name in ("Backup", "Clusters"))
    assert both == (Filter("service", "is", ("Backup", "Clusters")),)


def test_a_link_quotes_what_a_name_may_contain():
    one = Filter("tag:a&b", "is", ("x=y",))
    assert url_state.link(ReportState(filters=(one,))) == "/cost-report?f.tag.a%26b=x%3Dy"


def test_an_address_of_two_thousand_parameters_is_read_as_far_as_its_first_hundred():
    params = {f"f.tag.k{n}": ["v"] for n in range(2000)}
    state, problems = url_state.parse(params)
    assert len(state.filters) == url_state.MAX_VALUES == 100
    assert problems == ["This address has 2,000 parameters; the page reads the first 100."]
    state, problems = url_state.parse({"f.project": [f"p{n}" for n in range(2000)]})
    assert len(state.filters[0].values) == 100
    assert len(problems) == 1


@pytest.mark.parametrize("params", [{"f.project": ["x" * 501]}, {"f.tag." + "k" * 500: ["x"]}])
def test_a_parameter_too_long_to_be_meant_is_refused(params):
    state, problems = url_state.parse(params)
    assert state == ReportState()
    assert len(problems) == 1
    assert "at most 500 characters" in problems[0]
