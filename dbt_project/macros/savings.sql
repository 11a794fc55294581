{# The rules of what could be saved, in the order of docs/savings.md. Each is a model of its own in
   models/marts/saving_rules: a new one is a file there and its name here. #}
{% macro saving_rules() -%}
    {{ return([
        "tier_down",
        "low_cpu_class",
        "empty_disk",
        "unused_iops",
        "autoscaling_bounds",
        "scaled_up",
        "idle_cluster",
        "flex_instead",
        "point_in_time",
        "long_retention",
        "orphaned_snapshots",
        "search_nodes",
        "unused_indexes",
        "suggested_indexes",
        "schema_advice",
        "cold_data",
        "costly_transfer",
        "idle_endpoints",
        "analytics_nodes",
        "advanced_security",
        "idle_streams",
        "bi_connector",
        "long_paused",
        "out_of_hours",
    ]) }}
{%- endmacro %}

{# The days that a finding counts: 30, all billed in full, because a charge may post three days
   after the others. Ends are exclusive. #}
{% macro saving_window_from(data_through) -%} {{ add_days(data_through, -32) }} {%- endmacro %}

{% macro saving_window_to(data_through) -%} {{ add_days(data_through, -2) }} {%- endmacro %}

{# Cents of some days as those of a month of 730 hours, rounded half up; in integers throughout.
   A rule asks for so many days beside it, but DuckDB may divide first, and what is new has none:
   it takes the rule's condition for proof and fails as a whole. #}
{% macro month_of(cents, days="observed_days") -%}
    cast({{ int_div(
        "(" ~ wide("round(cast(" ~ cents ~ " as decimal(28, 9)) * 1000, 0)")
            ~ " * 730 + 12000 * " ~ days ~ ")",
        "(24000 * greatest(" ~ days ~ ", 1))"
    ) }} as bigint)
{%- endmacro %}

{# What is too young to tell a month by. #}
{% macro saving_least_days() -%} 7 {%- endmacro %}

{# Measured for a week at least, nine hours of ten of it. #}
{% macro is_measured() -%}
    (coalesce(measured_days, 0) >= 7 and coalesce(measured_hours, 0) >= 152)
{%- endmacro %}

{# What was measured would fit the next smaller tier. Null where any of it is missing. Where Atlas
   names no limit of a disk, what waits for it tells whether it is busy. #}
{% macro fits_smaller_tier() -%}
    (
        cpu_p95 < 20
        and memory_free_p5 > 40
        and case
            when disk_iops > 0 then iops_p95 < 0.5 * disk_iops
            else queue_depth_p95 < 1
        end
    )
{%- endmacro %}

{# The rows of evidence that measurements are: (what, column, unit), those that a rule looks at. #}
{% macro measured_rows(more=none) -%}
    {%- set days = ("measured_from", "measured_to") -%}
    {%- set usual = [
        ("CPU of the busiest node, 95th percentile of hourly maxima", "cpu_p95", "percent"),
        ("memory available on the fullest node, 5th percentile", "memory_free_p5", "percent"),
        ("disk operations, 95th percentile of hourly maxima", "iops_p95", "per second"),
        ("disk queue, 95th percentile", "queue_depth_p95", "requests"),
    ] -%}
    {%- set rows = [
        ("days measured", "coalesce(measured_days, 0)", "days"),
        ("hours measured", "coalesce(measured_hours, 0)", "hours"),
    ] + (usual if more is none else more) -%}
    {%- set dated = [] -%}
    {%- for row in rows -%} {%- do dated.append(row + days) -%} {%- endfor -%}
    {{ return(dated) }}
{%- endmacro %}

{# What a cluster paid for servers of one tier lately, and what they would cost in another.
   clusters: a relation of resource_id, billed_size and other_size. other_cents is null where no invoice has a price of the other. #}
{% macro servers_repriced(clusters) -%}
    select
        clusters.resource_id,
        clusters.other_size,
        max(costs.billed_days) as size_days,
        sum(costs.cost_cents) as server_cents,
        sum(costs.quantity) as server_hours,
        case
            when count(*) = count(prices.cents) then sum(costs.quantity * prices.cents)
        end as other_cents,
        max(prices.basis) as price_basis
    from {{ clusters }} as clusters
    inner join {{ ref('int_saving_costs') }} as costs
        on
            clusters.resource_id = costs.resource_id
            and costs.category = 'Dedicated instance'
            and clusters.billed_size = costs.instance_size
            and costs.billed_days > 0
    left join {{ ref('int_saving_prices') }} as prices
        on
            costs.org_id = prices.org_id
            and costs.pricing_currency = prices.pricing_currency
            and costs.cloud_provider = prices.cloud_provider
            and costs.atlas_region = prices.atlas_region
            and prices.what = 'server hour'
            and clusters.other_size = prices.instance_size
    group by clusters.resource_id, clusters.other_size
{%- endmacro %}

{# Tiers that differ in nothing but size, smallest first, with the disk that their price includes. #}
{% macro instance_sizes() -%}
    {%- set sizes = [
        ("M10", 10), ("M20", 20), ("M30", 40), ("M40", 80), ("M50", 160), ("M60", 320),
        ("M80", 750), ("M140", 1000), ("M200", 1500), ("M300", 2000),
    ] -%}
    {%- for size, disk_gb in sizes -%}
        select
            '{{ size }}' as instance_size,
            {{ loop.index }} as size_number,
            {{ disk_gb }} as included_gb,
            {{ "'" ~ sizes[loop.index0 - 1][0] ~ "'" if loop.index0 else "cast(null as string)" }}
                as smaller_size,
            {{ sizes[loop.index0 - 1][1] if loop.index0 else "cast(null as integer)" }}
                as smaller_gb
        {{ "union all" if not loop.last }}
    {% endfor %}
{%- endmacro %}

{# Clusters with what their disks are charged, which is nothing for those that a tier includes. #}
{% macro charged_disks() -%}
    select
        clusters.*,
        coalesce(sizes.included_gb, 0) as included_gb,
        disks.disk_days,
        disks.disk_cents,
        coalesce(disks.disk_days >= {{ saving_least_days() }}, false) as is_charged,
        {{ is_measured() }} and clusters.used_gb is not null as is_measured
    from {{ ref('int_saving_clusters') }} as clusters
    left join ({{ instance_sizes() }}) as sizes on clusters.instance_size = sizes.instance_size
    left join (
        select
            resource_id,
            max(billed_days) as disk_days,
            sum(cost_cents) as disk_cents
        from {{ ref('int_saving_costs') }}
        where service = 'Storage' and unit = 'GB hours' and billed_days > 0
        group by resource_id
    ) as disks on clusters.resource_id = disks.resource_id
    where not clusters.is_paused
{%- endmacro %}

{# The disk for so many GB: twice that, in tens, and never less than the tier's price includes. #}
{% macro disk_for(used_gb) -%}
    case
        when {{ used_gb }} is not null
            then greatest(coalesce(nullif(included_gb, 0), 10), 10 * ceil({{ used_gb }} / 5))
    end
{%- endmacro %}

{# The charged part of a disk of so many GB: the one that belongs to the tier is not. #}
{% macro charged_gb(disk_gb) -%}
    case when {{ disk_gb }} = included_gb then 0 else {{ disk_gb }} end
{%- endmacro %}

{# charged_disks with what giving up some of their content (a relation of resource_id and gone_gb)
   saves a month beyond what the rule empty_disk does; null where the disk stays as it is. #}
{% macro disks_without(gone) -%}
    with charged as (
        {{ charged_disks() }}
    ),

    sized as (
        select
            charged.*,
            gone.gone_gb,
            {{ disk_for('charged.used_gb') }} as now_gb,
            case
                when gone.gone_gb is not null
                    then {{ disk_for('greatest(charged.used_gb - gone.gone_gb, 0)') }}
            end as target_gb
        from charged
        left join {{ gone }} as gone on charged.resource_id = gone.resource_id
    ),

    based as (
        select
            *,
            -- what empty_disk leaves
            case when now_gb <= 0.75 * disk_gb then now_gb else disk_gb end as base_gb
        from sized
    )

    select
        *,
        case
            when is_charged and is_measured and target_gb <= 0.75 * disk_gb and target_gb < base_gb
                then {{ month_of(
                    "disk_cents * (" ~ charged_gb("base_gb") ~ " - " ~ charged_gb("target_gb")
                        ~ ") / disk_gb", "disk_days"
                ) }}
        end as disk_saving_cents
    from based
{%- endmacro %}

{# What was advised within a week of the newest costs. #}
{% macro advised(kind) -%}
    select
        advice.project_id,
        advice.cluster_name,
        advice.document
    from {{ ref('stg_atlas__cluster_advice') }} as advice
    cross join {{ ref('data_through') }} as reach
    where
        advice.kind = '{{ kind }}'
        and advice.landed_at >= {{ add_days('reach.data_through', -7) }}
{%- endmacro %}

{# Whether a larger tier may be next: busy, or scaled by its load. #}
{% macro is_pressed(clusters) -%}
    coalesce({{ clusters }}.cpu_p95 >= 60 or {{ clusters }}.queue_depth_p95 >= 10, false)
    or {{ clusters }}.is_autoscaled
{%- endmacro %}

{# What MongoDB's shell is told of a collection, named as Atlas does. #}
{% macro shell_collection(namespace) -%}
    'db.getSiblingDB(' || {{ json_quoted("split_part(" ~ namespace ~ ", '.', 1)") }}
    || ').getCollection('
    || {{ json_quoted("substr(" ~ namespace ~ ", position('.' in " ~ namespace ~ ") + 1)") }} || ')'
{%- endmacro %}

{# Keys of an index, [{a: 1}, {b: -1}] in Atlas, as one document. #}
{% macro index_keys(keys) -%}
    replace(trim(both '[]' from cast({{ keys }} as string)), '},{', ', ')
{%- endmacro %}

{# What kind of thing a line is the price of; null for others. line is its alias. #}
{% macro priced_as(line) -%}
    case
        when {{ line }}.category = 'Dedicated instance' then 'server hour'
        when {{ line }}.category = 'Search nodes' then 'search node hour'
        when
            {{ matches(line ~ '.sku', "'(DATA_LAKE|ARCHIVE)_STORAGE$'") }}
            and {{ line }}.unit = 'GB days'
            then 'GB day of an archive'
        when {{ line }}.category = 'Backup snapshot' then 'GB day of snapshots'
        when
            {{ line }}.service = 'Storage'
            and {{ line }}.unit = 'GB hours'
            and not {{ matches(line ~ '.sku', "'PROVISIONED'") }}
            then 'GB hour of disk'
        when {{ line }}.category = 'Flex' then 'flex hour'
        when
            {{ matches(
                line ~ '.sku', "'SAME_REGION|INTER_ZONE|REGIONAL_VNET|AVAILABILITY_ZONE'"
            ) }}
            then 'GB within a region'
    end
{%- endmacro %}

{# Sizes of search nodes by class, as invoices name them, with the next smaller one. #}
{% macro search_sizes() -%}
    {%- set classes = {
        "COMPUTE": [20, 30, 40, 50, 60, 70, 80],
        "MEMORY": [30, 40, 50, 60, 70, 80, 90, 100, 110, 120, 130, 135, 140],
        "STORAGE": [40, 50, 60, 80, 90],
    } -%}
    {%- set pairs = [] -%}
    {%- for class, sizes in classes.items() -%}
        {%- for disk in ("NVME", "LOCALSSD") -%}
            {%- for size in sizes[1:] -%}
                {%- do pairs.append((
                    "S" ~ size ~ "_" ~ class ~ "_" ~ disk,
                    "S" ~ sizes[loop.index0] ~ "_" ~ class ~ "_" ~ disk
                )) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for size, smaller in pairs %}
        select
            '{{ size }}' as search_size,
            '{{ smaller }}' as smaller_size
        {{ "union all" if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{# Where the tag env, or environment, says what a resource is for; null where it says nothing. #}
{% macro environment(tags) -%}
    coalesce(
        nullif({{ tag_value(tags, "'env'") }}, '(untagged)'),
        nullif({{ tag_value(tags, "'environment'") }}, '(untagged)')
    )
{%- endmacro %}

{% macro is_production(environment) -%}
    (
        {{ matches_any_case(environment, "'(^|[^a-z])(prod|production|prd|live)([^a-z]|$)'") }}
        and not {{ matches_any_case(environment, "'(non|not|pre)[^a-z]?(prod|prd|live)'") }}
    )
{%- endmacro %}

{# A text as one word of a shell. Its quotes and backslashes by number, which engines read alike. #}
{% macro shell_word(text) -%}
    case
        when {{ matches(text, "'^[A-Za-z0-9._/:-]+$'") }} then {{ text }}
        else
            chr(39)
            || replace({{ text }}, chr(39), chr(39) || chr(92) || chr(39) || chr(39))
            || chr(39)
    end
{%- endmacro %}

{# The command that carries an action out. options: pairs of a key and the SQL of its value. #}
{% macro command(action, options, apply=true) -%}
    'atlas-costs do {{ action }}'
    {%- for key, value in options %}
    || ' {{ key }}=' || {{ shell_word(value) }}
    {%- endfor %}
    || case when connection = 'default' then '' else ' connection=' || connection end
    {{- " || ' --apply'" if apply }}
{%- endmacro %}

{# What a finding rests on: rows of what was found, its figure (SQL) and unit, and of which days,
   where these are not the window's. #}
{% macro evidence(rows) -%}
    {%- set dated = [] -%}
    {%- for row in rows -%}
        {%- do dated.append(row if row | length == 5 else row + ("window_from", "window_to")) -%}
    {%- endfor -%}
    {{ json_rows(dated) }}
{%- endmacro %}

{# A summary that measurements decide: as a question where they do not say. Both arguments are SQL. #}
{% macro known_if(known, summary) -%}
    case when {{ known }} then '' else 'Not known whether ' end || {{ summary }}
{%- endmacro %}

{# The columns of every finding, read from a relation that has a resource's own (resource_id,
   resource_name, resource_type, project_id, project_name, org_id, connection), pricing_currency,
   monthly_saving_cents (null where too little is known), window_from and window_to. part is what of
   the resource it saves on: two findings about one part are not added. All arguments but rule, part,
   effort and risk are SQL. #}
{% macro finding(rule, part, summary, evidence_rows, basis, action, undo, effort, risk, confidence) -%}
    '{{ rule }}' as rule,
    '{{ part }}' as part,
    {{ summary }} as summary,
    resource_id,
    resource_name,
    resource_type,
    project_id,
    project_name,
    org_id,
    connection,
    cast(monthly_saving_cents as bigint) as monthly_saving_cents,
    pricing_currency,
    {{ evidence(evidence_rows) }} as evidence,
    case when monthly_saving_cents is null then 'not enough data' else {{ confidence }} end
        as confidence,
    '{{ effort }}' as effort,
    '{{ risk }}' as risk,
    {{ basis }} as basis,
    {{ action }} as action,
    {{ undo }} as undo
{%- endmacro %}

{# One region's configuration as update_cluster takes it, with what is to change in it; SQL. Of a
   cluster with more, each is to be named, so that none is lost. #}
{% macro region_spec(part) -%}
    case
        when places = 1
            then
                '[{regionConfigs: [{providerName: ' || atlas_provider || ', regionName: '
                || atlas_region || ', priority: 7, ' || {{ part }} || '}]}]'
        else '<every region and shard of the cluster, each with ' || {{ part }} || '>'
    end
{%- endmacro %}

{# What each cluster's servers cost lately while they ran, and what its disks cost for each hour of
   a pause: an included disk is charged then, as far as Atlas documents it, unless this organization's
   own invoices show a cluster that was paused and paid nothing for its disk. #}
{% macro pausable_clusters() -%}
    with servers as (
        select
            resource_id,
            max(observed_days) as observed_days,
            max(billed_days) filter (where category = 'Dedicated instance') as running_days,
            sum(cost_cents) filter (where category = 'Dedicated instance') as server_cents,
            sum(quantity) filter (where category = 'Dedicated instance') as server_hours,
            coalesce(sum(cost_cents) filter (where service = 'Storage'), 0) as disk_cents
        from {{ ref('int_saving_costs') }}
        group by resource_id
    ),

    disks as (
        select
            org_id,
            pricing_currency,
            cloud_provider,
            max(cents) filter (where what = 'GB hour of disk') as hour_cents,
            coalesce(bool_or(what = 'included disk of a paused cluster'), false) as is_free
        from {{ ref('int_saving_prices') }}
        group by org_id, pricing_currency, cloud_provider
    ),

    free_disks as (
        select distinct org_id from disks
        where is_free
    )

    select
        clusters.*,
        servers.observed_days,
        servers.running_days,
        servers.server_cents,
        servers.server_hours,
        servers.disk_cents,
        -- of all its disks, for an hour
        case
            when servers.disk_cents > 0 or free_disks.org_id is not null then 0
            else clusters.disk_gb * clusters.nodes * disks.hour_cents
        end as paused_hour_cents
    from {{ ref('int_saving_clusters') }} as clusters
    inner join servers on clusters.resource_id = servers.resource_id
    left join disks
        on
            clusters.org_id = disks.org_id
            and clusters.pricing_currency = disks.pricing_currency
            and clusters.atlas_provider = disks.cloud_provider
    left join free_disks on clusters.org_id = free_disks.org_id
    where servers.server_cents > 0 and servers.observed_days >= {{ saving_least_days() }}
{%- endmacro %}

{# A text as YAML reads it back, whatever stands in it: no and 42 are names of clusters, too. #}
{% macro yaml_text(text) -%}
    '"' || replace(replace({{ text }}, chr(92), chr(92) || chr(92)), '"', chr(92) || '"') || '"'
{%- endmacro %}

{# What config/resources.yaml says to let a cluster sleep at nights and weekends. #}
{% macro schedules() -%}
    'schedules:' || chr(10)
    {%- for action, cron in (("pause", "0 20 * * 1-5"), ("resume", "0 8 * * 1-5")) %}
    || '  - name: {{ action }}_' || {{ replace_all("resource_name", "[^A-Za-z0-9]", "_") }} || chr(10)
    || '    action: {{ action }}_cluster' || chr(10)
    || '    cron: "{{ cron }}"' || chr(10)
    || '    config: {project: ' || {{ yaml_text("project_name") }}
    || ', name: ' || {{ yaml_text("resource_name") }}
    || case
        when connection = 'default' then '' else ', connection: ' || {{ yaml_text("connection") }}
    end
    || ', dry_run: false}' || chr(10)
    {%- endfor %}
{%- endmacro %}
