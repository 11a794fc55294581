"""Records of actions: each file a row, whoever wrote it; none that is broken spoils a load."""

import os
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from orchestration.action_runs.log import ActionLog
from orchestration.actions.model import Plan, Record
from orchestration.landing.journal import Landing, drop_litter
from tests.invoices import raw_warehouse

FOLDER = "landing/default/actions/2026-05"


def record(number: int, **fields) -> Record:
    return Record(
        **{
            "id": f"20260501T08000{number:07d}Z-abcdef",
            "action": "create_snapshot",
            "connection": "default",
            "target": "shop/cart",
            "requested_at": datetime(2026, 5, 1, 8, tzinfo=UTC),
            "requested_by": "ana@desk by command line",
            "config": {},
            "outcome": "applied",
            **fields,
        }
    )


def load(tmp_path, *connections: str) -> None:
    landings = [Landing(tmp_path / "landing", each) for each in connections or ("default",)]
    with raw_warehouse(tmp_path) as raw:
        raw.load(*landings)


@pytest.fixture
def log(tmp_path):
    return ActionLog(tmp_path / "landing")


@pytest.fixture
def rows(tmp_path):
    def ask(columns: str) -> list[tuple]:
        with duckdb.connect(str(tmp_path / "build" / "raw.duckdb"), read_only=True) as db:
            return db.execute(f"select {columns} from actions order by id").fetchall()

    return ask


@pytest.fixture
def files_read(monkeypatch):
    """Names of the files that were read since."""
    names: list[str] = []
    read = Path.read_bytes

    def counted(path: Path) -> bytes:
        names.append(path.name)
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", counted)
    return names


def many(tmp_path, count: int) -> None:
    """Old records, written without waiting for the disk."""
    folder = tmp_path / FOLDER
    folder.mkdir(parents=True)
    for number in range(count):
        each = record(number)
        (folder / f"{each.id}.{each.action}.json").write_text(each.model_dump_json())


def test_a_record_is_a_row_in_its_own_words(tmp_path, log, rows):
    plan = Plan(summary="Take a snapshot of cart.")
    log.keep(record(1, plan=plan, atlas_ids={"snapshot_id": "s"}, duration_s=2.5))
    load(tmp_path)
    file = f"default/actions/2026-05/{record(1).id}.create_snapshot.json"
    assert rows(
        "action, target, requested_at, plan ->> '$.summary', atlas_ids::varchar, duration_s, "
        "result, error, _document ->> '$.requested_by', _connection, _landing_file"
    ) == [
        (
            "create_snapshot",
            "shop/cart",
            datetime(2026, 5, 1, 8),  # noqa: DTZ001 - raw holds naive UTC
            plan.summary,
            '{"snapshot_id":"s"}',
            2.5,
            None,
            None,
            "ana@desk by command line",
            "default",
            file,
        )
    ]
    [(landed_at,)] = rows("_landed_at")
    written = (tmp_path / "landing" / file).stat().st_mtime
    assert landed_at.replace(tzinfo=UTC).timestamp() == pytest.approx(written, abs=1e-5)


def test_a_new_record_joins_and_a_replaced_one_takes_its_place(tmp_path, log, rows):
    log.keep(record(1, outcome="in_progress", atlas_ids={"snapshot_id": "s"}))
    load(tmp_path)
    log.keep(record(1))
    log.keep(record(2, outcome="planned"))
    load(tmp_path)
    assert rows("outcome") == [("applied",), ("planned",)]


def test_a_record_under_way_is_read_again_even_if_its_time_stayed(tmp_path, log, rows):
    """A file system's clock may stand still between two writes."""
    log.keep(record(1, outcome="in_progress"))
    [file] = (tmp_path / FOLDER).iterdir()
    before = file.stat()
    load(tmp_path)
    log.keep(record(1, outcome="failed"))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    load(tmp_path)
    assert rows("outcome") == [("failed",)]


def test_old_records_are_not_read_again(tmp_path, log, rows, files_read):
    many(tmp_path, 2500)
    load(tmp_path)
    assert len(files_read) == len(rows("id")) == 2500
    files_read.clear()
    log.keep(record(9001, outcome="in_progress"))
    load(tmp_path)
    load(tmp_path)
    assert files_read == [f"{record(9001).id}.create_snapshot.json"] * 2
    assert len(rows("id")) == 2501


WHOLE = record(2).model_dump_json()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (WHOLE[:-9], "truncated"),
        ("", "truncated"),
        ("\udcff", "decode"),
        ("[1]", "Expected `object`, got `array`"),
        ("[" * 100_000, "recursion"),
        (WHOLE.replace('"applied":', '"done":'), "missing required field `applied`"),
        (WHOLE.replace('"outcome":"applied"', '"outcome":"done"'), "Invalid enum value 'done'"),
        (WHOLE.replace("08:00:00Z", "08:00:00"), "timezone"),
        (WHOLE[:-1] + r',"new":"\ud800"}', ""),
    ],
)
def test_what_is_no_record_is_left_out_and_named(tmp_path, log, rows, caplog, body, reason):
    log.keep(record(1))
    (tmp_path / FOLDER / "odd.create_snapshot.json").write_bytes(
        body.encode(errors="surrogateescape")
    )
    load(tmp_path)
    assert rows("id") == [(record(1).id,)]
    [warning] = caplog.messages
    assert "default/actions/2026-05/odd.create_snapshot.json" in warning
    assert reason in warning


def test_a_record_of_a_later_release_keeps_what_is_new_in_its_document(tmp_path, rows):
    (tmp_path / FOLDER).mkdir(parents=True)
    body = record(1).model_dump_json()[:-1] + ',"approved_by":"bo"}'
    (tmp_path / FOLDER / "later.create_snapshot.json").write_text(body)
    load(tmp_path)
    assert rows("_document ->> '$.approved_by'") == [("bo",)]


def test_a_record_that_breaks_or_goes_leaves_the_table_as_a_rebuild_would(tmp_path, log, rows):
    for number in (1, 2, 3):
        log.keep(record(number))
    load(tmp_path)
    first, second, _ = sorted((tmp_path / FOLDER).iterdir())
    first.unlink()
    second.write_bytes(b"{")
    load(tmp_path)
    assert rows("id") == [(record(3).id,)]


def test_records_stay_when_their_connection_is_removed_or_never_was(tmp_path, log, rows):
    log.keep(record(1, connection="old & gone"))
    log.keep(record(2, connection="unknown", outcome="refused", target=""))
    gone = Landing(tmp_path / "landing", "old & gone")
    gone.observe("projects", "org", [gone.put("projects", "org", b"[]")])
    load(tmp_path, "default", "old & gone")
    load(tmp_path)
    assert rows("_connection, outcome") == [("old & gone", "applied"), ("unknown", "refused")]


def test_a_refresh_does_not_clear_away_what_an_action_is_writing(tmp_path):
    writing = tmp_path / FOLDER / ".20260501T080000000000Z-abcdef.part"
    left = tmp_path / "landing/default/projects/org/.7-7.part"
    for part in (writing, left):
        part.parent.mkdir(parents=True)
        part.touch()
    drop_litter(tmp_path / "landing")
    assert (writing.exists(), left.exists()) == (True, False)
