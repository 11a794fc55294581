"""A small Atlas written by hand into raw.duckdb: four organizations whose every cent is known.

Acme (org1) pays in dollars: April is closed and ties to its header, May is pending and not yet
totalled. Globex (org2) is on credits with a discount, and its header misses its lines by a cent.
Initech (org3) is in initech.py, Hooli (org4) in hooli.py.
"""

import json
from typing import Any

from . import hooli, initech

PROD = {"env": ["prod"], "team": ["web", "core"]}

Row = dict[str, Any]


def region(provider: str, name: str, nodes: int, size: str = "M30") -> Row:
    """One regionConfig of a dedicated cluster (getGroupCluster)."""
    spec = {"instanceSize": size, "nodeCount": nodes, "diskSizeGB": 40.0}
    idle = {**spec, "instanceSize": "M10", "nodeCount": 0}
    return {
        "providerName": provider,
        "regionName": name,
        "electableSpecs": spec,
        "readOnlySpecs": idle,
    }


def observed(
    entity: str,
    cluster_id: str,
    name: str,
    seen: str,
    document: Row,
    *,
    project: str = "p1",
    gone: str | None = None,
    connection: str = "default",
) -> Row:
    """One row of inventory_history: an object whose document stayed the same from seen to gone."""
    return {
        "entity": entity,
        "id": cluster_id,
        "name": name,
        "_document": json.dumps(document),
        "_scope": project,
        "_connection": connection,
        "_valid_from": seen,
        "_valid_to": gone,
    }


def cluster(created: str, *regions: Row, **fields: Any) -> Row:
    """The part of a cluster's document that says since when and where its nodes are."""
    return {
        "createDate": created,
        "replicationSpecs": [{"regionConfigs": list(regions)}],
        **fields,
    }


FLEX = {
    "createDate": "2026-02-01T10:00:00Z",
    "providerSettings": {
        "backingProviderName": "AZURE",
        "regionName": "EUROPE_NORTH",
        "diskSizeGB": 5,
    },
}
FEBRUARY = "2026-02-01T10:00:00Z"
SEEN = "2026-04-02 06:00"
VIRGINIA = region("AWS", "US_EAST_1", 3)
HISTORY: list[Row] = [
    observed(
        "clusters",
        "c-old",
        "orders",
        SEEN,
        cluster("2026-01-05T10:00:00Z", region("AWS", "EU_WEST_1", 3)),
        gone="2026-04-09 12:00",
    ),
    observed("clusters", "c-new", "orders", SEEN, cluster("2026-04-10T10:00:00Z", VIRGINIA)),
    observed(
        "clusters",
        "c-multi",
        "global",
        SEEN,
        cluster(
            FEBRUARY,
            VIRGINIA,
            region("AWS", "EU_WEST_1", 2),
            region("GCP", "WESTERN_EUROPE", 1, "M40"),
        ),
    ),
    observed(
        "clusters", "c-moon", "moon", SEEN, cluster(FEBRUARY, region("AWS", "MOON_BASE_1", 3))
    ),
    observed("clusters", "c-hidden", "hidden", SEEN, cluster(FEBRUARY, VIRGINIA), project="p2"),
    # made dedicated in place the day before the refresh that saw the one and missed the other
    observed("flex_clusters", "f-tiny", "tiny", SEEN, FLEX, gone="2026-05-04 06:00"),
    observed(
        "clusters",
        "c-tiny",
        "tiny",
        "2026-05-04 06:00",
        cluster("2026-05-03T10:00:00Z", region("AZURE", "EUROPE_NORTH", 3, "M10")),
    ),
    *initech.HISTORY,
]

INVOICES: list[Row] = [
    {
        "id": "inv-apr",
        "orgId": "org1",
        "statusName": "PAID",
        "startDate": "2026-04-01",
        "endDate": "2026-05-01",
        "subtotalCents": 10367,
        "creditsCents": 500,
        "salesTaxCents": 100,
        "startingBalanceCents": 20,
        "amountBilledCents": 9947,
        "amountPaidCents": 9947,
    },
    {
        "id": "inv-may",
        "orgId": "org1",
        "statusName": "PENDING",
        "startDate": "2026-05-01",
        "endDate": "2026-06-01",
    },
    {
        "id": "inv-globex",
        "orgId": "org2",
        "statusName": "INVOICED",
        "startDate": "2026-04-01",
        "endDate": "2026-05-01",
        "subtotalCents": 15001,
        "amountBilledCents": 15001,
    },
    initech.INVOICE,
    *hooli.INVOICES,
]

