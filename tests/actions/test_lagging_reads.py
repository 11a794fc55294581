"""Atlas's lists and single reads lag each other: nothing is asked for twice, nothing given up."""

import time
from dataclasses import replace

import pytest

from orchestration.action_runs.runner import Actor
from orchestration.atlas.provisioning import Provisioning
from orchestration.settings import load_settings
from tests.actions.cases import CASES, new_cluster, new_user
from tests.actions.conftest import clear_faults
from tests.actions.running import QUICK, apply, in_atlas, run

NAMELESS = ("create_snapshot", "restore")
EVERY = pytest.mark.parametrize("name", NAMELESS)
LIST = {"create_snapshot": "/snapshots$", "restore": "/restoreJobs$"}
ONE = {"create_snapshot": "/snapshots/\\w+$", "restore": "/restoreJobs/\\w+$"}
BOTH = {"create_snapshot": "/snapshots", "restore": "/restoreJobs"}
AN_HOUR = 3600.0


def lag(stage, path, seconds=AN_HOUR):
    fault = {"kind": "lag", "method": "GET", "path": f"{stage.project}.*{path}"}
    stage.sandbox.control("faults", {**fault, "seconds": seconds})


def lose_the_answer(stage, name):
    fault = {"kind": "act_then_fail", "method": "POST", "times": 1}
    stage.sandbox.control("faults", {**fault, "path": f"{stage.project}.*{LIST[name]}"})


@EVERY
def test_what_the_list_does_not_show_yet_is_not_asked_for_a_second_time(name, stage):
    case = CASES[name]
    values, before = case.prepare(stage), case.sent_in(stage.writes())
    lag(stage, LIST[name])
    lose_the_answer(stage, name)
    assert apply(name, **values).outcome == "in_progress"
    for _ in range(2):
        again = apply(name, **values, wait_timeout_s=0)
        assert again.outcome == "in_progress"
        assert "Atlas's answer got lost: it is looked for until" in again.error
        assert "Run the same action again to go on looking" in again.error
    assert "it is looked for until" in run(name, **values).plan.warnings[-1]
    assert case.sent_in(stage.writes()) - before == 1
    clear_faults(stage.sandbox)
    assert apply(name, **values).outcome == "adopted"
    assert case.sent_in(stage.writes()) - before == 1


@EVERY
def test_it_is_found_as_soon_as_the_list_shows_it(name, stage):
    case = CASES[name]
    values, before = case.prepare(stage), case.sent_in(stage.writes())
    lag(stage, LIST[name], 1.5)
    lose_the_answer(stage, name)
    assert apply(name, **values).outcome == "in_progress"
    found = apply(name, **values)
    assert (found.outcome, found.result.status.lower()) == ("applied", "completed")
    assert case.sent_in(stage.writes()) - before == 1


@EVERY
def test_a_recorded_id_that_no_read_knows_is_waited_for_and_not_replaced(name, stage):
    case = CASES[name]
    values, before = case.prepare(stage), case.sent_in(stage.writes())
    stage.sandbox.control("pace", {"seconds": 1e9})
    begun = apply(name, **values, wait_timeout_s=0)
    assert begun.outcome == "in_progress"
    lag(stage, BOTH[name])
    planned = run(name, **values)
    assert "it is waited for" in planned.plan.summary
    gone = apply(name, **values)
    assert gone.outcome == "failed"
    assert "is gone: neither Atlas's own read of it nor its list knew it" in gone.error
    assert "again: true asks for another" in gone.error
    assert case.sent_in(stage.writes()) - before == 1
    clear_faults(stage.sandbox)
    stage.sandbox.control("pace", {"seconds": 0})
    done = apply(name, **values)
    assert (done.outcome, done.result.id) == ("adopted", planned.result.id)
    assert case.sent_in(stage.writes()) - before == 1


@EVERY
@pytest.mark.parametrize("behind", [LIST, ONE], ids=["list", "single_read"])
def test_one_read_that_is_behind_stops_no_wait(behind, name, stage):
    values = CASES[name].prepare(stage)
    lag(stage, behind[name])
    done = apply(name, **values)
    assert (done.outcome, done.result.status.lower()) == ("applied", "completed")


