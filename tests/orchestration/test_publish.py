"""Publishing: readers see the old or the new warehouse, and a failure leaves the old one."""

import threading
from datetime import UTC, date, datetime

import duckdb
import pytest

from orchestration.warehouse import publish as module
from orchestration.warehouse.errors import AlreadyRunning, PublishError
from orchestration.warehouse.lock import run_lock
from orchestration.warehouse.publish import ConnectionStatus, publish

STATUS = ConnectionStatus(
    "default",
    datetime(2026, 5, 20, 6, tzinfo=UTC),
    date(2026, 5, 19),
    "degraded",
    ["clusters: 403"],
    321,
)


@pytest.fixture
def marts(tmp_path):
    return tmp_path / "build" / "marts.duckdb"


def build(marts, total: int) -> None:
    marts.parent.mkdir(exist_ok=True)
    with duckdb.connect() as db:
        # the file's own name is a catalog of that name, and ambiguous beside the schema
        db.execute(f"attach '{marts}' as warehouse; use warehouse; attach ':memory:' as raw")
        db.execute("create schema if not exists marts; create schema if not exists staging")
        db.execute(
            f"create or replace table marts.t as select {total} as total, range as i "
            "from range(1000)"
        )
        db.execute("create or replace table raw.x as select 1 as one")
        db.execute("create or replace view staging.v as select * from raw.x")


def publish_total(tmp_path, marts, total: int):
    build(marts, total)
    return publish(marts, tmp_path / "versions", tmp_path / "atlas_costs.duckdb", [STATUS])


def read(tmp_path, query="select any_value(total) from marts.t"):
    with duckdb.connect(str((tmp_path / "atlas_costs.duckdb").resolve()), read_only=True) as db:
        return db.execute(query).fetchall()


def test_the_requests_of_a_connection_are_published(tmp_path, marts):
    publish_total(tmp_path, marts, 5)
    assert read(tmp_path, "select connection, requests from meta.freshness") == [("default", 321)]


def test_the_published_file_stands_alone_and_says_how_fresh_it_is(tmp_path, marts):
    published = publish_total(tmp_path, marts, 5)
    assert read(tmp_path) == [(5,)]
    schemas = read(
        tmp_path,
        "select schema_name from duckdb_schemas() where not internal "
        "and database_name = current_database() and schema_name <> 'main' order by 1",
    )
    assert schemas == [("marts",), ("meta",)]
    assert read(
        tmp_path,
        "select connection, last_success_at, data_through, status, missing_parts, "
        "warehouse_version from meta.freshness",
    ) == [
        (
            "default",
            datetime(2026, 5, 20, 6),  # noqa: DTZ001  UTC, as DuckDB's timestamp
            date(2026, 5, 19),
            "degraded",
            ["clusters: 403"],
            published.version,
        )
    ]


def test_three_versions_are_kept(tmp_path, marts):
    for total in range(5):
        publish_total(tmp_path, marts, total)
    assert len(list((tmp_path / "versions").iterdir())) == 3
    assert read(tmp_path) == [(4,)]


def test_how_many_versions_are_kept_is_a_setting(tmp_path, marts):
    for total in range(4):
        build(marts, total)
        link = tmp_path / "atlas_costs.duckdb"
        publish(marts, tmp_path / "versions", link, [STATUS], kept=1 + (total < 3))
        assert len(list((tmp_path / "versions").iterdir())) == (
            min(total + 1, 2) if total < 3 else 1
        )
    assert read(tmp_path) == [(3,)]


def test_names_go_by_a_counter_whatever_the_clock_said(tmp_path, marts):
    """After a clock that was far ahead each name had a 1 more than the one before."""
    versions = tmp_path / "versions"
    versions.mkdir()
    (versions / "atlas_costs-29990101T000000000Z.duckdb").write_bytes(b"far ahead")
    published = [publish_total(tmp_path, marts, total).version for total in range(4)]
    assert [each.partition("-")[0] for each in published] == [
        "000001",
        "000002",
        "000003",
        "000004",
    ]
    assert len({len(each) for each in published}) == 1
    assert published == sorted(published)
    kept = sorted(each.stem.removeprefix("atlas_costs-") for each in versions.iterdir())
    assert kept == published[1:]


