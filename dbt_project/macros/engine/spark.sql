{# Everything that engines spell differently, as Apache Spark 4 spells it, in the order of
   duckdb.sql. A session has spark.sql.session.timeZone = UTC, spark.sql.ansi.enabled = true and
   spark.sql.decimalOperations.allowPrecisionLoss = false (see profiles.yml). #}

{# -- text -- #}

{% macro spark__matches(text, pattern) -%} ({{ text }} rlike {{ pattern }}) {%- endmacro %}

{% macro spark__matches_any_case(text, pattern) -%}
    ({{ text }} rlike concat('(?i)', {{ pattern }}))
{%- endmacro %}

{% macro spark__contains_text(text, part) -%}
    contains(lower({{ text }}), lower({{ part }}))
{%- endmacro %}

{% macro spark__starts_with_text(text, part) -%}
    startswith(lower({{ text }}), lower({{ part }}))
{%- endmacro %}

{% macro spark__ends_with_text(text, part) -%}
    endswith(lower({{ text }}), lower({{ part }}))
{%- endmacro %}

{% macro spark__extract_group(text, pattern, group) -%}
    nullif(regexp_extract({{ text }}, '{{ pattern }}', {{ group }}), '')
{%- endmacro %}

{% macro spark__replace_all(text, pattern, replacement) -%}
    regexp_replace({{ text }}, '{{ pattern }}', '{{ replacement }}')
{%- endmacro %}

{% macro spark__joined(text) -%}
    case
        when count({{ text }}) > 0 then array_join(array_sort(collect_set({{ text }})), ', ')
    end
{%- endmacro %}

{% macro spark__in_words(values) -%}
    to_json(array(
        {%- for value in values -%}
            {{ ", " if not loop.first }}cast({{ value }} as string)
        {%- endfor -%}
    ))
{%- endmacro %}

{% macro spark__digest(text) -%}
    case
        when count({{ text }}) > 0
            then md5(array_join(array_sort(collect_list({{ text }})), char(10)))
    end
{%- endmacro %}

{# -- days -- #}

{% macro spark__add_days(day, days) -%} date_add({{ day }}, cast({{ days }} as int)) {%- endmacro %}

{% macro spark__days_between(first_day, end_day) -%}
    cast(datediff({{ end_day }}, {{ first_day }}) as bigint)
{%- endmacro %}

{% macro spark__first_of_month(day) -%} trunc({{ day }}, 'month') {%- endmacro %}

{% macro spark__last_of_month(day) -%} last_day({{ day }}) {%- endmacro %}

{% macro spark__next_month(day) -%} add_months({{ day }}, 1) {%- endmacro %}

{% macro spark__add_months(day, months) -%}
    add_months({{ day }}, cast({{ months }} as int))
{%- endmacro %}

{% macro spark__first_day_ever() -%} date '0001-01-01' {%- endmacro %}

{% macro spark__last_day_ever() -%} date '9999-12-31' {%- endmacro %}

{% macro spark__add_seconds(moment, seconds) -%}
    ({{ moment }} + make_dt_interval(0, 0, 0, {{ seconds }}))
{%- endmacro %}

{% macro spark__exclusive_end_date(moment) -%}
    case
        when {{ moment }} > date_trunc('day', {{ moment }})
            then date_add(cast({{ moment }} as date), 1)
        else cast({{ moment }} as date)
    end
{%- endmacro %}

{# A sequence to its own beginning has one item, and one to below it goes down. #}
{% macro spark__day_numbers(days) -%}
    lateral explode(slice(sequence(0, cast({{ days }} as int)), 1, cast({{ days }} as int)))
        as numbered (day_number)
{%- endmacro %}

{% macro spark__utc_timestamp(text) -%}
    cast(try_cast({{ text }} as timestamp) as timestamp_ntz)
{%- endmacro %}

{# -- numbers: never through a float -- #}

{% macro spark__int_div(dividend, divisor) -%} ({{ dividend }} div {{ divisor }}) {%- endmacro %}

{% macro spark__delete_from(relation, condition) -%}
    {{ return(spark_rows_kept(relation, condition)) }}
{%- endmacro %}

{% macro spark__numbers(values, column) -%}
    lateral explode(array({{ values | join(", ") }})) as numbered ({{ column }})
{%- endmacro %}

{% macro spark__first_known(value) -%} first_value({{ value }}, true) {%- endmacro %}

{% macro spark__last_known(value) -%} last_value({{ value }}, true) {%- endmacro %}

{% macro spark__all_but(relation, column) -%}
    {{ relation }}.* except ({{ column }})
{%- endmacro %}

{% macro spark__row_id() -%} monotonically_increasing_id() {%- endmacro %}

{% macro spark__percentile(value, share) -%} percentile({{ value }}, {{ share }}) {%- endmacro %}

{% macro spark__wide(number) -%} cast({{ number }} as decimal(38, 0)) {%- endmacro %}

{% macro spark__decimal_share(amount, parts) -%}
    cast(
        coalesce(
            {{ spark_whole_quotient(
                "cast(try_cast(" ~ amount ~ " as decimal(28, 9))"
                ~ " * cast(1000000000 as decimal(10, 0)) as decimal(38, 0))",
                parts
            ) }}, 0
        ) as decimal(28, 0)
    ) * cast(0.000000001 as decimal(10, 9))
{%- endmacro %}

{# Whole numbers of 38 digits divided and cut: `div` has the range of a bigint. #}
{% macro spark_whole_quotient(dividend, divisor) -%}
    cast(
        (({{ dividend }}) - ({{ dividend }}) % ({{ divisor }})) / ({{ divisor }}) as decimal(38, 0)
    )
{%- endmacro %}

{% macro spark__list_cost(quantity, unit_price) -%}
    coalesce(
        {%- for decimals in (12, 3) %}
        try_cast(
            try_multiply(
                cast({{ quantity }} as decimal(38, {{ decimals }})),
                cast({{ unit_price }} as decimal(38, 18))
            ) as decimal(28, 12)
        ){{ "," if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}

{# -- tags: MAP of key to a list of values -- #}

{% macro spark__empty_tags() -%} cast(map() as map<string, array<string>>) {%- endmacro %}

{% macro spark__tags_from_list(document) -%}
    {{ folded_tags(own_tags_from_list(document)) }}
{%- endmacro %}

{% macro spark__own_tags_from_list(document) -%}
    {%- set shape -%} 'array<struct<key: string, value: string>>' {%- endset -%}
    {%- set tags = "from_json(" ~ document ~ ", " ~ shape ~ ")" -%}
    coalesce(
        map_from_entries(transform(
            array_distinct(transform({{ tags }}, tag -> tag.key)),
            wanted -> struct(
                wanted,
                transform(filter({{ tags }}, tag -> tag.key = wanted), tag -> tag.value)
            )
        )),
        {{ empty_tags() }}
    )
{%- endmacro %}

{% macro spark__tag_keys(tags) -%} explode(map_keys({{ tags }})) {%- endmacro %}

{% macro spark__tag_value(tags, key) -%}
    coalesce(
        nullif(
            array_join(array_sort(array_distinct(try_element_at({{ tags }}, {{ key }}))), ', '), ''
        ),
        '(untagged)'
    )
{%- endmacro %}

{% macro spark__known_tags(tags) -%} coalesce({{ tags }}, {{ empty_tags() }}) {%- endmacro %}

{% macro spark__merged_tags(bill, own, project) -%}
    {%- set bill, own, project = known_tags(bill), known_tags(own), known_tags(project) -%}
    map_from_entries(transform(
        array_sort(array_distinct(
            concat(map_keys({{ bill }}), map_keys({{ own }}), map_keys({{ project }}))
        )),
        wanted -> struct(
            wanted,
            case
                when size(try_element_at({{ bill }}, wanted)) > 0
                    then try_element_at({{ bill }}, wanted)
                else array_sort(array_distinct(concat(
                    coalesce(try_element_at({{ own }}, wanted), cast(array() as array<string>)),
                    coalesce(try_element_at({{ project }}, wanted), cast(array() as array<string>))
                )))
            end
        )
    ))
{%- endmacro %}

{% macro spark__tag_sources(bill, own, project) -%}
    {%- set bill, own, project = known_tags(bill), known_tags(own), known_tags(project) -%}
    map_from_entries(transform(
        array_sort(array_distinct(
            concat(map_keys({{ bill }}), map_keys({{ own }}), map_keys({{ project }}))
        )),
        wanted -> struct(
            wanted,
            filter(
                array(
                    case when size(try_element_at({{ bill }}, wanted)) > 0 then 'bill' end,
                    case when size(try_element_at({{ own }}, wanted)) > 0 then 'resource' end,
                    case when size(try_element_at({{ project }}, wanted)) > 0 then 'project' end
                ),
                source -> source is not null
            )
        )
    ))
{%- endmacro %}

{% macro spark__folded_tags(tags) -%}
    {%- if tag_keys_ignore_case() -%}
        map_from_entries(transform(
            array_distinct(transform(map_keys({{ tags }}), key -> lower(key))),
            wanted -> struct(
                wanted,
                array_distinct(flatten(transform(
                    filter(map_entries({{ tags }}), tag -> lower(tag.key) = wanted),
                    tag -> tag.value
                )))
            )
        ))
    {%- else -%} {{ tags }}
    {%- endif -%}
{%- endmacro %}

{% macro spark__has_several_values(tags, key) -%}
    size(array_distinct(try_element_at({{ tags }}, {{ key }}))) > 1
{%- endmacro %}

{# -- documents: text that is JSON -- #}

{% macro spark__json_text(document, path) -%}
    get_json_object({{ document }}, '$.{{ path }}')
{%- endmacro %}

{% macro spark__json_part(document, path) -%}
    get_json_object({{ document }}, '$.{{ path }}')
{%- endmacro %}

{% macro spark__json_length(document, path) -%}
    json_array_length(get_json_object({{ document }}, '$.{{ path }}'))
{%- endmacro %}

{% macro spark__json_items(document, path, shape) -%}
    explode(from_json(
        get_json_object({{ document }}, '$.{{ path }}'),
        'array<{{ spark_type(fromjson(shape)) }}>'
    ))
{%- endmacro %}

{# A shape as DuckDB's from_json takes it, as a type. #}
{% macro spark_type(shape) -%}
    {%- if shape is mapping -%}
        struct<
        {%- for name, each in shape.items() -%}
            {{ ", " if not loop.first }}{{ name }}: {{ spark_type(each) }}
        {%- endfor -%}
        >
    {%- elif shape is string -%}
        {{ {"VARCHAR": "string", "JSON": "string"}.get(shape, shape | lower) }}
    {%- else -%} array<{{ spark_type(shape[0]) }}>
    {%- endif -%}
{%- endmacro %}

{% macro spark__json_texts(document, path) -%}
    explode(from_json(get_json_object({{ document }}, '$.{{ path }}'), 'array<string>'))
{%- endmacro %}

{% macro spark__largest_value(points) -%}
    array_max(transform({{ points }}, point -> point.value))
{%- endmacro %}

{% macro spark__places_of(places) -%}
    array_join(array_sort(transform({{ places }}, place -> place.namespace)), ', ')
{%- endmacro %}

{# Only a list or an object makes a document here, so the brackets of a list go again. #}
{% macro spark__json_quoted(text) -%}
    regexp_replace(to_json(array({{ text }})), '^.(.*).$', '$1')
{%- endmacro %}

{% macro spark__first_lines(line, order, count) -%}
    array_join(
        slice(
            transform(
                array_sort(collect_list(struct(
                    {%- for term in order.split(", ") -%}
                        {%- set by = term.split(" ")[0] -%}
                        {{ by }} is null, {{ "-" if " desc" in term }}{{ by }},
                    {%- endfor -%}
                    {{ line }} as line
                ))),
                each -> each.line
            ), 1, {{ count }}
        ), char(10)
    )
{%- endmacro %}

{% macro spark__joined_texts(document) -%}
    nullif(array_join(array_sort(from_json({{ document }}, 'array<string>')), ', '), '')
{%- endmacro %}

{# Each row by itself: in one array all figures would be of one type. #}
{% macro spark__json_rows(rows) -%}
    concat(
        '[',
        {%- for what, figure, unit, first_day, end_day in rows %}
        to_json(
            named_struct(
                'what', '{{ what }}', 'figure', {{ figure }}, 'unit', '{{ unit }}',
                'from', cast({{ first_day }} as string), 'to', cast({{ end_day }} as string)
            ), map('ignoreNullFields', 'false')
        ), {{ "',', " if not loop.last }}
        {%- endfor %}
        ']'
    )
{%- endmacro %}

{% macro spark__scope_project(scope) -%} nullif(split_part({{ scope }}, '/', 1), '') {%- endmacro %}

{% macro spark__scope_name(scope) -%} nullif(split_part({{ scope }}, '/', 2), '') {%- endmacro %}

{% macro spark__search_specs(specs, effective_specs) -%}
    {%- set shape -%}
        'array<struct<
            cloudProvider: string, regionName: string, instanceSize: string, nodeCount: bigint
        >>'
    {%- endset -%}
    case
        when size(from_json({{ effective_specs }}, {{ shape }})) > 0
            then from_json({{ effective_specs }}, {{ shape }})
        else from_json({{ specs }}, {{ shape }})
    end
{%- endmacro %}

{% macro spark__region_configs(document) -%}
    {%- set specs = "struct<instanceSize: string, nodeCount: bigint, diskSizeGB: double>" -%}
    explode(flatten(transform(
        from_json(
            get_json_object({{ document }}, '$.replicationSpecs'),
            'array<struct<regionConfigs: array<struct<
                providerName: string, backingProviderName: string, regionName: string,
                electableSpecs: {{ specs }}, readOnlySpecs: {{ specs }}, analyticsSpecs: {{ specs }}
            >>>>'
        ),
        spec -> spec.regionConfigs
    )))
{%- endmacro %}

{% macro spark__unnested(list) -%} explode({{ list }}) {%- endmacro %}

{% macro spark__node_specs(config) -%}
    explode(array(
        {{ config }}.electableSpecs, {{ config }}.readOnlySpecs, {{ config }}.analyticsSpecs
    ))
{%- endmacro %}

{% macro spark__listed(item, condition) -%}
    array_sort(collect_set({{ item }}) filter (where {{ condition }}))
{%- endmacro %}

{% macro spark__is_in(item, list) -%} array_contains({{ list }}, {{ item }}) {%- endmacro %}

{% macro spark__tag_values(tags, keys) -%}
    transform({{ keys }}, wanted -> {{ tag_value(tags, "wanted") }})
{%- endmacro %}

{% macro spark__attributes(named, dimensions, tag_keys, tag_texts, first_keys, first_texts) -%}
    to_json(concat(
        filter(
            array({{ named | join(", ") }}),
            each -> each.text is not null and array_contains({{ dimensions }}, each.dimension)
        ),
        {%- for prefix, keys, texts in (
            ("tag:", tag_keys, tag_texts), ("tag_first_seen:", first_keys, first_texts)
        ) %}
        transform(
            {{ keys }}, (key, at) -> named_struct(
                'dimension', concat('{{ prefix }}', key), 'text', {{ texts }}[at], 'is_id', false
            )
        ){{ "," if not loop.last }}
        {%- endfor %}
    ))
{%- endmacro %}

{% macro spark__attribute(dimension, text, is_id) -%}
    named_struct('dimension', '{{ dimension }}', 'text', {{ text }}, 'is_id', {{ is_id }})
{%- endmacro %}

{% macro spark__attribute_rows(subject) -%}
    explode(from_json(
        {{ subject }}, 'array<struct<dimension: string, text: string, is_id: boolean>>'
    ))
{%- endmacro %}

{# -- what only FOCUS needs: amounts are never floats; one that fits no decimal is null -- #}

{% macro spark__cents_in_currency(cents, credit_price) -%}
    try_cast(
        try_multiply(
            cast({{ cents }} as decimal(19, 0)) * cast(0.01 as decimal(2, 2)),
            cast({{ credit_price }} as decimal(17, 9))
        ) as decimal(38, 18)
    )
{%- endmacro %}

{% macro spark__in_currency(amount, credit_price) -%}
    case
        when {{ credit_price }} = 1 then try_cast({{ amount }} as decimal(38, 18))
        else try_cast(
            try_multiply(
                try_cast({{ amount }} as decimal(22, 12)),
                try_cast({{ credit_price }} as decimal(16, 9))
            ) as decimal(38, 18)
        )
    end
{%- endmacro %}

{# Nine decimals at a time, because a quotient has room for 25 digits before its point; and null from
   where DuckDB's whole number of 2^127 is full: an amount of 170 million. #}
{% macro spark__decimal_ratio(dividend, divisor) -%}
    {%- set whole -%}
        cast(
            try_cast({{ dividend }} as decimal(28, 10)) * cast(10000000000 as decimal(11, 0))
            as decimal(38, 0)
        )
    {%- endset -%}
    {%- set parts -%}
        cast(
            try_cast({{ divisor }} as decimal(26, 12)) * cast(1000000000000 as decimal(13, 0))
            as decimal(26, 0)
        )
    {%- endset -%}
    {%- set rest = "cast((of.whole % of.parts) * cast(1000000000 as decimal(10, 0)) as decimal(38, 0))" -%}
    {%- set last = "cast((" ~ rest ~ " % of.parts) * cast(1000000000 as decimal(10, 0)) as decimal(38, 0))" -%}
    element_at(
        transform(
            array(named_struct(
                'whole', case
                    when abs({{ whole }}) <= 1701411834604692317
                        then cast({{ whole }} * cast(100 as decimal(3, 0)) as decimal(38, 0))
                end,
                'parts', nullif({{ parts }}, 0)
            )),
            of -> try_cast({{ spark_whole_quotient("of.whole", "of.parts") }} as decimal(38, 18))
            + cast({{ spark_whole_quotient(rest, "of.parts") }} as decimal(10, 0))
            * cast(0.000000001 as decimal(10, 9))
            + cast({{ spark_whole_quotient(last, "of.parts") }} as decimal(10, 0))
            * cast(0.000000000000000001 as decimal(19, 18))
        ), 1
    )
{%- endmacro %}

{# -- JSON text -- #}

{% macro spark__tags_to_json(tags) -%}
    to_json(map_from_entries(transform(
        map_entries({{ tags }}),
        tag -> struct(tag.key, array_join(array_sort(array_distinct(tag.value)), ', '))
    )))
{%- endmacro %}

{# Values are read as text: a list's is its JSON, which begins with a bracket. #}
{% macro spark__tags_text_to_json(text) -%}
    case
        when startswith(trim({{ text }}), '{') and try_parse_json({{ text }}) is not null
            then to_json(map_from_entries(transform(
                map_entries(from_json({{ text }}, 'map<string, string>')),
                tag -> struct(
                    tag.key,
                    case
                        when startswith(tag.value, '[')
                            then array_join(
                                array_sort(array_distinct(from_json(tag.value, 'array<string>'))),
                                ', '
                            )
                        else tag.value
                    end
                )
            )))
    end
{%- endmacro %}

{% macro spark__text_to_json(text) -%}
    case
        when {{ text }} is null or try_parse_json({{ text }}) is not null then {{ text }}
        else {{ spark__json_quoted(text) }}
    end
{%- endmacro %}

{% macro spark__price_details(instance_size, lower_bound, upper_bound) -%}
    nullif(
        to_json(named_struct(
            'InstanceType', {{ instance_size }},
            'x_TierLowerBound', {{ lower_bound }},
            'x_TierUpperBound', {{ upper_bound }}
        )), '{}'
    )
{%- endmacro %}
