"""The last step of the corridor: finished marts become what pages and SQL users read."""

import logging
from datetime import date

import dagster as dg

from orchestration.assets.freshness import permissions, status
from orchestration.resources.failures import failures_named
from orchestration.resources.metadata import table
from orchestration.resources.warehouse import WarehouseResource
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
    def publish(warehouse: WarehouseResource) -> dg.MaterializeResult[None]:
        with failures_named():
            through, services = _summary(warehouse)
            landings = [warehouse.landing(each.name) for each in warehouse.settings.connections()]
            wants = warehouse.settings.focus_reports
            published = warehouse.publish(
                [
                    status(each, through.get(each.connection), with_focus_reports=wants)
                    for each in landings
                ],
                [row for each in landings for row in permissions(each)],
            )
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


# The rule of the model data_through, for each connection by itself.
DATA_THROUGH = """
select connection, coalesce(
    max(last_posted_usage_date),
    least(max(last_billed_date), max(last_usage_date)),
    max(last_usage_date)
)
from marts.agg_invoices
group by connection
"""


def _summary(warehouse: WarehouseResource) -> tuple[dict[str, date], list[tuple[str, str, int]]]:
    """Connection → its last usage day; each service, its currency and cents."""
    with warehouse.marts() as db:
        services = db.execute(
            "select service, pricing_currency, sum(cost_cents)::bigint as cents "
            "from marts.agg_costs_daily where is_in_total group by all "
            "order by pricing_currency, cents desc, service"
        ).fetchall()
        return dict(db.execute(DATA_THROUGH).fetchall()), services
