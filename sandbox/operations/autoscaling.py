"""What Atlas moves by itself: a cluster's size within its bounds, and its disk upwards."""

from collections.abc import Iterator
from dataclasses import replace

from sandbox.bill.catalog import DISK_GB, SIZES
from sandbox.estate.inventory import Document, auto_scaling
from sandbox.estate.organization import Organization
from sandbox.estate.resources import Cluster, Project
from sandbox.state import Sandbox


def autoscale(sandbox: Sandbox, name: str, size: str | None, disk_gb: int | None) -> Cluster:
    """Let a cluster of either organization go to another size, grow its disk, or both.

    Raises:
        ValueError: there is none, or it does not scale so by itself.
    """
    for org, project, before in _everything(sandbox):
        if before.name == name:
            after = _scaled(before, size or before.size, disk_gb or before.disk_gb)
            sandbox.estate.change(org, project, before, after, stuck=False)
            sandbox.forget()
            return after
    raise ValueError(f"no cluster {name!r} on {sandbox.clock.today}")


def _everything(sandbox: Sandbox) -> Iterator[tuple[Organization, Project, Cluster]]:
    for org in (sandbox.books.paying, sandbox.books.linked):
        for project, clusters in org.living(sandbox.clock.today):
            yield from ((org, project, cluster) for cluster in clusters)


def _scaled(cluster: Cluster, size: str, disk_gb: int) -> Cluster:
    settings = auto_scaling(cluster)
    if size != cluster.size:
        _check_size(settings["compute"], size)
    if disk_gb != cluster.disk_gb:
        _check_disk(settings["diskGB"], cluster.disk_gb, disk_gb)
    return replace(
        cluster,
        size=size,
        sizes=None,
        layout=tuple(replace(shard, size=size) for shard in cluster.layout),
        disk_gb=disk_gb,
        custom_disk=disk_gb != DISK_GB[size],
        scaling=settings,  # bounds are those from before, not what the new size would suggest
    )


def _check_size(compute: Document, size: str) -> None:
    if not compute["enabled"]:
        raise ValueError("its size does not change by itself")
    lowest, highest = compute.get("minInstanceSize", SIZES[0]), compute["maxInstanceSize"]
    if not SIZES.index(lowest) <= SIZES.index(size) <= SIZES.index(highest):
        raise ValueError(f"{size} is outside {lowest}..{highest}")


def _check_disk(settings: Document, before: int, after: int) -> None:
    if not settings["enabled"] or after < before:
        raise ValueError(f"its disk does not go from {before} to {after} GB by itself")
