"""Real Atlas answers go through client, landing and raw, and come out as they were recorded."""

import csv
import importlib.util
import json
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest
from pydantic import SecretStr

from orchestration.atlas.auth import digest
from orchestration.atlas.client import Answer, AtlasClient
from orchestration.atlas.errors import AtlasError
from orchestration.atlas.inventory import Inventory
from orchestration.landing.journal import Landing
from tests.conftest import SHARED
from tests.invoices import raw_warehouse

RECORDINGS = SHARED / "recordings"
PREFIX = "/api/atlas/v2"
# Path template → raw table and how the client asks, given the ids in the recorded path.
ASKS: dict[str, tuple[str, Callable[..., Answer | list[Answer]]]] = {
    "/orgs/{orgId}": ("organizations", Inventory.get_organization),
    "/orgs/{orgId}/groups": ("projects", Inventory.list_projects),
    "/groups": ("projects", Inventory.list_all_projects),
    "/groups/{groupId}": ("projects", Inventory.get_project),
    "/groups/{groupId}/clusters": ("clusters", Inventory.list_clusters),
    "/groups/{groupId}/clusters/{clusterName}": ("clusters", Inventory.get_cluster),
    "/groups/{groupId}/flexClusters": ("flex_clusters", Inventory.list_flex_clusters),
    "/groups/{groupId}/flexClusters/{name}": ("flex_clusters", Inventory.get_flex_cluster),
}


def recorded() -> dict[str, list[dict[str, str]]]:
    """Scenario → its recorded reads of the inventory."""
    scenarios: dict[str, list[dict[str, str]]] = {}
    index = RECORDINGS / "exchanges" / "index.csv"
    if not index.exists():
        return {}
    with index.open() as file:
        for row in csv.DictReader(file):
            if row["method"] == "GET" and row["path_template"].removeprefix(PREFIX) in ASKS:
                scenarios.setdefault(row["scenario"], []).append(row)
    return scenarios


SCENARIOS = recorded()


@contextmanager
def replaying(scenario: str) -> Iterator[tuple[str, Any]]:
    specification = importlib.util.spec_from_file_location("replay", RECORDINGS / "replay.py")
    replay = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(replay)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # it leaves closing files to Python
        exchanges = replay.load(str(RECORDINGS / "exchanges"), [scenario], [])
    server, state = replay.make(exchanges, user="pub", key="priv", gate=False, links=False)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", state
    finally:
        server.shutdown()
        server.server_close()


def identifiers(row: dict[str, str]) -> list[str]:
    """The parts of a recorded path that its template leaves open."""
    parts = zip(row["path"].split("/"), row["path_template"].split("/"), strict=True)
    return [value for value, name in parts if name.startswith("{")]


def objects(document: Any) -> list[Any]:
    return document.get("results", [document])


def sorted_objects(found: list[Any]) -> list[str]:
    return sorted(json.dumps(each, sort_keys=True) for each in found)


@pytest.mark.skipif(not SCENARIOS, reason="the folder ../shared/recordings is absent")
@pytest.mark.parametrize("scenario", sorted(SCENARIOS) or ["none"])
def test_recorded_inventory_reaches_raw_unchanged(scenario, tmp_path):
    compared = 0
    with replaying(scenario) as (url, state):
        with AtlasClient(url, digest("pub", SecretStr("priv"))) as client:
            for number, row in enumerate(SCENARIOS[scenario]):
                compared += check_one(row, Inventory(client), state, tmp_path / str(number))
    assert compared > 0


def check_one(row: dict[str, str], inventory: Inventory, state: Any, folder: Path) -> int:
    table, ask = ASKS[row["path_template"].removeprefix(PREFIX)]
    try:
        answers = ask(inventory, *identifiers(row))
    except AtlasError as error:
        assert error.status == state.log[-1]["status"]
        assert error.status != 200
        return 0
    answers = answers if isinstance(answers, list) else [answers]
    served = json.loads((RECORDINGS / "exchanges" / state.log[-1]["file"]).read_text())
    assert sorted_objects(loaded(table, answers, folder)) == sorted_objects(objects(served["body"]))
    return 1


def loaded(table: str, answers: list[Answer], folder: Path) -> list[Any]:
    landing = Landing(folder / "landing", "default")
    landing.observe(table, "scope", [landing.put(table, "scope", each.body) for each in answers])
    with raw_warehouse(folder) as raw:
        raw.load(landing)
    with duckdb.connect(str(folder / "build" / "raw.duckdb"), read_only=True) as db:
        rows = db.execute(f"select * from {table}").fetchdf().to_dict("records")
    documents = [json.loads(row["_document"]) for row in rows]
    for row, document in zip(rows, documents, strict=True):
        assert row["id"] == document["id"]
        assert row["name"] == document["name"]
    return documents
