"""One organization read by itself: what a backfill of many does, in a run for each partition.

Reading takes no lock of the warehouse, so several go at once; the next refresh loads what they
landed, and asks Atlas only for what came since.
"""

import dagster as dg

from orchestration.assets.billing import HistoryConfig
from orchestration.assets.inventory import ATLAS_API, GROUP
from orchestration.refreshing.landed import Landed, read_organization
from orchestration.resources.failures import failures_named
from orchestration.resources.process import mark_run
from orchestration.settings import SettingsError, load_settings
from reporting.money import plain as money


def _names() -> list[str]:
    """The connections there are; a bare checkout has none."""
    try:
        return [each.name for each in load_settings().connections()]
    except SettingsError:
        return []


@dg.multi_asset(
    name="organizations",
    specs=[
        dg.AssetSpec(
            ["landing", "organizations"],
            description="What Atlas sends of one organization (bill, FOCUS reports, inventory), "
            "landed and not yet loaded: materialize several for a first import, then refresh.",
            group_name=GROUP,
            kinds={"python"},
        )
    ],
    partitions_def=dg.StaticPartitionsDefinition(_names()),
    pool=ATLAS_API,
)
def organizations(
    context: dg.AssetExecutionContext, config: HistoryConfig
) -> dg.MaterializeResult[None]:
    """Read the organization of this partition."""
    mark_run(context.instance, context.run)
    with failures_named():
        return _told(read_organization(load_settings(), context.partition_key, config.from_month))


def _told(landed: Landed) -> dg.MaterializeResult[None]:
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": landed.lines,
            "invoices": landed.invoices,
            "first month": landed.first_month or "none",
            "amount": money(landed.cents),
            "cents": landed.cents,
        }
    )


assets = [organizations]
