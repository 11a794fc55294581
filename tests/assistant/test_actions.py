"""Actions as an assistant calls them: planned, agreed to, carried out; and never otherwise."""

import anyio
import pytest
from anyio.from_thread import start_blocking_portal
from mcp import Client

from orchestration.actions.model import Refusal
from orchestration.assistant.action_tools import ActionTools
from orchestration.assistant.confirmations import Confirmations
from orchestration.assistant.server import server_of
from orchestration.settings import load_settings
from tests.assistant.talking import Assistant, environment_of, talking

SHOP = {"project": "shop", "cluster": "shop-prod"}
RESTORE = {**SHOP, "snapshot_id": "latest", "target_cluster": "shop-prod"}


def changes(sandbox) -> list[str]:
    """What Atlas was asked besides reading."""
    asked = [each for each in sandbox.control("requests") if each["method"] != "GET"]
    return [f"{each['method']} {each['path']}" for each in asked]


@pytest.fixture
def planner(reader, billed):
    """An assistant that may plan what it likes: whatever it does, nothing is changed."""
    before = changes(billed)
    yield reader
    assert changes(billed) == before


def test_back_up_my_mongodb_database(assistant, sandbox):
    planned = assistant.call("create_snapshot", **SHOP, description="before the migration")
    assert planned["outcome"] == "planned"
    assert planned["plan"]["summary"] == "Take a snapshot of shop-prod in project shop."
    assert "Nothing was changed" in planned["next"]
    assert changes(sandbox) == []
    done = assistant.call(
        "create_snapshot", **SHOP, description="before the migration",
        confirmation_token=planned.token,
    )  # fmt: skip
    assert done["outcome"] == "applied"
    assert done["result"]["status"] == "completed"
    assert done["requested_by"].endswith("by assistant")
    assert len(changes(sandbox)) == 1


def test_show_me_available_backups(planner):
    said = planner.call("list_snapshots", **SHOP, limit=3)
    assert said["outcome"] == "read"
    assert len(said["result"]["snapshots"]) == 3
    assert said["result"]["total"] >= 3


def test_restore_from_latest_backup(assistant, sandbox):
    planned = assistant.call("restore", **RESTORE)
    assert any("ALL data of shop/shop-prod" in each for each in planned["plan"]["warnings"])
    assert "Have them type the name that the plan's confirm tells themselves" in planned["next"]
    assert changes(sandbox) == []
    done = assistant.call(
        "restore", **RESTORE, confirm="shop-prod", confirmation_token=planned.token
    )
    assert done["outcome"] == "applied"
    assert done["result"]["status"] == "COMPLETED"
    [sent] = changes(sandbox)
    assert sent.endswith("/restoreJobs")
    status = assistant.call("get_restore_status", **SHOP, job_id=done["result"]["id"])
    assert status["result"]["status"] == "COMPLETED"


@pytest.mark.parametrize("confirm", [None, "shop", "SHOP-PROD", "yes"])
def test_a_token_alone_restores_nothing(planner, confirm):
    planned = planner.call("restore", **RESTORE)
    said = planner.call("restore", **RESTORE, confirm=confirm, confirmation_token=planned.token)
    assert said.is_error
    assert said["outcome"] == "refused"
    assert "type confirm=shop-prod" in said.says


@pytest.mark.parametrize("token", ["", "0" * 32, "shop-prod", "null"])
def test_a_token_that_was_never_given_does_nothing(planner, token):
    planner.call("create_snapshot", **SHOP)
    said = planner.call("create_snapshot", **SHOP, confirmation_token=token)
    assert said.is_error
    assert "not known" in said.says


def test_a_token_is_good_for_one_call(assistant, sandbox):
    planned = assistant.call("create_snapshot", **SHOP)
    assistant.call("create_snapshot", **SHOP, confirmation_token=planned.token)
    sent = changes(sandbox)
    said = assistant.call("create_snapshot", **SHOP, confirmation_token=planned.token)
    assert said.is_error
    assert "used already" in said.says
    assert changes(sandbox) == sent


