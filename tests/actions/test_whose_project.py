"""Nothing is done in a project that does not exist, or that is another organization's."""

import pytest

from tests.actions.cases import CASES
from tests.actions.running import apply, run

IN_A_PROJECT = {name: each for name, each in CASES.items() if name != "create_project"}
EVERY = pytest.mark.parametrize("case", IN_A_PROJECT.values(), ids=IN_A_PROJECT)
NOWHERE = {"id": "a" * 24, "name": "no-such-project"}
CONNECTIONS = """\
connections:
  - {{name: meridian, org_id: {}, public_key_env: A, private_key_env: B}}
  - {{name: labs, org_id: {}, public_key_env: C, private_key_env: D}}
"""


@EVERY
def test_a_project_of_another_organization_is_left_alone(case, stage, monkeypatch):
    """A key may open two organizations: the connection that was named decides."""
    values, before = case.prepare(stage), case.sent_in(stage.writes())
    monkeypatch.setenv("MONGODB_ATLAS_ORG_ID", stage.sandbox.linked_org_id)
    for project in (stage.project, stage.name):
        refused = apply(case.action, **{**values, "project": project})
        assert refused.outcome == "refused"
        owner, asked = stage.sandbox.org_id, stage.sandbox.linked_org_id
        assert f"belongs to organization {owner}, not to {asked}" in refused.error
    assert case.sent_in(stage.writes()) == before


def test_a_connection_without_a_key_of_its_own_acts_in_its_own_organization(
    stage, tmp_path, monkeypatch
):
    values = {**stage.cluster(), "confirm": "one"}
    sandbox = stage.sandbox
    config = tmp_path / "config"
    config.mkdir()
    written = CONNECTIONS.format(sandbox.org_id, sandbox.linked_org_id)
    (config / "connections.yaml").write_text(written)
    for name in "ABCD":
        monkeypatch.setenv(name, "x")
    refused = apply("delete_cluster", **values, connection="labs")
    assert refused.outcome == "refused"
    assert "that of connection labs: choose another connection" in refused.error
    assert apply("delete_cluster", **values, connection="meridian").outcome == "applied"


def test_the_case_of_an_organizations_id_means_nothing(stage, monkeypatch):
    monkeypatch.setenv("MONGODB_ATLAS_ORG_ID", stage.sandbox.org_id.upper())
    assert apply("update_project", project=stage.project, tags={"team": "shop"}).is_good


@EVERY
@pytest.mark.parametrize("kind", NOWHERE)
def test_a_project_that_does_not_exist_is_named(kind, case, stage):
    """Only a project's own deletion has nothing to do without it."""
    values = {**case.prepare(stage), "project": NOWHERE[kind]}
    record = apply(case.action, **values)
    assert record.outcome == ("unchanged" if case.action == "delete_project" else "refused")
    told = record.error or record.plan.summary
    assert f"Project {NOWHERE[kind]} does not exist" in told


def test_a_restore_into_another_organization_or_nowhere_is_refused(stage, monkeypatch):
    values = {**stage.snapshot(), "target_cluster": "one", "confirm": "one"}
    refused = apply("restore", **values, target_project="a" * 24)
    assert f"Project {'a' * 24} does not exist" in refused.error
    assert run("restore", **values, target_project=stage.name).outcome == "planned"
