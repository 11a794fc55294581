"""Dagster's storage folder: how it is set up, and put in order at each start.

Left alone, runs of killed processes count as running for ever, and ten of them stopped the daily
refresh; 60 refreshes left 359 MB.
"""

import json
import logging
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta

import dagster as dg
from dagster import DagsterRun, DagsterRunStatus, RunRecord, RunsFilter

from orchestration import alive, files
from orchestration.assets.inventory import ATLAS_API
from orchestration.commands.leftovers import sweep
from orchestration.commands.run_history import prune
from orchestration.ops.jobs import ACTION, KIND_TAG
from orchestration.resources.process import PROCESS_TAG
from orchestration.settings import Settings

log = logging.getLogger("atlas_costs")
OURS = "# Written by atlas-costs at each start; without this line the file is yours.\n"
# The first release wrote these lines alone, so they are ours too.
OF_OLD = """\
telemetry:
  enabled: false
nux:
  enabled: false
python_logs:
  managed_python_loggers: [atlas_costs]
  python_log_level: INFO
"""
# The daily refresh never waits behind actions: they have a limit of their own and runs have none.
# A pool counts runs, not steps: a step that was killed would hold its place for ever.
_YAML = f"""\
{OURS}{OF_OLD}\
concurrency:
  runs:
    max_concurrent_runs: -1
    tag_concurrency_limits:
      - key: {KIND_TAG}
        value: {ACTION}
        limit: 10
  pools:
    granularity: run
    default_limit: {{concurrency}}
retention:
  schedule:
    purge_after_days: 90
{{storage}}"""
_SQLITE = """\
event_log_storage:
  module: orchestration.resources.event_log
  class: EventLog
  config:
    base_dir: {runs}
"""
# without a word of where it is: see resources/postgres
_POSTGRES = """\
storage:
  custom:
    module: orchestration.resources.postgres
    class: Postgres
    config: {}
"""
UNFINISHED = [
    DagsterRunStatus.NOT_STARTED,
    DagsterRunStatus.STARTING,
    DagsterRunStatus.STARTED,
    DagsterRunStatus.CANCELING,
]
# A run says which process it is in within seconds; longest, an action waits for three hours.
UNMARKED, ELSEWHERE = timedelta(hours=1), timedelta(days=1)


@contextmanager
def dagster_instance(settings: Settings) -> Iterator[dg.DagsterInstance]:
    """Dagster's storage, in order: what killed processes and long use left there is gone."""
    with ExitStack() as held:
        # Dagster makes its tables unguarded: of two first commands at once, one failed
        with files.alone(settings.dagster_home / "start.lock"):
            prepare(settings)
            sweep(settings)
            instance = held.enter_context(dg.DagsterInstance.get())
            limit_pool(instance, settings.dagster_concurrency)
            fail_dead_runs(instance)
            prune(
                instance,
                settings.dagster_home,
                keep=timedelta(days=settings.run_history_days),
                keep_bytes=settings.run_history_mb * 10**6,
            )
        yield instance


def put_in_order(settings: Settings) -> None:
    """See dagster_instance."""
    with dagster_instance(settings):
        pass


def prepare(settings: Settings) -> None:
    """Dagster's storage folder, with its telemetry off; runs from here show in its UI."""
    home = settings.dagster_home
    home.mkdir(parents=True, exist_ok=True)
    config = home / "dagster.yaml"
    if not config.exists() or config.read_text() == OF_OLD or OURS in config.read_text():
        # whole: a process that is starting may be reading it
        files.write(config, dagster_yaml(settings).encode())
    os.environ["DAGSTER_HOME"] = str(home)


def dagster_yaml(settings: Settings) -> str:
    """Our settings of Dagster, for this storage folder; no secret is among them."""
    runs = json.dumps(str(settings.dagster_home / "history" / "runs"))
    storage = _POSTGRES if settings.dagster_postgres() else _SQLITE.format(runs=runs)
    return _YAML.format(concurrency=settings.dagster_concurrency, storage=storage)


def limit_pool(instance: dg.DagsterInstance, limit: int) -> None:
    """Limit the pool of Atlas before Dagster's queue first meets it.

    The queue would not limit it in that pass: all organizations of a first backfill would start at
    once. Dagster's own way to the default fails on PostgreSQL for a pool that is there (it goes on
    in a transaction that its insert has broken), so it is asked for a new one alone. A limit that
    somebody gave in Dagster's pages stays.
    """
    storage = instance.event_log_storage
    pools = {each.name: each for each in storage.get_pool_limits()}
    if ATLAS_API not in pools:
        storage.initialize_concurrency_limit_to_default(ATLAS_API)
    elif pools[ATLAS_API].from_default and pools[ATLAS_API].limit != limit:
        storage.delete_concurrency_limit(ATLAS_API)
        storage.initialize_concurrency_limit_to_default(ATLAS_API)


def fail_dead_runs(instance: dg.DagsterInstance) -> list[str]:
    """Mark the runs failed whose processes ended before they did; their ids."""
    dead = dead_runs(instance)
    for run in dead:
        _end(instance, run)
    return [run.run_id for run in dead]


def dead_runs(instance: dg.DagsterInstance) -> list[DagsterRun]:
    """The runs that count as running though their processes have ended."""
    unfinished = instance.get_run_records(RunsFilter(statuses=UNFINISHED))
    return [each.dagster_run for each in unfinished if _is_dead(each)]


def _is_dead(record: RunRecord) -> bool:
    written = record.dagster_run.tags.get(PROCESS_TAG)
    found = alive.is_dead(written) if written else None
    if found is not None:
        return found
    # Dagster keeps naive UTC in SQLite
    age = datetime.now(UTC) - record.update_timestamp.replace(tzinfo=UTC)
    return age > (ELSEWHERE if written else UNMARKED)


def _end(instance: dg.DagsterInstance, run: DagsterRun) -> None:
    sentence = "The process of this run ended before it did: it was killed, or the machine stopped."
    if run.status == DagsterRunStatus.CANCELING:
        instance.report_run_canceled(run, sentence)
    else:
        instance.report_run_failed(run, sentence)
    log.info("run %s of %s is marked failed: its process is gone", run.run_id, run.job_name)
