"""How much of the bill carries tags, what is spelled in several ways, and what to tag next."""

from datetime import date

from reporting.dimensions import TAG_COLUMNS
from reporting.query import Query, with_values


def coverage(basis: str, start: date, end: date) -> Query:
    """Each key's tagged part of the total, month by month from `start` up to `end`; cents."""
    sql = """select
    tag_key, usage_month as month, coalesce(pricing_currency, 'unknown currency') as unit,
    sum(tagged_cents)::bigint as tagged, sum(several_values_cents)::bigint as several_values,
    sum(total_cents)::bigint as total,
    if(total = 0, null, tagged::double / total) as share
from marts.tag_coverage
where tag_basis = $basis and usage_month >= $start and usage_month < $end
group by all
order by unit, tag_key, month"""
    return with_values(sql, {"basis": basis, "start": start, "end": end})


def spellings(basis: str, start: date, end: date) -> Query:
    """Keys and values that differ only in case or in spaces around them; cents.

    Columns: kind (key, value), tag_key, spelling, meant (what they have in common), amount, unit.
    """
    sql = f"""with lines as (
    select {TAG_COLUMNS[basis]} as tags, cost_cents,
        coalesce(pricing_currency, 'unknown currency') as unit
    from marts.agg_costs_monthly
    where usage_month >= $start and usage_month < $end and is_in_total
),
pairs as (
    select unit, cost_cents, unnest(map_entries(tags)) as pair from lines
),
found as (
    select 'key' as kind, null as tag_key, pair.key as spelling, unit, cost_cents from pairs
    union all
    select 'value', pair.key, unnest(list_distinct(pair.value)), unit, cost_cents from pairs
),
summed as (
    select kind, tag_key, spelling, lower(trim(spelling)) as meant, unit,
        sum(cost_cents)::bigint as amount
    from found group by all
)
select * from summed
qualify count(distinct spelling) over (partition by kind, tag_key, meant) > 1
order by unit, kind, tag_key, meant, amount desc"""  # noqa: S608  a column of the allow-list
    return with_values(sql, {"start": start, "end": end})


def untagged(key: str, basis: str, start: date, end: date, limit: int = 200) -> Query:
    """What lacks a key, dearest first; cents.

    `can_be_tagged` is whether Atlas lets anybody tag it: what is charged to the organization or to
    a project as a whole is no resource. `tags` are those it has now.
    """
    sql = f"""with lines as (
    select
        coalesce(pricing_currency, 'unknown currency') as unit,
        coalesce(resource_id, project_id, org_id) as id, resource_id, project_id,
        coalesce(resource_name, project_name, service) as what, resource_type,
        project_name, tags, cost_cents
    from marts.agg_costs_monthly
    where usage_month >= $start and usage_month < $end and is_in_total
        and coalesce(len({TAG_COLUMNS[basis]}[$key]), 0) = 0
)
select
    unit, id, any_value(resource_id) as resource_id, any_value(project_id) as project_id,
    max(what) as what, max(resource_type) as resource_type, max(project_name) as project,
    coalesce(max(resource_type) in ('cluster', 'flex_cluster'), false) as can_be_tagged,
    any_value(tags) as tags, sum(cost_cents)::bigint as amount
from lines
group by unit, id
having sum(cost_cents) <> 0
qualify row_number() over (partition by unit order by amount desc, id) <= $most
order by unit, amount desc, id"""  # noqa: S608  a column of the allow-list
    return with_values(sql, {"key": key, "start": start, "end": end, "most": limit})


def untagged_usage(key: str, basis: str, start: date, end: date) -> Query:
    """The usage that lacks a key, as the overview counts it; cents of `amount` by unit."""
    sql = f"""select
    coalesce(pricing_currency, 'unknown currency') as unit, sum(cost_cents)::bigint as amount
from marts.agg_costs_monthly
where usage_month >= $start and usage_month < $end and is_in_total and charge_type = 'usage'
    and coalesce(len({TAG_COLUMNS[basis]}[$key]), 0) = 0
group by all
order by unit"""  # noqa: S608  a column of the allow-list
    return with_values(sql, {"key": key, "start": start, "end": end})


def values(key: str, basis: str, start: date, end: date) -> Query:
    """The values of a key with what each costs; cents."""
    sql = f"""select
    coalesce(pricing_currency, 'unknown currency') as unit,
    array_to_string(list_sort({TAG_COLUMNS[basis]}[$key]), ', ') as value,
    sum(cost_cents)::bigint as amount
from marts.agg_costs_monthly
where usage_month >= $start and usage_month < $end and is_in_total
    and coalesce(len({TAG_COLUMNS[basis]}[$key]), 0) > 0
group by all
order by unit, amount desc, value"""  # noqa: S608  a column of the allow-list
    return with_values(sql, {"key": key, "start": start, "end": end})
