"""The wheel holds all that the product needs, and runs where nothing beside it may be written."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

from orchestration.refreshing.code import MODELS, model_files
from tests.conftest import ROOT

PACKAGES = ("orchestration", "reporting", "dashboard", "sandbox")
SHIPPED = "orchestration/shipped/"
UV = str(Path(sys.executable).with_name("uv"))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    [built] = WheelBuilder(str(ROOT)).build(directory=str(tmp_path_factory.mktemp("wheel")))
    return Path(built)


@pytest.fixture(scope="module")
def names(wheel) -> set[str]:
    return set(zipfile.ZipFile(wheel).namelist())


def beside_the_code() -> set[str]:
    """What our packages read that is no Python: SQL, fonts, templates, Atlas's specification."""
    found = [file for each in PACKAGES for file in (ROOT / each).rglob("*") if file.is_file()]
    return {
        file.relative_to(ROOT).as_posix()
        for file in found
        if file.suffix != ".pyc" and "shipped" not in file.parts
    }


def test_every_file_of_our_packages_is_in_the_wheel(names):
    assert {"orchestration/warehouse/raw.sql", "dashboard/app.py"} < beside_the_code() <= names


def test_every_model_seed_test_and_macro_is_in_the_wheel(names):
    models = {
        f"{SHIPPED}dbt_project/{file.relative_to(MODELS).as_posix()}" for file in model_files()
    }
    assert len(models) > 300
    assert models <= names


def test_every_example_and_the_demos_files_are_in_the_wheel(names):
    examples = [*(ROOT / "config").glob("*.example"), *(ROOT / "config/demo").glob("*.yaml")]
    wanted = [file.relative_to(ROOT).as_posix() for file in examples]
    assert len(wanted) >= 14
    for each in [*wanted, ".env.example", ".streamlit/config.toml"]:
        assert SHIPPED + each in names


def test_nothing_of_an_operator_and_nothing_that_was_built_is_in_the_wheel(tmp_path):
    checkout = tmp_path / "checkout"
    for each in (*PACKAGES, "dbt_project", "config", ".streamlit"):
        ignored = shutil.ignore_patterns("__pycache__", "target", "models", "actions")
        shutil.copytree(ROOT / each, checkout / each, ignore=ignored)
    for each in ("pyproject.toml", "README.md", "LICENSE", ".env.example", ".gitignore"):
        shutil.copy(ROOT / each, checkout)
    private = ("config/connections.yaml", "dbt_project/target/manifest.json", ".env", "data/x.json")
    for each in private:
        (checkout / each).parent.mkdir(exist_ok=True)
        (checkout / each).write_text("secret")
    [built] = WheelBuilder(str(checkout)).build(directory=str(tmp_path / "out"))
    kept = set(zipfile.ZipFile(built).namelist())
    assert SHIPPED + "config/budgets.yaml.example" in kept
    assert not [name for name in kept for each in private if name.endswith("/" + each)]
    assert all(name.startswith((*PACKAGES, "atlas_costs-")) for name in kept)


@pytest.mark.wide
@pytest.mark.built
def test_an_installed_wheel_runs_the_demo_in_an_empty_folder(wheel, tmp_path):
    venv, home = tmp_path / "venv", tmp_path / "home"
    home.mkdir()
    _install(wheel, venv)
    packages = next(venv.glob("lib/python*/site-packages"))
    before = _files(packages)
    _make_unwritable(packages)
    try:
        said = _run(venv, home, "--version")
        assert said == "atlas-costs 1.0.0\n"
        assert "24 of 24 closed invoices match" in _run(venv, home, "demo", "--once")
        assert _files(packages) == before
        assert {each.name for each in home.iterdir()} == {"data"}
        _run(venv, home, "init")
        assert (home / "config/budgets.yaml.example").exists()
        assert (home / ".env.example").exists()
        elsewhere = {"ATLAS_COSTS_HOME": str(home), "ATLAS_COSTS_DATA_DIR": "data/demo"}
        query = "select count(*) as lines from marts.fct_line_items"
        lines = _run(venv, tmp_path, "sql", query, "--format", "csv", **elsewhere).split()
        assert int(lines[1]) > 10_000
    finally:
        subprocess.run(["chmod", "-R", "u+w", str(packages)], check=True)


def _install(wheel: Path, venv: Path) -> None:
    locked = ["--require-hashes", "-r", str(ROOT / "requirements/runtime.txt")]
    into = ["pip", "install", "--quiet", "--python", str(venv / "bin/python")]
    commands = (
        [UV, "venv", "--quiet", "--python", sys.executable, str(venv)],
        [UV, *into, "--compile-bytecode", *locked],
        [UV, *into, "--compile-bytecode", "--no-deps", str(wheel)],
        [UV, "pip", "check", "--quiet", "--python", str(venv / "bin/python")],
    )
    for command in commands:
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=venv.parent)
        assert done.returncode == 0, done.stderr


def _files(folder: Path) -> set[str]:
    """All but bytecode, which root writes wherever it is missing."""
    return {str(file) for file in folder.rglob("*") if "__pycache__" not in file.parts}


def _make_unwritable(folder: Path) -> None:
    subprocess.run(["chmod", "-R", "a-w", str(folder)], check=True)


def _run(venv: Path, folder: Path, *words: str, **variables: str) -> str:
    kept = {"PATH": os.environ["PATH"], "HOME": str(folder), **variables}
    done = subprocess.run(
        [str(venv / "bin/atlas-costs"), *words],
        cwd=folder,
        env=kept | {"ATLAS_COSTS_CONFIG_DIR": "config"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
