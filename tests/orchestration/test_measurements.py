"""Measurements: asked for once a day, of what runs, and loaded as an hour's row of each process."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

import sandbox as sandbox_package
from orchestration.atlas.measurements import OF_DISK, OF_PROCESS, OF_SEARCH
from orchestration.extraction import measurements as extraction
from orchestration.landing.journal import Landing, Observation
from orchestration.refreshing.folder import DataFolder
from orchestration.refreshing.reading import Reading
from orchestration.settings import load_settings
from orchestration.warehouse import measurements
from orchestration.warehouse.raw import requests_of_last_run
from orchestration.warehouse.shape import opened
from sandbox.estate.load import PROFILES, of_disk, of_process, of_search

TODAY = date(2026, 5, 20)


@pytest.fixture(scope="module")
def atlas() -> Iterator[sandbox_package.RunningSandbox]:
    with sandbox_package.running(seed=3, months=1, today=TODAY) as running:
        yield running


@pytest.fixture
def folder(
    atlas: sandbox_package.RunningSandbox,
    clean_environment: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> DataFolder:
    monkeypatch.setenv("ATLAS_COSTS_DATA_DIR", str(tmp_path / "data"))
    for name, value in atlas.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(extraction, "LONGEST_HOURS", 24)
    return DataFolder(load_settings())


def refresh(folder: DataFolder) -> None:
    with folder.held("test"), Reading(folder.settings) as reading:
        reading.inventory(folder)


def test_the_requests_of_a_run_are_kept_as_atlas_counts_them(atlas, folder: DataFolder) -> None:
    forget_requests(atlas)
    refresh(folder)
    [landing] = folder.landings()
    kept = requests_of_last_run(landing)
    assert kept == len(atlas.control("requests"))
    refresh(folder)
    assert requests_of_last_run(landing) == kept


def asked(atlas: sandbox_package.RunningSandbox) -> list[str]:
    found = [each["path"] for each in atlas.control("requests") if "/processes" in each["path"]]
    found = [each for each in found if "/databases" not in each]
    return [each.partition("/processes")[2] for each in found]


def forget_requests(atlas: sandbox_package.RunningSandbox) -> None:
    urlopen(Request(f"{atlas.base_url}/sandbox/requests", method="DELETE")).close()


def test_nothing_is_asked_unless_the_setting_says_so(atlas, folder: DataFolder) -> None:
    forget_requests(atlas)
    refresh(folder)
    assert asked(atlas) == []


def test_each_node_is_read_once_a_day(
    atlas, folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATLAS_COSTS_MEASUREMENTS", "true")
    folder = DataFolder(load_settings())
    forget_requests(atlas)
    refresh(folder)
    requests = asked(atlas)
    nodes = {each.partition("/measurements")[0] for each in requests if "/disks" not in each}
    nodes -= {""}
    projects = requests.count("")
    # two requests a node; besides, one list of processes and one of disks for each project
    assert len(requests) == 2 * len(nodes) + 2 * projects
    with folder.raw() as raw:
        assert raw.count("measurements") == 24 * len(nodes)
    forget_requests(atlas)
    refresh(DataFolder(load_settings()))
    assert asked(atlas) == []


def body(process: str, values: dict[str, dict[str, float | None]]) -> dict:
    """What was measured of a process: name → time → value."""
    return {
        "processId": process,
        "measurements": [
            {
                "name": name,
                "dataPoints": [{"timestamp": at, "value": value} for at, value in points.items()],
            }
            for name, points in values.items()
        ],
    }


HOST = {"id": "h:27017", "userAlias": "c-shard-00-00.x.net", "typeName": "REPLICA_PRIMARY"}


def observe(landing: Landing, *documents: dict) -> list[Observation]:
    before = len(landing.observations())
    files = [landing.put("measurements", "p", json.dumps(each).encode()) for each in documents]
    landing.observe("measurements", "p", files, {"until": datetime.now(UTC).isoformat()})
    return landing.observations()[before:]


def rows(db) -> list[tuple]:
    return db.execute(
        "select measuredAt::varchar, CONNECTIONS, DISK_QUEUE_DEPTH, userAlias, groupId "
        "from measurements order by 1"
    ).fetchall()


def test_a_process_and_its_disk_are_one_row_and_the_last_word_counts(tmp_path: Path) -> None:
    landing, db = Landing(tmp_path / "landing", "default"), opened(tmp_path / "raw.duckdb")
    one, two, three = (f"2026-05-20T0{hour}:00:00Z" for hour in (1, 2, 3))
    first = observe(
        landing,
        {"results": [HOST]},
        body("h:27017", {"CONNECTIONS": {one: 5, two: 6, three: None}}),
        body("h:27017", {"DISK_QUEUE_DEPTH": {one: 0.5}}),
        body("gone:27017", {"CONNECTIONS": {one: 9}}),
    )
    measurements.apply(db, landing, first)
    alias = "c-shard-00-00.x.net"
    assert rows(db) == [
        ("2026-05-20 01:00:00", 5, 0.5, alias, "p"),
        ("2026-05-20 02:00:00", 6, None, alias, "p"),
    ]
    second = observe(landing, {"results": [HOST]}, body("h:27017", {"CONNECTIONS": {two: 7}}))
    measurements.apply(db, landing, second)
    assert [each[1] for each in rows(db)] == [5, 7]


def test_what_findings_no_longer_look_at_is_dropped(tmp_path: Path) -> None:
    landing, db = Landing(tmp_path / "landing", "default"), opened(tmp_path / "raw.duckdb")
    newest = datetime(2026, 5, 20, tzinfo=UTC)
    days = {(newest - timedelta(days=back)).isoformat(): 1.0 for back in (0, 35, 36)}
    seen = observe(landing, {"results": [HOST]}, body("h:27017", {"CONNECTIONS": days}))
    measurements.apply(db, landing, seen)
    assert [each[0][:10] for each in rows(db)] == ["2026-04-15", "2026-05-20"]


def test_a_process_without_a_value_is_no_row(tmp_path: Path) -> None:
    landing, db = Landing(tmp_path / "landing", "default"), opened(tmp_path / "raw.duckdb")
    measurements.apply(db, landing, observe(landing, {"results": []}))
    seen = observe(landing, {"results": [HOST]}, body("h:27017", {"CONNECTIONS": {"x": 1.0}}))
    measurements.apply(db, landing, seen)
    assert rows(db) == []


@pytest.mark.parametrize("load", PROFILES)
def test_the_sandbox_measures_what_is_asked_for(load: str) -> None:
    noon = datetime(2026, 5, 20, 12, tzinfo=UTC)
    assert set(of_process(load, noon)) == set(OF_PROCESS)
    assert set(of_disk(load, 100, noon)) == set(OF_DISK)
    assert set(of_search(load, noon)) == set(OF_SEARCH)


def test_search_metrics_come_in_lists_of_their_own_and_are_of_the_same_hour(tmp_path: Path) -> None:
    landing, db = Landing(tmp_path / "landing", "default"), opened(tmp_path / "raw.duckdb")
    at = "2026-05-20T01:00:00Z"

    def metric(name: str, value: float) -> dict:
        return {"name": name, "dataPoints": [{"timestamp": at, "value": value}]}

    search = {
        "processId": "h:27017",
        "hardwareMeasurements": [metric("FTS_DISK_USAGE", 7)],
        "statusMeasurements": [metric("JVM_MAX_MEMORY", 9)],
    }
    process = body("h:27017", {"CONNECTIONS": {at: 5}})
    measurements.apply(db, landing, observe(landing, {"results": [HOST]}, process, search))
    found = db.execute(
        "select CONNECTIONS, FTS_DISK_USAGE, JVM_MAX_MEMORY, JVM_CURRENT_MEMORY from measurements"
    ).fetchall()
    assert found == [(5, 7, 9, None)]
