"""The measured process: `python -m benchmarks.child <variant> <result file> <arguments…>`.

Imports stay outside the clock, and so does counting what arrived.
"""

import importlib
import json
import resource
import sys
import time
from pathlib import Path

import duckdb

OWN, CHILDREN = resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN
# macOS counts bytes, Linux kibibytes
PER_MIB = 1 << 20 if sys.platform == "darwin" else 1 << 10


def main(variant: str, result: str, *arguments: str) -> None:
    """Load, then write wall, CPU, peak, rows and cents as JSON.

    A variant's `load` returns its DuckDB file, and the table and the column that hold the cents.
    """
    load = importlib.import_module(f"benchmarks.{variant}").load
    cpu, wall = _cpu_s(), time.perf_counter()
    database, table, column = load(*arguments)
    wall, cpu = time.perf_counter() - wall, _cpu_s() - cpu
    peak = max(resource.getrusage(who).ru_maxrss for who in (OWN, CHILDREN)) / PER_MIB
    rows, cents = _arrived(database, table, column)
    cost = {"wall_s": wall, "cpu_s": cpu, "peak_mib": peak, "rows": rows, "cents": cents}
    Path(result).write_text(json.dumps(cost))


def _cpu_s() -> float:
    used = [resource.getrusage(who) for who in (OWN, CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def _arrived(database: str, table: str, column: str) -> tuple[int, int]:
    with duckdb.connect(database, read_only=True) as db:
        query = f"select count(*), coalesce(sum({column}), 0)::bigint from {table}"
        [(rows, cents)] = db.execute(query).fetchall()
    return rows, cents


if __name__ == "__main__":
    main(*sys.argv[1:])
