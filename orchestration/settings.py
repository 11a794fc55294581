"""The only reader of the environment and of `.env`; secrets leave here as SecretStr.

Importing this module connects to nothing and requires nothing: a bare checkout loads.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Annotated, Any

from dotenv import dotenv_values
from pydantic import AfterValidator, ByteSize, Field, SecretStr, ValidationError
from pydantic_settings import SettingsConfigDict

from orchestration.config.connections import (
    FILE_NAME,
    ApiKey,
    Connection,
    Machine,
    ServiceAccount,
    SettingsError,
    read_entries,
)
from orchestration.config.dagster_storage import DagsterStorage
from orchestration.config.engine import Engine
from orchestration.config.secret_files import Variables, secret_variables, secrets_in_files
from orchestration.config.sign_in import SignIn, listed

_KEPT: ContextVar[list["Settings"] | None] = ContextVar("settings", default=None)
PACKAGE = Path(__file__).resolve().parent
IS_INSTALLED = (PACKAGE / "shipped").is_dir()
# A wheel carries here what a checkout has at its root: models, examples, the pages' settings.
SHIPPED = PACKAGE / "shipped" if IS_INSTALLED else PACKAGE.parent
# The folder that has .env, config/ and data/: a checkout's own, or where one works.
HOME = Path(os.environ.get("ATLAS_COSTS_HOME") or (Path() if IS_INSTALLED else SHIPPED)).absolute()
__all__ = [
    "HOME",
    "IS_INSTALLED",
    "PACKAGE",
    "SHIPPED",
    "ApiKey",
    "Connection",
    "ServiceAccount",
    "Settings",
    "SettingsError",
    "env_file",
    "load_settings",
    "read_once",
    "secret",
    "set_in_environment",
]


def _from_home(value: Path) -> Path:
    return HOME / value


class Settings(SignIn, DagsterStorage, Engine):
    """Settings as CONTRACT names them: `MONGODB_ATLAS_*` for access, `ATLAS_COSTS_*` for us."""

    model_config = SettingsConfigDict(
        env_prefix="ATLAS_COSTS_", env_ignore_empty=True, extra="ignore", populate_by_name=True
    )

    ssl_cert_file: Annotated[Path, AfterValidator(_from_home)] | None = Field(
        default=None, validation_alias="SSL_CERT_FILE"
    )
    ssl_cert_dir: Annotated[Path, AfterValidator(_from_home)] | None = Field(
        default=None, validation_alias="SSL_CERT_DIR"
    )
    data_dir: Annotated[Path, AfterValidator(_from_home)] = HOME / "data"
    config_dir: Annotated[Path, AfterValidator(_from_home)] = HOME / "config"
    sockets_dir: Annotated[Path, AfterValidator(_from_home)] | None = None
    history_months: int | None = Field(default=None, ge=1)
    restatement_months: int = Field(default=3, ge=0)
    reconcile_tolerance_cents: int = Field(default=0, ge=0)
    concurrency: int = Field(default=4, ge=1, le=16)
    workers: int = Field(default=1, ge=1, le=64)
    patience_minutes: int = Field(default=30, ge=0)
    focus_reports: bool = True
    measurements: bool = False
    required_tags: str = ""
    tag_keys_ignore_case: bool = False
    dbt_memory: ByteSize = Field(default=ByteSize(4 * 2**30), ge=2**28)
    refresh_cron: str = "0 6 * * *"
    kept_versions: int = Field(default=3, ge=1)
    run_history_days: int = Field(default=30, ge=1)
    run_history_mb: int = Field(default=200, ge=1)
    metrics_port: int | None = Field(default=None, ge=1, le=65535)
    metrics_top: int = Field(default=20, ge=1, le=1000)

    @property
    def machine(self) -> Machine:
        """What this machine adds to every connection."""
        return Machine(self.ssl_cert_file, self.ssl_cert_dir, self.data_dir / "tokens")

    @property
    def sockets(self) -> Path:
        """Where parts that run apart listen."""
        return self.sockets_dir or self.data_dir / "sockets"

    @property
    def landing_dir(self) -> Path:
        """What Atlas sent, kept for ever."""
        return self.data_dir / "landing"

    @property
    def build_dir(self) -> Path:
        """The pipeline's own files: derived, can be thrown away."""
        return self.data_dir / "build"

    @property
    def raw_file(self) -> Path:
        """Atlas's entities as tables."""
        return self.build_dir / "raw.duckdb"

    @property
    def slices_dir(self) -> Path:
        """Invoice lines cut out of landed documents."""
        return self.build_dir / "slices"

    @property
    def marts_file(self) -> Path:
        """What dbt builds."""
        return self.build_dir / "marts.duckdb"

    @property
    def insight_file(self) -> Path:
        """What Python makes of the marts."""
        return self.build_dir / "insight.duckdb"

    @property
    def insight_inputs_file(self) -> Path:
        """What that was made of."""
        return self.build_dir / "insight.inputs"

    @property
    def verified_file(self) -> Path:
        """Says that the marts, as they are, passed every test."""
        return self.build_dir / "marts.verified"

    @property
    def models_file(self) -> Path:
        """Says which models built the marts."""
        return self.build_dir / "marts.models"

    @property
    def dbt_target_dir(self) -> Path:
        """What dbt compiled and how its last build went."""
        return self.build_dir / "dbt"

    @property
    def versions_dir(self) -> Path:
        """The published versions, newest last."""
        return self.data_dir / "versions"

    @property
    def statements_dir(self) -> Path:
        """Closed statements, kept for ever."""
        return self.data_dir / "statements"

    @property
    def feedback_dir(self) -> Path:
        """What people said of what was found, kept for ever."""
        return self.data_dir / "feedback"

    @property
    def insight_rules_file(self) -> Path:
        """When a cost is odd, and which changes are told."""
        return self.config_dir / "insight.yaml"

    @property
    def savings_file(self) -> Path:
        """What was said of findings of savings, kept for ever."""
        return self.data_dir / "feedback" / "savings.jsonl"

    @property
    def taxonomy_file(self) -> Path:
        """What SKUs are, where the operator knows better."""
        return self.config_dir / "taxonomy.yaml"

    @property
    def allocation_file(self) -> Path:
        """Who bears which cost."""
        return self.config_dir / "allocation.yaml"

    @property
    def budgets_file(self) -> Path:
        """What may be spent on which costs."""
        return self.config_dir / "budgets.yaml"

    @property
    def metrics_file(self) -> Path:
        """What costs are divided by."""
        return self.config_dir / "metrics.yaml"

    @property
    def workspaces_file(self) -> Path:
        """Who sees which part of the bill."""
        return self.config_dir / "workspaces.yaml"

    @property
    def scenarios_file(self) -> Path:
        """What might be changed."""
        return self.config_dir / "scenarios.yaml"

    @property
    def reports_file(self) -> Path:
        """Reports that the operator keeps."""
        return self.config_dir / "reports.yaml"

    @property
    def alerts_file(self) -> Path:
        """Who is told of what."""
        return self.config_dir / "alerts.yaml"

    @property
    def alerts_dir(self) -> Path:
        """What was told, and what waits to be."""
        return self.data_dir / "alerts"

    @property
    def saved_reports_file(self) -> Path:
        """Reports that were saved in the dashboard, kept for ever."""
        return self.data_dir / "reports.yaml"

    @property
    def dagster_home(self) -> Path:
        """Dagster's own storage: runs, events, schedules."""
        return self.data_dir / "dagster"

    @property
    def published_warehouse(self) -> Path:
        """The link that pages and SQL users open, read-only."""
        return self.data_dir / "atlas_costs.duckdb"

    @property
    def connections_file(self) -> Path:
        """Where several organizations are listed."""
        return self.config_dir / FILE_NAME

    def variables(self) -> Mapping[str, str]:
        """The environment over `.env`."""
        return _variables()

    def model_variables(self) -> dict[str, str]:
        """The variables that models read: with others, the same bill has other marts."""
        return {
            "ATLAS_COSTS_RECONCILE_TOLERANCE_CENTS": str(self.reconcile_tolerance_cents),
            "ATLAS_COSTS_TAG_KEYS_IGNORE_CASE": str(self.tag_keys_ignore_case).lower(),
        }

    def dbt_environment(self) -> dict[str, str]:
        """The variables dbt_project/profiles.yml and the models read.

        dbt runs in the build folder. With whole paths, each folder would have a connection of its
        own, for which dbt would parse all models again: 10 CPU seconds of a first refresh.
        """
        of_dbt = {
            "ATLAS_COSTS_RAW_DB": self.raw_file.name,
            "ATLAS_COSTS_MARTS_DB": self.marts_file.name,
            # its own debug log costs a sixth of its CPU; what it prints is kept in build/dbt.log
            "DBT_LOG_LEVEL_FILE": "none",
            "ATLAS_COSTS_DBT_MEMORY": f"{self.dbt_memory:d}B",
        }
        return self.model_variables() | self.engine_environment() | of_dbt

    @property
    def required_tag_keys(self) -> tuple[str, ...]:
        """Keys of the tags that a created cluster must carry."""
        return listed(self.required_tags)


