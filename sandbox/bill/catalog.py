"""What the sandbox sells: each product with its SKU, unit and the service Atlas books it under.

The service stands beside the SKU here and is never read out of the SKU's text: the sandbox must
know the right answer independently of anyone who has to work it out. SKU names are those of the
line item enum that Atlas published until 2025; the three AI names are made up in its style, since
no list of the real ones is public.
"""

from dataclasses import dataclass
from decimal import Decimal
from functools import cache

CLUSTERS = "Clusters"
STORAGE = "Storage"
BACKUP = "Backup"
TRANSFER = "Data Transfer"
PREMIUM = "Premium Features"
FEDERATION = "Atlas Data Federation"
STREAMS = "Atlas Stream Processing"
SERVERLESS = "Serverless Instances"
APP_SERVICES = "App Services"
SUPPORT = "Support"
CREDITS = "Credits"


@dataclass(frozen=True, slots=True)
class Product:
    """One SKU: `service` is a Cost Explorer value, `charge_type` what kind of charge it is.

    `is_server` marks servers that run in a dedicated cluster.
    """

    sku: str
    service: str
    unit: str
    description: str
    charge_type: str = "usage"
    is_server: bool = False


SUPPORT_PLAN = Product("ATLAS_SUPPORT", SUPPORT, "days", "Atlas Support", "support")
MINIMUM_CHARGE = Product("MINIMUM_CHARGE", CREDITS, "charge", "Minimum Charge", "minimum_charge")
CREDIT = Product("CREDIT", CREDITS, "credits", "Credit", "credit")
COUPON = Product("CLASSIC_COUPON", CREDITS, "credits", "Coupon", "credit")
CONSULTING = Product("FLEX_CONSULTING", "Flex Consulting", "hours", "Flex Consulting", "consulting")
BI_CONNECTOR = Product("ATLAS_BI_CONNECTOR", "BI Connector", "days", "Atlas BI Connector")
ADVANCED_SECURITY = Product(
    "ATLAS_ADVANCED_SECURITY", PREMIUM, "server hours", "Atlas Advanced Security"
)
CHARTS = Product("CHARTS_DATA_DOWNLOADED", "Charts", "GB", "Charts Data Downloaded")
CHARTS_FREE = Product(
    "CHARTS_DATA_DOWNLOADED_FREE_TIER", "Charts", "GB", "Charts Data Downloaded (Free Tier)"
)
APP_COMPUTE = Product("REALM_APP_COMPUTE", APP_SERVICES, "hours", "App Services Compute")
APP_TRANSFER = Product("REALM_APP_DATA_TRANSFER", APP_SERVICES, "GB", "App Services Data Transfer")
APP_REQUESTS_FREE = Product(
    "REALM_APP_REQUESTS_FREE_TIER", APP_SERVICES, "requests", "App Services Requests (Free Tier)"
)
FREE_INSTANCE = Product("ATLAS_INSTANCE_M0", CLUSTERS, "server hours", "Atlas M0 Instance")
EMBEDDING = Product(
    "VOYAGE_4_LITE_TEXT_API_SERVICE",
    "AI Model APIs",
    "million tokens",
    "Voyage 4 Lite - Text - API Service",
)
AUTO_EMBEDDING = Product(
    "AUTOMATED_EMBEDDING_VOYAGE_4",
    "Automated Embedding",
    "million tokens",
    "Voyage 4 - Automated Embedding",
)
RERANKING = Product(
    "NATIVE_RERANKING_RERANK_2_5", "Native Reranking", "million tokens", "Native Reranking 2.5"
)

PROVIDERS = ("AWS", "AZURE", "GCP")
SIZES = ("M10", "M20", "M30", "M40", "M50", "M60", "M80", "M200")
# What the price of a size includes, in GB.
DISK_GB = dict(zip(SIZES, (10, 20, 40, 80, 160, 320, 750, 1500), strict=True))
# A size that comes with a disk of its own, sold by one cloud in a few regions.
NVME = "M40_NVME"
DISK_GB[NVME] = 380
NVME_IOPS = 135_125
NVME_REGIONS = ("EU_WEST_1", "US_EAST_1", "US_WEST_2")
SERVERLESS_KINDS = ("RPU", "WPU", "STORAGE")
FLEX_BANDS = (100, 200, 300, 400, 500)

