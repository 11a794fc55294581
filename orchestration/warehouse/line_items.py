"""The table of invoice lines and the statement that reads cut arrays into it, strictly.

A line has no id in Atlas, and (date, cluster, SKU) is not unique: equal lines are both real. Its
identity is a hash of the invoice and every field but tags and note, then its occurrence among
equals. The hash is computed by a view over the stored lines: a first load of a million lines takes
a quarter less CPU for not computing what nobody asked for yet. Tags are stored as Atlas's JSON, of
which a bill has few different ones, and the view types each of them once: as a map in each line
they took a sixth of a load's CPU.
"""

from orchestration.warehouse import casts

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
    "tags": "varchar",
}
LINE_COLUMNS = dict.fromkeys(TYPES, "VARCHAR") | {"tags": "JSON"}
# Atlas restates tags and notes of a line that is still the same line.
IDENTITY = sorted(set(TYPES) - {"tags", "note"})
# DuckDB sets twice this aside for each thread; a line with fifty tags is a hundredth of it.
LARGEST_LINE = 2 * 2**20


def _number(name: str, kind: str) -> str:
    """The cutter takes whole totalPriceCents only, and their sum is compared after the load."""
    is_unchecked = kind == "bigint" and name != "totalPriceCents"
    return casts.whole_number(name, name) if is_unchecked else casts.number(name, kind, name)


def _identity() -> str:
    """A line's typed fields as one string: 72 and 72.0 say the same, as do empty and missing."""
    fields = ", ".join(f"coalesce({name}::varchar, '')" for name in IDENTITY)
    return f"md5(concat_ws(chr(31), _invoice_id, {fields}))"


IDENTITY_SQL = _identity()

TAGS = "map(varchar, varchar[])"
# Typed after they are told apart: to type a million lines' takes 1.7 CPU seconds, to join them 0.1.
TAG_SETS = f"""(
    select text, text::json::{TAGS} as tags
    from (select distinct tags as text from stored_line_items where tags is not null)
)"""  # noqa: S608  made of constants above

CREATE_LINES = f"""
-- _tags_first_seen is null where it is what tags is: most lines, nearly always.
create table if not exists stored_line_items (
    _invoice_id varchar, _occurrence integer,
    {", ".join(f"{name} {kind}" for name, kind in TYPES.items())},
    _tags_first_seen {TAGS},
    _connection varchar, _landing_file varchar, _landed_at timestamp
);
create or replace view invoice_line_items as
select {IDENTITY_SQL} || '-' || _occurrence as _line_item_id,
    lines.* replace (
        sets.tags as tags, coalesce(_tags_first_seen, sets.tags, map {{}}) as _tags_first_seen
    )
from stored_line_items as lines
left join {TAG_SETS} as sets on sets.text = lines.tags;
"""  # noqa: S608  made of constants above

INSERT_LINES = f"""
insert into stored_line_items by name
select invoice_id as _invoice_id, 1 as _occurrence,
    {", ".join(f"nullif({name}, '') as {name}" for name in TEXTS)}, tags,
    {", ".join(f"{casts.timestamp(name, name)} as {name}" for name in TIMESTAMPS)},
    {", ".join(f"{_number(name, kind)} as {name}" for name, kind in NUMBERS.items())},
    connection as _connection, file as _landing_file,
    since::timestamptz at time zone 'UTC' as _landed_at
from read_json($paths, format = 'array', filename = true, columns = {LINE_COLUMNS},
    hive_partitioning = false, maximum_object_size = {LARGEST_LINE}) as lines
inner join slices on slices.path = lines.filename
"""  # noqa: S608  made of constants above

# Read as JSON they are typed by nobody before the view, which could not say whose they are.
# any_value: what DuckDB may ask of a group's key it asks of each line, which takes 1.8 CPU seconds.
REFUSE_TAGS = f"""
select error('invoice ' || _invoice_id || ': tags are ' || sent || ', which are no lists of values')
from (
    select _invoice_id, any_value(tags) as sent
    from stored_line_items
    where _invoice_id in (select invoice_id from slices) and tags is not null
    group by _invoice_id, tags
)
where try(sent::json::{TAGS}) is null
"""  # noqa: S608  made of constants above

# Equal lines are found by a cheap hash; only those are then told apart by their identity.
NUMBER_EQUALS = f"""
update stored_line_items as lines set _occurrence = numbered.occurrence
from (
    select rowid as row, row_number() over (
        partition by {IDENTITY_SQL} order by tags nulls first, note nulls first
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
