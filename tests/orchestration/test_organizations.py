"""One organization read by itself: no lock of the warehouse, and never by two at once."""

from datetime import date

import pytest

import sandbox as sandbox_package
from orchestration.assets.organizations import organizations
from orchestration.extraction.hold import BeingRead, hold, nobody_reads
from orchestration.landing.journal import Landing
from orchestration.refreshing.folder import DataFolder, Landings
from orchestration.refreshing.landed import read_organization
from orchestration.refreshing.reading import Reading
from orchestration.settings import SettingsError, load_settings
from orchestration.warehouse.lock import run_lock
from tests.e2e.conftest import in_haste
from tests.e2e.test_connections import ENTRY, linked, paying


@pytest.fixture(scope="module")
def atlas():
    with sandbox_package.running(seed=7, months=2, today=date(2026, 5, 20)) as running:
        yield running


@pytest.fixture
def settings(atlas, tmp_path, clean_environment, monkeypatch):
    """Two organizations, each with a key of its own."""
    in_haste(monkeypatch)
    entries = ""
    for each in (paying(atlas), linked(atlas)):
        variable = each.name.upper()
        monkeypatch.setenv(f"{variable}_PUBLIC", each.public_key)
        monkeypatch.setenv(f"{variable}_PRIVATE", each.private_key)
        entries += ENTRY.format(
            name=each.name, org_id=each.org_id, base_url=each.base_url, variable=variable
        )
    (tmp_path / "connections.yaml").write_text(f"connections:\n{entries}")
    monkeypatch.setenv("ATLAS_COSTS_CONFIG_DIR", str(tmp_path))
    monkeypatch.setenv("ATLAS_COSTS_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("ATLAS_COSTS_FOCUS_REPORTS", "false")
    return load_settings()


def billed(atlas) -> int:
    """Cents of all lines of all invoices, in the sandbox's own words."""
    return sum(atlas.truth()["by_invoice_month"].values())


def test_an_organization_is_landed_while_a_refresh_holds_the_warehouse(settings, atlas):
    with run_lock(settings.build_dir, "a refresh"):
        landed = read_organization(settings, "paying")
    assert landed.cents == billed(atlas)
    assert landed.first_month == "2026-04"
    assert landed.lines > 100
    assert not settings.raw_file.exists()
    assert Landing(settings.landing_dir, "paying").current("projects"), "its inventory too"
    assert not Landing(settings.landing_dir, "linked").observations(), "and nobody else's"


def test_what_was_landed_is_loaded_by_the_next_refresh(settings, atlas):
    read_organization(settings, "paying")
    folder = DataFolder(settings)
    with folder.held("a refresh"), Reading(settings) as reading:
        read = reading.bill(folder)
    assert sum(cents for _, _, cents in read.totals.values()) == billed(atlas)


def test_no_two_read_an_organization_at_once(settings):
    with hold(settings.build_dir, "paying"):
        with pytest.raises(BeingRead, match="paying is being read by another run"):
            read_organization(settings, "paying")
        assert read_organization(settings, "linked").invoices


def test_a_refresh_goes_on_without_one_that_is_being_read(settings):
    folder = DataFolder(settings)
    with hold(settings.build_dir, "linked"):
        with folder.held("a refresh"), Reading(settings) as reading:
            assert reading.bill(folder).invoices
    assert Landing(settings.landing_dir, "paying").observations()
    assert not Landing(settings.landing_dir, "linked").observations(), "its writer is another"


def test_what_is_being_received_is_no_litter(settings):
    part = settings.landing_dir / "paying" / "invoices" / "x" / ".1-2.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(b"half")
    with hold(settings.build_dir, "paying"):
        Landings(settings).drop_litter()
        assert part.exists()
        with nobody_reads(settings.build_dir) as is_so:
            assert not is_so
    Landings(settings).drop_litter()
    assert not part.exists()


def test_a_connection_that_is_not_there_is_one_sentence(settings):
    with pytest.raises(SettingsError, match="connection shop is not known: there is paying, link"):
        read_organization(settings, "shop")


def test_a_backfill_is_a_run_for_each_organization_and_waits_for_its_turn():
    assert organizations.backfill_policy is None, "or a run may have several partitions"
    assert organizations.op.pool == "atlas_api"
