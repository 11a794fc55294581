"""The data folder as a Dagster resource; a run holds its lock from the first step to the last."""

from collections.abc import Iterator

import dagster as dg

from orchestration.refreshing.folder import DataFolder
from orchestration.resources.process import mark_run
from orchestration.settings import load_settings

Warehouse = dg.ResourceParam[DataFolder]


@dg.resource(description="Landing, raw and marts; held by one run at a time.")
def warehouse_resource(context: dg.InitResourceContext) -> Iterator[DataFolder]:
    """Take the run lock and tell dbt where the files are."""
    mark_run(context.instance, context.run)
    with DataFolder(load_settings()).held(context.run.run_id if context.run else "unnamed") as held:
        yield held
