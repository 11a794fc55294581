"""A session that understands Spark's SQL: Apache Spark where it is installed, else Sail."""

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any
from unittest.mock import patch

import pytest
import yaml

from tests.conftest import ROOT

PROFILES = yaml.safe_load((ROOT / "dbt_project/profiles.yml").read_text())
GIVEN = PROFILES["atlas_costs"]["outputs"]["spark"]["server_side_parameters"]
# those that change what an expression means
SETTINGS = {
    name: GIVEN[name]
    for name in (
        "spark.sql.session.timeZone",
        "spark.sql.ansi.enabled",
        "spark.sql.decimalOperations.allowPrecisionLoss",
        "spark.sql.parser.escapedStringLiterals",
    )
}
# a whole Spark brings Java's side along; its client alone does not
IS_SPARK = find_spec("py4j") is not None


@contextmanager
def session() -> Iterator[Any]:
    """A session with the settings of profiles.yml, in UTC; without either engine, a skip."""
    with warnings.catch_warnings():
        # Spark's client does not know this pandas yet
        warnings.simplefilter("ignore")
        with _local() if IS_SPARK else _sail() as made:
            for name, value in SETTINGS.items():
                made.conf.set(name, value)
            yield made


@contextmanager
def _local() -> Iterator[Any]:
    sql = pytest.importorskip("pyspark.sql")
    local = {"spark.ui.enabled": "false", "spark.driver.bindAddress": "127.0.0.1"}
    made = sql.SparkSession.builder.master("local[2]").config(map=local | SETTINGS).getOrCreate()
    yield made
    made.stop()


@contextmanager
def _sail() -> Iterator[Any]:
    sail, sql = pytest.importorskip("pysail.spark"), pytest.importorskip("pyspark.sql")
    server = sail.SparkConnectServer(ip="127.0.0.1", port=0)
    server.start(background=True)
    _, port = server.listening_address
    # in a process whose main module has no file, as pytest's workers, it looks for its doctests
    with patch.object(sys.modules["__main__"], "__file__", __file__, create=True):
        made = sql.SparkSession.builder.remote(f"sc://127.0.0.1:{port}").getOrCreate()
    yield made
    made.stop()
    server.stop()
