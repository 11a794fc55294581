"""The house stays as drawn: SQL where it belongs, pages short, secrets read in one place."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

from tests.conftest import ROOT

PACKAGES = ("orchestration", "reporting", "dashboard", "sandbox")
MODULES = sorted(path for name in PACKAGES for path in (ROOT / name).rglob("*.py"))
PAGES = sorted((ROOT / "dashboard/app_pages").glob("*.py"))


def code(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_a_page_is_short_and_has_no_sql(page):
    text = page.read_text()
    assert len(text.splitlines()) <= 150
    assert "select " not in text.lower()


@pytest.mark.parametrize("room", ["orchestration", "sandbox"])
def test_every_module_stands_on_a_floor(room):
    """A module under no contract may import anything: 33 once did."""
    tool = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
    [layers] = [
        each["layers"]
        for each in tool["importlinter"]["contracts"]
        if each["type"] == "layers" and each["containers"] == [room]
    ]
    floors = {name for layer in layers for name in re.split(r"\s*[|:]\s*", layer)}
    inside = {
        path.stem
        for path in (ROOT / room).iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    assert floors == inside - {"__init__"}


def test_only_settings_and_process_starters_read_the_environment():
    """os.environ elsewhere would be a second reader of secrets."""
    allowed = {
        "orchestration/settings.py",
        "orchestration/config/engine.py",  # JAVA_HOME, which is Spark's
        "orchestration/cli.py",  # ATLAS_COSTS_DEBUG, DO_NOT_TRACK
        "orchestration/commands/demo.py",  # hands children an environment without keys
        "orchestration/commands/dagster_home.py",  # DAGSTER_HOME
        "orchestration/commands/healthy.py",  # the same
        "dashboard/serve.py",  # tells uvicorn whose X-Forwarded-For counts
        "orchestration/refreshing/folder.py",  # tells dbt where its files are
        "orchestration/refreshing/building.py",  # hands dbt's process the same
        "orchestration/refreshing/dbt_process.py",  # is that process
        "orchestration/refreshing/spark_process.py",  # a part of it
    }
    readers = {
        path.relative_to(ROOT).as_posix()
        for path in MODULES
        if "os.environ" in path.read_text() or "getenv" in path.read_text()
    }
    assert readers <= allowed


def test_the_dashboard_opens_the_warehouse_in_one_place_and_read_only():
    opening = [
        path for path in (ROOT / "dashboard").rglob("*.py") if "duckdb.connect" in path.read_text()
    ]
    assert [path.name for path in opening] == ["data.py"]
    assert "read_only=True" in opening[0].read_text()


def test_no_file_at_the_root_is_named_like_a_package():
    """A gql.py at the root once hung Dagster's webserver."""
    assert [path.name for path in ROOT.glob("*.py")] == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_public_function_and_class_says_what_it_is(path):
    for node in code(path).body:
        named = isinstance(node, ast.FunctionDef | ast.ClassDef)
        if named and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{path}:{node.lineno} {node.name}"
