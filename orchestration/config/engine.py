"""What builds the marts: DuckDB in this process, or Apache Spark here or on a cluster."""

import os
import shutil
from importlib.util import find_spec
from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings

STANDALONE = "spark://"
NEEDED = ("py4j", "dbt.adapters.spark")


def _there(engine: str) -> str:
    if engine == "spark" and not all(map(find_spec, NEEDED)):
        raise ValueError("Apache Spark is not installed: pip install 'atlas-costs[spark]'")
    if engine == "spark" and not _java():
        raise ValueError("Apache Spark needs Java 17 or newer: put java on PATH or set JAVA_HOME")
    return engine


def _java() -> str | None:
    """Where Spark looks for it: on PATH only if no JAVA_HOME is set."""
    home = os.environ.get("JAVA_HOME")
    return shutil.which("java", path=f"{home}/bin" if home else None)


def hosts(master: str) -> list[tuple[str, int]]:
    """Host and port of each master that `spark://HOST:PORT,…` names; none of any other address.

    Raises:
        ValueError: one lacks its port.
    """
    if not master.startswith(STANDALONE):
        return []
    parts = [each.rpartition(":") for each in master.removeprefix(STANDALONE).split(",")]
    if not all(host and port.isdigit() and int(port) <= 65535 for host, _, port in parts):
        raise ValueError(f"is {master}: write it like spark://HOST:7077")
    return [(host.strip("[]"), int(port)) for host, _, port in parts]


def _with_ports(master: str) -> str:
    hosts(master)
    return master


class Engine(BaseSettings):
    """The settings `ATLAS_COSTS_ENGINE` and `ATLAS_COSTS_SPARK_…`."""

    engine: Annotated[Literal["duckdb", "spark"], AfterValidator(_there)] = "duckdb"
    spark_master: Annotated[str, AfterValidator(_with_ports)] = "local[*]"
    spark_partitions: int = Field(default=2, ge=1)
    spark_patience_minutes: int = Field(default=10, ge=1)

    def engine_environment(self) -> dict[str, str]:
        """The variables that dbt_project/profiles.yml and a build on Spark read of these."""
        return {
            "ATLAS_COSTS_ENGINE": self.engine,
            "ATLAS_COSTS_SPARK_MASTER": self.spark_master,
            "ATLAS_COSTS_SPARK_PARTITIONS": str(self.spark_partitions),
            "ATLAS_COSTS_SPARK_PATIENCE_MINUTES": str(self.spark_patience_minutes),
        }
