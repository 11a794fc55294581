{# Whether Team and team are one tag key. #}
{% macro tag_keys_ignore_case() -%}
    {{ return(env_var("ATLAS_COSTS_TAG_KEYS_IGNORE_CASE", "false") | lower == "true") }}
{%- endmacro %}

{# A rule's dimension with the key as tags have it. #}
{% macro folded_dimension(dimension) -%}
    {%- if tag_keys_ignore_case() -%}
        case when {{ dimension }} like 'tag%:%' then lower({{ dimension }}) else {{ dimension }} end
    {%- else -%} {{ dimension }}
    {%- endif -%}
{%- endmacro %}
