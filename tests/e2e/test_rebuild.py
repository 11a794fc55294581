"""What was landed is enough: every mart comes back row by row without Atlas.

What was done in Atlas is landed, too: an action is a row, which SQL finds.
"""

import json
import shutil
from datetime import date
from typing import Any

import pytest

import sandbox as sandbox_package
from tests.e2e.conftest import control
from tests.e2e.test_refresh import snapshot
from tests.e2e.truth import expected, sums_of_marts

# A Wednesday; three days later clusters that rest at weekends are paused.
TODAY = date(2026, 5, 20)
STATUSES = "select * exclude (published_at, warehouse_version) from meta.freshness order by all"
PERMISSIONS = "select * from meta.permissions order by all"
AUDIT = (
    "select action, target, outcome, applied, requested_by, atlas_ids, "
    "plan ->> '$.summary' as summary, duration_s >= 0 as took, connection "
    "from marts.actions order by requested_at"
)
CLUSTERS = (
    "select resource_name from marts.active_resources "
    "where resource_type = 'cluster' and not paused order by all limit 1"
)


def act(world, keys: dict[str, str]) -> dict[str, Any]:
    """An action planned, one carried out and one refused; what the second said."""
    action = ("do", "create_project")
    planned = world.run(*action, "name=audited", **keys)
    done = world.run(*action, "name=audited", "--apply", "--json", **keys)
    refused = world.run(*action, "name=x", "connection=nowhere", "--apply", **keys)
    assert (planned.code, done.code, refused.code) == (0, 0, 1), done.said
    return dict(json.loads(done.out))


def refresh(world) -> None:
    run = world.run("refresh")
    assert run.code == 0, run.said


def change(atlas, world) -> None:
    """Three days, a restated invoice and a cluster with other tags."""
    [[cluster], *_] = world.query(CLUSTERS)
    control(atlas, "clock", {"days": 3})
    control(atlas, "restate", {"invoice_month": "2026-03", "cents": 125})
    control(atlas, "retag", {"cluster": cluster, "tags": {"env": "retired"}})


def are_found(world, record: dict[str, Any]) -> None:
    """All three actions, by the SQL that a user would type."""
    asked = world.run("sql", AUDIT, "--format", "json")
    assert asked.code == 0, asked.said
    first, second, third = json.loads(asked.out)
    assert second == {
        "action": "create_project",
        "target": "audited",
        "outcome": "applied",
        "applied": True,
        "requested_by": record["requested_by"],
        "atlas_ids": second["atlas_ids"],
        "summary": record["plan"]["summary"],
        "took": True,
        "connection": "default",
    }
    assert json.loads(second["atlas_ids"]) == record["atlas_ids"]
    assert (first["outcome"], first["applied"]) == ("planned", False)
    assert (third["outcome"], third["connection"]) == ("refused", "unknown")
    named = "select count(*) from marts.dim_projects where project_name = 'audited'"
    assert world.query(named) == [(1,)]


@pytest.fixture
def truth(world, monkeypatch) -> dict[str, Any]:
    """An organization that was acted in and changed between two refreshes; it is gone by now."""
    with sandbox_package.running(seed=7, months=4, scale=1, today=TODAY) as atlas:
        for name, value in atlas.environment().items():
            monkeypatch.setenv(name, value)
        record = act(world, atlas.environment_for_actions())
        refresh(world)
        change(atlas, world)
        refresh(world)
        are_found(world, record)
        return dict(atlas.truth())


def test_a_rebuild_without_atlas_gives_every_row_again(world, truth):
    before, published = snapshot(world), world.published
    kept = {sql: world.query(sql) for sql in (STATUSES, PERMISSIONS)}
    assert before["fct_invoice_changes"][0]
    assert before["resource_events"][0]
    assert before["actions"][0] == 3
    assert world.query("select 1 from marts.fct_line_items where tags <> tags_first_seen limit 1")

    shutil.rmtree(world.data / "build")
    rebuilt = world.run("rebuild")
    assert rebuilt.code == 0, rebuilt.said
    assert world.published != published
    after = snapshot(world)
    assert after.keys() == before.keys()
    for mart, rows in before.items():
        assert after[mart] == rows, mart
    assert {sql: world.query(sql) for sql in kept} == kept
    assert sums_of_marts(world.query) == expected(truth)
