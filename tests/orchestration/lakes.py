"""Lakes for tests: a small published warehouse, and a folder or bucket to export it to."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

# As a refresh would have made them: tables and views, a sum that DuckDB widens to HUGEINT, days
# without a date, a mart without rows, and a connection whose name a folder cannot have.
MARTS = """
create schema marts;
create table marts.fct_line_items as
    select printf('line%d', number) as line_item_id, connection, usage_date, cost_cents,
        (cost_cents / 3)::decimal(38, 9) as list_cost,
        map {'env': ['prod', number::varchar]} as tags
    from (values (1, 'acme', date '2026-04-30', $april::bigint), (2, 'acme', '2026-05-01', $may),
        (3, 'b/ü', '2026-05-02', 9007199254740993), (4, 'b/ü', null, 7), (5, null, '2026-05-02', 8)
    ) as _ (number, connection, usage_date, cost_cents);
create view marts.fct_costs_daily as
    select connection, usage_date, sum(cost_cents) as cost_cents from marts.fct_line_items
    group by all;
create table marts.dim_skus as select 'M30' as sku, {'a': 1}::json as detail, null::double as price,
    0.6::decimal(38, 18) as part_cents;
create table marts.fct_invoice_changes (connection varchar, usage_date date, after_cents bigint);
create schema meta;
create table meta.freshness as
    select 'acme' as connection, 'connected' as status, date '2026-05-02' as data_through,
        $version as warehouse_version, timestamp '2026-05-03 06:00:00' as published_at;
create table meta.release as select '1.0.0' as release
"""


def publish(folder: Path, version: str, *, april: int = 100, may: int = 200) -> Path:
    """A warehouse of this version, and the pointer to it."""
    file, pointer = folder / f"{version}.duckdb", folder / "atlas_costs.duckdb"
    values = {"april": april, "may": may, "version": version}
    with duckdb.connect(str(file)) as db:
        for statement in MARTS.split(";"):
            named = {name: value for name, value in values.items() if f"${name}" in statement}
            db.execute(statement, named)
    pointer.unlink(missing_ok=True)
    pointer.symlink_to(file)
    return pointer


@dataclass
class Lake:
    """A place that readers read through its manifest.

    Attributes:
        files: fsspec's file system of the bucket; None for a folder.
    """

    url: str
    files: Any = None

    def manifest(self) -> dict[str, Any]:
        return json.loads(self.content("manifest.json"))

    def content(self, name: str) -> bytes:
        path = f"{self.url}/{name}"
        return self.files.cat_file(path) if self.files else Path(path).read_bytes()

    def names(self) -> set[str]:
        if self.files:
            root = self.url.removeprefix("s3://")
            return {path.removeprefix(f"{root}/") for path in self.files.find(root)}
        paths = (path for path in Path(self.url).rglob("*") if path.is_file())
        return {path.relative_to(self.url).as_posix() for path in paths}

    def data(self) -> set[str]:
        return {name for name in self.names() if name.endswith(".parquet")}

    @contextmanager
    def opened(self, warehouse: Path | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
        """DuckDB that reads the lake, and a warehouse to compare it with."""
        with duckdb.connect(
            str(warehouse) if warehouse else ":memory:", read_only=bool(warehouse)
        ) as db:
            if self.files:
                db.register_filesystem(self.files)
            yield db

    def query(self, db: duckdb.DuckDBPyConnection, mart: dict[str, Any], columns: str) -> list[Any]:
        """Columns of a mart in a manifest."""
        files = [f"{self.url}/{file['path']}" for file in mart["files"]]
        source = "read_parquet($1, hive_partitioning = false)"
        return db.execute(f"select {columns} from {source}", [files]).fetchall()


@contextmanager
def s3_server(**settings: str) -> Iterator[str]:
    """The address of an S3 server in a process of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdout=quiet, stderr=quiet, env=os.environ | settings) as server:
        try:
            _await(port)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def _await(port: int) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert time.monotonic() < until, "the S3 server does not start"
            time.sleep(0.05)
        else:
            return


def mart_of(manifest: dict[str, Any], name: str) -> dict[str, Any]:
    return next(mart for mart in manifest["marts"] if mart["name"] == name)


def differences(lake: Lake, warehouse: Path) -> dict[str, int]:
    """Of each mart that differs from the warehouse: how many rows are in one of the two alone."""
    found = {}
    with lake.opened(warehouse) as db:
        for mart in lake.manifest()["marts"]:
            files = [f"{lake.url}/{file['path']}" for file in mart["files"]]
            name, exported = mart["name"], "from read_parquet($1, hive_partitioning = false)"
            [(rows,)] = db.execute(
                f'select count(*) from ((select * {exported} except all from marts."{name}") '
                f'union all (from marts."{name}" except all select * {exported}))',
                [files],
            ).fetchall()
            if rows:
                found[name] = rows
    return found
