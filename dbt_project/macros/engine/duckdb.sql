{# Everything that engines spell differently, as DuckDB 2 spells it. Models call a macro by its name
   without the engine's, and are otherwise plain SQL. spark.sql has the same names in this order. #}

{# -- text -- #}

{% macro duckdb__matches(text, pattern) -%}
    regexp_matches({{ text }}, {{ pattern }})
{%- endmacro %}

{% macro duckdb__matches_any_case(text, pattern) -%}
    regexp_matches({{ text }}, {{ pattern }}, 'i')
{%- endmacro %}

{% macro duckdb__contains_text(text, part) -%}
    contains(lower({{ text }}), lower({{ part }}))
{%- endmacro %}

{% macro duckdb__starts_with_text(text, part) -%}
    starts_with(lower({{ text }}), lower({{ part }}))
{%- endmacro %}

{% macro duckdb__ends_with_text(text, part) -%}
    ends_with(lower({{ text }}), lower({{ part }}))
{%- endmacro %}

{% macro duckdb__extract_group(text, pattern, group) -%}
    nullif(regexp_extract({{ text }}, '{{ pattern }}', {{ group }}), '')
{%- endmacro %}

{% macro duckdb__replace_all(text, pattern, replacement) -%}
    regexp_replace({{ text }}, '{{ pattern }}', '{{ replacement }}', 'g')
{%- endmacro %}

{% macro duckdb__joined(text) -%}
    string_agg(distinct {{ text }}, ', ' order by {{ text }})
{%- endmacro %}

{# Values as one text, each in its place: no two lists of values make the same. #}
{% macro duckdb__in_words(values) -%}
    cast(json_array(
        {%- for value in values -%}
            {{ ", " if not loop.first }}cast({{ value }} as varchar)
        {%- endfor -%}
    ) as varchar)
{%- endmacro %}

{# One fingerprint of many texts, whatever order they come in. #}
{% macro duckdb__digest(text) -%}
    md5(string_agg({{ text }}, chr(10) order by {{ text }}))
{%- endmacro %}

{# -- days -- #}

{% macro duckdb__add_days(day, days) -%} ({{ day }} + cast({{ days }} as integer)) {%- endmacro %}

{% macro duckdb__days_between(first_day, end_day) -%}
    date_diff('day', {{ first_day }}, {{ end_day }})
{%- endmacro %}

{% macro duckdb__first_of_month(day) -%}
    cast(date_trunc('month', {{ day }}) as date)
{%- endmacro %}

{% macro duckdb__last_of_month(day) -%} last_day({{ day }}) {%- endmacro %}

{% macro duckdb__next_month(day) -%} cast({{ day }} + interval 1 month as date) {%- endmacro %}

{# The same day some months on, or that month's last day where it is shorter. #}
{% macro duckdb__add_months(day, months) -%}
    cast({{ day }} + to_months(cast({{ months }} as integer)) as date)
{%- endmacro %}

{# Before and after every day there can be; ends are exclusive. #}
{% macro duckdb__first_day_ever() -%} cast('-infinity' as date) {%- endmacro %}

{% macro duckdb__last_day_ever() -%} cast('infinity' as date) {%- endmacro %}

{% macro duckdb__add_seconds(moment, seconds) -%}
    ({{ moment }} + to_seconds({{ seconds }}))
{%- endmacro %}

{# A day that begins at midnight ends there; anything later reaches into that day. #}
{% macro duckdb__exclusive_end_date(moment) -%}
    case
        when {{ moment }} > date_trunc('day', {{ moment }})
            then cast({{ moment }} as date) + 1
        else cast({{ moment }} as date)
    end
{%- endmacro %}

{% macro duckdb__day_numbers(days) -%}
    unnest(range({{ days }})) as numbered (day_number)
{%- endmacro %}

{# A text with any offset as a time in UTC; text that is no time is null. #}
{% macro duckdb__utc_timestamp(text) -%}
    (try_cast({{ text }} as timestamptz) at time zone 'UTC')
{%- endmacro %}

{# -- numbers: never through a float -- #}

{% macro duckdb__int_div(dividend, divisor) -%} ({{ dividend }} // {{ divisor }}) {%- endmacro %}

{# A statement: rows of a table, called held there, go. #}
{% macro duckdb__delete_from(relation, condition) -%}
    delete from {{ relation }} as held where {{ condition }}
{%- endmacro %}

{# A relation of one column that holds these integers. #}
{% macro duckdb__numbers(values, column) -%}
    unnest({{ values }}) as numbered ({{ column }})
{%- endmacro %}

{# In a window: the first value that is known. #}
{% macro duckdb__first_known(value) -%} first_value({{ value }} ignore nulls) {%- endmacro %}

{% macro duckdb__last_known(value) -%} last_value({{ value }} ignore nulls) {%- endmacro %}

{# All columns of a relation but one. #}
{% macro duckdb__all_but(relation, column) -%}
    {{ relation }}.* exclude ({{ column }})
{%- endmacro %}

{# A number of its own for each row of a table that is being written. #}
{% macro duckdb__row_id() -%} row_number() over () {%- endmacro %}

{# What a share of values does not exceed. Statistics, no money. #}
{% macro duckdb__percentile(value, share) -%}
    quantile_cont({{ value }}, {{ share }})
{%- endmacro %}

{# An integer whose product with another cannot overflow. #}
{% macro duckdb__wide(number) -%} cast({{ number }} as hugeint) {%- endmacro %}

{# A decimal's equal share, cut at nine decimals because DuckDB divides decimals as floats. An
   amount too large to be cut has share 0; whoever spreads gives the last day the rest, so the sum
   is exact either way. #}
{% macro duckdb__decimal_share(amount, parts) -%}
    cast(
        coalesce(
            cast(
                try_cast({{ amount }} as decimal(28, 9)) * 1000000000 as hugeint
            ) // {{ parts }}, 0
        ) as decimal(28, 0)
    ) * cast(0.000000001 as decimal(10, 9))
{%- endmacro %}

{# Quantity times price in dollars. The price keeps its 18 decimals: what it has beyond the ninth,
   times billions of requests, is dollars. A product must fit 38 digits: first with twelve decimals
   of quantity, then for more than a hundred million dollars with three. What fits neither is null,
   and a test warns about a line that has both and no list cost. #}
{% macro duckdb__list_cost(quantity, unit_price) -%}
    coalesce(
        {%- for decimals in (12, 3) %}
        try_cast(
            try(
                cast({{ quantity }} as decimal(38, {{ decimals }}))
                * cast({{ unit_price }} as decimal(38, 18))
            ) as decimal(28, 12)
        ){{ "," if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}

{# -- tags: MAP of key to a list of values -- #}

{% macro duckdb__empty_tags() -%} cast(map {} as map(varchar, varchar[])) {%- endmacro %}

{# Atlas's [{key, value}] of clusters and projects in the shape that invoice lines have. #}
{% macro duckdb__tags_from_list(document) -%}
    {{ folded_tags(own_tags_from_list(document)) }}
{%- endmacro %}

{% macro duckdb__own_tags_from_list(document) -%}
    {%- set shape -%} '[{"key": "VARCHAR", "value": "VARCHAR"}]' {%- endset -%}
    {%- set tags = "from_json(" ~ document ~ ", " ~ shape ~ ")" -%}
    coalesce(
        map_from_entries(list_transform(
            list_distinct(list_transform({{ tags }}, lambda tag: tag.key)),
            lambda wanted: {
                'k': wanted,
                'v': list_transform(
                    list_filter({{ tags }}, lambda tag: tag.key = wanted), lambda tag: tag.value
                )
            }
        )),
        {{ empty_tags() }}
    )
{%- endmacro %}

{% macro duckdb__tag_keys(tags) -%} unnest(map_keys({{ tags }})) {%- endmacro %}

{# A key has one value nearly always, which is read four times as fast as a list is sorted. #}
{% macro duckdb__tag_value(tags, key) -%}
    coalesce(
        nullif(
            case
                when len({{ tags }}[{{ key }}]) = 1 then {{ tags }}[{{ key }}][1]
                else array_to_string(list_sort(list_distinct({{ tags }}[{{ key }}])), ', ')
            end, ''
        ),
        '(untagged)'
    )
{%- endmacro %}

{% macro duckdb__known_tags(tags) -%} coalesce({{ tags }}, {{ empty_tags() }}) {%- endmacro %}

{# The one rule for the tags of a resource: a key that its newest bill lines carry is as they have
   it, because Atlas puts project's and cluster's tags together there; any other key has the values
   of its own tags and its project's. #}
{% macro duckdb__merged_tags(bill, own, project) -%}
    {%- set bill, own, project = known_tags(bill), known_tags(own), known_tags(project) -%}
    map_from_entries(list_transform(
        list_sort(list_distinct(
            map_keys({{ bill }}) || map_keys({{ own }}) || map_keys({{ project }})
        )),
        lambda wanted: {
            'k': wanted,
            'v': case
                when len({{ bill }}[wanted]) > 0 then {{ bill }}[wanted]
                else list_sort(list_distinct(
                    coalesce({{ own }}[wanted], []) || coalesce({{ project }}[wanted], [])
                ))
            end
        }
    ))
{%- endmacro %}

{# Where each key of merged tags stands: any of bill, resource and project. #}
{% macro duckdb__tag_sources(bill, own, project) -%}
    {%- set bill, own, project = known_tags(bill), known_tags(own), known_tags(project) -%}
    map_from_entries(list_transform(
        list_sort(list_distinct(
            map_keys({{ bill }}) || map_keys({{ own }}) || map_keys({{ project }})
        )),
        lambda wanted: {
            'k': wanted,
            'v': list_filter(
                [
                    case when len({{ bill }}[wanted]) > 0 then 'bill' end,
                    case when len({{ own }}[wanted]) > 0 then 'resource' end,
                    case when len({{ project }}[wanted]) > 0 then 'project' end
                ],
                lambda source: source is not null
            )
        }
    ))
{%- endmacro %}

{# A map of tags with its keys in lower case and the values of equal ones together, where
   ATLAS_COSTS_TAG_KEYS_IGNORE_CASE says so; else as it is. #}
{% macro duckdb__folded_tags(tags) -%}
    {%- if tag_keys_ignore_case() -%}
        map_from_entries(list_transform(
            list_distinct(list_transform(map_keys({{ tags }}), lambda key: lower(key))),
            lambda wanted: {
                'k': wanted,
                'v': list_distinct(flatten(list_transform(
                    list_filter(map_entries({{ tags }}), lambda tag: lower(tag.key) = wanted),
                    lambda tag: tag.value
                )))
            }
        ))
    {%- else -%} {{ tags }}
    {%- endif -%}
{%- endmacro %}

{% macro duckdb__has_several_values(tags, key) -%}
    len(list_distinct({{ tags }}[{{ key }}])) > 1
{%- endmacro %}

{# -- documents -- #}

{% macro duckdb__json_text(document, path) -%} ({{ document }} ->> '$.{{ path }}') {%- endmacro %}

{# What stands there in a document, as a document. #}
{% macro duckdb__json_part(document, path) -%} ({{ document }} -> '$.{{ path }}') {%- endmacro %}

{# How many items a list in a document has. #}
{% macro duckdb__json_length(document, path) -%}
    json_array_length({{ document }}, '$.{{ path }}')
{%- endmacro %}

{# The items of a list in a document, each as a struct of this shape, as rows. #}
{% macro duckdb__json_items(document, path, shape) -%}
    unnest(from_json({{ document }} -> '$.{{ path }}', '[{{ shape }}]'))
{%- endmacro %}

{# The texts of a list in a document, as rows. #}
{% macro duckdb__json_texts(document, path) -%}
    unnest(from_json({{ document }} -> '$.{{ path }}', '["VARCHAR"]'))
{%- endmacro %}

{# The largest value of a list of points. #}
{% macro duckdb__largest_value(points) -%}
    list_max(list_transform({{ points }}, lambda point: point.value))
{%- endmacro %}

{# The namespaces of a list, as one text. #}
{% macro duckdb__places_of(places) -%}
    array_to_string(list_sort(list_transform({{ places }}, lambda place: place.namespace)), ', ')
{%- endmacro %}

{# A text in the quotes of JSON, as the shell of MongoDB takes it. #}
{% macro duckdb__json_quoted(text) -%} cast(to_json({{ text }}) as varchar) {%- endmacro %}

{# The first lines of a column, by the order of another, as one text. #}
{% macro duckdb__first_lines(line, order, count) -%}
    array_to_string(list_slice(list({{ line }} order by {{ order }}), 1, {{ count }}), chr(10))
{%- endmacro %}

{# A document that is a list of texts as one text, sorted; null where there is none. #}
{% macro duckdb__joined_texts(document) -%}
    nullif(array_to_string(list_sort(cast({{ document }} as varchar[])), ', '), '')
{%- endmacro %}

{# Rows of what, figure and unit, each with its days, as one document. #}
{% macro duckdb__json_rows(rows) -%}
    json_array(
        {%- for what, figure, unit, first_day, end_day in rows %}
        json_object(
            'what', '{{ what }}', 'figure', {{ figure }}, 'unit', '{{ unit }}',
            'from', cast({{ first_day }} as varchar), 'to', cast({{ end_day }} as varchar)
        ){{ "," if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}

{# A raw _scope: the project, and where it has a second part what in the project. #}
{% macro duckdb__scope_project(scope) -%}
    nullif(split_part({{ scope }}, '/', 1), '')
{%- endmacro %}

{% macro duckdb__scope_name(scope) -%} nullif(split_part({{ scope }}, '/', 2), '') {%- endmacro %}

{# The nodes of a search deployment, by region where Atlas says so. #}
{% macro duckdb__search_specs(specs, effective_specs) -%}
    {%- set shape -%}
        '[{"cloudProvider": "VARCHAR", "regionName": "VARCHAR",
           "instanceSize": "VARCHAR", "nodeCount": "BIGINT"}]'
    {%- endset -%}
    case
        when len(from_json({{ effective_specs }}, {{ shape }})) > 0
            then from_json({{ effective_specs }}, {{ shape }})
        else from_json({{ specs }}, {{ shape }})
    end
{%- endmacro %}

{# One struct per region of a cluster, as rows. #}
{% macro duckdb__region_configs(document) -%}
    unnest(flatten(list_transform(
        from_json(
            {{ document }} -> '$.replicationSpecs',
            '[{"regionConfigs": [{
                "providerName": "VARCHAR", "backingProviderName": "VARCHAR",
                "regionName": "VARCHAR",
                "electableSpecs":
                    {"instanceSize": "VARCHAR", "nodeCount": "BIGINT", "diskSizeGB": "DOUBLE"},
                "readOnlySpecs":
                    {"instanceSize": "VARCHAR", "nodeCount": "BIGINT", "diskSizeGB": "DOUBLE"},
                "analyticsSpecs":
                    {"instanceSize": "VARCHAR", "nodeCount": "BIGINT", "diskSizeGB": "DOUBLE"}
            }]}]'
        ),
        lambda spec: spec.regionConfigs
    )))
{%- endmacro %}

{# The items of a list, as rows. #}
{% macro duckdb__unnested(list) -%} unnest({{ list }}) {%- endmacro %}

{% macro duckdb__node_specs(config) -%}
    unnest([{{ config }}.electableSpecs, {{ config }}.readOnlySpecs, {{ config }}.analyticsSpecs])
{%- endmacro %}

{# The items of a column as one list; empty where there are none. #}
{% macro duckdb__listed(item, condition) -%}
    coalesce(list(distinct {{ item }} order by {{ item }}) filter ({{ condition }}), [])
{%- endmacro %}

{% macro duckdb__is_in(item, list) -%} list_contains({{ list }}, {{ item }}) {%- endmacro %}

{# The values of several tag keys, in their order. #}
{% macro duckdb__tag_values(tags, keys) -%}
    list_transform({{ keys }}, lambda wanted: {{ tag_value(tags, "wanted") }})
{%- endmacro %}

{# What conditions may look at, as a text that is the same for costs no condition can tell apart:
   [{dimension, text, is_id}]. named: structs of these three; the others come with their keys. #}
{% macro duckdb__attributes(named, dimensions, tag_keys, tag_texts, first_keys, first_texts) -%}
    cast(to_json(
        list_filter(
            [{{ named | join(", ") }}],
            lambda each: each.text is not null and list_contains({{ dimensions }}, each.dimension)
        )
        || list_transform(
            list_zip({{ tag_keys }}, {{ tag_texts }}),
            lambda tag: {'dimension': 'tag:' || tag[1], 'text': tag[2], 'is_id': false}
        )
        || list_transform(
            list_zip({{ first_keys }}, {{ first_texts }}),
            lambda tag: {'dimension': 'tag_first_seen:' || tag[1], 'text': tag[2], 'is_id': false}
        )
    ) as varchar)
{%- endmacro %}

{% macro duckdb__attribute(dimension, text, is_id) -%}
    {'dimension': '{{ dimension }}', 'text': {{ text }}, 'is_id': {{ is_id }}}
{%- endmacro %}

{# What attributes made a text of, as rows. #}
{% macro duckdb__attribute_rows(subject) -%}
    unnest(from_json(
        {{ subject }}, '[{"dimension": "VARCHAR", "text": "VARCHAR", "is_id": "BOOLEAN"}]'
    ))
{%- endmacro %}

{# -- what only FOCUS needs: amounts are never floats; one that fits no decimal is null -- #}

{# Cents in the billing currency, at the price of a credit. #}
{% macro duckdb__cents_in_currency(cents, credit_price) -%}
    try_cast(
        try(
            cast({{ cents }} as decimal(19, 0))
            * cast(0.01 as decimal(2, 2))
            * cast({{ credit_price }} as decimal(17, 9))
        ) as decimal(38, 18)
    )
{%- endmacro %}

{# A decimal amount, or a price, in the billing currency. #}
{% macro duckdb__in_currency(amount, credit_price) -%}
    case
        when {{ credit_price }} = 1 then try_cast({{ amount }} as decimal(38, 18))
        else try_cast(
            try(
                cast({{ amount }} as decimal(22, 12)) * cast({{ credit_price }} as decimal(16, 9))
            ) as decimal(38, 18)
        )
    end
{%- endmacro %}

{# A quotient with 18 decimals, cut, by whole numbers because DuckDB divides decimals as floats. #}
{% macro duckdb__decimal_ratio(dividend, divisor) -%}
    try_cast(
        try(
            cast(
                cast(cast({{ dividend }} as decimal(28, 10)) * 10000000000 as hugeint)
                * cast(100000000000000000000 as hugeint)
                // cast(cast({{ divisor }} as decimal(26, 12)) * 1000000000000 as hugeint)
                as decimal(38, 0)
            ) * cast(0.000000000000000001 as decimal(19, 18))
        ) as decimal(38, 18)
    )
{%- endmacro %}

{# -- JSON text -- #}

{# Tags as FOCUS wants them, a value a key; several values are joined as everywhere here. #}
{% macro duckdb__tags_to_json(tags) -%}
    cast(to_json(map_from_entries(list_transform(
        map_entries({{ tags }}),
        lambda entry: {
            'k': entry.key, 'v': array_to_string(list_sort(list_distinct(entry.value)), ', ')
        }
    ))) as varchar)
{%- endmacro %}

{# The same from Atlas's text, whose values may be lists or single ones; null if it is no object. #}
{% macro duckdb__tags_text_to_json(text) -%}
    case
        when json_valid({{ text }}) and json_type({{ text }}) = 'OBJECT'
            then cast(to_json(map_from_entries(list_transform(
                map_entries(cast(cast({{ text }} as json) as map(varchar, json))),
                lambda entry: {
                    'k': entry.key,
                    'v': case json_type(entry.value)
                        when 'ARRAY'
                            then array_to_string(
                                list_sort(list_distinct(cast(entry.value as varchar[]))), ', '
                            )
                        else entry.value ->> '$'
                    end
                }
            ))) as varchar)
    end
{%- endmacro %}

{# Text that is no JSON becomes a JSON string of itself. #}
{% macro duckdb__text_to_json(text) -%}
    case
        when {{ text }} is null or json_valid({{ text }}) then {{ text }}
        else cast(to_json({{ text }}) as varchar)
    end
{%- endmacro %}

{# What a SKU's price depends on, as a JSON object; keys that FOCUS does not define begin with x_. #}
{% macro duckdb__price_details(instance_size, lower_bound, upper_bound) -%}
    nullif(cast(json_merge_patch('{}', json_object(
        'InstanceType', {{ instance_size }},
        'x_TierLowerBound', {{ lower_bound }},
        'x_TierUpperBound', {{ upper_bound }}
    )) as varchar), '{}')
{%- endmacro %}
