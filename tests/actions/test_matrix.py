"""Every action that changes Atlas: planned, applied, asked for again, refused, failed, in doubt."""

import pytest

from orchestration.actions.registry import ACTIONS
from orchestration.actions.remedies import ROLES
from orchestration.permissions.capabilities import ACTIONS as CAPABILITIES
from tests.actions.cases import CASES
from tests.actions.running import apply, job, kept_records, run

EVERY = pytest.mark.parametrize("case", CASES.values(), ids=CASES)
MAKES_IT = CASES["create_project"]
WITHIN = [name for name, each in CASES.items() if each != MAKES_IT]
# Made by somebody else; who may only read cannot change it.
READER = ["ORG_READ_ONLY"]


def test_every_action_that_changes_atlas_is_tried():
    changing = {name for name, each in ACTIONS.items() if each.changes_atlas}
    assert {each.action for each in CASES.values()} == changing - {"apply_resources"}


@EVERY
def test_a_plan_sends_nothing_and_says_what_would_be_done(case, stage):
    values = case.prepare(stage)
    before = stage.writes()
    planned = run(case.action, **values)
    assert planned.outcome == "planned", planned.error
    assert planned.plan.summary
    assert planned.plan.changes
    assert not planned.applied
    assert stage.writes() == before


@EVERY
def test_applied_once_and_asked_for_again_without_a_second_effect(case, stage):
    values = case.prepare(stage)
    before = case.sent_in(stage.writes())
    first = job(case.action, **values)
    assert first.outcome == "applied", first.error
    assert first.applied
    again = job(case.action, **values)
    assert again.outcome == case.again, again.error
    assert case.sent_in(stage.writes()) - before == 1
    kept = kept_records()[-2:]
    assert [each.id for each in kept] == [first.id, again.id]
    told = [each.model_dump_json() for each in (first, again)]
    assert [each.model_dump_json() for each in kept] == told


@EVERY
def test_without_the_role_it_fails_and_the_sentence_names_the_role(case, stage):
    values = case.prepare(stage)
    stage.sandbox.control("keys", {"key": "provisioning", "roles": READER})
    failed = apply(case.action, **values)
    assert failed.outcome == "failed"
    assert failed.error_code == "USER_UNAUTHORIZED"
    assert ROLES[case.action] in failed.error
    assert "docs/connect.md#keys-for-actions" in failed.error


@EVERY
def test_the_role_that_is_named_is_enough(case, stage):
    """With what every key may read; flex clusters take their project's owner, as the sentence says.

    A restore takes the role in the target's project, too; here it is the same one.
    """
    values = case.prepare(stage)
    granted = next(each.grants.split()[0] for each in CAPABILITIES if case.action in each.entities)
    role = "GROUP_OWNER" if "flex" in case.write[1].casefold() else granted
    stage.sandbox.control("keys", {"key": "provisioning", "roles": [role, *READER]})
    done = apply(case.action, **values)
    assert done.outcome == "applied", done.error


@pytest.mark.parametrize("case", [each for each in CASES.values() if each != MAKES_IT], ids=WITHIN)
def test_in_a_project_that_does_not_exist_nothing_is_done(case, stage):
    values = case.prepare(stage)
    before = stage.writes()
    record = apply(case.action, **{**values, "project": "no-such-project"})
    expected = "unchanged" if case.action == "delete_project" else "refused"
    assert record.outcome == expected
    assert "no-such-project does not exist" in (record.error or record.plan.summary)
    assert stage.writes() == before


@EVERY
@pytest.mark.parametrize("how", [{"status": 500}, {"cut": True}], ids=["answered_500", "cut_off"])
def test_acted_on_but_not_told_it_is_not_done_a_second_time(case, how, stage):
    values = case.prepare(stage)
    before = case.sent_in(stage.writes())
    method, end = case.write
    lost = {"kind": "act_then_fail", "method": method, "path": f"{end}$", "times": 1, **how}
    stage.sandbox.control("faults", [lost])
    first = apply(case.action, **values)
    if not first.is_good:
        assert "Whether Atlas" in first.error
        assert "is not known" in first.error
    again = apply(case.action, **values)
    assert again.is_good, again.error
    sent = stage.writes()
    assert case.sent_in(sent) - before == 1, sent
