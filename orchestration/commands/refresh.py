"""Refresh and rebuild without any UI: Dagster's jobs, in this process."""

import contextlib
import logging
from collections.abc import Mapping
from typing import Any

from orchestration.commands.leftovers import sweep
from orchestration.landing.journal import Landing
from orchestration.landing.slices import Slices
from orchestration.refreshing import freshness
from orchestration.refreshing.folder import NOTHING_CHANGED, DataFolder
from orchestration.refreshing.reading import Reading
from orchestration.settings import Settings
from orchestration.warehouse.lock import run_lock, wait_until_free
from orchestration.warehouse.raw import RawWarehouse

log = logging.getLogger("atlas_costs")


def refresh(settings: Settings, from_month: str | None = None) -> None:
    """Extract what changed, load, build, check, publish.

    Dagster and dbt take more CPU to start than all of the rest where nothing changed, so they are
    begun only with something to build.

    Args:
        settings: Where the data lies.
        from_month: First invoice month to read (YYYY-MM), or None for the settings' history.

    Raises:
        Exception: whatever stopped it; `explain.explanation` has the sentence for a user.
    """
    folder = DataFolder(settings)
    sweep(settings)
    with folder.held("refresh"), Reading(settings) as reading:
        reading.bill(folder, from_month)
        reading.reports(folder)
        reading.inventory(folder)
        folder.apply_rules()
        if folder.changed_inputs() == frozenset():
            log.info(NOTHING_CHANGED)
            log.info("published version %s", freshness.publish(folder).version)
        else:
            done = {"warehouse": folder, "atlas": reading}
            _execute(settings, "refresh_costs", _run_config(from_month), done)


def rebuild(settings: Settings) -> None:
    """Make the warehouse again from landing alone: raw, lines' first tags, changes, history, marts.

    Raises:
        WarehouseError: another run holds the build files, or a landed file cannot be read.
    """
    with run_lock(settings.build_dir, "rebuild"):
        wait_until_free([settings.raw_file, settings.marts_file])
        Slices(settings.slices_dir).drop_all()
        settings.raw_file.unlink(missing_ok=True)
        settings.models_file.unlink(missing_ok=True)
        landings = [Landing(settings.landing_dir, each.name) for each in settings.connections()]
        with RawWarehouse(settings.raw_file, settings.slices_dir) as raw:
            raw.load(*landings)
    _execute(settings, "build_marts", _run_config(None))


def _execute(
    settings: Settings,
    name: str,
    run_config: dict[str, Any],
    resources: Mapping[str, object] | None = None,
) -> None:
    """Run a job in this process, with what was begun already, such as a reading, as resources."""
    settings.build_dir.mkdir(parents=True, exist_ok=True)
    # What a library prints while it loads is for who wants it; dbt's own build has its own log.
    with (settings.build_dir / "dagster.log").open("w") as said, contextlib.redirect_stdout(said):
        # Dagster and dbt take seconds to import: not before there is something to run.
        from orchestration.commands.dagster_home import dagster_instance  # noqa: PLC0415
        from orchestration.resources.process import process_tags  # noqa: PLC0415

        with dagster_instance(settings) as instance:
            from orchestration.definitions import defs  # noqa: PLC0415

            job = defs.resolve_job_def(name)
            job.execute_in_process(
                instance=instance,
                run_config=run_config,
                tags=process_tags(),
                resources=dict(resources or {}),
            )


def _run_config(from_month: str | None) -> dict[str, Any]:
    # Dagster's own console lines are for its UI; the user reads ours.
    config: dict[str, Any] = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    if from_month is not None:
        config["ops"] = {"invoices": {"config": {"from_month": from_month}}}
    return config
