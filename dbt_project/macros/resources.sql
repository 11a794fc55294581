{# The first day of a line: its own, else its invoice's. Both are aliases of staging's relations. #}
{% macro usage_date(line, invoice) -%}
    coalesce(cast({{ line }}.started_at as date), {{ invoice }}.start_date)
{%- endmacro %}

{# What a line's resource is and what people call it; lines and restatements must say it alike.
   line is the alias of a relation with the line's columns. Who overrides a service moves its costs
   to another service, not to another resource. #}
{% macro resource_type(line, named_type) -%}
    case
        when {{ line }}.reviewed_category = 'Search nodes' and {{ line }}.project_id is not null
            then 'search_nodes'
        when {{ line }}.cluster_name is not null then {{ named_type }}
        when {{ line }}.project_id is null then 'organization'
        when {{ line }}.reviewed_category = 'App Services' or {{ line }}.stitch_app_name is not null
            then 'app_service'
        when {{ line }}.reviewed_service = 'Atlas Data Federation' then 'data_federation'
        when {{ line }}.reviewed_category = 'Stream Processing' then 'stream_workspace'
        when {{ line }}.reviewed_category = 'Flex' then 'flex_cluster'
        when {{ line }}.reviewed_service = 'Serverless Instances' then 'serverless_instance'
        else 'project'
    end
{%- endmacro %}

{# service_name: the name of a project's only federated database or stream workspace, else null. #}
{% macro resource_name(line, project_name, service_name, org_name) -%}
    case
        when {{ line }}.resource_type in ('cluster', 'flex_cluster', 'serverless_instance')
            then coalesce(
                {{ line }}.cluster_name, {{ project_name }} || ' / ' || {{ line }}.reviewed_category
            )
        when {{ line }}.resource_type = 'search_nodes'
            then coalesce({{ line }}.cluster_name, {{ project_name }}) || ' / Search nodes'
        when {{ line }}.resource_type = 'app_service'
            then {{ project_name }} || ' / ' || coalesce({{ line }}.stitch_app_name, 'App Services')
        when {{ line }}.resource_type = 'data_federation'
            then coalesce({{ service_name }}, {{ project_name }} || ' / Data Federation')
        when {{ line }}.resource_type = 'stream_workspace'
            then coalesce({{ service_name }}, {{ project_name }} || ' / Stream Processing')
        when {{ line }}.resource_type = 'project' then {{ project_name }}
        else {{ org_name }}
    end
{%- endmacro %}

{# What the resources are that a list of Atlas names. #}
{% macro type_of_entity(entity) -%}
    case {{ entity }}
        when 'clusters' then 'cluster'
        when 'flex_clusters' then 'flex_cluster'
        when 'serverless_instances' then 'serverless_instance'
        when 'search_deployments' then 'search_nodes'
        when 'data_federation' then 'data_federation'
        when 'stream_workspaces' then 'stream_workspace'
    end
{%- endmacro %}

{# One cluster of each name: Atlas's lists lag behind each other, so that a refresh may see both the
   cluster that was upgraded in place and the one that replaced it. #}
{% macro newest_of_a_name() -%}
    qualify row_number() over (
        partition by project_id, cluster_name order by created_at desc nulls last, cluster_id asc
    ) = 1
{%- endmacro %}
