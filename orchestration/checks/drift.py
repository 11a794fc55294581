"""Does Atlas send what its specification knows? What is new is named, kept, and stops nothing.

Unknown fields stay in landing and in `_document`, unknown values go through as they came; a new
one often comes months before anybody tells, and a cost that hides behind it should be found here.
"""

import dagster as dg
import duckdb

from orchestration.checks.specification import Fields, known
from orchestration.refreshing.folder import DataFolder
from orchestration.resources.metadata import table
from orchestration.resources.warehouse import Warehouse

INVOICES = dg.AssetKey(["atlas", "invoices"])
INVENTORY = dg.AssetKey(["atlas", "organizations"])
# Typed column by column, so that raw has no _document: their journal names unknown fields.
TYPED = ("invoices", "invoice_line_items")
BILLING = (*TYPED, "invoice_payments", "invoice_refunds")
# A field of tomorrow may hold anything, a million different values too.
EXAMPLES = 10
Drift = dict[str, str | int | float | bool]


def _raw(warehouse: DataFolder) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(warehouse.settings.raw_file), read_only=True)


def _drift(entity: str, field: str, seen: int, value: str = "") -> Drift:
    return {"entity": entity, "field": field, "value": value, "seen": seen}


def unknown_fields(db: duckdb.DuckDBPyConnection, entity: str, fields: Fields) -> list[Drift]:
    """Top-level fields of an entity's documents that are not among `fields`."""
    rows = db.execute(
        f"""
        select name, count(*) from (
            select unnest(json_keys(_document)) as name from {entity}
            where json_type(_document) = 'OBJECT'
        )
        where name not in (select unnest($known))
        group by name order by name
        """,  # noqa: S608  entity is a name of ours
        {"known": list(fields)},
    ).fetchall()
    return [_drift(entity, name, count) for name, count in rows]


def unknown_values(db: duckdb.DuckDBPyConnection, entity: str, fields: Fields) -> list[Drift]:
    """Values that the specification's list for a field does not have; upper or lower case is one.

    Real answers spell some in another case than the specification.
    """
    found: list[Drift] = []
    for field, values in fields.items():
        if values is None:
            continue
        rows = db.execute(
            f"""
            select value, count(*) from (select {_value(entity, field)} as value from {entity})
            where value <> '' and lower(value) not in (select lower(unnest($known)))
            group by value order by count(*) desc, value limit {EXAMPLES}
            """,  # noqa: S608  entity and field are names of the specification
            {"known": values},
        ).fetchall()
        found += [_drift(entity, field, count, value) for value, count in rows]
    return found


def _value(entity: str, field: str) -> str:
    if entity in TYPED:
        return field
    text = f"(_document ->> '$.{field}')"
    return f"unnest{text}" if "[*]" in field else text


def _in_journals(warehouse: DataFolder) -> list[Drift]:
    """Fields of invoices and lines that were unknown when their documents were cut."""
    seen: dict[str, int] = {}
    for connection in warehouse.settings.connections():
        for each in warehouse.landing(connection.name).current("invoices").values():
            for name in each.meta.get("unknown_fields", ()):
                seen[name] = seen.get(name, 0) + 1
    return [_drift("invoices", name, count) for name, count in sorted(seen.items())]


@dg.asset_check(asset=INVOICES, name="schema_drift")
def invoice_drift(warehouse: Warehouse) -> dg.AssetCheckResult:
    """Invoices, lines, payments and refunds have the fields and values Atlas documents."""
    with _raw(warehouse) as db:
        return _result(_in_journals(warehouse) + _in_raw(db, BILLING))


@dg.asset_check(asset=INVENTORY, name="schema_drift")
def inventory_drift(warehouse: Warehouse) -> dg.AssetCheckResult:
    """Everything an organization owns has the fields and values Atlas documents."""
    with _raw(warehouse) as db:
        return _result(_in_raw(db, tuple(entity for entity in known() if entity not in BILLING)))


def _in_raw(db: duckdb.DuckDBPyConnection, entities: tuple[str, ...]) -> list[Drift]:
    specified = known()
    found: list[Drift] = []
    for entity in entities:
        fields = specified[entity]
        found += [] if entity in TYPED else unknown_fields(db, entity, fields)
        found += unknown_values(db, entity, fields)
    return found


def _result(found: list[Drift]) -> dg.AssetCheckResult:
    named = ", ".join(map(_named, found))
    return dg.AssetCheckResult(
        passed=not found,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"Not in Atlas's specification: {named}" if found else "As Atlas documents it",
        metadata={"drift": table(found)} if found else {},
    )


def _named(drift: Drift) -> str:
    what = f"{drift['entity']}.{drift['field']}"
    return f"{what} = {drift['value']}" if drift["value"] else what


checks = [invoice_drift, inventory_drift]
