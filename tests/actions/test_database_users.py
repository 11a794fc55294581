"""Users keep what nobody asked to change, sign in as they did, and never with a key of ours."""

import os

import pytest

from orchestration.commands import do as doing
from orchestration.settings import load_settings
from tests.actions.cases import PASSWORD, ROLES, new_user
from tests.actions.running import apply, in_atlas, kept_records, run

OTHER_ROLES = [{"role": "read", "database": "app"}]
LAKE = {"name": "lake", "type": "DATA_LAKE"}
MAIN = {"name": "main", "type": "CLUSTER"}


def live(stage, name="app"):
    return in_atlas(lambda atlas: atlas.get_user(stage.project, "admin", name))


@pytest.fixture
def user(stage):
    """Makes a user with these scopes, as somebody else would; returns how actions name it."""

    def make(*scopes):
        at = stage.user()
        body = {"scopes": list(scopes)}
        in_atlas(lambda atlas: atlas.update_user(stage.project, "admin", "app", body))
        return at

    return make


SCOPES = {
    "left_out": ([MAIN], None, [MAIN]),
    "a_lake_left_out": ([LAKE], None, [LAKE]),
    "clusters_beside_a_lake": ([MAIN, LAKE], ["other"], [{**MAIN, "name": "other"}, LAKE]),
    "the_same": ([MAIN, LAKE], ["main"], [MAIN, LAKE]),
    "all": ([MAIN], [], []),
}


@pytest.mark.parametrize("case", SCOPES)
def test_scopes_are_never_wider_than_was_asked_for(case, user, stage):
    there, wanted, after = SCOPES[case]
    scopes = {} if wanted is None else {"scopes": wanted}
    changed = apply("update_database_user", **user(*there), roles=OTHER_ROLES, **scopes)
    assert changed.outcome == "applied", changed.error
    assert live(stage)["scopes"] == after
    told = [each.field for each in changed.plan.changes]
    assert ("scopes" in told) is (there != after)
    warnings = ("Without scopes the user may use every cluster of the project.",)
    assert changed.plan.warnings == (warnings if case == "all" else ())


@pytest.mark.parametrize("action", ["create_database_user", "update_database_user"])
def test_a_lakes_user_is_not_let_into_every_cluster(action, user, stage):
    user(LAKE)
    values = new_user(stage.project, scopes=[])
    refused = apply(action, **values)
    assert refused.outcome == "refused"
    assert "it may use DATA_LAKE lake; without any scope it could use all" in refused.error
    assert live(stage)["scopes"] == [LAKE]


def test_a_user_without_scopes_in_its_config_is_adopted_with_those_it_has(user, stage):
    user(MAIN)
    assert apply("create_database_user", **new_user(stage.project)).outcome == "adopted"
    assert live(stage)["scopes"] == [MAIN]


FILE = """\
projects:
  - name: {name}
    database_users:
      - name: app
        password_env: CASE_USER_PASSWORD
        roles: [{{role: {role}, database: app}}]
"""


def test_a_file_that_says_nothing_of_scopes_changes_none(user, stage, tmp_path):
    user(MAIN, LAKE)
    (tmp_path / "config").mkdir()
    for role, does in (("readWrite", "adopt"), ("read", "update")):
        text = FILE.format(name=stage.name, role=role)
        (tmp_path / "config" / "resources.yaml").write_text(text, encoding="utf-8")
        applied = apply("apply_resources")
        assert applied.is_good, applied.error
        assert applied.result.resources[-1].does == does
        assert live(stage)["scopes"] == [MAIN, LAKE]


WAYS = [
    ("CN=x", "x509_customer", "ldap_user"),
    ("CN=x", "x509_managed", "x509_customer"),
    ("arn:aws:iam::1:user/x", "aws_iam_user", "aws_iam_role"),
    ("app", "password", "oidc_group"),
    ("CN=x", "ldap_group", "password"),
    ("idp/x", "oidc_group", "ldap_group"),
]


