"""Dagster's own history, pruned by age and by size: nothing there makes a number, all of it grows.

Dagster deletes a run's events but keeps its files, its index's free pages and what its checks
said; those go too. PostgreSQL's size is PostgreSQL's own affair, which uses freed pages again: only
what lies in the folder counts.
"""

import contextlib
import shutil
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
from dagster import RunRecord, RunsFilter
from dagster._core.storage.dagster_run import FINISHED_STATUSES
from dagster._core.storage.event_log import SqlEventLogStorage, SqliteEventLogStorage
from sqlalchemy import bindparam, text

from orchestration import files

NEWEST_KEPT = 5
EXTRACTED = "atlas"  # no other asset is partitioned, and to ask each takes a second
PAGE = 500
CHECKS_OF_RUNS = text("delete from asset_check_executions where run_id in :runs").bindparams(
    bindparam("runs", expanding=True)
)


def prune(
    instance: dg.DagsterInstance, home: Path, *, keep: timedelta, keep_bytes: int
) -> list[str]:
    """Delete finished runs that are older, and the oldest while all takes more; their ids.

    The newest few stay, and as long as there is room those that a month was last read by: without
    them Dagster calls the month missing.
    """
    finished = instance.get_run_records(RunsFilter(statuses=FINISHED_STATUSES), ascending=True)
    candidates = finished[:-NEWEST_KEPT]
    since = datetime.now(UTC) - keep
    excess = files.size(home) - keep_bytes
    if not candidates or (excess <= 0 and _made(candidates[0]) >= since):
        return []
    needed = _runs_of_partitions(instance)
    deleted = []
    for record in sorted(candidates, key=lambda each: each.dagster_run.run_id in needed):
        run_id = record.dagster_run.run_id
        is_old = _made(record) < since and run_id not in needed
        if is_old or excess > 0:
            excess -= _delete(instance, home, run_id)
            deleted.append(run_id)
    _forget_checks(instance, home, deleted)
    return deleted


def _made(record: RunRecord) -> datetime:
    return record.create_timestamp.replace(tzinfo=UTC)  # Dagster keeps naive UTC in SQLite


def _runs_of_partitions(instance: dg.DagsterInstance) -> set[str]:
    """The runs that a month of what is read from Atlas was last materialized by."""
    keys = [each for each in instance.all_asset_keys() if each.path[0] == EXTRACTED]
    partitioned = [each for each in keys if instance.get_materialized_partitions(each)]
    return {run for each in partitioned for run in _last_by_partition(instance, each).values()}


def _last_by_partition(instance: dg.DagsterInstance, key: dg.AssetKey) -> dict[str, str]:
    """Partition → the run of its newest materialization."""
    found: dict[str, str] = {}
    cursor, has_more = None, True
    while has_more:
        page = instance.fetch_materializations(key, limit=PAGE, cursor=cursor)
        for record in page.records:
            if record.partition_key is not None:
                found.setdefault(record.partition_key, record.run_id)
        cursor, has_more = page.cursor, page.has_more
    return found


def _delete(instance: dg.DagsterInstance, home: Path, run_id: str) -> int:
    """Delete a run with its files; how many bytes that frees besides its share of the index."""
    instance.delete_run(run_id)
    events = list((home / "history" / "runs").glob(f"{run_id}.db*"))
    logs = home / "storage" / run_id
    freed = sum(each.stat().st_size for each in events) + files.size(logs)
    for each in events:
        each.unlink(missing_ok=True)
    shutil.rmtree(logs, ignore_errors=True)
    return freed


def _forget_checks(instance: dg.DagsterInstance, home: Path, deleted: list[str]) -> None:
    storage = instance.event_log_storage
    if isinstance(storage, SqliteEventLogStorage):
        _shrink(home / "history" / "runs" / "index.db", deleted)
    elif deleted and isinstance(storage, SqlEventLogStorage):
        with storage.index_connection() as connection:
            connection.execute(CHECKS_OF_RUNS, {"runs": deleted})


def _shrink(index: Path, deleted: list[str]) -> None:
    """Give the room of deleted runs back; another process that reads now delays it to next time."""
    if not deleted or not index.exists():
        return
    with contextlib.closing(sqlite3.connect(index)) as db, contextlib.suppress(sqlite3.Error):
        with db:
            gone = [(run_id,) for run_id in deleted]
            db.executemany("delete from asset_check_executions where run_id = ?", gone)
        db.execute("vacuum")
        # what it wrote is in the log, as long as the index for as long as somebody has it open
        db.execute("pragma wal_checkpoint(truncate)")
