"""The one rule for the tags of a resource, and keys whose spellings differ in case alone."""

from pathlib import Path

import duckdb
import pytest

from orchestration.assets.findings import found, in_words
from orchestration.settings import Settings
from tests.macros import rendered

from .changes import add_line, loaded_again
from .conftest import Warehouse

BILL = "map {'team': ['commerce', 'checkout'], 'cost-center': ['cc-1']}"
OWN = "map {'team': ['checkout'], 'owner': ['ann']}"
PROJECT = "map {'team': ['commerce'], 'cost-center': ['cc-1']}"
NOTHING = "cast(map {} as map(varchar, varchar[]))"


def said(macro: str, *arguments: str, ignore_case: bool = False) -> dict[str, list[str]]:
    """What a macro's SQL comes to."""
    call = f"select {{{{ {macro}({', '.join(map(repr, arguments))}) }}}}"
    sql = rendered(call, tag_keys_ignore_case=lambda: ignore_case)
    with duckdb.connect() as db:
        [(tags,)] = db.execute(sql).fetchall()
    return tags


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


WARNED = "warn_tag_keys_differ_in_case"
TAGGED = ("+fct_costs_daily_by_tag", "+dim_tag_keys")


def built_in_place(warehouse: Warehouse) -> Settings:
    """The files of a warehouse where a data folder has them."""
    settings = Settings(data_dir=warehouse.folder)
    settings.build_dir.mkdir()
    for file, name in ((warehouse.raw, settings.raw_file), (warehouse.marts, settings.marts_file)):
        name.symlink_to(file)
    settings.dbt_target_dir.symlink_to(warehouse.folder / "target")
    return settings


def by_team(warehouse: Warehouse) -> list[tuple[str, str, int]]:
    query = """
        select tag_key, tag_value, sum(cost_cents)::int from warehouse.marts.fct_costs_daily_by_tag
        where lower(tag_key) = 'team' and sku = 'REALM_APP_SYNC' and tag_basis = 'current'
            and tag_value <> '(untagged)'
        group by all order by all
    """
    with duckdb.connect() as db:
        db.execute(f"attach '{warehouse.marts}' as warehouse (read_only)")
        return db.execute(query).fetchall()


def test_a_build_that_ignores_case_has_one_key_of_two_spellings(
    built: tuple[Warehouse, dict[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until then each has costs of its own, and the warning names both."""
    warehouse = built[0].copy_to(tmp_path)
    with duckdb.connect(str(warehouse.raw)) as raw:
        tags = {"Team": ["web"], "team": ["core", "web"]}
        add_line(raw, "inv-may", "2026-05-02", "REALM_APP_SYNC", 60, tags=tags)
        loaded_again(raw, "inv-may")
    apart = warehouse.dbt("build", "--select", *TAGGED, "--exclude", "resource_type:unit_test")
    assert apart[WARNED] == "warn"
    rows = found(built_in_place(warehouse), WARNED)
    assert rows == [{"tag_key": "team", "spellings": "Team, team"}]
    assert in_words(rows, 1) == "team · Team, team"
    assert by_team(warehouse) == [("Team", "web", 60), ("team", "core, web", 60)]
    monkeypatch.setenv("ATLAS_COSTS_TAG_KEYS_IGNORE_CASE", "true")
    together = warehouse.dbt("build", "--select", *TAGGED, "--exclude", "resource_type:unit_test")
    assert together[WARNED] == "pass"
    assert by_team(warehouse) == [("team", "core, web", 60)]
