"""A command to copy does what it says, whatever a project or cluster is called."""

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting import commands

NAMES = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1)


@given(project=NAMES, name=NAMES, connection=NAMES)
def test_a_shell_reads_each_name_as_one_word(project, name, connection):
    options = {"project": project, "name": name}
    text = commands.command("pause_cluster", options, connection)
    words = ["atlas-costs", "do", "pause_cluster", f"project={project}", f"name={name}"]
    named = [] if connection == "default" else [f"connection={connection}"]
    assert shlex.split(text) == [*words, *named]


def test_a_hostile_name_does_not_break_out():
    text = commands.command("pause_cluster", {"project": "a'; rm -rf ~ #", "name": "$(id) `id`"})
    assert text == ("atlas-costs do pause_cluster project='a'\"'\"'; rm -rf ~ #' name='$(id) `id`'")


@pytest.mark.parametrize("character", ["\n", "\r", "\x1b", "\x00", "\x7f"])
def test_a_name_that_a_terminal_would_act_upon_is_refused(character):
    with pytest.raises(ValueError, match="control character"):
        commands.command("pause_cluster", {"project": f"shop{character}rm"})


def titles(**given):
    return list(commands.for_cluster("shop", "main", connection=None, **given))


def test_what_can_be_done_depends_on_what_the_cluster_is():
    running = {"resource_type": "cluster", "instance_size": "M30", "is_paused": False}
    usual = ["Pause", "Scale down to M20", "Take a snapshot", "List snapshots", "Delete"]
    assert titles(**running) == usual
    assert titles(**running | {"is_paused": True})[0] == "Resume"
    assert titles(**running | {"instance_size": "M0"}) == ["Delete"]
    assert titles(**running | {"resource_type": "flex_cluster"}) == ["List snapshots", "Delete"]
    assert "Scale down to M10" not in titles(**running | {"instance_size": "M10"})


def test_no_command_carries_itself_out():
    found = commands.for_cluster(
        "shop", "main", connection=None, resource_type="cluster", instance_size="M30",
        is_paused=False,
    )  # fmt: skip
    assert "--apply" not in "".join(found.values())
    assert found["Delete"] == "atlas-costs do delete_cluster project=shop name=main confirm=main"


@pytest.mark.parametrize(
    ("size", "smaller"),
    [("M40", "M30"), ("M10", None), ("R50", None), ("M30, M40", None), (None, None)],
)
def test_a_smaller_tier_is_the_next_one_sold(size, smaller):
    assert commands.one_smaller(size) == smaller
