"""A raw warehouse of any size, made by SQL alone, whose lines and cents are known beforehand.

One organization: a line for each cluster, SKU and day, as Atlas bills, and a row of Atlas's own
report beside it; search of one cluster is billed for a week each time. The last invoice is pending
and grows by a day at a time.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from benchmarks.bill import LATEST, ORG
from orchestration.warehouse.shape import opened

PROJECTS = 40
# One of them is Atlas's own spelling of a day's support, which has no cluster.
SKUS = (
    "ATLAS_{}_INSTANCE_M30",
    "ATLAS_{}_STORAGE_STANDARD_GP3",
    "ATLAS_{}_STORAGE_PROVISIONED",
    "ATLAS_{}_BACKUP_SNAPSHOT_STORAGE",
    "ATLAS_{}_DATA_TRANSFER_INTERNET",
    "ATLAS_{}_DATA_TRANSFER_SAME_REGION",
    "ATLAS_{}_DATA_TRANSFER_DIFFERENT_REGION",
    "ATLAS_{}_PRIVATE_ENDPOINT",
    "ATLAS_{}_SEARCH_INSTANCE_S20_COMPUTE_NVME",
)
PENDING_DAYS = 20

_CATALOGUE = f"""
create or replace temp table catalogue as
select cluster, 'orders-cluster-' || cluster as name, format('5f{{:022x}}', cluster % {PROJECTS})
    as project, cloud, replace(sku, '{{}}', cloud) as sku, place,
    map {{'cost-center': ['cc-' || cluster % 17], 'env': [['prod', 'test'][1 + cluster % 2]],
        'team': ['team-' || cluster % 9]}} as tags
from (
    select cluster, ['AWS', 'AZURE', 'GCP'][1 + cluster % 3] as cloud,
        [['us-east-1', 'eu-west-1'], ['eastus', 'westeurope'], ['us-central1', 'europe-west1']
        ][1 + cluster % 3][1 + cluster % 2] as place
    from range($clusters) as clusters (cluster)
), unnest($skus::varchar[]) as skus (sku)
"""

_LINES = """
insert into stored_line_items by name
select $invoice as _invoice_id, 1 as _occurrence, cloud as cloudProvider, name as clusterName,
    project as groupId, 'project-' || right(project, 2) as groupName, sku, 'GB hours' as unit,
    to_json(tags)::varchar as tags, day as startDate,
    day + interval 1 day * if(cluster = 0 and sku like '%SEARCH%', 7, 1) as endDate,
    day + interval 27 hour as created,
    (hash(name, sku, day) % 5000)::bigint as totalPriceCents,
    (hash(sku, name, day) % 100000000)::decimal(38, 18) / 1000000 as quantity,
    0.093421::decimal(38, 18) as unitPriceDollars,
    'default' as _connection, $file as _landing_file, $landed as _landed_at
from range($first, $end, interval 1 day) as days (day), catalogue
"""

_REPORT = """
insert into focus_report_rows by name
select $invoice as _invoice_id, row_number() over () as _row, 'USD' as BillingCurrency,
    strftime(day, '%Y-%m-%dT00:00:00Z') as ChargePeriodStart,
    strftime(day + interval 1 day, '%Y-%m-%dT00:00:00Z') as ChargePeriodEnd,
    cloud as HostProviderName, name as ResourceName, project as SubAccountId, sku as x_AtlasSku,
    place as RegionId, (hash(sku, name, day) % 100000000)::varchar as ConsumedQuantity,
    (hash(name, sku, day) % 5000)::varchar as PricingCurrencyEffectiveCost,
    '1' as x_PricingCurrencyRate,
    'default' as _connection, $file as _landing_file, $landed as _landed_at
from range($first, $end, interval 1 day) as days (day), catalogue
"""

_HEADER = """
insert into invoices by name
select $invoice as id, $org as orgId, $status as statusName, $first as startDate, $month_end
    as endDate, coalesce(sum(totalPriceCents), 0) as subtotalCents, subtotalCents as
    amountBilledCents, $file as _version, 1 as _versions_seen, count(*) as _line_items,
    subtotalCents as _cents, $file as _load, 'default' as _connection, $file as _landing_file,
    $landed as _landed_at, $landed as _first_seen_at, $landed as _last_changed_at
