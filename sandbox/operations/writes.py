"""The operations that provision, back up and restore, each under its operationId.

They are a table of their own, beside `operations.OPERATIONS`: what they are about is there only
once a client has made it. Each that writes names the roles it takes.
"""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from sandbox.access import rules as access
from sandbox.estate.inventory import API
from sandbox.operations import access_lists as access_list
from sandbox.operations import (
    clusters,
    flex,
    groups,
    offers,
    restores,
    schedules,
    snapshots,
    upgrades,
    users,
)
from sandbox.operations.reads import (
    CLUSTER,
    FLEX_CLUSTER,
    FLEX_JOBS,
    FLEX_VERSIONS,
    GROUP,
    JOBS,
    SNAPSHOTS,
    V1,
    Creation,
    Operation,
)
from sandbox.wire import rate_limits


@dataclass(frozen=True, slots=True)
class Start(Operation):
    """One that starts something and answers 200."""

    method: ClassVar[str] = "POST"


@dataclass(frozen=True, slots=True)
class Change(Operation):
    """One that changes something."""

    method: ClassVar[str] = "PATCH"


@dataclass(frozen=True, slots=True)
class Removal(Operation):
    """One that ends something at once."""

    method: ClassVar[str] = "DELETE"
    status: ClassVar[int] = 204


@dataclass(frozen=True, slots=True)
class Dismissal(Operation):
    """One that begins to end something."""

    method: ClassVar[str] = "DELETE"
    status: ClassVar[int] = 202


GONE = ("2023-01-01", "2023-02-01")
WRITE_VERSIONS = ("2024-08-05", "2024-10-23")
WRITE_SUNSET = {"2024-08-05": date(2027, 3, 1)}
DELETE_VERSIONS = ("2023-02-01",)
SCHEDULE_VERSIONS = ("2023-01-01", "2024-08-05")
SCHEDULE_SUNSET = {"2023-01-01": date(2027, 7, 1)}
POLICY_VERSIONS = ("2023-01-01", "2023-10-01")
ACCESS_LIST = f"{GROUP}/accessList"
ENTRY = f"{ACCESS_LIST}/{{entryValue}}"
USERS = f"{GROUP}/databaseUsers"
USER = f"{USERS}/{{databaseName}}/{{username}}"
SCHEDULE = f"{CLUSTER}/backup/schedule"
SNAPSHOT = f"{SNAPSHOTS}/{{snapshotId}}"

