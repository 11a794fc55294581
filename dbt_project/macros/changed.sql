{# What makes a build incremental: tables keyed by invoice, of which only those that changed are
   built. int_changed_invoices says which; built_invoices is the ledger of what stands. Allocation
   does the same by usage month, with int_changed_months and built_months. #}

{# The rows of invoices that are being built. #}
{% macro is_changed(invoices=none) -%}
    invoice_id in (
        select changed.invoice_id from {{ invoices or ref('int_changed_invoices') }} as changed
    )
{%- endmacro %}

{# A pre-hook: what stands of the invoices that are being built, and of those that are gone, goes.
   The insert alone would leave an invoice that has no lines any more. #}
{% macro delete_changed() -%}
    {%- if is_incremental() -%} {{ delete_from(this, is_changed()) }} {%- endif -%}
{%- endmacro %}

{# The months that are being allocated. #}
{% macro is_changed_month(months=none) -%}
    usage_month in (
        select changed.usage_month from {{ months or ref('int_changed_months') }} as changed
    )
{%- endmacro %}

{# A pre-hook: what stands of them goes, day by day. #}
{% macro delete_changed_months() -%}
    {%- set days = is_in_changed_months('usage_date') -%}
    {%- if is_incremental() -%} {{ delete_from(this, days) }} {%- endif -%}
{%- endmacro %}

{# A pre-hook for what follows from one input of an invoice: rows of another version of it go. Where
   the input is one of those that an invoice is built again for, only the rows of such invoices are
   looked at (among), and those of an invoice that is gone go too. #}
{% macro delete_stale(current, version, and_same=none, among=none) -%}
    {%- set is_stale -%}
        {% if among %} {{ is_changed(among) }} and {% endif %} not exists (
            select 1 from {{ current }} as held_now
            where
                held_now.invoice_id = held.invoice_id
                and held_now.{{ version }} = held.{{ version }}
                {%- if and_same %}
                and held_now.{{ and_same }} is not distinct from held.{{ and_same }}
                {%- endif %}
                {%- if among %} and held_now.{{ is_held(among) }} {%- endif %}
        )
    {%- endset -%}
    {%- if is_incremental() -%} {{ delete_from(this, is_stale) }} {%- endif -%}
{%- endmacro %}

{# The invoices that are being built and are not gone. #}
{% macro is_held(invoices) -%}
    invoice_id in (select changed.invoice_id from {{ invoices }} as changed where changed.is_held)
{%- endmacro %}

{# What is not held once the stale rows have gone. A version that is null equals none, so that
   it is built each time. #}
{% macro is_missing(invoice_id, among=none) -%}
    {%- if is_incremental() -%}
        {{ invoice_id }} not in (
            select held.invoice_id from {{ this }} as held
            {%- if among %} where held.{{ is_changed(among) }} {%- endif %}
        )
    {%- else -%} true
    {%- endif -%}
{%- endmacro %}

{# A ledger. It is made before the first line is built: a first build that is killed has left
   invoices that the next one must know of, should they be gone by then. #}
{% macro ledger(name="built_invoices", key="invoice_id", type="string") -%}
    {%- set built = api.Relation.create(
        database=this.database, schema="build", identifier=name, type="table"
    ) -%}
    {%- if execute and flags.WHICH in ("run", "build") and load_cached_relation(built) is none -%}
        {%- do run_query(
            "create table if not exists " ~ built ~ " (" ~ key ~ " " ~ type ~ ", signature string)"
        ) -%}
        {%- do adapter.cache_added(built) -%}
    {%- endif -%}
    {{ return(built) }}
{%- endmacro %}

{% macro ledger_of_months() -%}
    {{ return(ledger("built_months", "usage_month", "date")) }}
{%- endmacro %}

{# Whether a model is built here: where only the inventory changed, what it says is of an earlier
   build. #}
{% macro is_built_here(model) -%}
    {{ return("model." ~ project_name ~ "." ~ model in selected_resources) }}
{%- endmacro %}

{# Whether all that is keyed by invoice, or by month, is built here, and every test that can stop a
   build and looks at something built here runs: only then is an invoice done with. #}
{% macro is_whole_build(changed="int_changed_invoices") -%}
    {%- set changed = "model." ~ project_name ~ "." ~ changed -%}
    {%- set missing = [] -%}
    {%- for node in (graph.nodes if execute else {}).values()
        if node.unique_id not in selected_resources -%}
        {%- if node.resource_type == "test" and node.config.severity | lower == "error" -%}
            {%- for parent in node.depends_on.nodes if parent in selected_resources -%}
                {%- do missing.append(node.unique_id) -%}
            {%- endfor -%}
        {%- elif node.config.materialized == "incremental" and changed in node.depends_on.nodes -%}
            {%- do missing.append(node.unique_id) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(flags.WHICH == "build" and not missing) }}
{%- endmacro %}

{# The same for a test, which may as well look at all: their ids spelled out, because DuckDB takes
   constants through the views by day and by tag, and no other table's rows: 0.5 seconds for one
   invoice of ten million lines instead of 80. Beyond a thousand it is all. #}
{% macro is_changed_by_name(invoices, invoice_id="invoice_id") -%}
    {%- if execute and load_relation(invoices) is not none -%}
        {%- set found = run_query("select invoice_id from " ~ invoices ~ " limit 1001").rows -%}
        {%- set names = [] -%}
        {%- for row in found -%}
            {%- do names.append("'" ~ row[0] | replace("'", "''") ~ "'") -%}
        {%- endfor -%}
        {%- if not names -%} false
        {%- elif names | length > 1000 -%} true
        {%- else -%} {{ invoice_id }} in ({{ names | join(", ") }})
        {%- endif -%}
    {%- else -%} true
    {%- endif -%}
{%- endmacro %}

{# The days of the months that are being allocated, spelled out too, and as a range first: lines are
   sorted by day, so that DuckDB reads only those. What a unit test gives has no schema. #}
{% macro is_in_changed_months(day) -%}
    {%- set changed = ref('int_changed_months') -%}
    {%- if execute and changed.schema and load_relation(changed) is not none -%}
        {%- set found = run_query(
            "select cast(usage_month as string) from " ~ changed ~ " order by usage_month"
        ).rows -%}
        {%- set months = [] -%}
        {%- for row in found -%} {%- do months.append("date '" ~ row[0] ~ "'") -%} {%- endfor -%}
        {%- if not months -%} false
        {%- else -%}
            {{ day }} >= {{ months | first }} and {{ day }} <= {{ last_of_month(months | last) }}
            and {{ first_of_month(day) }} in ({{ months | join(", ") }})
        {%- endif -%}
    {%- else -%} true
    {%- endif -%}
{%- endmacro %}

{# A test of a model with `where: is_changed` looks at the invoices being built. #}
{% macro get_where_subquery(relation) -%}
    {%- set where = config.get("where", "") -%}
    {%- if where == "is_changed" -%}
        {%- set invoices = relation.incorporate(
            path={"schema": "intermediate", "identifier": "int_changed_invoices"}
        ) -%}
        (select * from {{ relation }} where {{ is_changed_by_name(invoices) }}) as tested
    {%- elif where -%} (select * from {{ relation }} where {{ where }}) as tested
    {%- else -%} {{ relation }}
    {%- endif -%}
{%- endmacro %}
