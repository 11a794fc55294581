"""The dbt models as assets: sources are the raw tables, so that the lineage is one graph."""

import logging
from collections.abc import Iterator
from graphlib import TopologicalSorter
from typing import Any

import dagster as dg

from orchestration.assets.dbt_events import told
from orchestration.assets.dbt_manifest import Manifest
from orchestration.assets.findings import found, in_words
from orchestration.refreshing.building import Build, Result
from orchestration.refreshing.folder import NOTHING_CHANGED
from orchestration.resources.metadata import table
from orchestration.resources.warehouse import Warehouse
from orchestration.settings import Settings

log = logging.getLogger("atlas_costs")
# A line for each check that a build of a part need not ask again: what it looks at is the same.
logging.getLogger("dagster._core.execution.plan.active").setLevel(logging.ERROR)


def models(manifest: Manifest) -> dg.AssetsDefinition:
    """One asset per model and seed; data tests become asset checks but those on demand."""

    @dg.multi_asset(
        specs=manifest.assets(),
        check_specs=manifest.checks(),
        name="dbt_models",
        can_subset=True,
    )
    def dbt_models(context: dg.AssetExecutionContext, warehouse: Warehouse) -> Iterator[Any]:
        warehouse.apply_rules()
        changed = warehouse.changed_inputs()
        if context.is_subset:
            build = warehouse.build_part(_selected(context))
        elif changed == frozenset():
            log.info(NOTHING_CHANGED)
            build = Build(is_well=True, results=[])
        else:
            build = warehouse.build(changed)
        is_whole = not context.is_subset
        yield from told(_checks(context, build, warehouse.settings), is_whole=is_whole)
        if not build.is_well:
            raise dg.Failure(description=build.what_failed, allow_retries=False)
        yield from told(_models(context, build), is_whole=is_whole)

    return dbt_models


def _selected(context: dg.AssetExecutionContext) -> set[str]:
    """Names of the models, seeds and tests that somebody chose in Dagster."""
    checks = {each.name for each in context.selected_asset_check_keys}
    return checks | {key.path[-1] for key in context.selected_asset_keys}


def _models(context: dg.AssetExecutionContext, build: Build) -> Iterator[dg.Output[None]]:
    """Each model as it is, also what nothing changed: what depends on it would be skipped else."""
    seconds = {each.name: each.seconds for each in build.results if each.kind != "test"}
    names = {key: name for name, key in context.assets_def.keys_by_output_name.items()}
    # Dagster takes them in the order of their dependencies alone
    for key in TopologicalSorter(context.assets_def.asset_deps).static_order():
        if key in context.selected_asset_keys:
            took = seconds.get(key.path[-1])
            told: dict[str, float | bool] = (
                {"unchanged": True} if took is None else {"seconds": took}
            )
            yield dg.Output(None, names[key], metadata=told)


def _checks(
    context: dg.AssetExecutionContext, build: Build, settings: Settings
) -> Iterator[dg.AssetCheckResult]:
    """The tests that ran; the others hold as they did, because what they look at is the same."""
    keys = {each.name: each for each in context.selected_asset_check_keys}
    for each in build.results:
        if each.kind == "test" and each.name in keys:
            yield _check(keys[each.name], each, settings)


def _check(key: dg.AssetCheckKey, result: Result, settings: Settings) -> dg.AssetCheckResult:
    is_warning = result.status == "warn"
    rows = found(settings, key.name) if is_warning else []
    told = in_words(rows, result.failures or 0) if rows else result.message or None
    metadata: dict[str, Any] = {} if result.failures is None else {"failures": result.failures}
    return dg.AssetCheckResult(
        passed=result.status == "pass",
        asset_key=key.asset_key,
        check_name=key.name,
        severity=dg.AssetCheckSeverity.WARN if is_warning else dg.AssetCheckSeverity.ERROR,
        description=told,
        metadata=metadata | ({"found": table(rows)} if rows else {}),
    )
