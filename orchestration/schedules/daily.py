"""The jobs that bring costs up to date, and when they run."""

import dagster as dg

from orchestration.settings import SettingsError, load_settings

EXTRACTION = dg.AssetSelection.key_prefixes("atlas")
LANDING = dg.AssetSelection.key_prefixes("landing")
PIPELINE = dg.AssetSelection.all() - LANDING
# before the organizations of a backfill that wait for the same pool
FIRST = {"dagster/priority": "10"}

refresh_costs = dg.define_asset_job(
    "refresh_costs",
    selection=PIPELINE,
    tags=FIRST,
    description="Extract what changed, load, build, check, publish. Without partitions it is the "
    "daily refresh; with some it reads those months again.",
)

build_marts = dg.define_asset_job(
    "build_marts",
    selection=PIPELINE - EXTRACTION,
    description="Build, check and publish from what is loaded, without asking Atlas.",
)

read_organizations = dg.define_asset_job(
    "read_organizations",
    selection=LANDING,
    description="Read organizations without loading them, a run for each: a first import of many. "
    "The next refresh loads what they landed.",
)


def refresh_schedule(cron: str) -> dg.ScheduleDefinition:
    """The daily refresh at the times of a cron expression, or of several with ; between, in UTC.

    Raises:
        SettingsError: one of them is none.
    """
    crons = [each.strip() for each in cron.split(";")]
    try:
        return dg.ScheduleDefinition(
            name="daily_refresh",
            job=refresh_costs,
            cron_schedule=crons if len(crons) > 1 else crons[0],
            execution_timezone="UTC",
            default_status=dg.DefaultScheduleStatus.RUNNING,
        )
    except dg.DagsterInvalidDefinitionError:
        raise SettingsError(
            f"ATLAS_COSTS_REFRESH_CRON cannot be {cron!r}: it takes five fields such as "
            "30 4,16 * * * (minute, hour, day, month, weekday, in UTC), or several such with ; "
            "between."
        ) from None


daily_refresh = refresh_schedule(load_settings().refresh_cron)
