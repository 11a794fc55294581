"""What was landed is enough: every mart comes back row by row without Atlas."""

import shutil
from datetime import date

import sandbox as sandbox_package
from tests.e2e.conftest import control, credentials, credentials_for_actions
from tests.e2e.test_refresh import snapshot
from tests.e2e.truth import expected, sums_of_marts

# A Wednesday; three days later clusters that rest at weekends are paused.
TODAY = date(2026, 5, 20)
STATUSES = "select * exclude (published_at, warehouse_version) from meta.freshness order by all"
PERMISSIONS = "select * from meta.permissions order by all"


def refresh(world, keys: dict[str, str]) -> None:
    run = world.run("refresh", **keys)
    assert run.code == 0, run.said


def act(world, keys: dict[str, str]) -> None:
    """An action planned and one carried out."""
    for apply in ([], ["--apply"]):
        run = world.run("do", "create_project", "name=audited", *apply, **keys)
        assert run.code == 0, run.said


def an_organization_that_changed(world) -> tuple[dict[str, str], dict]:
    """Two refreshes and much changed between; keys and truth of an Atlas that is gone by now."""
    with sandbox_package.running(seed=7, months=4, scale=1, today=TODAY) as atlas:
        keys = credentials(atlas)
        act(world, keys | credentials_for_actions(atlas))
        refresh(world, keys)
        [[cluster]] = world.query(
            "select resource_name from marts.active_resources "
            "where resource_type = 'cluster' and not paused order by all limit 1"
        )
        control(atlas, "clock", {"days": 3})
        control(atlas, "restate", {"invoice_month": "2026-03", "cents": 125})
        control(atlas, "retag", {"cluster": cluster, "tags": {"env": "retired"}})
        refresh(world, keys)
        return keys, atlas.truth()


def test_a_rebuild_without_atlas_gives_every_row_again(world):
    keys, truth = an_organization_that_changed(world)
    before, published = snapshot(world), world.published
    kept = {sql: world.query(sql) for sql in (STATUSES, PERMISSIONS)}
    assert before["fct_invoice_changes"]
    assert before["resource_events"]
    assert len(before["actions"]) == 2
    assert world.query("select 1 from marts.fct_line_items where tags <> tags_first_seen limit 1")

    shutil.rmtree(world.data / "build")
    rebuilt = world.run("rebuild", **keys)
    assert rebuilt.code == 0, rebuilt.said
    assert world.published != published
    after = snapshot(world)
    assert after.keys() == before.keys()
    for mart, rows in before.items():
        assert after[mart] == rows, mart
    assert {sql: world.query(sql) for sql in kept} == kept
    assert sums_of_marts(world.query) == expected(truth)
