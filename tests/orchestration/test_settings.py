"""Settings: the names of the contract, one sentence for each mistake, no secret in any text."""

import duckdb
import pytest

from orchestration.config import engine
from orchestration.config.secret_files import secret_variables
from orchestration.settings import (
    HOME,
    ApiKey,
    ServiceAccount,
    Settings,
    SettingsError,
    load_settings,
    secret,
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
    assert found.data_dir == HOME / "data"
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
        ({"ATLAS_COSTS_ENGINE": "oracle"}, "ATLAS_COSTS_ENGINE.*'duckdb' or 'spark'"),
        ({"ATLAS_COSTS_SPARK_MASTER": "spark://host"}, "SPARK_MASTER is spark://host.*HOST:7077"),
        ({"ATLAS_COSTS_SPARK_PATIENCE_MINUTES": "0"}, "ATLAS_COSTS_SPARK_PATIENCE_MINUTES"),
    ],
)
def test_a_mistake_is_named_with_its_remedy_and_without_the_secret(settings, variables, named):
    with pytest.raises(SettingsError, match=named) as raised:
        settings(**variables).connections()
    assert "canary" not in str(raised.value)


@pytest.mark.parametrize("missing", ["py4j", "dbt.adapters.spark"])
def test_spark_is_missed_before_anything_is_read(settings, monkeypatch, missing):
    monkeypatch.setattr(engine, "find_spec", lambda name: None if name == missing else name)
    with pytest.raises(
        SettingsError, match=r"ATLAS_COSTS_ENGINE Apache Spark is not installed: pip"
    ):
        settings(ATLAS_COSTS_ENGINE="spark")


@pytest.mark.parametrize("java", [{"JAVA_HOME": "/nonexistent"}, {"JAVA_HOME": "", "PATH": ""}])
def test_java_is_missed_where_spark_looks_for_it(settings, monkeypatch, java):
    monkeypatch.setattr(engine, "find_spec", lambda name: name)
    with pytest.raises(SettingsError, match="ATLAS_COSTS_ENGINE Apache Spark needs Java 17"):
        settings(ATLAS_COSTS_ENGINE="spark", **java)


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


POSTGRES = "ATLAS_COSTS_DAGSTER_POSTGRES"


def postgres(found) -> str | None:
    address = found.dagster_postgres()
    return address.get_secret_value() if address else None


def test_dagsters_storage_is_sqlite_unless_postgresql_is_named(settings):
    assert postgres(settings()) is None
    parts = {f"{POSTGRES}_HOST": "::1", f"{POSTGRES}_PASSWORD": "c/n@ry:%"}
    assert postgres(settings(**parts)) == (
        "postgresql+psycopg2://dagster:c%2Fn%40ry%3A%25@[::1]:5432/dagster"
    )


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg2"])
def test_an_address_of_postgresql_is_taken_as_providers_write_it(settings, scheme):
    found = settings(**{f"{POSTGRES}_URL": f"{scheme}://u:canary@db/costs?sslmode=require"})
    assert postgres(found) == "postgresql+psycopg2://u:canary@db/costs?sslmode=require"


@pytest.mark.parametrize(
    "variables",
    [
        {"_URL": "mysql://u:canary@db/costs"},
        {"_URL": "postgresql://u:canary@db"},
        {"_URL": "postgresql://u:canary@db:none/costs"},
        {"_URL": "canary"},
        {"_URL": "postgresql://u:canary@db/costs", "_HOST": "db"},
    ],
)
def test_an_address_that_cannot_be_used_is_one_sentence_without_it(settings, variables):
    found = settings(**{f"{POSTGRES}{name}": value for name, value in variables.items()})
    with pytest.raises(SettingsError, match=f"{POSTGRES}_URL") as failure:
        found.dagster_postgres()
    assert "canary" not in str(failure.value)


@pytest.mark.parametrize(
    ("setting", "variable"),
    [(name, each) for name, found in secret_variables(Settings).items() for each in found],
)
def test_every_secret_may_be_in_a_file(settings, tmp_path, setting, variable):
    file = tmp_path / "secret"
    file.write_text("canary\n")
    found = settings(**{f"{variable}_FILE": str(file)})
    assert getattr(found, setting).get_secret_value() == "canary"
    assert "canary" not in repr(found)


def test_every_secret_setting_is_found():
    found = secret_variables(Settings)
    assert found["private_key"] == ["MONGODB_ATLAS_PRIVATE_KEY", "MONGODB_ATLAS_PRIVATE_API_KEY"]
    assert found["dagster_postgres_password"] == [f"{POSTGRES}_PASSWORD"]
    fields = Settings.model_fields.items()
    assert set(found) == {name for name, each in fields if "SecretStr" in str(each.annotation)}


def test_a_secret_that_connections_or_actions_name_may_be_in_a_file(settings, tmp_path):
    file = tmp_path / "secret"
    file.write_text("canary\n")
    found = settings(SHOP_PRIVATE_FILE=str(file), SHOP_PUBLIC="pub")
    assert found.variables()["SHOP_PRIVATE"] == "canary"
    assert found.variables().get("SHOP_PUBLIC") == "pub"
    assert found.variables().get("SHOP_OTHER") is None
    assert secret("SHOP_PRIVATE").get_secret_value() == "canary"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "No such file"),
        (b"", "empty"),
        (b"\n", "empty"),
        (b"\xff", "UTF-8"),
        (b"x" * 70_000, "long"),
    ],
)
def test_a_file_without_a_secret_is_one_sentence(settings, tmp_path, content, reason):
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SettingsError, match=f"MONGODB_ATLAS_PRIVATE_KEY_FILE names .*{reason}"):
        settings(MONGODB_ATLAS_PRIVATE_KEY_FILE=str(file))


def test_a_secret_given_twice_is_one_sentence_and_the_environment_wins_over_env(
    settings, tmp_path, monkeypatch
):
    file, kept = tmp_path / "secret", tmp_path / "env"
    file.write_text("of the file")
    kept.write_text(f"MONGODB_ATLAS_PRIVATE_KEY_FILE={file}\n")
    monkeypatch.setenv("ATLAS_COSTS_ENV_FILE", str(kept))
    assert settings().private_key.get_secret_value() == "of the file"
    assert settings(**KEY).private_key.get_secret_value() == "canary"
    with pytest.raises(SettingsError, match="Both MONGODB_ATLAS_PRIVATE_KEY and"):
        settings(MONGODB_ATLAS_PRIVATE_KEY_FILE=str(file))
