"""apply_resources: a file is planned, applied, applied again, changed, and never deletes."""

import json
import os
import secrets
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

import sandbox as sandbox_package
from orchestration.actions.registry import ACTIONS
from orchestration.actions.resource_file.actions import ResourcesDetails
from tests.actions.running import Key, apply, job, kept_records, run
from tests.actions.test_resource_file import documented
from tests.conftest import ROOT

PROGRAM = str(Path(sys.executable).with_name("atlas-costs"))
PATIENCE_S = 120
FILE = """\
projects:
  - name: NAME
    tags: {team: shop}
    clusters:
      - {name: main, provider: AWS, region: us-east-1, instance_size: M10, tags: {env: prod}}
      - {name: other, provider: AWS, region: us-east-1, instance_size: M10, allow_ips: [10.7.0.1]}
    database_users:
      - name: app
        password_env: APP_PASSWORD
        roles: [{role: readWrite, database: app}]
        scopes: ["${cluster:NAME/main.name}"]
        wait_for: {cluster:NAME/main: 60}
    access:
      - {entry: 10.0.0.0/8, comment: "of ${project:NAME.id}"}
"""


@pytest.fixture(autouse=True)
def password(monkeypatch):
    monkeypatch.setenv("APP_PASSWORD", "canary-canary-1")


@pytest.fixture
def name() -> str:
    """Of a project of one's own."""
    return f"test-{secrets.token_hex(4)}"


@pytest.fixture
def file(atlas, name):
    """Writes the file with the project's name; as it is, or changed."""

    def write(text: str = FILE, *changes: tuple[str, str]) -> None:
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        folder = Path(os.environ["ATLAS_COSTS_CONFIG_DIR"])
        folder.mkdir(exist_ok=True)
        (folder / "resources.yaml").write_text(text.replace("NAME", name))

    return write


def does(record) -> dict[str, str]:
    """What is to be done about each thing, by its address without the project's name."""
    assert isinstance(record.result, ResourcesDetails), record.error
    return {each.address: each.does for each in record.result.resources}


def outcomes(record) -> dict[str, str]:
    assert isinstance(record.result, ResourcesDetails), record.error
    return {each.address: each.outcome for each in record.result.resources}


def asked(atlas, method: str = "", part: str = "") -> list[str]:
    """Paths of the requests that were answered so far."""
    return [
        each["path"]
        for each in atlas.control("requests")
        if method in {"", each["method"]} and part in each["path"]
    ]


@contextmanager
def fault(atlas, **fields):
    """Something goes wrong while this is open."""
    address = f"{atlas.base_url}/sandbox/faults"
    atlas.control("faults", {"kind": "status", **fields})
    try:
        yield
    finally:
        urlopen(Request(address, method="DELETE")).close()


def test_a_new_project_is_planned_without_asking_what_is_in_it(atlas, file, name):
    file()
    before = len(asked(atlas))
    record = run("apply_resources")
    assert record.outcome == "planned", record.error
    assert set(does(record).values()) == {"create"}
    assert {path.rpartition("/v2/")[2] for path in asked(atlas)[before:]} == {
        f"groups/byName/{name}"
    }
    changes = {each.field: each.after for each in record.plan.changes}
    assert changes[f"cluster:{name}/main"] == "create"
    assert changes[f"cluster:{name}/main instance_size"] == "M10"
    assert changes[f"cluster:{name}/other allow_ips"] == "10.7.0.1"
    assert record.plan.monthly_cost.after_cents == sum(
        each.monthly_cents for each in record.plan.monthly_cost.lines
    )
    assert record.plan.monthly_cost.before_cents == 0


def test_applied_once_it_is_there_and_applied_again_nothing_happens(atlas, file, name):
    file()
    record = apply("apply_resources")
    assert record.outcome == "applied", record.error
    assert set(outcomes(record).values()) == {"applied"}
    before = len(asked(atlas))
    again = apply("apply_resources")
    assert (again.outcome, again.applied) == ("unchanged", False)
    assert set(does(again).values()) == {"adopt"}
    assert set(outcomes(again).values()) == {None}
    assert again.result.not_in_file == again.result.drift == ()
    since = atlas.control("requests")[before:]
    assert {each["method"] for each in since} == {"GET"}


