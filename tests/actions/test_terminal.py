"""How a config is typed, shown in the launchpad, and how a record is told to a person."""

import re

import dagster as dg
import pytest
from rich.console import Console

from orchestration.action_runs import runner
from orchestration.action_runs.log import ActionLog
from orchestration.actions.configs import checked
from orchestration.actions.model import Refusal
from orchestration.actions.registry import ACTIONS
from orchestration.commands import do as doing
from orchestration.ops import JOBS
from orchestration.ops.config_schema import config_schema
from orchestration.settings import load_settings
from tests.actions.cases import new_cluster
from tests.actions.running import apply, in_atlas, run


def parsed(action, *arguments):
    return doing.parsed(ACTIONS[action], arguments)


def test_text_is_text_whatever_it_looks_like():
    given = parsed("create_project", "name=007", "organization=on")
    assert given == {"name": "007", "organization": "on"}
    moment = parsed("restore", "restore_timestamp=2026-01-01", "snapshot_id=12e5")
    assert moment == {"restore_timestamp": "2026-01-01", "snapshot_id": "12e5"}
    assert parsed("create_snapshot", "description=a=b") == {"description": "a=b"}


def test_everything_else_is_yaml():
    assert parsed("create_cluster", "nodes=5", "pit_enabled=true", "allow_ips=[10.0.0.0/8]") == {
        "nodes": 5,
        "pit_enabled": True,
        "allow_ips": ["10.0.0.0/8"],
    }
    roles = [{"role": "readWrite", "database": "app"}]
    for action in ("create_database_user", "update_database_user"):
        given = parsed(action, "roles=[{role: readWrite, database: app}]", "scopes=[one]")
        assert given == {"roles": roles, "scopes": ["one"]}


def test_a_dot_reaches_into_a_map_and_keys_may_be_camel_case_or_dashed():
    given = parsed("create_project", "tags.env=prod", "tags.team=shop")
    assert given == {"tags": {"env": "prod", "team": "shop"}}
    assert parsed("describe_snapshot", "snapshotId=1") == {"snapshot_id": "1"}
    assert parsed("create_snapshot", "retention-days=3") == {"retention_days": 3}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["project=shop", "project.x=1"], "project.x is said a second time"),
        (["tags=null", "tags.env=1"], "tags.env is said a second time"),
        (["tags.env=1", "tags={a: b}"], "tags is said a second time"),
        (["project=shop", "project=lab"], "project is said a second time"),
    ],
)
def test_what_is_said_twice_is_refused(arguments, said):
    with pytest.raises(Refusal, match=said):
        parsed("update_project", *arguments)
    given = parsed("update_project", "tags={a: b}", "tags.env=prod")
    assert given == {"tags": {"a": "b", "env": "prod"}}


def test_an_error_that_no_record_has_is_said(atlas, monkeypatch):
    def broken(*_):
        raise KeyError("landing is full")

    monkeypatch.setattr(ActionLog, "keep", broken)
    with pytest.raises(Refusal, match="create_project did not end: KeyError: .*landing is full"):
        doing.run(load_settings(), "create_project", ["name=p"], apply=False)


def test_what_is_asked_for_is_checked_once(stage, monkeypatch):
    checked = []
    check = runner.checked

    def noted(*given):
        checked.append(given)
        return check(*given)

    monkeypatch.setattr(runner, "checked", noted)
    arguments = [f"project={stage.name}", "entry=192.0.2.1"]
    assert doing.run(load_settings(), "allow_ip", arguments, apply=False).outcome == "planned"
    assert len(checked) == 1


def test_an_unknown_key_is_left_to_the_check():
    with pytest.raises(Refusal, match=r"colour is not a field of it.* \(it has .*name.*\)"):
        checked(ACTIONS["create_project"].config, parsed("create_project", "colour=red"), "x")


def test_a_mistake_is_told_for_each_field_and_never_repeats_a_value():
    values = {"name": "x" * 65, "tags": "secret", "colour": "secret"}
    with pytest.raises(Refusal) as refusal:
        checked(ACTIONS["create_project"].config, values, "create_project")
    said = str(refusal.value)
    assert said.startswith("create_project: name must have at most 64 characters; tags ")
    assert "secret" not in said


@pytest.mark.parametrize("name", ACTIONS)
def test_the_launchpad_explains_every_field(name):
    fields = config_schema(ACTIONS[name].config)
    assert set(fields) == set(ACTIONS[name].config.model_fields)
    own = {field: each for field, each in fields.items() if field != "connection"}
    assert all(each.description for each in own.values())
    if ACTIONS[name].changes_atlas:
        assert fields["dry_run"].default_value is True
    assert JOBS[name].description == ACTIONS[name].description
    assert JOBS[name].name == f"{name}_job"


def test_the_launchpad_asks_only_for_what_must_be_given():
    fields = config_schema(ACTIONS["create_cluster"].config)
    assert {name for name, each in fields.items() if each.is_required} == {"project", "name"}
    assert fields["wait_timeout_s"].default_value == 3600
    assert fields["allow_ips"].default_value == []


