"""The models over a raw warehouse: by dbt as a refresh runs it, and as plain SQL."""

import json
import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import duckdb

from benchmarks.child import PER_MIB
from benchmarks.measure import ROOT, Failed

PROJECT = ROOT / "dbt_project"
DBT = Path(sys.executable).with_name("dbt")
TOLD = ("int_changed_invoices", "built_invoices", "int_changed_months", "built_months")
CHANGED = "invoice_id in (select invoice_id from warehouse.intermediate.int_changed_invoices)"
# What a model's hook deletes where it is something else than the changed invoices.
REPLACED = {
    "delete_changed_months": "date_trunc('month', usage_date) in "
    "(select usage_month from warehouse.allocation.int_changed_months)",
    "delete_changed_comparisons": "usage_month in "
    "(select usage_month from warehouse.history.int_changed_comparisons)",
}


@dataclass(frozen=True)
class Build:
    """What one build took.

    Attributes:
        models_s: Sum of the models' execution times, as dbt reports them.
        tests_s: The same of its tests.
        start_s: What dbt needs beside running nodes: imports, parsing, its own bookkeeping.
        bytes: Size of the marts' file afterwards.
    """

    models_s: float
    tests_s: float
    start_s: float
    wall_s: float
    peak_mib: float
    bytes: int


@dataclass(frozen=True)
class Place:
    """A folder with raw.duckdb, marts.duckdb and what dbt leaves."""

    folder: Path

    @property
    def raw(self) -> Path:
        """What the models read."""
        return self.folder / "raw.duckdb"

    @property
    def marts(self) -> Path:
        """What they make."""
        return self.folder / "marts.duckdb"

    def build(self) -> Build:
        """Build and test with dbt, in a process of its own.

        Raises:
            Failed: a model or a test of ours failed.
        """
        left_out = "resource_type:unit_test tag:on_demand"
        command = [str(DBT), "--quiet", "build", "--exclude", *left_out.split()]
        began = time.perf_counter()
        with subprocess.Popen(command, cwd=ROOT, env=self._environment()) as dbt:
            _, status, used = os.wait4(dbt.pid, 0)
            code = dbt.returncode = os.waitstatus_to_exitcode(status)
        wall = time.perf_counter() - began
        if code:
            raise Failed(f"dbt ended with exit code {code}; see {self.folder / 'logs'}.")
        results = json.loads((self.folder / "target/run_results.json").read_text())
        return Build(
            models_s=_seconds(results, "model"),
            tests_s=_seconds(results, "test"),
            start_s=wall - results["elapsed_time"],
            wall_s=wall,
            peak_mib=used.ru_maxrss / PER_MIB,
            bytes=self.marts.stat().st_size,
        )

    def plain(self) -> float:
        """Seconds that the same models take as plain SQL on a copy of the marts as they are now.

        In a process of its own: Linux counts the memory of the one that starts dbt into its peak.
        """
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
            return process.submit(self._plain).result()

    def _plain(self) -> float:
        copy = self.folder / "plain.duckdb"
        shutil.copy(self.marts, copy)
        # as dbt_project/profiles.yml has it
        limits = {"threads": 2, "memory_limit": "4GiB", "temp_directory": f"{copy}.tmp"}
        with duckdb.connect(config=limits) as db:
            db.execute("set TimeZone = 'UTC'")
            db.execute(f"attach '{copy}' as warehouse")
            db.execute(f"attach '{self.raw}' as raw (read_only)")
            began = time.perf_counter()
            for statement in self.statements():
                db.execute(statement)
            took = time.perf_counter() - began
        copy.unlink()
        return took

    def statements(self) -> list[str]:
        """The models that make tables, in the order in which dbt made them."""
        nodes = json.loads((self.folder / "target/manifest.json").read_text())["nodes"]
        results = json.loads((self.folder / "target/run_results.json").read_text())["results"]
        found = []
        for each in results:
            node = nodes.get(each["unique_id"])  # an exposure is none
            # which invoices changed is told already
            if node is None or node["resource_type"] != "model" or node["name"] in TOLD:
                continue
            name, sql = node["relation_name"], each["compiled_code"]
            if node["config"]["materialized"] == "table":
                found.append(f"create or replace table {name} as {sql}")
            elif node["config"]["materialized"] == "incremental":
                found.append(f"delete from {name} where {_replaced(node['config']['pre-hook'])}")
                found.append(f"insert into {name} {sql}")
        return found

    def _environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "ATLAS_COSTS_RAW_DB": str(self.raw),
            "ATLAS_COSTS_MARTS_DB": str(self.marts),
            "DBT_TARGET_PATH": str(self.folder / "target"),
            "DBT_LOG_PATH": str(self.folder / "logs"),
            "DBT_PROJECT_DIR": str(PROJECT),
            "DBT_PROFILES_DIR": str(PROJECT),
        }


def _replaced(hooks: list[dict[str, str]]) -> str:
    said = " ".join(each["sql"] for each in hooks)
    return next((rows for macro, rows in REPLACED.items() if macro in said), CHANGED)


def _seconds(results: dict[str, list[dict[str, object]]], kind: str) -> float:
    return sum(
        float(str(each["execution_time"]))
        for each in results["results"]
        if str(each["unique_id"]).startswith(f"{kind}.")
    )
