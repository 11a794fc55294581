"""Costs by day, told apart by the filters that fit them: conditions, charge types, currency.

Conditions mean what they mean in allocation rules: the same texts, the same tests. What an operator
wrote is bound, never made SQL of; the names in the SQL are ours.
"""

from collections.abc import Sequence
from typing import Any

import duckdb

from orchestration.refreshing.looked_at import COLUMNS, FIRST_TAG, LEAF, Looked, looked_at
from orchestration.rules.conditions import TAG
from orchestration.rules.costs import Costs

Db = duckdb.DuckDBPyConnection
# Lines by day, and what is told apart in the sums of them, which are far fewer.
LINES, SUMS = "marts.fct_line_item_days", "marts.agg_costs_daily"
IN_SUMS = frozenset({
    "connection", "org_id", "org_name", "project_id", "project_name", "cloud_provider", "service",
    "category", "region", "charge_type", "invoice_id", "pricing_currency",
})  # fmt: skip
# The macro passes.
PASSES = """
    case conditions.operator
        when 'is' then attributes.attribute_text = conditions.operand
        when 'contains' then contains(lower(attributes.attribute_text), lower(conditions.operand))
        when 'starts'
            then starts_with(lower(attributes.attribute_text), lower(conditions.operand))
        when 'ends' then ends_with(lower(attributes.attribute_text), lower(conditions.operand))
        when 'regex' then regexp_matches(attributes.attribute_text, conditions.operand)
        when 'flexible'
            then regexp_replace(lower(attributes.attribute_text), '[ _-]+', '', 'g')
            = regexp_replace(lower(conditions.operand), '[ _-]+', '', 'g')
    end
"""
# The macro tag_value.
TAG_VALUES = """
    list_transform({keys}, lambda wanted: coalesce(
        nullif(
            case
                when len({tags}[wanted]) = 1 then {tags}[wanted][1]
                else array_to_string(list_sort(list_distinct({tags}[wanted])), ', ')
            end, ''
        ),
        '(untagged)'
    ))
"""
FILTERS = """
create or replace temp table plan_filters (
    filter integer, pricing_currency varchar, charge_types varchar[]
);
create or replace temp table plan_conditions (
    filter integer, set_number integer, condition_number integer, dimension varchar,
    operator varchar, is_negated boolean, operand varchar
)
"""
# Of lines that no filter sees the tags of, none are looked at.
NO_TAGS = "cast([] as varchar[])"
# Of every day; and of the last two months, also by what a forecast is made for.
COSTS = """
create or replace temp table {table} as
select
    usage_date,
    {columns},
    {tags} as tag_texts,
    {first_tags} as first_tag_texts,
    cast(sum(cost_cents) as bigint) as cost_cents
from {source}
where usage_date >= $first_day and usage_date <= $data_through
group by all
"""
REACH = """
select
    cast('-infinity' as date),
    data_through - 61,
    data_through
from marts.data_through
"""
SUBJECTS = """
create or replace temp table plan_subjects as
select row_number() over () as subject, *
from (select distinct {columns}, tag_texts, first_tag_texts from plan_costs) as told_apart
"""
ATTRIBUTES = """
create or replace temp table plan_attributes (
    subject bigint, dimension varchar, attribute_text varchar, is_id boolean
)
"""
OF_COLUMN = """
insert into plan_attributes
select subject, $dimension, {text}, {is_id} from plan_subjects where {text} is not null
"""
OF_TAGS = """
insert into plan_attributes
select subject, $prefix || tag[1], tag[2], false
from (select subject, unnest(list_zip($keys, {texts})) as tag from plan_subjects) as tagged
"""
FITTING = f"""
create or replace temp table plan_fitting as
with tested as (
    select
        attributes.subject,
        conditions.filter,
        conditions.set_number,
        conditions.condition_number,
        conditions.is_negated,
        bool_or({PASSES}) as is_any
    from plan_attributes as attributes
    inner join plan_conditions as conditions
        on
            attributes.dimension = conditions.dimension
            -- 24 hexadecimal digits contain "ad" by chance: an id is tested whole, or not at all
            and (not attributes.is_id or conditions.operator in ('is', 'flexible'))
    group by all
),

sets as (
    select subject, filter, set_number, bool_and(is_any != is_negated) as is_met
    from tested
    group by all
),

met as (select distinct subject, filter from sets where is_met)

select subjects.subject, filters.filter
from plan_subjects as subjects
inner join plan_filters as filters
    on
        subjects.pricing_currency = filters.pricing_currency
        and list_contains(filters.charge_types, subjects.charge_type)
left join met on subjects.subject = met.subject and filters.filter = met.filter
where
    met.filter is not null
    or filters.filter not in (select filter from plan_conditions)
"""  # noqa: S608  ours
FITS = """
create or replace temp table plan_fits as
select
    {subjects},
    coalesce(list(fitting.filter order by fitting.filter)
        filter (fitting.filter is not null), []) as fits
from plan_subjects as subjects
left join plan_fitting as fitting on subjects.subject = fitting.subject
group by all
"""


