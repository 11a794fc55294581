"""What Atlas advises on clusters into raw: the newest answers, without their envelopes."""

import json
from collections.abc import Iterator

import duckdb

from orchestration.extraction.advice import ENTITY
from orchestration.landing.journal import Landing, Observation


def apply(db: duckdb.DuckDBPyConnection, landing: Landing, seen: list[Observation]) -> None:
    """Replace what is known of each cluster that was looked at."""
    for each in seen:
        if each.entity == ENTITY and each.error is None:
            _replace(db, landing, each)


def _replace(db: duckdb.DuckDBPyConnection, landing: Landing, seen: Observation) -> None:
    project, _, cluster = seen.scope.partition("/")
    db.execute(
        "delete from advice where _connection = ? and groupId = ? and clusterName = ?",
        [landing.connection, project, cluster],
    )
    for kind, document in _documents(landing, seen):
        db.execute(
            "insert into advice values (?, ?, ?, ?::json, ?, ?::timestamptz at time zone 'UTC')",
            [project, cluster, kind, document, landing.connection, seen.observed_at],
        )


def _documents(landing: Landing, seen: Observation) -> Iterator[tuple[str, str | None]]:
    kinds = seen.meta.get("kinds", [])
    for kind, body in zip(kinds, landing.read(seen), strict=True):
        document = json.loads(body)
        yield kind, json.dumps(document.get("content", document))
    for kind in seen.meta.get("empty", []):
        yield kind, None
