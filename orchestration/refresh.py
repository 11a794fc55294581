"""One full refresh without any UI: the job `refresh_costs`, in this process."""

import contextlib
import os
from pathlib import Path
from typing import Any

from orchestration.settings import Settings

DAGSTER_YAML = """\
telemetry:
  enabled: false
nux:
  enabled: false
python_logs:
  managed_python_loggers: [atlas_costs]
  python_log_level: INFO
"""


def prepare_dagster_home(settings: Settings) -> Path:
    """Dagster's storage folder, with its telemetry off; runs from here show in its UI."""
    home = settings.dagster_home
    home.mkdir(parents=True, exist_ok=True)
    config = home / "dagster.yaml"
    if not config.exists():
        config.write_text(DAGSTER_YAML)
    os.environ["DAGSTER_HOME"] = str(home)
    return home


def refresh(settings: Settings, from_month: str | None = None) -> None:
    """Extract what changed, load, build, check, publish.

    Args:
        settings: Where the data lies.
        from_month: First invoice month to read (YYYY-MM), or None for the settings' history.

    Raises:
        Exception: whatever stopped it; `explain.explanation` has the sentence for a user.
    """
    prepare_dagster_home(settings)
    settings.build_dir.mkdir(parents=True, exist_ok=True)
    # dbt tells its every step on standard output; the log keeps it for who wants it.
    with (settings.build_dir / "dbt.log").open("w") as log, contextlib.redirect_stdout(log):
        _execute(_run_config(from_month))


def _execute(run_config: dict[str, Any]) -> None:
    # Dagster and dbt take seconds to import: not before there is something to run.
    import dagster as dg  # noqa: PLC0415

    from orchestration.definitions import defs  # noqa: PLC0415

    job = defs.resolve_job_def("refresh_costs")
    with dg.DagsterInstance.get() as instance:
        job.execute_in_process(instance=instance, run_config=run_config)


def _run_config(from_month: str | None) -> dict[str, Any]:
    # Dagster's own console lines are for its UI; the user reads ours.
    config: dict[str, Any] = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    if from_month is not None:
        config["ops"] = {"invoices": {"config": {"from_month": from_month}}}
    return config
