"""Housekeeping makes room and loses nothing: every version can be rebuilt from what is left."""

import gzip
import hashlib
import json
import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from orchestration.cli import app
from orchestration.commands.housekeeping import as_json, housekeeping
from orchestration.landing import journal, packs
from orchestration.landing.journal import Landing
from orchestration.landing.superseded import packable
from orchestration.settings import Settings
from tests.invoices import invoice, land, line, load, rows

TABLES = ("invoices", "invoice_line_items", "invoice_changes", "retired_line_item_tags")
DAYS = [f"2026-{month:02}-{day:02}" for month in (4, 5) for day in (3, 11, 19, 27)]


@pytest.fixture
def settings(tmp_path):
    return Settings(data_dir=tmp_path, config_dir=tmp_path / "none", _env_file=None)


@pytest.fixture
def landing(tmp_path, monkeypatch):
    """An invoice that grew and was restated eight times in April and May, and another's two."""
    found = Landing(tmp_path / "landing", "north/south")
    lines = []
    for number, day in enumerate(DAYS):
        monkeypatch.setattr(journal, "now", lambda day=day: f"{day}T06:00:00.000000+00:00")
        tags = {"env": [f"env {number}"]}
        lines.append(line(5 + number, f"2026-05-{number + 1:02}", tags=tags))
        lines[0] = line(100 + number, tags=tags)
        land(found, "a", invoice("a", *lines))
        if number in (0, 7):
            land(found, "b", invoice("b", line(number)))
    monkeypatch.setattr(journal, "now", lambda: "2026-06-03T06:00:00.000000+00:00")
    return found


def state(folder: Path) -> dict[str, list[tuple]]:
    """Every row but the load it came by."""
    columns = "* exclude (_load)"
    found = {}
    for table in TABLES:
        names = [name for name, *_ in rows(folder, f"describe {table}")]
        kept = columns if "_load" in names else "*"
        found[table] = sorted(map(repr, rows(folder, f"select {kept} from {table}")))
    return found


def files(folder: Path) -> dict[str, bytes]:
    return {str(each): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


def test_a_rebuild_from_packs_is_a_rebuild_from_loose_files(tmp_path, settings, landing):
    load(tmp_path, landing)
    before = state(tmp_path)
    assert rows(tmp_path, "select _versions_seen from invoices where id = 'a'") == [(8,)]
    housekeeping(settings, apply=True)
    loose = list((tmp_path / "landing/north%2Fsouth/invoices/a").glob("*.gz"))
    assert len(loose) == 1
    shutil.rmtree(tmp_path / "build")
    load(tmp_path, Landing(tmp_path / "landing", "north/south"))
    assert state(tmp_path) == before


def test_a_look_changes_nothing_and_tells_to_the_byte_what_apply_frees(settings, landing, tmp_path):
    before = files(tmp_path / "landing")
    told = housekeeping(settings, apply=False)
    assert files(tmp_path / "landing") == before
    done = housekeeping(settings, apply=True)
    assert told[0] == done[0]
    size = sum(map(len, files(tmp_path / "landing").values()))
    assert told[0].bytes - told[0].freed == size
    document = json.loads(as_json(done, applied=True))
    assert document["applied"]
    assert document["freed"] == sum(each["freed"] for each in document["parts"])
    again = housekeeping(settings, apply=True)
    assert (again[0].bytes, again[0].freed) == (size, 0)


def test_what_is_current_stays_loose_and_so_does_what_is_alone_in_its_month(landing, tmp_path):
    found = packable(landing, "2026-07", pytest.fail)
    assert {since: len(paths) for (_, since), paths in found.items()} == {
        "2026-04": 3,
        "2026-05": 4,
    }
    assert set(packable(landing, "2026-05", pytest.fail)) == {
        (tmp_path / "landing/north%2Fsouth/invoices/a", "2026-04")
    }
    current = {name for each in landing.current("invoices").values() for name in each.files}
    assert not current & {
        path.relative_to(landing.root).as_posix() for paths in found.values() for path in paths
    }


def test_a_body_that_comes_back_after_it_was_packed_is_read_and_packed_again(
    landing, settings, tmp_path, monkeypatch
):
    load(tmp_path, landing)
    housekeeping(settings, apply=True)
    monkeypatch.setattr(journal, "now", lambda: "2026-05-30T06:00:00.000000+00:00")
    # the first document of all once more, then the last
    first = invoice("a", line(100, tags={"env": ["env 0"]}))
    land(landing, "a", first)
    loose = tmp_path / "landing/north%2Fsouth/invoices/a"
    assert len(list(loose.glob("*.gz"))) == 2
    load(tmp_path, landing)
    assert rows(tmp_path, "select subtotalCents, _versions_seen from invoices where id = 'a'") == [
        (100, 9)
    ]


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda body: body[:-9], r"cannot be read .* restore it from a backup"),
        (lambda _: gzip.compress(b"{}"), "is not what its name says: restore it from a backup"),
        (lambda _: b"no gzip", "cannot be read"),
    ],
    ids=["cut", "other", "no gzip"],
)
def test_a_damaged_body_is_named_and_kept_and_all_others_are_packed(
    landing, settings, tmp_path, damage, sentence
):
    folder = tmp_path / "landing/north%2Fsouth/invoices/a"
    superseded = packable(landing, "2026-07", pytest.fail)[folder, "2026-05"]
    victim = superseded[1]
    victim.write_bytes(damage(victim.read_bytes()))
    content = victim.read_bytes()
    told = housekeeping(settings, apply=False)[0].damaged
    found = housekeeping(settings, apply=True)[0]
    assert told == found.damaged
    [said] = found.damaged
    assert str(victim) in said
    assert re.search(sentence, said)
    assert victim.read_bytes() == content
    assert found.freed > 0
    current = {name for each in landing.current("invoices").values() for name in each.files}
    loose = {path.relative_to(landing.root).as_posix() for path in folder.glob("*.gz")}
    assert loose - current == {victim.relative_to(landing.root).as_posix()}