@pytest.mark.parametrize("changed", [
    {"retention_days": 30}, {"cluster": "shop-staging"}, {"description": "another"},
    {"project": "platform"}, {"wait": False},
])  # fmt: skip
def test_a_token_is_for_exactly_what_was_planned(planner, changed):
    planned = planner.call("create_snapshot", **SHOP)
    said = planner.call("create_snapshot", **{**SHOP, **changed}, confirmation_token=planned.token)
    assert said.is_error
    assert next(iter(changed)) in said.says
    again = planner.call("create_snapshot", **SHOP, confirmation_token=planned.token)
    assert "used already" in again.says


def test_a_token_is_for_one_action(planner):
    planned = planner.call("pause_cluster", project="shop", name="shop-prod")
    said = planner.call(
        "resume_cluster", project="shop", name="shop-prod", confirmation_token=planned.token
    )
    assert said.is_error
    assert "for pause_cluster, not resume_cluster" in said.says


def test_a_plan_that_changed_is_refused_and_shown_anew(assistant, sandbox):
    planned = assistant.call("restore", **RESTORE)
    newer = assistant.agreed("create_snapshot", **SHOP)["result"]["id"]
    sent = changes(sandbox)
    said = assistant.call(
        "restore", **RESTORE, confirm="shop-prod", confirmation_token=planned.token
    )
    assert said.is_error
    assert "something changed since the plan was shown" in said.says
    assert newer in said["plan"]["summary"]
    assert changes(sandbox) == sent
    done = assistant.call("restore", **RESTORE, confirm="shop-prod", confirmation_token=said.token)
    assert done["outcome"] == "applied"
    assert done["result"]["snapshot_id"] == newer


def test_a_token_does_not_outlive_its_quarter_of_an_hour(
    sandbox, tmp_path, clean_environment, monkeypatch
):
    for name, value in environment_of(sandbox, tmp_path).items():
        monkeypatch.setenv(name, value)
    now = [0.0]
    actions = ActionTools(load_settings, Confirmations(clock=lambda: now[0]))
    with start_blocking_portal() as portal:
        client = Client(server_of(actions.tools()))
        with portal.wrap_async_context_manager(client):
            assistant = Assistant(portal, client)
            token = assistant.call("create_snapshot", **SHOP).token
            now[0] += 15 * 60 + 1
            said = assistant.call("create_snapshot", **SHOP, confirmation_token=token)
    assert said.is_error
    assert "older than 15 minutes" in said.says
    assert changes(sandbox) == []


def test_a_token_is_for_the_organization_that_was_connected(
    sandbox, tmp_path, clean_environment, monkeypatch
):
    for name, value in environment_of(sandbox, tmp_path).items():
        monkeypatch.setenv(name, value)
    tools = {each.name: each for each in ActionTools(load_settings).tools()}
    planned = tools["create_snapshot"].run(SHOP).document
    monkeypatch.setenv("MONGODB_ATLAS_ORG_ID", "f" * 24)
    with pytest.raises(Refusal, match="another connection"):
        tools["create_snapshot"].run({**SHOP, "confirmation_token": planned["confirmation_token"]})
    assert changes(sandbox) == []


def test_of_two_calls_with_one_token_one_is_carried_out(assistant, sandbox):
    token = assistant.call("create_snapshot", **SHOP).token

    async def twice() -> list[bool]:
        arguments = {**SHOP, "confirmation_token": token}
        refused = []

        async def once() -> None:
            result = await assistant.client.call_tool("create_snapshot", arguments)
            refused.append(bool(result.is_error))

        async with anyio.create_task_group() as both:
            both.start_soon(once)
            both.start_soon(once)
        return sorted(refused)

    assert assistant.portal.call(twice) == [False, True]
    assert len(changes(sandbox)) == 1


