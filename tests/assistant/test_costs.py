"""Costs as an assistant asks for them: the same cents as SQL, with all that stands beside them."""

import json
import os
import subprocess

import pytest

from orchestration.published.sql import run_sql
from tests.assistant.talking import COMMAND, environment_of

NOTES = {"data_through", "missing_parts", "invoices_that_do_not_tie", "sql"}


@pytest.fixture
def rows_of(warehouse, tmp_path):
    """The rows of `atlas-costs sql`."""

    def rows(sql: str):
        run_sql(warehouse / "atlas_costs.duckdb", sql, "json", tmp_path / "rows.json")
        return json.loads((tmp_path / "rows.json").read_text())

    return rows


def cents(rows) -> int:
    [row] = rows
    return row["cents"]


def test_what_did_search_cost_us_last_month(reader, billed, warehouse):
    assert "Search nodes" in reader.tools["get_costs"].description
    search = [{"dimension": "category", "values": ["Search nodes"]}]
    said = reader.call("get_costs", range="last_month", filters=search)
    sql = """select sum(cost_cents) as cents from marts.fct_costs_daily
        where category = 'Search nodes' and charge_type <> 'credit'
        and usage_date between '2026-04-01' and '2026-04-30'"""
    environment = {"PATH": os.environ["PATH"], **environment_of(billed, warehouse)}
    printed = subprocess.run(
        [COMMAND, "sql", sql, "--format", "json"], env=environment, capture_output=True, check=True
    ).stdout
    [total] = said["totals"]
    assert total["currency"] == "USD"
    assert total["cost_cents"] == cents(json.loads(printed)) > 0
    assert said["days"] == {"from": "2026-04-01", "to": "2026-04-30", "dates": "usage"}
    assert said["data_through"] == "2026-05-19"
    assert said["missing_parts"] == []


@pytest.mark.parametrize("question", [
    {"group_by": ["service", "project"]},
    {"group_by": ["tag:env"], "range": "last_3_months", "tags": "first_seen"},
    {"group_by": ["invoice", "sku"], "limit": 500, "dates": "billed", "range": "last_month"},
    {"group_by": ["resource"], "order_by": "change", "limit": 7, "range": "last_month"},
    {"group_by": ["region"], "from_date": "2026-03-05", "to_date": "2026-04-11"},
    {"group_by": ["category"], "range": "all", "include_credits": True},
    {"filters": [{"dimension": "project", "operator": "contains", "values": ["SHO"]}]},
])  # fmt: skip
def test_the_sql_behind_an_answer_gives_its_numbers(reader, rows_of, question):
    said = reader.call("get_costs", **question)
    assert said.document.keys() >= NOTES
    shown = [said["totals"], *([said["groups"]] if "groups" in said.document else [])]
    for rows, behind in zip(shown, said["sql"], strict=True):
        again = rows_of(behind["runnable"])
        assert [each["cost_cents"] for each in rows] == [each["amount"] for each in again]
        assert all(type(each["cost_cents"]) is int for each in rows)
        assert set(behind["values"]) == {name[1:] for name in _parameters(behind["statement"])}


@pytest.mark.parametrize("group_by", [[], ["service"], ["tag:env", "project"]])
def test_causes_add_up_to_the_difference(reader, group_by):
    said = reader.call("get_cost_causes", range="last_month", group_by=group_by, limit=500)
    [total] = said["totals"]
    assert total["change_cents"] != 0
    assert sum(each["change_cents"] for each in said["causes"]) == total["change_cents"]
    if group_by:
        assert not said["there_are_more"]
        assert sum(each["change_cents"] for each in said["groups"]) == total["change_cents"]
        assert all(each.keys() > set(group_by) for each in said["groups"])


def test_causes_are_by_day_of_usage(reader):
    said = reader.call("get_cost_causes", dates="billed")
    assert said["outcome"] == "refused"
    assert "day of usage" in said["says"]


def test_what_a_month_will_cost_is_the_forecast_with_its_error(reader, rows_of):
    said = reader.call("get_forecast", months=2)
    [running, following] = said["forecast"]
    assert [running["month"], following["month"]] == ["2026-05", "2026-06"]
    # the warehouse has too few months for bands and a backtest, and says so by their absence
    assert running["expected_cents"] > 0
    assert running.keys() >= {"low_95_cents", "high_80_cents", "method", "backtest_error"}
    [again] = [rows_of(behind["runnable"]) for behind in said["sql"]]
    assert [each["expected_cents"] for each in again] == [
        running["expected_cents"],
        following["expected_cents"],
    ]
    by_project = reader.call("get_forecast", of="project", months=1, limit=500)["forecast"]
    assert sum(each["expected_cents"] for each in by_project) == running["expected_cents"]


def test_what_is_compared_with_nothing_has_no_causes(reader):
    said = reader.call("get_cost_causes", range="all")
    assert said["causes"] == []
    assert said["comparison"].startswith("No comparison")


def _parameters(sql: str) -> set[str]:
    words = sql.replace("(", " ").replace(")", " ").replace(",", " ").replace(":", " ")
    words = words.replace("[", " ").replace("]", " ")
    return {word for word in words.split() if word.startswith("$")}


@pytest.mark.parametrize("dimension", [
    "service", "region", "category", "resource", "tag:team", "project", "organization",
    "cloud_provider", "instance_size", "sku", "charge_type", "invoice",
])  # fmt: skip
def test_groups_of_every_dimension_add_up_to_the_total(reader, dimension):
    said = reader.call("get_costs", range="last_month", group_by=[dimension], limit=3)
    for column in ("cost_cents", "previous_cents"):
        assert sum(each[column] for each in said["groups"]) == said["totals"][0][column]