def test_a_damaged_pack_keeps_no_other_month_from_being_packed(landing, settings, tmp_path):
    folder = tmp_path / "landing/north%2Fsouth/invoices/a"
    (folder / "2026-04.zip").write_bytes(b"PK no zip at all")
    [said] = housekeeping(settings, apply=True)[0].damaged
    assert "2026-04.zip is damaged" in said
    assert (folder / "2026-04.zip").read_bytes() == b"PK no zip at all"
    assert (folder / "2026-05.zip").exists()


def test_the_command_names_what_is_damaged_and_says_that_it_is_incomplete(
    landing, tmp_path, clean_environment, monkeypatch
):
    monkeypatch.setenv("ATLAS_COSTS_DATA_DIR", str(tmp_path))
    folder = tmp_path / "landing/north%2Fsouth/invoices/a"
    packable(landing, "2026-07", pytest.fail)[folder, "2026-05"][0].write_bytes(b"no gzip")
    done = CliRunner().invoke(app, ["housekeeping", "--apply"])
    assert done.exit_code == 3
    assert "damaged: The landed file " in done.output
    assert "freed" in done.output


def test_a_body_that_is_not_what_its_name_says_is_never_packed(tmp_path):
    names = [f"{number:064}.json.gz" for number in range(2)]
    for name in names:
        (tmp_path / name).write_bytes(gzip.compress(b"{}"))
    with pytest.raises(packs.PackError, match="is not what its name says"):
        packs.pack("2026-05", [tmp_path / name for name in names], apply=True)
    assert {each.name for each in tmp_path.iterdir()} == set(names)


def test_a_damaged_pack_is_named_by_whatever_reads_it(tmp_path):
    (tmp_path / "2026-05.zip").write_bytes(b"PK no zip at all")
    with pytest.raises(packs.PackError, match=r"2026-05\.zip is damaged"):
        packs.opened(tmp_path / "0.json.gz")


def test_a_body_beyond_what_memory_may_hold_stays_loose(tmp_path, monkeypatch):
    monkeypatch.setattr(packs, "MOST_BYTES", 10)
    for size in (10, 11):
        body = b"x" * size
        path = tmp_path / f"{hashlib.sha256(body).hexdigest()}.json.gz"
        path.write_bytes(gzip.compress(body))
        assert packs.is_packable(path) is (size == 10)


def test_old_versions_and_leftovers_are_told_and_go(tmp_path, settings):
    folder = settings.versions_dir
    folder.mkdir()
    for number in range(1, 6):
        (folder / f"atlas_costs-{number:06}-20260501T000000Z.duckdb").write_bytes(b"x" * 100)
    settings.published_warehouse.symlink_to(folder / "atlas_costs-000005-20260501T000000Z.duckdb")
    (folder / "atlas_costs-000006-20260501T000000Z.part").write_bytes(b"x" * 7)
    freed = {each.name: each.freed for each in housekeeping(settings, apply=False)}
    assert (freed["versions"], freed["leftovers"]) == (200, 7)
    assert len(list(folder.iterdir())) == 6
    housekeeping(settings, apply=True)
    assert [each.name[12:18] for each in sorted(folder.iterdir())] == ["000003", "000004", "000005"]
