"""Initech (org3) of the hand-written world: watched through two connections.

It has Atlas's own report of its invoice, a cluster that moves, and one of everything that is no
cluster. Its cluster wide is in two regions, so that only the report can tell where a charge arose.
"""

import json
from typing import Any

Row = dict[str, Any]

INVOICE: Row = {
    "id": "inv-initech",
    "orgId": "org3",
    "statusName": "CLOSED",
    "startDate": "2026-04-01",
    "endDate": "2026-05-01",
    "subtotalCents": 8888,
    "amountBilledCents": 8888,
    "_connection": "second",
}
M30 = "ATLAS_AWS_INSTANCE_M30"
TRANSFER = "ATLAS_AWS_DATA_TRANSFER_INTERNET"
DISK = "ATLAS_AWS_STORAGE_STANDARD_GP3"
IOPS = "ATLAS_AWS_STORAGE_PROVISIONED"
BACKUP = "ATLAS_AWS_BACKUP_SNAPSHOT_STORAGE"
ENDPOINT = "ATLAS_AWS_PRIVATE_ENDPOINT"
ICELAND = "ATLAS_AWS_DATA_TRANSFER_SAME_REGION"


def _line(day: str, sku: str, cents: int, quantity: str | None, **fields: Any) -> Row:
    next_day = f"{day[:8]}{int(day[8:]) + 1:02d}"
    return {
        "_invoice_id": "inv-initech",
        "startDate": day,
        "endDate": next_day,
        "created": f"{next_day} 03:00",
        "sku": sku,
        "totalPriceCents": cents,
        "quantity": quantity,
        "groupId": "p4",
        "groupName": "mars",
        "clusterName": "wide",
        "_connection": "second",
        **fields,
    }


DAY = "2026-04-05"
MOVER = {"clusterName": "mover"}
LINES: list[Row] = [
    _line(DAY, M30, 2000, "48"),
    _line(DAY, M30, 3000, "72"),
    _line(DAY, TRANSFER, 10, "1"),
    _line(DAY, DISK, 20, "2"),
    _line(DAY, DISK, 30, "3"),
    _line(DAY, IOPS, 50, "5"),
    _line(DAY, IOPS, 30, "3"),
    _line(DAY, BACKUP, 8, "1"),
    _line(DAY, ENDPOINT, 24, "24", clusterName=""),
    _line(DAY, ICELAND, 6, "1"),
    _line(DAY, "ATLAS_SUPPORT", 1000, "10", groupId="", groupName=None, clusterName=None),
    _line("2026-04-04", M30, 800, "24", **MOVER),
    _line("2026-04-09", M30, 800, "24", **MOVER),
    _line("2026-04-10", M30, 800, "24", **MOVER),
    _line(DAY, "ATLAS_DATA_LAKE_AWS_DATA_SCANNED", 40, "8", clusterName=""),
    _line(DAY, "ATLAS_AWS_STREAM_PROCESSING_INSTANCE_SP10", 70, "24", clusterName=""),
    _line(DAY, "ATLAS_NDS_AWS_SERVERLESS_RPU", 200, "9", clusterName="pay"),
]


def _report(sku: str, quantity: str, cost: str, region: str | None, **fields: Any) -> Row:
    return {
        "_invoice_id": "inv-initech",
        "ChargePeriodStart": f"{DAY}T00:00:00Z",
        "SubAccountId": "p4",
        "ResourceName": "wide",
        "x_AtlasSku": sku,
        "ConsumedQuantity": quantity,
        "PricingCurrencyEffectiveCost": cost,
        "RegionId": region,
        "HostProviderName": "AWS",
        "BillingCurrency": "EUR",
        "x_PricingCurrencyRate": "0.9",
        **fields,
    }


