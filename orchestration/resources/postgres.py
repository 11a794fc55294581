"""Dagster's storage in PostgreSQL, at the address that our settings give.

Named in dagster.yaml (see commands/dagster_home) without a word of configuration, so that the
password is in no file of Dagster's and in no variable that a run inherits.
"""

from collections.abc import Mapping
from typing import Any, Self

from dagster._serdes import ConfigurableClassData
from dagster_postgres import DagsterPostgresStorage
from sqlalchemy import make_url

from orchestration.settings import SettingsError, load_settings


class Postgres(DagsterPostgresStorage):
    """Its parent, configured by ATLAS_COSTS_DAGSTER_POSTGRES_…."""

    @classmethod
    def config_type(cls) -> dict[str, Any]:
        """Nothing is configured in dagster.yaml."""
        return {}

    @classmethod
    def from_config_value(
        cls,
        inst_data: ConfigurableClassData | None,
        config_value: Mapping[str, Any],  # noqa: ARG003  Dagster's signature
    ) -> Self:
        """The storage of the settings.

        Raises:
            SettingsError: they name none.
        """
        url = load_settings().dagster_postgres()
        if url is None:
            raise SettingsError(
                "Dagster's storage is PostgreSQL, but neither ATLAS_COSTS_DAGSTER_POSTGRES_URL nor "
                "ATLAS_COSTS_DAGSTER_POSTGRES_HOST is set."
            )
        return cls(in_utc(url.get_secret_value()), inst_data=inst_data)


def in_utc(url: str) -> str:
    """The address with sessions in UTC: Dagster keeps naive times, of the server's own zone."""
    found = make_url(url)
    given = found.query.get("options", "")
    options = " ".join([*([given] if isinstance(given, str) else given), "-c timezone=UTC"])
    return found.update_query_dict({"options": options.strip()}).render_as_string(
        hide_password=False
    )
