"""What Atlas's specification knows of each entity, kept in specification.json.

`python -m orchestration.checks.specification openapi.json` writes that file again from MongoDB's
published OpenAPI document (github.com/mongodb/openapi, openapi/v2.json), and adds what real
answers have beyond it.
"""

import json
import sys
from pathlib import Path
from typing import Any

from orchestration.entities import ENTITIES

FILE = Path(__file__).with_name("specification.json")
# A field's known values, or None where it may hold anything.
Fields = dict[str, list[str] | None]

SCHEMAS = {each.name: each.schemas for each in ENTITIES} | {
    "invoices": ("BillingInvoice",),
    "invoice_line_items": ("InvoiceLineItem",),
    "invoice_payments": ("BillingPayment",),
    "invoice_refunds": ("BillingRefund",),
}
# Recorded answers have these, and the specification does not.
BEYOND: dict[str, Fields] = {
    "clusters": {"diskSizeGB": None, "effectiveDatabaseEdition": None},
    "flex_clusters": {"effectiveDatabaseEdition": None, "versionReleaseSystem": ["CONTINUOUS"]},
    "backup_snapshots": {"frequencyType": ["ondemand"]},
    "restore_jobs": {"targetDeploymentItemName": None},
    # the field's description names it, its enum does not
    "invoice_payments": {"statusName": ["ERROR"]},
}
# Fields inside of others whose values a model reads.
PROVIDERS = {"clusters": "replicationSpecs[*].regionConfigs[*].providerName"}


def known() -> dict[str, Fields]:
    """Entity → field → its known values, None where it may hold anything."""
    found: dict[str, Fields] = json.loads(FILE.read_text())
    return found


def fields_of(
    schemas: dict[str, Any], schema: dict[str, Any], seen: frozenset[str] = frozenset()
) -> Fields:
    """The fields of a schema, of all that it is made of and of every kind of it there is.

    A base names its kinds and each kind its base: what was `seen` on the way is not read again.
    """
    if name := schema.get("$ref"):
        inner = {} if name in seen else schemas[name.rpartition("/")[2]]
        return fields_of(schemas, inner, seen | {name})
    found: Fields = {
        name: _values(schemas, each) for name, each in schema.get("properties", {}).items()
    }
    for part in (*schema.get("allOf", ()), *schema.get("oneOf", ())):
        for name, values in fields_of(schemas, part, seen).items():
            found[name] = _both(found.get(name, []), values)
    return found


def read(document: dict[str, Any]) -> dict[str, Fields]:
    """What specification.json holds, from an OpenAPI document."""
    schemas = document["components"]["schemas"]
    found: dict[str, Fields] = {}
    for entity, names in SCHEMAS.items():
        fields = fields_of(schemas, {"allOf": [{"$ref": f"/{name}"} for name in names]})
        for name, values in BEYOND.get(entity, {}).items():
            fields[name] = _both(fields.get(name, []), values)
        found[entity] = dict(sorted(fields.items()))
    providers = fields_of(schemas, {"$ref": "/CloudRegionConfig20240805"})["providerName"]
    found["clusters"][PROVIDERS["clusters"]] = providers
    return found


def _values(schemas: dict[str, Any], schema: dict[str, Any]) -> list[str] | None:
    if name := schema.get("$ref"):
        return _values(schemas, schemas[name.rpartition("/")[2]])
    values = schema.get("enum")
    return sorted(map(str, values)) if values and schema.get("type") == "string" else None


def _both(some: list[str] | None, others: list[str] | None) -> list[str] | None:
    return None if some is None or others is None else sorted({*some, *others})


if __name__ == "__main__":
    FILE.write_text(json.dumps(read(json.loads(Path(sys.argv[1]).read_text())), indent=1) + "\n")
