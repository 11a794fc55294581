with charged as (
    {{ charged_disks() }}
),

judged as (
    select
        *,
        {{ disk_for('used_gb') }} as target_gb
    from charged
    where is_charged
),

found as (
    select
        *,
        case
            when is_measured
                then {{ month_of(
                    "disk_cents * (1 - " ~ charged_gb("target_gb") ~ " / disk_gb)", "disk_days"
                ) }}
        end as monthly_saving_cents
    from judged
    where not is_measured or target_gb <= 0.75 * disk_gb
)

select
    {{ finding(
        'empty_disk', 'disks',
        summary=known_if("is_measured", "resource_name || ' pays for disks that are mostly empty'"),
        evidence_rows=measured_rows([("largest use of the disk", "used_gb", "GB")]) + [
            ("disk of each node", "disk_gb", "GB"),
            ("disk that leaves as much free as is used", "target_gb", "GB"),
            ("disks, as billed", "disk_cents", "cents"),
        ],
        basis="'your invoices'",
        action=command("update_cluster", [
            ("project", "project_name"), ("name", "resource_name"),
            ("disk_gb", "coalesce(cast(cast(target_gb as integer) as string), '?')"),
        ]),
        undo=command("update_cluster", [
            ("project", "project_name"), ("name", "resource_name"),
            ("disk_gb", "cast(cast(disk_gb as integer) as string)"),
        ]),
        effort='low', risk='medium', confidence="'high'"
    ) }}
from found
