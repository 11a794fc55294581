"""What a build skips of dbt's own work changes nothing that dbt finds or says."""

from itertools import combinations

import pytest
from dbt.context.macros import MacroNamespace
from dbt_common.events.types import Note

from orchestration.refreshing.dbt_shortcuts import EventLevel, Names, WithoutDebug

PARTS = ("global_namespace", "local_namespace", "global_project_namespace")


def _given(shared):
    """Three packages, of which those of `shared` have a macro of one name, and one apart."""
    parts = {part: {f"of_{part}": part} for part in PARTS}
    for part in shared:
        parts[part]["same"] = part
    return parts | {"packages": {"ours": {"same": "ours"}, "same_as_package": {"other": "p"}}}


@pytest.mark.parametrize("shared", [*combinations(PARTS, 2), PARTS, PARTS[:1]])
def test_a_macro_is_found_where_dbt_finds_it(shared):
    dbts, ours = MacroNamespace(**_given(shared)), Names(**_given(shared))
    assert {name: dbts[name] for name in dbts} == {**ours}
    assert len(ours) == len(dbts)
    for package in (None, "ours", "dbt"):
        assert ours.get_from_package(package, "same") == dbts.get_from_package(package, "same")
    assert ours.get("none") is None


def test_all_but_debug_is_told():
    told = []
    manager = WithoutDebug()
    manager.add_callback(lambda event: told.append(event.info.msg))
    for level in EventLevel:
        manager.fire_event(Note(msg=level.value), level)
    manager.fire_event(Note(msg="of its own level"))
    assert told == [level.value for level in EventLevel if level.value != "debug"] + [
        "of its own level"
    ]
