"""Where Dagster keeps its runs, events and schedules: SQLite in the data folder, or PostgreSQL."""

from urllib.parse import quote, urlsplit

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings

from orchestration.config.connections import SettingsError

SCHEMES = frozenset({"postgresql", "postgres", "postgresql+psycopg2"})
DRIVER = "postgresql+psycopg2"  # SQLAlchemy takes another one otherwise, which Dagster does not
URL, HOST = "ATLAS_COSTS_DAGSTER_POSTGRES_URL", "ATLAS_COSTS_DAGSTER_POSTGRES_HOST"
LIKE_THIS = "postgresql://user@host:5432/dagster"


class DagsterStorage(BaseSettings):
    """The settings `ATLAS_COSTS_DAGSTER_…`."""

    dagster_postgres_url: SecretStr | None = None
    dagster_postgres_host: str | None = None
    dagster_postgres_port: int = Field(default=5432, ge=1, le=65535)
    dagster_postgres_user: str = "dagster"
    dagster_postgres_db: str = "dagster"
    dagster_postgres_password: SecretStr | None = None
    dagster_concurrency: int = Field(default=4, ge=1, le=64)
    dagster_read_only: bool = False

    def dagster_postgres(self) -> SecretStr | None:
        """The address of Dagster's database with its password, or None for SQLite.

        Raises:
            SettingsError: it is given twice, or is none of PostgreSQL's; no message repeats it.
        """
        if self.dagster_postgres_url and self.dagster_postgres_host:
            raise SettingsError(f"Both {URL} and {HOST} are set: keep one of them.")
        if self.dagster_postgres_url:
            return SecretStr(_of_url(self.dagster_postgres_url.get_secret_value()))
        return SecretStr(self._of_parts()) if self.dagster_postgres_host else None

    def _of_parts(self) -> str:
        host = self.dagster_postgres_host or ""
        authority = f"[{host}]" if ":" in host else host
        password = self.dagster_postgres_password
        secret = f":{quote(password.get_secret_value(), safe='')}" if password else ""
        user = f"{quote(self.dagster_postgres_user, safe='')}{secret}"
        place = f"{authority}:{self.dagster_postgres_port}"
        return f"{DRIVER}://{user}@{place}/{quote(self.dagster_postgres_db, safe='')}"


def _of_url(value: str) -> str:
    try:
        parts = urlsplit(value)
        is_usable = parts.scheme in SCHEMES and parts.port != 0 and len(parts.path) > 1
    except ValueError:
        is_usable = False
    if not is_usable:
        raise SettingsError(f"{URL} cannot be used: write it like {LIKE_THIS}.")
    return f"{DRIVER}{value[value.index(':') :]}"
