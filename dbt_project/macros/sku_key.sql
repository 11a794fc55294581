{# One key for all spellings of a SKU: the API's, MongoDB's internal NDS_ and MMS_ names, and the
   words of the CSV invoice, which the API itself returned for two weeks of October 2022. #}
{% macro sku_key(sku) -%}
    regexp_replace(
        regexp_replace(
            trim(
                {{ replace_all("upper(" ~ sku ~ ")", "[^A-Z0-9]+", "_") }}, '_'
            ), '^(MONGODB_)?(ATLAS_)?(NDS_)?', ''
        ), '^MMS_', 'CLOUD_MANAGER_'
    )
{%- endmacro %}
