"""All models on Apache Spark, and DuckDB's file of what it wrote; run by dbt_process.

Everything is beside marts.duckdb in the folder `spark`: raw as Parquet, Spark's warehouse, the
last whole one while another is built, and what Spark shuffles. One process, because what a session
of Spark knows of tables ends with it.
"""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb

from orchestration.refreshing.building import (
    FIRST_RESULTS,
    REASON,
    RESULTS,
    forget_what_was_parsed_elsewhere,
)
from orchestration.refreshing.spark_waiting import end_if_starved, unreachable

MARTS = "marts"
# A build's own: what an earlier one left would be read as this one's.
PARTS = ("raw", "local")
# Only a warehouse with the mark is one that a build ended well with: the next one builds on it. The
# mark is in the folder, so that both move at once.
WAREHOUSE, STANDING, WHOLE = "warehouse", "standing", "whole"
# where dbt keeps what it parsed, once for each of both engines
TARGETS = ("target", "duckdb_target")

Dbt = Callable[..., bool]


def build(dbt: Dbt, left_out: list[str]) -> bool:
    """Whether Spark built everything, no test that stops a build failed, and DuckDB took it over.

    Args:
        dbt: Runs dbt with some arguments, in this process.
        left_out: The arguments that say what is not built.
    """
    marts = Path(os.environ["ATLAS_COSTS_MARTS_DB"]).resolve()
    folder = marts.parent / "spark"
    if not marts.exists():
        # of other models, or of nobody knows what
        shutil.rmtree(folder, ignore_errors=True)
    for each in TARGETS:
        (folder / each).mkdir(parents=True, exist_ok=True)
        forget_what_was_parsed_elsewhere(folder / each)
    for each in PARTS:
        shutil.rmtree(folder / each, ignore_errors=True)
    export_raw(Path(os.environ["ATLAS_COSTS_RAW_DB"]), folder / "raw")
    target = Path(os.environ["DBT_TARGET_PATH"])
    if not build_on_spark(dbt, folder, left_out):
        return False
    (target / RESULTS).replace(target / FIRST_RESULTS)
    is_well = take_over(dbt, folder)
    if is_well:
        # they would say of each mart again that it was built
        (target / RESULTS).unlink()
    return is_well


def export_raw(raw: Path, folder: Path) -> None:
    """Write each table and view of raw as a Parquet file of its name."""
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as db:
        db.execute("set TimeZone = 'UTC'")
        db.execute("attach $file as raw (read_only)", {"file": str(raw)})
        query = "select table_name from information_schema.tables where table_catalog = 'raw'"
        for (table,) in db.execute(query).fetchall():
            db.table(f"raw.{table}").write_parquet(str(folder / f"{table}.parquet"))


def build_on_spark(dbt: Dbt, folder: Path, left_out: list[str]) -> bool:
    """Whether all models of the raw in this folder were built and passed their tests.

    Tables kept by invoice or month are built where these changed since the last build that ended
    well in this folder, as on DuckDB.
    """
    _put_aside(folder)
    os.environ["ATLAS_COSTS_SPARK_WAREHOUSE"] = str(folder / WAREHOUSE)
    # what this process shuffles, which grows with the bill; /tmp may be memory
    os.environ.setdefault("SPARK_LOCAL_DIRS", str(folder / "local"))
    is_well = _begin(dbt, folder) and dbt("build", *on_spark(folder), *left_out)
    if is_well:
        (folder / WAREHOUSE / WHOLE).touch()
        shutil.rmtree(folder / STANDING, ignore_errors=True)
    return is_well


def _put_aside(folder: Path) -> None:
    """What the last build that ended well left is what this one builds on."""
    if (folder / WAREHOUSE / WHOLE).exists():
        shutil.rmtree(folder / STANDING, ignore_errors=True)
        (folder / WAREHOUSE).rename(folder / STANDING)
    shutil.rmtree(folder / WAREHOUSE, ignore_errors=True)
    if not (folder / STANDING / WHOLE).exists():
        shutil.rmtree(folder / STANDING, ignore_errors=True)


def _begin(dbt: Dbt, folder: Path) -> bool:
    """Whether Spark has begun and knows raw and what stands; if not, it is said why."""
    master = os.environ["ATLAS_COSTS_SPARK_MASTER"]
    if problem := unreachable(master):
        _say(problem)
        return False
    end_if_starved(master, int(os.environ["ATLAS_COSTS_SPARK_PATIENCE_MINUTES"]), _say)
    raw = f"{folder}/raw"
    standing = folder / STANDING
    left = [f"{each.parent.stem}.{each.name}" for each in standing.glob("*.db/*")]
    given = json.dumps({"folder": raw, "standing": str(standing), "left": left})
    has_begun = dbt("run-operation", "sources_of_spark", "--args", given, *on_spark(folder))
    if not has_begun:
        _say(
            f"Apache Spark did not start on {master}, or cannot read {raw} there: see "
            "build/dbt.log in the data folder."
        )
    return has_begun


def _say(sentence: str) -> None:
    print(sentence, flush=True)
    (Path(os.environ["DBT_TARGET_PATH"]) / REASON).write_text(sentence)


def on_spark(folder: Path) -> list[str]:
    """The arguments with which dbt runs on Spark."""
    return ["--target", "spark", "--target-path", str(folder / "target")]


def take_over(dbt: Dbt, folder: Path) -> bool:
    """Whether marts.duckdb has Spark's marts: the same tables by DuckDB's types, the same views."""
    Path(os.environ["ATLAS_COSTS_MARTS_DB"]).unlink(missing_ok=True)
    os.environ["ATLAS_COSTS_SPARK_MARTS"] = str(folder / WAREHOUSE / f"{MARTS}.db")
    on_duckdb = ["--target", "duckdb", "--target-path", str(folder / "duckdb_target")]
    return dbt("run", "--select", f"config.schema:{MARTS}", *on_duckdb)