def secret(variable: str) -> SecretStr | None:
    """What a variable holds that somebody named as a password, or None where it is not set."""
    value = _variables().get(variable)
    return SecretStr(value) if value else None


def known_secrets(settings: Settings) -> frozenset[str]:
    """Every secret that this process can read: of the settings, and of connections.yaml."""
    ours = [getattr(settings, name) for name in secret_variables(Settings)]
    found = {each.get_secret_value() for each in ours if each}
    names = [each for entry in read_entries(settings.connections_file) for each in entry.secrets]
    variables = _variables()
    return frozenset(found | {value for name in names if (value := variables.get(name))})


def key_variables(settings: Settings) -> set[str]:
    """The variables that hold keys for Atlas, or may: ours, and those connections.yaml names.

    Raises:
        SettingsError: connections.yaml has a mistake.
    """
    entries = read_entries(settings.connections_file)
    named = {name for entry in entries for name in entry.key_variables}
    return named | {each for each in _variables() if each.startswith("MONGODB_ATLAS_")}


def env_file() -> Path | None:
    """The .env to read: `ATLAS_COSTS_ENV_FILE` names another, empty none."""
    name = os.environ.get("ATLAS_COSTS_ENV_FILE", str(HOME / ".env"))
    return Path(name) if name else None


def set_in_environment(names: Iterable[str]) -> list[str]:
    """Those of the variables that the environment itself sets, and so win over `.env`."""
    return [each for each in names if os.environ.get(each)]


