"""What can be asked of a cluster, and what of it contradicts itself."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator

from orchestration.actions.clusters.regions import atlas_region
from orchestration.actions.clusters.replication_specs import ReplicationSpecs
from orchestration.actions.configs import (
    HOUR_S,
    ChangingConfig,
    ClusterName,
    Confirm,
    Project,
    Text,
    WaitTimeout,
)
from orchestration.atlas.tenants import FLEX_SIZE, FREE_SIZE

SIZE = re.compile(r"M0|FLEX|[MR][1-9]\d{1,2}(_NVME|_LOW_CPU)?(_GEN_2)?")
NVME = "_NVME"
# Atlas names hosts by the beginning of a cluster's name.
PREFIX = 23
RETIRED = {"M2", "M5"}
FREE, FLEX = FREE_SIZE, FLEX_SIZE
LONGEST_WAIT_S = HOUR_S
# Ours → Atlas's, for what is one setting of a dedicated cluster.
SETTINGS = {
    "mongodb_major_version": "mongoDBMajorVersion",
    "config_server_management_mode": "configServerManagementMode",
    "global_cluster_self_managed_sharding": "globalClusterSelfManagedSharding",
}
Provider = Literal["AWS", "GCP", "AZURE"]
REPLICA_SET = "REPLICASET"
ClusterType = Literal["REPLICASET", "SHARDED", "GEOSHARDED"]


def _size(value: str) -> str:
    size = value.upper()
    if size in RETIRED:
        raise ValueError(f"{size} was retired in January 2026: use FLEX")
    if not SIZE.fullmatch(size):
        raise ValueError("must be M0, FLEX, or a dedicated tier such as M10 or R40")
    return size


InstanceSize = Annotated[str, AfterValidator(_size)]
Nodes = Literal[3, 5, 7]
AllowIps = Annotated[
    list[str],
    Field(description="Addresses or CIDR blocks to add to the PROJECT's access list."),
]
AllowAnywhere = Annotated[
    bool,
    Field(description="Accept what opens the PROJECT to the internet or a large part of it."),
]


def _version(value: object) -> object:
    return str(value) if isinstance(value, float) else value  # 8.0 in YAML is a number


MajorVersion = Annotated[str, BeforeValidator(_version), Field(pattern=r"^\d+\.\d+$")]
ConfigServers = Literal["ATLAS_MANAGED", "FIXED_TO_DEDICATED"]
Specs = Annotated[
    ReplicationSpecs | None,
    Field(
        description="Atlas's own replicationSpecs, instead of provider, region, instance_size, "
        "nodes and disk_gb: for shards, several regions or clouds."
    ),
]


class _Hardware(ChangingConfig):
    project: Project
    name: ClusterName = Field(description="Name of the cluster; it cannot be changed later.")
    provider: Provider | None = Field(default=None, description="AWS, GCP or AZURE.")
    region: Text | None = Field(
        default=None, description="As Atlas spells it (US_EAST_1) or the cloud (us-east-1)."
    )
    instance_size: InstanceSize | None = Field(
        default=None, description="M0, FLEX, or a dedicated tier such as M10."
    )
    nodes: Nodes | None = Field(default=None, description="Electable nodes: 3, 5 or 7.")
    disk_gb: int | None = Field(
        default=None, ge=10, le=16384, description="Disk of each node; the tier's own if left out."
    )
    backup_enabled: bool | None = Field(default=None, description="Cloud backups; M10 and larger.")
    pit_enabled: bool | None = Field(
        default=None, description="Point-in-time restores; needs backups and costs more."
    )
    termination_protection: bool | None = Field(
        default=None, description="Refuse to be deleted until switched off."
    )
    tags: dict[str, str] | None = Field(
        default=None, description="Complete tag set (replaces existing)."
    )
    replication_specs: Specs = None
    cluster_type: ClusterType | None = Field(
        default=None, description="Told by the shards and zones of replication_specs if left out."
    )
    mongodb_major_version: MajorVersion | None = Field(
        default=None, description="Such as 8.0; Atlas's recommended one if left out."
    )
    config_server_management_mode: ConfigServers | None = Field(
        default=None, description="Of a sharded cluster: whether Atlas may embed config servers."
    )
    global_cluster_self_managed_sharding: bool | None = Field(
        default=None, description="Of a global cluster: whether Atlas leaves sharding to you."
    )
    allow_ips: AllowIps = Field(default_factory=list)
    allow_anywhere: AllowAnywhere = False
    wait_timeout_s: WaitTimeout = LONGEST_WAIT_S

    def region_in(self, provider: str) -> str | None:
        """The region in Atlas's spelling; without a provider of its own, in that one's cloud."""
        return atlas_region(self.provider or provider, self.region) if self.region else None

    def _given(self, *names: str) -> list[str]:
        return [each for each in names if getattr(self, each) is not None]

    @model_validator(mode="after")
    def _specs_stand_alone(self) -> "_Hardware":
        simple = self._given("provider", "region", "instance_size", "nodes", "disk_gb")
        if self.replication_specs is not None and simple:
            raise ValueError(f"replication_specs and {' and '.join(simple)} say the same: keep one")
        if self.pit_enabled and self.backup_enabled is False:
            raise ValueError("pit_enabled needs backup_enabled")
        if NVME in (self.instance_size or ""):
            self._require_own_disk()
        return self

    def _require_own_disk(self) -> None:
        if self.disk_gb is not None:
            raise ValueError(f"disk_gb: a {self.instance_size} comes with its disk, leave it out")
        if self.backup_enabled is False:
            raise ValueError(f"backup_enabled: Atlas runs no {self.instance_size} without backups")


class CreateCluster(_Hardware):
    """A cluster; free and flex ones by the same action."""

    @field_validator("name")
    @classmethod
    def _makes_hosts(cls, name: str) -> str:
        if name[PREFIX - 1 : PREFIX] == "-":
            raise ValueError(
                f"must have no hyphen as its {PREFIX}rd character, where Atlas cuts it off for "
                "the names of hosts"
            )
        return name

    @model_validator(mode="after")
    def _is_whole(self) -> "CreateCluster":
        if self.replication_specs is None:
            missing = {"provider", "region", "instance_size"} - set(
                self._given("provider", "region", "instance_size")
            )
            if missing:
                raise ValueError(f"{' and '.join(sorted(missing))} must be given")
        if self.instance_size in {FREE, FLEX}:
            if self.backup_enabled is False and self.instance_size == FLEX:
                raise ValueError("backup_enabled: false cannot be had: Atlas backs every FLEX up")
            paid = self._given("nodes", "disk_gb") + (["pit_enabled"] if self.pit_enabled else [])
            paid += ["backup_enabled"] if self.backup_enabled and self.instance_size == FREE else []
            paid += self._given(*SETTINGS)
            paid += ["cluster_type"] if self.cluster_type not in {None, REPLICA_SET} else []
            if paid:
                raise ValueError(f"{' and '.join(paid)} needs M10 or larger")
        return self


class UpdateCluster(_Hardware):
    """A cluster, changed in what is given; what is left out stays."""

    keep_autoscaled: bool = Field(
        default=False,
        description="Leave what Atlas moved by itself: a size within autoscaling's bounds, a disk "
        "that grew, a newer version; apply_resources always does.",
    )
    confirm: Confirm = None


class PauseCluster(ChangingConfig):
    """A cluster, paused or resumed."""

    project: Project
    name: ClusterName = Field(description="Name of the cluster.")
    wait_timeout_s: WaitTimeout = LONGEST_WAIT_S


class DeleteCluster(ChangingConfig):
    """A cluster with all its data, deleted."""

    project: Project
    name: ClusterName = Field(description="Name of the cluster.")
    confirm: Confirm = None
    retain_backups: bool = Field(
        default=False, description="Keep its snapshots, which go on costing until they expire."
    )
    wait_timeout_s: WaitTimeout = LONGEST_WAIT_S
