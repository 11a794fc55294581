"""Marts exported to a folder and to a bucket on a real S3 server: complete, incremental, atomic."""

import signal
import subprocess
import sys
import threading
from pathlib import Path

import duckdb
import pytest

from orchestration.published.lake import manifest as manifests
from orchestration.published.lake.errors import LakeError
from orchestration.published.lake.export import export_lake
from tests.conftest import ROOT
from tests.orchestration.lakes import differences, mart_of, publish

BIG = 9007199254740993 + 7 + 8
"""Cents of the lines that no test changes: more than a float can hold."""


def test_every_mart_is_in_the_lake_to_the_cent(lake, tmp_path):
    warehouse = publish(tmp_path, "000001")
    done = export_lake(warehouse, lake.url, keep=3)
    manifest = lake.manifest()
    assert differences(lake, warehouse) == {}
    names = ["dim_skus", "fct_costs_daily", "fct_invoice_changes", "fct_line_items"]
    assert [mart["name"] for mart in manifest["marts"]] == names
    assert mart_of(manifest, "fct_costs_daily")["totals_cents"] == {"cost_cents": BIG + 300}
    assert mart_of(manifest, "dim_skus")["totals_cents"] == {}, "parts of cents would be cut"
    assert mart_of(manifest, "fct_line_items")["rows"] == 5
    assert {"name": "tags", "type": "MAP(VARCHAR, VARCHAR[])"} in mart_of(
        manifest, "fct_line_items"
    )["columns"]
    assert manifest["source"]["warehouse_version"] == "000001"
    assert manifest["connections"] == [
        {"connection": "acme", "status": "connected", "data_through": "2026-05-02"}
    ]
    listed = {file["path"] for mart in manifest["marts"] for file in mart["files"]}
    assert lake.data() == listed
    assert done.written == len(listed)


def test_a_mart_of_days_has_a_folder_for_each_connection_and_month(folder, tmp_path):
    export_lake(publish(tmp_path, "000001"), folder.url, keep=3)
    files = mart_of(folder.manifest(), "fct_line_items")["files"]
    found = {
        (file["path"].rpartition("/")[0], file["connection"], file["usage_month"], file["rows"])
        for file in files
    }
    none = "__HIVE_DEFAULT_PARTITION__"
    assert found == {
        ("fct_line_items/by_connection=acme/by_month=2026-04", "acme", "2026-04", 1),
        ("fct_line_items/by_connection=acme/by_month=2026-05", "acme", "2026-05", 1),
        ("fct_line_items/by_connection=b%2F%C3%BC/by_month=2026-05", "b/ü", "2026-05", 1),
        (f"fct_line_items/by_connection=b%2F%C3%BC/by_month={none}", "b/ü", None, 1),
        (f"fct_line_items/by_connection={none}/by_month=2026-05", None, "2026-05", 1),
    }
    assert all(file["bytes"] == len(folder.content(file["path"])) for file in files)


def test_the_same_version_writes_nothing(lake, tmp_path):
    warehouse = publish(tmp_path, "000001")
    export_lake(warehouse, lake.url, keep=3)
    before = lake.names()
    assert export_lake(warehouse, lake.url, keep=3).written == 0
    assert lake.names() == before


def test_another_version_with_the_same_rows_uploads_nothing(lake, tmp_path):
    export_lake(publish(tmp_path, "000001"), lake.url, keep=3)
    before = lake.data()
    assert export_lake(publish(tmp_path, "000002"), lake.url, keep=3).written == 0
    assert lake.data() == before
    assert lake.manifest()["source"]["warehouse_version"] == "000002"


def test_a_changed_month_uploads_only_its_partitions(lake, tmp_path):
    export_lake(publish(tmp_path, "000001"), lake.url, keep=3)
    before = lake.data()
    warehouse = publish(tmp_path, "000002", may=201)
    export_lake(warehouse, lake.url, keep=3)
    folders = {name.rpartition("/")[0] for name in lake.data() - before}
    assert folders == {
        "fct_costs_daily/by_connection=acme/by_month=2026-05",
        "fct_line_items/by_connection=acme/by_month=2026-05",
    }
    assert before <= lake.data()
    assert differences(lake, warehouse) == {}


def test_files_stay_for_as_many_exports_as_are_kept(folder, tmp_path):
    for number in range(1, 6):
        export_lake(publish(tmp_path, f"00000{number}", may=number), folder.url, keep=3)
        assert f"_manifests/{number:08}.json" in folder.names()
    kept = [name for name in folder.names() if name.startswith("_manifests/")]
    assert sorted(kept) == [f"_manifests/{number:08}.json" for number in (3, 4, 5)]
    may = [
        name
        for name in folder.data()
        if "fct_line_items/by_connection=acme/by_month=2026-05" in name
    ]
    assert len(may) == 3


