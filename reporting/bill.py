# ruff: noqa: S608  what is put into SQL text comes from the dimension registry; values are bound
"""What a report says of the warehouse it is from: how old it is, and what matches Atlas."""

from collections.abc import Sequence

from reporting.dimensions import Dimension
from reporting.query import Binder, Query

FRESHNESS = Query("""with own as (
    select connection, any_value(org_name) as org_name
    from marts.fct_invoices where not is_nested
    group by connection having count(distinct org_id) = 1
)
select
    if(connection = 'default', coalesce(org_name, connection), connection) as connection,
    freshness.connection as name, status, last_success_at, data_through, published_at,
    warehouse_version,
    coalesce(missing_parts, []) as missing_parts
from meta.freshness as freshness left join own using (connection) order by connection""")

# a workspace's copy says so itself, whoever reads it
LEFT_OUT = Query("""select comment as sentence from duckdb_tables()
where database_name = current_database() and schema_name = 'meta' and table_name = 'freshness'
    and comment is not null""")

INVOICES = Query("""select
    invoice_id, invoice_month, status, org_name as organization,
    org_id, is_reconciled, coalesce(difference_cents, 0)::bigint as difference_cents,
    coalesce(header_difference_cents, 0)::bigint as header_difference_cents,
    coalesce(credits_difference_cents, 0)::bigint as credits_difference_cents,
    amount_billed_cents, discount_rule, not is_closed as is_pending,
    coalesce(pricing_currency, 'unknown currency') as unit
from marts.fct_invoices
order by invoice_month desc, organization, invoice_id""")


def names(dimension: Dimension, ids: Sequence[str]) -> Query:
    """What ids of a dimension are called, most lately."""
    bind = Binder()
    name = dimension.label_sql(bind)
    return bind.query(f"""select {dimension.id_column} as id, arg_max({name}, usage_month) as label
from marts.agg_costs_monthly where {dimension.id_column} in {bind(tuple(ids))} group by id""")
