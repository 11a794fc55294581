with costs as (
    select * from {{ ref('int_allocation_costs') }}
),

rules as (
    select * from {{ ref('stg_config__allocation_rules') }}
),

conditional as (
    select distinct
        allocation_key,
        rule
    from {{ ref('stg_config__allocation_conditions') }}
    where role = 'when'
),

met as (
    select * from {{ ref('int_allocation_matches') }}
    where role = 'when'
),

subjects as (
    select distinct subject from costs
),

texts as (
    select * from {{ ref('int_allocation_attributes') }}
    where not is_id and attribute_text not in ('(none)', '(untagged)')
),

-- the rules that fit a subject on some day
fitting as (
    select
        subjects.subject,
        rules.allocation_key,
        rules.rule,
        rules.method,
        rules.valid_from,
        rules.valid_to,
        coalesce(rules.allocation_value, texts.attribute_text) as allocation_value
    from subjects
    cross join rules
    left join conditional
        on rules.allocation_key = conditional.allocation_key and rules.rule = conditional.rule
    left join met
        on
            subjects.subject = met.subject
            and rules.allocation_key = met.allocation_key
            and rules.rule = met.rule
    left join texts on subjects.subject = texts.subject and rules.dimension = texts.dimension
    where
        (conditional.rule is null or met.rule is not null)
        -- a value that is taken from what is absent is none
        and (rules.dimension is null or texts.attribute_text is not null)
),

bounds as (
    select
        subject,
        allocation_key,
        valid_from as bound
    from fitting
    union
    select
        subject,
        allocation_key,
        valid_to as bound
    from fitting
),

periods as (
    select
        subject,
        allocation_key,
        bound as period_start,
        lead(bound) over (partition by subject, allocation_key order by bound) as period_end
    from bounds
),

first_fitting as (
    select
        periods.subject,
        periods.allocation_key,
        periods.period_start,
        periods.period_end,
        min(fitting.rule) as rule
    from periods
    inner join fitting
        on
            periods.subject = fitting.subject
            and periods.allocation_key = fitting.allocation_key
            and periods.period_start >= fitting.valid_from
            and periods.period_start < fitting.valid_to
    group by periods.subject, periods.allocation_key, periods.period_start, periods.period_end
)

select
    first_fitting.subject,
    first_fitting.allocation_key,
    first_fitting.period_start,
    first_fitting.period_end,
    first_fitting.rule,
    fitting.method,
    fitting.allocation_value
from first_fitting
inner join fitting
    on
        first_fitting.subject = fitting.subject
        and first_fitting.allocation_key = fitting.allocation_key
        and first_fitting.rule = fitting.rule