# The advertised hourly price buys a set of three servers; a line counts single server hours.
HOURLY_PER_SET = {
    "M10": Decimal("0.08"),
    "M20": Decimal("0.20"),
    "M30": Decimal("0.54"),
    "M40": Decimal("1.04"),
    "M50": Decimal("2.00"),
    "M60": Decimal("3.95"),
    "M80": Decimal("7.30"),
    "M200": Decimal("14.59"),
    NVME: Decimal("1.58"),  # made up: no public list has it
}
FLEX_HOURLY = dict(
    zip(FLEX_BANDS, map(Decimal, ("0.0110", "0.0205", "0.0288", "0.0356", "0.0411")), strict=True)
)
SNAPSHOT_MONTHLY = {"AWS": Decimal("0.14"), "AZURE": Decimal("0.34"), "GCP": Decimal("0.08")}
# Upper bound of each tier in GB and its price for a GB-month; the last tier has no upper bound.
PIT_TIERS: tuple[tuple[int, int | None, Decimal], ...] = (
    (0, 5, Decimal(0)),
    (5, 100, Decimal("1.00")),
    (100, 250, Decimal("0.75")),
    (250, 500, Decimal("0.50")),
    (500, None, Decimal("0.25")),
)
STORAGE_HOURLY = Decimal("0.00018")
SERVERLESS_STORAGE_MONTHLY = Decimal("0.25")
# No public list has the prices of an online archive: these two are made up.
SEARCH_HOURLY = {"S20": Decimal("0.12"), "S30": Decimal("0.24")}
ARCHIVE_MONTHLY = Decimal("0.03")
LOOKUP_PRICE = Decimal("0.000005")
_STORAGE_SKU = {
    "AWS": "ATLAS_AWS_STORAGE_STANDARD_GP3",
    "AZURE": "ATLAS_AZURE_STANDARD_STORAGE",
    "GCP": "ATLAS_GCP_STORAGE_SSD",
}
# The two kinds of transfer a cluster pays for: within the cloud, and out of it.
TRANSFER_KINDS = {
    "AWS": (("SAME_REGION", "0.01"), ("DIFFERENT_REGION", "0.02"), ("INTERNET", "0.09")),
    "AZURE": (
        ("REGIONAL_VNET_OUT", "0.01"),
        ("INTER_REGION_INTRA_CONTINENT", "0.02"),
        ("", "0.087"),
    ),
    "GCP": (("INTER_ZONE", "0.01"), ("INTER_REGION", "0.02"), ("INTERNET", "0.12")),
}


def sizes(provider: str) -> tuple[str, ...]:
    """The dedicated sizes that a cloud has."""
    return (*SIZES, NVME) if provider == "AWS" else SIZES


def is_sold(size: str, region: str) -> bool:
    """Whether a size of a cloud can be had in one of its regions."""
    return size != NVME or region in NVME_REGIONS


@cache
def server_hour(size: str, factor: Decimal = Decimal(1)) -> Decimal:
    """US dollars of one server hour, six places, `factor` being the region's."""
    return (HOURLY_PER_SET[size] / 3 * factor).quantize(Decimal("0.000001"))


@cache
def gb_day(monthly: Decimal) -> Decimal:
    """US dollars of one GB day: Atlas takes twelve months over 365 days."""
    return (monthly * 12 / 365).quantize(Decimal("0.000001"))


@cache
def instance(provider: str, size: str) -> Product:
    """A running server of a dedicated cluster."""
    label = f"Atlas {size} Instance - {provider}"
    sku = f"ATLAS_{provider}_INSTANCE_{size}"
    return Product(sku, CLUSTERS, "server hours", label, is_server=True)


@cache
def paused_instance(provider: str, size: str) -> Product:
    """A server of a paused cluster, which costs nothing while its disks do."""
    label = f"Atlas {size} Instance - {provider} (Paused)"
    return Product(f"ATLAS_{provider}_INSTANCE_{size}_PAUSED", CLUSTERS, "server hours", label)


@cache
def flex(provider: str, band: int) -> Product:
    """A flex cluster's hours in one band of operations per second."""
    label = f"Atlas Flex {band} ops/s - {provider}"
    return Product(f"ATLAS_FLEX_{provider}_{band}_USAGE_HOURS", CLUSTERS, "hours", label)


