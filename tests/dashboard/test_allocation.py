"""The page of allocation: values, rules, resources, statements, and how to begin."""

import json
from datetime import date

import duckdb
import pytest
import yaml

from dashboard import allocation_tables
from reporting import formats
from tests.dashboard import money
from tests.dashboard.money import asked
from tests.dashboard.test_pages import clicked, opened, texts

APRIL = "usage_date >= '2026-04-01' and usage_date < '2026-05-01' and is_in_total"
OF_TEAM = "from marts.allocated_costs_daily where allocation_key = 'team'"


@pytest.fixture
def warehouse(publish):
    return money.add(publish())


def said(app):
    return texts(app).replace("\\", "")


def test_the_values_of_a_month_add_up_to_all_its_costs_unallocated_first(warehouse):
    app = opened("allocation")
    assert not app.exception
    assert not app.error
    expected = asked(warehouse, f"""select allocation_value, sum(cost_cents) / 100 {OF_TEAM}
        and {APRIL} group by 1
        order by allocation_value = '(unallocated)' desc, 2 desc""")  # fmt: skip
    shown = app.dataframe[0].value
    assert [tuple(row) for row in shown[["Value", "Cost"]].to_numpy()] == expected
    [(total,)] = asked(warehouse, f"""select sum(cost_cents)::bigint from marts.fct_line_items
        where {APRIL}""")  # fmt: skip
    whole = formats.money(total, "USD")
    assert f"exactly one value: {whole}, all costs of Apr 2026." in said(app)
    assert app.metric[0].value == whole


def test_each_value_has_room_for_its_name_on_the_chart(warehouse):
    """Streamlit fits the legend above and the axis beneath, 123 px, into the height of a chart."""
    app = opened("allocation", key="team")
    chart = json.loads(app.get("vega_lite_chart")[0].proto.spec)
    bar, values = chart["layer"][0]["mark"]["height"], len(app.dataframe[0].value)
    assert (chart["height"] - 123) / values >= bar + 4


def test_a_value_is_direct_shared_or_of_no_rule(warehouse):
    shown = opened("allocation").dataframe[0].value.set_index("Value")
    for column, method in (("Shared", "= 'split'"), ("No rule", "= 'default'"),
                           ("Direct", "not in ('split', 'default')")):  # fmt: skip
        expected = dict(
            asked(
                warehouse,
                f"""select allocation_value, coalesce(sum(cost_cents)
            filter (allocation_method {method}), 0) / 100 {OF_TEAM} and {APRIL} group by 1""",
            )
        )
        assert shown[column].to_dict() == expected


def test_a_month_is_compared_with_the_one_before_and_a_running_one_with_its_same_days(warehouse):
    def before(start, end):
        return dict(
            asked(
                warehouse,
                f"""select allocation_value, sum(cost_cents) / 100 {OF_TEAM}
            and is_in_total and usage_date >= '{start}' and usage_date < '{end}' group by 1""",
            )
        )

    april = opened("allocation")
    shown = april.dataframe[0].value.set_index("Value")
    assert shown["Before"].to_dict() == before("2026-03-01", "2026-04-01")
    assert "Change per day" in shown
    running = opened("allocation", month="2026-05")
    shown = running.dataframe[0].value.set_index("Value")
    assert shown["Before"].to_dict() == before("2026-04-01", "2026-04-19")
    assert "Change per day" not in shown
    assert "1 Apr 2026 to 18 Apr 2026" in said(running)
    assert running.metric[0].label == "All costs, May 2026 to date"
    assert "so costs seem to fall" in said(running)
    assert "seem to fall" not in said(april)


def test_the_first_month_is_compared_with_nothing(warehouse):
    app = opened("allocation", month="2025-04")
    assert "Before" not in app.dataframe[0].value
    assert "costs begin on" in said(app)


def test_the_deciding_rules_stand_for_all_values_and_for_one(warehouse):
    expected = asked(warehouse, f"""select allocation_value,
        if(allocation_method = 'default', 'no rule fits', allocation_rule) as rule,
        sum(cost_cents) / 100
        {OF_TEAM} and {APRIL} group by all order by 3 desc, 1, 2""")  # fmt: skip
    columns = ["Value", "Deciding rule", "Cost"]
    every = opened("allocation").dataframe[1].value
    assert [tuple(row) for row in every[columns].to_numpy()] == expected
    one = opened("allocation", value="data", part="rules").dataframe[1].value
    of_data = [row for row in expected if row[0] == "data"]
    assert [tuple(row) for row in one[columns].to_numpy()] == of_data
    assert set(one["How"]) == {"Direct", "Fixed percentages", "Shared in proportion"}


