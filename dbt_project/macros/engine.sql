{# Everything that engines spell differently. Models call these and are otherwise plain SQL; a
   second engine adds its spelling here. Written for DuckDB 2. #}

{# -- text -- #}

{% macro matches(text, pattern) -%} regexp_matches({{ text }}, {{ pattern }}) {%- endmacro %}

{% macro matches_any_case(text, pattern) -%}
    regexp_matches({{ text }}, {{ pattern }}, 'i')
{%- endmacro %}

{% macro contains_text(text, part) -%} contains(lower({{ text }}), lower({{ part }})) {%- endmacro %}

{% macro starts_with_text(text, part) -%}
    starts_with(lower({{ text }}), lower({{ part }}))
{%- endmacro %}

{% macro ends_with_text(text, part) -%} ends_with(lower({{ text }}), lower({{ part }})) {%- endmacro %}

{% macro extract_group(text, pattern, group) -%}
    nullif(regexp_extract({{ text }}, '{{ pattern }}', {{ group }}), '')
{%- endmacro %}

{% macro replace_all(text, pattern, replacement) -%}
    regexp_replace({{ text }}, '{{ pattern }}', '{{ replacement }}', 'g')
{%- endmacro %}

{% macro joined(text) -%}
    string_agg(distinct {{ text }}, ', ' order by {{ text }})
{%- endmacro %}

{# Values as one text, each in its place: no two lists of values make the same. #}
{% macro in_words(values) -%}
    cast(json_array(
        {%- for value in values -%}
            {{ ", " if not loop.first }}cast({{ value }} as varchar)
        {%- endfor -%}
    ) as varchar)
{%- endmacro %}

{# One fingerprint of many texts, whatever order they come in. #}
{% macro digest(text) -%} md5(string_agg({{ text }}, chr(10) order by {{ text }})) {%- endmacro %}

{# -- days -- #}

{% macro add_days(day, days) -%} ({{ day }} + cast({{ days }} as integer)) {%- endmacro %}

{% macro days_between(first_day, end_day) -%}
    date_diff('day', {{ first_day }}, {{ end_day }})
{%- endmacro %}

{% macro first_of_month(day) -%} cast(date_trunc('month', {{ day }}) as date) {%- endmacro %}

{% macro last_of_month(day) -%} last_day({{ day }}) {%- endmacro %}

{% macro next_month(day) -%} cast({{ day }} + interval 1 month as date) {%- endmacro %}

{# The same day some months on, or that month's last day where it is shorter. #}
{% macro add_months(day, months) -%}
    cast({{ day }} + to_months(cast({{ months }} as integer)) as date)
{%- endmacro %}

{# Before and after every day there can be; ends are exclusive. #}
{% macro first_day_ever() -%} cast('-infinity' as date) {%- endmacro %}

{% macro last_day_ever() -%} cast('infinity' as date) {%- endmacro %}

{% macro add_seconds(moment, seconds) -%} ({{ moment }} + to_seconds({{ seconds }})) {%- endmacro %}

{# A day that begins at midnight ends there; anything later reaches into that day. #}
{% macro exclusive_end_date(moment) -%}
    case
        when {{ moment }} > date_trunc('day', {{ moment }})
            then cast({{ moment }} as date) + 1
        else cast({{ moment }} as date)
    end
{%- endmacro %}

{% macro day_numbers(days) -%} unnest(range({{ days }})) as numbered (day_number) {%- endmacro %}

{# A text with any offset as a time in UTC; text that is no time is null. #}
{% macro utc_timestamp(text) -%}
    (try_cast({{ text }} as timestamptz) at time zone 'UTC')
{%- endmacro %}

{# -- numbers: never through a float -- #}

{% macro int_div(dividend, divisor) -%} ({{ dividend }} // {{ divisor }}) {%- endmacro %}

{# A relation of one column that holds these integers. #}
{% macro numbers(values, column) -%}
    unnest({{ values }}) as numbered ({{ column }})
{%- endmacro %}

{# What a share of values does not exceed. Statistics, no money. #}
{% macro percentile(value, share) -%} quantile_cont({{ value }}, {{ share }}) {%- endmacro %}

{# An integer whose product with another cannot overflow. #}
{% macro wide(number) -%} cast({{ number }} as hugeint) {%- endmacro %}

{# A decimal's equal share, cut at nine decimals because DuckDB divides decimals as floats. An
   amount too large to be cut has share 0; whoever spreads gives the last day the rest, so the sum
   is exact either way. #}
{% macro decimal_share(amount, parts) -%}
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
{% macro list_cost(quantity, unit_price) -%}
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

{% macro empty_tags() -%} cast(map {} as map(varchar, varchar[])) {%- endmacro %}

{# Atlas's [{key, value}] of clusters and projects in the shape that invoice lines have. #}
{% macro tags_from_list(document) -%}
    {{ folded_tags(own_tags_from_list(document)) }}
{%- endmacro %}

{% macro own_tags_from_list(document) -%}
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

{% macro tag_keys(tags) -%} unnest(map_keys({{ tags }})) {%- endmacro %}

{# A key has one value nearly always, which is read four times as fast as a list is sorted. #}
{% macro tag_value(tags, key) -%}
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

{% macro known_tags(tags) -%} coalesce({{ tags }}, {{ empty_tags() }}) {%- endmacro %}

{# The one rule for the tags of a resource: a key that its newest bill lines carry is as they have
   it, because Atlas puts project's and cluster's tags together there; any other key has the values
   of its own tags and its project's. #}
{% macro merged_tags(bill, own, project) -%}
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
{% macro tag_sources(bill, own, project) -%}
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
{% macro folded_tags(tags) -%}
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

{% macro has_several_values(tags, key) -%} len(list_distinct({{ tags }}[{{ key }}])) > 1 {%- endmacro %}

{# -- documents -- #}

{% macro json_text(document, path) -%} ({{ document }} ->> '$.{{ path }}') {%- endmacro %}

{# How many items a list in a document has. #}
{% macro json_length(document, path) -%}
    json_array_length({{ document }}, '$.{{ path }}')
{%- endmacro %}

{# The items of a list in a document, each as a struct of this shape, as rows. #}
{% macro json_items(document, path, shape) -%}
    unnest(from_json({{ document }} -> '$.{{ path }}', '[{{ shape }}]'))
{%- endmacro %}

{# The texts of a list in a document, as rows. #}
{% macro json_texts(document, path) -%}
    unnest(from_json({{ document }} -> '$.{{ path }}', '["VARCHAR"]'))
{%- endmacro %}

{# The largest value of a list of points. #}
{% macro largest_value(points) -%}
    list_max(list_transform({{ points }}, lambda point: point.value))
{%- endmacro %}

{# The namespaces of a list, as one text. #}
{% macro places_of(places) -%}
    array_to_string(list_sort(list_transform({{ places }}, lambda place: place.namespace)), ', ')
{%- endmacro %}

{# A text in the quotes of JSON, as the shell of MongoDB takes it. #}
{% macro json_quoted(text) -%} cast(to_json({{ text }}) as varchar) {%- endmacro %}

{# The first lines of a column, by the order of another, as one text. #}
{% macro first_lines(line, order, count) -%}
    array_to_string(list_slice(list({{ line }} order by {{ order }}), 1, {{ count }}), chr(10))
{%- endmacro %}

{# A document that is a list of texts as one text, sorted; null where there is none. #}
{% macro joined_texts(document) -%}
    nullif(array_to_string(list_sort(cast({{ document }} as varchar[])), ', '), '')
{%- endmacro %}

{# Rows of what, figure and unit, each with its days, as one document. #}
{% macro json_rows(rows) -%}
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
{% macro scope_project(scope) -%} nullif(split_part({{ scope }}, '/', 1), '') {%- endmacro %}

{% macro scope_name(scope) -%} nullif(split_part({{ scope }}, '/', 2), '') {%- endmacro %}

{# The nodes of a search deployment, by region where Atlas says so. #}
{% macro search_specs(specs, effective_specs) -%}
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
{% macro region_configs(document) -%}
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
{% macro unnested(list) -%} unnest({{ list }}) {%- endmacro %}

{% macro node_specs(config) -%}
    unnest([{{ config }}.electableSpecs, {{ config }}.readOnlySpecs, {{ config }}.analyticsSpecs])
{%- endmacro %}

{# The items of a column as one list; empty where there are none. #}
{% macro listed(item, condition) -%}
    coalesce(list(distinct {{ item }} order by {{ item }}) filter ({{ condition }}), [])
{%- endmacro %}

{% macro is_in(item, list) -%} list_contains({{ list }}, {{ item }}) {%- endmacro %}

{# The values of several tag keys, in their order. #}
{% macro tag_values(tags, keys) -%}
    list_transform({{ keys }}, lambda wanted: {{ tag_value(tags, "wanted") }})
{%- endmacro %}

{# What conditions may look at, as a text that is the same for costs no condition can tell apart:
   [{dimension, text, is_id}]. named: structs of these three; the others come with their keys. #}
{% macro attributes(named, dimensions, tag_keys, tag_texts, first_keys, first_texts) -%}
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

{% macro attribute(dimension, text, is_id) -%}
    {'dimension': '{{ dimension }}', 'text': {{ text }}, 'is_id': {{ is_id }}}
{%- endmacro %}

{# What attributes made a text of, as rows. #}
{% macro attribute_rows(subject) -%}
    unnest(from_json(
        {{ subject }}, '[{"dimension": "VARCHAR", "text": "VARCHAR", "is_id": "BOOLEAN"}]'
    ))
{%- endmacro %}