@pytest.fixture
def restoring(stage, tmp_path, monkeypatch):
    """A restore under way that was asked for from another machine."""
    values = CASES["restore"].prepare(stage)
    stage.sandbox.control("pace", {"seconds": 1e9})
    begun = apply("restore", **values, wait_timeout_s=0)
    assert begun.outcome == "in_progress"
    monkeypatch.setenv("ATLAS_COSTS_DATA_DIR", str(tmp_path / "elsewhere"))
    return values, begun.atlas_ids["restore_job_id"]


def test_a_restore_under_way_that_no_record_of_ours_knows_is_found_in_the_list(restoring, stage):
    (values, job_id), before = restoring, stage.writes()
    same = apply("restore", **values, wait_timeout_s=0)
    assert (same.outcome, same.atlas_ids["restore_job_id"]) == ("in_progress", job_id)
    assert f"Restore job {job_id}, which is what this one asks for, is" in same.plan.summary
    assert stage.writes() == before


def test_another_restore_into_the_same_cluster_is_refused_while_one_is_under_way(restoring, stage):
    (values, job_id), before = restoring, stage.writes()
    moment = {"snapshot_id": None, "restore_timestamp": "2026-11-22T00:00:00Z"}
    other = apply("restore", **{**values, **moment}, wait_timeout_s=0)
    assert other.outcome == "refused"
    assert f"restore job {job_id} into {stage.project}/two, as of snapshot" in other.error
    assert stage.writes() == before


LEAVING = {"name": "one", "confirm": "one", "wait_timeout_s": 0}


@pytest.mark.parametrize("name", ["create_snapshot", "restore"])
def test_what_is_under_way_with_a_cluster_being_deleted_is_not_waited_for(name, stage):
    values = CASES[name].prepare(stage)
    stage.sandbox.control("pace", {"seconds": 1e9})
    begun = apply(name, **values, wait_timeout_s=0)
    assert begun.outcome == "in_progress"
    apply("delete_cluster", project=stage.project, **LEAVING)
    ended = apply(name, **values)
    assert ended.outcome == "failed"
    assert "/one is being deleted, and what is under way with it never ends" in ended.error


@pytest.mark.parametrize("name", ["create_snapshot", "restore"])
def test_nothing_is_begun_with_a_cluster_being_deleted(name, stage):
    values = CASES[name].prepare(stage)
    stage.sandbox.control("pace", {"seconds": 1e9})
    apply("delete_cluster", project=stage.project, **LEAVING)
    before = stage.writes()
    refused = apply(name, **values)
    assert refused.outcome == "refused"
    assert "one is being deleted" in refused.error
    assert stage.writes() == before


def test_a_restore_into_a_cluster_being_deleted_is_not_waited_for(stage):
    values = CASES["restore"].prepare(stage)
    stage.sandbox.control("pace", {"seconds": 1e9})
    assert apply("restore", **values, wait_timeout_s=0).outcome == "in_progress"
    two = {**LEAVING, "name": "two", "confirm": "two"}
    apply("delete_cluster", project=stage.project, **two)
    ended = apply("restore", **values)
    assert ended.outcome == "failed"
    assert "/two is being deleted" in ended.error


# What each deletion is looked at by: its list, and its own read.
READS = {
    "delete_project": ("/orgs/\\w+/groups$", "/groups/\\w+$"),
    "delete_cluster": ("/clusters$", "/clusters/one$"),
    "delete_flex_cluster": ("/flexClusters$", "/flexClusters/bendy$"),
    "delete_database_user": ("/databaseUsers$", "/databaseUsers/admin/app$"),
    "remove_ip": ("/accessList$", "/accessList/10.*$"),
    "delete_snapshot": ("/snapshots$", "/snapshots/\\w+$"),
}
DELETIONS = pytest.mark.parametrize("name", READS)
# Twelve tests wait for twice this; well under the second after which a list is outvoted.
BEHIND_S = 0.4


