"""Only marts that were built and tested as a whole are published, whoever asks."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import duckdb
import pytest

from orchestration.refreshing import folder as module
from orchestration.refreshing.building import Build
from orchestration.refreshing.code import models_checksum
from orchestration.refreshing.folder import DataFolder
from orchestration.settings import load_settings
from orchestration.warehouse.errors import PublishError
from tests.conftest import ROOT
from tests.orchestration.test_publish import STATUS


@pytest.fixture
def warehouse(clean_environment, monkeypatch, tmp_path):
    monkeypatch.setenv("ATLAS_COSTS_DATA_DIR", str(tmp_path))
    folder = DataFolder(load_settings())
    folder.marts_file.parent.mkdir()
    build(folder, 1)
    return folder


def build(folder, total: int) -> None:
    with duckdb.connect() as db:
        db.execute(f"attach '{folder.marts_file}' as warehouse")
        db.execute("create schema if not exists warehouse.marts")
        db.execute(f"create or replace table warehouse.marts.t as select {total} as total")


def test_verified_marts_are_published(warehouse):
    warehouse.note_verification({})
    warehouse.publish([], [])
    assert load_settings().published_warehouse.exists()


def test_marts_that_nobody_tested_are_not(warehouse):
    with pytest.raises(PublishError, match="not built and tested as a whole"):
        warehouse.publish([], [])


def test_marts_that_changed_after_their_tests_are_not(warehouse):
    warehouse.note_verification({})
    build(warehouse, 10)
    with pytest.raises(PublishError, match="refresh_costs"):
        warehouse.publish([], [])


def test_a_build_that_began_and_did_not_end_is_not(warehouse):
    warehouse.note_verification({})
    warehouse._forget_verification()
    with pytest.raises(PublishError):
        warehouse.publish([], [])


def test_the_first_build_by_other_models_starts_from_nothing(warehouse):
    warehouse.drop_marts_of_other_models("these")
    build(warehouse, 1)
    warehouse.drop_marts_of_other_models("these")
    assert warehouse.marts_file.exists()
    warehouse.drop_marts_of_other_models("those")
    assert not warehouse.marts_file.exists()


def test_after_a_part_was_built_by_itself_the_next_whole_build_starts_from_nothing(
    warehouse, monkeypatch
):
    monkeypatch.setattr(module, "build", lambda *_, **__: Build(is_well=True, results=[]))
    warehouse.drop_marts_of_other_models("these")
    build(warehouse, 1)
    warehouse.build_part({"fct_line_items"})
    assert warehouse.marts_file.exists()
    warehouse.drop_marts_of_other_models("these")
    assert not warehouse.marts_file.exists()


@pytest.fixture
def loaded(warehouse):
    """Built, tested and published of what raw holds."""
    with warehouse.raw():
        pass
    warehouse.settings.models_file.write_text(models_checksum())
    warehouse.note_verification(warehouse.inputs())
    warehouse.publish([STATUS], [])
    return warehouse


def published(folder, query: str):
    file = str(folder.settings.published_warehouse.resolve())
    with duckdb.connect(file, read_only=True) as db:
        return db.execute(query).fetchall()


def test_nothing_changed_is_told_apart_from_nothing_known(loaded):
    assert loaded.changed_inputs() == frozenset()
    build(loaded, 2)
    assert loaded.changed_inputs() is None


def test_a_rule_of_the_operator_is_a_change(loaded, tmp_path, monkeypatch):
    (tmp_path / "taxonomy.yaml").write_text("overrides:\n  - sku: NEW_THING\n    category: Ours\n")
    monkeypatch.setenv("ATLAS_COSTS_CONFIG_DIR", str(tmp_path))
    folder = DataFolder(load_settings())
    folder.apply_rules()
    assert folder.changed_inputs() == {"taxonomy_overrides"}


def test_a_setting_that_models_read_is_a_change(loaded, monkeypatch):
    """Each one: tag keys without case were ignored until something else changed."""
    models = (ROOT / "dbt_project").glob("m*/**/*.sql")  # models and macros
    read = set(re.findall(r"env_var\(.(\w+)", "".join(each.read_text() for each in models)))
    # a build says it to itself
    read.remove("ATLAS_COSTS_SPARK_MARTS")
    assert len(read) > 1
    for name in read:
        with monkeypatch.context() as patch:
            patch.setenv(name, {"false": "true"}.get(loaded.settings.model_variables()[name], "7"))
            assert DataFolder(load_settings()).changed_inputs() == {"settings of models"}, name


def test_marts_that_somebody_wrote_to_are_copied_again(loaded):
    """A desktop tool may open the published file for writing; what it did must not live on."""
    file = str(loaded.settings.published_warehouse.resolve())
    with duckdb.connect(file) as db:
        db.execute("update marts.t set total = 99")
    loaded.publish([STATUS], [])
    assert published(loaded, "select total from marts.t") == [(1,)]


def test_another_engine_is_a_change(loaded):
    """Of Spark's, DuckDB has no more than marts: none of the tables that a part is built of."""
    on_spark = loaded.settings.model_copy(update={"engine": "spark"})
    assert DataFolder(on_spark).changed_inputs() is None


@pytest.mark.parametrize("changed", ["models_checksum", "loading_checksum"])
def test_another_release_is_a_change(loaded, monkeypatch, changed):
    monkeypatch.setattr(f"orchestration.refreshing.folder.{changed}", lambda: "another release")
    assert loaded.changed_inputs() != frozenset()


def test_marts_that_readers_have_are_told_to_be_fresh_and_not_copied(loaded):
    """Of the marts themselves nothing is read: they may be ten gigabytes."""
    before = published(loaded, "select published_at, warehouse_version from meta.freshness")
    later = replace(STATUS, last_success_at=datetime(2026, 5, 21, 6, tzinfo=UTC))
    version = loaded.publish([later], []).version
    [(last, at, name)] = published(
        loaded, "select last_success_at, published_at, warehouse_version from meta.freshness"
    )
    assert (last, name) == (datetime(2026, 5, 21, 6), version)  # noqa: DTZ001  UTC
    assert [(at, name)] > before
    assert published(loaded, "select total from marts.t") == [(1,)]


def test_marts_that_readers_lost_are_copied_again(loaded):
    loaded.settings.published_warehouse.unlink()
    loaded.publish([STATUS], [])
    assert published(loaded, "select total from marts.t") == [(1,)]


def test_telling_how_fresh_the_marts_are_does_not_make_them_grow(loaded):
    size = max(loaded.publish([STATUS], []).bytes for _ in range(3))
    assert max(loaded.publish([STATUS], []).bytes for _ in range(9)) <= size
