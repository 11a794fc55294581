"""What a cluster's backups are: on or off, how often, how long, how far back."""

from typing import Any

from orchestration.actions.backups.compliance import policy_of
from orchestration.actions.backups.snapshot_state import Cluster
from orchestration.actions.clusters.state import Located, locate
from orchestration.actions.configs import ActionConfig, Project
from orchestration.actions.context import Context, found
from orchestration.actions.model import Plan, Proposal, Typed
from orchestration.actions.pricing.shapes import DEDICATED, FLEX, TENANT

Document = dict[str, Any]
HINTS = {
    TENANT: "Free clusters have no backups: FLEX and dedicated tiers have.",
    FLEX: "Atlas takes one snapshot a day and keeps eight; they can be listed and restored.",
}


class GetBackupInfo(ActionConfig):
    """How a cluster is backed up."""

    project: Project
    cluster: Cluster


class RetentionPolicy(Typed):
    """One line of a backup schedule: every `interval` of a frequency, kept so long."""

    frequency: str
    interval: int
    retention: str


class BackupInfo(Typed):
    """How a cluster is backed up.

    Attributes:
        backup_supported: Whether its tier has backups at all.
        restore_window_days: How far back a point-in-time restore reaches, if it is enabled.
        compliance_policy: State of the project's backup compliance policy, if it has one.
    """

    cluster: str
    instance_size: str
    provider: str
    regions: tuple[str, ...]
    backup_supported: bool
    backup_enabled: bool
    pit_enabled: bool
    next_snapshot: str | None = None
    restore_window_days: int | None = None
    policies: tuple[RetentionPolicy, ...] = ()
    compliance_policy: str | None = None
    hint: str | None = None


def get_backup_info(context: Context, config: GetBackupInfo) -> Proposal:
    """Ask for the cluster, its schedule and its project's policy; no tier is refused."""
    at = locate(context, config.project, config.cluster)
    info = _info(at)
    state = "on" if info.backup_enabled else "off"
    plan = Plan(summary=f"Backups of {config.cluster} ({info.instance_size}) are {state}.")
    return Proposal(at.label, plan, result=info, atlas_ids={"project_id": at.project.id})


def _info(at: Located) -> BackupInfo:
    details = at.cluster.details()
    schedule: Document = {}
    if at.cluster.kind == DEDICATED and details.backup_enabled:
        ask = at.context.backups.get_schedule
        schedule = found(lambda: ask(at.project.id, at.cluster.name)) or {}
    return BackupInfo(
        cluster=at.cluster.name,
        instance_size=at.cluster.tier,
        provider=details.provider,
        regions=details.regions,
        backup_supported=at.cluster.kind != TENANT,
        backup_enabled=details.backup_enabled,
        pit_enabled=details.pit_enabled,
        next_snapshot=schedule.get("nextSnapshot"),
        restore_window_days=schedule.get("restoreWindowDays"),
        policies=tuple(_policies(schedule)),
        compliance_policy=policy_of(at.context, at.project).state or None,
        hint=HINTS.get(at.cluster.kind),
    )


def _policies(schedule: Document) -> list[RetentionPolicy]:
    return [
        RetentionPolicy(
            frequency=str(item.get("frequencyType")),
            interval=int(item.get("frequencyInterval") or 1),
            retention=f"{item.get('retentionValue')} {item.get('retentionUnit')}",
        )
        for policy in schedule.get("policies") or []
        for item in policy.get("policyItems") or []
    ]
