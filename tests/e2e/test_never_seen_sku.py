"""SKUs that nobody has reviewed: named, and their cents in every total there is.

One has a name that a rule knows, one has a name like no other.
"""

import pytest

from tests.e2e.conftest import control
from tests.e2e.test_rules import ALLOCATION

GUESSED, UNKNOWN = "ATLAS_AWS_INSTANCE_M7000", "ATLAS_QUANTUM_ENTANGLER"
BY_SKU = {
    "lines": "select sku, sum(cost_cents) from marts.fct_line_items group by 1",
    "days": "select sku, sum(cost_cents) from marts.fct_costs_daily group by 1",
    "months": "select sku, sum(cost_cents) from marts.agg_costs_monthly group by 1",
    "FOCUS": "select x_AtlasSku, 100 * sum(PricingCurrencyEffectiveCost) from marts.focus_costs "
    "where x_SyntheticReason is null group by 1",
    "FOCUS, billed": "select x_AtlasSku, 100 * sum(BilledCost) from marts.focus_costs "
    "where x_SyntheticReason is null group by 1",
}
BY_SERVICE = {
    "day": "select service, sum(cost_cents) from marts.agg_costs_daily group by 1",
    **{
        f"{table}, {key}, {basis}": f"select service, sum(cost_cents) from marts.{table} "
        f"where {column} = '{key}' and {basis} group by 1"
        for table, column, key, basis in (
            ("fct_costs_daily_by_tag", "tag_key", "team", "tag_basis = 'current'"),
            ("fct_costs_daily_by_tag", "tag_key", "env", "tag_basis = 'first_seen'"),
            ("allocated_costs_daily", "allocation_key", "team", "true"),
            ("allocated_costs_daily", "allocation_key", "project", "true"),
        )
    },
}
USAGE_OF_INVOICE = """
select bridge.amount_cents = sum(lines.cost_cents) filter (where lines.charge_type != 'credit')
from marts.fct_invoice_bridge as bridge
inner join marts.fct_line_items as lines using (invoice_id)
where bridge.step = 'usage'
group by invoice_id, bridge.amount_cents having bool_or(lines.sku in ('{}', '{}'))
"""


@pytest.fixture
def billed(world, sandbox, tmp_path, monkeypatch) -> str:
    """A bill in which two lines have SKUs never seen before; what the refresh said."""
    (tmp_path / "config").mkdir()
    (tmp_path / "config/allocation.yaml").write_text(ALLOCATION)
    monkeypatch.setenv("ATLAS_COSTS_CONFIG_DIR", str(tmp_path / "config"))
    fault = {"path": r"/invoices/[0-9a-f]{24}$", "kind": "patch_line_item", "times": 1}
    control(sandbox, "faults", [fault | {"patch": {"sku": sku}} for sku in (UNKNOWN, GUESSED)])
    run = world.run("refresh", **sandbox.environment())
    assert run.code == 0, run.said
    return str(run.out)


def test_a_sku_never_seen_is_named_and_counted_everywhere(world, sandbox, billed):
    assert f"{UNKNOWN} (Unclassified)" in billed
    assert world.query(
        "select sku, service, category, classified_by from marts.dim_skus "
        f"where sku in ('{GUESSED}', '{UNKNOWN}') order by sku"
    ) == [
        (GUESSED, "Clusters", "Dedicated instance", "rule"),
        (UNKNOWN, "Unclassified", "Unclassified", "none"),
    ]
    [cents] = {of_sku(world, name)[UNKNOWN] for name in BY_SKU}
    [guessed] = {of_sku(world, name)[GUESSED] for name in BY_SKU}
    assert cents > 0
    assert guessed > 0
    for name, sql in BY_SERVICE.items():
        assert dict(world.query(sql))["Unclassified"] == cents, name
    totals = {sum(dict(world.query(sql)).values()) for sql in BY_SERVICE.values()}
    assert totals == {sandbox.truth()["total"]}
    usage = world.query(USAGE_OF_INVOICE.format(UNKNOWN, GUESSED))
    assert usage == [(True,), (True,)]


def of_sku(world, name: str) -> dict[str, int]:
    return dict(world.query(BY_SKU[name]))
