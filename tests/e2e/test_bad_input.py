"""Whatever a user can cause ends in one sentence with a remedy, and nothing published changes."""

import subprocess

import pytest

from orchestration.warehouse.lock import run_lock
from tests.e2e.conftest import control

INVOICE = r"/invoices/[0-9a-f]{24}$"


def refused(run, *needles: str) -> None:
    """Exit 1, the sentence last and alone, no traceback."""
    assert run.code == 1
    assert "Traceback" not in run.said
    sentence = run.err.strip().splitlines()[-1]
    for needle in needles:
        assert needle in sentence


def test_no_credentials(world):
    refused(world.run("refresh"), "No Atlas credentials", ".env", "make demo")


def test_a_check_without_credentials_says_costs_cannot_be_read(world):
    run = world.run("check")
    assert run.code == 2
    assert "costs cannot be read. No Atlas credentials" in run.out


def test_both_kinds_of_credentials(world, sandbox):
    both = {"MONGODB_ATLAS_CLIENT_ID": "mdb_sa_id_x", "MONGODB_ATLAS_CLIENT_SECRET": "canary"}
    run = world.run("refresh", **sandbox.environment(), **both)
    refused(run, "MONGODB_ATLAS_PUBLIC_KEY", "MONGODB_ATLAS_CLIENT_ID", "keep one")
    assert "canary" not in run.said


def test_a_wrong_key(world, sandbox):
    run = world.run("refresh", **sandbox.environment() | {"MONGODB_ATLAS_PRIVATE_KEY": "canary"})
    refused(run, "401", "Check the key pair")
    assert "canary" not in run.said


def test_an_unknown_organization(world, sandbox):
    run = world.run("refresh", **sandbox.environment() | {"MONGODB_ATLAS_ORG_ID": "5" * 24})
    refused(run, "Check MONGODB_ATLAS_ORG_ID")


def test_a_month_that_is_none(world, sandbox):
    refused(world.run("refresh", "--from", "May", **sandbox.environment()), "--from May", "2025-01")


def test_a_month_that_is_still_to_come(world, sandbox):
    run = world.run("refresh", "--from", "2205-01", **sandbox.environment())
    refused(run, "--from 2205-01 is still to come")
    assert world.published is None


def test_a_truncated_invoice_body(world, sandbox):
    control(sandbox, "faults", {"path": INVOICE, "kind": "truncate", "times": 99})
    run = world.run("refresh", **sandbox.environment())
    refused(run, "invoice ", "cut short", "try again")
    assert world.published is None


def test_a_line_item_of_the_wrong_type(world, sandbox):
    patch = {"totalPriceCents": "abc"}
    control(sandbox, "faults", {"path": INVOICE, "kind": "patch_line_item", "patch": patch})
    refused(world.run("refresh", **sandbox.environment()), "invoice ", "totalPriceCents", "`int`")
    assert world.published is None


def test_a_quantity_that_is_no_number(world, sandbox):
    patch = {"quantity": "plenty"}
    control(sandbox, "faults", {"path": INVOICE, "kind": "patch_line_item", "patch": patch})
    refused(world.run("refresh", **sandbox.environment()), "invoice ", "quantity is plenty")
    assert world.published is None


def test_a_second_refresh_while_one_runs(world, sandbox):
    with run_lock(world.data / "build", "the-first"):
        run = world.run("refresh", **sandbox.environment())
    refused(run, "Another refresh is running: run the-first", "started 20")


def test_atlas_out_of_reach(world):
    nowhere = {
        "MONGODB_ATLAS_BASE_URL": "http://127.0.0.1:9",
        "MONGODB_ATLAS_ORG_ID": "5" * 24,
        "MONGODB_ATLAS_PUBLIC_KEY": "p",
        "MONGODB_ATLAS_PRIVATE_KEY": "q",
    }
    run = world.run("check", **nowhere)
    assert run.code == 2
    assert "no answer from 127.0.0.1" in run.out
    assert "Traceback" not in run.said


@pytest.mark.parametrize(
    ("arguments", "needle"),
    [
        (["select 1"], "run `atlas-costs refresh` first"),
        (["select 1", "--format", "yaml"], "--format yaml"),
    ],
)
def test_sql_that_cannot_run(world, arguments, needle):
    refused(world.run("sql", *arguments), needle)


@pytest.fixture
def little_disk(world):
    """A file system of its own where versions go, too small for one."""
    versions = world.data / "versions"
    versions.mkdir(parents=True)
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(versions)]
    if subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("mounting a small file system needs root")
    yield versions
    subprocess.run(["umount", str(versions)], check=True)


@pytest.mark.wide  # test_publish has the same without a build, test_faults_published a full disk
def test_a_full_disk_while_publishing(world, sandbox, little_disk):
    run = world.run("refresh", **sandbox.environment())
    refused(run, "Not enough room to publish", "Free some space")
    assert world.published is None
    assert list(little_disk.iterdir()) == []