def test_each_thing_is_an_action_with_a_record_of_its_own(atlas, file, name):
    file()
    record = apply("apply_resources")
    own = {each.id: each for each in kept_records()}
    states = record.result.resources
    assert [own[each.record].action for each in states if each.address.startswith("cluster")] == [
        "create_cluster",
        "create_cluster",
    ]
    for each in states:
        kept = own[each.record]
        assert (kept.outcome, kept.applied, kept.error) == ("applied", True, None)
        assert kept.requested_by.endswith(f"by tests, apply_resources {record.id}")
    assert record.atlas_ids[f"project:{name}"] == own[states[0].record].atlas_ids["project_id"]
    assert len(own) == len(states) + 1
    whole = own[record.id]
    assert (whole.outcome, whole.plan.summary) == ("applied", record.plan.summary)
    assert "canary" not in "".join(each.model_dump_json() for each in own.values())


def test_references_are_what_atlas_gave(atlas, file, name):
    file()
    record = apply("apply_resources")
    listed = run("apply_resources").result
    assert listed.drift == ()
    [entry] = [each for each in kept_records() if each.action == "allow_ip"]
    assert entry.config["comment"] == f"of {record.atlas_ids[f'project:{name}']}"
    [user] = [each for each in kept_records() if each.action == "create_database_user"]
    assert user.config["scopes"] == ["main"]


def test_what_a_thing_needs_is_there_before_it_is_asked_for(atlas, file, name):
    """The user waits for its cluster; the other cluster is asked for meanwhile."""
    file()
    atlas.control("pace", {"seconds": 0.2})
    try:
        record = apply("apply_resources")
    finally:
        atlas.control("pace", {"seconds": 0})
    assert record.outcome == "applied", record.error
    project = record.atlas_ids[f"project:{name}"]
    writes = [path.rpartition("/")[2] for path in asked(atlas, "POST", project)]
    assert writes == ["clusters", "clusters", "accessList", "accessList", "databaseUsers"]
    polls = asked(atlas, "GET", f"{project}/clusters/main")
    assert len(polls) > 2


def test_what_differs_is_drift_and_updated_by_its_difference(atlas, file, name):
    file()
    apply("apply_resources")
    file(FILE, ("M10, tags", "M20, tags"), ("team: shop", "team: lab"), ("readWrite,", "read,"))
    plan = run("apply_resources")
    assert plan.outcome == "planned", plan.error
    assert does(plan) == {
        f"project:{name}": "update",
        f"cluster:{name}/main": "update",
        f"cluster:{name}/other": "adopt",
        f"access:{name}/10.0.0.0/8": "adopt",
        f"database_user:{name}/app": "update",
    }
    assert {(each.address.partition(":")[0], each.field) for each in plan.result.drift} == {
        ("project", "tags"),
        ("cluster", "instance_size"),
        ("database_user", "roles"),
    }
    changed = apply("apply_resources")
    assert changed.outcome == "applied", changed.error
    actions = {each.action for each in kept_records() if each.id > changed.id}
    assert actions == {"update_project", "update_cluster", "update_database_user"}
    assert apply("apply_resources").outcome == "unchanged"


def test_what_the_file_does_not_name_is_told_and_left_alone(atlas, file, name):
    file()
    project = apply("apply_resources").atlas_ids[f"project:{name}"]
    apply("allow_ip", project=project, entry="203.0.113.9")
    file(
        "projects: [{name: NAME}]\n",
    )
    record = apply("apply_resources")
    assert record.outcome == "unchanged"
    assert set(record.result.not_in_file) == {
        f"cluster:{name}/main",
        f"cluster:{name}/other",
        f"database_user:{name}/app",
        f"access:{name}/10.0.0.0/8",
        f"access:{name}/10.7.0.1",
        f"access:{name}/203.0.113.9",
    }
    assert asked(atlas, "DELETE", project) == []


