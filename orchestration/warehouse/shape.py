"""Opening raw.duckdb with today's tables: one of another shape is made again from landing."""

import hashlib
from pathlib import Path

import duckdb

from orchestration.warehouse.line_items import CREATE_LINES
from orchestration.warehouse.lock import wait_until_free

# A load streams: with 512 MiB a million lines take 300 MiB at the same speed, without a limit 720.
MEMORY = "512MiB"
SCHEMA = Path(__file__).with_name("raw.sql")


def opened(path: Path) -> duckdb.DuckDBPyConnection:
    """The raw database with today's tables; one of another shape is made again from landing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    wait_until_free([path])
    schema = SCHEMA.read_text() + CREATE_LINES
    shape = hashlib.sha256(schema.encode()).hexdigest()
    if path.exists() and _shape_of(path) != shape:
        path.unlink()
    db = duckdb.connect(str(path))
    db.execute("set TimeZone = 'UTC'")
    db.execute(f"set memory_limit = '{MEMORY}'")
    db.execute(schema)
    db.execute("create table if not exists shape as select $sha256 as sha256", {"sha256": shape})
    return db


def _shape_of(path: Path) -> str | None:
    with duckdb.connect(str(path)) as db:
        if ("shape",) not in db.execute("show tables").fetchall():
            return None
        [(shape,)] = db.execute("select sha256 from shape").fetchall()
    return str(shape)