def test_the_launchpad_offers_the_words_that_are_known():
    provider = config_schema(ACTIONS["create_cluster"].config)["provider"].config_type
    assert provider.inner_type.config_values == ["AWS", "GCP", "AZURE"]
    roles = config_schema(ACTIONS["create_database_user"].config)["roles"].config_type
    assert isinstance(roles, dg.Array)
    assert set(roles.inner_type.fields) == {"role", "database", "collection"}


@pytest.fixture
def told(monkeypatch):
    """What is said of a record, wide enough for one line each."""

    def of(record, width=200) -> str:
        console = Console(width=width, record=True, highlight=False, file=open("/dev/null", "w"))  # noqa: PTH123, SIM115
        monkeypatch.setattr(doing, "Console", lambda **_: console)
        doing.tell(record)
        console.file.close()
        return console.export_text()

    return of


def test_a_plan_is_told_with_its_price_and_how_to_carry_it_out(stage, told):
    said = told(run("create_cluster", **new_cluster(stage.project, tags={"env": "test"})))
    assert "Create cluster one in project" in said
    assert "instance_size: M10" in said
    assert "3 x M10 in US_EAST_1" in said
    assert "public list prices" in said
    assert "USD a month" in said
    assert "Nothing was changed. Add --apply to carry it out." in said


def test_a_plan_that_must_be_confirmed_says_with_which_word(stage, told):
    at = stage.cluster()
    said = told(run("delete_cluster", **at))
    assert "! Its snapshots go with it." in said
    assert "Nothing was changed. Add --apply confirm=one to carry it out." in said


def test_what_a_paused_or_deleted_cluster_goes_on_costing_is_said(stage, told):
    at = stage.cluster()
    assert "! Paused, it still costs its disks" in told(run("pause_cluster", **at))
    kept = told(run("delete_cluster", retain_backups=True, **at))
    assert "! Its snapshots stay and go on costing until they expire" in kept


def test_what_a_paused_cluster_costs_is_taken_off_when_it_is_deleted(stage, told):
    at = stage.cluster()
    assert apply("pause_cluster", **at).is_good
    cost = run("delete_cluster", **at).plan.monthly_cost
    assert cost.before_cents > 0 == cost.after_cents
    assert f"{-cost.before_cents / 100:+,.2f} to now" in told(run("delete_cluster", **at))


def test_that_an_infinite_cluster_has_no_price_is_said(stage, told):
    nodes = {"instanceSize": "M30", "nodeCount": 3}
    place = {"providerName": "AWS", "regionName": "US_EAST_1", "electableSpecs": nodes}
    body = {"name": "endless", "clusterType": "REPLICASET", "databaseEdition": "INFINITE"}
    body["replicationSpecs"] = [{"regionConfigs": [{**place, "priority": 7}]}]
    in_atlas(lambda atlas: atlas.create_cluster(stage.project, body))
    at = {"project": stage.project, "name": "endless"}
    for action, change in (
        ("update_cluster", {"nodes": 5}),
        ("pause_cluster", {}),
        ("delete_cluster", {}),
    ):
        planned = run(action, **at, **change)
        assert planned.plan.monthly_cost is None
        assert "! No price: Atlas Infinite bills compute and storage by use" in told(planned)


def test_a_result_is_told_and_a_refusal_says_why(stage, told):
    at = stage.cluster()
    done = told(apply("pause_cluster", **at))
    assert "paused: False → True" in done
    assert "applied (" in done
    assert "state: IDLE" in done
    refused = told(apply("delete_cluster", **at))
    assert "Refused: confirm is missing; type confirm=one to go on." in refused


def test_a_list_is_told_as_a_table(stage, told):
    stage.snapshot()
    said = told(run("list_snapshots", project=stage.project, cluster="one"))
    assert "snapshot_type" in said
    assert "onDemand" in said


@pytest.mark.parametrize("width", [200, 120, 80, 40])
def test_a_table_cuts_no_id_and_names_what_it_has_no_room_for(width, stage, told):
    at = stage.snapshot()
    listed = run("list_snapshots", project=stage.project, cluster="one")
    said = told(listed, width)
    assert at["snapshot_id"] in said
    assert max(map(len, said.splitlines())) <= max(width, 60)
    [snapshot] = listed.result.snapshots
    columns = [name for name, value in snapshot.model_dump().items() if value is not None]
    left_out = re.search(r"No room for (.*): --json has all", " ".join(said.split()))
    missing = left_out.group(1).split(", ") if left_out else []
    assert all((name in said) for name in columns)
    assert bool(missing) is (width < 200)


def test_an_address_is_one_line_however_narrow_the_terminal(stage, told):
    made = apply("create_cluster", **new_cluster(stage.project, "narrow"))
    assert made.result.connection_standard in told(made, 40)
