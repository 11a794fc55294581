"""What is there and differs, what must be confirmed, and who was faster."""

import secrets

import pytest

from orchestration.atlas.provisioning import Provisioning
from tests.actions.cases import CASES, ROLES, new_cluster, new_user
from tests.actions.running import apply, run

ENDING = {name: each for name, each in CASES.items() if "delete" in name or "remove" in name}
CONFIRMED = {**ENDING, "restore": CASES["restore"]}
EVERY_CONFIRMED = pytest.mark.parametrize("case", CONFIRMED.values(), ids=CONFIRMED)


def other_tags(stage):
    return "create_project", {"name": stage.name, "tags": {"team": "other"}}


def other_size(stage):
    stage.cluster(tags={"env": "test"})
    return "create_cluster", new_cluster(stage.project, instance_size="M20")


def other_backup(stage):
    stage.cluster(backup_enabled=False)
    return "create_cluster", new_cluster(stage.project, backup_enabled=True)


def other_kind(stage):
    stage.cluster(instance_size="FLEX")
    return "create_cluster", new_cluster(stage.project)


def other_kind_of_flex(stage):
    stage.cluster()
    return "create_cluster", new_cluster(stage.project, instance_size="FLEX")


def other_roles(stage):
    stage.user()
    roles = [{"role": "atlasAdmin"}]
    return "create_database_user", new_user(stage.project, roles=roles)


def other_comment(stage):
    entry = {"project": stage.project, "entry": "10.0.0.0/8"}
    assert apply("allow_ip", **entry, comment="office").is_good
    return "allow_ip", {**entry, "comment": "home"}


def one_snapshot_under_way(stage):
    stage.cluster()
    stage.sandbox.control("pace", {"seconds": 1e9})
    at = {"project": stage.project, "cluster": "one"}
    assert apply("create_snapshot", **at, description="first", wait=False).outcome == "applied"
    return "create_snapshot", {**at, "description": "second"}


CONFLICTS = {
    other_tags: "it exists with the tags (none), not team=other: update_project changes them",
    other_size: "it exists with instance_size M10, not M20: update_cluster changes it",
    other_backup: "it exists with backup_enabled False, not True: update_cluster changes it",
    other_kind: "it exists with instance_size FLEX, not M10",
    other_kind_of_flex: "it exists with instance_size M10, not FLEX",
    other_roles: "it exists with roles ['readWrite@app'], not ['atlasAdmin@admin']: "
    "update_database_user changes them",
    other_comment: "it is there with comment office, not home: remove_ip takes it off the list",
    one_snapshot_under_way: "is still being taken, and Atlas takes one on demand at a time",
}


@pytest.mark.parametrize("arrange", CONFLICTS, ids=lambda each: each.__name__)
def test_what_is_there_and_differs_is_refused_with_the_difference(arrange, stage):
    action, values = arrange(stage)
    before = stage.writes()
    refused = apply(action, **values)
    assert refused.outcome == "refused"
    assert CONFLICTS[arrange] in refused.error
    assert stage.writes() == before


@pytest.mark.parametrize("team", [{}, {"team": ""}, {"team": " "}], ids=str)
def test_tags_that_are_required_are_missed_before_anything_is_made(team, stage, monkeypatch):
    monkeypatch.setenv("ATLAS_COSTS_REQUIRED_TAGS", "team,env")
    refused = apply("create_cluster", **new_cluster(stage.project, tags={"env": "test", **team}))
    assert refused.outcome == "refused"
    assert "tags lacks team, which ATLAS_COSTS_REQUIRED_TAGS asks for" in refused.error


@EVERY_CONFIRMED
@pytest.mark.parametrize("confirm", [None, "something-else"], ids=["without", "with_the_wrong"])
def test_nothing_is_destroyed_without_the_right_word(case, confirm, stage):
    values = case.prepare(stage)
    before = stage.writes()
    refused = apply(case.action, **{**values, "confirm": confirm})
    assert refused.outcome == "refused"
    assert f"type confirm={values['confirm']} to go on" in refused.error
    assert stage.writes() == before


@EVERY_CONFIRMED
def test_with_the_right_word_it_is_done(case, stage):
    values = case.prepare(stage)
    before = case.sent_in(stage.writes())
    assert run(case.action, **values).plan.confirm == values["confirm"]
    assert apply(case.action, **values).outcome == "applied"
    assert case.sent_in(stage.writes()) - before == 1


@pytest.fixture
def somebody_is_faster(monkeypatch):
    """Another request, the same or another, is a moment ahead of the one that is sent."""

    def ahead(method, change):
        send = getattr(Provisioning, method)

        def both(self, *arguments):
            *places, body = arguments
            send(self, *places, {**body, **change})
            return send(self, *arguments)

        monkeypatch.setattr(Provisioning, method, both)

    return ahead


