"""A secret typed into Dagster's launchpad is refused before anything keeps it.

Each is first shown to be kept by Dagster as it comes: its instance has the run with the secret.
"""

import json
from contextlib import contextmanager
from urllib.request import Request, urlopen

import dagster as dg
import pytest
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import EmptyWorkspaceTarget, PythonFileTarget
from dagster_webserver.app import create_app_from_workspace_process_context

from orchestration.actions.registry import ACTIONS
from orchestration.commands.dagster_ui import LONGEST, behind_door
from orchestration.commands.typed_secrets import NAMES, refusal
from tests.e2e.conftest import asgi

CANARY = "canary-Hunter2"
KNOWN = "known-to-this-process"
LAUNCH = """
mutation Launch($params: ExecutionParams!) {
  launchRun(executionParams: $params) {
    __typename ... on RunConfigValidationInvalid { errors { message } }
    ... on PythonError { message }
  }
}
"""
WORK = """
import dagster as dg

@dg.op(config_schema=dg.Permissive())
def act():
    pass

@dg.job
def work():
    act()

defs = dg.Definitions(jobs=[work])
"""
# what a person may type, and where
TYPED = {
    "a password of its own": {"config": {"password": CANARY}},
    "a password for a name": {"config": {"password_env": CANARY}},
    "a key deep inside": {"config": {"roles": [{"api_key": CANARY}]}},
    "an address with a password": {"config": {"uri": f"mongodb+srv://me:{CANARY}@shop.example"}},
    "a sentence with a password": {"config": {"comment": f"the password: {CANARY}"}},
    "an Atlas key": {"config": {"name": "0b1c2d3e-aaaa-4bbb-8ccc-0123456789ab"}},
    "a service account's secret": {"config": {"name": f"mdb_sa_sk_{CANARY}"}},
    "a secret that we know": {"config": {"name": f"x{KNOWN}x"}},
    "a tag": {"tags": {"password": CANARY}},
    "a tag's value": {"tags": {"by": f"postgresql://me:{CANARY}@db/x"}},
}
INNOCENT = {
    "config": {
        "password_env": "APP_USER_PASSWORD",
        "name": "shop",
        "project": "5e0000000000000000000001",
        "tags": {"env": "prod", "owner": "me@example.com"},
        "comment": "https://example.com/a:b",
        "restore_timestamp": "2026-05-20T10:00:00Z",
    },
    "tags": {"by": "ann", "dagster/parent_run_id": "0b1c2d3e-aaaa-4bbb-8ccc-0123456789ab"},
}


@pytest.fixture(scope="module")
def instance(tmp_path_factory):
    folder = str(tmp_path_factory.mktemp("dagster"))
    settings = {"run_coordinator": {"module": "dagster", "class": "QueuedRunCoordinator"}}
    with dg.instance_for_test(temp_dir=folder, overrides=settings) as instance:
        yield instance


@pytest.fixture(scope="module")
def app(instance, tmp_path_factory):
    """Dagster's pages over one job that takes any config; what is launched waits in its queue."""
    file = tmp_path_factory.mktemp("code") / "work.py"
    file.write_text(WORK)
    target = PythonFileTarget(str(file), attribute=None, working_directory=None, location_name="w")
    with WorkspaceProcessContext(instance, target) as context:
        yield create_app_from_workspace_process_context(context)


@contextmanager
def served(app, *, has_door=True):
    with asgi(behind_door(app, (), {KNOWN}) if has_door else app) as url:
        yield url


def execution(config=None, tags=None, *, as_text=True) -> dict:
    run_config = {"ops": {"act": {"config": config or {}}}}
    return {
        "selector": {
            "repositoryLocationName": "w",
            "repositoryName": "__repository__",
            "jobName": "work",
        },
        "runConfigData": json.dumps(run_config) if as_text else run_config,
        "executionMetadata": {
            "tags": [{"key": name, "value": value} for name, value in (tags or {}).items()]
        },
    }


def ask(url: str, query: str, **variables) -> dict:
    body = json.dumps({"query": query, "variables": variables}).encode()
    headers = {"Content-Type": "application/json", "Origin": url}
    with urlopen(Request(f"{url}/graphql", body, headers)) as answer:
        return json.loads(answer.read())


def kept(instance) -> str:
    """Everything that Dagster remembers of runs."""
    records = instance.get_run_records()
    return str([(each.dagster_run.run_config, each.dagster_run.tags) for each in records])


def secret_in(typed: dict) -> str:
    text = json.dumps(typed)
    return next(each for each in (CANARY, KNOWN, "0b1c2d3e-aaaa") if each in text)


