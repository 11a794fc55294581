"""What dbt parsed is used again only where the models still stand where they stood."""

import pytest

from orchestration.refreshing import building
from orchestration.settings import load_settings

pytestmark = pytest.mark.built

PROJECT = """
name: small
profile: small
version: "1.0"
"""
PROFILE = """
small:
  target: here
  outputs:
    here: {type: duckdb, path: ":memory:"}
"""


@pytest.fixture
def models(clean_environment, monkeypatch, tmp_path):
    monkeypatch.setenv("ATLAS_COSTS_DATA_DIR", str(tmp_path / "data"))
    models = tmp_path / "one release"
    (models / "seeds").mkdir(parents=True)
    (models / "dbt_project.yml").write_text(PROJECT)
    (models / "profiles.yml").write_text(PROFILE)
    (models / "seeds" / "regions.csv").write_text("region\nUS_EAST_1\n")
    return models


def built(models, monkeypatch):
    monkeypatch.setattr(building, "MODELS", models)
    monkeypatch.setattr(building, "PARSED", models / "target" / "prepared")
    return building.build(load_settings())


@pytest.mark.parametrize("is_parsed_with_them", [False, True], ids=["in data", "beside models"])
def test_models_that_moved_are_built_from_where_they_are(models, monkeypatch, is_parsed_with_them):
    kept = models / "target" / "prepared"
    monkeypatch.setattr(building, "MODELS", models)
    if is_parsed_with_them:
        building.parse(load_settings(), kept)
    else:
        assert built(models, monkeypatch).is_well
    moved = models.rename(models.with_name("another release"))
    after = built(moved, monkeypatch)
    assert after.is_well, after.what_failed
    assert [(each.name, each.status) for each in after.results] == [("regions", "success")]


def test_models_that_stayed_are_not_parsed_again(models, monkeypatch):
    assert built(models, monkeypatch).is_well
    parsed = load_settings().dbt_target_dir / building.PARTIAL
    before = parsed.read_bytes()
    assert built(models, monkeypatch).is_well
    assert parsed.read_bytes() == before
