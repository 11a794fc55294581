"""Filters of budgets and metrics mean what the same conditions mean in allocation rules."""

from datetime import date

import pytest

from orchestration.refreshing import filtered_costs
from orchestration.refreshing.filtered_costs import tell_apart
from orchestration.refreshing.looked_at import ALWAYS, COLUMNS, looked_at, text_of
from orchestration.rules.conditions import DIMENSIONS
from orchestration.rules.costs import Costs
from tests.conftest import ROOT
from tests.macros import environment, macros

from .small_marts import cost, marts_of

DAY = date(2026, 5, 1)


def macros_of_models():
    """The macros of the models, as dbt renders them."""
    returned = []
    known = {"return": lambda value: returned.append(value) or ""}
    return environment(**known).from_string(macros("duckdb", "allocation")).module, returned


def words(sql):
    return sql.replace("(", " ( ").replace(")", " ) ").split()


def test_a_test_of_a_condition_is_the_models_own():
    module, _ = macros_of_models()
    of_models = module.passes(
        "attributes.attribute_text", "conditions.operator", "conditions.operand"
    )
    assert words(filtered_costs.PASSES) == words(of_models)
    of_models = module.tag_values("tags", "$keys")
    assert words(filtered_costs.TAG_VALUES.format(keys="$keys", tags="tags")) == words(of_models)


def test_dimensions_are_the_models_own():
    module, returned = macros_of_models()
    module.allocation_dimensions()
    [dimensions] = returned
    assert {name: (text, identity) for name, text, identity in dimensions} == COLUMNS
    assert tuple(COLUMNS) == DIMENSIONS


def when(**said):
    return {"dimension": said.pop("dimension", "project"), **said}


SHOP, LABS = cost(DAY, 1), cost(DAY, 2, project_id="5f00", project_name="Pre-Prod Labs")
SUPPORT = cost(DAY, 4, project_id=None, project_name=None, charge_type="support")
TAGGED = cost(DAY, 8, tags={"team": ["web", "core"]}, first={"team": ["web"]})


def fitting(*conditions, how="all", costs=(SHOP, LABS, SUPPORT, TAGGED), **said):
    """The cents, each a power of two, that a filter fits."""
    conditions = {"when": {how: list(conditions)}} if conditions else {}
    filters = [Costs.model_validate({**conditions, **said})]
    with marts_of(list(costs), DAY) as db:
        looked = tell_apart(db, filters)
        same = filtered_costs.same_subject(looked, "costs", "fitting")
        query = f"""
            select coalesce(sum(cost_cents), 0)::bigint
            from plan_costs as costs inner join plan_fits as fitting on {same}
            where list_contains(fits, 0)
        """
        [(cents,)] = db.execute(query).fetchall()
        [(total,)] = db.execute("select sum(cost_cents) from plan_costs").fetchall()
        assert total == sum(each.cents for each in costs)
    return cents


@pytest.mark.parametrize(
    ("condition", "cents"),
    [
        (when(**{"is": "shop"}), 1 + 8),
        (when(**{"is": "Shop"}), 0),
        (when(**{"is": ["shop", "(none)"]}), 1 + 8 + 4),
        (when(**{"is": "5f00"}), 2),
        (when(is_not="shop"), 2 + 4),
        (when(is_not="5f00"), 1 + 4 + 8),
        (when(contains="PROD"), 2),
        # no id is searched for a part of it: 5f00 has 5f
        (when(contains="5f"), 0),
        (when(not_contains=["labs", "none"]), 1 + 8),
        (when(starts="pre-"), 2),
        (when(ends="LABS"), 2),
        (when(regex="^[sP]"), 1 + 2 + 8),
        (when(regex="LABS"), 0),
        (when(flexible="preprod_labs"), 2),
        (when(not_flexible="preprod_labs"), 1 + 4 + 8),
        (when(dimension="tag:team", **{"is": "core, web"}), 8),
        (when(dimension="tag:team", contains="web"), 8),
        (when(dimension="tag:team", **{"is": "(untagged)"}), 1 + 2 + 4),
        (when(dimension="tag:none", is_not="a"), 1 + 2 + 4 + 8),
        (when(dimension="resource", **{"is": "6f00000000000000000000ad"}), 1 + 2 + 4 + 8),
        (when(dimension="resource", contains="ad"), 0),
    ],
)
def test_a_condition_fits_what_it_says(condition, cents):
    assert fitting(condition) == cents


def test_all_holds_and_so_does_any():
    assert fitting(when(**{"is": "shop"}), when(dimension="tag:team", contains="web")) == 8
    either = [when(**{"is": "5f00"}), when(dimension="tag:team", contains="web")]
    assert fitting(*either, how="any") == 2 + 8
    assert fitting() == 1 + 2 + 4 + 8


def test_tags_of_the_first_reading_are_seen_where_they_are_asked_for():
    condition = when(dimension="tag:team", **{"is": "web"})
    assert fitting(condition) == 0
    assert fitting(condition, tags="first_seen") == 8


def test_sums_are_asked_where_they_tell_enough_apart():
    """What is said to be in them is."""
    sums = (ROOT / "dbt_project/models/marts/agg_costs_daily.sql").read_text()
    assert set(words(sums.replace(",", " "))) >= filtered_costs.IN_SUMS
    with marts_of([SHOP, TAGGED], DAY) as db:
        db.execute("create or replace view marts.agg_costs_daily as "
                   "select * from marts.fct_line_item_days where cost_cents = 1")  # fmt: skip
        for condition, cents in ((when(**{"is": "shop"}), 1), (when(dimension="sku", ends="0"), 9)):
            tell_apart(db, [Costs.model_validate({"when": {"all": [condition]}})])
            assert db.execute("select sum(cost_cents) from plan_costs").fetchall() == [(cents,)]


def test_charge_types_and_the_currency_are_part_of_a_filter():
    credit = cost(DAY, 16, charge_type="credit")
    in_credits = cost(DAY, 32, pricing_currency="Atlas Credits")
    costs = (SHOP, SUPPORT, credit, in_credits)
    assert fitting(costs=costs) == 1 + 4
    assert fitting(costs=costs, include=["usage", "credit"]) == 1 + 16
    assert fitting(costs=costs, currency="credits") == 32


def test_a_condition_is_never_sql():
    hostile = "x' or '1' = '1"
    assert fitting(when(**{"is": hostile})) == 0
    assert fitting(when(dimension=f"tag:{hostile}", is_not="a")) == 1 + 2 + 4 + 8


def test_costs_after_the_newest_day_are_not_looked_at():
    with marts_of([SHOP, cost(date(2026, 5, 2), 5)], DAY) as db:
        tell_apart(db, [Costs()])
        assert db.execute("select sum(cost_cents) from plan_costs").fetchall() == [(1,)]


def test_costs_are_told_apart_by_what_is_looked_at_and_no_more():
    looked = looked_at(["project", "tag:b", "tag:a", "tag_first_seen:c", "service", "project"])
    assert looked.dimensions == ("project", "service")
    assert (looked.tag_keys, looked.first_keys) == (("a", "b"), ("c",))
    assert looked.columns == (*ALWAYS, "project_name", "project_id", "service")
    assert text_of(looked, "tag:b", "x") == "x.tag_texts[2]"
    assert text_of(looked, "tag_first_seen:c", "x") == "x.first_tag_texts[1]"
    assert text_of(looked, "project", "x") == "coalesce(x.project_name, '(none)')"
