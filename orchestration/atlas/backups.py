"""Snapshots and restores: one method per endpoint, each naming its operationId.

What a download can be fetched from is a secret: it leaves here as null, with the fact that there
is one in `has_download`.
"""

from collections.abc import Iterable
from typing import Any

from orchestration.atlas import paths
from orchestration.atlas.answers import Answer
from orchestration.atlas.client import AtlasClient
from orchestration.atlas.errors import MalformedAnswer
from orchestration.atlas.inventory import ADDRESSES, BASIC, FLEX, Inventory, redacted
from orchestration.atlas.responses import results

SCHEDULE = "2024-08-05"
POLICY = "2023-10-01"
HAS_DOWNLOAD = "has_download"
Document = dict[str, Any]


class Backups:
    """Snapshots, their schedule and policy, and restore jobs."""

    def __init__(self, client: AtlasClient) -> None:
        self._client = client
        self._inventory = Inventory(client)

    def get_schedule(self, project_id: str, cluster: str) -> Document:
        """Atlas getGroupClusterBackupSchedule."""
        path = f"{_backup(project_id, cluster)}/schedule"
        return self._get(path, f"backup schedule of {cluster}", SCHEDULE)

    def get_compliance_policy(self, project_id: str) -> Document:
        """Atlas getGroupBackupCompliancePolicy; empty where there is none."""
        path = f"{paths.project(project_id)}/backupCompliancePolicy"
        return self._get(path, "backup compliance policy", POLICY)

    def list_snapshots(self, project_id: str, cluster: str, *, sharded: bool) -> list[Document]:
        """Atlas listGroupClusterBackupSnapshots and …BackupSnapshotShardedClusters."""
        listed = (
            self._inventory.list_sharded_snapshots if sharded else self._inventory.list_snapshots
        )
        return _objects(listed(project_id, cluster))

    def get_snapshot(
        self, project_id: str, cluster: str, snapshot_id: str, *, sharded: bool
    ) -> Document:
        """Atlas getGroupClusterBackupSnapshot and …BackupSnapshotShardedCluster."""
        path = _snapshot(project_id, cluster, snapshot_id, sharded=sharded)
        return self._get(path, f"snapshot {snapshot_id}")

    def take_snapshot(self, project_id: str, cluster: str, body: Document) -> Document:
        """Atlas takeGroupClusterBackupSnapshots: of replica sets and sharded clusters alike."""
        path, what = f"{_backup(project_id, cluster)}/snapshots", f"snapshot of {cluster}"
        return self._made(path, body, what, BASIC)

    def delete_snapshot(
        self, project_id: str, cluster: str, snapshot_id: str, *, sharded: bool
    ) -> None:
        """Atlas deleteGroupClusterBackupSnapshot and …BackupSnapshotShardedCluster."""
        path = _snapshot(project_id, cluster, snapshot_id, sharded=sharded)
        what = f"deleting snapshot {snapshot_id}"
        self._client.change("DELETE", path, version=BASIC, what=what)

    def list_restore_jobs(self, project_id: str, cluster: str) -> list[Document]:
        """Atlas listGroupClusterBackupRestoreJobs."""
        path, what = f"{_backup(project_id, cluster)}/restoreJobs", f"restore jobs of {cluster}"
        return self._safe_list(path, BASIC, what)

    def get_restore_job(self, project_id: str, cluster: str, job_id: str) -> Document:
        """Atlas getGroupClusterBackupRestoreJob."""
        path = f"{_backup(project_id, cluster)}/restoreJobs/{paths.segment(job_id)}"
        return self._get(path, f"restore job {job_id}")

    def restore(self, project_id: str, cluster: str, body: Document) -> Document:
        """Atlas createGroupClusterBackupRestoreJob."""
        path, what = f"{_backup(project_id, cluster)}/restoreJobs", f"restore of {cluster}"
        return self._made(path, body, what, BASIC)

    def list_flex_snapshots(self, project_id: str, name: str) -> list[Document]:
        """Atlas listGroupFlexClusterBackupSnapshots."""
        return _objects(self._inventory.list_flex_snapshots(project_id, name))

    def get_flex_snapshot(self, project_id: str, name: str, snapshot_id: str) -> Document:
        """Atlas getGroupFlexClusterBackupSnapshot."""
        path = f"{_flex_backup(project_id, name)}/snapshots/{paths.segment(snapshot_id)}"
        return self._get(path, f"snapshot {snapshot_id}", FLEX)

    def list_flex_restore_jobs(self, project_id: str, name: str) -> list[Document]:
        """Atlas listGroupFlexClusterBackupRestoreJobs."""
        path, what = f"{_flex_backup(project_id, name)}/restoreJobs", f"restore jobs of {name}"
        return self._safe_list(path, FLEX, what)

    def get_flex_restore_job(self, project_id: str, name: str, job_id: str) -> Document:
        """Atlas getGroupFlexClusterBackupRestoreJob."""
        path = f"{_flex_backup(project_id, name)}/restoreJobs/{paths.segment(job_id)}"
        return self._get(path, f"restore job {job_id}", FLEX)

    def restore_flex(self, project_id: str, name: str, body: Document) -> Document:
        """Atlas createGroupFlexClusterBackupRestoreJob."""
        path, what = f"{_flex_backup(project_id, name)}/restoreJobs", f"restore of {name}"
        return self._made(path, body, what, FLEX)

    def _get(self, path: str, what: str, version: str = BASIC) -> Document:
        return _safe(self._client.get(path, version=version, what=what).document)

    def _safe_list(self, path: str, version: str, what: str) -> list[Document]:
        found = _objects(self._client.pages(path, version=version, what=what))
        return [_safe(each) for each in found]

    def _made(self, path: str, body: Document, what: str, version: str) -> Document:
        made = _safe(self._client.change("POST", path, body, version=version, what=what).document)
        if "id" not in made:
            raise MalformedAnswer(f"{what}: Atlas's answer does not say what it made.")
        return made


def _backup(project_id: str, cluster: str) -> str:
    return f"{paths.cluster(project_id, cluster)}/backup"


def _flex_backup(project_id: str, name: str) -> str:
    return f"{paths.flex_cluster(project_id, name)}/backup"


def _snapshot(project_id: str, cluster: str, snapshot_id: str, *, sharded: bool) -> str:
    kind = "snapshots/shardedCluster" if sharded else "snapshots"
    return f"{_backup(project_id, cluster)}/{kind}/{paths.segment(snapshot_id)}"


def _safe(document: object) -> Document:
    if not isinstance(document, dict):
        return {}
    has_download = any(bool(document.get(name)) for name in ADDRESSES)
    return {**redacted(document), HAS_DOWNLOAD: has_download}


def _objects(pages: Iterable[Answer]) -> list[Document]:
    return [each for page in pages for each in results(page.document) if isinstance(each, dict)]