def test_the_total_of_all_time_is_what_the_sandbox_knows(reader, billed):
    said = reader.call("get_costs", range="all", include_credits=True)
    assert said["totals"][0]["cost_cents"] == billed.truth()["total"]


def test_a_month_stands_beside_the_month_before(reader, rows_of):
    [total] = reader.call("get_costs", range="last_month")["totals"]
    before = cents(
        rows_of("""select sum(cost_cents) as cents from marts.agg_costs_daily
        where charge_type <> 'credit' and date_trunc('month', usage_date) = '2026-03-01'""")
    )
    assert total["previous_cents"] == before
    assert total["change_cents"] == total["cost_cents"] - before
    assert total["change_ratio"] == pytest.approx(total["change_cents"] / before)


def test_what_changed_most_comes_first(reader):
    said = reader.call("get_costs", range="last_month", group_by=["sku"], order_by="change")
    changes = [abs(each["change_cents"]) for each in said["groups"]]
    assert changes == sorted(changes, reverse=True)
    assert changes[0] > 0


def test_billed_days_are_other_days(reader, rows_of):
    said = reader.call("get_costs", range="last_month", dates="billed")
    expected = cents(
        rows_of("""select sum(cost_cents) as cents from marts.fct_line_items
        where charge_type <> 'credit' and date_trunc('month', billed_date) = '2026-04-01'""")
    )
    assert said["totals"][0]["cost_cents"] == expected
    usage = reader.call("get_costs", range="last_month")
    assert usage["totals"][0]["cost_cents"] != expected


def test_history_leaves_out_no_period_and_no_cent(reader):
    said = reader.call("get_cost_history", range="last_3_months", group_by=["service"], top=2)
    periods = said["periods"]
    assert {each["from"] for each in periods} == {"2026-02-01", "2026-03-01", "2026-04-01"}
    whole = reader.call("get_costs", range="last_3_months")["totals"][0]["cost_cents"]
    assert sum(each["cost_cents"] for each in periods) == whole
    assert "all_other_groups" in periods[2]


def test_too_many_rows_are_refused_and_not_cut(reader):
    said = reader.call("get_cost_history", range="all", step="day", group_by=["sku"], top=25)
    assert said.is_error
    assert "more than 1000 rows" in said.says


def test_values_of_dimensions_and_tags_can_be_listed(reader, rows_of):
    said = reader.call("list_dimension_values", dimension="category", contains="search")
    assert said["values"] == ["Search nodes"]
    keys = reader.call("list_dimension_values", dimension="tag")["values"]
    assert keys == [each["tag_key"] for each in rows_of("from marts.dim_tag_keys order by all")]
    said = reader.call("list_dimension_values", dimension=f"tag:{keys[0]}", limit=1)
    assert len(said["values"]) == 1
    assert said["there_are_more"]


def test_invoices_say_whether_they_tie(reader, rows_of):
    said = reader.call("list_invoices", from_month="2026-03", to_month="2026-04")
    expected = rows_of("""select invoice_id, is_reconciled, amount_billed_cents
        from marts.fct_invoices where invoice_month between '2026-03-01' and '2026-04-01'""")
    assert {each["invoice_id"]: each["is_reconciled"] for each in said["invoices"]} == {
        each["invoice_id"]: each["is_reconciled"] for each in expected
    }
    assert sum(each["amount_billed_cents"] for each in said["invoices"]) == sum(
        each["amount_billed_cents"] for each in expected
    )
    assert reader.call("list_invoices", only_not_reconciled=True)["invoices"] == []


def test_resources_name_the_project_and_cluster_that_actions_need(reader, rows_of):
    said = reader.call("list_active_resources", filters=[
        {"dimension": "resource_type", "values": ["cluster"]},
        {"dimension": "project", "values": ["shop"]},
    ])  # fmt: skip
    expected = rows_of("""select resource_name from marts.active_resources
        where resource_type = 'cluster' and project_name = 'shop'""")
    names = {each["resource_name"] for each in said["resources"]}
    assert names == {each["resource_name"] for each in expected}
    assert "shop-prod" in names
    states = {each["state"] for each in said["resources"] if each["listing_status"] == "active"}
    assert states <= {"running", "paused", "updating"}


def test_freshness_says_what_was_published(reader, rows_of):
    [connection] = reader.call("get_freshness")["connections"]
    [expected] = rows_of("from meta.freshness")
    assert connection["warehouse_version"] == expected["warehouse_version"]
    assert connection["status"] == "connected"


@pytest.mark.parametrize(("question", "sentence"), [
    ({"range": "yesteryear"}, "range must be one of this_month"),
    ({"from_date": "2026-01-01"}, "from_date and to_date must be given together"),
    ({"from_date": "2026-02-01", "to_date": "2026-01-01"}, "must not be after"),
    ({"group_by": ["planet"]}, "group_by[0] must be one of service"),
    ({"filters": [{"dimension": "tag:", "values": ["x"]}]}, "filters[0].dimension must be"),
    ({"colour": "red"}, "colour is not a field of it"),
])  # fmt: skip
def test_a_question_that_cannot_be_answered_is_told_why(reader, question, sentence):
    said = reader.call("get_costs", **question)
    assert said.is_error
    assert sentence in said.says


def test_values_are_bound_and_never_sql(reader):
    said = reader.call("get_costs", filters=[
        {"dimension": "project", "values": ["x') or true --"]},
        {"dimension": "tag:a'b", "values": ["$p1"]},
    ])  # fmt: skip
    assert said["totals"] == []
    assert "list_dimension_values" in said["hint"]


def test_before_the_first_refresh_the_answer_says_what_to_do(assistant):
    said = assistant.call("get_costs")
    assert said.is_error
    assert "atlas-costs refresh" in said.says