@cache
def serverless(provider: str, kind: str) -> Product:
    """Read units, write units or storage (RPU, WPU, STORAGE) of a serverless instance."""
    unit = "GB days" if kind == "STORAGE" else f"million {kind}s"
    label = f"Atlas Serverless {kind} - {provider}"
    return Product(f"ATLAS_NDS_{provider}_SERVERLESS_{kind}", SERVERLESS, unit, label)


@cache
def search_node(provider: str, size: str) -> Product:
    """A search node of the compute class."""
    disk = "NVME" if provider == "AWS" else "LOCALSSD"
    sku = f"ATLAS_{provider}_SEARCH_INSTANCE_{size}_COMPUTE_{disk}"
    return Product(sku, CLUSTERS, "server hours", f"Atlas Search {size} - {provider}")


@cache
def storage(provider: str) -> Product:
    """A disk larger than the one the tier includes."""
    return Product(_STORAGE_SKU[provider], STORAGE, "GB hours", f"Atlas Storage - {provider}")


@cache
def archive(provider: str) -> Product:
    """What an online archive keeps."""
    label = f"Atlas Online Archive Storage - {provider}"
    return Product(f"ATLAS_NDS_{provider}_DATA_LAKE_STORAGE", FEDERATION, "GB days", label)


@cache
def snapshot(provider: str) -> Product:
    """Cloud backup snapshots."""
    label = f"Atlas Cloud Backup Storage - {provider}"
    return Product(f"ATLAS_{provider}_BACKUP_SNAPSHOT_STORAGE", BACKUP, "GB days", label)


@cache
def continuous_backup(provider: str, *, free: bool = False) -> Product:
    """Point-in-time backup, priced by tier; the first five GB have a SKU of their own."""
    sku = f"ATLAS_NDS_{provider}_PIT_RESTORE_STORAGE" + ("_FREE_TIER" if free else "")
    label = f"Atlas Continuous Cloud Backup Storage - {provider}"
    return Product(sku, BACKUP, "GB days", label)


@cache
def transfer(provider: str, kind: str) -> Product:
    """Data transfer of one kind; Azure's internet transfer has no suffix."""
    sku = f"ATLAS_{provider}_DATA_TRANSFER" + (f"_{kind}" if kind else "")
    return Product(sku, TRANSFER, "GB", f"Atlas {provider} Data Transfer {kind}".strip())


PRIVATE_ENDPOINT = Product(
    "ATLAS_AWS_PRIVATE_ENDPOINT", TRANSFER, "hours", "Atlas AWS Private Endpoint"
)
DATA_SCANNED = Product(
    "ATLAS_DATA_LAKE_AWS_DATA_SCANNED", FEDERATION, "TB", "Atlas Data Federation Data Scanned"
)
DATA_RETURNED = Product(
    "ATLAS_DATA_LAKE_AWS_DATA_RETURNED_SAME_REGION",
    FEDERATION,
    "GB",
    "Atlas Data Federation Data Returned (Same Region)",
)
ARCHIVE_LOOKUP = Product(
    "ATLAS_ARCHIVE_ACCESS_PARTITION_LOCATE",
    FEDERATION,
    "partitions",
    "Atlas Online Archive Partitions Located",
)
STREAM_WORKER = Product(
    "ATLAS_AWS_STREAM_PROCESSING_INSTANCE_SP10", STREAMS, "hours", "Atlas Stream Processing SP10"
)
STREAM_TRANSFER = Product(
    "ATLAS_AWS_STREAM_PROCESSING_DATA_TRANSFER",
    STREAMS,
    "GB",
    "Atlas Stream Processing Data Transfer",
)

_SINGLES = tuple(value for value in list(globals().values()) if isinstance(value, Product))


@cache
def products() -> tuple[Product, ...]:
    """Every product, by SKU: what GET /skus lists."""
    found = list(_SINGLES)
    for provider in PROVIDERS:
        found += [instance(provider, size) for size in sizes(provider)]
        found += [paused_instance(provider, size) for size in sizes(provider)]
        found += [flex(provider, band) for band in FLEX_BANDS]
        found += [transfer(provider, kind) for kind, _ in TRANSFER_KINDS[provider]]
        found += [serverless(provider, kind) for kind in SERVERLESS_KINDS]
        found += [search_node(provider, size) for size in SEARCH_HOURLY]
        found += [storage(provider), archive(provider), snapshot(provider)]
        found += [continuous_backup(provider), continuous_backup(provider, free=True)]
    return tuple(sorted(found, key=lambda product: product.sku))
