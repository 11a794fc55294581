"""The jobs that bring costs up to date, and when they run."""

import dagster as dg

EXTRACTION = dg.AssetSelection.key_prefixes("atlas")

refresh_costs = dg.define_asset_job(
    "refresh_costs",
    selection=dg.AssetSelection.all(),
    description="Extract what changed, load, build, check, publish. Without partitions it is the "
    "daily refresh; with some it reads those months again.",
)

build_marts = dg.define_asset_job(
    "build_marts",
    selection=dg.AssetSelection.all() - EXTRACTION,
    description="Build, check and publish from what is loaded, without asking Atlas.",
)

daily_refresh = dg.ScheduleDefinition(
    name="daily_refresh",
    job=refresh_costs,
    cron_schedule="0 6 * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
