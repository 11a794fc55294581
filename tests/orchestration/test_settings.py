"""Settings: the names of the contract, one sentence for each mistake, no secret in any text."""

import duckdb
import pytest

from orchestration.settings import (
    PROJECT_ROOT,
    ApiKey,
    ServiceAccount,
    SettingsError,
    load_settings,
)

KEY = {"MONGODB_ATLAS_PUBLIC_KEY": "pub", "MONGODB_ATLAS_PRIVATE_KEY": "canary"}
ACCOUNT = {"MONGODB_ATLAS_CLIENT_ID": "mdb_sa_id_x", "MONGODB_ATLAS_CLIENT_SECRET": "canary"}
ORG = {"MONGODB_ATLAS_ORG_ID": "5e0000000000000000000001"}


@pytest.fixture
def settings(clean_environment, monkeypatch):
    def with_variables(**variables: str):
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        return load_settings()

    return with_variables


def test_defaults(settings):
    found = settings()
    assert found.base_url == "https://cloud.mongodb.com"
    assert found.data_dir == PROJECT_ROOT / "data"
    assert (found.restatement_months, found.reconcile_tolerance_cents) == (3, 0)
    assert (found.concurrency, found.patience_minutes, found.focus_reports) == (4, 30, True)
    assert found.provisioning_credentials() is None


def test_an_api_key(settings):
    [connection] = settings(**ORG, **KEY).connections()
    assert isinstance(connection.credentials, ApiKey)
    assert connection.org_id == ORG["MONGODB_ATLAS_ORG_ID"]


def test_the_atlas_clis_own_names_are_accepted(settings):
    found = settings(
        **ORG, MONGODB_ATLAS_PUBLIC_API_KEY="pub", MONGODB_ATLAS_PRIVATE_API_KEY="canary"
    )
    assert isinstance(found.connections()[0].credentials, ApiKey)


def test_a_service_account(settings):
    [connection] = settings(**ORG, **ACCOUNT).connections()
    assert isinstance(connection.credentials, ServiceAccount)


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        (ORG, "MONGODB_ATLAS_PUBLIC_KEY.*MONGODB_ATLAS_CLIENT_ID.*make demo"),
        (ORG | KEY | ACCOUNT, "MONGODB_ATLAS_PUBLIC_KEY.*MONGODB_ATLAS_CLIENT_ID.*keep one"),
        (KEY, "MONGODB_ATLAS_ORG_ID is not set"),
        ({"MONGODB_ATLAS_PUBLIC_KEY": "pub"}, "PRIVATE_KEY is not"),
        ({"MONGODB_ATLAS_CLIENT_SECRET": "canary"}, "CLIENT_ID is not"),
        ({"MONGODB_ATLAS_BASE_URL": "cloud.mongodb.com"}, "MONGODB_ATLAS_BASE_URL must start"),
        ({"MONGODB_ATLAS_BASE_URL": "https://"}, "MONGODB_ATLAS_BASE_URL must start"),
        ({"MONGODB_ATLAS_BASE_URL": "https://a:b"}, "MONGODB_ATLAS_BASE_URL must start"),
        ({"ATLAS_COSTS_RESTATEMENT_MONTHS": "three"}, "ATLAS_COSTS_RESTATEMENT_MONTHS"),
        ({"ATLAS_COSTS_HISTORY_MONTHS": "0"}, "ATLAS_COSTS_HISTORY_MONTHS"),
        ({"ATLAS_COSTS_CONCURRENCY": "17"}, "ATLAS_COSTS_CONCURRENCY"),
        ({"ATLAS_COSTS_PATIENCE_MINUTES": "-1"}, "ATLAS_COSTS_PATIENCE_MINUTES"),
        ({"ATLAS_COSTS_DBT_MEMORY": "much"}, "ATLAS_COSTS_DBT_MEMORY"),
        ({"ATLAS_COSTS_DBT_MEMORY": "1MiB"}, "ATLAS_COSTS_DBT_MEMORY"),
    ],
)
def test_a_mistake_is_named_with_its_remedy_and_without_the_secret(settings, variables, named):
    with pytest.raises(SettingsError, match=named) as raised:
        settings(**variables).connections()
    assert "canary" not in str(raised.value)


PROVISIONING = {
    "MONGODB_ATLAS_PROVISIONING_PUBLIC_KEY": "pub",
    "MONGODB_ATLAS_PROVISIONING_PRIVATE_KEY": "canary",
}


def test_actions_have_a_key_of_their_own(settings):
    found = settings(**ORG, **ACCOUNT, **PROVISIONING)
    assert isinstance(found.provisioning_credentials(), ApiKey)
    assert isinstance(found.credentials(), ServiceAccount)
    assert "canary" not in repr(found)


def test_half_a_key_for_actions_is_named_by_its_variables(settings):
    found = settings(MONGODB_ATLAS_PROVISIONING_CLIENT_SECRET="canary")
    with pytest.raises(SettingsError, match="PROVISIONING_CLIENT_ID is not: set both") as raised:
        found.provisioning_credentials()
    assert "canary" not in str(raised.value)


def test_an_empty_variable_counts_as_unset(settings):
    with pytest.raises(SettingsError, match="No Atlas credentials"):
        settings(**ORG, MONGODB_ATLAS_PUBLIC_KEY="", MONGODB_ATLAS_PRIVATE_KEY="").connections()


def test_secrets_do_not_show(settings):
    assert "canary" not in repr(settings(**ORG, **KEY))


def test_the_environment_wins_over_the_file(settings, tmp_path, monkeypatch):
    file = tmp_path / ".env"
    file.write_text("MONGODB_ATLAS_ORG_ID=from-file\nATLAS_COSTS_RESTATEMENT_MONTHS=5\n")
    found = settings(ATLAS_COSTS_ENV_FILE=str(file), MONGODB_ATLAS_ORG_ID="from-environment")
    assert (found.org_id, found.restatement_months) == ("from-environment", 5)


def test_builds_take_the_memory_that_is_said(settings):
    """In bytes: DuckDB reads 6GB as it is meant, and whatever else is allowed here."""
    found = settings(ATLAS_COSTS_DBT_MEMORY="6 GB").dbt_environment()["ATLAS_COSTS_DBT_MEMORY"]
    assert found == "6000000000B"
    with duckdb.connect(config={"memory_limit": found}) as db:
        [(limit,)] = db.execute("select current_setting('memory_limit')").fetchall()
    assert limit == "5.5 GiB"


def test_case_of_tag_keys_is_told_to_the_models(settings):
    told = "ATLAS_COSTS_TAG_KEYS_IGNORE_CASE"
    assert settings().dbt_environment()[told] == "false"
    assert settings(ATLAS_COSTS_TAG_KEYS_IGNORE_CASE="true").dbt_environment()[told] == "true"
