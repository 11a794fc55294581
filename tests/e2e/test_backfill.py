"""Parts run apart, over PostgreSQL, by a user who may write no code; many organizations at once.

As compose runs them (deploy/compose.yaml), without an engine: the same commands and variables.
"""

import os
import stat
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import sandbox as sandbox_package
from orchestration.landing.journal import Landing
from orchestration.refreshing.landed import landed_of
from tests import postgres
from tests.conftest import ROOT
from tests.e2e.parts import PARTS, Installation, installation
from tests.e2e.test_connections import ENTRY, Organization, linked, paying

BACKFILL = """
mutation ($names: [String!]!) {
  launchPartitionBackfill(backfillParams: {
    assetSelection: [{path: ["landing", "organizations"]}], partitionNames: $names
  }) { __typename ... on LaunchBackfillSuccess { backfillId } ... on PythonError { message } }
}
"""
RUNS = "{ runsOrError { ... on Runs { results { runId status tags { key value } } } } }"
STATUS = """
query ($id: String!) {
  partitionBackfillOrError(backfillId: $id) { ... on PartitionBackfill { status } }
}
"""
GOING = {"STARTING", "STARTED", "CANCELING"}
DONE = {"SUCCESS", "FAILURE", "CANCELED"}


@dataclass(frozen=True)
class Size:
    """How many organizations in sandboxes of two, months of each, runs at once."""

    sandboxes: int
    months: int
    at_once: int
    patience_s: int


SMALL = Size(sandboxes=2, months=3, at_once=2, patience_s=300)
WHOLE = Size(sandboxes=10, months=36, at_once=4, patience_s=1800)


@dataclass(frozen=True)
class World:
    """What runs, and the sandboxes that it reads."""

    parts: Installation
    password: str
    atlases: list[Any]

    def runs(self) -> dict[str, str]:
        """Each organization's run → its status."""
        found = self.parts.graphql(RUNS)["runsOrError"]["results"]
        return {_tag(each, "dagster/partition"): each["status"] for each in found}


def _tag(run: dict[str, Any], key: str) -> str:
    return next(each["value"] for each in run["tags"] if each["key"] == key)


def _names(number: int) -> tuple[str, str]:
    return f"paying{number}", f"linked{number}"


def organizations(atlases: list[Any]) -> list[Organization]:
    """Two of each sandbox; Atlas does not know the last one's key."""
    found = []
    for number, each in enumerate(atlases):
        first, second = _names(number)
        found += [paying(each, first), linked(each, second)]
    return [*found[:-1], found[-1].with_a_bad_key()]


@contextmanager
def world(size: Size) -> Iterator[World]:
    """PostgreSQL, sandboxes, and every part, well."""
    with ExitStack() as held:
        server = held.enter_context(postgres.running())
        atlases = [
            held.enter_context(
                sandbox_package.running(seed=seed, months=size.months, today=date(2026, 5, 20))
            )
            for seed in range(20, 20 + size.sandboxes)
        ]
        parts = held.enter_context(
            installation(
                ATLAS_COSTS_DAGSTER_POSTGRES_HOST="127.0.0.1",
                ATLAS_COSTS_DAGSTER_POSTGRES_PORT=str(server.port),
                ATLAS_COSTS_DAGSTER_POSTGRES_USER=server.user,
                ATLAS_COSTS_DAGSTER_POSTGRES_DB="postgres",
                ATLAS_COSTS_DAGSTER_CONCURRENCY=str(size.at_once),
                ATLAS_COSTS_FOCUS_REPORTS="false",
            )
        )
        _give(parts, "ATLAS_COSTS_DAGSTER_POSTGRES_PASSWORD", server.password)
        _connect(parts, organizations(atlases))
        for part in PARTS:
            parts.start(part)
        for part in PARTS:
            parts.wait_until_well(part)
        yield World(parts, server.password, atlases)


def _give(parts: Installation, variable: str, secret: str) -> None:
    """A secret as engines hand it over: a file that this user alone may read."""
    file = parts.folder / "config" / variable
    file.write_text(secret)
    owner = (parts.folder / "config").stat()
    os.chown(file, owner.st_uid, owner.st_gid)
    file.chmod(0o400)
    parts.env[f"{variable}_FILE"] = str(file)


