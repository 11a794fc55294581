"""Which process a run is in, kept as its tag: once that has ended, so has the run."""

import dagster as dg

from orchestration import alive

PROCESS_TAG = "atlas_costs/process"


def process_tags() -> dict[str, str]:
    """The tags of a run that this process is about to execute."""
    return {PROCESS_TAG: alive.mark()}


def mark_run(instance: dg.DagsterInstance | None, run: dg.DagsterRun | None) -> None:
    """Tag a run that was launched elsewhere with the process that executes it."""
    if instance is not None and run is not None and run.tags.get(PROCESS_TAG) != alive.mark():
        instance.add_run_tags(run.run_id, process_tags())
