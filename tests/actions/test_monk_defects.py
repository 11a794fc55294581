"""What a comparable tool gets wrong: one test for each of its defects, which fails as it behaves.

These are about keys, projects and clusters; users, access lists and backups have their own.
"""

import json
import secrets

import pytest

from orchestration.actions.clusters.actions import ASLEEP
from orchestration.actions.configs import checked
from orchestration.actions.model import Refusal
from orchestration.actions.projects import CreateProject
from tests.actions.cases import new_cluster, new_user
from tests.actions.conftest import provisioning_key
from tests.actions.running import Key, apply, job, kept_records, run
from tests.servers import Scripted, serving

LOOKS = {
    "create_project": ("/groups/byName/", lambda stage: {"name": f"{stage.name}-more"}),
    "create_cluster": ("/clusters/one$", lambda stage: new_cluster(stage.project)),
    "create_database_user": ("/databaseUsers/admin/app$", lambda stage: new_user(stage.project)),
    "allow_ip": ("/accessList$", lambda stage: {"project": stage.project, "entry": "10.0.0.1"}),
}


def faulty(stage, path: str, status: int, code: str = "X", **others) -> None:
    fault = {"kind": "status", "path": path, "method": "GET", "status": status, "error_code": code}
    stage.sandbox.control("faults", {**fault, **others})


@pytest.mark.parametrize("is_account", [False, True], ids=["api_key", "service_account"])
def test_either_kind_of_key_signs_in(is_account, atlas, shell, monkeypatch):
    for name in ("PUBLIC_KEY", "PRIVATE_KEY"):
        monkeypatch.delenv(f"MONGODB_ATLAS_PROVISIONING_{name}")
    key = provisioning_key(atlas)
    if is_account:
        secret = atlas.provisioning_client_secret
        key = Key(atlas.base_url, atlas.org_id, atlas.provisioning_client_id, secret, is_account)
    shell(key)
    assert apply("create_project", name=f"p-{secrets.token_hex(4)}").outcome == "applied"


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
@pytest.mark.parametrize("action", LOOKS)
def test_only_404_means_that_something_does_not_exist(action, status, stage):
    path, values = LOOKS[action]
    before = stage.writes()
    faulty(stage, path, status, retry_after=0)
    record = apply(action, **values(stage))
    assert record.outcome == "failed"
    assert stage.writes() == before


def test_too_many_requests_are_waited_out(stage):
    faulty(stage, "/clusters/one$", 429, "RATE_LIMITED", times=1, retry_after=0)
    assert apply("create_cluster", **new_cluster(stage.project)).outcome == "applied"


def test_a_project_name_has_at_most_64_characters():
    assert checked(CreateProject, {"name": "x" * 64}, "create_project")
    with pytest.raises(Refusal, match="name must have at most 64 characters"):
        checked(CreateProject, {"name": "x" * 65}, "create_project")


def test_a_project_name_is_quoted_in_a_path(atlas):
    name = f"a+b@c&d,{secrets.token_hex(4)}(ü)"
    assert apply("create_project", name=name).outcome == "applied"
    assert apply("create_project", name=name).outcome == "adopted"
    leaving = apply("delete_project", project=name, confirm=name)
    assert leaving.outcome == "applied", leaving.error


def test_an_organization_is_named_by_name_or_id(atlas):
    """Its name is asked for, so no first page can be too short."""
    for organization in ("Meridian", atlas.org_id):
        values = {"name": f"p-{secrets.token_hex(4)}", "organization": organization}
        made = apply("create_project", **values)
        assert made.outcome == "applied", made.error
        assert made.result.organization_id == atlas.org_id


def test_an_organization_on_the_second_page_is_found(shell):
    first, second = (
        {"results": [{"id": digit * 24, "name": name}], "totalCount": 2}
        for digit, name in (("1", "Meridian Two"), ("2", "Meridian"))
    )
    missing = {"error": 404, "errorCode": "GROUP_NAME_NOT_FOUND", "detail": "no such group"}
    pages = [{**first, "links": [{"rel": "next", "href": "?pageNum=2"}]}, {**second, "links": []}]
    answers = [Scripted(body=json.dumps(each).encode()) for each in pages]
    with serving(*answers, Scripted(404, json.dumps(missing).encode())) as server:
        account = Key(server.url, "2" * 24, "pub", "priv")
        shell(account)
        planned = run("create_project", name="new", organization="Meridian")
    assert planned.outcome == "planned", planned.error
    assert "name=Meridian" in server.requests[0][0]


def test_a_project_of_another_organization_is_not_adopted(stage, monkeypatch):
    other = stage.sandbox.linked_org_id
    monkeypatch.setenv("MONGODB_ATLAS_ORG_ID", other)
    refused = apply("create_project", name=stage.name)
    assert refused.outcome == "refused"
    assert f"belongs to organization {stage.sandbox.org_id}, not to {other}" in refused.error


