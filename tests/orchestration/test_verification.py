"""Only marts that were built and tested as a whole are published, whoever asks."""

import duckdb
import pytest

from orchestration.resources.warehouse import WarehouseResource
from orchestration.settings import load_settings
from orchestration.warehouse.errors import PublishError


@pytest.fixture
def warehouse(clean_environment, monkeypatch, tmp_path):
    monkeypatch.setenv("ATLAS_COSTS_DATA_DIR", str(tmp_path))
    resource = WarehouseResource()
    resource._settings = load_settings()
    resource.marts_file.parent.mkdir()
    build(resource, 1)
    return resource


def build(resource, total: int) -> None:
    with duckdb.connect() as db:
        db.execute(f"attach '{resource.marts_file}' as warehouse")
        db.execute("create schema if not exists warehouse.marts")
        db.execute(f"create or replace table warehouse.marts.t as select {total} as total")


def test_verified_marts_are_published(warehouse):
    warehouse.note_verification()
    warehouse.publish([], [])
    assert load_settings().published_warehouse.exists()


def test_marts_that_nobody_tested_are_not(warehouse):
    with pytest.raises(PublishError, match="not built and tested as a whole"):
        warehouse.publish([], [])


def test_marts_that_changed_after_their_tests_are_not(warehouse):
    warehouse.note_verification()
    build(warehouse, 10)
    with pytest.raises(PublishError, match="refresh_costs"):
        warehouse.publish([], [])


def test_a_build_that_began_and_did_not_end_is_not(warehouse):
    warehouse.note_verification()
    warehouse.forget_verification()
    with pytest.raises(PublishError):
        warehouse.publish([], [])


def test_the_first_build_by_other_models_starts_from_nothing(warehouse):
    warehouse.drop_marts_of_other_models("these", is_whole=True)
    build(warehouse, 1)
    warehouse.drop_marts_of_other_models("these", is_whole=True)
    assert warehouse.marts_file.exists()
    warehouse.drop_marts_of_other_models("those", is_whole=True)
    assert not warehouse.marts_file.exists()


def test_after_a_part_was_built_by_itself_the_next_whole_build_starts_from_nothing(warehouse):
    warehouse.drop_marts_of_other_models("these", is_whole=True)
    build(warehouse, 1)
    warehouse.drop_marts_of_other_models("these", is_whole=False)
    assert warehouse.marts_file.exists()
    warehouse.drop_marts_of_other_models("these", is_whole=True)
    assert not warehouse.marts_file.exists()
