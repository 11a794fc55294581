"""What a restore is asked: from which moment, and into which cluster."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from orchestration.actions.backups.snapshot_state import Cluster
from orchestration.actions.configs import (
    HOUR_S,
    Again,
    ChangingConfig,
    ClusterName,
    Confirm,
    IdOrLatest,
    Project,
    Text,
    Wait,
    WaitTimeout,
)


def _moment(value: object) -> object:
    """ISO 8601 or Unix seconds; YAML may have made a time of it already."""
    if value is None:
        return None
    text = str(value).strip()
    try:
        if text.isdecimal():
            return datetime.fromtimestamp(int(text), UTC)
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        raise ValueError("must be a time such as 2026-12-01T10:00:00Z, or Unix seconds") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


class Restore(ChangingConfig):
    """A cluster's data as it was, put into a cluster in the place of what is there."""

    project: Project
    cluster: Cluster
    snapshot_id: IdOrLatest | None = Field(
        default=None, description="Id of a snapshot, or `latest`; or give restore_timestamp."
    )
    restore_timestamp: Annotated[datetime | None, BeforeValidator(_moment)] = Field(
        default=None, description="Point in time, ISO 8601 (UTC if no zone is named) or Unix s."
    )
    delivery_type: Literal["automated", "download"] = Field(
        default="automated", description="Into a cluster, or as a file to download."
    )
    target_project: Text | None = Field(
        default=None, description="Project of the target, by name or id; the same if left out."
    )
    target_cluster: ClusterName | None = Field(
        default=None, description="Cluster whose data is REPLACED; never assumed."
    )
    confirm: Confirm = None
    again: Again = False
    wait: Wait = True
    wait_timeout_s: WaitTimeout = 6 * HOUR_S

    @model_validator(mode="after")
    def _names_one_moment(self) -> "Restore":
        if (self.snapshot_id is None) is (self.restore_timestamp is None):
            raise ValueError("exactly one of snapshot_id and restore_timestamp must be given")
        if self.delivery_type == "automated" and not self.target_cluster:
            raise ValueError(
                f"target_cluster must be given: its data is replaced; say {self.cluster} to "
                "overwrite the cluster itself"
            )
        if self.delivery_type == "download" and self.target_cluster:
            raise ValueError("target_cluster does not go with delivery_type: download")
        return self
