"""What is kept of a cluster as tables: snapshots, restores of them, online archives. Pure."""

from collections.abc import Sequence

import pandas as pd

from reporting import formats
from reporting.query import Row


def gigabytes(size: int | None) -> str:
    """A size as Atlas bills it, in GB of 2^30 bytes."""
    return formats.ABSENT if size is None else f"{formats.number(size / 2**30, 1)} GB"


def snapshot_frame(rows: Sequence[Row]) -> pd.DataFrame:
    """Its snapshots."""
    return pd.DataFrame([
        {
            "Taken": row["created_at"],
            "Expires": row["expires_at"],
            "Type": row["frequency"] or row["snapshot_type"],
            "Status": str(row["status"] or "").lower(),
            "Size": gigabytes(row["storage_bytes"]),
            "Copied to": row["copy_regions"],
            "Description": row["description"],
            "ID": row["snapshot_id"],
        }
        for row in rows
    ])  # fmt: skip


def archive_frame(rows: Sequence[Row], *, with_cluster: bool = False) -> pd.DataFrame:
    """Online archives."""
    return pd.DataFrame([
        ({"Cluster": row["cluster_name"], "Project": row["project_name"]} if with_cluster else {})
        | {
            "Collection": f"{row['database_name']}.{row['collection_name']}",
            "State": row["state"],
            "Criteria": row["criteria_type"],
            "Archived after": days_text(row["archive_after_days"]),
            "Deleted after": days_text(row["delete_after_days"]),
            "Region": row["region"],
        }
        for row in rows
    ])  # fmt: skip


def days_text(number: int | None) -> str | None:
    """How long something is kept."""
    return None if number is None else f"{formats.count(number)} days"


def restore_frame(rows: Sequence[Row], *, with_cluster: bool = False) -> pd.DataFrame:
    """Restores, the newest first."""
    return pd.DataFrame([
        ({"Cluster": row["cluster_name"], "Project": row["project_name"]} if with_cluster else {})
        | {
            "Finished": row["finished_at"],
            "Data of": row["snapshot_at"],
            "Kind": {"automated": "snapshot", "pointInTime": "point in time"}.get(
                row["delivery_type"], str(row["delivery_type"] or "").lower()
            ),
            "Status": row["status"],
            "Into": row["target_cluster_name"],
            "Of project": row["target_project_name"],
        }
        for row in rows
    ])  # fmt: skip