from stored_line_items where _invoice_id = $invoice
"""


@dataclass(frozen=True)
class Size:
    """How large a world is.

    Attributes:
        months: Invoices, the pending one included.
        clusters: Each has a line per SKU and day.
    """

    months: int
    clusters: int

    @classmethod
    def of(cls, lines: int, months: int) -> "Size":
        """About as many lines, in whole clusters."""
        return cls(months, max(1, round(lines / (months * 30.4 * len(SKUS)))))


def write(path: Path, size: Size) -> tuple[int, int]:
    """Make a raw warehouse; its lines and cents."""
    with opened(path) as db:
        _write_inventory(db, size)
        for age in range(size.months - 1, -1, -1):
            _write_invoice(db, age, PENDING_DAYS if age == 0 else None)
        db.execute("checkpoint")
        return _told(db)


def grow(path: Path, size: Size, day: int) -> tuple[int, int]:
    """Replace the pending invoice by one that is `day` days longer; the new lines and cents."""
    with opened(path) as db:
        _catalogue(db, size)
        _write_invoice(db, 0, PENDING_DAYS + day)
        db.execute("checkpoint")
        return _told(db)


def _told(db: duckdb.DuckDBPyConnection) -> tuple[int, int]:
    [told] = db.execute(
        "select sum(_line_items)::bigint, sum(_cents)::bigint from invoices"
    ).fetchall()
    return told


def _catalogue(db: duckdb.DuckDBPyConnection, size: Size) -> None:
    db.execute(_CATALOGUE, {"clusters": size.clusters, "skus": list(SKUS)})


def _write_inventory(db: duckdb.DuckDBPyConnection, size: Size) -> None:
    _catalogue(db, size)
    db.execute(
        "insert into organizations (id, name, _connection) values (?, 'Bench', 'default')", [ORG]
    )
    db.execute(
        "insert into projects (id, name, orgId, _connection) select distinct project, "
        "'project-' || right(project, 2), ?, 'default' from catalogue",
        [ORG],
    )
    db.execute(
        """
        insert into inventory_history by name
        select distinct 'clusters' as entity, format('6a{:022x}', cluster) as id, name,
            json_object('createDate', '2020-01-01T00:00:00Z', 'replicationSpecs', [{
                'regionConfigs': [{'providerName': cloud,
                    'regionName': upper(replace(place, '-', '_')),
                    'electableSpecs': {'instanceSize': 'M30', 'nodeCount': 3}}]
            }]) as _document,
            project as _scope, 'default' as _connection, timestamp '2020-01-01' as _valid_from
        from catalogue
        """
    )


def _write_invoice(db: duckdb.DuckDBPyConnection, age: int, days: int | None) -> None:
    months = LATEST - age
    first = date(months // 12, months % 12 + 1, 1)
    length = monthrange(first.year, first.month)[1]
    days = length if days is None else days
    seconds = (first - date(1970, 1, 1)).days * 86400
    file = f"{first:%Y-%m}-{days}.json.gz"
    # Atlas's ids begin with the second of their making
    values = {"invoice": f"{seconds:08x}{months:016x}", "file": file, "landed": first}
    for table, column in (
        ("stored_line_items", "_invoice_id"),
        ("focus_report_rows", "_invoice_id"),
        ("focus_reports", "_invoice_id"),
        ("invoices", "id"),
    ):
        db.execute(f"delete from {table} where {column} = ?", [values["invoice"]])
    during = {"first": first, "end": date.fromordinal(first.toordinal() + days)}
    db.execute(_LINES, values | during)
    db.execute(_REPORT, values | during)
    db.execute("insert into focus_reports values ($invoice, 'default', $file, $landed)", values)
    header = {
        "org": ORG,
        "status": "PENDING" if age == 0 else "PAID",
        "first": first,
        "month_end": date.fromordinal(first.toordinal() + length),
    }
    db.execute(_HEADER, values | header)
