"""What each connection may read, what it holds, and what it cannot see in money."""

from datetime import date

from reporting.query import Query, with_values

PERMISSIONS = Query("""select connection, capability, status, detail, lost, role
from meta.permissions order by status = 'ok', status = 'not tried', connection, capability""")

HELD = Query("""select
    connection, count(*) as invoices, count(distinct org_id) as organizations,
    min(invoice_month) as first_month, max(invoice_month) as last_month,
    sum(line_items)::bigint as line_items
from marts.fct_invoices group by connection order by connection""")

REQUESTS = Query("select connection, requests from meta.freshness order by connection")

INSIGHT = Query("select part, seconds, error from meta.insight order by part")


def unreadable(start: date, end: date) -> Query:
    """Projects whose resources cannot be read, with what they cost on these days; cents."""
    sql = """select
    coalesce(pricing_currency, 'unknown currency') as unit, connection,
    project_id, max(project_name) as project, max(org_name) as organization,
    sum(cost_cents)::bigint as amount
from marts.agg_costs_daily
where usage_date >= $start and usage_date < $end and is_in_total
    and project_id in (
        select project_id from marts.active_resources
        where listing_status = 'no_project_access'
    )
group by all
order by unit, amount desc, project"""
    return with_values(sql, {"start": start, "end": end})
