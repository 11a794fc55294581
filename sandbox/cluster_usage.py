"""What one cluster uses on one day."""

from decimal import Decimal
from functools import cache

from sandbox import catalog
from sandbox.ledger import Line, Meter
from sandbox.organization import Cluster, Region

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
    {"tenant": _tenant, "flex": _flex, "dedicated": _dedicated}[cluster.kind](cluster, meter)
    return meter.lines


def _tenant(cluster: Cluster, meter: Meter) -> None:
    meter.add(catalog.FREE_INSTANCE, cluster.provider, 72, FREE)


def _flex(cluster: Cluster, meter: Meter) -> None:
    band = meter.random.choice(catalog.FLEX_BANDS)
    meter.add(catalog.flex(cluster.provider, band), cluster.provider, 24, catalog.FLEX_HOURLY[band])


def _dedicated(cluster: Cluster, meter: Meter) -> None:
    for region in cluster.regions:
        for _ in range(cluster.shards):
            _servers(cluster, region, meter)
        if cluster.custom_disk:
            gb_hours = cluster.disk_gb * region.nodes * cluster.shards * 24
            price = catalog.STORAGE_HOURLY
            meter.add(catalog.storage(region.provider), region.provider, gb_hours, price)
    if not cluster.paused:
        _backup(cluster, meter)
        _extras(cluster, meter)
        _transfer(cluster, meter)


def _servers(cluster: Cluster, region: Region, meter: Meter) -> None:
    """The shards of one cluster are billed in lines that are equal in every field."""
    hours, provider = region.nodes * 24, region.provider
    if cluster.paused:
        meter.add(catalog.paused_instance(provider, cluster.size), provider, hours, FREE)
        return
    sizes = {cluster.size: hours}
    if cluster.autoscales and meter.random.random() < 0.15:
        larger = catalog.SIZES[catalog.SIZES.index(cluster.size) + 1]
        sizes = {cluster.size: hours * 3 // 4, larger: hours // 4}
    for size, size_hours in sizes.items():
        price = catalog.server_hour(size, factor(provider, region.name))
        meter.add(catalog.instance(provider, size), provider, size_hours, price, discounted=True)


def _backup(cluster: Cluster, meter: Meter) -> None:
    if not cluster.backup:
        return
    late = meter.lateness()
    provider = cluster.provider
    if cluster.continuous_backup_gb:
        _continuous_backup(cluster, meter, late)
        return
    gb = cluster.disk_gb * cluster.shards + meter.amount(0, 5)
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
                meter.add(product, region.provider, gb, Decimal(price), late=late)


def _gigabytes(meter: Meter) -> Decimal:
    if meter.random.random() < 0.4:
        return Decimal(meter.random.randint(1000, 9999)).scaleb(-10)
    return meter.amount(0, 40, places=6)
