"""Refresh and rebuild without any UI: Dagster's jobs, in this process."""

import contextlib
import logging
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import uuid4

from orchestration.commands.leftovers import sweep
from orchestration.explain import explanation
from orchestration.landing.data_format import read_format
from orchestration.landing.journal import Landing
from orchestration.landing.slices import Slices
from orchestration.refreshing import freshness
from orchestration.refreshing.folder import NOTHING_CHANGED, DataFolder
from orchestration.refreshing.garbage import collect_rarely
from orchestration.refreshing.reading import Reading
from orchestration.settings import Settings
from orchestration.telling.teller import after_failure
from orchestration.warehouse.errors import AlreadyRunning
from orchestration.warehouse.lock import run_lock, wait_until_free
from orchestration.warehouse.raw import RawWarehouse

REFRESH, REBUILD = "refresh_costs", "build_marts"
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
    with _failure_told(settings):
        _refresh(settings, from_month)


def _refresh(settings: Settings, from_month: str | None) -> None:
    folder = DataFolder(settings)
    sweep(settings)
    with folder.held("refresh"), Reading(settings) as reading:
        with _failure_in_history(settings, REFRESH):
            is_done = _read(folder, reading, from_month)
        if not is_done:
            done = {"warehouse": folder, "atlas": reading}
            _execute(settings, REFRESH, _run_config(from_month), done)


def _read(folder: DataFolder, reading: Reading, from_month: str | None) -> bool:
    """Read Atlas; whether that was all, because nothing changed."""
    reading.bill(folder, from_month)
    reading.reports(folder)
    reading.inventory(folder)
    folder.apply_rules()
    if folder.changed_inputs() != frozenset():
        return False
    log.info(NOTHING_CHANGED)
    log.info("published version %s", freshness.publish(folder).version)
    return True


@contextlib.contextmanager
def _failure_told(settings: Settings) -> Iterator[None]:
    """What fails is told as config/alerts.yaml says; that another refresh runs is no failure."""
    try:
        yield
    except AlreadyRunning:
        raise
    except Exception as error:
        after_failure(settings, explanation(error) or f"{type(error).__name__}: see the terminal.")
        raise


@contextlib.contextmanager
def _failure_in_history(settings: Settings, job: str) -> Iterator[None]:
    """What fails before Dagster is begun is a failed run there too, with the same sentence."""
    try:
        yield
    except Exception as error:
        sentence = explanation(error) or f"{type(error).__name__}: the terminal shows more."
        try:
            _add_failed_run(settings, job, sentence)
        except Exception:  # what failed may well be the disk that the history is on
            log.debug("the failed run is not in Dagster's history", exc_info=True)
        raise


def _add_failed_run(settings: Settings, job: str, sentence: str) -> None:
    import dagster as dg  # noqa: PLC0415  seconds

    from orchestration.commands.dagster_home import dagster_instance  # noqa: PLC0415
    from orchestration.resources.process import process_tags  # noqa: PLC0415

    with dagster_instance(settings) as instance:
        run = dg.DagsterRun(job_name=job, run_id=str(uuid4()), tags=process_tags())
        instance.report_run_failed(instance.add_run(run), sentence)


def rebuild(settings: Settings) -> None:
    """Make the warehouse again from landing alone: raw, lines' first tags, changes, history, marts.

    Raises:
        NewerData: a newer release wrote the data folder.
        WarehouseError: another run holds the build files, or a landed file cannot be read.
    """
    with _failure_told(settings):
        _rebuild(settings)


def _rebuild(settings: Settings) -> None:
    read_format(settings.landing_dir)
    with run_lock(settings.build_dir, "rebuild"), _failure_in_history(settings, REBUILD):
        wait_until_free([settings.raw_file, settings.marts_file])
        Slices(settings.slices_dir).drop_all()
        settings.raw_file.unlink(missing_ok=True)
        settings.models_file.unlink(missing_ok=True)
        landings = [Landing(settings.landing_dir, each.name) for each in settings.connections()]
        with RawWarehouse(settings.raw_file, settings.slices_dir) as raw:
            raw.load(*landings)
    _execute(settings, REBUILD, _run_config(None))


def _execute(
    settings: Settings,
    name: str,
    run_config: dict[str, Any],
    resources: Mapping[str, object] | None = None,
) -> None:
    """Run a job in this process, with what was begun already, such as a reading, as resources."""
    collect_rarely()
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
