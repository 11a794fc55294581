"""Everything an organization owns, asked for, landed and loaded into raw in one step.

One step, because a project's clusters have to be known before what belongs to them, and because
no connection shall wait for another between one entity and the next.
"""

from collections.abc import Iterator

import dagster as dg

from orchestration.entities import ENTITIES
from orchestration.resources.atlas import Atlas
from orchestration.resources.failures import failures_named
from orchestration.resources.warehouse import Warehouse

GROUP = "extraction"
KINDS = {"python", "duckdb"}
# how many runs read Atlas at once is a setting: ATLAS_COSTS_DAGSTER_CONCURRENCY
ATLAS_API = "atlas_api"
DESCRIPTIONS = {each.name: each.description for each in ENTITIES} | {
    "resource_tags": "Tags of projects and clusters as they are now.",
    # not asked for: whoever runs one lands it, and each load reads what is new
    "actions": "What this product did in Atlas, from the record of each run.",
}


@dg.multi_asset(
    name="inventory",
    pool=ATLAS_API,
    specs=[
        dg.AssetSpec(
            ["atlas", name],
            # after the bill: an inventory that takes long must never keep costs from being read
            deps=[dg.AssetKey(["atlas", "focus_report_rows"])],
            description=text,
            group_name=GROUP,
            kinds=KINDS,
        )
        for name, text in DESCRIPTIONS.items()
    ],
)
def inventory(atlas: Atlas, warehouse: Warehouse) -> Iterator[dg.MaterializeResult[None]]:
    """Read the inventory of every connection and keep its history."""
    with failures_named():
        atlas.inventory(warehouse)
        with warehouse.raw() as raw:
            counts = {name: raw.count(name) for name in DESCRIPTIONS}
    for name, rows in counts.items():
        yield dg.MaterializeResult(asset_key=["atlas", name], metadata={"dagster/row_count": rows})


assets = [inventory]
