"""Loading inventory and reports: as it is, as it was, and what cannot be read left out."""

import json

import pytest

from orchestration.landing.journal import Landing
from orchestration.refreshing.freshness import missing_parts
from tests.invoices import load, rows


@pytest.fixture
def landing(tmp_path):
    return Landing(tmp_path / "landing", "default")


def clusters(landing: Landing, project: str, *documents: dict) -> None:
    body = json.dumps({"results": documents}).encode()
    landing.observe("clusters", project, [landing.put("clusters", project, body)])


def cluster(identity: str, created: str = "2026-01-01T00:00:00Z") -> dict:
    return {"id": identity, "name": "shop", "groupId": "p1", "createDate": created, "new": [1]}


def test_a_cluster_that_is_gone_leaves_the_current_rows_and_stays_remembered(tmp_path, landing):
    clusters(landing, "p1", cluster("c1"))
    load(tmp_path, landing)
    clusters(landing, "p1", cluster("c2", "2026-03-01T00:00:00Z"))
    load(tmp_path, landing)
    assert rows(tmp_path, "select id from clusters") == [("c2",)]
    assert rows(tmp_path, "select id, _gone_at is null from clusters_seen order by id") == [
        ("c1", False),
        ("c2", True),
    ]


def test_an_unreadable_project_keeps_its_clusters_and_is_marked(tmp_path, landing):
    clusters(landing, "p1", cluster("c1"))
    landing.observe_unreadable("clusters", "p1", "403")
    load(tmp_path, landing)
    assert rows(tmp_path, "select id from clusters") == [("c1",)]
    assert rows(tmp_path, "select groupId, is_readable, error from project_access") == [
        ("p1", False, "403")
    ]


def test_unknown_fields_are_kept_and_a_repeated_object_counts_once(tmp_path, landing):
    clusters(landing, "p1", cluster("c1"), cluster("c1"))
    load(tmp_path, landing)
    [(document,)] = rows(tmp_path, "select _document from clusters")
    assert json.loads(document) == cluster("c1")


def test_a_journal_started_anew_is_read_from_its_beginning(tmp_path, landing):
    clusters(landing, "p1", cluster("c1"))
    load(tmp_path, landing)
    (landing.root / "default" / "observations.jsonl").unlink()
    anew = Landing(landing.root, "default")
    clusters(anew, "p1", cluster("c2"))
    load(tmp_path, anew)
    assert rows(tmp_path, "select id from clusters") == [("c2",)]


def test_a_cluster_that_changes_its_kind_stays_listed(tmp_path, landing):
    body = json.dumps({"results": [cluster("c1")]}).encode()
    landing.observe("flex_clusters", "p1", [landing.put("flex_clusters", "p1", body)])
    load(tmp_path, landing)
    clusters(landing, "p1", cluster("c1"))
    landing.observe("flex_clusters", "p1", [])
    load(tmp_path, landing)
    assert rows(tmp_path, "select kind, _gone_at from clusters_seen") == [("cluster", None)]


def test_inventory_is_kept_as_history(tmp_path, landing):
    for name in ("M10", "M20", "M20"):
        clusters(landing, "p1", cluster("c1") | {"tier": name})
        load(tmp_path, landing)
    clusters(landing, "p1")
    load(tmp_path, landing)
    assert rows(
        tmp_path,
        "select _document ->> 'tier', _valid_to is null from inventory_history "
        "order by _valid_from",
    ) == [("M10", False), ("M20", False)]


@pytest.mark.parametrize(
    "body",
    [b'{"results": [{"id": "c1", "name": "\\ud83d"}]}', b'\xef\xbb\xbf{"results": [{"id": "c1"}]}'],
)
def test_what_python_reads_and_duckdb_does_not_is_loaded_all_the_same(tmp_path, landing, body):
    landing.observe("clusters", "p1", [landing.put("clusters", "p1", body)])
    load(tmp_path, landing)
    assert rows(tmp_path, "select id from clusters") == [("c1",)]


def test_an_object_without_an_id_stays_in_history_alone(tmp_path, landing):
    clusters(landing, "p1", cluster("c1"), {"name": "nameless"})
    load(tmp_path, landing)
    assert rows(tmp_path, "select id from clusters") == [("c1",)]
    assert rows(tmp_path, "select id from inventory_history order by id") == [
        ("c1",),
        ("p1/nameless",),
    ]


def report(landing: Landing, invoice_id: str, body: bytes) -> None:
    with landing.receive("focus_reports", invoice_id, "", suffix=".csv.gz") as sink:
        sink.write(body)
    landing.observe("focus_reports", invoice_id, [sink.landed], {"version": "1"})


HEADER = b"ChargePeriodStart,RegionId,x_AtlasSku,path\n"


@pytest.mark.parametrize(
    "row", [b"2026-05-10,\x81,SKU,f\n", b'2026-05-10,"' + b"x" * 400_000 + b'",SKU,f\n']
)
def test_a_report_that_cannot_be_read_is_left_out_and_the_others_go_on(tmp_path, landing, row):
    report(landing, "a", HEADER + row)
    report(landing, "b", HEADER + b"2026-05-10,us-east-1,SKU,f\n")
    load(tmp_path, landing)
    assert rows(
        tmp_path, "select _invoice_id, RegionId, _other_columns from focus_report_rows"
    ) == [("b", "us-east-1", '{"path":"f"}')]
    [named] = missing_parts(landing, with_focus_reports=True, measured=False)
    assert named.startswith("FOCUS reports: FOCUS report of invoice a: it is landed and is no CSV")
    noted = len(landing.observations())
    (tmp_path / "build" / "raw.duckdb").unlink()
    load(tmp_path, landing)
    assert len(landing.observations()) == noted
