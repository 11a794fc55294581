"""On Apache Spark the same models make the same marts of the same raw: every table, row, column."""

from pathlib import Path

import pytest

from . import on_spark
from .comparing import differences
from .conftest import Warehouse

pytestmark = [pytest.mark.wide, on_spark.NEEDED]


def test_the_hand_written_world_is_the_same(built: tuple[Warehouse, object], tmp_path: Path):
    marts = on_spark.built(built[0].raw, tmp_path)
    assert not differences(built[0].marts, marts)


def test_a_refreshed_sandbox_is_the_same(refreshed: Path, tmp_path: Path):
    marts = on_spark.built(refreshed / "build/raw.duckdb", tmp_path)
    assert not differences(refreshed / "build/marts.duckdb", marts)
