"""What is not a sum of costs: invoices, resources, freshness, and SQL of one's own."""

import duckdb

from orchestration.actions.model import Refusal
from orchestration.assistant.notes import noted
from orchestration.assistant.questions import (
    GetFreshness,
    ListActiveResources,
    ListInvoices,
    RunSql,
    filters_of,
)
from orchestration.assistant.tool import Document
from orchestration.assistant.warehouse import Warehouse
from reporting.conditions import conditions
from reporting.dimensions import RESOURCE_DIMENSIONS, STATE, Dimension, find
from reporting.query import Binder, Query
from reporting.state import with_folded_keys

LONGEST_ANSWER = 200_000


def list_invoices(warehouse: Warehouse, asked: ListInvoices) -> Document:
    """Invoices with Atlas's header beside our sums."""
    bind = Binder()
    wanted = ["true"]
    if asked.from_month:
        wanted.append(f"invoice_month >= {bind(asked.from_month)}")
    if asked.to_month:
        wanted.append(f"invoice_month <= {bind(asked.to_month)}")
    if asked.only_not_reconciled:
        wanted.append("is_reconciled = false")
    query = bind.query(f"""select
    invoice_id, strftime(invoice_month, '%Y-%m') as month, status,
    org_name as organization, pricing_currency, is_closed, is_reconciled,
    difference_cents, header_difference_cents, commitment_shortfall_cents, subtotal_cents,
    credits_cents, sales_tax_cents, starting_balance_cents, amount_billed_cents,
    amount_paid_cents, line_items, line_items_cents,
    versions_seen, last_changed_at
from marts.fct_invoices
where {" and ".join(wanted)}
order by invoice_month desc, organization, invoice_id
limit {bind(asked.limit + 1)}""")  # noqa: S608  only fixed text and parameters
    found = warehouse.numbers(query)
    shown = found[: asked.limit]
    document = {"invoices": shown, "there_are_more": len(found) > len(shown)}
    return noted(warehouse, document)


def list_active_resources(warehouse: Warehouse, asked: ListActiveResources) -> Document:
    """Resources that Atlas lists or bills now, dearest first."""
    bind = Binder()
    filters = filters_of(asked.filters)
    if warehouse.ignores_case_of_tag_keys:
        filters = with_folded_keys(filters)
    pairs = [(each, _resource(each.dimension)) for each in filters]
    query = bind.query(f"""select
    resource_name, resource_type, project_name, cloud_provider, region, instance_size, state,
    paused, listing_status, nodes, disk_gb, mongodb_version, backup_enabled, pit_enabled, tags,
    created_at, cost_month_to_date_cents, cost_last_30_days_cents, projected_month_cents,
    resource_id, project_id, org_id, pricing_currency as currency
from (select * replace ({STATE} as state) from marts.active_resources)
where {conditions(pairs, bind) or "true"}
order by cost_month_to_date_cents desc nulls last, resource_name, resource_id
limit {bind(asked.limit + 1)}""")  # noqa: S608  names come from the registry, values are bound
    found = warehouse.numbers(query)
    shown = found[: asked.limit]
    document = {"resources": shown, "there_are_more": len(found) > len(shown)}
    return noted(warehouse, document)


def _resource(name: str) -> Dimension:
    if found := find(name, RESOURCE_DIMENSIONS):
        return found
    raise KeyError(name)


def get_freshness(warehouse: Warehouse, _asked: GetFreshness) -> Document:
    """Each connection's age, and what its key could not read."""
    fresh = Query("select * from meta.freshness order by connection")
    lost = Query("""select connection, capability, status, detail, lost, role from meta.permissions
where status <> 'ok' order by connection, capability""")
    document = {"connections": warehouse.numbers(fresh), "not_read": warehouse.numbers(lost)}
    return noted(warehouse, document)


def run_sql(warehouse: Warehouse, asked: RunSql) -> Document:
    """One SELECT of the assistant's own."""
    _require_select(warehouse, asked.sql)
    found = warehouse.numbers(Query(asked.sql), asked.limit + 1)
    shown = found[: asked.limit]
    if (size := len(str(shown))) > LONGEST_ANSWER:
        raise Refusal(f"The answer has {size:,} characters: select fewer columns or rows.")
    return noted(warehouse, {"rows": shown, "there_are_more": len(found) > len(shown)})


def _require_select(warehouse: Warehouse, sql: str) -> None:
    try:
        kinds = [each.type for each in warehouse.db.extract_statements(sql)]
    except duckdb.Error as error:
        raise Refusal(f"DuckDB: {str(error).strip()}") from None
    except ValueError:  # a kind that DuckDB's Python does not know, such as UPDATE EXTENSIONS
        kinds = []
    if kinds != [duckdb.StatementType.SELECT]:
        raise Refusal("run_sql takes one SELECT (or WITH, FROM, DESCRIBE, SUMMARIZE) and no other.")
