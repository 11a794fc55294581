"""A config with a mistake is refused before Atlas is asked, and the message names the field."""

import dagster as dg
import pytest

from orchestration.actions.model import Refusal
from orchestration.actions.registry import ACTIONS
from orchestration.commands import do as doing
from orchestration.settings import load_settings
from tests.actions.running import job, kept_records

CLUSTER = ["project=shop", "name=one", "provider=AWS", "region=us-east-1", "instance_size=M10"]
SPEC = "replication_specs=[{regionConfigs: [{providerName: AWS, regionName: US_EAST_1}]}]"
USER = ["project=shop", "name=app", "password_env=APP_PASSWORD", "roles=[{role: atlasAdmin}]"]
BACKUP = ["project=shop", "cluster=one"]
SECRET = "hunter2-never-repeat-me"


def but(arguments, *changed):
    """The arguments with some of them replaced, or taken away (`name-`)."""
    names = {each.rstrip("-").partition("=")[0] for each in changed}
    kept = [each for each in arguments if each.partition("=")[0] not in names]
    return [*kept, *(each for each in changed if not each.endswith("-"))]


# Action, arguments, what the message says of the field.
MISTAKES = {
    "project_without_name": ("create_project", [], "name"),
    "project_name_empty": ("create_project", ["name= "], "name must not be empty"),
    "project_name_long": ("create_project", [f"name={'x' * 65}"], "name must have at most 64"),
    "tags_no_map": ("create_project", ["name=p", "tags=[a]"], "tags"),
    "update_without_project": ("update_project", ["name=p"], "project"),
    "delete_by_another_field": ("delete_project", ["project=p", "force=true"], "force"),
    "cluster_name": ("create_cluster", but(CLUSTER, "name=a_b"), "name must be 1 to 64 letters"),
    "no_provider": ("create_cluster", but(CLUSTER, "provider-"), "provider must be given"),
    "other_provider": ("create_cluster", but(CLUSTER, "provider=OVH"), "provider"),
    "retired_size": ("create_cluster", but(CLUSTER, "instance_size=M5"), "M5 was retired"),
    "no_size": ("create_cluster", but(CLUSTER, "instance_size=large"), "instance_size must be M0"),
    "even_nodes": ("create_cluster", [*CLUSTER, "nodes=4"], "nodes"),
    "small_disk": ("create_cluster", [*CLUSTER, "disk_gb=5"], "disk_gb"),
    "disk_no_number": ("create_cluster", [*CLUSTER, "disk_gb=much"], "disk_gb"),
    "pit_of_free": (
        "create_cluster",
        [*but(CLUSTER, "instance_size=M0"), "pit_enabled=true"],
        "pit_enabled needs M10 or larger",
    ),
    "shards_of_flex": (
        "create_cluster",
        [*but(CLUSTER, "instance_size=FLEX"), "cluster_type=SHARDED"],
        "cluster_type needs M10 or larger",
    ),
    "pit_without_backup": (
        "create_cluster",
        [*CLUSTER, "pit_enabled=true", "backup_enabled=false"],
        "pit_enabled needs backup_enabled",
    ),
    "said_twice": ("create_cluster", [*CLUSTER, SPEC], "replication_specs and provider"),
    "other_type": ("create_cluster", [*CLUSTER, "cluster_type=RING"], "cluster_type"),
    "negative_wait": (
        "pause_cluster",
        ["project=p", "name=c", "wait_timeout_s=-1"],
        "wait_timeout",
    ),
    "resume_without_name": ("resume_cluster", ["project=p"], "name"),
    "retain_no_flag": ("delete_cluster", ["project=p", "name=c", "retain_backups=1 day"], "retain"),
    "update_size": ("update_cluster", ["project=p", "name=c", "instance_size=10"], "instance_size"),
    "password_itself": (
        "create_database_user",
        but(USER, f"password_env={SECRET}"),
        "password_env must be the NAME of an environment variable",
    ),
    "no_password": ("create_database_user", but(USER, "password_env-"), "password_env goes with"),
    "no_roles": ("create_database_user", but(USER, "roles=[]"), "roles"),
    "role_without_database": (
        "create_database_user",
        but(USER, "roles=[{role: readWrite}]"),
        "database is missing: readWrite opens one database",
    ),
    "role_with_more": (
        "create_database_user",
        but(USER, "roles=[{role: readWrite, db: app}]"),
        "roles[0]",
    ),
    "end_without_zone": (
        "update_database_user",
        ["project=p", "name=u", "delete_after=2026-12-31T00:00:00"],
        "delete_after must name its time zone",
    ),
    "other_sign_in": (
        "delete_database_user",
        ["project=p", "name=u", "authentication=magic"],
        "authentication",
    ),
    "no_address": ("allow_ip", ["project=p", "entry=300.1.2.3"], "entry must be an IP address"),
    "long_comment": (
        "allow_ip",
        ["project=p", "entry=10.0.0.1", f"comment={'x' * 81}"],
        "comment must have at most 80",
    ),
    "remove_nothing": ("remove_ip", ["project=p"], "entry"),
    "kept_for_no_day": ("create_snapshot", [*BACKUP, "retention_days=0"], "retention_days"),
    "no_limit": ("list_snapshots", [*BACKUP, "limit=0"], "limit"),
    "no_limit_of_jobs": ("list_restore_jobs", [*BACKUP, "limit=0"], "limit"),
    "no_snapshot": ("describe_snapshot", BACKUP, "snapshot_id"),
    "empty_snapshot": ("delete_snapshot", [*BACKUP, "snapshot_id="], "snapshot_id must be"),
    "no_job": ("get_restore_status", BACKUP, "job_id"),
    "no_cluster": ("get_backup_info", ["project=p"], "cluster"),
    "no_moment": ("restore", [*BACKUP, "target_cluster=two"], "exactly one of snapshot_id and"),
    "two_moments": (
        "restore",
        [*BACKUP, "snapshot_id=latest", "restore_timestamp=1700000000", "target_cluster=two"],
        "exactly one of snapshot_id and restore_timestamp",
    ),
    "no_time": (
        "restore",
        [*BACKUP, "restore_timestamp=yesterday", "target_cluster=two"],
        "restore_timestamp must be a time such as",
    ),
    "no_target": ("restore", [*BACKUP, "snapshot_id=latest"], "target_cluster must be given"),
    "target_of_a_file": (
        "restore",
        [*BACKUP, "snapshot_id=latest", "delivery_type=download", "target_cluster=two"],
        "target_cluster does not go with delivery_type: download",
    ),
}
EVERY = pytest.mark.parametrize("name", MISTAKES)


