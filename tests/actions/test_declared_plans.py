"""A file is carried out as it was when its plan was agreed to; references stand for something."""

import pytest

from orchestration.action_runs.runner import Actor
from orchestration.settings import load_settings
from tests.actions.cases import PASSWORD
from tests.actions.running import QUICK, apply, run

FILE = """\
projects:
  - name: NAME
    database_users:
      - {name: app, password_env: CASE_USER_PASSWORD, roles: [{role: read, database: app}]}
    access:
      - {entry: 10.0.0.1, comment: office}
"""
DEAD_END = 'comment: "until ${database_user:NAME/app.delete_after}"'
CHANGES = {
    "password": ("CASE_USER_PASSWORD", "HOME"),
    "comment": ("office", "home"),
    "organization": ("- name: NAME", "- name: NAME\n    organization: meridian"),
    "anything": ("projects:", "# another\nprojects:"),
}


@pytest.fixture
def write(stage, tmp_path):
    (tmp_path / "config").mkdir()

    def write(*change):
        text = FILE.replace(*change) if change else FILE
        file = tmp_path / "config" / "resources.yaml"
        file.write_text(text.replace("NAME", stage.name), encoding="utf-8")

    return write


@pytest.mark.parametrize("change", CHANGES)
def test_another_file_is_not_the_plan_that_was_agreed_to(change, write, stage):
    write()
    plan = run("apply_resources").plan
    write(*CHANGES[change])
    before = stage.writes()
    actor = Actor(load_settings(), "tests", QUICK)
    refused = actor.run("apply_resources", {"dry_run": False}, plan)
    assert refused.outcome == "refused"
    assert stage.writes() == before
    write()
    assert actor.run("apply_resources", {"dry_run": False}, plan).outcome == "applied"


def test_the_plan_of_a_file_shows_what_is_sent(write, stage):
    write()
    told = {each.field: each.after for each in run("apply_resources").plan.changes}
    assert told[f"access:{stage.name}/10.0.0.1 comment"] == "office"
    assert told[f"database_user:{stage.name}/app password"] == f"from {PASSWORD}"


def test_a_reference_that_stands_for_nothing_is_not_sent(write, stage):
    write("comment: office", DEAD_END)
    failed = apply("apply_resources")
    assert failed.outcome == "failed"
    reference = f"${{database_user:{stage.name}/app.delete_after}}"
    assert f"{reference} stands for nothing" in failed.error
    assert not [each for each in stage.writes() if "accessList" in each[1]]
