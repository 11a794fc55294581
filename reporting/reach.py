"""How far the costs reach, and which of them are known to be missing."""

from collections.abc import Callable, Sequence

from reporting.query import Query, Row
from reporting.ranges import DataDays, Gap

# An invoice's month may begin before the organization did, and late usage stands on the first one.
USAGE_DAYS = Query("""select
    min(costs.usage_date) as first,
    greatest(min(costs.usage_date), min(costs.invoice_month)) as complete_from,
    any_value(reach.data_through) as through, any_value(reach.posted_through) as posted,
    max(costs.usage_date) as last
from marts.agg_costs_daily as costs left join marts.data_through as reach on true""")

# A connection that was read whole may well end earlier than others: nothing was billed since.
GAPS = Query("""with own as (
    select
        connection, list(distinct org_id) as org_ids, min(invoice_month) as first,
        if(count(distinct org_id) filter (not is_nested) = 1,
            any_value(org_name) filter (not is_nested), null) as org_name
    from marts.fct_invoices group by connection
),
read as (
    select
        if(connection = 'default', coalesce(org_name, connection), connection) as name,
        org_ids, first, status, data_through, missing_months,
        status in ('error', 'importing')
        or list_bool_or([
            starts_with(part, 'connection: ') or starts_with(part, 'invoices: ')
            for part in missing_parts
        ]) as is_unread,
        max(data_through) over () as reach
    from meta.freshness join own using (connection)
),
gaps as (
    select name, org_ids, data_through + 1 as start, null::date as "end"
    from read where is_unread and data_through < reach
    union all
    select name, org_ids, null, first from read where status = 'importing'
    union all
    select name, org_ids, month, (month + interval 1 month)::date
    from read, unnest(missing_months) as missing (month)
)
select * from gaps order by all""")


def data_days(read: Callable[[Query], Sequence[Row]], days: Query = USAGE_DAYS) -> DataDays | None:
    """How far the costs reach; None where there are none.

    Args:
        read: Answers a query from the published warehouse, or as much of it as a workspace sees.
        days: By which days, in the columns of USAGE_DAYS.
    """
    [found] = read(days)
    if not all(found.values()):
        return None
    gaps = [Gap(**each | {"org_ids": frozenset(each["org_ids"])}) for each in read(GAPS)]
    return DataDays(**found, gaps=tuple(gaps))
