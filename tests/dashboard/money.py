"""Invoices with payments and restatements, and an allocation, added to a published warehouse."""

import shutil
from pathlib import Path
from typing import Any

import duckdb

PENDING, CLOSED, LATE = "inv-o-Acme-2026-05", "inv-o-Acme-2026-04", "inv-o-Acme-2026-03"

# every day and resource once, as docs/allocation.md would divide it
_SQL = """
drop view if exists marts.fct_costs_daily;
alter table marts.fct_line_items alter list_cost type decimal(28, 12);
alter table marts.fct_line_items alter quantity type decimal(38, 18);
alter table marts.fct_line_items add column if not exists discount_cents bigint;
alter table marts.fct_line_items add column if not exists note varchar;
alter table marts.fct_line_items add column if not exists unit_price decimal(38, 18);
alter table marts.fct_line_items add column if not exists line_item_id varchar;
update marts.fct_line_items set discount_cents = 3, unit_price = 0.054, note = 'a note',
    line_item_id = concat_ws('-', usage_date, org_id, resource_id, sku);
alter table marts.fct_invoices add column if not exists credits_cents bigint;
alter table marts.fct_invoices add column if not exists sales_tax_cents bigint;
alter table marts.fct_invoices add column if not exists amount_paid_cents bigint;
alter table marts.fct_invoices add column if not exists refunds_cents bigint;
alter table marts.fct_invoices add column if not exists subtotal_cents bigint;
alter table marts.fct_invoices add column if not exists line_items bigint;
alter table marts.fct_invoices add column if not exists line_items_cents bigint;
alter table marts.fct_invoices add column if not exists has_several_prices boolean;
alter table marts.fct_invoices add column if not exists versions_seen integer;
alter table marts.fct_invoices add column if not exists last_changed_at timestamp;
update marts.fct_invoices set status = 'INVOICED' where invoice_month = '2026-04-01';
update marts.fct_invoices as invoices set
    credits_cents = sums.credits, line_items = sums.line_items, line_items_cents = sums.cents,
    subtotal_cents = sums.positive + difference_cents,
    sales_tax_cents = if(is_closed, 1900, 0), refunds_cents = if(month = '2026-02-01', 1500, 0),
    amount_paid_cents = if(status = 'PAID', amount_billed_cents, 0),
    has_several_prices = invoice_month = '2026-01-01', versions_seen = 2,
    last_changed_at = timestamp '2026-05-19 06:00:00'
from (
    select invoice_id as id, any_value(invoice_month) as month, count(*) as line_items,
        sum(cost_cents) as cents, -sum(least(cost_cents, 0)) as credits,
        sum(greatest(cost_cents, 0)) as positive
    from marts.fct_line_items group by invoice_id
) as sums where sums.id = invoices.invoice_id;
create or replace table marts.fct_invoice_bridge as
    with amounts as (
        select invoice_id, pricing_currency, amount_billed_cents as billed,
            amount_paid_cents as paid, sales_tax_cents as tax, -credits_cents as credit,
            billed - tax - credit as usage
        from marts.fct_invoices
    )
    select invoice_id, pricing_currency, step.*
    from amounts, unnest([
        {'position': 1, 'step': 'list', 'amount_cents': usage + 40, 'is_level': true},
        {'position': 2, 'step': 'discount', 'amount_cents': -37, 'is_level': false},
        {'position': 4, 'step': 'rounding', 'amount_cents': -3, 'is_level': false},
        {'position': 5, 'step': 'usage', 'amount_cents': usage, 'is_level': true},
        {'position': 7, 'step': 'credit', 'amount_cents': credit, 'is_level': false},
        {'position': 8, 'step': 'tax', 'amount_cents': tax, 'is_level': false},
        {'position': 9, 'step': 'starting_balance', 'amount_cents': 0, 'is_level': false},
        {'position': 11, 'step': 'billed', 'amount_cents': billed, 'is_level': true},
        {'position': 12, 'step': 'paid', 'amount_cents': paid, 'is_level': true}
    ]) as steps(step);
create or replace table marts.fct_invoice_changes as
    select 'inv-' || org_id || '-' || month as invoice_id, *,
        after_cents - before_cents as difference_cents
    from (select distinct org_id from marts.fct_invoices), (values
        ('2026-03', timestamp '2026-05-02 06:00', date '2026-03-05', true, 100, 350),
        ('2026-03', timestamp '2026-05-02 06:00', date '2026-03-06', true, 50, 40),
        ('2026-05', timestamp '2026-05-12 06:00', date '2026-05-03', false, 0, 75)
    ) as changes(month, changed_at, usage_date, was_closed, before_cents, after_cents),
    (values ('analytics', 'events', 'Clusters', 'ATLAS_GCP_INSTANCE_M40'))
        as owner(project_name, resource_name, service, sku);
create or replace table marts.fct_invoice_payments as
    select invoice_id, 'pay-' || right(invoice_id, 7) as payment_id, org_id, invoice_month, status,
        'USD' as currency, 1::decimal(38, 18) as unit_price, subtotal_cents, sales_tax_cents,
        amount_billed_cents, amount_paid_cents, last_changed_at as created_at,
        last_changed_at as updated_at, connection
    from marts.fct_invoices where is_closed;
create or replace table marts.fct_invoice_refunds as
    select invoice_id, 'pay-' || right(invoice_id, 7) as payment_id, org_id, invoice_month,
        refunds_cents as amount_cents, 'an incident' as reason, last_changed_at as created_at,
        connection
    from marts.fct_invoices where refunds_cents > 0;
create or replace table marts.fct_invoice_prices as
    select invoice_id, org_id, invoice_month, price.*
    from marts.fct_invoices, unnest([
        {'billing_currency': 'EUR', 'credit_price': 0.9::decimal(38, 18), 'usage_cents': 700,
         'sales_tax_cents': 0, 'is_main': true},
        {'billing_currency': 'EUR', 'credit_price': 0.8::decimal(38, 18), 'usage_cents': 300,
         'sales_tax_cents': 0, 'is_main': false}
    ]) as prices(price) where has_several_prices;
create or replace table marts.dim_allocation_keys as
    select * from (values ('team', 1, '(unallocated)', 3), ('cost_center', 2, 'cc-000', 1))
        as keys(allocation_key, position, default_value, rules);
create or replace table marts.allocated_costs_daily as
    with costs as (
        select *, array_to_string(tags['team'], ', ') as team from marts.fct_line_items
    ),
    parts as (
        select *, 'team' as allocation_key, unnest(case
            when charge_type = 'support' then [
                {'v': 'data', 'r': 'support', 'm': 'split', 'c': cost_cents * 7 // 10},
                {'v': 'checkout', 'r': 'support', 'm': 'split',
                 'c': cost_cents - cost_cents * 7 // 10}]
            when resource_name = 'lake' then [
                {'v': 'data', 'r': 'half and half', 'm': 'fixed', 'c': cost_cents // 2},
                {'v': 'checkout', 'r': 'half and half', 'm': 'fixed',
                 'c': cost_cents - cost_cents // 2}]
            when team is not null then [{'v': team, 'r': 'rule 1', 'm': 'direct', 'c': cost_cents}]
            else [{'v': '(unallocated)', 'r': 'default', 'm': 'default', 'c': cost_cents}]
        end) as part from costs
        union all
        select *, 'cost_center', {'v': 'cc-100', 'r': 'all', 'm': 'direct', 'c': cost_cents}
        from costs
    )
    select usage_date, invoice_month, org_id, org_name, project_id, project_name,
        coalesce(resource_id, org_id) as resource_id, coalesce(resource_name, org_name)
            as resource_name, resource_type, service, charge_type, is_in_total, pricing_currency,
        allocation_key, part.v as allocation_value, part.r as allocation_rule,
        part.m as allocation_method, sum(part.c)::bigint as cost_cents
    from parts group by all;
create or replace table marts.allocation_statements as
    with costs as (
        select date_trunc('month', usage_date)::date as statement_month, 'usage' as entry,
            statement_month as usage_month, allocation_key, allocation_value, org_id, project_id,
            resource_id, charge_type, pricing_currency, project_name, resource_name,
            bool_or(allocation_method = 'split') as is_shared,
            sum(cost_cents)::bigint as cost_cents, null::varchar as reason
        from marts.allocated_costs_daily
        where usage_date >= '2026-03-01' and usage_date < '2026-05-01' group by all
    ),
    adjusted as (
        select * replace ('adjustment' as entry, date '2026-03-01' as usage_month,
            125 as cost_cents, 'costs_changed, rules_changed' as reason)
        from costs where statement_month = '2026-04-01' and allocation_key = 'team'
            and allocation_value = 'data' and resource_name = 'events'
    )
    select *, if(statement_month = '2026-03-01', 'closed', 'open') as status,
        if(statement_month = '2026-03-01', timestamp '2026-04-04 09:30:00', null) as closed_at
    from (from costs union all from adjusted)
"""


def add(warehouse: Path) -> Path:
    """Adds them to a published version; hands it back."""
    with duckdb.connect(str(warehouse.resolve())) as db:
        for statement in filter(str.strip, _SQL.split(";")):
            db.execute(statement)
    return warehouse


def add_without_keys(warehouse: Path) -> Path:
    """Adds them where nobody has written allocation rules."""
    with duckdb.connect(str(add(warehouse).resolve())) as db:
        db.execute("delete from marts.dim_allocation_keys")
    return warehouse


def asked(warehouse: Path, sql: str, *values: object) -> list[tuple[Any, ...]]:
    """Rows of a copy: the page's own connection keeps the file with its settings."""
    copy = shutil.copy(warehouse.resolve(), warehouse.with_name("asked.duckdb"))
    with duckdb.connect(str(copy), read_only=True) as db:
        return db.execute(sql, values).fetchall()
