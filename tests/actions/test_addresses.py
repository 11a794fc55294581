"""An address means what it says, and many blocks together are no way around allow_anywhere."""

import re

import pytest

from orchestration.actions.access_list.addresses import entry_of, listed_entry, width_refusals
from tests.actions.cases import new_cluster
from tests.actions.running import apply, in_atlas, run

GROUP = "123456789012/sg-0123456789"
REFUSED = {
    "10.1.2.3/8": "is an address within a block: say 10.1.2.3 or 10.0.0.0/8",
    "2001:db8::1/64": "is an address within a block: say 2001:db8::1 or 2001:db8::/64",
    "fe80::1%eth0": "no network card is named",
    "::ffff:0:0/96": "IPv4 is written as IPv4",
    "::ffff:10.0.0.1": "IPv4 is written as IPv4",
    "everywhere": "must be an IP address",
    "10.0.0.0/33": "must be an IP address",
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_does_not_say_what_it_means_is_refused(text, stage):
    with pytest.raises(ValueError, match=re.escape(REFUSED[text])):
        entry_of(text)
    refused = apply("allow_ip", project=stage.project, entry=text)
    assert refused.outcome == "refused"
    assert REFUSED[text] in refused.error


@pytest.mark.parametrize("entry", [GROUP, "10.1.2.3/8", "sg-1", "anything"])
def test_what_atlas_lists_is_taken_as_it_is(entry):
    assert listed_entry(entry) == {"10.1.2.3/8": "10.0.0.0/8"}.get(entry, entry)


WIDTHS = {
    "halves": (["0.0.0.0/1"], [], ["0.0.0.0/1 lets a large part of the internet in"]),
    "both_halves": (["0.0.0.0/1", "128.0.0.0/1"], [], ["0.0.0.0/0 lets the whole internet in"]),
    "the_other_half": (["128.0.0.0/1"], ["0.0.0.0/1"], ["0.0.0.0/0 lets the whole internet in"]),
    "ipv6_half": (["::/1"], [], ["::/1 lets a large part"]),
    "ipv6_in_use": (["2000::/3"], [], ["2000::/3 lets a large part"]),
    "pieces": (["11.0.0.0/8"], ["10.0.0.0/8"], ["10.0.0.0/7 lets a large part"]),
    "pieces_in_one_go": ([f"{n}.0.0.0/8" for n in range(256)], [], ["0.0.0.0/0 lets the whole"]),
    "one_owners": (["10.0.0.0/8", "2001:db8::/32", "203.0.113.7"], ["192.168.0.0/16"], []),
    "allowed_before": (["10.0.0.1"], ["0.0.0.0/0", "::/0", GROUP], []),
}


@pytest.mark.parametrize("case", WIDTHS)
def test_blocks_count_together(case):
    wanted, listed, said = WIDTHS[case]
    found = width_refusals(wanted, listed)
    assert len(found) == len(said)
    assert all(one.startswith(start) for one, start in zip(found, said, strict=True))


@pytest.mark.parametrize("halves", [("0.0.0.0/1", "128.0.0.0/1"), ("::/1", "8000::/1")])
def test_halves_of_the_internet_are_not_let_in(halves, stage):
    for each in halves:
        assert apply("allow_ip", project=stage.project, entry=each).outcome == "refused"
    cluster = new_cluster(stage.project, allow_ips=list(halves))
    assert "lets the whole internet in" in apply("create_cluster", **cluster).error
    allowed = {"project": stage.project, "allow_anywhere": True}
    assert apply("allow_ip", **allowed, entry=halves[0]).outcome == "applied"
    refused = apply("allow_ip", project=stage.project, entry=halves[1])
    assert "lets the whole internet in" in refused.error
    assert run("allow_ip", **allowed, entry=halves[1]).outcome == "planned"


def test_a_security_group_may_name_its_account_and_has_no_end(stage):
    values = {"project": stage.project, "entry": GROUP}
    refused = apply("allow_ip", **values, delete_after="2026-12-01T00:00:00Z")
    assert "delete_after does not go with a security group" in refused.error
    assert apply("allow_ip", **values).outcome == "applied"
    assert apply("allow_ip", **values).outcome == "adopted"
    assert apply("allow_ip", project=stage.project, entry="10.0.0.1").outcome == "applied"
    assert apply("remove_ip", **values, confirm=GROUP).outcome == "applied"


def test_a_plan_shows_comment_and_end(stage):
    values = {"entry": "10.0.0.1", "comment": "office", "delete_after": "2020-01-01T00:00:00Z"}
    planned = run("allow_ip", project=stage.project, **values)
    assert {each.field: each.after for each in planned.plan.changes} == {
        "access_list": "10.0.0.1",
        "comment": "office",
        "delete_after": "2020-01-01T00:00:00Z",
    }
    assert "is not within a week from now" in planned.plan.warnings[0]


@pytest.mark.parametrize("text", ["0.0.0.0", "0.0.0.0/32", "::", "::/128"])  # noqa: S104
def test_the_address_of_no_host_is_refused_and_can_be_taken_off(text, stage):
    refused = apply("allow_ip", project=stage.project, entry=text)
    assert refused.outcome == "refused"
    assert "is the address of no host; " in refused.error
    allowed = run("create_cluster", **new_cluster(stage.project, allow_ips=[text]))
    assert "is the address of no host; " in allowed.error
    in_atlas(lambda atlas: atlas.create_entry(stage.project, {"cidrBlock": text}))
    entry = text.partition("/")[0]
    gone = apply("remove_ip", project=stage.project, entry=text, confirm=entry)
    assert gone.outcome == "applied", gone.error


OPEN = {
    "everybody": (["0.0.0.0/0"], ["0.0.0.0/0"]),
    "in_two_halves": (["0.0.0.0/1", "128.0.0.0/1"], ["0.0.0.0/0"]),
    "of_the_other_version": (["::/0"], []),
    "somebody": (["10.0.0.0/8"], []),
}


@pytest.mark.parametrize("case", OPEN)
def test_an_entry_that_restricts_nothing_says_so(case, stage):
    listed, told = OPEN[case]
    for each in listed:
        added = apply("allow_ip", project=stage.project, entry=each, allow_anywhere=True)
        assert added.outcome == "applied", added.error
    planned = run("allow_ip", project=stage.project, entry="203.0.113.7")
    assert [each.partition(" ")[0] for each in planned.plan.warnings] == told
    if told:
        assert "while it is, every address may connect" in planned.plan.warnings[0]
    cluster = run("create_cluster", **new_cluster(stage.project, allow_ips=["203.0.113.7"]))
    assert cluster.plan.warnings == planned.plan.warnings
    # and what opens everything is no entry beside itself
    assert run("allow_ip", project=stage.project, entry=listed[0]).plan.warnings == (
        planned.plan.warnings if len(listed) > 1 else ()
    )
