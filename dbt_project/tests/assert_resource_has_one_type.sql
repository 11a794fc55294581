-- A resource with two types or two projects would be counted in each, and be two rows of
-- active_resources. Over all invoices: a new one may call an old resource otherwise.
select
    resource_id,
    count(distinct resource_type) as count_types,
    count(distinct project_id) as count_projects
from {{ ref('agg_costs_monthly') }}
group by resource_id
having count(distinct resource_type) > 1 or count(distinct project_id) > 1
