{# Which charges a total counts: credits pay for usage and are none. Every mart carries the answer as
   is_in_total, so that nobody who adds up need know the list. #}
{% macro is_in_total(charge_type) -%}
    {{ charge_type }} in ('usage', 'support', 'minimum_charge', 'consulting')
{%- endmacro %}

{# What an invoice does not say itself: what the last invoice before it said of those that have the
   same columns, else the first after it. #}
{% macro nearest(value, same) -%}
    {%- set invoices -%}
        partition by {{ same | join(", ") }} order by start_date, invoice_id
    {%- endset -%}
    coalesce(
        {{ last_known(value) }} over (
            {{ invoices }} rows between unbounded preceding and current row
        ),
        {{ first_known(value) }} over (
            {{ invoices }} rows between current row and unbounded following
        )
    )
{%- endmacro %}