def test_resources_of_a_value_lead_to_their_cost_reports(warehouse):
    app = opened("allocation", value="checkout")
    shown = app.dataframe[1].value
    expected = asked(warehouse, f"""select resource_name, sum(cost_cents) / 100 {OF_TEAM} and
        allocation_value = 'checkout' and {APRIL} group by all order by 2 desc""")  # fmt: skip
    assert [tuple(row) for row in shown[["Resource", "Cost"]].to_numpy()] == expected
    assert clicked(app, "allocation.resources.USD", 0, "Resource") == (
        "/cost-report?from=2026-04-01&to=2026-04-30&group=service&f.resource=r-shop-prod"
    )


def test_an_open_statement_is_the_months_costs_and_what_it_adjusts(warehouse):
    app = opened("allocation", value="data", part="statement")
    [(usage,)] = asked(warehouse, f"""select sum(cost_cents)::bigint {OF_TEAM} and {APRIL} and
        allocation_value = 'data'""")  # fmt: skip
    assert formats.money(usage + 125, "USD") in said(app)
    assert "OPEN: may change" in said(app)
    lines = app.dataframe[1].value
    assert round(lines["Amount"].sum() * 100) == usage + 125
    assert lines["Adjusted because"].dropna().tolist() == ["costs changed, rules changed"]
    assert "Clusters" in set(lines["Service"])
    table = app.dataframe[0].value.set_index("Value").loc["data"]
    assert table["Adjustments"] == 1.25
    assert round(table["Statement"] * 100) == usage + 125


def test_a_closed_statement_stays_as_it_was_frozen(warehouse):
    with duckdb.connect(str(warehouse.resolve())) as db:
        db.execute("update marts.allocation_statements set cost_cents = cost_cents + 1000 "
                   "where status = 'closed' and resource_name = 'events'")  # fmt: skip
    app = opened("allocation", value="data", month="2026-03", part="statement")
    [(frozen,)] = asked(warehouse, """select sum(cost_cents)::bigint from
        marts.allocation_statements where statement_month = '2026-03-01'
        and allocation_key = 'team' and allocation_value = 'data'""")  # fmt: skip
    assert formats.money(frozen, "USD") in said(app)
    assert "CLOSED on 4 Apr 2026, 09:30 UTC" in said(app)
    assert {each.label: each.value for each in app.metric}["Statement"] == "Closed"
    assert round(app.dataframe[1].value["Amount"].sum() * 100) == frozen
    assert set(app.dataframe[1].value["Charge"]) == {"Usage", "Support"}


def test_values_that_lack_cents_are_said_to(warehouse):
    with duckdb.connect(str(warehouse.resolve())) as db:
        db.execute("""delete from marts.allocated_costs_daily where usage_date = '2026-04-07'
            and charge_type = 'support' and allocation_value = 'data'""")  # fmt: skip
    app = opened("allocation")
    assert "apart from all costs of Apr 2026 by -$8.40" in said(app)


def test_another_key_divides_the_same_month(warehouse):
    app = opened("allocation", key="cost_center")
    assert app.dataframe[0].value["Value"].tolist() == ["cc-100"]
    assert app.metric[0].value == opened("allocation").metric[0].value


def test_a_value_is_text_and_an_unknown_one_is_named(warehouse):
    odd = "o'neil & <b>sons</b>"
    app = opened("allocation", value=odd)
    assert not app.exception
    assert any("\\<b\\>sons" in each.value for each in app.subheader)
    assert "no such value" in said(opened("allocation", value="nobody"))


def test_credits_are_apart_from_dollars(publish):
    money.add(publish(organizations={"Acme": "USD", "Prepaid": "Atlas Credits"}))
    app = opened("allocation")
    values = [each.value for each in app.metric if each.label == "All costs, Apr 2026"]
    assert len(values) == 2
    assert ["$" in each for each in values] == [False, True]


def test_without_rules_the_page_says_how_to_begin_and_what_tags_would_give(publish):
    warehouse = money.add_without_keys(publish())
    app = opened("allocation", key="team")
    assert "write config/allocation.yaml" in said(app)
    assert yaml.safe_load(app.code[0].value) == {
        "keys": [{"key": "team", "rules": [{"value_from": "tag:team"}]}]
    }
    values = app.dataframe[1].value.set_index("Value")["Cost"].to_dict()
    expected = dict(asked(warehouse, f"""select
        coalesce(array_to_string(tags['team'], ', '), '(untagged)'), sum(cost_cents) / 100
        from marts.fct_line_items where {APRIL} group by 1"""))  # fmt: skip
    assert values == expected


def test_a_tag_key_of_any_letters_makes_readable_yaml():
    key = 'a: "b" #c\n- ü'
    assert yaml.safe_load(allocation_tables.beginning(key)) == {
        "keys": [{"key": key, "rules": [{"value_from": f"tag:{key}"}]}]
    }


def test_a_difference_of_one_cent_is_no_match():
    rows = [{"amount": 99}, {"amount": 2}]
    text = allocation_tables.sum_text(rows, 100, date(2026, 4, 1), "USD")
    assert "by +$0.01" in text
    assert "exactly one value" in allocation_tables.sum_text(rows, 101, date(2026, 4, 1), "USD")
