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
