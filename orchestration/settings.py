"""The only reader of the environment and of `.env`; secrets leave here as SecretStr.

Importing this module connects to nothing and requires nothing: a bare checkout loads.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

from dotenv import dotenv_values
from pydantic import AfterValidator, AliasChoices, ByteSize, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from orchestration.config.connections import (
    DEFAULT,
    FILE_NAME,
    ApiKey,
    Connection,
    Machine,
    ServiceAccount,
    SettingsError,
    http_address,
    pair,
    read_entries,
)

NO_KEY_FOR_ACTIONS = (
    "No key for actions: set MONGODB_ATLAS_PROVISIONING_PUBLIC_KEY and "
    "MONGODB_ATLAS_PROVISIONING_PRIVATE_KEY, or MONGODB_ATLAS_PROVISIONING_CLIENT_ID and "
    "MONGODB_ATLAS_PROVISIONING_CLIENT_SECRET (docs/connect.md#keys-for-actions); the key that "
    "reads costs is never used to change anything."
)
PROJECT_ROOT = Path(__file__).resolve().parents[1]
__all__ = [
    "PROJECT_ROOT",
    "ApiKey",
    "Connection",
    "ServiceAccount",
    "Settings",
    "SettingsError",
    "connections_file",
    "env_file",
    "load_settings",
    "secret",
    "set_in_environment",
]


def _from_project_root(value: Path) -> Path:
    return value if value.is_absolute() else PROJECT_ROOT / value


def _listed(value: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in value.split(",") if each.strip())


def _atlas(*names: str) -> Any:  # noqa: ANN401  pydantic's Field is untyped
    choices = AliasChoices(*(f"MONGODB_ATLAS_{name}" for name in names))
    return Field(default=None, validation_alias=choices)


class Settings(BaseSettings):
    """Settings as CONTRACT names them: `MONGODB_ATLAS_*` for access, `ATLAS_COSTS_*` for us."""

    model_config = SettingsConfigDict(
        env_prefix="ATLAS_COSTS_", env_ignore_empty=True, extra="ignore", populate_by_name=True
    )

    org_id: str | None = _atlas("ORG_ID")
    public_key: str | None = _atlas("PUBLIC_KEY", "PUBLIC_API_KEY")
    private_key: SecretStr | None = _atlas("PRIVATE_KEY", "PRIVATE_API_KEY")
    client_id: str | None = _atlas("CLIENT_ID")
    client_secret: SecretStr | None = _atlas("CLIENT_SECRET")
    base_url: Annotated[str, AfterValidator(http_address)] = Field(
        default="https://cloud.mongodb.com", validation_alias="MONGODB_ATLAS_BASE_URL"
    )
    provisioning_public_key: str | None = _atlas("PROVISIONING_PUBLIC_KEY")
    provisioning_private_key: SecretStr | None = _atlas("PROVISIONING_PRIVATE_KEY")
    provisioning_client_id: str | None = _atlas("PROVISIONING_CLIENT_ID")
    provisioning_client_secret: SecretStr | None = _atlas("PROVISIONING_CLIENT_SECRET")

    ssl_cert_file: Annotated[Path, AfterValidator(_from_project_root)] | None = Field(
        default=None, validation_alias="SSL_CERT_FILE"
    )
    ssl_cert_dir: Annotated[Path, AfterValidator(_from_project_root)] | None = Field(
        default=None, validation_alias="SSL_CERT_DIR"
    )

    data_dir: Annotated[Path, AfterValidator(_from_project_root)] = PROJECT_ROOT / "data"
    config_dir: Annotated[Path, AfterValidator(_from_project_root)] = PROJECT_ROOT / "config"
    history_months: int | None = Field(default=None, ge=1)
    restatement_months: int = Field(default=3, ge=0)
    reconcile_tolerance_cents: int = Field(default=0, ge=0)
    concurrency: int = Field(default=4, ge=1, le=16)
    patience_minutes: int = Field(default=30, ge=0)
    focus_reports: bool = True
    required_tags: str = ""
    dbt_memory: ByteSize = Field(default=ByteSize(4 * 2**30), ge=2**28)
    engine: Literal["duckdb"] = "duckdb"
    allow_anonymous: bool = False
    allowed_hosts: str = ""
    kept_versions: int = Field(default=3, ge=1)
    run_history_days: int = Field(default=30, ge=1)
    run_history_mb: int = Field(default=200, ge=1)

    @property
    def machine(self) -> Machine:
        """What this machine adds to every connection."""
        return Machine(self.ssl_cert_file, self.ssl_cert_dir, self.data_dir / "tokens")

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
    def taxonomy_file(self) -> Path:
        """What SKUs are, where the operator knows better."""
        return self.config_dir / "taxonomy.yaml"

    @property
    def allocation_file(self) -> Path:
        """Who bears which cost."""
        return self.config_dir / "allocation.yaml"

    @property
    def dagster_home(self) -> Path:
        """Dagster's own storage: runs, events, schedules."""
        return self.data_dir / "dagster"

    @property
    def published_warehouse(self) -> Path:
        """The link that pages and SQL users open, read-only."""
        return self.data_dir / "atlas_costs.duckdb"

    def dbt_environment(self) -> dict[str, str]:
        """The variables dbt_project/profiles.yml and the models read."""
        return {
            "ATLAS_COSTS_RAW_DB": str(self.raw_file),
            "ATLAS_COSTS_MARTS_DB": str(self.marts_file),
            "ATLAS_COSTS_RECONCILE_TOLERANCE_CENTS": str(self.reconcile_tolerance_cents),
            "ATLAS_COSTS_ENGINE": self.engine,
            # its own debug log costs a sixth of its CPU; what it prints is kept in build/dbt.log
            "DBT_LOG_LEVEL_FILE": "none",
            "ATLAS_COSTS_DBT_MEMORY": f"{self.dbt_memory:d}B",
        }

    def credentials(self) -> ApiKey | ServiceAccount:
        """The one pair of credentials that is set.

        Raises:
            SettingsError: none, half a pair, or both kinds are set.
        """
        if found := self._credentials(""):
            return found
        raise SettingsError(
            "No Atlas credentials: set MONGODB_ATLAS_PUBLIC_KEY and MONGODB_ATLAS_PRIVATE_KEY, or "
            "MONGODB_ATLAS_CLIENT_ID and MONGODB_ATLAS_CLIENT_SECRET, in .env (see .env.example); "
            "to look around without a key run `make demo`."
        )

    def provisioning_credentials(self) -> ApiKey | ServiceAccount | None:
        """The separate pair that actions use, or None where none is set.

        Raises:
            SettingsError: half a pair, or both kinds are set.
        """
        return self._credentials("PROVISIONING_")

    @property
    def required_tag_keys(self) -> tuple[str, ...]:
        """Keys of the tags that a created cluster must carry."""
        return _listed(self.required_tags)

    @property
    def allowed_host_names(self) -> tuple[str, ...]:
        """Names besides this machine's own under which pages and Dagster are reached."""
        return _listed(self.allowed_hosts)

    def connections_for_actions(self) -> list[Connection]:
        """Every organization with the credentials that actions use, and no others.

        Those of connections.yaml may name variables of their own; the rest share
        MONGODB_ATLAS_PROVISIONING_….
        """
        shared, problem = self._shared_for_actions()
        entries = read_entries(connections_file(self))
        variables = _variables()
        found = [
            each.connection_for_actions(variables, self.base_url, shared, problem)
            for each in entries
        ]
        known = {each.org_id.casefold() for each in found}
        if self.org_id and self.org_id.casefold() not in known:
            found.append(Connection(DEFAULT, self.org_id, self.base_url, shared, problem))
        return self._from_this_machine(found)

    def _from_this_machine(self, found: list[Connection]) -> list[Connection]:
        machine = self.machine
        return [replace(each, machine=machine) for each in found]

    def _shared_for_actions(self) -> tuple[ApiKey | ServiceAccount | None, str | None]:
        try:
            found = self.provisioning_credentials()
        except SettingsError as error:
            return None, str(error)
        return found, None if found else NO_KEY_FOR_ACTIONS

    def connection_for_actions(self, name: str | None) -> Connection:
        """The organization to act in, with usable credentials.

        Raises:
            SettingsError: there is none, none of this name, several and none was named, or no
                key for actions.
        """
        found = self.connections_for_actions()
        names = ", ".join(each.name for each in found)
        if not found:
            raise SettingsError("No organization is connected: run `atlas-costs connect`.")
        if name is None and len(found) > 1:
            raise SettingsError(f"connection is missing: say which one ({names}).")
        chosen = [each for each in found if name is None or each.name == name]
        if not chosen:
            raise SettingsError(f"connection {name} is not known: there is {names}.")
        chosen[0].usable_credentials()
        return chosen[0]

    def connections(self) -> list[Connection]:
        """Every Atlas organization this installation reads; config/connections.yaml's first.

        One whose variables are not set comes without credentials and with its problem, so that it
        does not stop the others.

        Raises:
            SettingsError: there is no connection at all, the only one has no usable credentials,
                or connections.yaml has a mistake.
        """
        file = connections_file(self)
        entries = read_entries(file)
        if not entries:
            return self._from_this_machine([self._required_default()])
        variables = _variables()
        found = [each.connection(variables, self.base_url) for each in entries]
        if self.org_id and self.org_id.casefold() not in {each.org_id.casefold() for each in found}:
            if DEFAULT in {each.name.casefold() for each in found}:
                raise SettingsError(
                    f"{file}: a connection is named default, and so is the organization of "
                    "MONGODB_ATLAS_ORG_ID: give the one in the file another name."
                )
            found.append(self._default(self.org_id))
        return self._from_this_machine(found)

    def _required_default(self) -> Connection:
        credentials = self.credentials()
        if not self.org_id:
            raise SettingsError(
                "MONGODB_ATLAS_ORG_ID is not set: put the organization id (Atlas, Organization "
                "Settings) into .env or the environment."
            )
        return Connection(DEFAULT, self.org_id, self.base_url, credentials)

    def _default(self, org_id: str) -> Connection:
        try:
            return Connection(DEFAULT, org_id, self.base_url, self.credentials())
        except SettingsError as error:
            return Connection(DEFAULT, org_id, self.base_url, problem=str(error))

    def _credentials(self, kind: str) -> ApiKey | ServiceAccount | None:
        def half(name: str) -> Any:  # noqa: ANN401  a name or a secret
            return getattr(self, f"{kind}{name}".lower())

        def variables(*names: str) -> tuple[str, str]:
            first, second = (f"MONGODB_ATLAS_{kind}{name}" for name in names)
            return first, second

        key_names = variables("PUBLIC_KEY", "PRIVATE_KEY")
        account_names = variables("CLIENT_ID", "CLIENT_SECRET")
        key = pair(half("PUBLIC_KEY"), half("PRIVATE_KEY"), key_names, ApiKey)
        account = pair(half("CLIENT_ID"), half("CLIENT_SECRET"), account_names, ServiceAccount)
        if key and account:
            raise SettingsError(
                f"Both an API key ({key_names[0]}) and a service account ({account_names[0]}) are "
                "set: keep one of them."
            )
        return key or account


