"""Sums of the marts equal the sandbox's truth, in total and by every dimension it tallies.

Several organizations share one warehouse as connections, so that one build serves them all.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import combinations
from pathlib import Path
from typing import Any

import duckdb
import pytest

import sandbox as sandbox_package
from tests.e2e import cost_changes
from tests.e2e.cost_changes import months_ago as ago
from tests.e2e.truth import Query, expected, sums_of_marts

# A cluster that goes, and one that changes its tier.
ONE = (3,)
SEEDS = (1, 2, 3, 4, 5)
# Months, weeks, and one month against a whole other length.
PERIODS = [
    ((ago(4), ago(3)), (ago(3), ago(2))),
    ((ago(3, 3), ago(3, 10)), (ago(2, 3), ago(2, 10))),
    ((ago(6), ago(3)), (ago(2), ago(1))),
]
TEN_SEEDS = (*SEEDS, 11, 12, 13, 14, 15)
# Each month of the sandbox with each later one.
MONTHS = [(ago(n), ago(n - 1)) for n in reversed(range(13))]
MONTH_PAIRS = list(combinations(MONTHS, 2))


def connect(folder: Path, running: dict[int, sandbox_package.RunningSandbox]) -> dict[str, str]:
    """Write connections.yaml for every sandbox; the variables that hold their keys."""
    entries = []
    variables = {"ATLAS_COSTS_CONFIG_DIR": str(folder)}
    for seed, each in running.items():
        entries.append(
            f"  - name: seed-{seed}\n    org_id: {each.org_id}\n    base_url: {each.base_url}\n"
            f"    public_key_env: SEED_{seed}_PUBLIC\n    private_key_env: SEED_{seed}_PRIVATE\n"
        )
        variables[f"SEED_{seed}_PUBLIC"] = each.public_key
        variables[f"SEED_{seed}_PRIVATE"] = each.private_key
    folder.mkdir()
    (folder / "connections.yaml").write_text("connections:\n" + "".join(entries))
    return variables


@pytest.fixture(
    params=[
        pytest.param((1, ONE), id="scale-1"),
        pytest.param((1, SEEDS), id="five-seeds", marks=pytest.mark.wide),
        pytest.param((1, TEN_SEEDS), id="ten-seeds", marks=pytest.mark.wide),
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
        for seed, each in running.items():
            for name, body in cost_changes.STORIES[seed % 10]:
                each.control(name, body)
        yield running


def test_marts_equal_the_truth(sandboxes, world, tmp_path):
    """So do the kinds of change between months, which no invoice names."""
    run = world.run("refresh", **connect(tmp_path / "config", sandboxes))
    assert run.code == 0, run.said
    with duckdb.connect() as db:
        published = (world.data / "atlas_costs.duckdb").resolve()
        db.execute(f"attach '{published}' as warehouse (read_only)")
        db.execute("use warehouse")

        def query(sql: str) -> list[tuple[Any, ...]]:
            return db.execute(sql).fetchall()

        for seed, running in sandboxes.items():
            found = sums_of_marts(query, f"connection = 'seed-{seed}'")
            truth = running.truth()
            # another seed's tag keys exist in this warehouse too, all (untagged) here
            found["by_tag"] = {key: found["by_tag"][key] for key in truth["by_tag"]}
            assert found == expected(truth)
            assert headers(db, seed) == truth["header"]
            changed = cost_changes.found(query, f"seed-{seed}")
            kinds = cost_changes.expected(truth)
            assert {month: changed.get(month, {}) for month in kinds} == kinds
        assert query("select part, error from meta.insight where error is not null") == []
        assert forecast_by_scope(query) == {"organization", "project", "resource", "service"}
        for earlier, later in MONTH_PAIRS if len(sandboxes) == len(TEN_SEEDS) else PERIODS:
            assert not cost_changes.unequal(query, earlier, later)


def forecast_by_scope(query: Query) -> set[str]:
    """The kinds of scope whose forecasts add up to the total in every month and currency."""
    rows = query(
        "select scope_type, pricing_currency, month, sum(expected_cents)::bigint "
        "from marts.forecasts group by all having count(expected_cents) > 0"
    )
    sums: dict[str, dict[object, int]] = {}
    for scope, currency, month, cents in rows:
        sums.setdefault(scope, {})[currency, month] = cents
    total = sums.pop("total")
    assert len(total) >= 13
    return {scope for scope, found in sums.items() if found == total}


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
