with federation as (
    select * from {{ ref('stg_atlas__data_federation') }}
    where state is distinct from 'DELETED'
),

archives as (
    select * from {{ ref('stg_atlas__online_archives') }}
    where state is null or state not in ('DELETED', 'ORPHANED')
),

workspaces as (
    select * from {{ ref('stg_atlas__stream_workspaces') }}
),

processors as (
    select
        project_id,
        {{ joined('state') }} as state
    from {{ ref('stg_atlas__stream_processors') }}
    group by project_id
),

instances as (
    select
        project_id,
        'data_federation' as resource_type,
        federation_name as instance_name,
        provider,
        atlas_region,
        cast(null as string) as instance_size,
        state
    from federation
    union all
    -- an archive is billed as federation and is no instance of it
    select distinct
        project_id,
        'data_federation' as resource_type,
        cast(null as string) as instance_name,
        provider,
        atlas_region,
        cast(null as string) as instance_size,
        cast(null as string) as state
    from archives
    union all
    select
        workspaces.project_id,
        'stream_workspace' as resource_type,
        workspaces.workspace_name as instance_name,
        workspaces.provider,
        workspaces.atlas_region,
        workspaces.instance_size,
        processors.state
    from workspaces
    left join processors on workspaces.project_id = processors.project_id
),

-- Atlas bills them by project and names none, so all of a project are one resource
services as (
    select
        instances.project_id || '/' || instances.resource_type as resource_id,
        instances.resource_type,
        instances.project_id,
        case when count(instances.instance_name) = 1 then max(instances.instance_name) end
            as only_name,
        {{ joined('instances.provider') }} as cloud_provider,
        case
            when count(instances.atlas_region) = 0 then 'unknown'
            when
                count(distinct coalesce(spellings.region, instances.atlas_region)) = 1
                then max(coalesce(spellings.region, instances.atlas_region))
            else 'multi-region'
        end as region,
        {{ joined('instances.instance_size') }} as instance_size,
        {{ joined('instances.state') }} as state
    from instances
    left join {{ ref('int_region_spellings') }} as spellings
        on
            instances.provider = spellings.provider
            and instances.atlas_region = spellings.spelling
    group by instances.project_id, instances.resource_type
)

select * from services
