{# Why costs differ between an earlier and a later period, line by line and to the cent: the rows of
   both, each with the kind of change it belongs to. docs/decisions.md has the rules with examples.

   Days are compared by their place in the period, the first with the first. Amounts are negative in
   the earlier period, so that the sum of all rows is the difference.

   pairs: earlier_from, earlier_to, later_from (which tells one pair from another), later_to (ends
   are exclusive). Where the later period is not over, known_through is the last earlier day that is
   compared and known_by the day by which its charges were known; else both are null.
   days: a condition on line_days.usage_date that no pair exceeds, of constants, because DuckDB takes
   nothing else through the view to its table: without it 32 of 37 CPU seconds of a month went into
   spreading ten million lines of other months.
   carried: further columns of line_days that a reader wants. #}
{% macro cost_changes(pairs, days, carried=[]) -%}
{%- set columns = [
    "connection", "org_id", "project_id", "resource_id", "resource_type", "sku", "service",
    "category", "instance_size", "charge_type", "is_in_total", "unit", "unit_price",
    "pricing_currency", "cost_cents", "list_cost", "quantity",
] -%}
with pairs as (
    {{ pairs }}
),

-- each period and one day beside it, which tells what was there before and what stayed
pair_days as (
    select
        pairs.*,
        true as is_earlier,
        numbered.day_number - 1 as place,
        {{ add_days('pairs.earlier_from', 'numbered.day_number - 1') }} as usage_date,
        numbered.day_number = 0 as is_beside
    from pairs
    cross join
        {{ day_numbers(days_between('pairs.earlier_from', 'pairs.earlier_to') ~ ' + 1') }}
    union all
    select
        pairs.*,
        false as is_earlier,
        numbered.day_number as place,
        {{ add_days('pairs.later_from', 'numbered.day_number') }} as usage_date,
        {{ add_days('pairs.later_from', 'numbered.day_number') }} = pairs.later_to as is_beside
    from pairs
    cross join {{ day_numbers(days_between('pairs.later_from', 'pairs.later_to') ~ ' + 1') }}
),

costs as (
    select
        pair_days.*,
        {{ add_days('pair_days.earlier_from', 'pair_days.place') }} as earlier_day,
        {{ add_days('pair_days.later_from', 'pair_days.place') }} as later_day,
        {% for column in columns + carried %}
            line_days.{{ column }},
        {% endfor %}
        coalesce(upgrades.cluster_id, line_days.resource_id) as life_id,
        coalesce(pair_days.is_earlier and line_days.billed_date > pair_days.known_by, false)
            as is_late,
        coalesce(pair_days.is_earlier and pair_days.usage_date > pair_days.known_through, false)
            as is_to_come,
        line_days.charge_type = 'usage'
        and line_days.instance_size is not null
        and line_days.category != 'Paused instance' as is_server
    from {{ ref('fct_line_item_days') }} as line_days
    inner join pair_days on line_days.usage_date = pair_days.usage_date
    left join {{ ref('dim_clusters') }} as upgrades
        on line_days.resource_id = upgrades.upgraded_from
    where {{ days }}
),

-- backups outlive their cluster
lives as (
    select
        later_from,
        life_id,
        max(earlier_from) as earlier_from,
        max(later_to) as later_to,
        bool_or(resource_type in ('cluster', 'flex_cluster', 'serverless_instance', 'search_nodes'))
            as is_billed_daily,
        min(usage_date) as first_day,
        max(usage_date) as last_day
    from costs
    where
        charge_type = 'usage'
        and not (service = 'Backup' and resource_type in ('cluster', 'flex_cluster'))
    group by later_from, life_id
),

begins as (
    select min(usage_date) as first_day from {{ ref('agg_costs_daily') }}
),

-- what is not billed each day is new or gone only where a whole period has nothing of it
spans as (
    select
        lives.later_from,
        lives.life_id,
        case
            when lives.is_billed_daily and lives.first_day < lives.earlier_from then null
            when lives.is_billed_daily and lives.first_day = begins.first_day then null
            when lives.is_billed_daily or lives.first_day >= lives.later_from
                then lives.first_day
        end as born_on,
        case
            -- as active_resources has it: what was billed in the last three days is there
            when lives.is_billed_daily and lives.last_day >= {{ add_days('reach.data_through', -2) }}
                then null
            when lives.is_billed_daily and lives.last_day = lives.later_to then null
            when lives.is_billed_daily then lives.last_day
            when
                lives.last_day < lives.later_from
                and {{ days_between('lives.later_from', 'lives.later_to') }} >= 28
                and reach.data_through >= {{ add_days('lives.later_from', 27) }}
                then lives.last_day
        end as died_on
    from lives
    cross join {{ ref('data_through') }} as reach
    cross join begins
),

-- the sizes of a resource's servers on a day, null where none ran
states as (
    select
        later_from,
        life_id,
        is_earlier,
        place,
        {{ joined('case when is_server then instance_size end') }} as sizes,
        sum(quantity) filter (where is_server) as server_hours
    from costs
    where charge_type = 'usage' and not is_beside
    group by later_from, life_id, is_earlier, place
),

compared as (
    select
        costs.*,
        spans.born_on,
        spans.died_on,
        costs.earlier_day < costs.earlier_to
        and costs.later_day < costs.later_to
        and costs.later_day <= reach.data_through
        and (costs.known_through is null or costs.earlier_day <= costs.known_through)
            as is_paired,
        earlier.sizes as earlier_sizes,
        later.sizes as later_sizes,
        coalesce(earlier.server_hours < later.server_hours, false) as has_fewer_hours_earlier,
        coalesce(later.server_hours < earlier.server_hours, false) as has_fewer_hours_later
    from costs
    cross join {{ ref('data_through') }} as reach
    left join spans on costs.later_from = spans.later_from and costs.life_id = spans.life_id
    left join states as earlier
        on
            costs.later_from = earlier.later_from
            and costs.life_id = earlier.life_id
            and costs.place = earlier.place
            and earlier.is_earlier
    left join states as later
        on
            costs.later_from = later.later_from
            and costs.life_id = later.life_id
            and costs.place = later.place
            and not later.is_earlier
    where not costs.is_beside
),

kinds as (
    select
        *,
        case
            when is_to_come and died_on is not null then 'gone'
            when is_to_come then 'days'
            when is_late then 'late'
            when charge_type = 'credit' then 'credit'
            when charge_type in ('support', 'minimum_charge') then 'follows_usage'
            when charge_type != 'usage' then 'quantity'
            when born_on >= earlier_to then 'new'
            when died_on < later_from then 'gone'
            when is_earlier and not is_paired and {{ add_days('died_on', 1) }} < later_to then 'gone'
            when not is_paired then 'days'
            when later_day > died_on then 'gone'
            when earlier_day < born_on then 'new'
            -- the day on which it came or went, of which it was there but a part
            when later_day = died_on and has_fewer_hours_later then 'gone'
            when earlier_day = born_on and has_fewer_hours_earlier then 'new'
            when
                resource_type = 'cluster' and earlier_sizes is not null and later_sizes is null
                then 'paused'
            when
                resource_type = 'cluster' and earlier_sizes is null and later_sizes is not null
                then 'resumed'
            when is_server and earlier_sizes != later_sizes then 'tier'
            else 'quantity'
        end as cause
    from compared
),

-- what each resource paid for a SKU on the days whose difference is quantity and price
paid as (
    select
        later_from,
        life_id,
        connection,
        org_id,
        sku,
        unit,
        pricing_currency,
        cast(sum(cost_cents) filter (where is_earlier) as bigint) as earlier_cents,
        cast(sum(cost_cents) filter (where not is_earlier) as bigint) as later_cents,
        cast(sum(list_cost) filter (where is_earlier) as double) as earlier_list_cost,
        cast(sum(list_cost) filter (where not is_earlier) as double) as later_list_cost,
        cast(sum(quantity) filter (where is_earlier) as double) as earlier_quantity,
        min(unit_price) filter (where is_earlier) as lowest_price,
        max(unit_price) filter (where is_earlier) as highest_price,
        min(unit_price) filter (where not is_earlier) as lowest_later_price,
        max(unit_price) filter (where not is_earlier) as highest_later_price,
        {{ joined('case when is_earlier then cast(unit_price as string) end') }}
            as earlier_prices,
        {{ joined('case when not is_earlier then cast(unit_price as string) end') }}
            as later_prices,
        count(*) as line_days
    from kinds
    where cause = 'quantity' and charge_type = 'usage'
    group by later_from, life_id, connection, org_id, sku, unit, pricing_currency
),

-- within the cents to which each line is rounded, the same share of the same list prices
judged as (
    select
        *,
        abs(earlier_cents - 100 * earlier_list_cost) <= line_days as is_at_list,
        earlier_prices = later_prices
        and abs(later_cents * earlier_list_cost - earlier_cents * later_list_cost)
        <= line_days * greatest(earlier_list_cost, later_list_cost) as is_price_unchanged,
        -- in every region by the same factor
        abs(
            cast(lowest_price as double) * cast(highest_later_price as double)
            - cast(highest_price as double) * cast(lowest_later_price as double)
        ) <= 0.000000001 * cast(highest_price as double) * cast(highest_later_price as double)
            as is_uniform
    from paid
),

-- what a line of the later period would have cost at the earlier one's price
repriced as (
    select
        kinds.*,
        case
            when kinds.cause != 'quantity' or kinds.is_earlier then kinds.cost_cents
            when judged.is_price_unchanged then kinds.cost_cents
            when judged.is_at_list and judged.lowest_price = judged.highest_price
                then cast(
                    round(
                        100 * {{ list_cost('kinds.quantity', 'judged.lowest_price') }}, 0
                    ) as bigint
                )
            when judged.is_at_list and judged.is_uniform and judged.lowest_later_price > 0
                then cast(
                    round(
                        100 * cast(kinds.list_cost as double)
                        * cast(judged.lowest_price as double)
                        / cast(judged.lowest_later_price as double)
                    ) as bigint
                )
            -- several prices, or a discount: at the average one; what is left is the price's
            when judged.earlier_quantity > 0
                then cast(
                    round(
                        cast(kinds.quantity as double)
                        * judged.earlier_cents / judged.earlier_quantity
                    ) as bigint
                )
        end as same_price_cents
    from kinds
    left join judged
        on
            kinds.cause = 'quantity'
            and kinds.later_from = judged.later_from
            and kinds.life_id = judged.life_id
            and kinds.connection = judged.connection
            and kinds.org_id is not distinct from judged.org_id
            and kinds.sku is not distinct from judged.sku
            and kinds.unit is not distinct from judged.unit
            and kinds.pricing_currency = judged.pricing_currency
),

changes as (
    select
        repriced.*,
        case when parts.is_price = 1 then 'price' else repriced.cause end as kind,
        case
            when parts.is_price = 1 then repriced.cost_cents - repriced.same_price_cents
            when repriced.is_earlier then -repriced.cost_cents
            else coalesce(repriced.same_price_cents, repriced.cost_cents)
        end as amount_cents
    from repriced
    cross join {{ numbers([0, 1], 'is_price') | replace('numbered', 'parts') }}
    where parts.is_price = 0 or repriced.same_price_cents != repriced.cost_cents
)

select * from changes
{%- endmacro %}

{# What a reader asks about any two periods: a table function in the published file, made of the
   same text, so that the mart of months and the answer for other days cannot differ. #}
{% macro create_cost_changes() -%}
    {%- set pairs -%}
        select
            cast(earlier_start as date) as earlier_from,
            cast(earlier_end as date) as earlier_to,
            cast(later_start as date) as later_from,
            cast(later_end as date) as later_to,
            {{ add_days('cast(earlier_end as date)', -1) }} as known_through,
            cast(known_on as date) as known_by
    {%- endset -%}
    {%- set days -%}
        line_days.usage_date >= {{ add_days('cast(earlier_start as date)', -1) }}
        and line_days.usage_date <= cast(later_end as date)
    {%- endset -%}
    {%- set carried = [
        "org_name", "project_name", "cluster_name", "resource_name", "cloud_provider", "region",
        "atlas_region", "invoice_id", "invoice_month", "tags", "tags_first_seen",
    ] -%}
    {{ create_question(
        "cost_changes",
        ["earlier_start", "earlier_end", "later_start", "later_end", "known_on"],
        cost_changes(pairs, days, carried)
    ) }}
{%- endmacro %}
