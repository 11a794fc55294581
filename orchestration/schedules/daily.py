"""The one job that refreshes costs, and when it runs."""

import dagster as dg

refresh_costs = dg.define_asset_job(
    "refresh_costs",
    selection=dg.AssetSelection.all(),
    description="Extract what changed, load, build, check, publish. Without partitions it is the "
    "daily refresh; with some it reads those months again.",
)

daily_refresh = dg.ScheduleDefinition(
    name="daily_refresh",
    job=refresh_costs,
    cron_schedule="0 6 * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
