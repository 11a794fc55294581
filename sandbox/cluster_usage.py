"""What one cluster uses on one day."""

from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from functools import cache

from sandbox import catalog
from sandbox.ledger import Line, Meter
from sandbox.resources import Cluster, Region

# Relative to us-east-1; taken from the one service whose prices are published for each region.
REGION_FACTORS = {
    ("AWS", "EU_WEST_1"): Decimal("1.13"),
    ("AWS", "EU_CENTRAL_1"): Decimal("1.19"),
    ("AZURE", "EUROPE_WEST"): Decimal("1.39"),
}
FREE = Decimal(0)
SECURITY_UPLIFT = Decimal("0.15")
SEARCH_NODE_HOURLY = Decimal("0.12")
BI_CONNECTOR_DAILY = Decimal("1.95")


@cache
def factor(provider: str, region: str) -> Decimal:
    """How much dearer than us-east-1 a region is."""
    return REGION_FACTORS.get((provider, region), Decimal(1))


def meter_cluster(cluster: Cluster, meter: Meter) -> list[Line]:
    """The lines of a cluster's day."""
    KINDS[cluster.kind](cluster, meter)
    return meter.lines


def _tenant(cluster: Cluster, meter: Meter) -> None:
    meter.add(catalog.FREE_INSTANCE, cluster.provider, 72, FREE)


def _flex(cluster: Cluster, meter: Meter) -> None:
    band = meter.random.choice(catalog.FLEX_BANDS)
    meter.add(catalog.flex(cluster.provider, band), cluster.provider, 24, catalog.FLEX_HOURLY[band])


def _serverless(cluster: Cluster, meter: Meter) -> None:
    provider = cluster.provider
    for kind, price in (("RPU", "0.30"), ("WPU", "1.25")):
        millions = meter.amount(0, 4, places=6)
        meter.add(catalog.serverless(provider, kind), provider, millions, Decimal(price))
    stored = catalog.gb_day(catalog.SERVERLESS_STORAGE_MONTHLY)
    meter.add(catalog.serverless(provider, "STORAGE"), provider, cluster.disk_gb, stored)


def _dedicated(cluster: Cluster, meter: Meter) -> None:
    servers: Counter[Region] = Counter()
    for shard in cluster.parts:
        for region in shard.regions:
            _servers(cluster, shard.size, region, meter)
            servers[region] += region.servers
    if cluster.custom_disk:
        for region, count in servers.items():
            _disks(cluster, region, count, meter)
    if not cluster.paused:
        _backup(cluster, meter)
        _extras(cluster, meter)
        _transfer(cluster, meter)
        _archive(cluster, meter)


def _servers(cluster: Cluster, size: str, region: Region, meter: Meter) -> None:
    """Shards that are alike are billed in lines that are equal in every field."""
    hours, provider = region.servers * 24, region.provider
    if cluster.paused:
        product = catalog.paused_instance(provider, size)
        meter.add(product, provider, hours, FREE, region=region)
        return
    sizes = {size: hours}
    if cluster.autoscales and size != catalog.SIZES[-1] and meter.random.random() < 0.15:
        larger = catalog.SIZES[catalog.SIZES.index(size) + 1]
        sizes = {size: hours * 3 // 4, larger: hours // 4}
    for name, size_hours in sizes.items():
        product = catalog.instance(provider, name)
        price = catalog.server_hour(name, factor(provider, region.name))
        meter.add(product, provider, size_hours, price, discounted=True, region=region)


def _disks(cluster: Cluster, region: Region, servers: int, meter: Meter) -> None:
    product = catalog.storage(region.provider)
    gb_hours = cluster.disk_gb * servers * 24
    meter.add(product, region.provider, gb_hours, catalog.STORAGE_HOURLY, region=region)


def _backup(cluster: Cluster, meter: Meter) -> None:
    if not cluster.backup:
        return
    late = meter.lateness()
    provider = cluster.provider
    if cluster.continuous_backup_gb:
        _continuous_backup(cluster, meter, late)
        return
    gb = cluster.disk_gb * len(cluster.parts) + meter.amount(0, 5)
    price = catalog.gb_day(catalog.SNAPSHOT_MONTHLY[provider])
    meter.add(catalog.snapshot(provider), provider, gb, price, late=late)


def _continuous_backup(cluster: Cluster, meter: Meter, late: int) -> None:
    """One line for each price tier the stored volume reaches, the first of them free."""
    gb = cluster.continuous_backup_gb + meter.amount(0, 40)
    for lower, upper, monthly in catalog.PIT_TIERS:
        if gb <= lower:
            return
        portion = (min(gb, Decimal(upper)) if upper is not None else gb) - lower
        product = catalog.continuous_backup(cluster.provider, free=not monthly)
        price = catalog.gb_day(monthly) if monthly else FREE
        meter.add(product, cluster.provider, portion, price, late=late, tier=(lower, upper))


def _extras(cluster: Cluster, meter: Meter) -> None:
    provider = cluster.provider
    if cluster.search_nodes:
        hours = cluster.search_nodes * 24
        meter.add(catalog.search_node(provider), provider, hours, SEARCH_NODE_HOURLY)
    if cluster.secured:
        price = (catalog.server_hour(cluster.size) * SECURITY_UPLIFT).quantize(Decimal("0.000001"))
        meter.add(catalog.ADVANCED_SECURITY, provider, 72, price)
    if cluster.bi_connector:
        meter.add(catalog.BI_CONNECTOR, provider, 1, BI_CONNECTOR_DAILY)


def _transfer(cluster: Cluster, meter: Meter) -> None:
    """A trickle on most days, too little for a cent, and now and then enough to pay for."""
    late = meter.lateness()
    for region in cluster.regions:
        for kind, price in catalog.TRANSFER_KINDS[region.provider]:
            if meter.random.random() < 0.3:
                gb = _gigabytes(meter)
                product = catalog.transfer(region.provider, kind)
                meter.add(product, region.provider, gb, Decimal(price), late=late, region=region)


def _archive(cluster: Cluster, meter: Meter) -> None:
    """What an online archive keeps and, on days on which it is read, what is looked up in it."""
    if not cluster.archived_gb:
        return
    provider = cluster.provider
    price = catalog.gb_day(catalog.ARCHIVE_MONTHLY)
    meter.add(catalog.archive(provider), provider, cluster.archived_gb, price)
    if meter.random.random() < 0.3:
        partitions = meter.amount(1000, 9000, places=0)
        meter.add(catalog.ARCHIVE_LOOKUP, provider, partitions, catalog.LOOKUP_PRICE)


def _gigabytes(meter: Meter) -> Decimal:
    if meter.random.random() < 0.4:
        return Decimal(meter.random.randint(1000, 9999)).scaleb(-10)
    return meter.amount(0, 40, places=6)


KINDS: dict[str, Callable[[Cluster, Meter], None]] = {
    "tenant": _tenant,
    "flex": _flex,
    "serverless": _serverless,
    "dedicated": _dedicated,
}