def test_every_action_is_told_something_wrong():
    assert {action for action, _, _ in MISTAKES.values()} == set(ACTIONS) - {"apply_resources"}


@EVERY
def test_at_the_terminal_the_message_names_the_field(name, atlas):
    action, arguments, said = MISTAKES[name]
    record = doing.run(load_settings(), action, arguments, apply=True)
    assert (record.outcome, doing.exit_code(record)) == ("refused", 1)
    assert said in record.error
    assert SECRET not in record.model_dump_json()
    assert [each.id for each in kept_records()] == [record.id]


@EVERY
def test_in_a_job_the_message_names_the_field(name, atlas):
    """What the launchpad's types can tell, it tells before the op runs."""
    action, arguments, said = MISTAKES[name]
    values = doing.parsed(ACTIONS[action], arguments)
    try:
        record = job(action, **values)
    except dg.DagsterInvalidConfigError as error:
        assert said.partition(" ")[0].partition("[")[0] in str(error)
        return
    assert record.outcome == "refused"
    assert said in record.error
    assert SECRET not in record.model_dump_json()


@pytest.mark.parametrize(
    ("action", "arguments", "said"),
    [
        ("make_coffee", [], "There is no action make_coffee. Actions: create_project,"),
        ("pause-clutser", [], "There is no action pause-clutser. Did you mean pause_cluster?"),
        ("create_project", ["p"], "Write p as key=value, such as project=shop"),
        ("create_project", ["name=p", "tags={a"], "tags: '{a' cannot be read"),
    ],
)
def test_what_is_no_config_at_all_is_said_in_one_sentence(action, arguments, said, atlas):
    with pytest.raises(Refusal) as refusal:
        doing.run(load_settings(), action, arguments, apply=True)
    assert said in str(refusal.value)


def test_a_password_that_is_not_set_is_missed_before_anything_is_sent(stage, monkeypatch):
    monkeypatch.delenv("CASE_USER_PASSWORD")
    before = stage.writes()
    values = {"project": stage.project, "name": "app", "roles": [{"role": "atlasAdmin"}]}
    refused = job("create_database_user", **values, password_env="CASE_USER_PASSWORD")
    assert refused.outcome == "refused"
    assert "password_env names a variable that is not set" in refused.error
    assert stage.writes() == before


def test_without_a_key_for_actions_the_key_that_reads_costs_is_not_used(atlas, monkeypatch):
    for name in ("PUBLIC_KEY", "PRIVATE_KEY"):
        monkeypatch.delenv(f"MONGODB_ATLAS_PROVISIONING_{name}")
        monkeypatch.setenv(f"MONGODB_ATLAS_{name}", getattr(atlas, name.lower()))
    before = len(atlas.control("requests"))
    refused = job("create_project", name="p")
    assert refused.outcome == "refused"
    assert "MONGODB_ATLAS_PROVISIONING_PUBLIC_KEY" in refused.error
    assert len(atlas.control("requests")) == before
