"""Advice: asked for once a day, of clusters that run; what cannot be read is named."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

import sandbox as sandbox_package
from orchestration.atlas.advice import Advice
from orchestration.atlas.errors import Forbidden
from orchestration.extraction import advice as extraction
from orchestration.extraction import measurements as measuring
from orchestration.landing.journal import Landing
from orchestration.refreshing.folder import DataFolder
from orchestration.refreshing.freshness import missing_parts
from orchestration.refreshing.reading import Reading
from orchestration.settings import load_settings
from orchestration.warehouse import advice
from orchestration.warehouse.shape import opened

TODAY = date(2026, 5, 20)
KINDS = {"dropIndexSuggestions", "suggestedIndexes", "schemaAdvice", "namespaces", "databases"}
RUNNING = """
select clusters.groupId || '/' || clusters.name from clusters
where not paused and _document ->> '$.replicationSpecs[0].regionConfigs[0].providerName' != 'TENANT'
"""


@pytest.fixture
def atlas() -> Iterator[sandbox_package.RunningSandbox]:
    """One for each test: a second refresh within a minute would wait for the rate limit, 30 s."""
    with sandbox_package.running(seed=3, months=1, today=TODAY, wasteful=True) as running:
        yield running


@pytest.fixture
def folder(
    atlas: sandbox_package.RunningSandbox,
    clean_environment: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> DataFolder:
    monkeypatch.setenv("ATLAS_COSTS_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("ATLAS_COSTS_MEASUREMENTS", "true")
    for name, value in atlas.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(measuring, "LONGEST_HOURS", 2)
    urlopen(Request(f"{atlas.base_url}/sandbox/requests", method="DELETE")).close()
    return DataFolder(load_settings())


def refresh(folder: DataFolder) -> None:
    with folder.held("test"), Reading(folder.settings) as reading:
        reading.inventory(folder)


def asked(atlas: sandbox_package.RunningSandbox) -> list[str]:
    parts = ("/performanceAdvisor/", "/collStats/", "/databases", "/fts/")
    paths = [each["path"] for each in atlas.control("requests")]
    return [each for each in paths if any(part in each for part in parts)]


def test_each_running_cluster_is_asked_once_a_day(atlas, folder: DataFolder) -> None:
    refresh(folder)
    with folder.raw() as raw:
        running = {scope for (scope,) in raw._db.execute(RUNNING).fetchall()}
        read = raw._db.execute(
            "select groupId || '/' || clusterName, kind, count(*), count(_document) from advice "
            "group by all"
        ).fetchall()
        [(searched,)] = raw._db.execute(
            "select count(*) from search_deployments where stateName = 'IDLE'"
        ).fetchall()
    # each once: what was asked too fast is asked again
    paths = set(asked(atlas))
    advisor = [each for each in paths if "/performanceAdvisor/" in each]
    assert len(advisor) == 3 * len(running)
    assert len([each for each in paths if "/collStats/" in each]) == 2 * len(running)
    assert {scope for scope, *_ in read} == running
    assert {kind for _, kind, *_ in read} == KINDS
    assert {(rows, documents) for _, kind, rows, documents in read if kind == "namespaces"} == {
        (2, 2)
    }
    # of the clusters with search nodes alone, a request for each of three nodes
    assert len([each for each in paths if "/fts/" in each]) == 3 * searched
    urlopen(Request(f"{atlas.base_url}/sandbox/requests", method="DELETE")).close()
    refresh(DataFolder(load_settings()))
    assert asked(atlas) == []


def test_what_is_refused_is_named_and_the_rest_is_read(
    atlas, folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise Forbidden("Atlas refuses this", status=403)

    monkeypatch.setattr(Advice, "list_schema_advice", refused)
    refresh(folder)
    with folder.raw() as raw:
        kinds = {kind for (kind,) in raw._db.execute("select kind from advice").fetchall()}
    assert kinds == KINDS - {"schemaAdvice"}
    [landing] = folder.landings()
    [named] = [
        each
        for each in missing_parts(landing, with_focus_reports=False, measured=True)
        if each.startswith("advice: Atlas refuses this")
    ]
    count = len(landing.current(extraction.ENTITY))
    assert named.endswith(f"(and {count - 1} more)")
    assert not [
        each
        for each in missing_parts(landing, with_focus_reports=False, measured=False)
        if each.startswith("advice")
    ]


def test_a_project_whose_measurements_cannot_be_read_is_named(tmp_path: Path) -> None:
    landing = Landing(tmp_path, "default")
    landing.observe_unreadable("measurements", "p1", "Processes of p1: refused.", "missing role")
    landing.observe_unreadable("measurements", "p2", "Processes of p2: refused.", "missing role")
    [named] = missing_parts(landing, with_focus_reports=False, measured=True)
    assert named == "measurements: Processes of p1: refused. (and 1 more)"
    assert missing_parts(landing, with_focus_reports=False, measured=False) == []


def test_the_newest_answers_replace_those_before_and_come_without_envelope(tmp_path: Path) -> None:
    landing, db = Landing(tmp_path / "landing", "default"), opened(tmp_path / "raw.duckdb")

    def read(*bodies: bytes, **meta: object) -> None:
        before = len(landing.observations())
        files = [landing.put("advice", "p/c", body) for body in bodies]
        until = datetime.now(UTC).isoformat()
        landing.observe("advice", "p/c", files, {"until": until, **meta})
        advice.apply(db, landing, landing.observations()[before:])

    def rows() -> list[tuple]:
        return db.execute(
            "select groupId, clusterName, kind, _document::varchar from advice order by kind"
        ).fetchall()

    read(b'{"content": {"a": 1}, "status": 200}', b'{"b": 2}', kinds=["x", "y"])
    assert rows() == [("p", "c", "x", '{"a": 1}'), ("p", "c", "y", '{"b": 2}')]
    read(b'{"content": {"a": 3}}', kinds=["x"], empty=["databases"])
    assert rows() == [("p", "c", "databases", None), ("p", "c", "x", '{"a": 3}')]