RACES = {
    "create_project": ("create_project", {"tags": [{"key": "team", "value": "other"}]}),
    "create_cluster": ("create_cluster", {"tags": [{"key": "env", "value": "other"}]}),
    "create_flex_cluster": ("create_flex_cluster", {"tags": [{"key": "env", "value": "other"}]}),
    "create_database_user": (
        "create_user",
        {"roles": [{"roleName": "read", "databaseName": "app"}]},
    ),
}


@pytest.mark.parametrize("name", RACES)
def test_who_made_the_same_a_moment_earlier_is_no_conflict(name, stage, somebody_is_faster):
    values = CASES[name].prepare(stage)
    somebody_is_faster(RACES[name][0], {})
    assert apply(CASES[name].action, **values).outcome == "applied"
    assert apply(CASES[name].action, **values).outcome == "adopted"


@pytest.mark.parametrize("name", RACES)
def test_who_made_another_of_that_name_a_moment_earlier_keeps_it(name, stage, somebody_is_faster):
    values = CASES[name].prepare(stage)
    if "cluster" in name:
        values["tags"] = {"env": "test"}
    method, change = RACES[name]
    somebody_is_faster(method, change)
    failed = apply(CASES[name].action, **values)
    assert failed.outcome == "failed"
    assert "ALREADY_EXISTS" in failed.error_code or "DUPLICATE" in failed.error_code


def test_a_pause_that_somebody_else_asked_for_first_is_told(stage, somebody_is_faster):
    at = stage.cluster()
    somebody_is_faster("update_cluster", {})
    failed = apply("pause_cluster", **at)
    assert (failed.outcome, failed.error_code) == ("failed", "CLUSTER_ALREADY_PAUSED")
    assert apply("pause_cluster", **at).outcome == "unchanged"


def test_a_deletion_that_somebody_else_asked_for_first_is_waited_for(stage, monkeypatch):
    values = {**stage.cluster(), "confirm": "one"}
    send = Provisioning.delete_cluster

    def twice(self, project_id, name, *, retain_backups):
        send(self, project_id, name, retain_backups=retain_backups)
        send(self, project_id, name, retain_backups=retain_backups)

    monkeypatch.setattr(Provisioning, "delete_cluster", twice)
    assert apply("delete_cluster", **values).outcome == "applied"


MISSING_ID = "0123456789abcdef01234567"
NOT_FOUND = {
    "update_cluster": ({"name": "none", "instance_size": "M20"}, "refused", "Cluster none"),
    "pause_cluster": ({"name": "none"}, "refused", "Cluster none"),
    "resume_cluster": ({"name": "none"}, "refused", "Cluster none"),
    "delete_cluster": ({"name": "none", "confirm": "none"}, "unchanged", "Cluster none"),
    "update_database_user": ({"name": "none", "roles": ROLES}, "refused", "user none"),
    "delete_database_user": ({"name": "none", "confirm": "none"}, "unchanged", "user none"),
    "remove_ip": ({"entry": "10.9.9.9", "confirm": "10.9.9.9"}, "unchanged", "10.9.9.9"),
    "create_snapshot": ({"cluster": "none"}, "refused", "Cluster none"),
    "delete_snapshot": (
        {"cluster": "one", "snapshot_id": MISSING_ID, "confirm": "one"},
        "unchanged",
        f"Snapshot {MISSING_ID}",
    ),
    "restore": (
        {"cluster": "one", "snapshot_id": MISSING_ID, "target_cluster": "one", "confirm": "one"},
        "refused",
        f"Snapshot {MISSING_ID}",
    ),
}


@pytest.mark.parametrize("action", NOT_FOUND)
def test_what_does_not_exist_is_named_and_left_alone(action, stage):
    stage.cluster()
    values, outcome, named = NOT_FOUND[action]
    before = stage.writes()
    record = apply(action, project=stage.project, **values)
    assert record.outcome == outcome
    assert named in (record.error or record.plan.summary)
    assert stage.writes() == before


def test_a_target_that_does_not_exist_is_never_made_up(stage):
    values = {**stage.snapshot(), "target_cluster": "none", "confirm": "none"}
    refused = apply("restore", **values)
    assert refused.outcome == "refused"
    assert "Cluster none does not exist" in refused.error


def test_an_organization_that_the_key_does_not_know_is_named(atlas):
    values = {"name": f"p-{secrets.token_hex(4)}", "organization": "Nobody Inc"}
    refused = apply("create_project", **values)
    assert refused.outcome == "refused"
    assert "knows no organization named Nobody Inc" in refused.error
