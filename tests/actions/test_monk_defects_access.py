"""What a comparable tool gets wrong of users and access lists: one test for each defect."""

import pytest

from orchestration.atlas.client import AtlasClient
from tests.actions.cases import PASSWORD, new_cluster, new_user
from tests.actions.running import apply, job, run

ANYWHERE = "0.0.0.0/0"
ADDRESSES = {
    "203.0.113.7": ("203.0.113.7", "203.0.113.7/32", True),
    "10.0.0.0/8": ("10.0.0.0/8", "10.0.0.0/8", False),
    "10.0.0.0/255.0.0.0": ("10.0.0.0/8", "10.0.0.0/8", False),
    "203.0.113.7/255.255.255.255": ("203.0.113.7", "203.0.113.7/32", True),
    "2001:db8::/32": ("2001:db8::/32", "2001:DB8::/32", False),
    "203.0.113.7/32": ("203.0.113.7", "203.0.113.7/32", True),
    "2001:DB8::1": ("2001:db8::1", "2001:db8::1/128", True),
}


@pytest.mark.parametrize("given", ADDRESSES)
def test_an_address_goes_into_its_field_and_a_block_into_its_own(given, stage, monkeypatch):
    entry, block, is_single = ADDRESSES[given]
    sent = sent_bodies(monkeypatch)
    made = apply("allow_ip", project=stage.project, entry=given)
    assert (made.outcome, made.result.entry) == ("applied", entry)
    assert sent == [[{"ipAddress" if is_single else "cidrBlock": entry}]]
    assert apply("allow_ip", project=stage.project, entry=block).outcome == "adopted"


def sent_bodies(monkeypatch) -> list:
    sent, change = [], AtlasClient.change

    def noted(self, method, path, body=None, **others):
        sent.append(body)
        return change(self, method, path, body, **others)

    monkeypatch.setattr(AtlasClient, "change", noted)
    return sent


@pytest.mark.parametrize("entry", [ANYWHERE, "::/0"])
def test_the_whole_internet_is_let_in_only_if_that_is_said(entry, stage):
    values = {"project": stage.project, "entry": entry}
    refused = apply("allow_ip", **values)
    assert "lets the whole internet in: set allow_anywhere: true" in refused.error
    cluster = new_cluster(stage.project, allow_ips=[entry])
    assert "lets the whole internet in" in apply("create_cluster", **cluster).error
    assert not [each for each in stage.writes() if "accessList" in each[1]]
    assert apply("allow_ip", **values, allow_anywhere=True).outcome == "applied"


def test_an_address_that_cannot_be_allowed_is_no_warning_but_an_error(stage):
    fault = {"kind": "status", "path": "/accessList$", "method": "POST", "status": 400}
    stage.sandbox.control("faults", {**fault, "error_code": "QUOTA"})
    failed = apply("create_cluster", **new_cluster(stage.project, allow_ips=["10.0.0.0/8"]))
    assert (failed.outcome, failed.error_code) == ("failed", "QUOTA")


def test_addresses_of_a_cluster_are_reconciled_when_it_is_asked_for_again(stage):
    stage.cluster()
    again = new_cluster(stage.project, allow_ips=["10.0.0.0/8"])
    planned = run("create_cluster", **again)
    assert [each.after for each in planned.plan.changes] == ["10.0.0.0/8"]
    assert apply("create_cluster", **again).outcome == "adopted"
    entry = {"project": stage.project, "entry": "10.0.0.0/8"}
    assert run("allow_ip", **entry).result.comment == "for cluster one"
    assert apply("create_cluster", **again).outcome == "adopted"


def test_a_users_roles_are_in_the_database_they_are_for(stage):
    roles = [
        {"role": "readWrite", "database": "app"},
        {"role": "read", "database": "app", "collection": "prices"},
        {"role": "clusterMonitor"},
    ]
    ends = "2026-11-25T01:00:00+01:00"
    asked = new_user(stage.project, roles=roles, scopes=["one"], delete_after=ends)
    made = job("create_database_user", **asked).result
    found = {(each.role, each.database, each.collection) for each in made.roles}
    assert found == {
        ("readWrite", "app", None),
        ("read", "app", "prices"),
        ("clusterMonitor", "admin", None),
    }
    assert (made.scopes, made.delete_after) == (("one",), "2026-11-25T00:00:00Z")
    # Atlas tells the same instant in UTC
    assert apply("create_database_user", **asked).outcome == "adopted"


def test_a_user_with_other_roles_is_not_adopted(stage):
    stage.user()
    roles = [{"role": "atlasAdmin"}]
    refused = apply("create_database_user", **new_user(stage.project, roles=roles))
    assert refused.outcome == "refused"
    assert "roles ['readWrite@app'], not ['atlasAdmin@admin']" in refused.error


def test_changed_roles_are_changed_not_ignored(stage):
    at = stage.user()
    changed = apply("update_database_user", **at, roles=[{"role": "read", "database": "app"}])
    assert [each.role for each in changed.result.roles] == ["read"]


def test_a_password_is_never_made_up_nor_told(stage, monkeypatch):
    made = job("create_database_user", **new_user(stage.project))
    assert "correct horse" not in made.model_dump_json()
    assert made.config["password_env"] == PASSWORD
    monkeypatch.delenv(PASSWORD)
    refused = apply("create_database_user", **new_user(stage.project, name="other"))
    assert "password_env names a variable that is not set" in refused.error


def test_an_entry_with_another_comment_is_neither_adopted_nor_changed(stage):
    entry = {"project": stage.project, "entry": "10.0.0.1"}
    assert apply("allow_ip", **entry, comment="office").outcome == "applied"
    assert "comment office, not home" in apply("allow_ip", **entry, comment="home").error
