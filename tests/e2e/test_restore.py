"""A disk is lost: what docs/operations.md says to back up is enough, whichever release wrote it.

Each archive in tests/data is a backup that a release wrote, with what it had published of it.
"""

import json
import re
import tarfile
from pathlib import Path

import pytest

from orchestration.landing.data_format import FORMAT, read_format
from orchestration.saved_reports.store import shelf
from orchestration.settings import load_settings
from tests.conftest import ROOT
from tests.release_data import BACKED_UP, EXPECTED, FOLDER, answers

RELEASES = sorted(FOLDER.glob("release-*.tar.xz"))
KEYS = {
    "MONGODB_ATLAS_ORG_ID": "5f0000000000000000000001",
    "MONGODB_ATLAS_PUBLIC_KEY": "public",
    "MONGODB_ATLAS_PRIVATE_KEY": "00000000-0000-0000-0000-000000000000",
    # whoever would call Atlas fails
    "MONGODB_ATLAS_BASE_URL": "http://127.0.0.1:9",
}


def restored(archive: Path, data: Path) -> None:
    data.mkdir()
    with tarfile.open(archive) as backup:
        backup.extractall(data, filter="data")


@pytest.mark.parametrize("archive", RELEASES, ids=lambda each: each.name)
def test_a_backup_comes_back_with_every_number_and_everything_that_was_said(
    archive, world, monkeypatch
):
    restored(archive, world.data)
    monkeypatch.setenv("ATLAS_COSTS_CONFIG_DIR", str(world.data / "config"))
    assert list((world.data / "landing").rglob("*.zip")), "a backup without packs tests too little"
    expected = json.loads((world.data / EXPECTED).read_text())
    assert all(expected.values()), "a question without an answer compares nothing"
    done = world.run("rebuild", **KEYS)
    assert done.code in {0, 3}, done.said
    assert answers(world.data / "atlas_costs.duckdb") == expected
    assert "ours" in shelf(load_settings()).reports


@pytest.mark.parametrize("archive", RELEASES, ids=lambda each: each.name)
def test_a_backup_is_small_and_of_a_format_that_is_read(archive, tmp_path):
    assert archive.stat().st_size < 300_000
    restored(archive, tmp_path / "data")
    found = read_format(tmp_path / "data/landing")
    assert found is not None
    assert found.format <= FORMAT


def test_there_is_a_backup_of_this_format():
    assert any("1.0.0" in each.name for each in RELEASES)


def test_what_is_backed_up_is_what_the_documentation_says():
    text = (ROOT / "docs/operations.md").read_text()
    section = text.partition("## Where things are")[2].partition("\n## ")[0]
    rows = [line.split("|") for line in section.splitlines() if "back it up" in line]
    named = [re.search(r"`([\w.]+)/?`", row[1]) for row in rows]
    assert {each[1] for each in named if each} == set(BACKED_UP)
