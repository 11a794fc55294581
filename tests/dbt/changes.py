"""What may happen to raw between two builds, at random, as the loader would leave it.

An invoice that is touched is loaded again; anything else changes behind its back.
"""

import json
from collections.abc import Callable
from itertools import count
from pathlib import Path
from random import Random

import duckdb

from .raw_file import LANDED, insert
from .world import cluster, line, observed, region

Raw = duckdb.DuckDBPyConnection
Change = Callable[[Raw, Path, Random], None]
NEW = count()
INVOICES = {
    "inv-apr": ("org1", "2026-04"),
    "inv-may": ("org1", "2026-05"),
    "inv-globex": ("org2", "2026-04"),
    "inv-initech": ("org3", "2026-04"),
    "inv-new": ("org4", "2026-05"),
}
PROJECTS = {"p1": "org1", "p2": "org1", "p3": "org2", "p4": "org3", "p9": "org1"}
CLUSTERS = ("orders", "global", "ghost", "lab", "wide", "mover", "tiny")
SKUS = (
    "ATLAS_AWS_INSTANCE_M30", "ATLAS_AWS_SEARCH_INSTANCE_S20_COMPUTE_NVME",
    "ATLAS_FLEX_AZURE_100_USAGE_HOURS", "ATLAS_NDS_AWS_SERVERLESS_RPU",
    "ATLAS_AWS_DATA_TRANSFER_INTERNET", "ATLAS_DATA_LAKE_AWS_DATA_SCANNED",
    "ATLAS_AWS_STREAM_PROCESSING_INSTANCE_SP10", "ATLAS_SUPPORT", "CREDIT", "NEWFANGLED_THING",
    "REALM_APP_SYNC",
)  # fmt: skip
REGIONS = (("AWS", "US_EAST_1"), ("AWS", "EU_WEST_1"), ("GCP", "WESTERN_EUROPE"))
WHERE_REPORTED = ("us-east-1", "eu-west-1", "iceland-1", "")


def loaded_again(raw: Raw, *invoices: str) -> None:
    """Leave what the loader leaves where it replaced these invoices."""
    for each in invoices:
        # all lines of an invoice are read by the connection that reads it
        raw.execute(
            "update invoice_line_items set _connection = invoices._connection from invoices "
            "where invoices.id = _invoice_id and id = ?",
            [each],
        )
        of_lines = f"from invoice_line_items where _invoice_id = '{each}'"
        raw.execute(
            f"update invoices set _load = 'load {next(NEW)}', "
            f"_line_items = (select count(*) {of_lines}), "
            f"_cents = (select coalesce(sum(totalPriceCents), 0) {of_lines}) where id = '{each}'"
        )


def add_line(raw: Raw, invoice: str, day: str, sku: str, cents: int, **fields: object) -> None:
    row = line(invoice, day, sku, cents, **fields)
    insert(raw, "invoice_line_items", {**LANDED, "_line_item_id": f"new-{next(NEW)}", **row})


def held(raw: Raw, pick: Random) -> str | None:
    """One of the invoices that raw has."""
    found = raw.execute("select id from invoices where id in (select unnest(?)) order by id",
                        [list(INVOICES)]).fetchall()  # fmt: skip
    return str(pick.choice(found)[0]) if found else None


def an_invoice_grows(raw: Raw, project: Path, pick: Random) -> None:
    if invoice := held(raw, pick):
        for _ in range(pick.randint(1, 4)):
            _random_line(raw, pick, invoice)
        loaded_again(raw, invoice)


def an_invoice_appears(raw: Raw, project: Path, pick: Random) -> None:
    """Or comes back."""
    there = {found for (found,) in raw.execute("select id from invoices").fetchall()}
    if missing := sorted(set(INVOICES) - there):
        invoice = pick.choice(missing)
        org, month = INVOICES[invoice]
        dates = {"startDate": f"{month}-01", "endDate": f"{month}-28"}
        row = {"id": invoice, "orgId": org, "statusName": "CLOSED", "_is_nested": True, **dates}
        insert(raw, "invoices", {**LANDED, **row})
        for _ in range(pick.randint(0, 5)):
            _random_line(raw, pick, invoice)
        loaded_again(raw, invoice)


def an_invoice_is_gone(raw: Raw, project: Path, pick: Random) -> None:
    if invoice := held(raw, pick):
        for table, column in (("invoices", "id"), ("invoice_line_items", "_invoice_id"),
                              ("invoice_payments", "_invoice_id")):  # fmt: skip
            raw.execute(f"delete from {table} where {column} = ?", [invoice])


def lines_leave(raw: Raw, project: Path, pick: Random) -> None:
    """Now and then all of them."""
    if invoice := held(raw, pick):
        among = "true" if pick.random() < 0.3 else f"hash(_line_item_id) % 2 = {pick.randint(0, 1)}"
        raw.execute(f"delete from invoice_line_items where _invoice_id = ? and {among}", [invoice])
        loaded_again(raw, invoice)


