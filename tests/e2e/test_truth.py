"""Sums of the marts equal the sandbox's truth, in total and by every dimension it tallies.

Five organizations share one warehouse as five connections, so that one build serves them all.
"""

from collections.abc import Iterator
from contextlib import ExitStack

import dagster as dg
import duckdb
import pytest

import sandbox as sandbox_package
from orchestration.assets import billing, inventory
from orchestration.assets.dbt import models
from orchestration.resources.atlas import AtlasResource
from orchestration.resources.dbt import dbt_resource, prepared_project
from orchestration.resources.warehouse import WarehouseResource
from orchestration.settings import ApiKey, Connection, SecretStr
from tests.e2e.truth import expected, sums_of_marts

SEEDS = (1, 2, 3, 4, 5)
connections: list[Connection] = []


class Several(AtlasResource):
    """Reads every sandbox that is running."""

    def connections(self) -> list[Connection]:
        return connections


def connection(seed: int, running: sandbox_package.RunningSandbox) -> Connection:
    key = ApiKey(running.public_key, SecretStr(running.private_key))
    return Connection(f"seed-{seed}", running.org_id, running.base_url, key)


def refresh() -> None:
    """Extract, load, build and test, without publishing."""
    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize(
            [*inventory.assets, *billing.assets, models(prepared_project())],
            resources={"atlas": Several(), "warehouse": WarehouseResource(), "dbt": dbt_resource()},
            instance=instance,
        )
    assert result.success


@pytest.fixture(
    params=[
        pytest.param((1, SEEDS), id="scale-1"),
        pytest.param((10, SEEDS[:1]), id="scale-10-seed-1"),
        pytest.param((10, SEEDS), id="scale-10", marks=pytest.mark.wide),
    ]
)
def sandboxes(request) -> Iterator[dict[int, sandbox_package.RunningSandbox]]:
    scale, seeds = request.param
    with ExitStack() as stack:
        running = {
            seed: stack.enter_context(sandbox_package.running(seed=seed, scale=scale))
            for seed in seeds
        }
        connections[:] = [connection(seed, each) for seed, each in running.items()]
        yield running


def test_marts_equal_the_truth(sandboxes, clean_environment, monkeypatch, tmp_path):
    monkeypatch.setenv("ATLAS_COSTS_DATA_DIR", str(tmp_path))
    refresh()
    with duckdb.connect() as db:
        db.execute(f"attach '{tmp_path}/build/marts.duckdb' as warehouse (read_only)")
        db.execute("use warehouse")
        for seed, running in sandboxes.items():
            found = sums_of_marts(
                lambda sql: db.execute(sql).fetchall(), f"connection = 'seed-{seed}'"
            )
            truth = running.truth()
            # another seed's tag keys exist in this warehouse too, all (untagged) here
            found["by_tag"] = {key: found["by_tag"][key] for key in truth["by_tag"]}
            assert found == expected(truth)
            assert headers(db, seed) == truth["header"]


def headers(db: duckdb.DuckDBPyConnection, seed: int) -> dict[str, dict[str, object]]:
    """fct_invoices in the shape of the truth's header."""
    columns = [
        "status",
        "subtotal_cents",
        "credits_cents",
        "sales_tax_cents",
        "starting_balance_cents",
        "amount_billed_cents",
        "amount_paid_cents",
        "line_items",
    ]
    rows = db.execute(
        f"select invoice_id, {', '.join(columns)} from marts.fct_invoices "
        f"where connection = 'seed-{seed}'"
    ).fetchall()
    return {row[0]: dict(zip(columns, row[1:], strict=True)) for row in rows}
