"""Invoice headers, payments and refunds, out of the versions staged for a load."""

from orchestration.warehouse import casts


def _utc(column: str) -> str:
    return f"{column}::timestamptz at time zone 'UTC'"


def _list(name: str) -> str:
    """Objects or nothing: what stands there otherwise would be left out without a word."""
    json = f"try_cast({name} as json)"
    others = f"list_filter(json_extract({json}, '$[*]'), lambda each: json_type(each) <> 'OBJECT')"
    is_list = (
        f"when json_type({json}) = 'NULL' then {json} "
        f"when json_type({json}) = 'ARRAY' and len({others}) = 0 then {json}"
    )
    return f"{casts.odd(name, name, 'list of objects', is_list)} as {name}"


INSERT_HEADERS = f"""
insert into invoices by name
select id, org_id as orgId, status_name as statusName,
    {casts.timestamp("created", "created")} as created,
    {casts.timestamp("updated", "updated")} as updated,
    {casts.timestamp("start_date", "startDate")} as startDate,
    {casts.timestamp("end_date", "endDate")} as endDate,
    amount_billed_cents as amountBilledCents, amount_paid_cents as amountPaidCents,
    credits_cents as creditsCents, sales_tax_cents as salesTaxCents,
    starting_balance_cents as startingBalanceCents, subtotal_cents as subtotalCents,
    {_list("payments")}, {_list("refunds")}, is_nested as _is_nested,
    version as _version, history as _history, number as _versions_seen,
    {_utc("first_seen")} as _first_seen_at,
    {_utc("since")} as _last_changed_at, lines as _line_items,
    cents as _cents, load as _load,
    connection as _connection, file as _landing_file, {_utc("since")} as _landed_at
from versions_now
"""  # noqa: S608  made of constants above


def _entry(name: str) -> str:
    return f"(entry ->> '$.{name}')"


def _cents(table: str, *names: str) -> str:
    """Refused like a line's cents: Atlas writes integers, and integers as text say the same."""
    return ", ".join(
        f"{casts.whole_number(_entry(name), f'{table}.{name}')} as {name}" for name in names
    )


def _time(table: str, name: str) -> str:
    return f"{casts.timestamp(_entry(name), f'{table}.{name}')} as {name}"


def _entries(column: str) -> str:
    """The objects of a column that holds a JSON array, one row each."""
    is_array = f"json_type({column}::json) = 'ARRAY'"
    each = f"unnest({column}::json -> '$[*]') as entry"
    return f"from (select *, {each} from versions_now where {is_array})"  # noqa: S608  ours


_LINEAGE = (
    "entry as _document, connection as _connection, file as _landing_file, "
    f"{_utc('since')} as _landed_at"
)

INSERT_PAYMENTS = f"""
insert into invoice_payments by name
select invoice_id as _invoice_id, entry ->> '$.id' as id, entry ->> '$.statusName' as statusName,
    entry ->> '$.currency' as currency,
    {casts.number(_entry("unitPrice"), "decimal(38, 18)", "payments.unitPrice")} as unitPrice,
    {_cents("payments", "amountBilledCents", "amountPaidCents", "salesTaxCents", "subtotalCents")},
    {_time("payments", "created")}, {_time("payments", "updated")}, {_LINEAGE}
{_entries("payments")}
"""

INSERT_REFUNDS = f"""
insert into invoice_refunds by name
select invoice_id as _invoice_id, entry ->> '$.paymentId' as paymentId,
    {_cents("refunds", "amountCents")}, entry ->> '$.reason' as reason,
    {_time("refunds", "created")}, {_LINEAGE}
{_entries("refunds")}
"""
