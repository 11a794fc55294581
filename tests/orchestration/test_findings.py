"""A warning of the models in Dagster: the rows it found, or else what dbt said of it."""

import dagster as dg
import pytest

from orchestration.assets.dbt import _check
from orchestration.refreshing.building import Result
from orchestration.settings import load_settings

KEY = dg.AssetCheckKey(dg.AssetKey(["marts", "fct_invoices"]), "warn_several_prices")
RESULT = Result("warn_several_prices", "test", "warn", 0.1, 3, "Got 3 results")


@pytest.fixture
def settings(clean_environment, monkeypatch, tmp_path):
    monkeypatch.setenv("ATLAS_COSTS_DATA_DIR", str(tmp_path))
    return load_settings()


def test_where_no_rows_can_be_told_dbt_says_how_many(settings):
    assert _check(KEY, RESULT, settings).description == "Got 3 results"


@pytest.mark.parametrize("query", ["select * from nowhere", "no SQL at all"])
def test_a_warning_that_cannot_be_asked_again_stops_no_refresh(settings, query, caplog):
    folder = settings.dbt_target_dir / "compiled/atlas_costs/tests"
    folder.mkdir(parents=True)
    (folder / f"{KEY.name}.sql").write_text(query)
    checked = _check(KEY, RESULT, settings)
    assert (checked.description, checked.passed) == ("Got 3 results", False)
    assert f"what {KEY.name} found cannot be shown" in caplog.text