@pytest.mark.parametrize("which", [0, 1], ids=["list", "single_read"])
@DELETIONS
def test_a_deletion_has_ended_when_neither_read_shows_it(name, which, stage):
    case = CASES[name]
    values = case.prepare(stage)
    time.sleep(BEHIND_S)  # what is younger than a read is behind would not be in it at all
    fault = {"kind": "lag", "method": "GET", "path": READS[name][which], "seconds": BEHIND_S}
    stage.sandbox.control("faults", fault)
    began = time.monotonic()
    assert apply(case.action, **values).outcome == "applied"
    assert time.monotonic() - began >= BEHIND_S
    assert run(case.action, **values).outcome == "unchanged"


@DELETIONS
def test_a_list_that_never_forgets_what_was_deleted_is_outvoted(name, stage):
    case = CASES[name]
    values = case.prepare(stage)
    stage.sandbox.control("clock", {"days": 1})
    fault = {"kind": "lag", "method": "GET", "path": READS[name][0], "seconds": AN_HOUR}
    stage.sandbox.control("faults", fault)
    assert apply(case.action, **values).outcome == "applied"


@DELETIONS
def test_what_only_the_list_shows_is_there_to_be_deleted(name, stage):
    case = CASES[name]
    values, before = case.prepare(stage), case.sent_in(stage.writes())
    fault = {"kind": "lag", "method": "GET", "path": READS[name][1], "seconds": AN_HOUR}
    stage.sandbox.control("faults", fault)
    if name == "delete_project":
        values = {"project": stage.name, "confirm": stage.name}
        by_name = {**fault, "path": f"/byName/{stage.name}"}
        stage.sandbox.control("faults", by_name)
    assert run(case.action, **values).outcome == "planned"
    assert apply(case.action, **values).outcome == "applied"
    assert case.sent_in(stage.writes()) - before == 1


@DELETIONS
def test_a_deletion_whose_answer_is_lost_is_seen_to_have_happened(name, stage):
    case = CASES[name]
    values = case.prepare(stage)
    fault = {"kind": "act_then_fail", "method": "DELETE", "path": f"{case.write[1]}$"}
    stage.sandbox.control("faults", fault)
    assert apply(case.action, **values).outcome == "applied"


NAMED = {
    "create_cluster": (lambda stage: new_cluster(stage.project), "/clusters/one$"),
    "create_database_user": (lambda stage: new_user(stage.project), "/databaseUsers/admin/app$"),
    "create_project": (lambda stage: {"name": stage.name}, "/byName/"),
}


@pytest.mark.parametrize("name", NAMED)
def test_what_is_made_under_a_name_and_not_found_by_it_yet_is_adopted(name, stage):
    prepare, read = NAMED[name]
    values = prepare(stage)
    assert apply(name, **values).is_good
    stage.sandbox.control(
        "faults", {"kind": "lag", "method": "GET", "path": read, "seconds": AN_HOUR}
    )
    again = apply(name, **values)
    assert again.is_good, again.error
    if name != "create_project":
        clear_faults(stage.sandbox)
        count = {
            "create_cluster": lambda atlas: [atlas.get_cluster(stage.project, "one")],
            "create_database_user": lambda atlas: atlas.list_users(stage.project),
        }[name]
        assert len(in_atlas(count)) == 1


@pytest.fixture
def behind_a_creation(stage, monkeypatch):
    """For a while after a cluster is made, neither its own read nor the list shows it."""
    create = Provisioning.create_cluster

    def then_behind(self, *arguments):
        made = create(self, *arguments)
        lag(stage, "/clusters(/one)?$", BEHIND_S)
        return made

    monkeypatch.setattr(Provisioning, "create_cluster", then_behind)
    return Actor(load_settings(), "tests", replace(QUICK, gone_after_s=30.0))


def test_a_new_cluster_that_neither_read_shows_yet_is_waited_for(behind_a_creation, stage):
    values = {**new_cluster(stage.project), "dry_run": False}
    assert behind_a_creation.run("create_cluster", values).outcome == "applied"


def test_so_is_one_that_a_file_names(behind_a_creation, stage, tmp_path):
    (tmp_path / "config").mkdir()
    (tmp_path / "config/resources.yaml").write_text(
        f"projects: [{{name: {stage.name}, clusters: [{{name: one, provider: AWS, "
        "region: US_EAST_1, instance_size: M10}]}]\n"
    )
    done = behind_a_creation.run("apply_resources", {"dry_run": False})
    assert done.outcome == "applied", done.error
