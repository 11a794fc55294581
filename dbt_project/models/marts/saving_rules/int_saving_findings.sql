{% set columns = [
    "rule", "part", "summary", "resource_id", "resource_name", "resource_type", "project_id",
    "project_name", "org_id", "connection", "monthly_saving_cents", "pricing_currency", "evidence",
    "confidence", "effort", "risk", "basis", "action", "undo",
] %}
{% for rule in saving_rules() %}
    select {{ columns | join(", ") }} from {{ ref('int_saving_' ~ rule) }}
    {% if not loop.last %} union all {% endif %}
{% endfor %}
