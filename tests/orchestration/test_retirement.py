"""What Atlas retires: an entity that ends is none, a version that ends is a missing part."""

from contextlib import ExitStack
from datetime import date

import pytest
from pydantic import SecretStr

import sandbox as sandbox_package
from orchestration.config.connections import ApiKey, Connection
from orchestration.entities import RETIRING
from orchestration.extraction import inventory
from orchestration.extraction.clients import new_client
from orchestration.extraction.session import Session
from orchestration.landing.journal import Landing
from orchestration.permissions.examination import NOTHING
from orchestration.permissions.report import examine


@pytest.fixture
def place(sandbox) -> Connection:
    return connection(sandbox)


def connection(sandbox) -> Connection:
    key = ApiKey(sandbox.public_key, SecretStr(sandbox.private_key))
    return Connection("default", sandbox.org_id, sandbox.base_url, key)


def missing(place: Connection, folder) -> dict[str, str]:
    """Entity → what was said of it, of whatever a refresh could not read."""
    landing = Landing(folder / "landing", "default")
    with ExitStack() as opened:

        def client(_: Session):
            return opened.enter_context(new_client(place, place.usable_credentials()))

        inventory.extract(Session(place, landing, client, concurrency=2))
    found = {}
    for entity in ("clusters", "serverless_instances", "skus", "flex_clusters"):
        errors = {seen.error for seen in landing.current(entity).values() if seen.error}
        assert landing.current(entity)
        found |= dict.fromkeys([entity] * bool(errors), " ".join(errors))
    return found


def checked(place: Connection) -> dict[str, str]:
    return {each.capability: each.status for each in examine(place, None).cells}


@pytest.mark.parametrize("status", [404, 405, 406, 410])
def test_an_entity_that_ends_is_none_in_refresh_and_check(sandbox, place, tmp_path, status):
    gone = {"kind": "status", "status": status, "error_code": "VERSION_GONE"}
    sandbox.control("faults", {"path": "/serverless$", **gone})
    assert missing(place, tmp_path) == {}
    assert checked(place)["serverless"] == NOTHING


def test_a_version_that_ends_is_a_missing_part_in_refresh_and_check(sandbox, place, tmp_path):
    gone = {"kind": "status", "status": 410, "error_code": "VERSION_GONE"}
    sandbox.control("faults", [{"path": each, **gone} for each in ("/clusters$", "/skus$")])
    said = missing(place, tmp_path)
    assert set(said) == {"clusters", "skus"}
    assert all("update atlas-costs" in each for each in said.values())
    found = checked(place)
    assert (found["clusters"], found["skus"]) == ("retired", "retired")


def test_a_day_that_is_provided_for_passes_without_a_warning(tmp_path):
    """Serverless instances are listed until 2027-01-18."""
    with sandbox_package.running(seed=7, months=1, today=date(2027, 1, 17)) as sandbox:
        place = connection(sandbox)
        for _ in range(2):
            assert not [each for each in examine(place, None).warnings if "2027" in each]
            sandbox.control("clock", {"days": 1})
        assert checked(place)["serverless"] == NOTHING
        assert missing(place, tmp_path) == {}


def test_any_other_end_is_a_warning_of_check(sandbox, place):
    sandbox.control("faults", {"path": "/flexClusters$", "kind": "sunset", "date": "2027-07-01"})
    [warning] = [each for each in examine(place, None).warnings if "2027" in each]
    assert "from 2027-07-01 on: update atlas-costs before then" in warning


def test_only_what_atlas_announced_may_end_silently():
    assert {"serverless_instances"} == RETIRING
