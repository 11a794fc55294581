"""Invoice headers, payments and refunds, out of the versions staged for a load."""


def _utc(column: str) -> str:
    return f"{column}::timestamptz at time zone 'UTC'"


def _sent(column: str) -> str:
    """A time that Atlas sent: empty counts as missing, anything else odd names its invoice."""
    return (
        f"case when nullif({column}, '') is null then null "
        f"when isfinite(try_cast({column} as timestamptz)) then {_utc(column)} "
        f"else error('invoice ' || invoice_id || ': {column} is ' || {column} || "
        "', which is no time') end"
    )


INSERT_HEADERS = f"""
insert into invoices by name
select id, org_id as orgId, status_name as statusName,
    {_sent("created")} as created, {_sent("updated")} as updated,
    {_sent("start_date")} as startDate, {_sent("end_date")} as endDate,
    amount_billed_cents as amountBilledCents, amount_paid_cents as amountPaidCents,
    credits_cents as creditsCents, sales_tax_cents as salesTaxCents,
    starting_balance_cents as startingBalanceCents, subtotal_cents as subtotalCents,
    payments::json as payments, refunds::json as refunds, is_nested as _is_nested,
    version as _version, number as _versions_seen, {_utc("first_seen")} as _first_seen_at,
    {_utc("since")} as _last_changed_at, lines as _line_items,
    cents as _cents, load as _load,
    connection as _connection, file as _landing_file, {_utc("since")} as _landed_at
from versions_now
"""  # noqa: S608  made of constants above


def _cents(name: str) -> str:
    return f"try_cast(entry ->> '$.{name}' as bigint) as {name}"


def _time(name: str) -> str:
    return f"try_cast(entry ->> '$.{name}' as timestamptz) at time zone 'UTC' as {name}"


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
    try_cast(entry ->> '$.unitPrice' as decimal(38, 18)) as unitPrice,
    {_cents("amountBilledCents")}, {_cents("amountPaidCents")}, {_cents("salesTaxCents")},
    {_cents("subtotalCents")}, {_time("created")}, {_time("updated")}, {_LINEAGE}
{_entries("payments")}
"""

INSERT_REFUNDS = f"""
insert into invoice_refunds by name
select invoice_id as _invoice_id, entry ->> '$.paymentId' as paymentId, {_cents("amountCents")},
    entry ->> '$.reason' as reason, {_time("created")}, {_LINEAGE}
{_entries("refunds")}
"""
