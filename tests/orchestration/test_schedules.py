"""Schedules of actions: named in a file, off until turned on, and never in the way of costs."""

import logging
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest

from orchestration.actions.registry import ACTIONS
from orchestration.config.yaml_file import YamlMistake
from orchestration.ops import JOBS
from orchestration.ops.lateness import NOT_AFTER, why_late
from orchestration.schedules.actions import action_schedules, read_schedules
from tests.conftest import ROOT

EXAMPLE = ROOT / "config/resources.yaml.example"
FILE = """\
projects: []
schedules:
  - name: pause_at_night
    action: pause_cluster
    cron: "0 20 * * 1-5"
    time_zone: Europe/Berlin
    config: {project: shop, name: main}
  - name: look
    action: list_snapshots
    cron: "@daily"
    config:
      project: shop
      cluster: main
"""


@pytest.fixture
def file(tmp_path, clean_environment, monkeypatch):
    monkeypatch.setenv("ATLAS_COSTS_CONFIG_DIR", str(tmp_path))
    monkeypatch.setenv("ATLAS_COSTS_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "resources.yaml"


def tick(schedule: dg.ScheduleDefinition, late: timedelta = timedelta(0)):
    """A tick that the daemon evaluates so long after its time."""
    context = dg.build_schedule_context(scheduled_execution_time=datetime.now(UTC) - late)
    return schedule.evaluate_tick(context)


def run_config(schedule: dg.ScheduleDefinition) -> dict:
    [request] = tick(schedule).run_requests
    return request.run_config


def test_a_schedule_runs_its_actions_job_and_is_off(file):
    file.write_text(FILE)
    pause, look = action_schedules()
    assert (pause.job_name, look.job_name) == ("pause_cluster_job", "list_snapshots_job")
    assert (pause.cron_schedule, pause.execution_timezone) == ("0 20 * * 1-5", "Europe/Berlin")
    assert look.execution_timezone == "UTC"
    stopped = dg.DefaultScheduleStatus.STOPPED
    assert (pause.default_status, look.default_status) == (stopped, stopped)


def test_a_schedule_only_plans_unless_its_config_says_otherwise(file):
    file.write_text(FILE)
    pause, look = action_schedules()
    values = {"project": "shop", "name": "main"}
    assert run_config(pause) == {"ops": {"pause_cluster": {"config": values}}}
    assert pause.description.startswith("Only plans, until its config says dry_run: false.")
    assert not look.description.startswith("Only plans")
    file.write_text(FILE.replace("name: main}", "name: main, dry_run: false}"))
    [carried_out, _] = action_schedules()
    assert run_config(carried_out)["ops"]["pause_cluster"]["config"]["dry_run"] is False
    assert not carried_out.description.startswith("Only plans")


@pytest.mark.parametrize(
    ("limit", "late", "is_run"),
    [("", 14, True), ("", 16, False), ("120", 119, True), ("120", 121, False)],
)
def test_a_time_that_was_missed_is_not_made_up_for(limit, late, is_run, file, caplog):
    line = f"    max_delay_minutes: {limit}\n" if limit else ""
    file.write_text(FILE.replace("    time_zone: Europe/Berlin\n", line))
    [pause, _] = action_schedules()
    with caplog.at_level(logging.WARNING, "atlas_costs"):
        ticked = tick(pause, timedelta(minutes=late))
    assert len(ticked.run_requests) == int(is_run)
    if not is_run:
        assert "Not carried out: its time has passed" in ticked.skip_message
        assert "max_delay_minutes" in ticked.skip_message
        assert caplog.messages == [f"Schedule pause_at_night: {ticked.skip_message}"]


def test_a_run_that_waited_in_the_queue_past_its_time_is_not_carried_out(file):
    file.write_text(FILE)
    [pause, _] = action_schedules()
    [request] = tick(pause, timedelta(minutes=14)).run_requests
    latest = datetime.fromisoformat(request.tags[NOT_AFTER])
    assert why_late(request.tags, latest) == ""
    late = latest + timedelta(seconds=1)
    assert "Not carried out" in why_late(request.tags, late)
    assert why_late({**request.tags, "dagster/parent_run_id": "of a person"}, late) == ""
    assert why_late({}, late) == ""


def test_the_run_itself_looks_at_the_time_before_it_asks_atlas(file):
    silent = {"console": {"config": {"log_level": "CRITICAL"}}}
    values = {"project": "shop", "name": "main", "dry_run": False}
    ended = JOBS["pause_cluster"].execute_in_process(
        run_config={"ops": {"pause_cluster": {"config": values}}, "loggers": silent},
        tags={NOT_AFTER: "2026-01-01T00:00:00+00:00"},
        raise_on_error=False,
    )
    assert not ended.success
    [failed] = [each for each in ended.all_events if each.is_step_failure]
    assert "Not carried out: its time has passed" in failed.step_failure_data.error.message
    assert not list(file.parent.rglob("*.json"))


def test_the_example_is_valid_for_its_jobs():
    found = read_schedules(EXAMPLE)
    assert [each.name for each in found] == [
        "pause_at_night",
        "resume_in_the_morning",
        "snapshot_before_migrations",
        "drift_report",
    ]
    for each in found:
        job = JOBS[each.job_name.removesuffix("_job")]
        assert dg.validate_run_config(job, run_config(each))


@pytest.mark.parametrize("name", ACTIONS)
def test_every_action_can_be_scheduled(name):
    assert JOBS[name].name == f"{name}_job"


@pytest.mark.parametrize("text", [None, "", "projects: []\n", "schedules:\n", "schedules: []\n"])
def test_a_bare_checkout_has_none(file, text):
    if text is not None:
        file.write_text(text)
    assert action_schedules() == []


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        (
            "pause_cluster",
            "canary",
            r"line 4: schedules\[0\].action must be an action: create_proj",
        ),
        ("0 20 * * 1-5", "0 20 * canary", r"line 5: schedules\[0\].cron must be a cron expression"),
        ("0 20 * * 1-5", "0 25 * * *", r"line 5: schedules\[0\].cron must be a cron expression"),
        (
            "Europe/Berlin",
            "Canary/Islands",
            r"line 6: schedules\[0\].time_zone must be a time zone",
        ),
        (
            "name: main}",
            "nme: canary}",
            r"line 7: schedules\[0\].config.(name is missing|nme is not a)",
        ),
        (
            "    config:\n",
            "    config: canary\n    c:\n",
            r"line 11: schedules\[1\].config must be",
        ),
        ("cluster: main", "clutter: x", r"line (11|13): schedules\[1\].config.clu"),
        ("name: look", "name: pause_at_night", r"line 8: schedules\[1\].name is there twice"),
        ("name: look", "name: daily_refresh", r"line 8: schedules\[1\].name is there twice"),
        ("name: look", "name: at night", r"line 8: schedules\[1\].name must be letters, digits"),
        ("    action: list_snapshots\n", "", r"line 8: schedules\[1\].action is missing"),
        ("schedules:", "schedule:", "line 2: schedule is not a key that is known here"),
        ("Europe/Berlin", "[", r"line \d+: not YAML"),
    ],
)
def test_a_mistake_is_logged_with_its_line_and_only_costs_these_schedules(
    file, caplog, old, new, named
):
    assert old in FILE
    file.write_text(FILE.replace(old, new, 1))
    with pytest.raises(YamlMistake, match=named) as raised:
        read_schedules(file)
    assert "canary" not in str(raised.value)
    with caplog.at_level(logging.ERROR, "atlas_costs"):
        assert action_schedules() == []
    assert caplog.messages == [f"No schedules of actions are loaded. {raised.value}"]


