"""The table of invoice lines and the statement that reads cut arrays into it, strictly.

Everything is read as text and typed here: DuckDB alone would take decimals through a float
(33.32733 became 33.327330000000004096), round 12.7 cents to 13 and read true as 1. What cannot be
typed stops the load by the name of its invoice; an empty string counts as missing.

A line has no id in Atlas, and (date, cluster, SKU) is not unique: equal lines are both real. Its
identity is a hash of the invoice and every field but tags and note, then its occurrence among
equals. The hash is computed by a view over the stored lines: a first load of a million lines takes
a quarter less CPU for not computing what nobody asked for yet.
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
TYPES = {
    **dict.fromkeys(TEXTS, "varchar"),
    **dict.fromkeys(TIMESTAMPS, "timestamp"),
    **NUMBERS,
    "tags": "map(varchar, varchar[])",
}
LINE_COLUMNS = dict.fromkeys(TYPES, "VARCHAR") | {"tags": "MAP(VARCHAR, VARCHAR[])"}
# Atlas restates tags and notes of a line that is still the same line.
IDENTITY = sorted(set(TYPES) - {"tags", "note"})
# DuckDB sets twice this aside for each thread; a line with fifty tags is a hundredth of it.
LARGEST_LINE = 2 * 2**20


def _odd(name: str, what: str, otherwise: str = "") -> str:
    """What becomes of a text that the quick cast did not take: nothing, or the load stops."""
    sentence = f"'invoice ' || invoice_id || ': {name} is ' || {name} || ', which is no {what}'"
    refusal = f"error({sentence})"
    return f"case when nullif({name}, '') is null then null {otherwise} else {refusal} end"


def _number(name: str, kind: str) -> str:
    """A number from its text, cast once: a second cast of each would cost 4 % of a load."""
    return f"coalesce(try_cast({name} as {kind}), {_odd(name, 'number')}) as {name}"


def _whole_number(name: str) -> str:
    """Cents: a cast alone would round 12.7 to 13, so the decimal is compared too.

    totalPriceCents needs no such care: the cutter takes whole numbers only, and its sum is
    compared after the load.
    """
    is_whole = f"try_cast({name} as decimal(38, 9)) = try_cast({name} as bigint)"
    return f"{_odd(name, 'number', f'when {is_whole} then {name}::bigint')} as {name}"


def _timestamp(name: str) -> str:
    """UTC, whatever offset it came with; a plain cast, four times cheaper, ignores offsets."""
    plain = f"case when ends_with({name}, 'Z') then try_cast({name} as timestamp) end"
    with_offset = (
        f"when isfinite(try_cast({name} as timestamptz)) "
        f"then {name}::timestamptz at time zone 'UTC'"
    )
    return f"coalesce({plain}, {_odd(name, 'time', with_offset)}) as {name}"


def _identity() -> str:
    """A line's typed fields as one string: 72 and 72.0 say the same, as do empty and missing."""
    fields = ", ".join(f"coalesce({name}::varchar, '')" for name in IDENTITY)
    return f"md5(concat_ws(chr(31), _invoice_id, {fields}))"


IDENTITY_SQL = _identity()

CREATE_LINES = f"""
-- _tags_first_seen is null where it is what tags is: most lines, nearly always.
create table if not exists stored_line_items (
    _invoice_id varchar, _occurrence integer,
    {", ".join(f"{name} {kind}" for name, kind in TYPES.items())},
    _tags_first_seen map(varchar, varchar[]),
    _connection varchar, _landing_file varchar, _landed_at timestamp
);
create or replace view invoice_line_items as
select {IDENTITY_SQL} || '-' || _occurrence as _line_item_id,
    * replace (coalesce(_tags_first_seen, tags, map {{}}) as _tags_first_seen)
from stored_line_items;
"""  # noqa: S608  made of constants above

INSERT_LINES = f"""
insert into stored_line_items by name
select invoice_id as _invoice_id, 1 as _occurrence,
    {", ".join(f"nullif({name}, '') as {name}" for name in TEXTS)}, tags,
    {", ".join(map(_timestamp, TIMESTAMPS))},
    {_whole_number("discountCents")},
    {", ".join(_number(name, kind) for name, kind in NUMBERS.items() if name != "discountCents")},
    connection as _connection, file as _landing_file,
    since::timestamptz at time zone 'UTC' as _landed_at
from read_json($paths, format = 'array', filename = true, columns = {LINE_COLUMNS},
    hive_partitioning = false, maximum_object_size = {LARGEST_LINE}) as lines
inner join slices on slices.path = lines.filename
"""  # noqa: S608  made of constants above

# Equal lines are found by a cheap hash; only those are then told apart by their identity.
NUMBER_EQUALS = f"""
update stored_line_items as lines set _occurrence = numbered.occurrence
from (
    select rowid as row, row_number() over (
        partition by {IDENTITY_SQL} order by tags::varchar nulls first, note nulls first
    ) as occurrence
    from stored_line_items
    where _invoice_id in (select invoice_id from slices)
        and hash(_invoice_id, {", ".join(IDENTITY)}) in (
            select hash(_invoice_id, {", ".join(IDENTITY)}) as hashed
            from stored_line_items
            where _invoice_id in (select invoice_id from slices)
            group by hashed
            having count(*) > 1
        )
) as numbered
where lines.rowid = numbered.row and numbered.occurrence > 1
"""  # noqa: S608  made of constants above
