"""Refreshes without dbt: the real extraction assets, against a sandbox that misbehaves."""

import atexit
import os
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest

import sandbox as sandbox_package
from orchestration.assets import billing, inventory
from orchestration.explain import explanation
from orchestration.extraction.invoices import LIST
from orchestration.landing.journal import Landing
from orchestration.refreshing.freshness import status
from orchestration.resources.atlas import atlas_resource
from orchestration.resources.warehouse import warehouse_resource
from orchestration.settings import load_settings
from tests.e2e.conftest import control

TODAY = date(2026, 5, 20)
CLOSED = ("2026-02", "2026-03", "2026-04")
Sums = dict[str, tuple[int, int]]
"""Invoice id → its lines and their cents."""


@dataclass(frozen=True)
class Outcome:
    """How a refresh would end for a user.

    Attributes:
        code: The exit code of `atlas-costs refresh`: 0, 1 or 3.
        sentence: What a failure says.
        missing: Connection → its missing parts.
        words: Connection → its status in meta.freshness.
        months: Connection → the months of invoices that are not as Atlas lists them.
    """

    code: int
    sentence: str = ""
    missing: dict[str, list[str]] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    months: dict[str, list[str]] = field(default_factory=dict)

    @property
    def named(self) -> str:
        """Every missing part."""
        return "\n".join(part for parts in self.missing.values() for part in parts)


@cache
def dagster_instance() -> dg.DagsterInstance:
    """One for all refreshes, as a user has: it takes a quarter of a second to make."""
    instance = dg.DagsterInstance.ephemeral()
    atexit.register(instance.dispose)
    return instance


@dataclass(frozen=True)
class Installation:
    """A data folder; the environment says what it is connected to."""

    data: Path

    def refresh(self, assets: Iterable[Any] = (billing.invoices,)) -> Outcome:
        """Extract and load. What nobody foresaw is raised: a user would see a bare exception."""
        resources = {"atlas": atlas_resource, "warehouse": warehouse_resource}
        quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
        try:
            dg.materialize(
                list(assets), resources=resources, instance=dagster_instance(), run_config=quiet
            )
        except Exception as error:
            if (sentence := explanation(error)) is None:
                raise
            return Outcome(1, sentence)
        return self._published()

    def refresh_all(self) -> Outcome:
        """The same with the inventory before it and FOCUS reports, where wanted, behind it."""
        return self.refresh([*inventory.assets, *billing.assets])

    def _published(self) -> Outcome:
        settings = load_settings()
        rows = [
            status(
                Landing(settings.landing_dir, each.name),
                None,
                with_focus_reports=settings.focus_reports,
                measured=settings.measurements,
            )
            for each in settings.connections()
        ]
        missing = {each.connection: each.missing_parts for each in rows}
        words = {each.connection: each.status for each in rows}
        months = {
            each.name: [
                month
                for seen in Landing(settings.landing_dir, each.name).current(LIST).values()
                for month in seen.meta["missing_months"]
            ]
            for each in settings.connections()
        }
        return Outcome(3 if any(missing.values()) else 0, "", missing, words, months)

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Read raw, where the marts are made from; no rows where nothing was ever loaded."""
        file = self.data / "build" / "raw.duckdb"
        if not file.exists():
            return []
        with duckdb.connect(str(file), read_only=True) as db:
            return db.execute(sql).fetchall()

    def sums(self) -> Sums:
        """What is loaded of each invoice."""
        rows = self.query(
            "select i.id, count(l._invoice_id), coalesce(sum(l.totalPriceCents), 0)::bigint "
            "from invoices as i left join invoice_line_items as l on l._invoice_id = i.id "
            "group by i.id"
        )
        return {invoice_id: (lines, cents) for invoice_id, lines, cents in rows}


def truth_of(running: Any) -> Sums:
    """What the sandbox tallied of each invoice; credits are lines with negative cents.

    Only for seeds whose pending invoice has a subtotal: 7 and 9 do.
    """
    document = running.truth()
    found = {
        invoice_id: (each["line_items"], each["subtotal_cents"] - each["credits_cents"])
        for invoice_id, each in document["header"].items()
    }
    assert sum(cents for _, cents in found.values()) == document["total"]
    return found


def invoices_of(running: Any, month: str) -> dict[str, str]:
    """Organization → its invoice of a month; restating by nothing tells the id."""
    return {
        org_id: control(
            running,
            "restate",
            {"invoice_month": month, "cents": 0, "org_id": org_id, "updated": False},
        )["invoice_id"]
        for org_id in (running.org_id, running.linked_org_id)
    }


def restate_all(running: Any) -> None:
    """Another amount on every invoice: an old version can be told from a new one."""
    for number, month in enumerate(CLOSED, 1):
        for org_id in (running.org_id, running.linked_org_id):
            body = {"invoice_month": month, "cents": 125 * number, "org_id": org_id}
            control(running, "restate", body)
    control(running, "clock", {"days": 1})


def break_it(running: Any, *faults: dict[str, Any]) -> None:
    """Ask for faults."""
    for each in faults:
        control(running, "faults", {"path": ".", **each})


def heal(running: Any) -> None:
    """Take every fault back."""
    control(running, "faults", method="DELETE")


def four_months(seed: int = 7) -> Any:
    """A sandbox with three closed months and a running one."""
    return sandbox_package.running(seed=seed, months=4, scale=1, today=TODAY)


@contextmanager
def mounted(folder: Path, options: str) -> Iterator[Path]:
    """A file system of its own at a folder; skips where mounting is not allowed."""
    folder.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("mounting a small file system needs root")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)