def _connect(parts: Installation, found: list[Organization]) -> None:
    entries = ""
    for each in found:
        variable = each.name.upper()
        parts.env[f"{variable}_PUBLIC"] = each.public_key
        _give(parts, f"{variable}_PRIVATE", each.private_key)
        entries += ENTRY.format(
            name=each.name, org_id=each.org_id, base_url=each.base_url, variable=variable
        )
    (parts.folder / "config" / "connections.yaml").write_text(f"connections:\n{entries}")


def until(patience_s: int, is_so: Any) -> None:
    end = time.monotonic() + patience_s
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.5)


@pytest.mark.parametrize(
    "size",
    [pytest.param(SMALL, id="small"), pytest.param(WHOLE, id="whole", marks=pytest.mark.wide)],
)
def test_a_backfill_outlives_its_daemon_and_one_organization_fails_no_other(size):
    before = tree()
    with world(size) as made:
        parts, names = made.parts, [each.name for each in organizations(made.atlases)]
        launched = parts.graphql(BACKFILL, names=names)["launchPartitionBackfill"]
        assert launched["__typename"] == "LaunchBackfillSuccess", launched
        most = _until_some_run(made, size)
        parts.kill("daemon")
        until(size.patience_s, lambda: not GOING & set(made.runs().values()))
        done = [each for each in made.runs().values() if each in DONE]
        assert 0 < len(done) < len(names), "killed in its midst"
        parts.start("daemon")
        status = lambda: parts.graphql(STATUS, id=launched["backfillId"])  # noqa: E731
        while status()["partitionBackfillOrError"]["status"] in {"REQUESTED", "FAILING"}:
            most = max(most, _going(made))
            time.sleep(0.5)
        assert 0 < most <= size.at_once
        assert made.runs() == {**dict.fromkeys(names, "SUCCESS"), names[-1]: "FAILURE"}
        _alllanded_of(made)
        _no_secret_anywhere(made, names)
        assert set(parts.stop().values()) == {0}
    assert tree() == before, "nothing was written beside the code"


def _going(made: World) -> int:
    return sum(each in GOING for each in made.runs().values())


def _until_some_run(made: World, size: Size) -> int:
    """Until the first is done; the most that went at once."""
    most = 0
    end = time.monotonic() + size.patience_s
    while not DONE & set(made.runs().values()):
        most = max(most, _going(made))
        assert time.monotonic() < end, made.runs()
        time.sleep(0.2)
    return most


def _alllanded_of(made: World) -> None:
    for number, atlas in enumerate(made.atlases):
        landed = landed_of(Landing(made.parts.data / "landing", _names(number)[0]))
        assert landed.cents == sum(atlas.truth()["by_invoice_month"].values())
        assert landed.invoices


def _no_secret_anywhere(made: World, names: list[str]) -> None:
    secrets = [made.password, *(each.private_key for each in made.atlases)]
    logs = [made.parts.said(each) for each in PARTS]
    files = [each for each in made.parts.data.rglob("*") if each.is_file()]
    assert len(files) > len(names)
    for secret in secrets:
        assert not [each for each in logs if secret in each]
        assert not [each for each in files if secret.encode() in each.read_bytes()]
    listening = list(made.parts.folder.rglob("*.sock"))
    assert {each.stem for each in listening} == {"code", "dagster", "dashboard"}
    assert stat.S_IMODE((made.parts.folder / "run").stat().st_mode) == 0o700


def tree() -> set[Path]:
    """Every file beside the code, but what Python and dbt keep of it."""
    return {
        each
        for name in ("orchestration", "dashboard", "reporting", "dbt_project", ".streamlit")
        for each in (ROOT / name).rglob("*")
        if not {"__pycache__", "target", "logs"} & set(each.parts)
    }


def test_a_part_that_does_not_run_is_unwell_and_says_why():
    with installation() as parts:
        for part in PARTS:
            told = parts.health(part)
            assert told.returncode == 1
            assert str(parts.folder) in told.stderr
