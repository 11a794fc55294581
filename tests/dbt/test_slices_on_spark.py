"""On Spark, too, only what changed is built, and the marts are DuckDB's, row for row."""

from pathlib import Path
from random import Random

import duckdb
import pytest

from . import on_spark
from .changes import CHANGES
from .comparing import differences
from .conftest import Warehouse
from .test_incremental import (
    DAYS,
    a_day_passes,
    build,
    project,
    the_rules_change,
    warehouse,
)

__all__ = ["project", "warehouse"]
pytestmark = [pytest.mark.wide, on_spark.NEEDED]


def built_on_spark(warehouse: Warehouse, folder: Path) -> set[str]:
    """The invoices that Spark built; their marts are compared with DuckDB's."""
    folder.mkdir(exist_ok=True)
    marts = on_spark.built(warehouse.raw, folder, project=warehouse.project)
    assert differences(warehouse.marts, marts) == []
    assert not (folder / "standing").exists()
    changed = folder / "warehouse/intermediate.db/int_changed_invoices/*.parquet"
    with duckdb.connect() as db:
        return {invoice for (invoice, *_) in db.read_parquet(str(changed)).fetchall()}


def test_an_invoice_that_changed_is_built_alone(warehouse: Warehouse, tmp_path: Path) -> None:
    spark = tmp_path / "spark"
    assert len(built_on_spark(warehouse, spark)) > len(DAYS)
    for change, expected in DAYS:
        # a seed is edited there, which test_random_days does, too
        if change is not the_rules_change:
            with duckdb.connect(str(warehouse.raw)) as raw:
                change(raw, warehouse.project)
            assert build(warehouse) == expected, change.__name__
            assert built_on_spark(warehouse, spark) == expected, change.__name__
    assert built_on_spark(warehouse, spark) == set()


@pytest.mark.parametrize("seed", range(1, 3))
def test_random_days(warehouse: Warehouse, tmp_path: Path, seed: int) -> None:
    pick, spark = Random(seed), tmp_path / "spark"
    built_on_spark(warehouse, spark)
    for _ in range(3):
        happened = pick.sample(CHANGES, pick.randint(2, 5))
        for change in happened:
            with duckdb.connect(str(warehouse.raw)) as raw:
                change(raw, warehouse.project, pick)
        changed = build(warehouse)
        assert built_on_spark(warehouse, spark) == changed, happened


def test_what_a_killed_build_had_made_is_made_again(warehouse: Warehouse, tmp_path: Path) -> None:
    spark = tmp_path / "spark"
    built_on_spark(warehouse, spark)
    with duckdb.connect(str(warehouse.raw)) as raw:
        a_day_passes(raw, warehouse.project)
    killed = []

    def kill(building: on_spark.Building) -> None:
        building.wait_until_made("fct_line_items")
        building.process.kill()
        killed.append(building)

    with pytest.raises(AssertionError):
        on_spark.built(warehouse.raw, spark, meanwhile=kill, project=warehouse.project)
    assert killed
    assert build(warehouse) == {"inv-may"}
    assert built_on_spark(warehouse, spark) == {"inv-may"}
