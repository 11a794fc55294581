"""dbt in a process of its own: `python -m orchestration.refreshing.dbt_process <order>`.

Its own, because dbt keeps the files open that it builds, and ends what it is at should a refresh be
killed. An order is JSON: `{}` for everything, `{"nodes": [names]}`, or `{"tables": [names]}` for
what these tables of raw reach.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

import duckdb
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.artifacts.schemas.run import RunExecutionResult
from dbt.cli.main import dbtRunner

from orchestration.refreshing.building import FIRST_RESULTS, MANIFEST, RESULTS
from orchestration.refreshing.selection import CHANGED, LINES, Graph

LEFT_OUT = ["--exclude", "resource_type:unit_test", "tag:on_demand"]


def main(order: dict[str, Any]) -> bool:
    """Carry an order out; whether every model was built and no test that stops a build failed."""
    if "tables" in order:
        return _build_reached(order["tables"])
    return _dbt("build", order["nodes"]) if "nodes" in order else _dbt("build", [])


def _build_reached(tables: list[str]) -> bool:
    """Two steps where it is not known before the first whether any invoice changes at all."""
    target = Path(os.environ["DBT_TARGET_PATH"])
    graph = Graph(json.loads((target / MANIFEST).read_text()))
    reached = graph.reached(tables, invoices_change=True)
    first = set() if LINES in tables else graph.before_invoices_are_known(reached)
    if first:
        if not _dbt("run", graph.names(first)):
            return False
        (target / RESULTS).replace(target / FIRST_RESULTS)
        reached = graph.reached(tables, invoices_change=_has_changed_invoices()) - first
    return not reached or _dbt("build", graph.names(reached))


def _dbt(command: str, nodes: list[str]) -> bool:
    # each test is named, so that none is chosen for a model that is not built here
    chosen = ["--select", *nodes, "--indirect-selection", "empty"] if nodes else LEFT_OUT
    # of a part the manifest is known already: dbt would write it twice, at 0.8 CPU seconds
    written = ["--no-write-json"] if nodes else []
    ended = dbtRunner().invoke(["--no-use-colors", *written, command, *chosen])
    DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]
    if nodes and isinstance(ended.result, RunExecutionResult):
        ended.result.write(str(Path(os.environ["DBT_TARGET_PATH"]) / RESULTS))
    return bool(ended.success)


def _has_changed_invoices() -> bool:
    with duckdb.connect() as db:
        file = os.environ["ATLAS_COSTS_MARTS_DB"]
        db.execute("attach $file as warehouse (read_only)", {"file": file})
        query = f"select count(*) from warehouse.intermediate.{CHANGED}"  # noqa: S608  ours
        [(count,)] = db.execute(query).fetchall()
    return bool(count)


if __name__ == "__main__":
    sys.exit(0 if main(json.loads(sys.argv[1])) else 1)
