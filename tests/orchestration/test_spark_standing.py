"""What a build on Spark begins with: what the last one that ended well left, or nothing."""

import json
from pathlib import Path

import pytest

from orchestration.refreshing import spark_process
from orchestration.refreshing.building import PARTIAL, PLACE
from orchestration.refreshing.code import MODELS

LEFT_OUT: list[str] = []
TABLE = "marts.db/fct_line_items"


class Dbt:
    """Makes one table, and notes what it was told that stands; as many builds as it is to end."""

    def __init__(self, folder: Path, *ends: bool) -> None:
        self.folder = folder
        self.ends = [*ends]
        self.told: list[list[str]] = []

    def __call__(self, *order: str) -> bool:
        if order[0] == "run-operation":
            self.told.append(json.loads(order[order.index("--args") + 1])["left"])
            return True
        (self.folder / "warehouse" / TABLE).mkdir(parents=True)
        return self.ends.pop(0)


@pytest.fixture(autouse=True)
def local(monkeypatch):
    monkeypatch.setenv("ATLAS_COSTS_SPARK_MASTER", "local[2]")
    monkeypatch.setenv("ATLAS_COSTS_SPARK_PATIENCE_MINUTES", "1")
    monkeypatch.setenv("ATLAS_COSTS_SPARK_WAREHOUSE", "")
    monkeypatch.setenv("SPARK_LOCAL_DIRS", "")
    monkeypatch.setattr(spark_process, "end_if_starved", lambda *_: None)


def test_what_ended_well_is_built_on_also_after_a_build_that_failed(tmp_path):
    dbt = Dbt(tmp_path, False, True, False, True, True)
    ended = [spark_process.build_on_spark(dbt, tmp_path, LEFT_OUT) for _ in range(5)]
    assert ended == [False, True, False, True, True]
    stood = ["marts.fct_line_items"]
    assert dbt.told == [[], [], stood, stood, stood]
    assert {each.name for each in tmp_path.iterdir()} == {"warehouse"}


def test_a_kill_between_two_steps_leaves_what_ended_well(tmp_path, monkeypatch):
    dbt = Dbt(tmp_path, True, True)
    assert spark_process.build_on_spark(dbt, tmp_path, LEFT_OUT)
    # killed once it was put aside
    (tmp_path / "warehouse").rename(tmp_path / "standing")
    assert spark_process.build_on_spark(dbt, tmp_path, LEFT_OUT)
    assert dbt.told[-1] == ["marts.fct_line_items"]


def test_other_models_begin_with_nothing(tmp_path, monkeypatch):
    began = []
    monkeypatch.setenv("ATLAS_COSTS_MARTS_DB", str(tmp_path / "marts.duckdb"))
    monkeypatch.setenv("ATLAS_COSTS_RAW_DB", str(tmp_path / "raw.duckdb"))
    monkeypatch.setenv("DBT_TARGET_PATH", str(tmp_path / "target"))
    monkeypatch.setattr(spark_process, "export_raw", lambda *_: None)
    monkeypatch.setattr(
        spark_process, "build_on_spark", lambda _, folder, __: began.append([*folder.iterdir()])
    )
    parsed = tmp_path / "spark" / "target" / PARTIAL
    for place, is_kept in (("elsewhere", False), (str(MODELS), True)):
        (tmp_path / "marts.duckdb").touch()
        parsed.parent.mkdir(parents=True, exist_ok=True)
        parsed.touch()
        (parsed.parent / PLACE).write_text(place)
        (tmp_path / "spark" / "warehouse").mkdir(exist_ok=True)
        spark_process.build(lambda *_: True, LEFT_OUT)
        assert parsed.exists() == is_kept, place
        assert tmp_path / "spark" / "warehouse" in began[-1]
    # a release with other models takes the marts away
    (tmp_path / "marts.duckdb").unlink()
    spark_process.build(lambda *_: True, LEFT_OUT)
    assert {each.name for each in began[-1]} == {"target", "duckdb_target"}
    assert not parsed.exists()
