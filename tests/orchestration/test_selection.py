"""What a change of raw reaches: no less, or marts are wrong; no more, or a refresh is slow."""

import json

import pytest

from orchestration.refreshing.selection import LINES, Graph

PARENTS = {
    "model.p.stg_clusters": ["source.p.atlas.clusters"],
    "model.p.stg_lines": ["source.p.atlas.lines"],
    "model.p.int_inputs": ["model.p.stg_clusters", "model.p.stg_lines"],
    "model.p.int_changed_invoices": ["model.p.int_inputs"],
    "model.p.fct_lines": [
        "model.p.int_changed_invoices",
        "model.p.stg_lines",
        "model.p.stg_clusters",
    ],
    "model.p.costs": ["model.p.fct_lines"],
    "model.p.dim_clusters": ["model.p.stg_clusters"],
    "model.p.resources": ["model.p.dim_clusters", "model.p.costs"],
    "model.p.backups": ["source.p.atlas.backups"],
    "test.p.resources_have_ids.1": ["model.p.resources"],
    "test.p.costs_equal_lines.2": ["model.p.costs", "model.p.fct_lines"],
    "test.p.looks_long.3": ["model.p.resources"],
    "exposure.p.page": ["model.p.resources"],
}


def node(name: str) -> dict[str, object]:
    kind, _, short, *_ = name.split(".")
    return {
        "resource_type": kind,
        "name": short,
        "tags": ["on_demand"] if short == "looks_long" else [],
        "config": {"materialized": "incremental" if short == "fct_lines" else "table"},
    }


@pytest.fixture
def graph() -> Graph:
    children: dict[str, list[str]] = {}
    for child, parents in PARENTS.items():
        for parent in parents:
            children.setdefault(parent, []).append(child)
    sources = {each for each in children if each.startswith("source.")}
    return Graph(
        {
            "metadata": {"project_name": "p"},
            "sources": {each: {"identifier": each.split(".")[-1]} for each in sources},
            "nodes": {each: node(each) for each in PARENTS if not each.startswith("exposure")},
            "parent_map": PARENTS,
            "child_map": children,
        }
    )


def reached(graph: Graph, table: str, *, invoices_change: bool) -> set[str]:
    return set(graph.names(graph.reached({table}, invoices_change=invoices_change)))


def test_a_table_that_no_invoice_depends_on_reaches_its_mart_alone(graph):
    assert reached(graph, "backups", invoices_change=True) == {"backups"}
    assert (
        graph.before_invoices_are_known(graph.reached({"backups"}, invoices_change=True)) == set()
    )


def test_where_invoices_change_all_that_follows_is_built_and_tested(graph):
    everything = {each.split(".")[2] for each in PARENTS if "page" not in each}
    assert reached(graph, "clusters", invoices_change=True) == everything - {
        "stg_lines",
        "backups",
        "looks_long",  # on demand
    }


def test_where_none_changes_what_is_kept_by_invoice_stays(graph):
    assert reached(graph, "clusters", invoices_change=False) == {
        "stg_clusters",
        "int_inputs",
        "dim_clusters",
        "resources",
        "resources_have_ids",
    }


def test_whether_invoices_change_is_asked_first(graph):
    found = graph.before_invoices_are_known(graph.reached({"clusters"}, invoices_change=True))
    assert set(graph.names(found)) == {"stg_clusters", "int_inputs", "int_changed_invoices"}


def test_a_table_that_no_model_reads_reaches_nothing(graph):
    assert reached(graph, "unloadable_invoices", invoices_change=True) == set()


def test_a_view_stays_and_what_is_behind_it_is_built(graph):
    graph.manifest["nodes"]["model.p.stg_clusters"]["config"]["materialized"] = "view"
    found = reached(graph, "clusters", invoices_change=False)
    assert "stg_clusters" not in found
    assert {"int_inputs", "dim_clusters", "resources"} <= found


@pytest.mark.parametrize(("table", "runs"), [(LINES, 1), ("clusters", 2), ("backups", 1)])
def test_dbt_starts_twice_only_where_it_is_unknown_whether_invoices_change(
    graph, table, runs, tmp_path, monkeypatch
):
    # it imports dbt, which the others do without
    from orchestration.refreshing import dbt_process  # noqa: PLC0415

    graph.manifest["sources"]["source.p.atlas.lines"]["identifier"] = LINES
    (tmp_path / "manifest.json").write_text(json.dumps(graph.manifest))
    (tmp_path / "run_results.json").touch()
    monkeypatch.setenv("DBT_TARGET_PATH", str(tmp_path))
    asked = []
    monkeypatch.setattr(dbt_process, "_parsed", lambda: None)
    monkeypatch.setattr(dbt_process, "dbt", lambda *order, **_: asked.append(order) or True)
    monkeypatch.setattr(dbt_process, "_has_changed_invoices", lambda: True)
    assert dbt_process.main({"tables": [table]})
    assert len(asked) == runs
