"""What a cluster was in days that are past: bills and their truth follow."""

from dataclasses import replace
from datetime import date

from sandbox.bill.catalog import DISK_GB
from sandbox.estate.inventory import Document
from sandbox.estate.organization import Organization
from sandbox.estate.resources import Cluster, Life, Project
from sandbox.state import Sandbox


def rewrite(sandbox: Sandbox, name: str, asked: Document) -> Cluster:
    """Let a cluster that lives today have been something else.

    Args:
        sandbox: Where.
        name: The cluster's name.
        asked: `born` or `gone`, a day; or `from`, a day, with `size` or `paused`.

    Raises:
        ValueError: there is no such cluster today.
    """
    org, project, cluster = _living(sandbox, name)
    since, after = _rewritten(cluster, asked)
    org.changes.put_cluster(since, project.id, after, cluster if since != date.min else None)
    org.living.cache_clear()
    sandbox.books.meter_again()
    sandbox.forget()
    return after


def _living(sandbox: Sandbox, name: str) -> tuple[Organization, Project, Cluster]:
    today = sandbox.clock.today
    for org in (sandbox.books.paying, sandbox.books.linked):
        for project, clusters in org.living(today):
            for cluster in clusters:
                if cluster.name == name:
                    return org, project, cluster
    raise ValueError(f"no cluster {name!r} on {today}")


def _rewritten(cluster: Cluster, asked: Document) -> tuple[date, Cluster]:
    if "born" in asked:
        life = Life(date.fromisoformat(asked["born"]), cluster.life.gone)
        return date.min, replace(cluster, life=life)
    if "gone" in asked:
        gone = date.fromisoformat(asked["gone"])
        return gone, replace(cluster, life=Life(cluster.life.born, gone))
    size = asked.get("size", cluster.size)
    disk_gb = cluster.disk_gb if size == cluster.size else DISK_GB[size]
    paused = asked.get("paused", cluster.paused)
    since = date.fromisoformat(asked["from"])
    return since, replace(
        cluster, size=size, sizes=None, disk_gb=disk_gb, paused=paused, rests=False
    )
