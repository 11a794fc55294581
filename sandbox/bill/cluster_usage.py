"""What one cluster uses on one day.

What a planned cluster transfers and stores, and how busy it is, is drawn anew each day. One that a
client made uses the mean of those draws, every day alike, and is reported on time: it is the
average cluster of its organization, so a preview of its cost can be held against its bill.
"""

from collections import Counter, defaultdict
from collections.abc import Callable
from decimal import Decimal
from functools import cache

from sandbox.bill import catalog
from sandbox.bill.ledger import Line, Meter
from sandbox.estate.resources import Cluster, Region

# Relative to us-east-1; taken from the one service whose prices are published by region. Where it
# has no price, a region counts as us-east-1.
REGION_FACTORS = {
    ("AWS", "AP_SOUTHEAST_1"): Decimal("1.22"),
    ("AWS", "AP_SOUTHEAST_2"): Decimal("1.26"),
    ("AWS", "AP_SOUTH_1"): Decimal("1.04"),
    ("AWS", "EU_CENTRAL_1"): Decimal("1.19"),
    ("AWS", "EU_WEST_1"): Decimal("1.13"),
    ("AWS", "EU_WEST_2"): Decimal("1.27"),
    ("AWS", "SA_EAST_1"): Decimal("1.59"),
    ("AZURE", "EUROPE_WEST"): Decimal("1.39"),
    ("AZURE", "US_WEST"): Decimal("1.32"),
    ("GCP", "WESTERN_EUROPE"): Decimal("1.10"),
}
FREE = Decimal(0)
SECURITY_UPLIFT = Decimal("0.15")
BI_CONNECTOR_DAILY = Decimal("1.95")
# A flex cluster is in one band of operations but for two days of a month, in its neighbours.
FLEX_BAND, FLEX_BANDS_BY_DAY = 300, {8: 400, 22: 200}
# Of each kind of transfer, GB in a day for each dollar that an hour of the servers costs: on three
# days of ten, of which four are but a trickle, as much as 40.
TRANSFER_MEAN = Decimal("0.3") * Decimal("0.6") * 20


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
    band = FLEX_BAND if meter.is_steady else FLEX_BANDS_BY_DAY.get(meter.day.day, FLEX_BAND)
    meter.add(catalog.flex(cluster.provider, band), cluster.provider, 24, catalog.FLEX_HOURLY[band])


def _serverless(cluster: Cluster, meter: Meter) -> None:
    provider = cluster.provider
    for kind, price in (("RPU", "0.30"), ("WPU", "1.25")):
        millions = meter.amount(0, 4, places=6)
        meter.add(catalog.serverless(provider, kind), provider, millions, Decimal(price))
    stored = catalog.gb_day(catalog.SERVERLESS_STORAGE_MONTHLY)
    meter.add(catalog.serverless(provider, "STORAGE"), provider, cluster.disk_gb, stored)


def _dedicated(cluster: Cluster, meter: Meter) -> None:
    disks: Counter[Region] = Counter()
    hourly: dict[Region, Decimal] = defaultdict(Decimal)
    for shard in cluster.parts:
        for region in shard.regions:
            _servers(cluster, shard.size, region, meter)
            if cluster.custom_disk and cluster.disk_gb != catalog.DISK_GB[shard.size]:
                disks[region] += region.servers
            hourly[region] += _server_hour(shard.size, region) * region.servers
    for region, count in disks.items():
        _disks(cluster, region, count, meter)
    if not cluster.paused:
        _backup(cluster, meter)
        _extras(cluster, meter)
        _transfer(hourly, meter)
        _archive(cluster, meter)


def _server_hour(size: str, region: Region) -> Decimal:
    return catalog.server_hour(size, factor(region.provider, region.name))


def _servers(cluster: Cluster, size: str, region: Region, meter: Meter) -> None:
    """Shards that are alike are billed in lines that are equal in every field."""
    hours, provider = region.servers * 24, region.provider
    if cluster.paused:
        product = catalog.paused_instance(provider, size)
        meter.add(product, provider, hours, FREE, region=region)
        return
    sizes = {size: hours}
    scales = cluster.autoscales and size != catalog.SIZES[-1] and not meter.is_steady
    if scales and meter.random.random() < 0.15:
        larger = catalog.SIZES[catalog.SIZES.index(size) + 1]
        sizes = {size: hours * 3 // 4, larger: hours // 4}
    for name, size_hours in sizes.items():
        product = catalog.instance(provider, name)
        price = _server_hour(name, region)
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
    disks_gb = cluster.disk_gb * len(cluster.parts)
    if cluster.continuous_backup:
        _continuous_backup(cluster, disks_gb, meter, late)
        return
    gb = disks_gb * (1 + meter.amount(0, 5) / 50)
    price = catalog.gb_day(catalog.SNAPSHOT_MONTHLY[provider])
    meter.add(catalog.snapshot(provider), provider, gb, price, late=late)


def _continuous_backup(cluster: Cluster, disks_gb: int, meter: Meter, late: int) -> None:
    """One line for each price tier the stored volume reaches, the first of them free."""
    gb = disks_gb * (Decimal("0.65") + meter.amount(0, 40) / 200)
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
        product = catalog.search_node(provider, cluster.search_size)
        meter.add(product, provider, hours, catalog.SEARCH_HOURLY[cluster.search_size])
    if cluster.secured:
        price = (catalog.server_hour(cluster.size) * SECURITY_UPLIFT).quantize(Decimal("0.000001"))
        meter.add(catalog.ADVANCED_SECURITY, provider, 72, price)
    if cluster.bi_connector:
        meter.add(catalog.BI_CONNECTOR, provider, 1, BI_CONNECTOR_DAILY)


def _transfer(hourly: dict[Region, Decimal], meter: Meter) -> None:
    """In proportion to what the servers of a region cost: on most days nothing, on some a lot."""
    late = meter.lateness()
    for region, dollars in hourly.items():
        for kind, price in catalog.TRANSFER_KINDS[region.provider]:
            if meter.is_steady or meter.random.random() < 0.3:
                gb = (_gigabytes(meter) * dollars).quantize(Decimal("1e-10"))
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
    """Of a server that costs a dollar an hour; a trickle is too little for a cent."""
    if meter.is_steady:
        return TRANSFER_MEAN
    if meter.random.random() < 0.4:
        return Decimal(meter.random.randint(1000, 9999)).scaleb(-10)
    return meter.amount(0, 40, places=6)


def _remains(cluster: Cluster, meter: Meter) -> None:
    """Of a cluster that was deleted, whose snapshots were kept."""
    price = catalog.gb_day(catalog.SNAPSHOT_MONTHLY[cluster.provider])
    meter.add(catalog.snapshot(cluster.provider), cluster.provider, cluster.disk_gb, price)


KINDS: dict[str, Callable[[Cluster, Meter], None]] = {
    "tenant": _tenant,
    "flex": _flex,
    "serverless": _serverless,
    "dedicated": _dedicated,
    "remains": _remains,
}