def test_what_was_removed_by_hand_is_uploaded_again(folder, tmp_path):
    warehouse = publish(tmp_path, "000001")
    export_lake(warehouse, folder.url, keep=3)
    lost = mart_of(folder.manifest(), "dim_skus")["files"][0]["path"]
    Path(folder.url, lost).unlink()
    assert export_lake(warehouse, folder.url, keep=3).written == 1
    assert differences(folder, warehouse) == {}


def test_nothing_that_is_not_of_an_export_is_removed(folder, tmp_path):
    export_lake(publish(tmp_path, "000001"), folder.url, keep=2)
    theirs = {"dim_skus/mine.parquet", "notes.txt"}
    for name in theirs:
        Path(folder.url, name).write_bytes(b"theirs")
    for number in range(2, 6):
        export_lake(publish(tmp_path, f"00000{number}", may=number), folder.url, keep=2)
    assert theirs <= folder.names()


KILLED = """
import os, signal, sys
from pathlib import Path
from orchestration.published.lake import export, manifest
manifest.commit = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
export.export_lake(Path(sys.argv[1]), sys.argv[2], keep=3)
"""


def test_a_kill_before_the_manifest_leaves_the_old_one_and_litter_that_the_next_export_removes(
    lake, tmp_path
):
    old = publish(tmp_path, "000001").resolve()
    export_lake(old, lake.url, keep=3)
    before = lake.names()
    command = [sys.executable, "-c", KILLED, publish(tmp_path, "000002", may=999), lake.url]
    done = subprocess.run(command, cwd=ROOT, check=False)
    assert done.returncode == -signal.SIGKILL
    litter = lake.names() - before
    assert len(litter) == 2
    assert differences(lake, old) == {}

    warehouse = publish(tmp_path, "000003", may=1000)
    assert export_lake(warehouse, lake.url, keep=3).removed == 2
    assert not litter & lake.names()
    assert differences(lake, warehouse) == {}


def test_a_kill_before_the_pointer_is_mended_by_the_next_export(folder, tmp_path, monkeypatch):
    export_lake(publish(tmp_path, "000001"), folder.url, keep=3)
    warehouse = publish(tmp_path, "000002", may=999)
    with monkeypatch.context() as patch:
        patch.setattr(manifests, "point", lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            export_lake(warehouse, folder.url, keep=3)
    assert folder.manifest()["number"] == 1
    assert export_lake(warehouse, folder.url, keep=3).written == 0
    assert folder.manifest()["number"] == 2


def test_the_sql_of_the_docs_reads_it(folder, tmp_path):
    export_lake(publish(tmp_path, "000001"), folder.url, keep=3)
    example = (ROOT / "docs/lake.md").read_text().partition("```sql\n")[2].partition("```")[0]
    with duckdb.connect() as db:
        rows = db.execute(example.replace("/srv/lake", folder.url)).fetchall()
    assert rows == [("2026-04", 100), ("2026-05", BIG - 7 + 200), (None, 7)]


@pytest.mark.parametrize("others", [1, 4])
def test_of_two_exports_at_once_the_one_that_ends_first_is_shown_whole(
    lake, tmp_path, monkeypatch, others
):
    """With four others, the number that the slow one wants is free again."""
    slow = publish(tmp_path, "000001").resolve()
    fast = [
        publish(tmp_path, f"00000{number}", may=number).resolve() for number in range(2, 2 + others)
    ]
    commit = manifests.commit

    def others_first(place, manifest):
        monkeypatch.setattr(manifests, "commit", commit)
        for each in fast:
            export_lake(each, lake.url, keep=3)
        commit(place, manifest)

    monkeypatch.setattr(manifests, "commit", others_first)
    with pytest.raises(LakeError, match="Another export to this lake finished while this one ran"):
        export_lake(slow, lake.url, keep=3)
    assert differences(lake, fast[-1]) == {}

    export_lake(slow, lake.url, keep=3)
    assert differences(lake, slow) == {}


def test_readers_during_twenty_exports_see_old_or_new_totals_only(lake, tmp_path):
    totals = [BIG + 100 + number * number for number in range(21)]
    versions = [
        publish(tmp_path, f"{number:06}", may=number * number).resolve() for number in range(21)
    ]
    export_lake(versions[0], lake.url, keep=25)
    seen, over = [], threading.Event()

    def read() -> None:
        with lake.opened() as db:
            while not over.wait(0.05):
                manifest = lake.manifest()
                parts = [mart_of(manifest, name) for name in ("fct_line_items", "fct_costs_daily")]
                sums = {int(lake.query(db, part, "sum(cost_cents)")[0][0]) for part in parts}
                seen.append(sums | {part["totals_cents"]["cost_cents"] for part in parts})

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for version in versions[1:]:
            export_lake(version, lake.url, keep=25)
    finally:
        over.set()
        reader.join()
    assert all(len(each) == 1 for each in seen), "one reader saw parts of two exports"
    shown = [each for one in seen for each in one]
    assert set(shown) <= set(totals)
    assert shown == sorted(shown)
    assert len(set(shown)) > 3
