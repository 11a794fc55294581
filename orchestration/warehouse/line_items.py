"""The statement that reads cut lineItems arrays into raw, strictly.

Everything is read as text and typed here: DuckDB alone would take decimals through a float
(33.32733 became 33.327330000000004096), round 12.7 cents to 13 and read true as 1. What cannot be
typed stops the load by the name of its invoice; an empty string counts as missing.
"""

TEXTS = (
    "cloudProvider",
    "clusterName",
    "groupId",
    "groupName",
    "note",
    "sku",
    "stitchAppName",
    "unit",
)
TIMESTAMPS = ("created", "endDate", "startDate")
NUMBERS = {
    "discountCents": "bigint",
    "percentDiscount": "decimal(18, 9)",
    "quantity": "decimal(38, 18)",
    "tierLowerBound": "decimal(38, 18)",
    "tierUpperBound": "decimal(38, 18)",
    "totalPriceCents": "bigint",
    "unitPriceDollars": "decimal(38, 18)",
}
LINE_COLUMNS = {
    **dict.fromkeys([*TEXTS, *TIMESTAMPS, *NUMBERS], "VARCHAR"),
    "tags": "MAP(VARCHAR, VARCHAR[])",
}
# Atlas restates tags and notes of a line that is still the same line.
IDENTITY = sorted(set(LINE_COLUMNS) - {"tags", "note"})
LARGEST_LINE = 16 * 2**20


def _refusal(name: str, what: str) -> str:
    return f"error('invoice ' || invoice_id || ': {name} is ' || {name} || ', which is no {what}')"


def _number(name: str, kind: str) -> str:
    """A number from its text. A cast alone would round cents, so whole ones are compared too."""
    is_number = f"try_cast({name} as {kind}) is not null"
    if kind == "bigint":
        is_number += f" and try_cast({name} as decimal(38, 9)) = try_cast({name} as {kind})"
    return (
        f"case when nullif({name}, '') is null then null when {is_number} then {name}::{kind} "
        f"else {_refusal(name, 'number')} end as {name}"
    )


def _timestamp(name: str) -> str:
    """UTC, whatever offset it came with."""
    return (
        f"case when nullif({name}, '') is null then null "
        f"when try_cast({name} as timestamptz) is not null "
        f"then {name}::timestamptz at time zone 'UTC' else {_refusal(name, 'time')} end as {name}"
    )


def _identity() -> str:
    """A line's typed fields as one string: 72 and 72.0 say the same, as do empty and missing."""
    fields = ", ".join(f"coalesce({name}::varchar, '')" for name in IDENTITY)
    return f"md5(concat_ws(chr(31), invoice_id, {fields}))"


INSERT_LINES = f"""
insert into invoice_line_items by name
with typed as (
    select invoice_id, file, since, {", ".join(TEXTS)}, tags,
        {", ".join(map(_timestamp, TIMESTAMPS))},
        {", ".join(_number(name, kind) for name, kind in NUMBERS.items())}
    from read_json($paths, format = 'array', filename = true, columns = {LINE_COLUMNS},
        hive_partitioning = false, maximum_object_size = {LARGEST_LINE}) as lines
    inner join slices on slices.path = lines.filename
),
hashed as (
    select *, {_identity()} as identity from typed
),
identified as (
    select *, identity || '-' || row_number() over (
        partition by identity order by tags::varchar nulls first, note nulls first
    ) as _line_item_id
    from hashed
)
select identified.* exclude (identity, invoice_id, file, since),
    invoice_id as _invoice_id,
    coalesce(before.tags, retired.tags, identified.tags, map {{}}) as _tags_first_seen,
    $connection as _connection, file as _landing_file,
    since::timestamptz at time zone 'UTC' as _landed_at
from identified
left join tags_before as before using (_line_item_id)
left join retired_line_item_tags as retired using (_line_item_id)
"""  # noqa: S608  made of constants above