READS = (
    # Before "getGroup" and all below it, whose parameter would take "byName" for an id.
    Operation("getGroupByName", f"{API}/groups/byName/{{groupName}}", V1, groups.get_group_by_name),
    Operation("listGroupDatabaseUsers", USERS, V1, users.list_users),
    Operation("getGroupDatabaseUser", USER, V1, users.get_user),
    Operation("listGroupAccessListEntries", ACCESS_LIST, V1, access_list.list_entries),
    Operation("getGroupAccessListEntry", ENTRY, V1, access_list.get_entry),
    Operation(
        "listGroupClusterProviderRegions",
        f"{GROUP}/clusters/provider/regions",
        V1,
        offers.list_provider_regions,
        rate_limits.GROUP_CLUSTERS,
    ),
    Operation(
        "getGroupClusterBackupSchedule",
        SCHEDULE,
        SCHEDULE_VERSIONS,
        schedules.get_schedule,
        sunsets=SCHEDULE_SUNSET,
    ),
    Operation(
        "getGroupBackupCompliancePolicy",
        f"{GROUP}/backupCompliancePolicy",
        POLICY_VERSIONS,
        schedules.get_compliance_policy,
    ),
)
PROJECT_WRITES = (
    Creation(
        "createGroup", f"{API}/groups", V1, groups.create_group, roles=access.PROJECT_CREATORS
    ),
    Change("updateGroup", GROUP, V1, groups.update_group, roles=access.OWNERS),
    Dismissal("deleteGroup", GROUP, V1, groups.delete_group, roles=access.OWNERS),
    Creation("createGroupDatabaseUser", USERS, V1, users.create_user, roles=access.USER_ADMINS),
    Change("updateGroupDatabaseUser", USER, V1, users.update_user, roles=access.USER_ADMINS),
    Removal("deleteGroupDatabaseUser", USER, V1, users.delete_user, roles=access.USER_ADMINS),
    Creation(
        "createGroupAccessListEntry",
        ACCESS_LIST,
        V1,
        access_list.create_entries,
        roles=access.NETWORK_MANAGERS,
    ),
    Removal(
        "deleteGroupAccessListEntry",
        ENTRY,
        V1,
        access_list.delete_entry,
        roles=access.NETWORK_MANAGERS,
    ),
)
CLUSTER_WRITES = (
    Creation(
        "createGroupCluster",
        f"{GROUP}/clusters",
        WRITE_VERSIONS,
        clusters.create_group_cluster,
        rate_limits.GROUP_CLUSTERS,
        gone=GONE,
        sunsets=WRITE_SUNSET,
        roles=access.CLUSTER_CREATORS,
    ),
    Change(
        "updateGroupCluster",
        CLUSTER,
        WRITE_VERSIONS,
        clusters.update_group_cluster,
        rate_limits.GROUP_CLUSTERS,
        gone=GONE,
        sunsets=WRITE_SUNSET,
        roles=access.CLUSTER_MANAGERS,
    ),
    Start(
        "upgradeGroupClusterTenantUpgrade",
        f"{GROUP}/clusters/tenantUpgrade",
        V1,
        upgrades.upgrade_tenant,
        rate_limits.GROUP_CLUSTERS,
        roles=access.CLUSTER_MANAGERS,
    ),
    Start(
        "tenantGroupFlexClusterUpgrade",
        f"{GROUP}/flexClusters:tenantUpgrade",
        FLEX_VERSIONS,
        upgrades.upgrade_flex,
        rate_limits.FLEX_CLUSTERS,
        roles=access.CLUSTER_MANAGERS,
    ),
    Dismissal(
        "deleteGroupCluster",
        CLUSTER,
        DELETE_VERSIONS,
        clusters.delete_group_cluster,
        rate_limits.GROUP_CLUSTERS,
        gone=GONE[:1],
        roles=access.OWNERS,
    ),
    Creation(
        "createGroupFlexCluster",
        f"{GROUP}/flexClusters",
        FLEX_VERSIONS,
        flex.create_group_flex_cluster,
        rate_limits.FLEX_CLUSTERS,
        roles=access.OWNERS,
    ),
    Change(
        "updateGroupFlexCluster",
        FLEX_CLUSTER,
        FLEX_VERSIONS,
        flex.update_group_flex_cluster,
        rate_limits.FLEX_CLUSTERS,
        roles=access.OWNERS,
    ),
    Removal(
        "deleteGroupFlexCluster",
        FLEX_CLUSTER,
        FLEX_VERSIONS,
        flex.delete_group_flex_cluster,
        rate_limits.FLEX_CLUSTERS,
        roles=access.OWNERS,
    ),
)
BACKUP_WRITES = (
    Start(
        "takeGroupClusterBackupSnapshots",
        SNAPSHOTS,
        V1,
        snapshots.take_snapshots,
        roles=access.BACKUP_CREATORS,
    ),
    Change(
        "updateGroupClusterBackupSnapshot",
        SNAPSHOT,
        V1,
        snapshots.update_snapshot,
        roles=access.BACKUP_MANAGERS,
    ),
    Removal(
        "deleteGroupClusterBackupSnapshot",
        SNAPSHOT,
        V1,
        snapshots.delete_snapshot,
        roles=access.BACKUP_MANAGERS,
    ),
    Removal(
        "deleteGroupClusterBackupSnapshotShardedCluster",
        f"{SNAPSHOTS}/shardedCluster/{{snapshotId}}",
        V1,
        snapshots.delete_sharded_snapshot,
        roles=access.BACKUP_MANAGERS,
    ),
    Change(
        "updateGroupClusterBackupSchedule",
        SCHEDULE,
        SCHEDULE_VERSIONS,
        schedules.update_schedule,
        sunsets=SCHEDULE_SUNSET,
        roles=access.BACKUP_MANAGERS,
    ),
    Start(
        "createGroupClusterBackupRestoreJob",
        JOBS,
        V1,
        restores.create_restore_job,
        roles=access.BACKUP_MANAGERS,
    ),
    Removal(
        "cancelGroupClusterBackupRestoreJob",
        f"{JOBS}/{{restoreJobId}}",
        V1,
        restores.cancel_restore_job,
        roles=access.BACKUP_MANAGERS,
    ),
    Start(
        "createGroupFlexClusterBackupRestoreJob",
        FLEX_JOBS,
        FLEX_VERSIONS,
        restores.create_flex_restore_job,
        roles=access.BACKUP_MANAGERS,
    ),
)
PROVISIONING = (*READS, *PROJECT_WRITES, *CLUSTER_WRITES, *BACKUP_WRITES)
