"""What the operator of the hand-written world wrote: overrides, allocation rules, a statement."""

from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from orchestration.rules.allocation import read_allocation
from orchestration.rules.compiling import compiled, fingerprint
from orchestration.rules.taxonomy import read_taxonomy
from orchestration.statements.files import Statement, read_statements, write_statement
from orchestration.warehouse import rules, statements

TAXONOMY = """\
overrides:
  - pattern: AWS_PRIVATE_ENDPOINT$
    category: Endpoints
  - sku: ATLAS_AWS_INSTANC_M50
    category: Misspelled
"""
ALLOCATION = """\
keys:
  - key: team
    rules:
      - value_from: tag:team
      - name: labs
        to: 2026-04-05
        when: {all: [{dimension: project, flexible: LABS}]}
        percent: {research: 66.6, web: 33.4}
      - name: labs
        from: 2026-04-06
        when: {all: [{dimension: project, flexible: LABS}]}
        percent: {research: 50, web: 50}
      - name: support
        when: {any: [{dimension: charge_type, is: support}]}
        split: {by: cost}
  - key: env
    tags: first_seen
    default: nobody
    rules:
      - value_from: tag:env
"""
CLOSED_AT = datetime(2026, 5, 3, 9, tzinfo=UTC)


def _frozen(key: str, value: str, resource: str, cents: int) -> dict[str, object]:
    return {
        "usage_month": "2026-04-01",
        "entry": "usage",
        "allocation_key": key,
        "allocation_value": value,
        "org_id": "org1",
        "project_id": "p1",
        "project_name": "shop",
        "resource_id": resource,
        "resource_name": "orders",
        "charge_type": "usage",
        "pricing_currency": "USD",
        "is_shared": False,
        "cost_cents": cents,
        "reason": None,
    }


# The old cluster's 3888 cents were frozen as they are; of the new one's 3898 too few by 98, and
# its 5 + 5 cents of transfer, which nobody tagged, were frozen as core's.
FROZEN = [
    _frozen("team", "(unallocated)", "c-old", 3888),
    _frozen("team", "core, web", "c-new", 3790),
    _frozen("team", "core", "c-new", 10),
    _frozen("env", "nobody", "c-old", 3888),
    _frozen("env", "prod", "c-new", 3898),
]


def apply(raw: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Write the files into a folder and read them as a refresh does."""
    (folder / "taxonomy.yaml").write_text(TAXONOMY)
    (folder / "allocation.yaml").write_text(ALLOCATION)
    keys = read_allocation(folder / "allocation.yaml")
    hashes = {"team": fingerprint(keys[0]), "env": "other rules"}
    april = Statement(date(2026, 4, 1), CLOSED_AT, "20260503T090000000Z", hashes, FROZEN)
    write_statement(folder / "statements", april)
    rules.apply(
        raw,
        {"taxonomy_overrides": read_taxonomy(folder / "taxonomy.yaml"), **compiled(keys)},
    )
    statements.apply(raw, read_statements(folder / "statements"))
