"""Every action by its name: what it is asked and what works out its plan."""

from orchestration.actions import projects
from orchestration.actions.access_list import actions as access_list
from orchestration.actions.action import Action
from orchestration.actions.action import action_of as _action
from orchestration.actions.backups import (
    backup_info,
    restore_config,
    restore_jobs,
    restores,
    snapshots,
)
from orchestration.actions.clusters import actions as clusters
from orchestration.actions.clusters import configs as cluster_configs
from orchestration.actions.resource_file import actions as declarative
from orchestration.actions.users import actions as database_users
from orchestration.actions.users import configs as database_user_configs

__all__ = ["ACTIONS", "Action"]

_ALL = (
    _action(projects.CreateProject, projects.create_project),
    _action(projects.UpdateProject, projects.update_project),
    _action(projects.DeleteProject, projects.delete_project),
    _action(cluster_configs.CreateCluster, clusters.create_cluster),
    _action(cluster_configs.UpdateCluster, clusters.update_cluster),
    _action(cluster_configs.PauseCluster, clusters.pause_cluster),
    _action(cluster_configs.PauseCluster, clusters.resume_cluster),
    _action(cluster_configs.DeleteCluster, clusters.delete_cluster),
    _action(database_user_configs.CreateDatabaseUser, database_users.create_database_user),
    _action(database_user_configs.UpdateDatabaseUser, database_users.update_database_user),
    _action(database_user_configs.DeleteDatabaseUser, database_users.delete_database_user),
    _action(access_list.AllowIp, access_list.allow_ip),
    _action(access_list.RemoveIp, access_list.remove_ip),
    _action(backup_info.GetBackupInfo, backup_info.get_backup_info),
    _action(snapshots.CreateSnapshot, snapshots.create_snapshot),
    _action(snapshots.ListSnapshots, snapshots.list_snapshots),
    _action(snapshots.DescribeSnapshot, snapshots.describe_snapshot),
    _action(snapshots.DeleteSnapshot, snapshots.delete_snapshot),
    _action(restore_config.Restore, restores.restore),
    _action(restore_jobs.GetRestoreStatus, restore_jobs.get_restore_status),
    _action(restore_jobs.ListRestoreJobs, restore_jobs.list_restore_jobs),
    _action(declarative.ApplyResources, declarative.apply_resources),
)
ACTIONS: dict[str, Action] = {each.name: each for each in _ALL}
