"""The last step of the corridor: finished marts become what pages and SQL users read."""

import logging
from datetime import date, datetime

import dagster as dg

from orchestration.failures import failures_named
from orchestration.landing import Landing
from orchestration.report import money, table
from orchestration.resources.atlas import AtlasResource
from orchestration.resources.warehouse import WarehouseResource
from orchestration.warehouse.publish import ConnectionStatus

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
    def publish(atlas: AtlasResource, warehouse: WarehouseResource) -> dg.MaterializeResult[None]:
        with failures_named():
            through, services = _summary(warehouse)
            names = [each.name for each in atlas.connections()]
            with warehouse.raw() as raw:
                read = {name: raw.last_success(name) for name in names}
            statuses = [status(warehouse.landing(name), read[name], through) for name in names]
            published = warehouse.publish(statuses)
        log.info("published version %s", published.version)
        return dg.MaterializeResult(
            metadata={
                "warehouse version": published.version,
                "file": dg.MetadataValue.path(str(published.path)),
                "bytes": published.bytes,
                "cents": sum(cents for _, cents in services),
                "services": table(
                    [{"service": name, "amount": money(cents)} for name, cents in services]
                ),
            }
        )

    return publish


def status(
    landing: Landing, last_success: datetime | None, data_through: date | None
) -> ConnectionStatus:
    """What meta.freshness says of a connection."""
    missing = missing_parts(landing)
    return ConnectionStatus(
        connection=landing.connection,
        last_success_at=last_success,
        data_through=data_through,
        status="degraded" if missing else "connected",
        missing_parts=missing,
    )


def missing_parts(landing: Landing) -> list[str]:
    """What the last refresh could not read, and where the invoices differ from Atlas's list."""
    unreadable = [
        f"{entity}: {seen.error}"
        for entity in ("organizations", "projects", "clusters", "flex_clusters", "skus")
        for seen in landing.current(entity).values()
        if seen.error
    ]
    differing = [
        f"invoices: {sentence}"
        for seen in landing.current("invoice_list").values()
        for sentence in seen.meta.get("differences", [])
    ]
    return unreadable + differing


def _summary(warehouse: WarehouseResource) -> tuple[date | None, list[tuple[str, int]]]:
    with warehouse.marts() as db:
        services = db.execute(
            "select service, sum(cost_cents)::bigint as cents from marts.agg_costs_daily "
            "where charge_type <> 'credit' group by service order by cents desc"
        ).fetchall()
        found = db.execute("select data_through from marts.data_through").fetchone()
    return (found[0] if found else None), services
