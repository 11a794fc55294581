"""A project's backup compliance policy: what it forbids is said before Atlas has to refuse it."""

from dataclasses import dataclass
from typing import Any

from orchestration.actions.context import Context, found
from orchestration.actions.projects import ProjectRef

DAYS = {"days": 1, "weeks": 7, "months": 30, "years": 365}


@dataclass(frozen=True)
class Policy:
    """What matters of a policy.

    Attributes:
        state: Atlas's state, such as ACTIVE; empty where there is no policy.
        shortest_on_demand_days: Least retention of snapshots taken on demand, or None.
        restore_window_days: Days to which point-in-time restores must reach back, or None.
    """

    state: str = ""
    shortest_on_demand_days: int | None = None
    restore_window_days: int | None = None
    authorized_email: str | None = None

    @property
    def is_active(self) -> bool:
        """Whether there is one; also while Atlas is still enabling it."""
        return bool(self.state)

    @property
    def no_deletion(self) -> str:
        """The refusal of deletions."""
        return (
            f"the project has a backup compliance policy ({self.state}): nobody can delete a "
            "snapshot under it"
        )


def policy_of(context: Context, project: ProjectRef) -> Policy:
    """The policy of a project; Atlas answers 404 or nothing where there is none."""
    document = found(lambda: context.backups.get_compliance_policy(project.id)) or {}
    if not document.get("state"):
        return Policy()
    return Policy(
        state=str(document["state"]),
        shortest_on_demand_days=_days(document.get("onDemandPolicyItem")),
        restore_window_days=document.get("restoreWindowDays"),
        authorized_email=document.get("authorizedEmail"),
    )


def _days(item: Any) -> int | None:  # noqa: ANN401  JSON is any shape
    if not isinstance(item, dict) or not item.get("retentionValue"):
        return None
    return int(item["retentionValue"]) * DAYS.get(str(item.get("retentionUnit")), 1)
