"""The rules that `make check` holds models to can each fail."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from .conftest import PROJECT, Warehouse

Node = dict[str, Any]
DBT_SCORE = Path(sys.executable).with_name("dbt-score")


def broken(manifest: Node) -> Node:
    """The manifest of a project that keeps none of the rules."""
    nodes, name = manifest["nodes"], "model.atlas_costs"
    nodes[f"{name}.fct_costs_daily"]["meta"] = {}
    sums = nodes[f"{name}.agg_invoices"]
    sums["description"] = "Sums."
    sums["config"]["contract"] = {"enforced": False}
    sums["columns"]["invoice_id"]["description"] = ""
    nodes[f"{name}.stg_atlas__projects"]["depends_on"]["nodes"].append(f"{name}.dim_projects")
    nodes[f"{name}.stg_atlas__skus"]["depends_on"]["nodes"].append(
        "source.atlas_costs.atlas.projects"
    )
    nodes[f"{name}.int_clusters"]["name"] = "clusters"
    page = manifest["exposures"]["exposure.atlas_costs.overview"]
    page["depends_on"]["nodes"].append(f"{name}.int_clusters")
    return manifest


def test_each_rule_sees_what_breaks_it(
    built: tuple[Warehouse, dict[str, str]], tmp_path: Path
) -> None:
    manifest = json.loads((built[0].folder / "target/manifest.json").read_text())
    (tmp_path / "manifest.json").write_text(json.dumps(broken(manifest)))
    done = subprocess.run(
        [DBT_SCORE, "lint", "--format", "json", "--manifest", tmp_path / "manifest.json"],
        cwd=PROJECT.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    scored = json.loads(done.stdout)["evaluables"]
    failed = {
        (node.rpartition(".")[2], rule.rpartition(".")[2])
        for node, each in scored.items()
        for rule, result in each["results"].items()
        if result["result"] == "WARN"
    }
    assert failed == {
        ("fct_costs_daily", "mart_has_key_test"),
        ("agg_invoices", "columns_have_description"),
        ("agg_invoices", "mart_has_contract"),
        ("agg_invoices", "states_its_grain"),
        ("stg_atlas__projects", "reads_layers_below"),
        ("stg_atlas__skus", "staging_reads_one_source"),
        ("projects", "source_is_read_once"),
        ("int_clusters", "is_named_by_layer"),
        ("overview", "page_reads_marts"),
    }
