with frozen as (
    select * from {{ ref('stg_statements__rows') }}
),

keys as (
    select * from {{ ref('dim_allocation_keys') }}
),

allocated as (
    select
        *,
        {{ first_of_month('usage_date') }} as usage_month
    from {{ ref('allocated_costs_daily') }}
),

differences as (
    select * from {{ ref('int_statement_differences') }}
),

-- no row before the first statement was closed
next_statement as (
    select {{ next_month('max(statement_month)') }} as statement_month
    from frozen
    having count(*) > 0
),

last_rules as (
    select
        allocation_key,
        max_by(rules_sha256, statement_month) as rules_sha256
    from frozen
    group by allocation_key
),

open_usage as (
    select
        {% for column in statement_columns() %}
            allocated.{{ column }},
        {% endfor %}
        max(allocated.project_name) as project_name,
        max(allocated.resource_name) as resource_name,
        bool_or(allocated.allocation_method = 'split') as is_shared,
        cast(sum(allocated.cost_cents) as bigint) as cost_cents
    from allocated
    inner join next_statement on allocated.usage_month = next_statement.statement_month
    group by {{ statement_columns() | join(", ") }}
),

open_rows as (
    select
        'usage' as entry,
        open_usage.*,
        cast(null as string) as reason
    from open_usage
    union all
    select
        'adjustment' as entry,
        {% for column in statement_columns() %}
            differences.{{ column }},
        {% endfor %}
        differences.project_name,
        differences.resource_name,
        differences.is_shared,
        differences.cost_cents,
        coalesce(nullif(concat_ws(
            ', ',
            case when differences.costs_differ then 'costs_changed' end,
            case when keys.rules_sha256 != last_rules.rules_sha256 then 'rules_changed' end
        ), ''), case when differences.is_shared then 'split_changed' else 'attributes_changed' end)
            as reason
    from differences
    inner join keys on differences.allocation_key = keys.allocation_key
    inner join last_rules on differences.allocation_key = last_rules.allocation_key
),

statements as (
    select
        statement_month,
        'closed' as status,
        closed_at,
        entry,
        {% for column in statement_columns() %}
            {{ column }},
        {% endfor %}
        project_name,
        resource_name,
        is_shared,
        cost_cents,
        reason
    from frozen
    union all
    select
        next_statement.statement_month,
        'open' as status,
        cast(null as timestamp) as closed_at,
        open_rows.*
    from open_rows
    cross join next_statement
    where open_rows.cost_cents != 0
)

select * from statements
