{{ config(severity='warn') }}
-- A region that Atlas names and the regions seed lacks: its costs keep Atlas's spelling and would
-- stand beside the cloud's name of the same place.
select
    provider,
    atlas_region
from {{ ref('dim_regions') }}
where not is_known
