"""The operator's rules from a file to the published warehouse, and statements that outlive it all.

One organization and one story, because each refresh takes as long as the last.
"""

import shutil

import pytest

from tests.e2e.conftest import control

TAXONOMY = """\
overrides:
  - pattern: ^AWS_INSTANCE_M10$
    service: Charts
    category: Ours
"""
ALLOCATION = """\
keys:
  - key: team
    rules:
      - value_from: tag:team
      - when: {all: [{dimension: charge_type, is: [support, minimum_charge]}]}
        split: {by: cost}
  - key: project
    rules:
      - value_from: project
"""
LINES = "select count(*) from marts.fct_line_items"
DEAREST_CLUSTER = """
select resource_name from marts.allocated_costs_daily
where resource_type = 'cluster' and usage_date >= '2026-03-01' and allocation_key = 'team'
    and allocation_value <> '(unallocated)'
group by all order by sum(cost_cents) desc limit 1
"""
TOTALS = "select charge_type, sum(cost_cents)::bigint from marts.fct_line_items group by 1"
ALLOCATED = """
select allocation_key, charge_type, sum(cost_cents)::bigint from marts.allocated_costs_daily
group by all
"""
FROZEN = "select * from marts.allocation_statements where status = 'closed' order by all"
BALANCE = """
select allocation_key, allocation_value, usage_month, sum(cost_cents)::bigint
from marts.allocation_statements group by all having sum(cost_cents) <> 0 order by all
"""
NOW = """
select allocation_key, allocation_value, date_trunc('month', usage_date)::date as month,
    sum(cost_cents)::bigint
from marts.allocated_costs_daily where month in ('2026-03-01', '2026-04-01')
group by all having sum(cost_cents) <> 0 order by all
"""
ADJUSTED = """
select reason, sum(abs(cost_cents))::bigint from marts.allocation_statements
where entry = 'adjustment' and status = 'open' group by all
"""


@pytest.fixture
def config(tmp_path, monkeypatch):
    folder = tmp_path / "config"
    folder.mkdir()
    monkeypatch.setenv("ATLAS_COSTS_CONFIG_DIR", str(folder))
    return folder


def done(world, *arguments, **variables):
    run = world.run(*arguments, **variables)
    assert run.code == 0, run.said
    return run


def every_cent_is_allocated(world) -> None:
    total = set(world.query(TOTALS))
    assert set(world.query(ALLOCATED)) == {
        (key, *row) for key in ("team", "project") for row in total
    }


def test_rules_and_statements_from_file_to_warehouse(world, refreshed, sandbox, config):
    keys = sandbox.environment()
    shutil.copytree(refreshed, world.data, symlinks=True)
    before, lines = dict(world.query(TOTALS)), world.query(LINES)
    assert world.query("from marts.allocated_costs_daily") == []
    assert world.query("from marts.allocation_statements") == []

    # all history is classified again, and no cent moves
    (config / "taxonomy.yaml").write_text(TAXONOMY)
    (config / "allocation.yaml").write_text(ALLOCATION)
    done(world, "refresh", **keys)
    assert dict(world.query(TOTALS)) == before
    overridden = world.query(
        "select distinct category, service, classified_by from marts.fct_line_items "
        "where sku = 'ATLAS_AWS_INSTANCE_M10'"
    )
    assert overridden == [("Ours", "Charts", "override")]
    assert world.query(LINES) == lines
    every_cent_is_allocated(world)

    # March is closed; then Atlas restates an invoice and a cluster changes hands
    done(world, "statement", "close", "2026-03")
    frozen = (world.data / "statements/2026-03.json").read_bytes()
    [(cluster,)] = world.query(DEAREST_CLUSTER)
    control(sandbox, "restate", {"invoice_month": "2026-03", "cents": 125})
    control(sandbox, "retag", {"cluster": cluster, "tags": {"team": "newcomers"}})
    done(world, "refresh", **keys)
    assert (world.data / "statements/2026-03.json").read_bytes() == frozen
    reasons = dict(world.query(ADJUSTED))
    assert reasons["attributes_changed"] > 0
    assert reasons.keys() <= {"attributes_changed", "split_changed", "costs_changed"}
    assert world.query(BALANCE) == world.query(NOW)
    every_cent_is_allocated(world)

    # the next statement takes the adjustments; changed rules are adjusted after it
    done(world, "statement", "close", "2026-04")
    (config / "allocation.yaml").write_text(ALLOCATION.replace("by: cost", "by: equal"))
    shutil.rmtree(world.data / "build")
    done(world, "rebuild", **keys)
    assert dict(world.query(ADJUSTED)).keys() == {"rules_changed"}
    months = world.query(BALANCE)
    assert [row for row in months if str(row[2]) < "2026-05"] == world.query(NOW)
    listed = done(world, "statement", "list").out
    assert [line.split()[:2] for line in listed.splitlines()] == [
        ["2026-03", "closed"], ["2026-03", "closed"],
        ["2026-04", "closed"], ["2026-04", "closed"],
        ["2026-05", "open"], ["2026-05", "open"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("taxonomy.yaml", "overrides:\n- sku: A\n  service: Clouds\n", "line 3: overrides[0].serv"),
        ("allocation.yaml", "keys:\n- key: a\n  rules:\n  - valeu: b\n", "line 4: keys[0].rules[0"),
        ("../data/statements/2026-03.json", "{}", "cannot be read (KeyError): restore it from a"),
    ],
)
def test_a_mistake_is_told_before_atlas_is_asked(world, sandbox, config, name, text, sentence):
    """Costs cannot be lost by a typo: nothing is read, and what was published stays."""
    file = config / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    for command in ("refresh", "rebuild"):
        run = world.run(command, **sandbox.environment())
        assert run.code == 1
        assert len(run.err.strip().splitlines()) == 1
        assert sentence in run.err
    assert world.landed() == set()


def test_what_a_user_types_wrong_is_one_sentence(world):
    assert world.run("statement", "close", "may").err == (
        "may is not a month: write it as 2026-05.\n"
    )
    assert "run `atlas-costs refresh` first" in world.run("statement", "close", "2026-05").err
    assert world.run("statement", "list").out == "No statement is closed yet.\n"
    assert "2026-05 is not closed" in world.run("statement", "reopen", "2026-05").err