PAYMENTS: list[Row] = [
    {"_invoice_id": "inv-apr", "id": "pay-1", "unitPrice": "1", "currency": "USD"},
    {"_invoice_id": "inv-globex", "id": "pay-2", "unitPrice": "0.95", "currency": "EUR"},
    *hooli.PAYMENTS,
]
REFUNDS: list[Row] = [
    {"_invoice_id": "inv-apr", "paymentId": "pay-1", "amountCents": 30},
    {"_invoice_id": "inv-apr", "paymentId": "pay-1", "amountCents": 12},
]


def line(invoice: str, day: str, sku: str, cents: int, **fields: Any) -> Row:
    """One line of one usage day; fields overrides anything, in Atlas's names."""
    next_day = f"{day[:8]}{int(day[8:]) + 1:02d}"
    return {
        "_invoice_id": invoice,
        "startDate": day,
        "endDate": next_day,
        "created": f"{next_day} 03:00",
        "sku": sku,
        "totalPriceCents": cents,
        "groupId": "p1",
        "groupName": "shop",
        **fields,
    }


M30 = {
    "clusterName": "orders",
    "quantity": "72",
    "unitPriceDollars": "0.54",
    "unit": "server hours",
}
NO_PROJECT = {"groupId": "", "groupName": None}
LINES: list[Row] = [
    line("inv-apr", "2026-04-08", "ATLAS_AWS_INSTANCE_M30", 3888, **M30),
    line(
        "inv-apr",
        "2026-04-11",
        "ATLAS_AWS_INSTANCE_M30",
        3888,
        **M30,
        tags=PROD,
        _tags_first_seen={"env": ["dev"]},
    ),
    line(
        "inv-apr",
        "2026-04-01",
        "ATLAS_SUPPORT",
        1000,
        endDate="2026-04-04",
        quantity="10",
        unitPriceDollars="1",
        **NO_PROJECT,
    ),
    line("inv-apr", "2026-04-29", "CREDIT", -500, **NO_PROJECT),
    line("inv-apr", "2026-04-11", "ATLAS_AWS_STORAGE_STANDARD_GP3", 210, clusterName="global"),
    line("inv-apr", "2026-04-11", "ATLAS_GCP_DATA_TRANSFER_INTERNET", 90, clusterName="global"),
    line("inv-apr", "2026-04-11", "ATLAS_DATA_LAKE_AWS_DATA_SCANNED", 40),
    line(
        "inv-apr",
        "2026-04-11",
        "ATLAS_AWS_SEARCH_INSTANCE_S20_COMPUTE_NVME",
        1234,
        clusterName="orders",
        tags=PROD,
    ),
    line("inv-apr", "2026-04-11", "NEWFANGLED_THING", 7),
    line("inv-apr", "2026-04-11", "ATLAS_INSTANCE_M0", 0, clusterName="free"),
    line("inv-apr", "2026-04-11", "ATLAS_AWS_DATA_TRANSFER_INTERNET", 5, clusterName="orders"),
    line("inv-apr", "2026-04-11", "ATLAS_AWS_DATA_TRANSFER_INTERNET", 5, clusterName="orders"),
    line("inv-may", "2026-05-01", "ATLAS_AWS_INSTANCE_M30", 3888, **M30),
    line("inv-may", "2026-05-02", "ATLAS_AWS_INSTANCE_M30", 3888, **M30),
    line("inv-may", "2026-05-03", "ATLAS_AWS_INSTANCE_M30", 3888, **M30),
    line("inv-may", "2026-05-03", "ATLAS_AWS_INSTANCE_M10", 100, clusterName="ghost"),
    line("inv-may", "2026-05-02", "ATLAS_FLEX_AZURE_100_USAGE_HOURS", 80, clusterName="tiny"),
    line("inv-may", "2026-05-01", "ATLAS_AZURE_DATA_TRANSFER", 9, clusterName="moon"),
    line("inv-may", "2026-05-03", "ATLAS_AWS_STORAGE_STANDARD", 11, clusterName="moon"),
    line("inv-may", "2026-05-03", "ATLAS_AWS_PRIVATE_ENDPOINT", 24, groupName=""),
    line("inv-may", "2026-05-03", "REALM_APP_SYNC", 6, stitchAppName="basket"),
    line("inv-may", "2026-05-03", "ATLAS_AWS_PRIVATE_ENDPOINT", 24, groupId="p9", groupName="gone"),
    line("inv-globex", "2026-04-05", "ATLAS_AWS_INSTANCE_M30", 10000, quantity="100",
         unitPriceDollars="1", percentDiscount="10", discountCents=1000, groupId="p3",
         groupName="labs", clusterName="lab", _connection="second"),
    line("inv-globex", "2026-04-06", "ATLAS_AWS_INSTANCE_M30", 5000, quantity="50",
         unitPriceDollars="1", percentDiscount="10", groupId="p3", groupName="labs",
         clusterName="lab", _connection="second"),
    *initech.LINES,
    *hooli.LINES,
]  # fmt: skip
