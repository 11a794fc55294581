"""What a client sees before it calls anything, and what is on the wire."""

import json
import subprocess

import jsonschema
import pytest

from orchestration.actions.registry import ACTIONS
from orchestration.assistant.marking import DATA
from tests.assistant.talking import COMMAND, environment_of, talking

READ = {
    "get_costs", "get_cost_causes", "get_cost_history", "get_forecast", "list_anomalies",
    "list_budgets", "what_if", "list_savings", "list_dimension_values", "list_invoices",
    "list_active_resources", "get_freshness", "run_sql",
}  # fmt: skip


def test_every_action_is_a_tool_with_its_config_as_schema(reader):
    tools = reader.tools
    assert tools.keys() == READ | ACTIONS.keys()
    for name, action in ACTIONS.items():
        schema = tools[name].input_schema
        jsonschema.Draft202012Validator.check_schema(schema)
        fields = set(action.config.model_fields)
        if action.changes_atlas:
            fields = fields - {"dry_run"} | {"confirmation_token"}
        assert schema["properties"].keys() == fields
        assert schema["additionalProperties"] is False


def test_hints_say_what_reads_what_adds_and_what_overwrites(reader):
    hints = {name: tool.annotations for name, tool in reader.tools.items()}
    reads = {name for name, each in hints.items() if each.read_only_hint}
    assert reads == READ | {name for name, each in ACTIONS.items() if not each.changes_atlas}
    overwrites = {name for name, each in hints.items() if each.destructive_hint}
    assert overwrites >= {"restore", "update_cluster", "pause_cluster", "remove_ip"}
    assert overwrites >= {name for name in ACTIONS if name.startswith("delete_")}
    assert not overwrites & (reads | {"create_snapshot", "create_cluster", "allow_ip"})


def test_descriptions_say_how_to_ask_a_person(reader):
    for name, tool in reader.tools.items():
        changes = name in ACTIONS and ACTIONS[name].changes_atlas
        assert ("confirmation_token" in tool.description) is changes
        if "confirm" in tool.input_schema["properties"]:
            assert "PERSON type" in tool.description


def test_instructions_lead_from_sentences_to_calls(reader):
    said = reader.client.instructions
    for sentence in ("back up my database", "show me available backups", "restore from latest"):
        assert sentence in said
    for word in ("create_snapshot", "list_snapshots", "restore", "Search nodes"):
        assert word in said


def test_clients_of_the_older_handshake_are_served_too(sandbox, tmp_path):
    environment = environment_of(sandbox, tmp_path / "data")
    with talking(environment, tmp_path / "stderr", mode="legacy") as assistant:
        assert "restore" in assistant.tools
        said = assistant.call("list_snapshots", project="shop", cluster="shop-prod")
    assert said["outcome"] == "read"


def test_a_tool_that_is_not_there_is_an_error_of_the_protocol(reader):
    with pytest.raises(Exception, match="There is no tool drop_everything"):
        reader.call("drop_everything")


def test_standard_output_carries_the_protocol_alone(sandbox, tmp_path):
    sandbox.control("pace", {"seconds": 0.5})
    plan = {"project": "shop", "cluster": "shop-prod"}
    environment = {"PATH": "/usr/bin:/bin", **environment_of(sandbox, tmp_path / "data")}
    with subprocess.Popen(
        [COMMAND, "mcp"], env=environment, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as server:  # fmt: skip
        wire = _Wire(server)
        wire.ask("initialize", {
            "protocolVersion": "2025-06-18", "capabilities": {},
            "clientInfo": {"name": "test", "version": "1"},
        })  # fmt: skip
        wire.send({"method": "notifications/initialized"})
        planned = wire.call("create_snapshot", plan)
        done = wire.call(
            "create_snapshot", {**plan, "confirmation_token": planned["confirmation_token"]}
        )
        out, errors = server.communicate()
    assert done["outcome"] == "applied"
    assert out == ""
    assert "completed" in errors
    assert server.returncode == 0


class _Wire:
    """Lines of JSON-RPC, written by hand."""

    def __init__(self, server):
        self._server, self._id = server, 0

    def send(self, message):
        self._server.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
        self._server.stdin.flush()

    def ask(self, method, params):
        self._id += 1
        self.send({"id": self._id, "method": method, "params": params})
        answer = json.loads(self._server.stdout.readline())
        assert (answer["jsonrpc"], answer["id"]) == ("2.0", self._id)
        return answer["result"]

    def call(self, name, arguments):
        params = {"name": name, "arguments": arguments}
        said = self.ask("tools/call", params)["structuredContent"]
        return said.pop(DATA) | said
