"""From config/ and marts to rows: budgets and unit costs of the same few costs."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from orchestration.insight.budgets.costs import Leaf
from orchestration.insight.budgets.table import BUDGET_COSTS, BUDGET_DAYS, BUDGETS
from orchestration.insight.scenarios.table import SCENARIOS
from orchestration.insight.unit_costs.table import UNIT_COSTS
from orchestration.refreshing.insight_plans import TABLES, build
from orchestration.rules.plans import PlanFiles, read_plans
from orchestration.settings import Settings, SettingsError

from .small_marts import USUAL, cost, marts_of

BEGIN, THROUGH = date(2026, 5, 1), date(2026, 6, 10)
MAY, JUNE = date(2026, 5, 1), date(2026, 6, 1)
DAYS = [BEGIN + timedelta(each) for each in range((THROUGH - BEGIN).days + 1)]
BUDGETS_FILE = """\
budgets:
- name: everything
  monthly: 620
- name: orders
  parent: everything
  monthly: 310
  when: {all: [{dimension: resource, is: orders}]}
- name: big
  parent: everything
  monthly: 310
  when: {all: [{dimension: sku, contains: m50}]}
- name: commitment
  currency: credits
  monthly: 31
"""
METRICS_FILE = """\
metrics:
- name: orders
  unit: order
  file: orders.csv
  when: {all: [{dimension: resource, is: orders}]}
- name: tenants
  unit: user
  file: tenants.csv
  labels: tag:tenant
- name: gone
  unit: thing
  file: gone.csv
"""


@pytest.fixture
def costs():
    """By day: $6 and $4 of two SKUs of orders, $2 in Atlas credits, and $8 of untagged support."""
    tenant = {"tenant": ["a"]}
    return [
        each
        for day in DAYS
        for each in (
            cost(day, 600, tags=tenant),
            cost(day, 400, tags=tenant, sku="ATLAS_AWS_INSTANCE_M50"),
            cost(day, 200, pricing_currency="Atlas Credits"),
            cost(day, 800, resource_id="org1", resource_name="Acme", charge_type="support",
                 service="Support", project_id=None, project_name=None, sku="SUPPORT"),
        )
    ]  # fmt: skip


@pytest.fixture
def config(tmp_path):
    (tmp_path / "budgets.yaml").write_text(BUDGETS_FILE)
    (tmp_path / "metrics.yaml").write_text(METRICS_FILE)
    (tmp_path / "orders.csv").write_text("date,amount\n2026-05-01,100\n2026-05-03,50\n")
    (tmp_path / "tenants.csv").write_text("date,amount,label\n2026-05-01,5,a\n2026-05-01,5,b\n")
    return Settings(_env_file=None, config_dir=tmp_path)


def built(costs, config, expected=None):
    with marts_of(costs, THROUGH) as db:
        rows, problems = build(db, read_plans(config), config.config_dir, expected or {})
    by_table = {}
    for table in TABLES:
        names = [each.name for each in table.columns]
        by_table[table] = [dict(zip(names, row, strict=True)) for row in rows[table]]
    return by_table, problems


def of_budget(rows, name, month, currency="USD"):
    [row] = [
        each
        for each in rows[BUDGETS]
        if (each["budget"], each["month"], each["pricing_currency"]) == (name, month, currency)
    ]
    return row


def test_budgets_of_costs_in_marts(costs, config):
    rows, _ = built(costs, config)
    # $18 a day, 31 days; of June ten days and twenty to come
    assert of_budget(rows, "everything", MAY)["actual_cents"] == 55_800
    june = of_budget(rows, "everything", JUNE)
    assert (june["actual_cents"], june["forecast_cents"]) == (18_000, 54_000)
    assert (june["status"], june["exceeds_on"]) == ("on track", None)
    assert of_budget(rows, "orders", MAY)["actual_cents"] == 31_000
    assert of_budget(rows, "orders", MAY)["exceeds_on"] is None
    assert of_budget(rows, "big", JUNE)["forecast_cents"] == 12_000
    commitment = of_budget(rows, "commitment", JUNE, "Atlas Credits")
    # $20 of $31 are spent; $2 a day use up the other 11 on the sixth day
    assert (commitment["forecast_cents"], commitment["status"]) == (6000, "at risk")
    assert commitment["exceeds_on"] == date(2026, 6, 16)
    assert of_budget(rows, "(unbudgeted)", MAY)["actual_cents"] == 0


def test_a_forecast_of_a_leaf_is_divided_between_its_skus(costs, config):
    names = ("connection", "org_id", "project_id", "resource_id", "service", "charge_type")
    leaf = Leaf(*(USUAL[each] for each in names), "USD")
    # ten days of $10, and $20.01 more: two fifths of that are the big SKU's
    rows, _ = built(costs, config, {(leaf, JUNE): 12_001})
    assert of_budget(rows, "big", JUNE)["forecast_cents"] in (4000 + 800, 4000 + 801)
    assert of_budget(rows, "orders", JUNE)["forecast_cents"] == 12_001
    assert of_budget(rows, "orders", JUNE)["forecast_basis"] == "forecast"
    everything = of_budget(rows, "everything", JUNE)
    assert everything["forecast_cents"] == 12_001 + 24_000
    assert everything["forecast_basis"] == "forecast and run rate"


def test_a_budgets_projects_and_services_and_its_days_add_up_to_its_months(costs, config):
    """Also where it begins within a month, where its children overlap, and for what has none."""
    (config.config_dir / "budgets.yaml").write_text("""\
