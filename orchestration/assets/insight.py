"""What is made of the marts in Python, each table an asset, between the models and publishing."""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from orchestration.refreshing import insights
from orchestration.resources.failures import failures_named
from orchestration.resources.warehouse import Warehouse


def insight(marts: list[dg.AssetKey]) -> dg.AssetsDefinition:
    """The asset that makes insight once every mart is built and no blocking check failed."""

    @dg.multi_asset(
        specs=[
            dg.AssetSpec(
                ["marts", table.name],
                deps=marts,
                group_name="insight",
                kinds={"python", "duckdb"},
                description=table.description,
            )
            for part in insights.PARTS
            for table in part.tables
        ],
        name="insight",
    )
    def make(warehouse: Warehouse) -> Iterator[Any]:
        with failures_named():
            seconds = insights.make_current(warehouse)
        for part in insights.PARTS:
            told = {"seconds": seconds[part.name]} if part.name in seconds else {"unchanged": True}
            for table in part.tables:
                yield dg.MaterializeResult(asset_key=["marts", table.name], metadata=told)

    return make