def test_a_project_is_made_in_the_connections_own_organization_alone(stage):
    other, before = stage.sandbox.linked_org_id, stage.writes()
    refused = apply("create_project", name="another", organization=other)
    assert refused.outcome == "refused"
    assert f"Organization {other} is not that of connection default" in refused.error
    assert stage.writes() == before


def test_a_project_is_made_with_its_tags(atlas):
    made = apply("create_project", name=f"p-{secrets.token_hex(4)}", tags={"team": "shop"})
    assert made.result.tags == {"team": "shop"}


def test_a_project_is_not_deleted_along_with_what_is_inside(stage):
    """Also what a short first page does not show."""
    for name in ("one", "two", "three"):
        stage.cluster(name)
    stage.cluster("bendy", instance_size="FLEX")
    stage.sandbox.control("faults", {"kind": "page_size", "path": ".", "size": 1})
    before = stage.writes()
    refused = apply("delete_project", project=stage.project, confirm=stage.name)
    assert refused.outcome == "refused"
    for name in ("cluster one", "cluster two", "cluster three", "flex cluster bendy"):
        assert name in refused.error
    assert stage.writes() == before


def test_a_cluster_can_have_point_in_time_backup_and_all_else_that_costs(stage):
    asked = {
        "pit_enabled": True,
        "disk_gb": 60,
        "nodes": 5,
        "termination_protection": True,
        "tags": {"team": "shop"},
    }
    made = job("create_cluster", **new_cluster(stage.project, **asked))
    result = made.model_dump(mode="json")["result"]
    assert {name: result[name] for name in asked} == asked
    assert result["backup_enabled"]


def test_a_cluster_that_is_there_is_adopted_not_asked_for_again(stage):
    stage.cluster()
    before = stage.writes()
    assert apply("create_cluster", **new_cluster(stage.project)).outcome == "adopted"
    assert stage.writes() == before


def test_a_changed_size_is_changed_not_ignored(stage):
    at = stage.cluster()
    changed = job("update_cluster", **at, instance_size="M20")
    assert [(each.before, each.after) for each in changed.plan.changes] == [("M10", "M20")]
    assert (changed.outcome, changed.result.instance_size) == ("applied", "M20")


def test_what_cannot_be_changed_is_refused_not_ignored(stage):
    at = stage.cluster(instance_size="M0")
    refused = apply("update_cluster", **at, disk_gb=60)
    assert "disk_gb of a M0 cluster cannot be changed: instance_size M10 or" in refused.error


def test_a_deletion_is_confirmed_waited_for_and_may_leave_the_backups(stage):
    stage.snapshot()
    leaving = {"project": stage.project, "name": "one", "retain_backups": True}
    assert apply("delete_cluster", **leaving).outcome == "refused"
    gone = job("delete_cluster", **leaving, confirm="one")
    assert gone.outcome == "applied"
    assert apply("delete_cluster", **leaving, confirm="one").outcome == "unchanged"
    latest = {"project": stage.project, "cluster": "one", "snapshot_id": "latest"}
    assert run("describe_snapshot", **latest).outcome == "read"


def test_a_protected_cluster_is_refused_before_atlas_has_to(stage):
    stage.cluster(termination_protection=True)
    leaving = {"project": stage.project, "name": "one", "confirm": "one"}
    refused = apply("delete_cluster", **leaving)
    assert "termination protection is on" in refused.error
    assert not [each for each in stage.writes() if each[0] == "DELETE"]
    at = {"project": stage.project, "name": "one"}
    assert apply("update_cluster", **at, termination_protection=False).outcome == "applied"
    assert apply("delete_cluster", **leaving).outcome == "applied"


def test_a_cluster_that_is_paused_is_not_called_ready_without_saying_so(stage):
    at = stage.cluster()
    assert apply("pause_cluster", **at).result.paused
    found = apply("create_cluster", **new_cluster(stage.project))
    assert found.outcome == "adopted"
    assert found.result.paused
    assert found.plan.warnings == (ASLEEP,)


def test_every_run_is_returned_typed_and_kept(stage):
    planned = run("create_cluster", **new_cluster(stage.project))
    made = job("create_cluster", **new_cluster(stage.project))
    assert (planned.outcome, made.outcome) == ("planned", "applied")
    assert planned.plan.monthly_cost.after_cents > 0
    assert made.result.connection_srv.startswith("mongodb+srv://")
    kept = kept_records()[-2:]
    assert [each.id for each in kept] == [planned.id, made.id]
    assert kept[1].requested_by.endswith(" by launchpad")
