"""The kinds of things a resource file may hold, each by the actions that make and change it.

What can be said of a thing is what its create_… action is asked: no field is known twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from orchestration.actions import projects
from orchestration.actions.access_list import actions as access_list
from orchestration.actions.action import Action, action_of
from orchestration.actions.clusters import actions as clusters
from orchestration.actions.clusters import configs as cluster_configs
from orchestration.actions.clusters.state import ClusterDetails
from orchestration.actions.configs import ActionConfig
from orchestration.actions.model import Typed
from orchestration.actions.users import actions as database_users
from orchestration.actions.users import configs as database_user_configs

# How an action is run, and where: the file's own business, not the thing's.
NOT_OF_THE_THING = frozenset({"connection", "dry_run", "project"})
# Sent, it would be set anew each time: Atlas does not tell whether it is this one already.
NOT_COMPARED = frozenset({"password_env"})


@dataclass(frozen=True)
class Kind:
    """One kind of thing.

    Attributes:
        name: As its address begins.
        section: The list in a project that holds such things.
        key: The field that names it.
        details: What Atlas has of it, for references.
        update: None where Atlas changes no such thing.
    """

    name: str
    section: str
    key: str
    details: type[Typed]
    create: Action
    update: Action | None = None

    @property
    def fields(self) -> list[str]:
        """What may be said of it."""
        return [each for each in self.create.config.model_fields if each not in NOT_OF_THE_THING]

    @property
    def attributes(self) -> list[str]:
        """What a reference may ask of it: what Atlas has as text."""
        fields = self.details.model_fields.items()
        return [name for name, field in fields if field.annotation in (str, str | None)]

    def changing(self, config: ActionConfig) -> dict[str, Any]:
        """The config of its update_… action that asks for what a create_… config asks for."""
        known = set(self.update.config.model_fields) - NOT_COMPARED if self.update else set()
        said: Mapping[str, Any] = config.model_dump(exclude_none=True)
        values = {name: value for name, value in said.items() if name in known}
        # a file was written before: what Atlas moved since is no difference from it
        values |= {"keep_autoscaled": True} if "keep_autoscaled" in known else {}
        return values if "project" in values else {"project": said["name"], **values}


PROJECT = Kind(
    "project",
    "projects",
    "name",
    projects.ProjectDetails,
    action_of(projects.CreateProject, projects.create_project),
    action_of(projects.UpdateProject, projects.update_project),
)
CLUSTER = Kind(
    "cluster",
    "clusters",
    "name",
    ClusterDetails,
    action_of(cluster_configs.CreateCluster, clusters.create_cluster),
    action_of(cluster_configs.UpdateCluster, clusters.update_cluster),
)
DATABASE_USER = Kind(
    "database_user",
    "database_users",
    "name",
    database_user_configs.UserDetails,
    action_of(database_user_configs.CreateDatabaseUser, database_users.create_database_user),
    action_of(database_user_configs.UpdateDatabaseUser, database_users.update_database_user),
)
ACCESS = Kind(
    "access",
    "access",
    "entry",
    access_list.EntryDetails,
    action_of(access_list.AllowIp, access_list.allow_ip),
)
INSIDE = (CLUSTER, DATABASE_USER, ACCESS)
