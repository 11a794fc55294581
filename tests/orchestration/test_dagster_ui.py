"""Any page in the browser could launch and delete through Dagster's GraphQL; behind the door none.

Each attack is first shown to work on Dagster's application as it comes.
"""

import json
from contextlib import contextmanager
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import dagster as dg
import pytest
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import EmptyWorkspaceTarget
from dagster_webserver.app import create_app_from_workspace_process_context
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from orchestration.commands.dagster_ui import behind_door
from tests.e2e.conftest import asgi

DELETE = 'mutation {{ deletePipelineRun(runId: "{run}") {{ __typename }} }}'
EVIL = "http://evil.example"
# what browsers send for images, fetches and forms of another page, today's and old ones
AS_PAGES_DO = {
    "an image": ("GET", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}),
    "a rebound name": ("GET", {"Host": "evil.example:3000"}),
    "an address in an old browser": ("GET", {}),
    "a fetch": ("POST", {"Origin": EVIL, "Content-Type": "text/plain"}),
    "a disguised type": ("POST", {"Content-Type": "text/plain; a=application/json"}),
    "a form of old": ("POST", {"Content-Type": "application/x-www-form-urlencoded"}),
    "raw GraphQL": ("POST", {"Content-Type": "application/graphql"}),
}


@pytest.fixture(scope="module")
def instance(tmp_path_factory):
    with dg.DagsterInstance.local_temp(str(tmp_path_factory.mktemp("dagster"))) as instance:
        yield instance


@pytest.fixture(scope="module")
def app(instance):
    with WorkspaceProcessContext(instance, EmptyWorkspaceTarget()) as context:
        yield create_app_from_workspace_process_context(context)


@contextmanager
def served(app, *, has_door=True):
    with asgi(behind_door(app, ()) if has_door else app) as url:
        yield url


@pytest.fixture
def run(instance):
    """The id of a run that an attack deletes."""

    @dg.job
    def work():
        pass

    return work.execute_in_process(instance=instance).run_id


def attack(url: str, run: str, method: str, headers: dict[str, str]) -> int:
    """Ask for the run's deletion in every place where Dagster looks for it; the status."""
    query = DELETE.format(run=run)
    kind = headers.get("Content-Type", "")
    body = query if kind == "application/graphql" else json.dumps({"query": query})
    data = None if method == "GET" else body.encode()
    address = f"{url}/graphql?{urlencode({'query': query})}"
    try:
        with urlopen(Request(address, data, headers, method=method)) as answer:
            return answer.status
    except HTTPError as error:
        return error.code


@pytest.mark.parametrize("how", AS_PAGES_DO)
def test_no_page_of_another_site_changes_anything(app, instance, run, how):
    method, headers = AS_PAGES_DO[how]
    with served(app) as url:
        assert attack(url, run, method, headers) == 403
    assert instance.has_run(run)
    with served(app, has_door=False) as url:
        assert attack(url, run, method, headers) == 200
    assert not instance.has_run(run), "the attack must work where there is no door"


def ask(url: str, query: str, **headers: str) -> dict:
    request = Request(
        f"{url}/graphql",
        json.dumps({"query": query}).encode(),
        {"Content-Type": "application/json", "Origin": url, **headers},
    )
    with urlopen(request) as answer:
        return json.loads(answer.read())


def test_dagsters_own_pages_work_behind_it(app, instance, run):
    with served(app) as url:
        assert b"<html" in urlopen(f"{url}/runs").read()
        from_page = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"}
        assert ask(url, "{ runsOrError { __typename } }", **from_page)["data"]
        assert ask(url, DELETE.format(run=run))["data"]["deletePipelineRun"]
    assert not instance.has_run(run)


def subscribe(url: str, run: str, origin: str | None) -> dict:
    """The first message of a run's log, as its page follows it."""
    address = url.replace("http", "ws") + "/graphql"
    query = (
        f'subscription {{ pipelineRunLogs(runId: "{run}") {{ __typename '
        "... on PipelineRunLogsSubscriptionSuccess { messages { __typename } } } }"
    )
    with connect(address, origin=origin, subprotocols=["graphql-ws"]) as websocket:
        websocket.send(json.dumps({"type": "connection_init"}))
        assert json.loads(websocket.recv())["type"] == "connection_ack"
        websocket.send(json.dumps({"type": "start", "id": "1", "payload": {"query": query}}))
        return json.loads(websocket.recv(timeout=20))


def test_subscriptions_answer_our_page_and_no_other(app, run):
    with served(app) as url:
        logs = subscribe(url, run, url)["payload"]["data"]["pipelineRunLogs"]
        assert {"__typename": "RunStartEvent"} in logs["messages"]
        with pytest.raises(InvalidStatus, match="403"):
            subscribe(url, run, EVIL)
    with served(app, has_door=False) as url:
        assert subscribe(url, run, EVIL)["type"] == "data"