def tell_apart(
    db: Db, filters: Sequence[Costs], also: Sequence[str] = (), *, only_recent: bool = False
) -> Looked:
    """Make plan_costs, plan_recent and plan_fits: what fits them, by number from 0.

    Args:
        db: A connection to the marts that may be open read-only.
        filters: What is asked for.
        also: Dimensions to tell costs apart by that no filter looks at.
        only_recent: Whether nobody asks about earlier days: then plan_costs has none.
    """
    _write_filters(db, filters)
    rows = db.execute("select distinct dimension from plan_conditions").fetchall()
    looked = looked_at([*(name for (name,) in rows), *also])
    for first, lately, through in db.execute(REACH).fetchall():
        period = (lately if only_recent else first), through
        _write_costs(db, "plan_costs", looked, looked.columns, period)
        by_leaf = tuple(dict.fromkeys([*LEAF, *looked.columns]))
        _write_costs(db, "plan_recent", looked, by_leaf, (lately, through))
    db.execute(SUBJECTS.format(columns=", ".join(looked.columns)))
    _write_attributes(db, looked)
    db.execute(FITTING)
    db.execute(FITS.format(subjects=", ".join(f"subjects.{each}" for each in _told_by(looked))))
    return looked


def _write_costs(
    db: Db, table: str, looked: Looked, columns: Sequence[str], period: tuple[Any, Any]
) -> None:
    first, through = period
    query = COSTS.format(
        table=table,
        columns=", ".join(columns),
        source=_source(looked, columns),
        tags=_texts("tags", "$keys", looked.tag_keys),
        first_tags=_texts("tags_first_seen", "$first_keys", looked.first_keys),
    )
    keys = {"keys": list(looked.tag_keys), "first_keys": list(looked.first_keys)}
    asked = {name: value for name, value in keys.items() if value}
    db.execute(query, {"first_day": first, "data_through": through, **asked})


def _source(looked: Looked, columns: Sequence[str]) -> str:
    is_in_sums = IN_SUMS.issuperset(columns) and not (looked.tag_keys or looked.first_keys)
    return SUMS if is_in_sums else LINES


def _texts(tags: str, keys: str, asked: Sequence[str]) -> str:
    return TAG_VALUES.format(keys=keys, tags=tags) if asked else NO_TAGS


def same_subject(looked: Looked, one: str, other: str) -> str:
    """The condition under which rows of two relations are of the same costs."""
    return " and ".join(
        f"{one}.{each} is not distinct from {other}.{each}" for each in _told_by(looked)
    )


def _told_by(looked: Looked) -> tuple[str, ...]:
    return (*looked.columns, "tag_texts", "first_tag_texts")


def _write_filters(db: Db, filters: Sequence[Costs]) -> None:
    db.execute(FILTERS)
    for number, each in enumerate(filters):
        db.execute(
            "insert into plan_filters values (?, ?, ?)",
            [number, each.pricing_currency, list(each.include)],
        )
        for row in each.when.rows(each.tags) if each.when else ():
            _write_condition(db, number, row)


def _write_condition(db: Db, number: int, row: dict[str, Any]) -> None:
    names = ("set_number", "condition_number", "dimension", "operator", "is_negated", "operand")
    db.execute(
        "insert into plan_conditions values (?, ?, ?, ?, ?, ?, ?)",
        [number, *(row[each] for each in names)],
    )


def _write_attributes(db: Db, looked: Looked) -> None:
    db.execute(ATTRIBUTES)
    for dimension in looked.dimensions:
        text, identity = COLUMNS[dimension]
        shown = OF_COLUMN.format(text=f"coalesce({text}, '(none)')", is_id="false")
        db.execute(shown, {"dimension": dimension})
        if identity:
            db.execute(OF_COLUMN.format(text=identity, is_id="true"), {"dimension": dimension})
    for prefix, keys, texts in (
        (TAG, looked.tag_keys, "tag_texts"),
        (FIRST_TAG, looked.first_keys, "first_tag_texts"),
    ):
        if keys:
            db.execute(OF_TAGS.format(texts=texts), {"prefix": prefix, "keys": list(keys)})