def an_invoice_is_restated(raw: Raw, project: Path, pick: Random) -> None:
    """Other cents, discounts and tags; the header says another status; another key reads it."""
    if invoice := held(raw, pick):
        raw.execute(
            "update invoice_line_items set totalPriceCents = totalPriceCents - ?, "
            "discountCents = ?, tags = map {'team': [?], 'env': ['prod']} "
            f"where _invoice_id = ? and hash(_line_item_id) % 3 = {pick.randint(0, 2)}",
            [pick.randint(-50, 50), pick.choice((None, 10, 500)), _team(pick), invoice],
        )
        connection = pick.choice(("default", "second"))
        for table, column in (("invoices", "id"), ("invoice_line_items", "_invoice_id")):
            raw.execute(f"update {table} set _connection = ? where {column} = ?",
                        [connection, invoice])  # fmt: skip
        raw.execute("update invoices set statusName = ?, subtotalCents = ? where id = ?",
                    [pick.choice(("PAID", "CLOSED", "PENDING")), pick.randint(0, 9999), invoice],
                    )  # fmt: skip
        loaded_again(raw, invoice)


def a_cluster_is_seen(raw: Raw, project: Path, pick: Random) -> None:
    """A new one of a name, or one that moved; known since before or after it was billed."""
    where = pick.sample(REGIONS, pick.randint(1, 2))
    seen = f"2026-04-{pick.randint(1, 30):02d} 06:00"
    created = f"2026-{pick.randint(1, 5):02d}-{pick.randint(1, 28):02d}T10:00:00Z"
    document = cluster(created, *(region(cloud, name, 3) for cloud, name in where))
    gone = pick.choice((None, "2026-05-02 06:00"))
    project_id, name = pick.choice(list(PROJECTS)), pick.choice(CLUSTERS)
    its_id = f"c-{pick.randint(0, 5)}-{project_id}-{name}"
    raw.execute(
        "update inventory_history set _valid_to = ? where id = ? and _valid_to is null",
        [seen, its_id],
    )
    row = observed("clusters", its_id, name, seen, document, project=project_id, gone=gone)
    insert(raw, "inventory_history", row)


def a_cluster_is_forgotten(raw: Raw, project: Path, pick: Random) -> None:
    _one_of(raw, pick, "inventory_history", "id", "delete from inventory_history where id = ?")


def a_cluster_is_renamed(raw: Raw, project: Path, pick: Random) -> None:
    name = pick.choice(CLUSTERS)
    _one_of(raw, pick, "inventory_history", "id",
            f"update inventory_history set name = '{name}' where id = ?")  # fmt: skip


def names_change(raw: Raw, project: Path, pick: Random) -> None:
    """An organization, a project or what Atlas calls a SKU, known, unknown, or called otherwise."""
    name = f"name {next(NEW)}"
    project_id, sku = pick.choice(list(PROJECTS)), pick.choice(SKUS)
    org = pick.choice(("org1", "org2", "org3", "org4"))
    new: dict[str, dict[str, object]] = {
        "organizations": {"id": org, "name": name},
        "projects": {"id": project_id, "name": name, "orgId": PROJECTS[project_id]},
        "skus": {"id": sku, "description": name},
    }
    table = pick.choice(list(new))
    raw.execute(f"delete from {table} where id = ?", [new[table]["id"]])
    if pick.random() < 0.7:
        insert(raw, table, {**LANDED, **new[table]})


def services_change(raw: Raw, project: Path, pick: Random) -> None:
    """The only federated database or workspace of a project gives its resource a name."""
    project_id = pick.choice(list(PROJECTS))
    table = pick.choice(("data_federation", "stream_workspaces"))
    if pick.random() < 0.4:
        raw.execute(f"delete from {table} where groupId = ?", [project_id])
        return
    place = json.dumps({"cloudProvider": "AWS", "region": "DUBLIN_IRL"})
    name = f"service {next(NEW)}"
    row = {"name": name, "groupId": project_id, "_scope": project_id, "dataProcessRegion": place}
    state = {"id": name} if table == "stream_workspaces" else {"state": "ACTIVE"}
    insert(raw, table, {**LANDED, **row, **state})


def pricing_changes(raw: Raw, project: Path, pick: Random) -> None:
    if invoice := held(raw, pick):
        raw.execute("delete from invoice_payments where _invoice_id = ?", [invoice])
        price, currency = pick.choice((("1", "USD"), ("0.9", "USD"), ("1", "EUR")))
        row = {"_invoice_id": invoice, "id": f"pay-{invoice}", "unitPrice": price}
        insert(raw, "invoice_payments", {**LANDED, **row, "currency": currency})


