"""Five million lines on Spark and on DuckDB, first and a day later: the same in every row."""

import os
from pathlib import Path

import pytest

from benchmarks.building import Place
from benchmarks.world import Size, grow, write

from . import on_spark
from .comparing import differences

pytestmark = [pytest.mark.wide, on_spark.NEEDED]
# fewer where somebody wants to see the test at work
LINES, MONTHS = int(os.environ.get("ATLAS_COSTS_TEST_LINES", "5_000_000")), 12
SETTINGS = """
spark.driver.memory 8g
spark.driver.bindAddress 127.0.0.1
spark.ui.showConsoleProgress false
"""


def test_a_large_bill_is_the_same(tmp_path: Path) -> None:
    settings, spark = tmp_path / "settings", tmp_path / "spark"
    for each in (settings, spark):
        each.mkdir()
    (settings / "spark-defaults.conf").write_text(SETTINGS)
    (settings / "log4j2.properties").write_text(
        (on_spark.SETTINGS / "log4j2.properties").read_text()
    )
    variables = {"SPARK_CONF_DIR": str(settings), "ATLAS_COSTS_SPARK_PARTITIONS": "16"}
    size = Size.of(LINES, MONTHS)
    place = Place(tmp_path / "duckdb")
    place.folder.mkdir()
    for day in range(2):
        lines, _ = grow(place.raw, size, day) if day else write(place.raw, size)
        assert lines > LINES * 0.9
        place.build()
        marts = on_spark.built(place.raw, spark, **variables)
        assert differences(place.marts, marts) == [], f"day {day}"
