"""On a standalone cluster of two workers the marts are DuckDB's as well, also if one is lost."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from . import on_spark, spark_cluster
from .comparing import differences
from .conftest import Warehouse
from .on_spark import Building
from .spark_cluster import Cluster

LOST = "while it was being computed, its executor exited for a reason unrelated to the task"
pytestmark = [pytest.mark.wide, on_spark.NEEDED]


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    with spark_cluster.running(tmp_path) as made:
        yield made


def test_two_workers_build_the_same(
    built: tuple[Warehouse, object], cluster: Cluster, tmp_path: Path
):
    marts = on_spark.built(built[0].raw, tmp_path, cluster.master)
    assert not differences(built[0].marts, marts)
    work = [each.name for each in (tmp_path / "work").glob("app-*/*")]
    assert len(work) == spark_cluster.WORKERS, "each had an executor"


def test_a_worker_lost_while_building_changes_nothing(
    built: tuple[Warehouse, object], cluster: Cluster, tmp_path: Path
):
    def lose_one(building: Building) -> None:
        building.wait_until_made("fct_line_items")
        cluster.lose_a_worker()

    marts = on_spark.built(built[0].raw, tmp_path, cluster.master, lose_one)
    said = (tmp_path / "said").read_text()
    assert LOST in said, "tasks were under way on it"
    assert not differences(built[0].marts, marts)
