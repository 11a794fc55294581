{# Cents by which an invoice may miss its own header and still count as reconciled. #}
{% macro reconcile_tolerance_cents() -%}
    cast({{ env_var("ATLAS_COSTS_RECONCILE_TOLERANCE_CENTS", "0") | int }} as bigint)
{%- endmacro %}