def test_that_the_rest_cannot_be_seen_stops_nothing(atlas, file, name):
    file()
    apply("apply_resources")
    with fault(atlas, path="/databaseUsers$", method="GET", status=403, error_code="FORBIDDEN"):
        record = apply("apply_resources")
    assert record.outcome == "unchanged"
    assert any("What the file does not name is not known" in each for each in record.plan.warnings)


def test_only_some_is_applied_and_what_it_needs_must_be_there(atlas, file, name):
    file()
    only = [f"database_user:{name}/app"]
    refused = apply("apply_resources", only=only)
    assert refused.outcome == "refused"
    for needed in (f"project:{name}", f"cluster:{name}/main"):
        assert f"database_user:{name}/app: it needs {needed}, which does not exist" in refused.error
    record = apply("apply_resources", only=[f"project:{name}", f"cluster:{name}/main"])
    assert record.outcome == "applied", record.error
    file(FILE, ("team: shop", "team: lab"))
    record = apply("apply_resources", only=only)
    assert outcomes(record) == {
        f"project:{name}": None,
        f"cluster:{name}/main": None,
        f"database_user:{name}/app": "applied",
    }
    assert does(record)[f"project:{name}"] == "exists"
    unknown = run("apply_resources", only=["cluster:x/y"])
    assert "only names cluster:x/y, which the file does not hold; it holds project:" in (
        unknown.error or ""
    )


def test_what_fails_stops_what_needs_it_and_nothing_else(atlas, file, name):
    file()
    with fault(atlas, path="/clusters$", method="POST", times=1, status=402, error_code="NO_CARD"):
        record = apply("apply_resources")
    assert record.outcome == "failed"
    assert outcomes(record) == {
        f"project:{name}": "applied",
        f"cluster:{name}/main": "failed",
        f"cluster:{name}/other": "applied",
        f"access:{name}/10.0.0.0/8": "applied",
        f"database_user:{name}/app": "stopped",
    }
    assert f"cluster:{name}/main failed: " in record.error
    assert f"database_user:{name}/app stopped: not begun, because of cluster:" in record.error
    assert f"Done: project:{name}, cluster:{name}/other, access:{name}/10.0.0.0/8." in record.error
    again = apply("apply_resources")
    assert again.outcome == "applied", again.error
    assert does(again)[f"cluster:{name}/other"] == "adopt"
    assert len([each for each in kept_records() if each.outcome == "failed"]) == 2


def test_a_cluster_that_takes_too_long_is_gone_on_with(atlas, file, name):
    file(FILE, ("main: 60", "main: 0"))
    atlas.control("pace", {"seconds": 1e9})
    try:
        record = apply("apply_resources", wait_timeout_s=0)
    finally:
        atlas.control("pace", {"seconds": 0})
    assert record.outcome == "in_progress"
    assert outcomes(record)[f"database_user:{name}/app"] == "stopped"
    assert outcomes(record)[f"cluster:{name}/main"] == "in_progress"
    again = apply("apply_resources")
    assert again.outcome == "applied", again.error
    assert does(again)[f"cluster:{name}/main"] == "adopt"
    project = record.atlas_ids[f"project:{name}"]
    assert len(asked(atlas, "POST", f"{project}/clusters")) == 2


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (("of ${project:NAME.id}", "mine"), "it is there with comment"),
        (("env: prod", "env: test"), "it is paused, and Atlas changes no paused cluster"),
        (("10.7.0.1", "0.0.0.0/0"), "0.0.0.0/0 lets the whole internet in"),
        (("10.7.0.1", "10.7.0"), "allow_ips: 10.7.0 must be an IP address"),
    ],
)
def test_what_cannot_be_had_is_a_conflict_and_nothing_is_sent(atlas, file, name, change, named):
    file()
    apply("apply_resources")
    apply("pause_cluster", project=name, name="main")
    before = len(asked(atlas))
    file(FILE, change, ("team: shop", "team: lab"))
    record = apply("apply_resources")
    assert record.outcome == "refused"
    assert named in record.error
    assert {each["method"] for each in atlas.control("requests")[before:]} == {"GET"}
    assert list(does(record).values()).count("conflict") == 1


