"""Public list prices, for what an organization's own invoices do not know.

Atlas has no price API. These are the prices of its pricing page and documentation for AWS
us-east-1 as several public copies gave them in 2026; other clouds are within a tenth of them and
other regions dearer by a factor that one service's regional prices show. Realistic, not
authoritative: whatever was computed with them says so.
"""

from decimal import Decimal

# US cents of a server hour: a third of the advertised hour of a three-node set.
SERVER_HOUR = {
    size: Decimal(set_hour) * 100 / 3
    for size, set_hour in {
        "M10": "0.08",
        "M20": "0.20",
        "M30": "0.54",
        "M40": "1.04",
        "M50": "2.00",
        "M60": "3.95",
        "M80": "7.30",
        "M140": "10.99",
        "M200": "14.59",
        "M300": "21.85",
        "R400": "22.40",
        "R700": "33.26",
    }.items()
}
# The disk that a tier's price includes, in GB; another size is charged in full.
INCLUDED_DISK_GB = {
    "M10": 10,
    "M20": 20,
    "M30": 40,
    "M40": 80,
    "M50": 160,
    "M60": 320,
    "M80": 750,
    "M140": 1000,
    "M200": 1500,
    "M300": 2000,
    "R400": 3000,
    "R700": 4000,
}
REGION_FACTOR = {
    ("AWS", "SA_EAST_1"): Decimal("1.59"),
    ("AWS", "EU_WEST_1"): Decimal("1.13"),
    ("AWS", "EU_WEST_2"): Decimal("1.27"),
    ("AWS", "EU_CENTRAL_1"): Decimal("1.19"),
    ("AWS", "AP_SOUTH_1"): Decimal("1.04"),
    ("AWS", "AP_SOUTHEAST_1"): Decimal("1.22"),
    ("AWS", "AP_SOUTHEAST_2"): Decimal("1.26"),
    ("AZURE", "US_WEST"): Decimal("1.32"),
    ("AZURE", "EUROPE_WEST"): Decimal("1.39"),
    ("GCP", "WESTERN_EUROPE"): Decimal("1.10"),
}
GB_HOUR = Decimal("0.018")
# Cents of a GB-month of snapshots, the middle of each cloud's range.
SNAPSHOT_GB_MONTH = {"AWS": Decimal(14), "AZURE": Decimal(34), "GCP": Decimal(8)}
# Point-in-time backup: cents of a GB-month, from this many GB on.
CONTINUOUS_TIERS = ((5, Decimal(100)), (100, Decimal(75)), (250, Decimal(50)), (500, Decimal(25)))
# A flex cluster of 200 to 300 operations a second, the middle of five bands from 1.10 to 4.11.
FLEX_HOUR = Decimal("2.88")
