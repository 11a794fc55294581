"""Each rule of savings is a file, is listed, is described, and is in the documentation."""

import re

import duckdb
import pytest
import yaml

from tests.conftest import ROOT
from tests.macros import rendered

FOLDER = ROOT / "dbt_project/models/marts/saving_rules"
# What rules read, and what puts them together.
OTHERS = {"costs", "prices", "clusters", "usage", "findings"}
MACROS = (ROOT / "dbt_project/macros/savings.sql").read_text()
DOCUMENT = (ROOT / "docs/savings.md").read_text()


def listed() -> list[str]:
    found = re.search(r"macro saving_rules.*?return\(\[(.*?)\]\)", MACROS, re.DOTALL)
    assert found
    return re.findall(r'"(\w+)"', found[1])


def test_every_file_is_listed_and_every_listed_rule_has_one() -> None:
    files = {each.stem.removeprefix("int_saving_") for each in FOLDER.glob("*.sql")}
    assert files - OTHERS == set(listed())


@pytest.mark.parametrize("rule", listed())
def test_a_rule_is_inlined_described_and_tested(rule: str) -> None:
    sql = (FOLDER / f"int_saving_{rule}.sql").read_text()
    described = yaml.safe_load((FOLDER / f"int_saving_{rule}.yml").read_text())
    # as dbt_project.yml says of its folder
    assert "materialized" not in sql
    assert f"'{rule}', '" in sql
    assert described["unit_tests"]
    assert f"| `{rule}` " in DOCUMENT


@pytest.mark.parametrize("rule", listed())
def test_a_rule_has_a_world_in_which_something_is_missing(rule: str) -> None:
    """All but those that read bill and settings alone, which are never missing there."""
    known = {"advanced_security", "bi_connector", "long_paused"}
    described = yaml.safe_load((FOLDER / f"int_saving_{rule}.yml").read_text())
    expected = [row for each in described["unit_tests"] for row in each["expect"]["rows"]]
    is_missing = any(row["monthly_saving_cents"] is None for row in expected)
    assert is_missing == (rule not in known)


@pytest.mark.parametrize(
    ("project", "cluster", "connection"),
    [
        ('the "old" shop', "main", "default"), (r"back\slash", "no", "acme"),
        ("a: b, c}", "42", "on"), ("it's # shared", "1e3", "default"),
    ],
)  # fmt: skip
def test_a_suggested_schedule_is_yaml_whatever_things_are_called(project, cluster, connection):
    sql = rendered("{{ schedules() }}", "duckdb", "savings")
    names = "select ? as project_name, ? as resource_name, ? as connection"
    with duckdb.connect(":memory:") as db:
        [(text,)] = db.execute(
            f"select {sql} from ({names})", [project, cluster, connection]
        ).fetchall()
    pause, resume = yaml.safe_load(text)["schedules"]
    of_connection = {} if connection == "default" else {"connection": connection}
    asked = {"project": project, "name": cluster, "dry_run": False} | of_connection
    assert pause["config"] == resume["config"] == asked
    assert (pause["action"], resume["action"]) == ("pause_cluster", "resume_cluster")


def test_what_was_not_billed_for_a_day_yet_stops_no_build() -> None:
    """A rule leaves it out by a condition of its own, but DuckDB may divide before it looks there.

    With the division in a condition, it took that of the rule for proof that no day is 0: every
    refresh of the demo failed on 7 December 2026.
    """
    of_a_month = rendered("{{ month_of('cents', 'days') }}", "duckdb", "savings")
    days = "(values (3000, 0), (3000, 30), (3000, -2)) as costs (cents, days)"
    with duckdb.connect() as db:
        found = db.execute(f"select days, {of_a_month} from {days}").fetchall()
    assert dict(found)[30] == 3042


def test_a_division_by_zero_is_null_in_a_build_as_on_spark() -> None:
    options = yaml.safe_load((ROOT / "dbt_project/profiles.yml").read_text())
    given = options["atlas_costs"]["outputs"]["duckdb"]["config_options"]
    of_division = ("error_on_division_by_zero", "ieee_floating_point_ops")
    with duckdb.connect(config={name: given[name] for name in of_division}) as db:
        db.execute("create table numbers as select 0 as zero, 0::decimal(9, 2) as nothing")
        sql = "select 1 / zero, 1 // zero, 1 % zero, 1.5 / nothing, 0 / zero from numbers"
        assert db.execute(sql).fetchone() == (None,) * 5
