{# The macros that engines spell differently, by the names that models call them by. #}

{% macro matches(text, pattern) -%}
    {{ return(adapter.dispatch('matches')(text, pattern)) }}
{%- endmacro %}

{% macro matches_any_case(text, pattern) -%}
    {{ return(adapter.dispatch('matches_any_case')(text, pattern)) }}
{%- endmacro %}

{% macro contains_text(text, part) -%}
    {{ return(adapter.dispatch('contains_text')(text, part)) }}
{%- endmacro %}

{% macro starts_with_text(text, part) -%}
    {{ return(adapter.dispatch('starts_with_text')(text, part)) }}
{%- endmacro %}

{% macro ends_with_text(text, part) -%}
    {{ return(adapter.dispatch('ends_with_text')(text, part)) }}
{%- endmacro %}

{% macro extract_group(text, pattern, group) -%}
    {{ return(adapter.dispatch('extract_group')(text, pattern, group)) }}
{%- endmacro %}

{% macro replace_all(text, pattern, replacement) -%}
    {{ return(adapter.dispatch('replace_all')(text, pattern, replacement)) }}
{%- endmacro %}

{% macro joined(text) -%}
    {{ return(adapter.dispatch('joined')(text)) }}
{%- endmacro %}

{% macro in_words(values) -%}
    {{ return(adapter.dispatch('in_words')(values)) }}
{%- endmacro %}

{% macro digest(text) -%}
    {{ return(adapter.dispatch('digest')(text)) }}
{%- endmacro %}

{% macro add_days(day, days) -%}
    {{ return(adapter.dispatch('add_days')(day, days)) }}
{%- endmacro %}

{% macro days_between(first_day, end_day) -%}
    {{ return(adapter.dispatch('days_between')(first_day, end_day)) }}
{%- endmacro %}

{% macro first_of_month(day) -%}
    {{ return(adapter.dispatch('first_of_month')(day)) }}
{%- endmacro %}

{% macro last_of_month(day) -%}
    {{ return(adapter.dispatch('last_of_month')(day)) }}
{%- endmacro %}

{% macro next_month(day) -%}
    {{ return(adapter.dispatch('next_month')(day)) }}
{%- endmacro %}

{% macro add_months(day, months) -%}
    {{ return(adapter.dispatch('add_months')(day, months)) }}
{%- endmacro %}

{% macro first_day_ever() -%}
    {{ return(adapter.dispatch('first_day_ever')()) }}
{%- endmacro %}

{% macro last_day_ever() -%}
    {{ return(adapter.dispatch('last_day_ever')()) }}
{%- endmacro %}

{% macro add_seconds(moment, seconds) -%}
    {{ return(adapter.dispatch('add_seconds')(moment, seconds)) }}
{%- endmacro %}

{% macro exclusive_end_date(moment) -%}
    {{ return(adapter.dispatch('exclusive_end_date')(moment)) }}
{%- endmacro %}

{% macro day_numbers(days) -%}
    {{ return(adapter.dispatch('day_numbers')(days)) }}
{%- endmacro %}

{% macro utc_timestamp(text) -%}
    {{ return(adapter.dispatch('utc_timestamp')(text)) }}
{%- endmacro %}

{% macro int_div(dividend, divisor) -%}
    {{ return(adapter.dispatch('int_div')(dividend, divisor)) }}
{%- endmacro %}

{% macro delete_from(relation, condition) -%}
    {{ return(adapter.dispatch('delete_from')(relation, condition)) }}
{%- endmacro %}

{% macro numbers(values, column) -%}
    {{ return(adapter.dispatch('numbers')(values, column)) }}
{%- endmacro %}

{% macro first_known(value) -%}
    {{ return(adapter.dispatch('first_known')(value)) }}
{%- endmacro %}

{% macro last_known(value) -%}
    {{ return(adapter.dispatch('last_known')(value)) }}
{%- endmacro %}

{% macro all_but(relation, column) -%}
    {{ return(adapter.dispatch('all_but')(relation, column)) }}
{%- endmacro %}

{% macro row_id() -%}
    {{ return(adapter.dispatch('row_id')()) }}
{%- endmacro %}

{% macro percentile(value, share) -%}
    {{ return(adapter.dispatch('percentile')(value, share)) }}
{%- endmacro %}

{% macro wide(number) -%}
    {{ return(adapter.dispatch('wide')(number)) }}
{%- endmacro %}

{% macro decimal_share(amount, parts) -%}
    {{ return(adapter.dispatch('decimal_share')(amount, parts)) }}
{%- endmacro %}

{% macro list_cost(quantity, unit_price) -%}
    {{ return(adapter.dispatch('list_cost')(quantity, unit_price)) }}
{%- endmacro %}

{% macro empty_tags() -%}
    {{ return(adapter.dispatch('empty_tags')()) }}
{%- endmacro %}

{% macro tags_from_list(document) -%}
    {{ return(adapter.dispatch('tags_from_list')(document)) }}
{%- endmacro %}

{% macro own_tags_from_list(document) -%}
    {{ return(adapter.dispatch('own_tags_from_list')(document)) }}
{%- endmacro %}

{% macro tag_keys(tags) -%}
    {{ return(adapter.dispatch('tag_keys')(tags)) }}
{%- endmacro %}

{% macro tag_value(tags, key) -%}
    {{ return(adapter.dispatch('tag_value')(tags, key)) }}
{%- endmacro %}

{% macro known_tags(tags) -%}
    {{ return(adapter.dispatch('known_tags')(tags)) }}
{%- endmacro %}

{% macro merged_tags(bill, own, project) -%}
    {{ return(adapter.dispatch('merged_tags')(bill, own, project)) }}
{%- endmacro %}

{% macro tag_sources(bill, own, project) -%}
    {{ return(adapter.dispatch('tag_sources')(bill, own, project)) }}
{%- endmacro %}

{% macro folded_tags(tags) -%}
    {{ return(adapter.dispatch('folded_tags')(tags)) }}
{%- endmacro %}

{% macro has_several_values(tags, key) -%}
    {{ return(adapter.dispatch('has_several_values')(tags, key)) }}
{%- endmacro %}

{% macro json_text(document, path) -%}
    {{ return(adapter.dispatch('json_text')(document, path)) }}
{%- endmacro %}

{% macro json_part(document, path) -%}
    {{ return(adapter.dispatch('json_part')(document, path)) }}
{%- endmacro %}

{% macro json_length(document, path) -%}
    {{ return(adapter.dispatch('json_length')(document, path)) }}
{%- endmacro %}

{% macro json_items(document, path, shape) -%}
    {{ return(adapter.dispatch('json_items')(document, path, shape)) }}
{%- endmacro %}

{% macro json_texts(document, path) -%}
    {{ return(adapter.dispatch('json_texts')(document, path)) }}
{%- endmacro %}

{% macro largest_value(points) -%}
    {{ return(adapter.dispatch('largest_value')(points)) }}
{%- endmacro %}

{% macro places_of(places) -%}
    {{ return(adapter.dispatch('places_of')(places)) }}
{%- endmacro %}

{% macro json_quoted(text) -%}
    {{ return(adapter.dispatch('json_quoted')(text)) }}
{%- endmacro %}

{% macro first_lines(line, order, count) -%}
    {{ return(adapter.dispatch('first_lines')(line, order, count)) }}
{%- endmacro %}

{% macro joined_texts(document) -%}
    {{ return(adapter.dispatch('joined_texts')(document)) }}
{%- endmacro %}

{% macro json_rows(rows) -%}
    {{ return(adapter.dispatch('json_rows')(rows)) }}
{%- endmacro %}

{% macro scope_project(scope) -%}
    {{ return(adapter.dispatch('scope_project')(scope)) }}
{%- endmacro %}

{% macro scope_name(scope) -%}
    {{ return(adapter.dispatch('scope_name')(scope)) }}
{%- endmacro %}

{% macro search_specs(specs, effective_specs) -%}
    {{ return(adapter.dispatch('search_specs')(specs, effective_specs)) }}
{%- endmacro %}

{% macro region_configs(document) -%}
    {{ return(adapter.dispatch('region_configs')(document)) }}
{%- endmacro %}

{% macro unnested(list) -%}
    {{ return(adapter.dispatch('unnested')(list)) }}
{%- endmacro %}

{% macro node_specs(config) -%}
    {{ return(adapter.dispatch('node_specs')(config)) }}
{%- endmacro %}

{% macro listed(item, condition) -%}
    {{ return(adapter.dispatch('listed')(item, condition)) }}
{%- endmacro %}

{% macro is_in(item, list) -%}
    {{ return(adapter.dispatch('is_in')(item, list)) }}
{%- endmacro %}

{% macro tag_values(tags, keys) -%}
    {{ return(adapter.dispatch('tag_values')(tags, keys)) }}
{%- endmacro %}

{% macro attributes(named, dimensions, tag_keys, tag_texts, first_keys, first_texts) -%}
    {{ return(adapter.dispatch('attributes')(
        named, dimensions, tag_keys, tag_texts, first_keys, first_texts
    )) }}
{%- endmacro %}

{% macro attribute(dimension, text, is_id) -%}
    {{ return(adapter.dispatch('attribute')(dimension, text, is_id)) }}
{%- endmacro %}

{% macro attribute_rows(subject) -%}
    {{ return(adapter.dispatch('attribute_rows')(subject)) }}
{%- endmacro %}

{% macro cents_in_currency(cents, credit_price) -%}
    {{ return(adapter.dispatch('cents_in_currency')(cents, credit_price)) }}
{%- endmacro %}

{% macro in_currency(amount, credit_price) -%}
    {{ return(adapter.dispatch('in_currency')(amount, credit_price)) }}
{%- endmacro %}

{% macro decimal_ratio(dividend, divisor) -%}
    {{ return(adapter.dispatch('decimal_ratio')(dividend, divisor)) }}
{%- endmacro %}

{% macro tags_to_json(tags) -%}
    {{ return(adapter.dispatch('tags_to_json')(tags)) }}
{%- endmacro %}

{% macro tags_text_to_json(text) -%}
    {{ return(adapter.dispatch('tags_text_to_json')(text)) }}
{%- endmacro %}

{% macro text_to_json(text) -%}
    {{ return(adapter.dispatch('text_to_json')(text)) }}
{%- endmacro %}

{% macro price_details(instance_size, lower_bound, upper_bound) -%}
    {{ return(adapter.dispatch('price_details')(instance_size, lower_bound, upper_bound)) }}
{%- endmacro %}
