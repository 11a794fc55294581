"""Each rule of savings is a file, is listed, is described, and is in the documentation."""

import re

import pytest
import yaml

from tests.conftest import ROOT

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
