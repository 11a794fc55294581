"""One dbt build of the hand-written world, shared by all: a build costs twenty CPU seconds."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.refreshing.building import FIRST_RESULTS, RESULTS
from tests.conftest import made_once
from tests.forked_dbt import OF_REFRESH, program

from .raw_file import write_raw

STATUSES = "statuses.json"
PROJECT = Path(__file__).parents[2] / "dbt_project"


def _name(unique_id: str) -> str:
    """A unit test's own name, which follows its model's; of anything else, its name."""
    kind, _, name, *rest = unique_id.split(".")
    return rest[0] if kind == "unit_test" else name


@dataclass(frozen=True)
class Warehouse:
    """A raw and a marts database beside each other, and dbt pointed at both."""

    folder: Path
    project: Path = PROJECT

    @property
    def raw(self) -> Path:
        return self.folder / "raw.duckdb"

    @property
    def marts(self) -> Path:
        return self.folder / "marts.duckdb"

    def dbt(self, *arguments: str) -> dict[str, str]:
        """Run dbt and return the status of each node by name; only tests may fail."""
        done = subprocess.run(
            [program(), "--no-use-colors", *arguments],
            env=self._environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode in (0, 1), done.stdout + done.stderr
        return self._statuses(done.stdout, RESULTS)

    def build_reached(self, tables: set[str]) -> dict[str, str]:
        """Build and test what these tables of raw reach, as a refresh does; statuses by name."""
        target = self.folder / "target"
        if not (target / "manifest.json").exists():
            self.dbt("parse")
        for each in (FIRST_RESULTS, RESULTS):
            (target / each).unlink(missing_ok=True)
        order = json.dumps({"tables": sorted(tables)})
        done = subprocess.run(
            [program(), OF_REFRESH, order],
            env=self._environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode in (0, 1), done.stdout + done.stderr
        return self._statuses(done.stdout, FIRST_RESULTS, RESULTS)

    def _statuses(self, said: str, *files: str) -> dict[str, str]:
        paths = [path for each in files if (path := self.folder / "target" / each).exists()]
        results = [each for path in paths for each in json.loads(path.read_text())["results"]]
        statuses = {_name(result["unique_id"]): result["status"] for result in results}
        assert "error" not in statuses.values(), said
        return statuses

    def kill_build_after(self, model: str) -> None:
        """Build, and kill dbt at the moment it says that it made this model."""
        command = [program(), "--no-use-colors", "build", "--exclude", "resource_type:unit_test"]
        with subprocess.Popen(
            command, env=self._environment(), stdout=subprocess.PIPE, text=True
        ) as building:
            assert building.stdout is not None
            for told in building.stdout:
                if f".{model} " in told and " OK created " in told:
                    building.kill()
                    building.stdout.read()  # to its end: until then a fork holds the files
                    break
            else:
                raise AssertionError(f"dbt ended without making {model}")

    def _environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "ATLAS_COSTS_RAW_DB": str(self.raw),
            "ATLAS_COSTS_MARTS_DB": str(self.marts),
            "DBT_TARGET_PATH": str(self.folder / "target"),
            "DBT_LOG_PATH": str(self.folder / "logs"),
            "DBT_LOG_LEVEL_FILE": "none",
            "DBT_PROJECT_DIR": str(self.project),
            "DBT_PROFILES_DIR": str(self.project),
        }

    def copy_to(self, folder: Path) -> "Warehouse":
        """A copy of both databases that a test may break."""
        shutil.copy(self.raw, folder)
        shutil.copy(self.marts, folder)
        return Warehouse(folder)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Warehouse, dict[str, str]]:
    """The hand-written world, built once for all workers, and what came of each node."""
    folder = made_once(tmp_path_factory, "built", _build)
    return Warehouse(folder), json.loads((folder / STATUSES).read_text())


def _build(folder: Path) -> None:
    folder.mkdir()
    warehouse = Warehouse(folder)
    write_raw(warehouse.raw)
    statuses = warehouse.dbt("build", "--exclude", "resource_type:unit_test")
    (folder / STATUSES).write_text(json.dumps(statuses))


@pytest.fixture(scope="session")
def published(
    built: tuple[Warehouse, dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The marts as published: another file name, without the schemas that are not promised."""
    path = tmp_path_factory.mktemp("published") / "atlas_costs-1.duckdb"
    shutil.copy(built[0].marts, path)
    with duckdb.connect(str(path)) as marts:
        for schema in ("allocation", "history", "intermediate", "staging", "seeds"):
            marts.execute(f"drop schema {schema} cascade")
    return path


@pytest.fixture
def marts(published: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A reader's connection to the published marts."""
    with duckdb.connect(str(published), read_only=True) as connection:
        connection.execute("use marts")
        yield connection


@pytest.fixture
def value(marts: duckdb.DuckDBPyConnection) -> Any:
    """Ask for the first column of the first row."""

    def ask(query: str) -> Any:
        row = marts.execute(query).fetchone()
        assert row is not None, query
        return row[0]

    return ask
