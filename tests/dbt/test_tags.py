"""The one rule for the tags of a resource, and keys whose spellings differ in case alone."""

import duckdb
import jinja2
import pytest

from tests.conftest import ROOT

ENGINE = (ROOT / "dbt_project/macros/engine.sql").read_text()
BILL = "map {'team': ['commerce', 'checkout'], 'cost-center': ['cc-1']}"
OWN = "map {'team': ['checkout'], 'owner': ['ann']}"
PROJECT = "map {'team': ['commerce'], 'cost-center': ['cc-1']}"
NOTHING = "cast(map {} as map(varchar, varchar[]))"


def said(macro: str, *arguments: str, ignore_case: bool = False) -> dict[str, list[str]]:
    """What a macro's SQL comes to."""
    environment = jinja2.Environment(autoescape=False)  # noqa: S701  it is SQL
    environment.globals["tag_keys_ignore_case"] = lambda: ignore_case
    call = f"select {{{{ {macro}({', '.join(map(repr, arguments))}) }}}}"
    row = duckdb.execute(environment.from_string(ENGINE + call).render()).fetchone()
    assert row is not None
    return row[0]


def test_a_key_on_the_bill_is_as_the_bill_has_it_and_others_come_from_the_inventory():
    """Atlas has put the project's and the cluster's team together there."""
    assert said("merged_tags", BILL, OWN, PROJECT) == {
        "cost-center": ["cc-1"], "owner": ["ann"], "team": ["commerce", "checkout"],
    }  # fmt: skip
    assert said("tag_sources", BILL, OWN, PROJECT) == {
        "cost-center": ["bill", "project"], "owner": ["resource"],
        "team": ["bill", "resource", "project"],
    }  # fmt: skip


def test_what_is_not_billed_yet_has_its_own_tags_and_its_project_s_together():
    assert said("merged_tags", NOTHING, OWN, PROJECT) == {
        "cost-center": ["cc-1"], "owner": ["ann"], "team": ["checkout", "commerce"],
    }  # fmt: skip
    assert said("merged_tags", BILL, NOTHING, NOTHING) == {
        "cost-center": ["cc-1"], "team": ["commerce", "checkout"],
    }  # fmt: skip
    assert said("merged_tags", NOTHING, NOTHING, NOTHING) == {}


@pytest.mark.parametrize(
    ("ignore_case", "expected"),
    [
        (True, {"team": {"a", "b"}, "env": {"c"}}),
        (False, {"Team": {"a"}, "team": {"b", "a"}, "ENV": {"c"}}),
    ],
)
def test_spellings_of_a_key_are_one_where_case_is_ignored(ignore_case, expected):
    tags = "map {'Team': ['a'], 'team': ['b', 'a'], 'ENV': ['c']}"
    found = said("folded_tags", tags, ignore_case=ignore_case)
    assert {key: set(values) for key, values in found.items()} == expected
    assert all(len(values) == len(set(values)) for values in found.values())


def test_atlas_s_list_of_tags_is_folded_like_the_bill_s():
    listed = """'[{"key": "Team", "value": "a"}, {"key": "team", "value": "b"}]'::json"""
    folded = said("tags_from_list", listed, ignore_case=True)
    assert {key: sorted(values) for key, values in folded.items()} == {"team": ["a", "b"]}
    assert said("tags_from_list", listed) == {"Team": ["a"], "team": ["b"]}
