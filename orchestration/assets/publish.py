"""The last step of the corridor: finished marts become what pages and SQL users read."""

import logging

import dagster as dg

from orchestration.refreshing import freshness
from orchestration.refreshing.folder import DataFolder
from orchestration.resources.failures import failures_named
from orchestration.resources.metadata import table
from orchestration.resources.warehouse import Warehouse
from reporting.money import plain as money

log = logging.getLogger("atlas_costs")


def published_warehouse(marts: list[dg.AssetKey]) -> dg.AssetsDefinition:
    """The asset that publishes once every mart is built and no blocking check failed."""

    @dg.asset(
        name="published_warehouse",
        deps=marts,
        group_name="publish",
        kinds={"duckdb"},
        description="atlas_costs.duckdb: schemas marts and meta, swapped in one step.",
    )
    def publish(warehouse: Warehouse) -> dg.MaterializeResult[None]:
        with failures_named():
            published = freshness.publish(warehouse)
            services = _services(warehouse)
        log.info("published version %s", published.version)
        return dg.MaterializeResult(
            metadata={
                "warehouse version": published.version,
                "file": dg.MetadataValue.path(str(published.path)),
                "bytes": published.bytes,
                "services": table(
                    [
                        {"service": name, "currency": currency, "amount": money(cents)}
                        for name, currency, cents in services
                    ]
                ),
            }
        )

    return publish


def _services(warehouse: DataFolder) -> list[tuple[str, str, int]]:
    """Each service, its currency and cents."""
    with warehouse.marts() as db:
        return db.execute(
            "select service, pricing_currency, sum(cost_cents)::bigint as cents "
            "from marts.agg_costs_daily where is_in_total group by all "
            "order by pricing_currency, cents desc, service"
        ).fetchall()
