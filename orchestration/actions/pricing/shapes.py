"""What of a cluster costs money, in the few numbers that a price needs."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from orchestration.atlas.tenants import FLEX_SIZE, is_tenant, is_tenant_region

Document = dict[str, Any]
FLEX, TENANT, DEDICATED = "flex", "tenant", "dedicated"
FREE_NODES = 3
INFINITE = "INFINITE"
SPECS = ("electableSpecs", "readOnlySpecs", "analyticsSpecs")


@dataclass(frozen=True)
class Servers:
    """Servers of one size in one region, in Atlas's spelling; `disk_gb` is that of each."""

    provider: str
    region: str
    size: str
    count: int
    disk_gb: float | None = None


@dataclass(frozen=True)
class Shape:
    """A cluster as its bill sees it.

    Attributes:
        kind: dedicated, tenant (free) or flex.
        shards: 1 for a replica set.
        disk_gb: Of each server; None is the tier's own size.
        is_infinite: Of the edition that is billed by use: it has no disk, and no price is known.
    """

    kind: str
    servers: tuple[Servers, ...] = ()
    shards: int = 1
    disk_gb: float | None = None
    backup: bool = False
    continuous_backup: bool = False
    paused: bool = False
    is_infinite: bool = False

    def pausing(self, *, paused: bool) -> "Shape":
        """The same, paused or not."""
        return replace(self, paused=paused)

    @property
    def provider(self) -> str:
        """The cloud of its first servers."""
        return self.servers[0].provider if self.servers else ""


def shape_of(cluster: Document) -> Shape:
    """The shape of a cluster as Atlas's cluster API describes it (ClusterDescription20240805)."""
    counted: Counter[Servers] = Counter()
    for each in _servers(cluster):
        counted[replace(each, count=0)] += each.count
    servers = tuple(replace(one, count=count) for one, count in counted.items())
    disks = [each.disk_gb for each in servers if each.disk_gb]
    editions = {cluster.get(name) for name in ("effectiveDatabaseEdition", "databaseEdition")}
    return Shape(
        kind=TENANT if is_tenant(cluster) else DEDICATED,
        servers=servers,
        shards=max(1, len(cluster.get("replicationSpecs") or [])),
        disk_gb=max(disks) if disks else cluster.get("diskSizeGB"),
        backup=bool(cluster.get("backupEnabled")),
        continuous_backup=bool(cluster.get("pitEnabled")),
        paused=bool(cluster.get("paused")),
        is_infinite=INFINITE in editions,
    )


def shape_of_flex(cluster: Document) -> Shape:
    """The shape of a flex cluster: all that counts is its cloud."""
    settings = cluster.get("providerSettings") or {}
    provider, region = settings.get("backingProviderName", ""), settings.get("regionName", "")
    return Shape(FLEX, (Servers(provider, region, FLEX_SIZE, 3),), backup=True)


def _regions(cluster: Document) -> Iterator[Document]:
    """Those with the primary first."""
    for spec in cluster.get("replicationSpecs") or []:
        regions = spec.get("regionConfigs") or []
        yield from sorted(regions, key=lambda each: -(each.get("priority") or 0))


def _servers(cluster: Document) -> Iterator[Servers]:
    for region in _regions(cluster):
        provider = region.get("backingProviderName") or region.get("providerName") or ""
        for name in SPECS:
            spec = region.get(name) or {}
            # of a free cluster Atlas does not say how many nodes it has
            of_free = FREE_NODES if spec and is_tenant_region(region) else 0
            nodes = spec.get("nodeCount") or of_free
            if count := int(nodes):
                size, disk = spec.get("instanceSize") or "", spec.get("diskSizeGB")
                yield Servers(provider, region.get("regionName") or "", size, count, disk)