REPORT: list[Row] = [
    _report(M30, "72.0000000001", "30", "us-east-1", x_SkuCategory="Clusters"),
    _report(M30, "48", "20", "eu-west-1", x_SkuCategory="Clusters"),
    # one region, however often the report cuts the line
    _report(TRANSFER, "0.4", "0.04", "eu-west-1"),
    _report(TRANSFER, "0.6", "0.06", "eu-west-1"),
    # three rows for two lines: nothing says which is which
    _report(DISK, "2", "0.2", "us-east-1", x_SkuCategory="Clusters"),
    _report(DISK, "2", "0.2", "eu-west-1", x_SkuCategory="Clusters"),
    _report(DISK, "1", "0.1", "eu-west-1", x_SkuCategory="Clusters"),
    # the smaller of the two is another quantity than its line
    _report(IOPS, "5", "0.5", "us-east-1"),
    _report(IOPS, "4", "0.4", "eu-west-1"),
    _report(BACKUP, "1", "0.08", ""),
    _report(ENDPOINT, "24", "0.24", "us-east-1", ResourceName=None),
    _report(ICELAND, "1", "0.06", "iceland-1", ListCost="n/a"),
    _report("ATLAS_SUPPORT", "10", "10", None, SubAccountId=None, ResourceName=""),
]


def _nodes(region: str, size: str, count: int) -> Row:
    spec = {"instanceSize": size, "nodeCount": count, "diskSizeGB": 40.0}
    return {"providerName": "AWS", "regionName": region, "electableSpecs": spec}


def _document(*regions: Row, **fields: Any) -> str:
    document = {
        "createDate": "2026-03-01T08:00:00Z",
        "replicationSpecs": [{"regionConfigs": list(regions)}],
        "stateName": "IDLE",
        "paused": False,
        **fields,
    }
    return json.dumps(document)


def _seen(cluster: str, name: str, document: str, since: str, until: str | None = None) -> Row:
    return {
        "entity": "clusters",
        "id": cluster,
        "name": name,
        "_document": document,
        "_scope": "p4",
        "_connection": "second",
        "_valid_from": since,
        "_valid_to": until,
    }


VIRGINIA = _nodes("US_EAST_1", "M30", 3)
MOVED = _nodes("EU_WEST_1", "M30", 3)
LARGER = _nodes("EU_WEST_1", "M40", 5)
HERE = _document(VIRGINIA)
WIDE = _document(VIRGINIA, MOVED)
SERVERLESS = json.dumps(
    {
        "createDate": "2026-03-01T08:00:00Z",
        "providerSettings": {"backingProviderName": "AWS", "regionName": "US_EAST_1"},
    }
)
HISTORY: list[Row] = [
    _seen("c-wide", "wide", WIDE, "2026-04-02 06:00"),
    # the other key watched it later and then lost its access
    {**_seen("c-wide", "wide", WIDE, "2026-04-03 06:00", "2026-04-20"), "_connection": "default"},
    _seen("c-mover", "mover", HERE, "2026-04-06 06:00", "2026-04-07 06:00"),
    # no change but of the state
    _seen(
        "c-mover",
        "mover",
        _document(VIRGINIA, stateName="UPDATING"),
        "2026-04-07 06:00",
        "2026-04-10 06:00",
    ),
    _seen("c-mover", "mover", _document(MOVED), "2026-04-10 06:00", "2026-04-12 06:00"),
    _seen("c-mover", "mover", _document(LARGER), "2026-04-12 06:00", "2026-04-14 06:00"),
    _seen(
        "c-mover", "mover", _document(LARGER, paused=True), "2026-04-14 06:00", "2026-04-16 06:00"
    ),
    _seen("c-mover", "mover", _document(LARGER), "2026-04-16 06:00", "2026-04-18 06:00"),
    {**_seen("s-pay", "pay", SERVERLESS, "2026-04-02 06:00"), "entity": "serverless_instances"},
]


def _somewhere(place: str) -> str:
    return json.dumps({"cloudProvider": "AWS", "region": place})


