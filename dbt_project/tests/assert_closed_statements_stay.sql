{{ config(meta={'dagster': {'ref': {'name': 'allocation_statements'}}}) }}
-- A closed statement that no longer says what its file froze, to the cent.
with landed as (
    select
        statement_month,
        allocation_key,
        allocation_value,
        count(*) as frozen_rows,
        sum(cost_cents) as cents
    from {{ source('statements', 'statement_rows') }}
    group by statement_month, allocation_key, allocation_value
),

closed as (
    select
        statement_month,
        allocation_key,
        allocation_value,
        count(*) as frozen_rows,
        sum(cost_cents) as cents
    from {{ ref('allocation_statements') }}
    where status = 'closed'
    group by statement_month, allocation_key, allocation_value
)

select
    coalesce(landed.statement_month, closed.statement_month) as statement_month,
    coalesce(landed.allocation_key, closed.allocation_key) as allocation_key,
    coalesce(landed.allocation_value, closed.allocation_value) as allocation_value,
    landed.cents as frozen_cents,
    closed.cents
from landed
full outer join closed
    on
        landed.statement_month = closed.statement_month
        and landed.allocation_key = closed.allocation_key
        and landed.allocation_value = closed.allocation_value
where
    landed.cents is distinct from closed.cents
    or landed.frozen_rows is distinct from closed.frozen_rows
