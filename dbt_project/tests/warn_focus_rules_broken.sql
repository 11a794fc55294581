{{ config(severity='warn', tags=['on_demand']) }}
-- A row that FOCUS would not accept, by the rule it breaks: mostly a line that Atlas sent without
-- quantity, price or SKU, which nobody can make up. It reads every column of all history, so a
-- refresh leaves it out.
with counted as (
    select {{ focus_rule_counts() }} from {{ ref('focus_costs') }}
),

rules as (
    {{ focus_rule_rows('counted') }}
)

select * from rules
where broken_rows > 0