@pytest.mark.parametrize(("name", "made", "asked"), WAYS)
def test_a_user_that_signs_in_otherwise_is_another(name, made, asked, stage):
    def values(way):
        password = PASSWORD if way == "password" else None
        return new_user(stage.project, name=name, authentication=way, password_env=password)

    assert apply("create_database_user", **values(made)).result.authentication == made
    at = {"project": stage.project, "name": name, "authentication": asked}
    for action, config in (
        ("create_database_user", values(asked)),
        ("update_database_user", {**at, "roles": OTHER_ROLES}),
        ("delete_database_user", {**at, "confirm": name}),
    ):
        refused = apply(action, **config)
        assert refused.outcome == "refused", action
        assert f"it exists with authentication {made}, not {asked}" in refused.error
    assert apply("create_database_user", **values(made)).outcome == "adopted"


def test_a_plan_shows_all_of_a_new_user_but_its_password(stage):
    values = new_user(stage.project, scopes=["one"], delete_after="2020-01-01T00:00:00Z")
    planned = run("create_database_user", **values)
    assert {each.field: each.after for each in planned.plan.changes} == {
        "password": f"from {PASSWORD}",
        "roles": ["readWrite@app"],
        "scopes": ["one"],
        "delete_after": "2020-01-01T00:00:00Z",
    }
    assert "is not within a week from now" in planned.plan.warnings[0]
    other = {"name": "CN=x", "authentication": "x509_managed", "roles": ROLES}
    planned = run("create_database_user", project=stage.project, **other)
    assert planned.plan.changes[0].after == "x509_managed"


CONNECTIONS = """\
connections:
  - name: shop
    org_id: ORG
    public_key_env: SHOP_PUBLIC
    private_key_env: SHOP_PRIVATE
    provisioning_public_key_env: SHOP_ACTS_PUBLIC
    provisioning_private_key_env: SHOP_ACTS_PRIVATE
"""
KEYS = ["MONGODB_ATLAS_PROVISIONING_PRIVATE_KEY", "SHOP_PRIVATE", "SHOP_ACTS_PRIVATE"]


@pytest.mark.parametrize("variable", KEYS)
def test_a_key_is_nobodys_password(variable, stage, tmp_path, monkeypatch):
    monkeypatch.setenv("SHOP_ACTS_PUBLIC", os.environ["MONGODB_ATLAS_PROVISIONING_PUBLIC_KEY"])
    secret = os.environ["MONGODB_ATLAS_PROVISIONING_PRIVATE_KEY"]
    monkeypatch.setenv("SHOP_ACTS_PRIVATE", secret)
    monkeypatch.setenv("SHOP_PRIVATE", "another secret")
    (tmp_path / "config").mkdir()
    text = CONNECTIONS.replace("ORG", os.environ["MONGODB_ATLAS_ORG_ID"])
    (tmp_path / "config" / "connections.yaml").write_text(text, encoding="utf-8")
    refused = apply("create_database_user", **new_user(stage.project, password_env=variable))
    assert refused.outcome == "refused"
    assert "password_env names a variable with a key for Atlas" in refused.error


@pytest.mark.parametrize("password", ["hunter2", "HUNTER2"])
def test_a_password_in_place_of_its_variables_name_is_kept_nowhere(
    password, stage, tmp_path, capfd
):
    values = [f"project={stage.project}", "name=app", f"password_env={password}"]
    values.append("roles=[{role: readWrite, database: app}]")
    record = doing.run(load_settings(), "create_database_user", values, apply=True)
    doing.tell(record)
    assert record.outcome == "refused"
    assert kept_records()[-1] == record
    written = [each.read_bytes() for each in (tmp_path / "data").rglob("*") if each.is_file()]
    said = "".join(capfd.readouterr())
    assert not [each for each in (*written, said.encode()) if password.encode() in each]
