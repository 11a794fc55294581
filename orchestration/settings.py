"""The only reader of the environment and of `.env`; secrets leave here as SecretStr.

Importing this module connects to nothing and requires nothing: a bare checkout loads.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, AliasChoices, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT_ROOT = Path(__file__).resolve().parents[1]
Kind = TypeVar("Kind", "ApiKey", "ServiceAccount")


class SettingsError(ValueError):
    """A setting is missing or contradicts another; the message names it and the remedy."""


@dataclass(frozen=True)
class ApiKey:
    """An Atlas API key: HTTP Digest credentials."""

    public_key: str
    private_key: SecretStr


@dataclass(frozen=True)
class ServiceAccount:
    """An Atlas service account: OAuth 2.0 client credentials."""

    client_id: str
    client_secret: SecretStr


@dataclass(frozen=True)
class Connection:
    """One Atlas organization and how to reach it."""

    name: str
    org_id: str
    base_url: str
    credentials: ApiKey | ServiceAccount


def _http_address(value: str) -> str:
    if not value.startswith(("https://", "http://")):
        raise ValueError("must start with https:// (for example https://cloud.mongodb.com)")
    return value.rstrip("/").removesuffix("/api/atlas/v2")


def _from_project_root(value: Path) -> Path:
    return value if value.is_absolute() else PROJECT_ROOT / value


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
    base_url: Annotated[str, AfterValidator(_http_address)] = Field(
        default="https://cloud.mongodb.com", validation_alias="MONGODB_ATLAS_BASE_URL"
    )

    data_dir: Annotated[Path, AfterValidator(_from_project_root)] = PROJECT_ROOT / "data"
    config_dir: Annotated[Path, AfterValidator(_from_project_root)] = PROJECT_ROOT / "config"
    history_months: int | None = Field(default=None, ge=1)
    restatement_months: int = Field(default=3, ge=0)
    reconcile_tolerance_cents: int = Field(default=0, ge=0)
    engine: Literal["duckdb"] = "duckdb"
    allow_anonymous: bool = False

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
    def dbt_target_dir(self) -> Path:
        """What dbt compiled and how its last build went."""
        return self.build_dir / "dbt"

    @property
    def versions_dir(self) -> Path:
        """The published versions, newest last."""
        return self.data_dir / "versions"

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
        }

    def credentials(self) -> ApiKey | ServiceAccount:
        """The one pair of credentials that is set.

        Raises:
            SettingsError: none, half a pair, or both kinds are set.
        """
        return _one_kind(
            _pair(self.public_key, self.private_key, "PUBLIC_KEY", "PRIVATE_KEY", ApiKey),
            _pair(self.client_id, self.client_secret, "CLIENT_ID", "CLIENT_SECRET", ServiceAccount),
        )

    def connections(self) -> list[Connection]:
        """Every Atlas organization this installation reads.

        Raises:
            SettingsError: credentials or the organization id are missing.
        """
        credentials = self.credentials()
        if not self.org_id:
            raise SettingsError(
                "MONGODB_ATLAS_ORG_ID is not set: put the organization id (Atlas, Organization "
                "Settings) into .env or the environment."
            )
        return [Connection("default", self.org_id, self.base_url, credentials)]


def _pair(
    name: str | None, secret: SecretStr | None, name_key: str, secret_key: str, kind: type[Kind]
) -> Kind | None:
    if name and secret:
        return kind(name, secret)
    if name or secret:
        present, absent = (name_key, secret_key) if name else (secret_key, name_key)
        raise SettingsError(
            f"MONGODB_ATLAS_{present} is set but MONGODB_ATLAS_{absent} is not: set both."
        )
    return None


def _one_kind(api_key: ApiKey | None, account: ServiceAccount | None) -> ApiKey | ServiceAccount:
    if api_key and account:
        raise SettingsError(
            "Both an API key (MONGODB_ATLAS_PUBLIC_KEY) and a service account "
            "(MONGODB_ATLAS_CLIENT_ID) are set: keep one of them."
        )
    if not (found := api_key or account):
        raise SettingsError(
            "No Atlas credentials: set MONGODB_ATLAS_PUBLIC_KEY and MONGODB_ATLAS_PRIVATE_KEY, or "
            "MONGODB_ATLAS_CLIENT_ID and MONGODB_ATLAS_CLIENT_SECRET, in .env (see .env.example); "
            "to look around without a key run `make demo`."
        )
    return found


def load_settings() -> Settings:
    """Read the environment over `.env` (`ATLAS_COSTS_ENV_FILE` names another, empty none).

    Raises:
        SettingsError: a value cannot be used; the message names variable and reason.
    """
    env_file = os.environ.get("ATLAS_COSTS_ENV_FILE", str(PROJECT_ROOT / ".env")) or None
    try:
        return Settings(_env_file=env_file)
    except ValidationError as error:
        problems = "; ".join(_problem(dict(each)) for each in error.errors(include_input=False))
        raise SettingsError(f"Cannot use the settings: {problems}.") from None


def _problem(error: dict[str, Any]) -> str:
    name = str(error["loc"][0])
    variable = name if name.startswith("MONGODB_ATLAS_") else f"ATLAS_COSTS_{name.upper()}"
    return f"{variable} {error['msg'].removeprefix('Value error, ')}"
