"""All models on Apache Spark, and DuckDB's file of what it wrote; run by dbt_process.

Everything is beside marts.duckdb in the folder `spark`: raw as Parquet, Spark's warehouse, and what
it shuffles. One process, because what a session of Spark knows of tables ends with it.
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb

from orchestration.refreshing.building import FIRST_RESULTS, REASON, RESULTS
from orchestration.refreshing.spark_waiting import end_if_starved, unreachable

MARTS = "marts"
# A build's own: what an earlier one left would be read as this one's.
PARTS = ("raw", "warehouse", "local")

Dbt = Callable[..., bool]


def build(dbt: Dbt, left_out: list[str]) -> bool:
    """Whether Spark built everything, no test that stops a build failed, and DuckDB took it over.

    Args:
        dbt: Runs dbt with some arguments, in this process.
        left_out: The arguments that say what is not built.
    """
    folder = Path(os.environ["ATLAS_COSTS_MARTS_DB"]).resolve().parent / "spark"
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
    """Whether all models of the raw in this folder were built and passed their tests."""
    os.environ["ATLAS_COSTS_SPARK_WAREHOUSE"] = str(folder / "warehouse")
    # what this process shuffles, which grows with the bill; /tmp may be memory
    os.environ.setdefault("SPARK_LOCAL_DIRS", str(folder / "local"))
    return _begin(dbt, folder) and dbt("build", *on_spark(folder), *left_out)


def _begin(dbt: Dbt, folder: Path) -> bool:
    """Whether Spark has begun and knows the tables of raw; if not, it is said why."""
    master = os.environ["ATLAS_COSTS_SPARK_MASTER"]
    if problem := unreachable(master):
        _say(problem)
        return False
    end_if_starved(master, int(os.environ["ATLAS_COSTS_SPARK_PATIENCE_MINUTES"]), _say)
    raw = f"{folder}/raw"
    arguments = ["--args", f"{{folder: {raw}}}", *on_spark(folder)]
    has_begun = dbt("run-operation", "sources_of_spark", *arguments)
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
    os.environ["ATLAS_COSTS_SPARK_MARTS"] = str(folder / "warehouse" / f"{MARTS}.db")
    on_duckdb = ["--target", "duckdb", "--target-path", str(folder / "duckdb_target")]
    return dbt("run", "--select", f"config.schema:{MARTS}", *on_duckdb)
