"""Where a restore goes, why it cannot go there, and what it does there."""

from dataclasses import dataclass

from orchestration.actions.clusters.state import (
    DELETING,
    FoundCluster,
    Located,
    leaving,
    require_cluster,
)
from orchestration.actions.pricing.shapes import DEDICATED, FLEX
from orchestration.actions.projects import ProjectRef, project_of

_NO_FLEX_DOWNLOAD = (
    "a flex cluster's snapshot is downloaded in Atlas itself; here it can be restored into a flex "
    "cluster (target_cluster)"
)


@dataclass(frozen=True)
class Target:
    """A cluster whose data is replaced; of a download there is none.

    Attributes:
        source: What is restored.
        project: Where the cluster is; of a download, where its source is.
    """

    source: Located
    project: ProjectRef
    cluster: FoundCluster | None

    @property
    def place(self) -> str | None:
        """project/cluster."""
        return f"{self.project.name}/{self.cluster.name}" if self.cluster else None

    @property
    def ids(self) -> dict[str, str]:
        """What Atlas knows the two by."""
        found = {"target_project_id": self.project.id}
        if self.cluster:
            found["target_cluster_id"] = str(self.cluster.document.get("id") or "")
        return found

    @property
    def is_source(self) -> bool:
        """Whether it goes back to where it is from."""
        return self.cluster is self.source.cluster

    def refusals(self) -> list[str]:
        """Why it cannot go there."""
        source, target = self.source.cluster, self.cluster
        if target is None:
            return [_NO_FLEX_DOWNLOAD] if source.kind == FLEX else []
        found = [
            f"{each.name} is being deleted"
            for each in {source.name: source, target.name: target}.values()
            if each.state == DELETING
        ]
        if target.kind != source.kind or target.kind not in {DEDICATED, FLEX}:
            found.append(
                f"{target.name} is {target.tier} and {source.name} is {source.tier}: a flex "
                "cluster restores into a flex cluster, a dedicated one into a dedicated one"
            )
        elif target.shape.shards != source.shape.shards:
            found.append(
                f"{target.name} has {target.shape.shards} shards, {source.name} has "
                f"{source.shape.shards}: Atlas restores between clusters of equal shards"
            )
        if target.is_paused:
            found.append(f"{target.name} is paused: resume_cluster first")
        return found

    def leaving(self) -> str:
        """Why nothing will come to its end there; empty while it may."""
        if self.cluster is None or self.is_source:
            return ""
        return leaving(Located(self.source.context, self.project, self.cluster))

    def warnings(self) -> list[str]:
        """What it does there."""
        if self.cluster is None:
            return []
        gone = f"ALL data of {self.place} is removed before the restore"
        itself = ["The target is the source itself: take a snapshot of it first."]
        return [f"{gone} and cannot be used until it ends.", *(itself if self.is_source else [])]


def target_of(source: Located, project: str | None, cluster: str | None) -> Target:
    """The target by its names; its project is the source's if left out.

    Raises:
        Refusal: it does not exist.
    """
    if cluster is None:
        return Target(source, source.project, None)
    to = project_of(source.context, project) if project else source.project
    if (to.id, cluster) == (source.project.id, source.cluster.name):
        return Target(source, to, source.cluster)
    return Target(source, to, require_cluster(source.context, to, cluster))
