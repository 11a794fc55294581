with said as (
    select
        finding_id,
        max_by(state, position) as state,
        max(position) as position
    from {{ ref('stg_feedback__saving_states') }}
    group by finding_id
),

done as (
    select states.*
    from {{ ref('stg_feedback__saving_states') }} as states
    inner join said on states.position = said.position
    -- the flex cluster that takes a dedicated one's place is another resource
    where said.state = 'done' and states.rule != 'flex_instead'
),

-- what posts late is known of days before the last three
reach as (
    select {{ saving_window_to('data_through') }} as counted_to from {{ ref('data_through') }}
),

recent as (
    select sums.invoice_id
    from {{ ref('agg_invoices') }} as sums
    where sums.last_usage_end_date >= (
        select {{ add_days('min(done.done_on)', -30) }} as first_day from done
    )
),

line_days as (
    {{ line_days(
        ref('fct_line_items'),
        'invoice_id in (select invoice_id from recent)'
        ~ ' and resource_id in (select resource_id from done)'
    ) }}
),

costs as (
    select
        done.finding_id,
        line_days.usage_date,
        line_days.usage_date < done.done_on as is_before,
        sum(line_days.cost_cents) as cost_cents
    from done
    cross join reach
    inner join line_days
        on
            done.resource_id = line_days.resource_id
            and done.promised_currency = line_days.pricing_currency
    where
        line_days.charge_type = 'usage'
        and line_days.usage_date >= {{ add_days('done.done_on', -30) }}
        -- the day itself is half the one and half the other
        and line_days.usage_date != done.done_on
        and line_days.usage_date < reach.counted_to
        and case done.part
            when 'servers'
                then
                    line_days.category in ('Dedicated instance', 'Paused instance', 'Flex')
                    or line_days.service = 'Storage'
            when 'disks' then line_days.service = 'Storage'
            when 'backups' then line_days.service = 'Backup'
            when 'transfer'
                then
                    line_days.service = 'Data Transfer'
                    and line_days.category != 'Private endpoint'
            when 'endpoints' then line_days.category = 'Private endpoint'
            when 'search' then line_days.category = 'Search nodes'
            when 'security' then line_days.category = 'Advanced security / auditing'
            when 'connector' then line_days.category = 'BI Connector'
            when 'streams' then line_days.category = 'Stream Processing'
            else true
        end
    group by done.finding_id, line_days.usage_date, is_before
),

-- had nothing been done, each day would have cost what the 30 before it did on average
before as (
    select
        done.finding_id,
        coalesce(sum(costs.cost_cents), 0) as before_cents
    from done
    left join costs on done.finding_id = costs.finding_id and costs.is_before
    group by done.finding_id
),

spans as (
    select
        done.finding_id,
        done.done_on,
        greatest({{ days_between('done.done_on', 'reach.counted_to') }} - 1, 0) as days
    from done
    cross join reach
),

since as (
    select
        spans.finding_id,
        numbered.day_number + 1 as place,
        {{ add_days('spans.done_on', 'numbered.day_number + 1') }} as usage_date
    from spans
    cross join {{ day_numbers('spans.days') }}
),

-- cents that days do not share evenly are handed out as days go by, so that months add up
compared as (
    select
        since.finding_id,
        {{ first_of_month('since.usage_date') }} as usage_month,
        coalesce(costs.cost_cents, 0) as actual_cents,
        {{ int_div(wide('before.before_cents') ~ ' * since.place', 30) }}
        - {{ int_div(wide('before.before_cents') ~ ' * (since.place - 1)', 30) }}
            as expected_cents,
        {{ int_div(wide('coalesce(done.promised_cents, 0)') ~ ' * 12 * since.place', 365) }}
        - {{ int_div(wide('coalesce(done.promised_cents, 0)') ~ ' * 12 * (since.place - 1)', 365) }}
            as promised_cents
    from since
    inner join done on since.finding_id = done.finding_id
    inner join before on since.finding_id = before.finding_id
    left join costs
        on since.finding_id = costs.finding_id and since.usage_date = costs.usage_date
),

final as (
    select
        done.finding_id,
        compared.usage_month,
        max(done.rule) as rule,
        max(done.part) as part,
        max(done.resource_id) as resource_id,
        max(done.resource_name) as resource_name,
        max(done.project_id) as project_id,
        max(done.org_id) as org_id,
        max(done.connection) as connection,
        max(done.done_on) as done_on,
        count(*) as days,
        cast(sum(compared.expected_cents) as bigint) as expected_cents,
        cast(sum(compared.actual_cents) as bigint) as actual_cents,
        cast(sum(compared.expected_cents - compared.actual_cents) as bigint) as realised_cents,
        cast(sum(compared.promised_cents) as bigint) as promised_cents,
        max(done.promised_currency) as pricing_currency
    from compared
    inner join done on compared.finding_id = done.finding_id
    group by done.finding_id, compared.usage_month
)

select * from final
order by finding_id, usage_month