def test_a_mistake_among_the_projects_stops_no_schedule(file):
    file.write_text(FILE.replace("projects: []", "projects: [{nme: shop}]"))
    assert len(action_schedules()) == 2


def test_settings_that_cannot_be_used_are_logged_too(file, monkeypatch, caplog):
    monkeypatch.setenv("ATLAS_COSTS_CONCURRENCY", "many")
    with caplog.at_level(logging.ERROR, "atlas_costs"):
        assert action_schedules() == []
    assert "ATLAS_COSTS_CONCURRENCY" in caplog.text


def test_a_tick_runs_the_action_and_its_record_names_the_schedule(file, sandbox, monkeypatch):
    for name, value in {
        "MONGODB_ATLAS_BASE_URL": sandbox.base_url,
        "MONGODB_ATLAS_ORG_ID": sandbox.org_id,
        "MONGODB_ATLAS_PROVISIONING_PUBLIC_KEY": sandbox.provisioning_public_key,
        "MONGODB_ATLAS_PROVISIONING_PRIVATE_KEY": sandbox.provisioning_private_key,
    }.items():
        monkeypatch.setenv(name, value)
    file.write_text(
        "projects: [{name: night}]\n"
        "schedules: [{name: nightly, action: apply_resources, cron: '@daily', "
        "config: {dry_run: false}}]\n"
    )
    [nightly] = action_schedules()
    silent = {"console": {"config": {"log_level": "CRITICAL"}}}
    ended = JOBS["apply_resources"].execute_in_process(
        run_config={**run_config(nightly), "loggers": silent},
        tags={"dagster/schedule_name": nightly.name},
    )
    record = ended.output_for_node("apply_resources")
    assert record.outcome == "applied"
    assert record.requested_by.endswith("by schedule nightly")