def forget(instance) -> None:
    for each in instance.get_run_records():
        instance.delete_run(each.dagster_run.run_id)


@pytest.mark.parametrize("how", TYPED)
def test_a_secret_that_is_typed_is_kept_nowhere(app, instance, how):
    forget(instance)
    typed = TYPED[how]
    with served(app) as url:
        for as_text in (True, False):
            answer = ask(url, LAUNCH, params=execution(**typed, as_text=as_text))
            [error] = answer["errors"]
            assert "Nothing was launched" in error["message"]
            assert secret_in(typed) not in json.dumps(answer)
    assert instance.get_run_records() == []
    with served(app, has_door=False) as url:
        launched = ask(url, LAUNCH, params=execution(**typed))
        assert launched["data"]["launchRun"]["__typename"] == "LaunchRunSuccess", launched
    assert secret_in(typed) in kept(instance), "Dagster alone keeps it"


def test_what_is_no_secret_is_launched(app, instance):
    forget(instance)
    with served(app) as url:
        launched = ask(url, LAUNCH, params=execution(**INNOCENT))
    assert launched["data"]["launchRun"]["__typename"] == "LaunchRunSuccess", launched
    [record] = instance.get_run_records()
    assert record.dagster_run.run_config["ops"]["act"]["config"] == INNOCENT["config"]
    assert record.dagster_run.tags["by"] == "ann"


def test_a_secret_in_the_query_itself_is_seen_too():
    config = json.dumps(json.dumps({"ops": {"act": {"config": {"password": CANARY}}}}))
    query = (
        f"mutation {{ launchRun(executionParams: {{runConfigData: {config}}}) {{ __typename }} }}"
    )
    assert CANARY not in (refusal({"query": query}) or CANARY)
    aliased = 'mutation { a: addDynamicPartition(partitionKey: "mdb_sa_sk_x") { __typename } }'
    assert refusal({"query": aliased})


def test_a_short_password_is_refused_by_itself_and_not_within_other_words():
    own = {"params": execution(tags={"dagster/partition": "2026-05"})}
    assert refusal({"query": LAUNCH, "variables": own}, {"dagster"}) is None
    typed = {"params": execution({"name": "dagster"})}
    assert "looks like a secret" in (
        refusal({"query": LAUNCH, "variables": typed}, {"dagster"}) or ""
    )


def test_the_first_operation_hides_no_other():
    launch = "launchRun(executionParams: $p) { __typename }"
    query = f"query A {{ version }} mutation B($p: ExecutionParams!) {{ {launch} }}"
    variables = {"p": {"runConfigData": {"ops": {"x": {"config": {"password": CANARY}}}}}}
    assert refusal({"query": query, "operationName": "B", "variables": variables})


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        {"query": 7},
        {"query": "mutation {"},
        {"query": "{ version }", "variables": {"password": CANARY}},
        {"query": "mutation { setNuxSeen }"},
    ],
)
def test_what_changes_nothing_is_dagsters_to_answer(document):
    assert refusal(document) is None


@pytest.mark.parametrize("text", ["a: [", "a: &x [*x]", "\x00"])
def test_a_config_that_is_no_yaml_is_refused(text):
    params = {"p": {"runConfigData": text}}
    assert refusal({"query": "mutation { a }", "variables": params})


def test_no_field_of_an_action_takes_a_secret():
    """So that refusing whatever is called a password takes nothing away."""
    fields = {name for each in ACTIONS.values() for name in each.config.model_fields}
    assert {each for each in fields if NAMES.search(each)} == {"password_env"}


def test_a_request_without_end_is_not_read_to_it(app):
    with served(app) as url:
        headers = {"Content-Type": "application/json"}
        request = Request(f"{url}/graphql", b"x" * (LONGEST + 1), headers)
        with pytest.raises(OSError, match="413|reset|Broken pipe"):
            urlopen(request)


def test_read_only_pages_change_nothing(instance):
    """Nor does any request to them that no page sends."""
    run = dg.DagsterRun(job_name="work", status=dg.DagsterRunStatus.SUCCESS)
    instance.add_run(run)
    delete = f'mutation {{ deletePipelineRun(runId: "{run.run_id}") {{ __typename }} }}'
    for read_only, answered in ((True, "UnauthorizedError"), (False, "DeletePipelineRunSuccess")):
        target = EmptyWorkspaceTarget()
        with WorkspaceProcessContext(instance, target, read_only=read_only) as context:
            with served(create_app_from_workspace_process_context(context)) as url:
                assert ask(url, "{ version }")["data"]["version"] is not None
                answer = ask(url, delete)["data"]["deletePipelineRun"]
                assert answer["__typename"] == answered
                assert instance.has_run(run.run_id) is read_only