def test_what_atlas_goes_on_with_is_no_failure(assistant, sandbox):
    sandbox.control("pace", {"seconds": 60})
    said = assistant.agreed("create_snapshot", **SHOP, wait_timeout_s=0)
    assert said["outcome"] == "in_progress"
    assert not said.is_error
    assert "Atlas goes on with it" in said["next"]
    found = assistant.call(
        "describe_snapshot", **SHOP, snapshot_id=said["atlas_ids"]["snapshot_id"]
    )
    assert found["result"]["status"] in {"queued", "inProgress"}


def test_a_cluster_is_priced_before_it_is_made(assistant, sandbox):
    wanted = {
        "project": "shop", "name": "made-by-words", "provider": "AWS", "region": "us-east-1",
        "instance_size": "M10",
    }  # fmt: skip
    planned = assistant.call("create_cluster", **wanted)
    assert planned["plan"]["monthly_cost"]["after_cents"] > 0
    assert changes(sandbox) == []
    done = assistant.call("create_cluster", **wanted, confirmation_token=planned.token)
    assert done["outcome"] == "applied"
    assert assistant.call("create_cluster", **wanted)["outcome"] == "adopted"
    gone = {"project": "shop", "name": "made-by-words"}
    planned = assistant.call("delete_cluster", **gone)
    refused = assistant.call("delete_cluster", **gone, confirmation_token=planned.token)
    assert refused["outcome"] == "refused"
    done = assistant.agreed("delete_cluster", **gone, confirm="made-by-words")
    assert done["outcome"] == "applied"


def test_passwords_are_named_and_never_said(assistant):
    user = {"project": "shop", "name": "reporting", "roles": [{"role": "read", "database": "shop"}]}
    said = assistant.call("create_database_user", **user, password_env="correct horse battery")
    assert said.is_error
    assert "correct horse" not in said.says
    done = assistant.agreed("create_database_user", **user, password_env="APP_PASSWORD")
    assert done["outcome"] == "applied"


@pytest.mark.parametrize(("tool", "arguments", "sentence"), [
    ("create_snapshot", {"cluster": "shop-prod"}, "project is missing"),
    ("create_snapshot", {"project": "nowhere", "cluster": "shop-prod"}, "nowhere"),
    ("create_snapshot", {**SHOP, "dry_run": False}, "nothing is ever changed"),
    ("describe_snapshot", {**SHOP, "snapshot_id": "0" * 24}, "does not exist"),
    ("restore", {**SHOP, "target_cluster": "shop-prod"}, "snapshot_id"),
    ("delete_project", {"project": "shop"}, "is not empty"),
])  # fmt: skip
def test_what_cannot_be_done_is_a_sentence(planner, tool, arguments, sentence):
    said = planner.call(tool, **arguments)
    assert said.is_error
    assert said["outcome"] == "refused"
    assert sentence in said.says
    assert "confirmation_token" not in said.document


def test_without_a_key_for_actions_the_answer_names_the_variables(sandbox, tmp_path):
    environment = environment_of(
        sandbox, tmp_path, MONGODB_ATLAS_PROVISIONING_PUBLIC_KEY="",
        MONGODB_ATLAS_PROVISIONING_PRIVATE_KEY="",
    )  # fmt: skip
    with talking(environment, tmp_path / "stderr") as assistant:
        said = assistant.call("list_snapshots", **SHOP)
    assert said.is_error
    assert "MONGODB_ATLAS_PROVISIONING_PUBLIC_KEY" in said.says


def test_a_key_that_atlas_refuses_is_not_repeated(sandbox, tmp_path):
    canary = "canary-of-a-private-key"
    environment = environment_of(
        sandbox, tmp_path, MONGODB_ATLAS_PROVISIONING_PRIVATE_KEY=canary, ATLAS_COSTS_DEBUG="1"
    )
    with talking(environment, tmp_path / "stderr") as assistant:
        said = assistant.call("list_snapshots", **SHOP)
    assert said["outcome"] == "failed"
    assert canary not in "".join(assistant.heard)
    assert canary not in (tmp_path / "stderr").read_text()
