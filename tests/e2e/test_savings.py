"""Findings against a sandbox that wastes money and knows how much: to the dollar, and no others."""

import shlex
from collections.abc import Iterator
from datetime import date

import pytest
import yaml

import sandbox as sandbox_package
from orchestration.schedules.actions import Entry
from tests.e2e.conftest import World

TODAY = date(2026, 6, 20)
A_DOLLAR = 100
# Two of one command; those that are several commands or a sentence say so.
ACTIONS = """
select rule, action from marts.savings
where project_name = 'attic' and monthly_saving_cents is not null
    and action like 'atlas-costs do %' and rule not in ('orphaned_snapshots', 'flex_instead')
"""
SCHEDULES = "select action from marts.savings where rule = 'out_of_hours'"
# Of what nobody knows the saving: it is said without an amount.
ADVICE = {"suggested_indexes", "schema_advice", "unused_indexes", "cold_data", "search_nodes"}
BUSY = (
    *("attic-bi", "attic-busy", "attic-dev", "attic-finder", "attic-ledger"),
    *("attic-qa", "attic-vault"),
)
FOUND = """
select rule, resource_name, monthly_saving_cents, confidence
from marts.savings
where project_name like 'attic%'
"""


@pytest.fixture(scope="module")
def atlas() -> Iterator[sandbox_package.RunningSandbox]:
    with sandbox_package.running(seed=4, months=3, today=TODAY, wasteful=True) as running:
        yield running


def test_each_waste_is_found_to_the_dollar_and_followed(
    atlas: sandbox_package.RunningSandbox, world: World
) -> None:
    """All of it, nothing that is needed; then one is carried out, and its saving is what it was."""
    keys = atlas.environment() | atlas.environment_for_actions()
    done = world.run("refresh", **keys, ATLAS_COSTS_MEASUREMENTS="true")
    assert done.code == 0, done.said
    rows = world.query(FOUND)
    found = {
        (rule, name.removesuffix(" / Search nodes")): cents
        for rule, name, cents, _ in rows
        if cents is not None
    }
    # what Atlas advises and nobody can price
    advised = {(rule, name) for rule, name, cents, _ in rows if cents is None and rule in ADVICE}
    assert advised == {
        ("suggested_indexes", "attic-slow"),
        ("schema_advice", "attic-slow"),
        *(("unused_indexes", name) for name in BUSY),
    }
    true = {
        (each["rule"], each["resource"]): each["monthly_cents"] for each in atlas.truth()["waste"]
    }
    assert found.keys() == true.keys()
    off = {each: (found[each], true[each]) for each in true}
    assert {each: both for each, both in off.items() if abs(both[0] - both[1]) > A_DOLLAR} == {}

    for rule, action in world.query(ACTIONS):
        planned = world.run(*shlex.split(action.removesuffix(" --apply"))[1:], **keys)
        assert planned.code == 0, (rule, action, planned.said)
    for (action,) in world.query(SCHEDULES):
        for each in yaml.safe_load(action)["schedules"]:
            assert Entry.model_validate(each).config["dry_run"] is False

    [(finding, action, promised)] = world.query(
        "select finding_id, action, monthly_saving_cents from marts.savings "
        "where rule = 'tier_down' and resource_name = 'attic-api'"
    )
    words = action.split()
    assert words[0] == "atlas-costs"
    said = world.run(*words[1:], **keys)
    assert said.code == 0, said.said
    assert world.run("saving", "done", finding, "--on", TODAY.isoformat()).code == 0
    atlas.control("clock", {"days": 45})
    done = world.run("refresh", **keys)
    assert done.code == 0, done.said
    [(days, realised, expected)] = world.query(
        "select sum(days), sum(realised_cents), sum(promised_cents) from marts.realised_savings"
    )
    assert days == 41
    assert realised == pytest.approx(expected, rel=0.02)
    assert realised == pytest.approx(promised * 12 * days / 365, rel=0.02)
