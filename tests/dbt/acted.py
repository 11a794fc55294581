"""What was done in Atlas in the hand-written world: a record of every outcome."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from orchestration.action_runs.log import ActionLog
from orchestration.actions.model import Change, CostLine, MonthlyCost, Outcome, Plan, Record

COST = MonthlyCost(
    before_cents=0,
    after_cents=41610,
    basis="invoices",
    lines=(CostLine(name="M30", monthly_cents=41610, basis="paid"),),
)
CREATE = Plan(
    summary="Create cluster cart in project shop.",
    changes=(Change(field="instance_size", after="M30"),),
    confirm=None,
    monthly_cost=COST,
)
SNAPSHOT = {"snapshot_id": "6a0000000000000000000001"}


def _record(minute: int, action: str, outcome: Outcome, **fields: Any) -> Record:
    return Record(
        **{
            "id": f"20260501T08{minute:02d}00000000Z-abcdef",
            "action": action,
            "connection": "default",
            "target": "shop/cart",
            "requested_at": datetime(2026, 5, 1, 8, minute, tzinfo=UTC),
            "requested_by": "ana@desk by command line",
            "config": {"project": "shop", "name": "cart"},
            "outcome": outcome,
            "duration_s": 1.5,
            **fields,
        }
    )


RECORDS = [
    _record(0, "create_cluster", "planned", plan=CREATE),
    _record(1, "create_cluster", "applied", plan=CREATE, applied=True, result={"state": "IDLE"}),
    _record(2, "create_cluster", "adopted", plan=Plan(summary="It is there, as wanted.")),
    _record(3, "pause_cluster", "unchanged", plan=Plan(summary="It is paused.")),
    _record(4, "list_snapshots", "read", plan=Plan(summary="Snapshots."), result={"snapshots": []}),
    # killed while it waited
    _record(5, "create_snapshot", "in_progress", applied=True, atlas_ids=SNAPSHOT, duration_s=0.0),
    # asked for before anybody knew of which organization
    _record(
        6,
        "delete_cluster",
        "refused",
        connection="unknown",
        target="",
        config={},
        error="connection is missing: say which one (default, second).",
        duration_s=0.0,
    ),
    _record(
        7,
        "create_cluster",
        "failed",
        connection="gone since",
        plan=CREATE,
        applied=True,
        error="Atlas has no room for it.",
        error_code="OUT_OF_CAPACITY",
    ),
]


def keep_records(landing: Path) -> None:
    """Write them as actions do; the first twice, as in a copied folder."""
    log = ActionLog(landing)
    for each in (*RECORDS, RECORDS[0].model_copy(update={"connection": "copied"})):
        log.keep(each)