def the_taxonomy_changes(raw: Raw, project: Path, pick: Random) -> None:
    """By the operator's file, or by a release."""
    if pick.random() < 0.3:
        seed = project / "seeds/sku_taxonomy.csv"
        seed.write_text(seed.read_text().replace(",Data Transfer,usage", ",Storage,usage"))
        return
    raw.execute("delete from taxonomy_overrides")
    if pick.random() < 0.7:
        what = pick.choice(({"category": "Ours"}, {"charge_type": "support"}, {"category": "Flex"}))
        insert(raw, "taxonomy_overrides", {"position": 1, "sku": pick.choice(SKUS), **what})


def the_regions_change(raw: Raw, project: Path, pick: Random) -> None:
    seed = project / "seeds/regions.csv"
    seed.write_text(seed.read_text().replace("eu-west-1", f"eu-west-one-{next(NEW)}"))


def a_report_arrives(raw: Raw, project: Path, pick: Random) -> None:
    """For the first time, again, or no more; of some of the lines, each in some region."""
    if invoice := held(raw, pick):
        for table in ("focus_reports", "focus_report_rows"):
            raw.execute(f"delete from {table} where _invoice_id = ?", [invoice])
        if pick.random() < 0.2:
            return
        landed = {**LANDED, "_landing_file": f"{next(NEW)}.csv.gz", "_invoice_id": invoice}
        insert(raw, "focus_reports", landed)
        lines = raw.execute(
            "select startDate, sku, groupId, clusterName, quantity, totalPriceCents "
            "from invoice_line_items where _invoice_id = ? and startDate is not null "
            "order by _line_item_id", [invoice]
        ).fetchall()  # fmt: skip
        for number, (day, sku, owner, name, quantity, cents) in enumerate(lines):
            if pick.random() < 0.7:
                row = {
                    "_row": number, "ChargePeriodStart": f"{day:%Y-%m-%dT%H:%M:%SZ}",
                    "SubAccountId": owner, "ResourceName": name, "x_AtlasSku": sku,
                    "RegionId": pick.choice(WHERE_REPORTED), "HostProviderName": "AWS",
                    "BillingCurrency": "EUR", "x_PricingCurrencyRate": "0.9",
                    "ConsumedQuantity": None if quantity is None else str(quantity),
                    "PricingCurrencyEffectiveCost": str(cents / 100), "x_SkuCategory": "Clusters",
                }  # fmt: skip
                insert(raw, "focus_report_rows", {**landed, **row})


def allocation_ends(raw: Raw, project: Path, pick: Random) -> None:
    key = pick.choice(("team", "env"))
    for table in ("allocation_rules", "allocation_conditions", "allocation_shares"):
        raw.execute(f"delete from {table} where allocation_key = ?", [key])


def allocation_changes(raw: Raw, project: Path, pick: Random) -> None:
    """A key has another default, or those that share a cost share it otherwise."""
    raw.execute("update allocation_rules set value = ? where method = 'default'", [_team(pick)])
    raw.execute("update allocation_shares set weight = weight + ?", [pick.randint(0, 9)])


def _random_line(raw: Raw, pick: Random, invoice: str) -> None:
    _, month = INVOICES[invoice]
    project_id = pick.choice([*PROJECTS, ""])
    fields: dict[str, object] = {
        "groupId": project_id,
        "groupName": pick.choice((None, "", f"called {project_id}")) if project_id else None,
        "clusterName": pick.choice(CLUSTERS) if project_id and pick.random() < 0.7 else None,
        "tags": pick.choice((None, {"team": [_team(pick)]})),
        "_tags_first_seen": pick.choice((None, {"env": ["dev"]})),
        "quantity": str(pick.randint(1, 99)),
        "unitPriceDollars": "1",
        "discountCents": pick.choice((None, None, 50)),
    }
    day = f"{month}-{pick.randint(1, 26):02d}"
    end = f"{month}-{int(day[8:]) + pick.choice((1, 1, 3)):02d}"
    add_line(raw, invoice, day, pick.choice(SKUS), pick.randint(-9, 5000), endDate=end, **fields)


def _team(pick: Random) -> str:
    return pick.choice(("web", "core", "data"))


def _one_of(raw: Raw, pick: Random, table: str, column: str, sql: str) -> None:
    found = raw.execute(f"select distinct {column} from {table} order by 1").fetchall()
    if found:
        raw.execute(sql, [pick.choice(found)[0]])


CHANGES: tuple[Change, ...] = (
    an_invoice_grows, an_invoice_appears, an_invoice_is_gone, lines_leave, an_invoice_is_restated,
    a_cluster_is_seen, a_cluster_is_forgotten, a_cluster_is_renamed, names_change, services_change,
    pricing_changes, the_taxonomy_changes, the_regions_change, a_report_arrives, allocation_ends,
    allocation_changes,
)  # fmt: skip
