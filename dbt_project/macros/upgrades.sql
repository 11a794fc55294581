{# The sizes that Atlas makes dedicated in place: free, flex, and the shared ones before flex. #}
{% macro is_small(instance_size) -%} {{ instance_size }} in ('M0', 'M2', 'M5', 'FLEX') {%- endmacro %}
