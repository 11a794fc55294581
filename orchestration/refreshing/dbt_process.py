"""dbt in a process of its own: `python -m orchestration.refreshing.dbt_process <order>`.

Its own, because dbt keeps the files open that it builds, and ends what it is at should a refresh be
killed. An order is JSON: `{}` for everything, `{"nodes": [names]}`, or `{"tables": [names]}` for
what these tables of raw reach. On Spark everything is built, whatever the order.
"""

import functools
import json
import os
import sys
from pathlib import Path
from typing import Any

import duckdb
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.artifacts.schemas.run import RunExecutionResult
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest

from orchestration.refreshing import spark_process, templates
from orchestration.refreshing.building import FIRST_RESULTS, MANIFEST, RESULTS
from orchestration.refreshing.dbt_shortcuts import take_shortcuts
from orchestration.refreshing.garbage import collect_rarely
from orchestration.refreshing.selection import CHANGED, LINES, ON_DEMAND, Graph

LEFT_OUT = ["--exclude", "resource_type:unit_test", "resource_type:exposure", f"tag:{ON_DEMAND}"]
# In a build of a part a view stands already, and it has no rows of its own.
VIEWS = "config.materialized:view"


def main(order: dict[str, Any]) -> bool:
    """Carry an order out; whether every model was built and no test that stops a build failed."""
    if os.environ.get("ATLAS_COSTS_ENGINE") == "spark":
        return spark_process.build(dbt, LEFT_OUT)
    if "nodes" in order:
        return _build_part("build", order["nodes"])
    if LINES in order.get("tables", []):
        return _build_part("build", [f"source:*.{each}+" for each in order["tables"]], VIEWS)
    return _build_reached(order["tables"]) if "tables" in order else dbt("build", *LEFT_OUT)


def _build_reached(tables: list[str]) -> bool:
    """Two steps where it is not known before the first whether any invoice changes at all."""
    target = Path(os.environ["DBT_TARGET_PATH"])
    graph = Graph(json.loads((target / MANIFEST).read_text()))
    reached = graph.reached(tables, invoices_change=True)
    first = graph.before_invoices_are_known(reached)
    if first:
        if not _build_part("run", graph.names(first)):
            return False
        (target / RESULTS).replace(target / FIRST_RESULTS)
        reached = graph.reached(tables, invoices_change=_has_changed_invoices()) - first
    return not reached or _build_part("build", graph.names(reached))


def _build_part(command: str, chosen: list[str], *left_out: str) -> bool:
    """Of what is chosen, and of no test that is not: its model may not be built here."""
    order = ["--select", *chosen, "--indirect-selection", "empty", *LEFT_OUT, *left_out]
    # the manifest is known already: dbt would write it twice, at 0.8 CPU seconds
    return dbt("--no-write-json", command, *order, parsed=_parsed())


@functools.cache
def _parsed() -> Manifest | None:
    """All models as dbt reads them, once for both steps; None where it cannot, as it then says."""
    ended = dbtRunner().invoke(["--log-level", "none", "--no-write-json", "parse"])
    return ended.result if isinstance(ended.result, Manifest) else None


def dbt(*order: str, parsed: Manifest | None = None) -> bool:
    """Run dbt in this process; whether it succeeded. Results go beside the manifest."""
    templates.reuse()
    # by itself dbt makes a line of each event of debug, too, and then drops it
    quiet = ["--log-level", "none", "--no-use-colors"]
    ended = dbtRunner(manifest=parsed, callbacks=[_say]).invoke([*quiet, *order])
    if ended.exception:
        print(ended.exception)
    templates.templates.write()
    DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]
    if isinstance(ended.result, RunExecutionResult):
        ended.result.write(str(Path(os.environ["DBT_TARGET_PATH"]) / RESULTS))
    return bool(ended.success)


def _say(event: Any) -> None:  # noqa: ANN401  of a package that we do not depend on
    if event.info.level != "debug":
        print(event.info.msg, flush=True)


def _has_changed_invoices() -> bool:
    with duckdb.connect() as db:
        file = os.environ["ATLAS_COSTS_MARTS_DB"]
        db.execute("attach $file as warehouse (read_only)", {"file": file})
        query = f"select count(*) from warehouse.intermediate.{CHANGED}"  # noqa: S608  ours
        [(count,)] = db.execute(query).fetchall()
    return bool(count)


if __name__ == "__main__":
    collect_rarely()
    take_shortcuts()
    sys.exit(0 if main(json.loads(sys.argv[1])) else 1)
