"""The dbt models as assets: sources are the raw tables, so that the lineage is one graph."""

import logging
from collections.abc import Iterator
from typing import Any

import dagster as dg
from dagster_dbt import DbtCliInvocation, DbtCliResource, DbtProject, dbt_assets
from dagster_dbt.errors import DagsterDbtCliRuntimeError

from orchestration.assets.dbt_checks import Translator
from orchestration.assets.dbt_events import told
from orchestration.resources.dbt import models_checksum
from orchestration.resources.warehouse import WarehouseResource
from orchestration.warehouse.lock import wait_until_free

log = logging.getLogger("atlas_costs")


def models(project: DbtProject) -> dg.AssetsDefinition:
    """One asset per model and seed; data tests become asset checks but those on demand."""

    @dbt_assets(
        manifest=project.manifest_path,
        project=project,
        exclude="resource_type:unit_test tag:on_demand",
        name="dbt_models",
        dagster_dbt_translator=Translator(),
    )
    def dbt_models(
        context: dg.AssetExecutionContext,
        dbt: DbtCliResource,
        warehouse: WarehouseResource,
    ) -> Iterator[Any]:
        warehouse.apply_rules()
        log.info("building and testing the models")
        # one folder, not one a run (7 MB each), where dbt also finds what it parsed last time
        target = warehouse.settings.dbt_target_dir
        wait_until_free([warehouse.marts_file])
        warehouse.forget_verification()
        is_whole = not context.is_subset
        warehouse.drop_marts_of_other_models(models_checksum(), is_whole=is_whole)
        invocation = dbt.cli(["build"], context=context, target_path=target)
        try:
            yield from told(invocation.stream(), is_whole=is_whole)
        except DagsterDbtCliRuntimeError:
            raise dg.Failure(description=_what_failed(invocation), allow_retries=False) from None
        if is_whole:
            warehouse.note_verification()

    return dbt_models


def _what_failed(invocation: DbtCliInvocation) -> str:
    try:
        results = invocation.get_artifact("run_results.json")["results"]
    except (OSError, ValueError, KeyError):
        results = []
    failed = [_sentence(each) for each in results if each["status"] in {"error", "fail"}]
    reasons = "; ".join(failed) or "dbt did not start (see its log in Dagster)"
    return (
        f"The marts do not hold together, so nothing was published: {reasons}. What was published "
        "before is unchanged."
    )


def _sentence(result: dict[str, Any]) -> str:
    name = result["unique_id"].split(".")[2]
    message = " ".join(str(result.get("message") or "").split())
    return f"{name}: {message.rstrip('.')}"