def test_a_password_that_is_not_set_is_named_before_anything_is_sent(
    atlas, file, name, monkeypatch
):
    monkeypatch.delenv("APP_PASSWORD")
    file()
    record = apply("apply_resources")
    assert record.outcome == "refused"
    assert f"database_user:{name}/app: password_env names a variable that is" in record.error
    assert asked(atlas, "POST", name) == []


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"file": "none.yaml"}, "none.yaml does not exist: copy config/resources.yaml.example"),
        ({"file": "/etc/hosts"}, "file must be a file below the config folder"),
        ({"file": "../.env"}, "file must be a file below the config folder"),
    ],
)
def test_a_file_that_cannot_be_is_refused(atlas, file, values, named):
    file()
    record = run("apply_resources", **values)
    assert record.outcome == "refused"
    assert named in record.error


def test_a_mistake_in_the_file_is_refused_with_its_line(atlas, file):
    file(FILE, ("{team: shop}", "canary"))
    record = run("apply_resources")
    assert record.outcome == "refused"
    assert "resources.yaml, line 3: projects[0].tags must be keys and values." in record.error
    assert "canary" not in record.error


@pytest.mark.parametrize("text", documented())
def test_every_documented_example_plans(atlas, file, text, monkeypatch):
    monkeypatch.setenv("APP_USER_PASSWORD", "canary-canary-1")
    monkeypatch.setenv("MONGODB_USER_PASSWORD", "canary-canary-1")
    file(text.replace("organization: my-organization", f"organization: {atlas.org_id}"))
    record = run("apply_resources")
    assert record.outcome == ("unchanged" if text.startswith("schedules:") else "planned")


def test_it_is_an_op_and_a_job_like_the_others(atlas, file, name):
    file()
    record = job("apply_resources")
    assert record.outcome == "applied", record.error
    assert ACTIONS["apply_resources"].description.startswith("Make Atlas what a file says")
    assert "apply_resources" in (ROOT / "docs/actions.md").read_text()


def test_a_run_that_was_killed_goes_on_where_it_stopped(shell, tmp_path, name):
    """SIGKILL, while a cluster is being made: nothing is lost, and nothing made twice."""
    with sandbox_package.running(seed=7, months=1, today=date(2026, 11, 22), pace=1e9) as atlas:
        shell(
            Key(
                atlas.base_url,
                atlas.org_id,
                atlas.provisioning_public_key,
                atlas.provisioning_private_key,
            )
        )
        (tmp_path / "config").mkdir()
        (tmp_path / "config/resources.yaml").write_text(FILE.replace("NAME", name))
        process = subprocess.Popen(
            [PROGRAM, "do", "apply_resources", "--apply"],
            env=dict(os.environ),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_for_a_cluster(atlas, process)
        finally:
            process.send_signal(signal.SIGKILL)
            process.communicate()
        [cut] = [each for each in kept_records() if each.action == "apply_resources"]
        assert (cut.outcome, cut.applied) == ("in_progress", True)
        assert cut.atlas_ids[f"project:{name}"]

        atlas.control("pace", {"seconds": 0})
        record = apply("apply_resources")
        assert record.outcome == "applied", record.error
        assert does(record)[f"cluster:{name}/main"] == "adopt"
        assert outcomes(record)[f"database_user:{name}/app"] == "applied"
        made = [path.rpartition("/")[2] for path in asked(atlas, "POST")]
        assert made.count("groups") == 1
        assert made.count("clusters") == 2


def _wait_for_a_cluster(atlas, process) -> None:
    """Until it is asked again and again whether the first cluster is there."""
    until = time.monotonic() + PATIENCE_S
    while len(asked(atlas, "GET", "/clusters/main")) < 4:
        assert process.poll() is None, process.stdout.read()
        assert time.monotonic() < until
        time.sleep(0.05)


def test_the_record_says_what_to_read_elsewhere(atlas, file, name):
    """What `--json` prints, and a page or an assistant reads."""
    file()
    document = json.loads(run("apply_resources").model_dump_json())
    assert document["result"]["file"] == "resources.yaml"
    assert {"address", "does", "outcome"} <= set(document["result"]["resources"][0])