SEARCH = json.dumps(
    [
        {
            "cloudProvider": "AWS",
            "regionName": "US_EAST_1",
            "instanceSize": "S20_HIGHCPU_NVME",
            "nodeCount": 2,
        }
    ]
)
STREAM = {"groupId": "p4", "_scope": "p4", "streamConfig": json.dumps({"tier": "SP10"})}
INVENTORY: list[tuple[str, Row]] = [
    ("organizations", {"id": "org3", "name": "Initech"}),
    ("projects", {"id": "p4", "name": "mars", "orgId": "org3"}),
    (
        "serverless_instances",
        {"id": "s-pay", "name": "pay", "groupId": "p4", "stateName": "IDLE", "_scope": "p4"},
    ),
    (
        "search_deployments",
        {"id": "sd", "stateName": "IDLE", "effectiveSpecs": SEARCH, "_scope": "p4/wide"},
    ),
    (
        "data_federation",
        {
            "name": "lake",
            "groupId": "p4",
            "state": "ACTIVE",
            "dataProcessRegion": _somewhere("DUBLIN_IRL"),
            "_scope": "p4",
        },
    ),
    (
        "stream_workspaces",
        {
            "id": "w1",
            "name": "clicks",
            "dataProcessRegion": _somewhere("VIRGINIA_USA"),
            **STREAM,
        },
    ),
    (
        "stream_workspaces",
        {"id": "w2", "name": "logs", "dataProcessRegion": _somewhere("VIRGINIA_USA"), **STREAM},
    ),
    ("stream_processors", {"id": "sp", "name": "sum", "state": "STARTED", "_scope": "p4/clicks"}),
    (
        "online_archives",
        {
            "id": "oa",
            "groupId": "p4",
            "clusterName": "wide",
            "dbName": "shop",
            "collName": "orders",
            "state": "ACTIVE",
            "criteria": json.dumps({"type": "DATE", "expireAfterDays": 90}),
            "dataProcessRegion": _somewhere("VIRGINIA_USA"),
            "_scope": "p4/wide",
        },
    ),
    (
        "backup_snapshots",
        {
            "id": "snap",
            "type": "replicaSet",
            "snapshotType": "onDemand",
            "status": "completed",
            "storageSizeBytes": 1000,
            "createdAt": "2026-05-01 02:00",
            "expiresAt": "2026-05-08 02:00",
            "copyRegions": json.dumps(["US_WEST_2", "EU_WEST_1"]),
            "_scope": "p4/wide",
        },
    ),
    (
        "restore_jobs",
        {
            "id": "job",
            "snapshotId": "snap",
            "deliveryType": "automated",
            "targetGroupId": "p4",
            "targetClusterName": "mover",
            "timestamp": "2026-05-01 02:00",
            "finishedAt": "2026-05-02 04:00",
            "_scope": "p4/wide",
        },
    ),
    (
        "backup_snapshots",
        {
            "id": "flex-snap",
            "status": "COMPLETED",
            "startTime": "2026-05-01 03:00",
            "finishTime": "2026-05-01 03:10",
            "expiration": "2026-05-08 03:00",
            "_scope": "p1/tiny",
        },
    ),
]
CHANGES: list[Row] = [
    {
        "_invoice_id": "inv-initech",
        "_changed_at": "2026-05-02 06:00",
        "usageDate": DAY,
        "sku": M30,
        "groupId": "p4",
        "groupName": "mars",
        "clusterName": "wide",
        "beforeCents": 4800,
        "afterCents": 5000,
        "_connection": "second",
    },
    {
        "_invoice_id": "inv-initech",
        "_changed_at": "2026-05-02 06:00",
        "usageDate": DAY,
        "sku": "ATLAS_DATA_LAKE_AWS_DATA_SCANNED",
        "groupId": "p4",
        "beforeCents": 60,
        "afterCents": 40,
        "_connection": "second",
    },
]