budgets:
- {name: teams, covers: children}
- name: orders
  parent: teams
  monthly: 310
  when: {all: [{dimension: resource, is: orders}]}
- name: big
  parent: teams
  changes: [{from: 2026-05-09, monthly: 310}]
  when: {all: [{dimension: sku, contains: m50}]}
""")
    rows, _ = built(costs, config)
    months = {
        (each["budget"], each["month"], each["pricing_currency"]): each["actual_cents"]
        for each in rows[BUDGETS]
        if each["actual_cents"]
    }
    # $4 a day of the big SKU from May 9 on; $8 of support and $2 in credits are in no budget
    assert months["big", MAY, "USD"] == 23 * 400
    assert months["teams", MAY, "USD"] == 31 * 1000
    assert months["(unbudgeted)", MAY, "USD"] == 31 * 800
    for table, day in ((BUDGET_COSTS, "month"), (BUDGET_DAYS, "usage_date")):
        sums = {}
        for each in rows[table]:
            key = each["budget"], each[day].replace(day=1), each["pricing_currency"]
            sums[key] = sums.get(key, 0) + (each["actual_cents"] or 0)
        assert {key: cents for key, cents in sums.items() if cents} == months
    [support] = [
        each
        for each in rows[BUDGET_COSTS]
        if (each["budget"], each["month"], each["pricing_currency"]) == ("(unbudgeted)", MAY, "USD")
    ]
    assert (support["project_name"], support["service"]) == (None, "Support")


def test_unit_costs_of_costs_in_marts(costs, config):
    rows, problems = built(costs, config)
    by_key = {
        (each["metric"], each["label"], each["period"], each["period_start"]): each
        for each in rows[UNIT_COSTS]
    }
    # $10 for 100 orders, and for 50 two days later; nothing was counted in between, or since
    assert by_key["orders", "(all)", "day", BEGIN]["unit_cost"] == Decimal("0.1")
    month = by_key["orders", "(all)", "month", MAY]
    assert (month["cost_cents"], month["units"]) == (2000, 150)
    assert (month["status"], month["missing_days"]) == ("units not complete", 29)
    assert month["lag_days"] == 38
    tenant = by_key["tenants", "a", "day", BEGIN]
    assert tenant["unit_cost"] == Decimal(2)
    assert by_key["tenants", "b", "day", BEGIN]["status"] == "costs missing"
    assert by_key["tenants", "(no units)", "day", BEGIN]["cost_without_units_cents"] == 800
    assert len(problems) == 1
    assert problems[0].startswith("gone: ")
    assert problems[0].endswith("gone.csv cannot be read: No such file or directory.")


SCENARIOS_FILE = """\
scenarios:
- name: bigger
  changes:
  - name: to M50
    from: 2026-07
    instance_size: M50
    when: {all: [{dimension: resource, is: orders}, {dimension: sku, contains: m30}]}
  - name: support grows
    from: 2026-07
    growth_percent: 10
    when: {all: [{dimension: charge_type, is: support}]}
- name: elsewhere
  changes:
  - name: moves
    from: 2026-07
    region: eu-west-1
    when: {all: [{dimension: resource, is: orders}]}
