{# One key for all spellings of a SKU: the API's, MongoDB's internal NDS_ and MMS_ names, and the
   words of the CSV invoice, which the API itself returned for two weeks of October 2022. #}
{% macro sku_key(sku) -%}
    regexp_replace(
        regexp_replace(
            -- this spelling, because Spark takes the two arguments of trim the other way round
            trim(
                both '_' from {{ replace_all("upper(" ~ sku ~ ")", "[^A-Z0-9]+", "_") }}
            ), '^(MONGODB_)?(ATLAS_)?(NDS_)?', ''
        ), '^MMS_', 'CLOUD_MANAGER_'
    )
{%- endmacro %}