def secret(variable: str) -> SecretStr | None:
    """What a variable holds that somebody named as a password, or None where it is not set."""
    value = _variables().get(variable)
    return SecretStr(value) if value else None


def key_variables(settings: Settings) -> set[str]:
    """The variables that hold keys for Atlas, or may: ours, and those connections.yaml names.

    Raises:
        SettingsError: connections.yaml has a mistake.
    """
    entries = read_entries(connections_file(settings))
    named = {name for entry in entries for name in entry.key_variables}
    return named | {each for each in _variables() if each.startswith("MONGODB_ATLAS_")}


def env_file() -> Path | None:
    """The .env to read: `ATLAS_COSTS_ENV_FILE` names another, empty none."""
    name = os.environ.get("ATLAS_COSTS_ENV_FILE", str(PROJECT_ROOT / ".env"))
    return Path(name) if name else None


def connections_file(settings: Settings) -> Path:
    """Where several organizations are listed."""
    return settings.config_dir / FILE_NAME


def set_in_environment(names: Iterable[str]) -> list[str]:
    """Those of the variables that the environment itself sets, and so win over `.env`."""
    return [each for each in names if os.environ.get(each)]


def _variables() -> Mapping[str, str]:
    """The environment over `.env`: what connections.yaml names is looked up here."""
    file = env_file()
    kept = dotenv_values(file) if file and file.is_file() else {}
    set_here = {name: value for name, value in os.environ.items() if value}
    return {name: value for name, value in (kept | set_here).items() if value}


def load_settings() -> Settings:
    """Read the environment over `.env` (`ATLAS_COSTS_ENV_FILE` names another, empty none).

    Raises:
        SettingsError: a value cannot be used; the message names variable and reason.
    """
    try:
        return Settings(_env_file=env_file())
    except ValidationError as error:
        problems = "; ".join(_problem(dict(each)) for each in error.errors(include_input=False))
        raise SettingsError(f"Cannot use the settings: {problems}.") from None


def _problem(error: dict[str, Any]) -> str:
    name = str(error["loc"][0])
    variable = name if name.isupper() else f"ATLAS_COSTS_{name.upper()}"
    return f"{variable} {error['msg'].removeprefix('Value error, ')}"