def _variables() -> Variables:
    """The environment over `.env`: what connections.yaml names is looked up here."""
    file = env_file()
    kept = dotenv_values(file) if file and file.is_file() else {}
    return Variables.layered(os.environ, kept)


@contextmanager
def read_once() -> Iterator[None]:
    """Settings are read once meanwhile: a run of a page asks six times, which takes 4 ms each."""
    token = _KEPT.set([])
    try:
        yield
    finally:
        _KEPT.reset(token)


def load_settings() -> Settings:
    """Read the environment over `.env` (`ATLAS_COSTS_ENV_FILE` names another, empty none).

    Raises:
        SettingsError: a value cannot be used; the message names variable and reason.
    """
    kept = _KEPT.get()
    if kept is None:
        return _read()
    if not kept:
        kept.append(_read())
    return kept[0]


def _read() -> Settings:
    try:
        return Settings(_env_file=env_file(), **secrets_in_files(Settings, _variables()))  # type: ignore[arg-type]
    except ValidationError as error:
        problems = "; ".join(_problem(dict(each)) for each in error.errors(include_input=False))
        raise SettingsError(f"Cannot use the settings: {problems}.") from None


def _problem(error: dict[str, Any]) -> str:
    name = str(error["loc"][0])
    variable = name if name.isupper() else f"ATLAS_COSTS_{name.upper()}"
    return f"{variable} {error['msg'].removeprefix('Value error, ')}"
