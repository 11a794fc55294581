"""Many small organizations read by some processes: none lost, none doubled, whoever is killed."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import duckdb
import pytest

from benchmarks.crowd import Crowd, Sums, crowd
from orchestration.extraction.hold import hold
from orchestration.landing.journal import Landing
from orchestration.refreshing import sharing
from orchestration.refreshing.folder import DataFolder
from orchestration.refreshing.landed import landed_of
from orchestration.refreshing.reading import Reading
from orchestration.refreshing.sharing import WORKER, Report, Share
from orchestration.settings import Settings, load_settings
from tests.conftest import ROOT

WORKERS, FEW, MANY = 2, 16, 1000
INVOICE_LIST = re.compile(r"/api/atlas/v2/orgs/([0-9a-f]{24})/invoices")
RAW = """
select i.orgId, strftime(i.startDate, '%Y-%m'), count(l._invoice_id),
    coalesce(sum(l.totalPriceCents), 0)::bigint
from invoices as i left join invoice_line_items as l on l._invoice_id = i.id
group by i.orgId, i.id, i.startDate
"""
MARTS = """
select org_id, strftime(invoice_month, '%Y-%m'), count(*), sum(cost_cents)::bigint
from marts.fct_line_items group by all
"""


@pytest.fixture(scope="module")
def few():
    with crowd(FEW) as served:
        yield served


@pytest.fixture
def settings(few, tmp_path, clean_environment, monkeypatch) -> Settings:
    return settings_for(few, tmp_path, monkeypatch, ATLAS_COSTS_FOCUS_REPORTS="false")


def settings_for(served: Crowd, folder: Path, monkeypatch, **more: str) -> Settings:
    """An installation of some workers; they read the same variables as this process."""
    variables = served.environment(folder) | {"ATLAS_COSTS_WORKERS": str(WORKERS)} | more
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return load_settings()


def read_and_load(settings: Settings) -> None:
    folder = DataFolder(settings)
    with folder.held("a refresh"), Reading(settings) as reading:
        reading.bill(folder)
        reading.inventory(folder)


def sums(file: Path, sql: str) -> dict[str, Sums]:
    """Organization → month → lines and cents; an invoice that is there twice fails here."""
    found: dict[str, Sums] = {}
    with duckdb.connect(str(file.resolve()), read_only=True) as db:
        for org_id, month, lines, cents in db.execute(sql).fetchall():
            assert month not in found.setdefault(org_id, {})
            found[org_id][month] = lines, cents
    return found


def landed_cents(settings: Settings) -> dict[str, int]:
    return {
        each.org_id: landed_of(Landing(settings.landing_dir, each.name)).cents
        for each in settings.connections()
    }


def cents(truth: dict[str, Sums]) -> dict[str, int]:
    return {org_id: sum(each for _, each in months.values()) for org_id, months in truth.items()}


def lists_read(served: Crowd, since: int = 0) -> Counter[str]:
    """How often each organization's invoice list was answered."""
    asked = [each for each in served.requests()[since:] if each["status"] == 200]
    return Counter(
        found.group(1) for each in asked if (found := INVOICE_LIST.fullmatch(each["path"]))
    )


def test_workers_read_each_organization_once(few, settings):
    since = len(few.requests())
    read_and_load(settings)
    truth = few.truth()
    assert sums(settings.raw_file, RAW) == truth
    assert landed_cents(settings) == cents(truth)
    assert lists_read(few, since) == dict.fromkeys(truth, 1)


def test_what_a_killed_worker_had_not_read_the_next_refresh_reads(few, settings, monkeypatch):
    begin, killed = sharing._begin, kill_the_second(settings, monkeypatch)
    read_and_load(settings)
    truth, loaded = few.truth(), sums(settings.raw_file, RAW)
    assert killed
    assert len(loaded) >= FEW - FEW // WORKERS, "the others' shares are whole"
    assert all(months.items() <= truth[org_id].items() for org_id, months in loaded.items())
    assert loaded != truth, "killed in its midst"
    monkeypatch.setattr(sharing, "_begin", begin)
    read_and_load(settings)
    assert sums(settings.raw_file, RAW) == truth
    assert landed_cents(settings) == cents(truth)


def kill_the_second(settings: Settings, monkeypatch) -> list[int]:
    """Kill the second worker as soon as it has landed something; its process id once it is."""
    begin, begun, killed = sharing._begin, [], []

    def watched(share: Share) -> subprocess.Popen[bytes]:
        process = begin(share)
        begun.append(process)
        if len(begun) == 2:
            threading.Thread(target=kill, args=(process, share.connections)).start()
        return process

    def kill(process: subprocess.Popen[bytes], names: list[str]) -> None:
        folders = [settings.landing_dir / name / "invoices" for name in names]
        while not any(each.exists() for each in folders) and process.poll() is None:
            time.sleep(0.005)
        os.kill(process.pid, signal.SIGKILL)
        killed.append(process.pid)

    monkeypatch.setattr(sharing, "_begin", watched)
    return killed


def test_a_worker_leaves_out_what_another_process_reads(few, settings):
    names = [f"org{number}" for number in range(8)]
    share = Share(connections=names, from_month=None, months=[])
    with hold(settings.build_dir, "org3"):
        done = subprocess.run(
            [sys.executable, "-m", WORKER],
            input=share.model_dump_json() + "\n",
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
    outcomes = Report.model_validate_json(done.stdout).outcomes
    assert [name for name, each in outcomes.items() if each.failure] == ["org3"]
    assert "org3 is being read by another run" in str(outcomes["org3"].failure)
    assert not (settings.landing_dir / "org3").exists()
    assert all(len(each.listed) == 3 for name, each in outcomes.items() if name != "org3")


def test_a_worker_that_cannot_write_ends_the_refresh_with_its_reason(few, settings):
    settings.data_dir.mkdir()
    settings.landing_dir.mkdir()
    (settings.landing_dir / "org1").write_text("no folder")
    with pytest.raises(Exception, match="Cannot write .*org1"):
        read_and_load(settings)


@pytest.mark.wide
def test_a_thousand_organizations_are_published_to_the_cent(
    tmp_path, clean_environment, monkeypatch
):
    with crowd(MANY) as served:
        settings = settings_for(served, tmp_path, monkeypatch, ATLAS_COSTS_WORKERS="4")
        done = subprocess.run(
            [Path(sys.executable).with_name("atlas-costs"), "refresh"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode in {0, 3}, done.stdout + done.stderr
        truth = served.truth()
        assert len(truth) == MANY
        assert sums(settings.raw_file, RAW) == truth
        assert landed_cents(settings) == cents(truth)
        assert sums(settings.published_warehouse, MARTS) == truth
        assert lists_read(served) == dict.fromkeys(truth, 1)
