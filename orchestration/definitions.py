"""The map of the system, in the order data flows: Atlas → raw → models → published warehouse."""

import dagster as dg

from orchestration.assets import billing, inventory, organizations
from orchestration.assets.dbt import models
from orchestration.assets.dbt_manifest import Manifest
from orchestration.assets.insight import insight
from orchestration.assets.publish import published_warehouse
from orchestration.checks import drift, reconciliation
from orchestration.ops import JOBS
from orchestration.resources.atlas import atlas_resource
from orchestration.resources.dbt import prepared_manifest
from orchestration.resources.warehouse import warehouse_resource
from orchestration.schedules.actions import action_schedules
from orchestration.schedules.alerts import SENSORS
from orchestration.schedules.daily import (
    build_marts,
    daily_refresh,
    read_organizations,
    refresh_costs,
)

dbt_models = models(Manifest.read(prepared_manifest()))
marts = [key for key in dbt_models.keys if key.path[0] == "marts"]
made_of_marts = insight(marts)

defs = dg.Definitions(
    assets=[
        *organizations.assets,
        *inventory.assets,
        *billing.assets,
        dbt_models,
        made_of_marts,
        published_warehouse([*marts, *made_of_marts.keys]),
    ],
    asset_checks=[*reconciliation.checks, *drift.checks],
    jobs=[refresh_costs, build_marts, read_organizations, *JOBS.values()],
    schedules=[daily_refresh, *action_schedules()],
    sensors=SENSORS,
    resources={
        "atlas": atlas_resource,
        "warehouse": warehouse_resource,
    },
    # One process holds raw.duckdb and the run lock, and Dagster and dbt are imported once: a
    # process per step costs 38 CPU-seconds a refresh where this costs 24.
    executor=dg.in_process_executor,
)
