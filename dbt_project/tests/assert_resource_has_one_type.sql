-- A resource with two types or two projects would be counted in each, and be two rows of
-- active_resources.
select
    resource_id,
    count(distinct resource_type) as count_types,
    count(distinct project_id) as count_projects
from {{ ref('fct_line_items') }}
group by resource_id
having count(distinct resource_type) > 1 or count(distinct project_id) > 1
