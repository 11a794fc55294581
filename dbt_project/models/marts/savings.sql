with found as (
    select * from {{ ref('int_saving_findings') }}
),

-- less than a dollar a month is no finding
named as (
    select
        *,
        substr(md5({{ in_words(["rule", "org_id", "resource_id"]) }}), 1, 12) as finding_id
    from found
    where monthly_saving_cents is null or monthly_saving_cents >= 100
),

said as (
    select
        finding_id,
        max_by(state, position) as state,
        max_by(coalesce(state_reason, ''), position) as state_reason,
        max_by(coalesce(cast(state_until as string), ''), position) as state_until,
        max(said_at) as said_at
    from {{ ref('stg_feedback__saving_states') }}
    group by finding_id
),

-- what was put off comes back on its day
judged as (
    select
        named.*,
        reach.data_through as as_of,
        case
            when said.state is null then 'open'
            when
                said.state in ('dismissed', 'planned')
                and try_cast(nullif(said.state_until, '') as date) <= reach.data_through
                then 'open'
            else said.state
        end as state,
        nullif(said.state_reason, '') as state_reason,
        try_cast(nullif(said.state_until, '') as date) as state_until,
        said.said_at as state_since
    from named
    cross join {{ ref('data_through') }} as reach
    left join said on named.finding_id = said.finding_id
),

-- of several findings about one part of a resource only the largest can be had
ranked as (
    select
        *,
        state in ('open', 'planned') as is_to_come,
        monthly_saving_cents is not null
        and row_number() over (
            partition by resource_id, part
            order by
                case when state in ('open', 'planned') then 0 else 1 end asc,
                monthly_saving_cents desc nulls last,
                rule asc
        ) = 1 as is_largest
    from judged
),

-- and either the whole cluster or its parts
weighed as (
    select
        *,
        -- no filter, which Spark's windows do not take
        coalesce(sum(
            case when is_largest and is_to_come and part = 'cluster' then monthly_saving_cents end
        ) over (partition by resource_id), 0)
        >= coalesce(sum(
            case when is_largest and is_to_come and part != 'cluster' then monthly_saving_cents end
        ) over (partition by resource_id), 0) as is_better_whole
    from ranked
),

final as (
    select
        finding_id,
        rule,
        part,
        coalesce(summary, rule || ' ' || resource_id) as summary,
        resource_id,
        resource_name,
        resource_type,
        project_id,
        project_name,
        org_id,
        connection,
        monthly_saving_cents,
        pricing_currency,
        is_largest
        and (not is_to_come or is_better_whole = (part = 'cluster')) as is_in_total,
        evidence,
        confidence,
        effort,
        risk,
        coalesce(basis, 'your invoices') as basis,
        action,
        undo,
        state,
        state_reason,
        state_until,
        state_since,
        as_of
    from weighed
)

select * from final
order by monthly_saving_cents desc nulls last, finding_id asc
