"""What was done is found with SQL: an action, a refresh, a query."""

import json

from tests.e2e.conftest import credentials, credentials_for_actions

AUDIT = (
    "select action, target, outcome, applied, requested_by, atlas_ids, "
    "plan ->> '$.summary' as summary, duration_s >= 0 as took, connection "
    "from marts.actions order by requested_at"
)


def test_an_action_is_a_row_after_the_next_refresh(world, sandbox):
    keys = credentials(sandbox) | credentials_for_actions(sandbox)
    planned = world.run("do", "create_project", "name=audited", **keys)
    done = world.run("do", "create_project", "name=audited", "--apply", "--json", **keys)
    refused = world.run("do", "create_project", "name=x", "connection=nowhere", "--apply", **keys)
    assert (planned.code, done.code, refused.code) == (0, 0, 1), done.said
    assert world.run("refresh", **keys).code == 0

    asked = world.run("sql", AUDIT, "--format", "json", **keys)
    assert asked.code == 0, asked.said
    first, second, third = json.loads(asked.out)
    record = json.loads(done.out)
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
    assert world.query(
        "select count(*) from marts.dim_projects where project_name = 'audited'"
    ) == [(1,)]
