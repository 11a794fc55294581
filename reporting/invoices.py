# ruff: noqa: S608  what is put into SQL text are constants of ours; values are bound
"""What the page of invoices asks: all of them, and what one of them is made of; cents."""

from datetime import date

from reporting.query import Query, with_values

FIRST = 500
_UNIT = "coalesce(pricing_currency, 'unknown currency') as unit"
_UNIT_OF_INVOICE = """(
        select coalesce(pricing_currency, 'unknown currency')
        from marts.fct_invoices where invoice_id = $invoice_id
    ) as unit"""

ALL = Query("""with usage as (
    select invoice_id, amount_cents from marts.fct_invoice_bridge where step = 'usage'
),
late as (
    select
        invoice_id, count(distinct usage_date) as late_days, max(changed_at) as late_seen_at,
        sum(difference_cents)::bigint as late_cents
    from marts.fct_invoice_changes where was_closed
    group by invoice_id
)
select
    invoices.invoice_id, invoice_month, org_id, org_name as organization, status,
    not is_closed as is_pending, is_reconciled,
    coalesce(usage.amount_cents, 0)::bigint as usage, -credits_cents as credits,
    sales_tax_cents as tax, amount_billed_cents as billed, amount_paid_cents as paid,
    coalesce(refunds_cents, 0)::bigint as refunds,
    subtotal_cents as subtotal, line_items, line_items_cents,
    coalesce(difference_cents, 0)::bigint as difference_cents,
    coalesce(header_difference_cents, 0)::bigint as header_difference_cents,
    coalesce(credits_difference_cents, 0)::bigint as credits_difference_cents,
    has_several_prices, versions_seen, last_changed_at, late_days, late_seen_at, late_cents,
    coalesce(pricing_currency, 'unknown currency') as unit
from marts.fct_invoices as invoices
left join usage on invoices.invoice_id = usage.invoice_id
left join late on invoices.invoice_id = late.invoice_id
order by invoice_month desc, organization, invoices.invoice_id""")


def bridge(invoice_id: str) -> Query:
    """An invoice's steps from list price to paid, each with where its bar starts and ends.

    A level starts at nothing; any other step where the one before it ended. A step of nothing is
    left out.
    """
    sql = """with steps as (
    select step, position, amount_cents, pricing_currency, is_level
    from marts.fct_invoice_bridge
    where invoice_id = $invoice_id and (amount_cents <> 0 or is_level)
),
runs as (
    select *, count(*) filter (where is_level) over (order by position) as run from steps
)
select
    step, position, is_level, amount_cents::bigint as amount,
    coalesce(pricing_currency, 'unknown currency') as unit,
    sum(amount_cents) over (partition by run order by position)::bigint as bar_end,
    if(is_level, 0, bar_end - amount_cents)::bigint as bar_start
from runs
order by position"""
    return with_values(sql, {"invoice_id": invoice_id})


def apart(month: date) -> Query:
    """A month by usage day beside its invoices, and the lines that make them differ; cents.

    Columns: unit, used (by usage day), invoiced, elsewhere (its usage on invoices of other months),
    others (usage of other months on its invoices).
    """
    return with_values(
        """select
    coalesce(pricing_currency, 'unknown currency') as unit,
    coalesce(sum(cost_cents) filter (is_used), 0)::bigint as used,
    coalesce(sum(cost_cents) filter (is_invoiced), 0)::bigint as invoiced,
    coalesce(sum(cost_cents) filter (is_used and not is_invoiced), 0)::bigint as elsewhere,
    coalesce(sum(cost_cents) filter (is_invoiced and not is_used), 0)::bigint as others
from (
    select *, date_trunc('month', usage_date) = $month as is_used,
        invoice_month = $month as is_invoiced
    from marts.agg_costs_daily where is_in_total
)
where is_used or is_invoiced
group by unit order by unit""",
        {"month": month},
    )


def lines(invoice_id: str, month: date, limit: int | None = FIRST) -> Query:
    """The lines of an invoice, the most expensive first; all of them without a limit.

    Lines lie in the order of their days, so its month keeps the rest from being read.
    """
    sql = f"""select
    usage_date, billed_date, service, category, sku, charge_type, project_name, resource_name,
    instance_size, region, quantity, unit as unit_of_quantity, unit_price, list_cost,
    discount_cents, cost_cents, note, line_item_id, {_UNIT}
from marts.fct_line_items
where invoice_id = $invoice_id and invoice_month = $month
order by abs(cost_cents) desc, usage_date, line_item_id"""
    values = {"invoice_id": invoice_id, "month": month}
    if limit is None:
        return with_values(sql, values)
    return with_values(f"{sql}\nlimit $most", values | {"most": limit})


def line_totals(invoice_id: str, month: date) -> Query:
    """How many lines an invoice has, and what they add up to."""
    return with_values(
        """select
    count(*) as line_items, coalesce(sum(cost_cents), 0)::bigint as amount,
    coalesce(sum(discount_cents), 0)::bigint as discount
from marts.fct_line_items
where invoice_id = $invoice_id and invoice_month = $month""",
        {"invoice_id": invoice_id, "month": month},
    )


def restatements(invoice_id: str) -> Query:
    """Usage days of an invoice that a later version changed; the newest first."""
    return with_values(
        f"""select
    changed_at, usage_date, was_closed, project_name, resource_name, service, sku,
    before_cents, after_cents, difference_cents, {_UNIT_OF_INVOICE}
from marts.fct_invoice_changes
where invoice_id = $invoice_id
order by changed_at desc, abs(difference_cents) desc, usage_date, sku, resource_name""",
        {"invoice_id": invoice_id},
    )


def payments(invoice_id: str) -> Query:
    """What was asked for and paid, the newest first."""
    return with_values(
        f"""select
    created_at, updated_at, status, currency, unit_price, subtotal_cents, sales_tax_cents,
    amount_billed_cents, amount_paid_cents, payment_id, {_UNIT_OF_INVOICE}
from marts.fct_invoice_payments
where invoice_id = $invoice_id
order by created_at desc, payment_id""",
        {"invoice_id": invoice_id},
    )


def refunds(invoice_id: str) -> Query:
    """What was paid back, the newest first."""
    return with_values(
        f"""select
    created_at, amount_cents, reason, payment_id, {_UNIT_OF_INVOICE}
from marts.fct_invoice_refunds
where invoice_id = $invoice_id
order by created_at desc, payment_id, amount_cents""",
        {"invoice_id": invoice_id},
    )


def prices(invoice_id: str) -> Query:
    """What payments ask for at each price of a credit."""
    return with_values(
        f"""select
    billing_currency, credit_price, usage_cents, sales_tax_cents, is_main, {_UNIT_OF_INVOICE}
from marts.fct_invoice_prices
where invoice_id = $invoice_id
order by is_main desc, billing_currency, credit_price""",
        {"invoice_id": invoice_id},
    )


def late_billing(invoice_id: str, month: date) -> Query:
    """Usage of earlier months that an invoice bills, by month and service."""
    return with_values(
        f"""select
    date_trunc('month', usage_date)::date as usage_month, service,
    min(usage_date) as first_day, max(usage_date) as last_day,
    count(*) as line_items, sum(cost_cents)::bigint as amount, {_UNIT_OF_INVOICE}
from marts.fct_line_items
where invoice_id = $invoice_id and invoice_month = $month and usage_date < $month
group by all
order by usage_month desc, amount desc, service""",
        {"invoice_id": invoice_id, "month": month},
    )
