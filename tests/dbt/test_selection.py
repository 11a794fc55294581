"""A build of a part: dbt's own words for it choose what the manifest says that a change reaches."""

import json
from pathlib import Path

import pytest

from orchestration.refreshing.selection import LINES, Graph

from .conftest import Warehouse

Built = tuple[Warehouse, dict[str, str]]


# What models read of a change of lines, and what they do not.
CHANGED = {LINES, "invoice_line_items", "invoices"}


@pytest.mark.parametrize("tables", [CHANGED, {*CHANGED, "projects", "restore_jobs"}])
def test_where_lines_change_dbt_builds_what_they_reach_and_nothing_else(
    built: Built, tmp_path: Path, tables: set[str]
) -> None:
    part = built[0].copy_to(tmp_path)
    done = part.build_reached(tables)
    graph = Graph(json.loads((tmp_path / "target/manifest.json").read_text()))
    assert set(done) == set(graph.names(graph.reached(tables, invoices_change=True)))
    assert {"fct_line_items", "agg_costs_monthly", "assert_line_items_equal_raw"} <= set(done)


def test_closing_a_statement_leaves_allocated_months_signed(built: Built) -> None:
    """Built without what it signs, the ledger would forget it, and all be allocated anew."""
    graph = Graph(json.loads((built[0].folder / "target/manifest.json").read_text()))
    reached = set(graph.names(graph.reached({"statement_rows"}, invoices_change=False)))
    assert "allocation_statements" in reached
    assert not {"built_months", "built_invoices"} & reached