def test_the_thousandth_of_a_thousand_is_after_the_one_before(tmp_path, marts):
    versions = tmp_path / "versions"
    versions.mkdir()
    (versions / "atlas_costs-999999-20260101T000000Z.duckdb").write_bytes(b"before")
    published = publish_total(tmp_path, marts, 1)
    assert published.version.startswith("1000000-")
    assert publish_total(tmp_path, marts, 2).version.startswith("1000001-")


def test_a_reader_in_the_middle_keeps_its_version(tmp_path, marts):
    publish_total(tmp_path, marts, 1)
    with duckdb.connect(str((tmp_path / "atlas_costs.duckdb").resolve()), read_only=True) as db:
        publish_total(tmp_path, marts, 2)
        assert db.execute("select any_value(total) from marts.t").fetchall() == [(1,)]
    assert read(tmp_path) == [(2,)]


def test_readers_at_all_times_see_one_whole_total(tmp_path, marts):
    publish_total(tmp_path, marts, 0)
    seen: list[list[tuple[int, int]]] = []
    stop = threading.Event()

    def keep_reading() -> None:
        while not stop.is_set():
            seen.append(read(tmp_path, "select distinct total, count(*) over () from marts.t"))

    reader = threading.Thread(target=keep_reading)
    reader.start()
    for total in range(1, 6):
        publish_total(tmp_path, marts, total)
    stop.set()
    reader.join()
    assert len(seen) > 5
    assert all(len(rows) == 1 and rows[0][1] == 1000 for rows in seen)


def test_a_failed_copy_leaves_the_old_version_and_no_litter(tmp_path, marts, monkeypatch):
    publish_total(tmp_path, marts, 1)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "_write_meta", full)
    with pytest.raises(PublishError, match=r"No space left on device.*unchanged"):
        publish_total(tmp_path, marts, 2)
    assert read(tmp_path) == [(1,)]
    assert len(list((tmp_path / "versions").iterdir())) == 1


def test_too_little_room_is_noticed_before_copying(tmp_path, marts, monkeypatch):
    build(marts, 1)
    usage = module.shutil.disk_usage(tmp_path)._replace(free=1000)
    monkeypatch.setattr(module.shutil, "disk_usage", lambda _: usage)
    with pytest.raises(PublishError, match=r"Not enough room.*Free some space"):
        publish(marts, tmp_path / "versions", tmp_path / "atlas_costs.duckdb", [STATUS])
    assert not (tmp_path / "atlas_costs.duckdb").exists()


def test_a_second_run_names_the_first(tmp_path):
    with run_lock(tmp_path, "run-1"):
        with pytest.raises(AlreadyRunning, match=r"run run-1 \(process \d+\), started 20"):
            with run_lock(tmp_path, "run-2"):
                pass
    with run_lock(tmp_path, "run-3"):
        pass


def test_a_clock_that_went_back_never_deletes_the_version_just_published(tmp_path, marts):
    versions = tmp_path / "versions"
    versions.mkdir()
    for number in range(3):
        (versions / f"atlas_costs-2999010{number + 1}T000000000Z.duckdb").write_bytes(b"later")
    publish_total(tmp_path, marts, 7)
    assert read(tmp_path) == [(7,)]


def test_what_a_broken_off_build_left_in_its_log_is_published_too(tmp_path, marts):
    build(marts, 1)
    with duckdb.connect() as db:
        db.execute(f"attach '{marts}' as warehouse")
        db.execute("pragma disable_checkpoint_on_shutdown")
        db.execute("update warehouse.marts.t set total = 2")
    publish(marts, tmp_path / "versions", tmp_path / "atlas_costs.duckdb", [STATUS])
    assert read(tmp_path) == [(2,)]


def test_copies_of_a_killed_process_are_cleared_away(tmp_path, marts):
    (tmp_path / "versions").mkdir()
    (tmp_path / "versions" / "atlas_costs-20200101T000000000Z.part").write_bytes(b"half")
    publish_total(tmp_path, marts, 1)
    assert len(list((tmp_path / "versions").iterdir())) == 1
