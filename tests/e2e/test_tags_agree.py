"""A tag finds the same resources on every page, readable or not: 975 dollars were 65 elsewhere."""

import shutil

import pytest
import streamlit as st

from dashboard import data
from reporting import queries as report_query
from reporting import resources
from reporting.query import Query, with_values
from reporting.report import report_of
from reporting.state import Filter, ReportState


@pytest.fixture
def warehouse(refreshed, tmp_path, monkeypatch):
    """What one real refresh published, where pages look for it."""
    shutil.copy((refreshed / "atlas_costs.duckdb").resolve(), tmp_path / "atlas_costs.duckdb")
    monkeypatch.setenv("ATLAS_COSTS_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("ATLAS_COSTS_ENV_FILE", "")
    yield
    st.cache_data.clear()
    st.cache_resource.clear()


TAGS = """select distinct tag.key, unnest(tag.value) as value
from (select unnest(map_entries(tags)) as tag from marts.active_resources) order by all"""
COSTS = """select resource_id, sum(cost_cents)::bigint as cents from marts.fct_costs_daily
where list_contains(tags[$key], $value) and charge_type <> 'credit'
    and usage_date >= $start and usage_date < $end group by all"""


@pytest.mark.usefixtures("warehouse")
def test_a_tag_finds_the_same_costs_in_active_resources_and_in_reports():
    days = data.usage_days()
    everywhere = {row["resource_id"] for row in data.rows(resources.active())}
    found = data.rows(Query(TAGS))
    assert len(found) > 5
    several = 0
    for key, value in (tuple(row.values()) for row in found):
        one = Filter(f"tag:{key}", "has", (value,))
        active = data.rows(resources.active((one,)))
        several += any(", " in row["tag_text"] for row in active)
        here = {row["resource_id"]: row["month_to_date"] for row in active}
        state = ReportState(group=("resource",), filters=(one,), compare="none")
        report = report_of(state, days)
        window = {"start": report.window.start, "end": report.window.end}
        lines = data.rows(with_values(COSTS, {"key": key, "value": value, **window}))
        there = {row["resource_id"]: row["cents"] for row in lines}
        reported = data.rows(report_query.comparison(report))
        assert sum(row["amount"] for row in reported) == sum(there.values())
        active_there = {each: there[each] for each in there.keys() & everywhere if there[each]}
        assert {each: cents for each, cents in here.items() if cents} == active_there
    assert several, "no tag has several values, so nothing was tried"