- name: sleeping
  changes:
  - name: weekends
    from: 2026-07
    pause: {weekends: true}
    when: {all: [{dimension: resource, is: orders}, {dimension: sku, contains: m30}]}
- name: nowhere
  changes: [{name: a, from: 2026-07, region: mars, when: {all: [{dimension: sku, ends: m30}]}}]
- name: unheard of
  changes: [{name: a, from: 2026-07, instance_size: M9, when: {all: [{dimension: sku, ends: m30}]}}]
- name: gone
  changes: [{name: a, from: 2026-07, instance_size: M10, when: {all: [{dimension: sku, is: x}]}}]
"""


@pytest.fixture
def sized(costs):
    """The same, with the bigger one's size where its price is looked for."""
    for each in costs:
        if "M50" in each.said.get("sku", ""):
            each.said["instance_size"] = "M50"
    return costs


def scenarios(costs, config, paused=()):
    config.scenarios_file.write_text(SCENARIOS_FILE)
    config.budgets_file.unlink()
    config.metrics_file.unlink()
    with marts_of([*costs, *paused], THROUGH) as db:
        db.execute(
            "insert into marts.dim_clusters values ($id, 'REPLICASET', 'AWS', 'M30', 3, 40)",
            {"id": USUAL["resource_id"]},
        )
        rows, problems = build(db, read_plans(config), config.config_dir, {})
    return {
        (scenario, scope): (baseline, changed, basis)
        for scenario, month, scope, _, _, baseline, changed, _, _, basis in rows[SCENARIOS]
        if month == date(2026, 7, 1)
    }, problems


def test_scenarios_are_priced_by_the_bill(sized, config):
    """An M50 server hour costs $4 ÷ 72 here, an M30's $6 ÷ 72; July has 31 days."""
    found, problems = scenarios(sized, config)
    assert found["bigger", "to M50"] == (31 * 600, 31 * 400, "your invoices")
    # 10 % more support, and less for servers
    assert found["bigger", "support grows"] == (31 * 800, 31 * 880, None)
    assert found["bigger", "(total)"] == (31 * 1800, 31 * (400 + 400 + 880), None)
    # nothing was paid for there: the list says 1.13 times as much
    basis = "your invoices, another region's price"
    assert found["elsewhere", "moves"] == (31_000, 35_030, basis)
    assert problems == [
        "nowhere: a: AWS has no region mars.",
        "unheard of: a: nobody knows what M9 costs on AWS.",
        "gone: a: no server of the last 30 days fits its conditions.",
    ]


def test_a_pause_charges_included_disks_unless_the_bill_shows_otherwise(sized, config):
    """23 of 31 days of $6, and eight days of thrice 40 GB at the list's $0.00018 an hour."""
    found, _ = scenarios(sized, config)
    cents = round(23 * 600 + 8 * 24 * 120 * 0.018)
    assert found["sleeping", "weekends"][:2] == (18_600, cents)


def test_a_bill_that_charges_no_disk_of_a_paused_cluster_is_believed(sized, config):
    paused = cost(date(2026, 4, 30), 0, category="Paused instance", sku="PAUSED")
    found, _ = scenarios(sized, config, [paused])
    assert found["sleeping", "weekends"][:2] == (18_600, 23 * 600)


def test_without_files_or_without_a_bill_nothing_is_asked(costs, config, tmp_path):
    empty = {each: [] for each in TABLES}
    none = PlanFiles([], [])
    with marts_of(costs, THROUGH) as db:
        assert build(db, none, tmp_path, {}) == (empty, [])
        assert db.execute("from duckdb_tables() where temporary").fetchall() == []
    with marts_of([], THROUGH) as db:
        assert build(db, read_plans(config), tmp_path, {}) == (empty, [])


def test_a_mistake_in_either_file_ends_everything(config):
    config.metrics_file.write_text("metrics: nothing\n")
    with pytest.raises(SettingsError, match=r"metrics.yaml, line 1: metrics must be a list"):
        read_plans(config)


@pytest.mark.parametrize("table", TABLES, ids=lambda each: each.name)
def test_each_column_says_what_it_is(table):
    assert table.description.startswith("One row per ")
    names = [each.name for each in table.columns]
    assert len(set(names)) == len(names)
    assert all(each.description.endswith(".") for each in table.columns)
