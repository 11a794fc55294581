"""Actions as Dagster ops and jobs: `create_snapshot` is run by `create_snapshot_job`."""

from orchestration.ops.jobs import JOBS, job_of

__all__ = ["JOBS", "job_of"]
