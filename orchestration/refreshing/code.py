"""Which code made the marts: models and what runs them, and what loads and publishes."""

import hashlib
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from orchestration.settings import PACKAGE, SHIPPED

MODELS = SHIPPED / "dbt_project"
SOURCES = ("**/*.sql", "**/*.yml", "**/*.csv", "**/*.md")
RUN_BY = ("dbt-core", "dbt-duckdb", "duckdb")
SPARK = ("pyspark", "dbt-spark")
# What turns landed files and rules into raw, and marts into what is published.
LOADING = (PACKAGE / "warehouse", PACKAGE / "rules")

# What turns marts into insight: what prices scenarios, reads feedback and compares periods, too.
INSIGHT = (
    *(
        PACKAGE / each
        for each in (
            "insight", "refreshing", "rules", "actions/pricing", "action_runs", "feedback.py"
        )
    ),
    PACKAGE.parent / "reporting",
)  # fmt: skip


def model_files() -> Iterator[Path]:
    """Every file of the dbt project; not what dbt writes there."""
    for pattern in SOURCES:
        for file in MODELS.glob(pattern):
            if "target" not in file.parts and "logs" not in file.parts:
                yield file


def models_checksum() -> str:
    """What tells these models, seeds and tests from another release's, or another dbt or DuckDB."""
    versions = [f"{each} {version(each)}" for each in RUN_BY]
    return _checksum((each for each in model_files() if each.suffix != ".md"), MODELS, *versions)


def spark() -> str:
    """What tells one Spark from another, which may say otherwise of the same rows."""
    return ", ".join(f"{each} {_installed(each)}" for each in SPARK)


def _installed(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def parsed_checksum() -> str:
    """The same with the descriptions."""
    return _checksum(model_files(), MODELS, version("dbt-core"))


def loading_checksum() -> str:
    """The same of the code that loads and publishes."""
    return _checksum(_code(LOADING), PACKAGE)


def insight_checksum() -> str:
    """The same of the code that makes insight."""
    return _checksum(_code(INSIGHT), PACKAGE.parent)


def _code(folders: Iterable[Path]) -> Iterator[Path]:
    for folder in folders:
        if folder.is_file():
            yield folder
        for pattern in ("**/*.py", "**/*.sql"):
            yield from folder.glob(pattern)


def _checksum(files: Iterable[Path], root: Path, *words: str) -> str:
    found = hashlib.sha256("\n".join(words).encode())
    for file in sorted(files):
        found.update(f"\n{file.relative_to(root)}\n".encode())
        found.update(file.read_bytes())
    return found.hexdigest()
