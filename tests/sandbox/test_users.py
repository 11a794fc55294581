"""Database users."""

from datetime import timedelta

import pytest

from tests.sandbox.conftest import TODAY

USERS = "/databaseUsers"
BODY = {
    "username": "app",
    "databaseName": "admin",
    "password": "correct horse battery",
    "roles": [{"roleName": "readWrite", "databaseName": "shop", "collectionName": "orders"}],
    "scopes": [{"name": "one", "type": "CLUSTER"}],
    "labels": [{"key": "a", "value": "b"}],
    "description": "The shop itself",
}


def user(**changes) -> dict:
    """A user's body; None takes a field out."""
    return {name: value for name, value in {**BODY, **changes}.items() if value is not None}


def test_a_life(own) -> None:
    """No answer shows the password."""
    made = own.ask("POST", USERS, BODY, 201)
    path = f"{USERS}/admin/app"
    expected = {name: value for name, value in BODY.items() if name != "password"}
    assert expected.items() <= made.json().items()
    assert made.json()["groupId"] == own.group
    assert own.get(path) == made.json() == own.get(USERS)["results"][0]
    roles = [{"roleName": "readAnyDatabase", "databaseName": "admin"}]
    body = {"roles": roles, "scopes": [], "password": "another long one"}
    changed = own.ask("PATCH", path, body, 200)
    assert (changed.json()["roles"], changed.json()["scopes"]) == (roles, [])
    for answer in (made, changed, own.ask("GET", USERS)):
        assert "password" not in answer.text
        assert "horse" not in answer.text
    assert own.refused("POST", USERS, BODY) == (409, "USER_ALREADY_EXISTS", ["app"])
    assert own.ask("DELETE", path, status=204).content == b""
    for method in ("GET", "PATCH", "DELETE"):
        assert own.refused(method, path, {}) == (404, "USERNAME_NOT_FOUND", ["app"])


def test_a_temporary_user_vanishes(fresh_own) -> None:
    """Within a week; a permanent one cannot be made temporary."""
    own = fresh_own()
    end = f"{TODAY + timedelta(days=2)}T00:00:00Z"
    own.ask("POST", USERS, user(deleteAfterDate=end), 201)
    own.ask("POST", USERS, user(username="stays"), 201)
    path = f"{USERS}/admin/app"
    assert own.get(path)["deleteAfterDate"] == end
    later = f"{TODAY + timedelta(days=3)}T00:00:00Z"
    own.ask("PATCH", path, {"deleteAfterDate": later}, 200)
    refused = own.refused("PATCH", f"{USERS}/admin/stays", {"deleteAfterDate": later})
    assert refused[:2] == (400, "PERMANENT_ENTITY_CANNOT_BE_MADE_TEMPORARY")
    own.sandbox.control("clock", {"days": 3})
    assert [one["username"] for one in own.get(USERS)["results"]] == ["stays"]
    assert own.refused("GET", path)[1] == "USERNAME_NOT_FOUND"


@pytest.mark.parametrize(
    ("way", "word", "database"),
    [
        ("awsIAMType", "ROLE", "$external"),
        ("ldapAuthType", "USER", "$external"),
        ("ldapAuthType", "GROUP", "admin"),
        ("oidcAuthType", "IDP_GROUP", "admin"),
        ("x509Type", "MANAGED", "$external"),
    ],
)
def test_others_sign_in_without_a_password(own, way: str, word: str, database: str) -> None:
    """Their names hold slashes, which come encoded."""
    name = "arn:aws:iam::123456789012:role/team/app"
    body = user(username=name, password=None, databaseName=database, **{way: word})
    made = own.ask("POST", USERS, body, 201).json()
    assert made[way] == word
    path = f"{USERS}/{database}/{name.replace('/', '%2F')}"
    assert own.get(path) == made
    assert own.refused("PATCH", path, {way: "NONE"})[:2] == (409, "AUTH_TYPE_CANNOT_BE_CHANGED")
    own.ask("DELETE", path, status=204)


@pytest.mark.parametrize(
    ("changes", "code", "parameter"),
    [
        ({"password": None}, "MISSING_ATTRIBUTE", "password"),
        ({"password": "short"}, "WEAK_PASSWORD", "password"),
        ({"username": None}, "MISSING_ATTRIBUTE", "username"),
        ({"databaseName": None}, "MISSING_ATTRIBUTE", "databaseName"),
        ({"databaseName": "shop"}, "INVALID_ATTRIBUTE", "databaseName"),
        ({"databaseName": "$external"}, "DATABASE_NAME_INVALID_ADMIN", "app"),
        ({"roles": None}, "MISSING_ATTRIBUTE", "roles"),
        ({"x509Type": "MANAGED"}, "INVALID_ATTRIBUTE", "password"),
        ({"x509Type": "PAPER"}, "INVALID_ATTRIBUTE", "x509Type"),
        ({"x509Type": "MANAGED", "awsIAMType": "USER"}, "INVALID_ATTRIBUTE", "x509Type"),
        ({"scopes": [{"name": "one", "type": "PLANET"}]}, "INVALID_ATTRIBUTE", "type"),
        (
            {"roles": [{"roleName": "king", "databaseName": "shop"}]},
            "ATLAS_INVALID_ROLE",
            "king",
        ),
        (
            {"roles": [{"roleName": "readWriteAnyDatabase", "databaseName": "shop"}]},
            "ATLAS_INVALID_ROLE_DATABASE",
            "readWriteAnyDatabase",
        ),
        ({"deleteAfterDate": "soon"}, "INVALID_ATTRIBUTE", "deleteAfterDate"),
        (
            {"deleteAfterDate": "2020-01-01T00:00:00Z"},
            "EXPIRATION_DATE_IN_PAST",
            "deleteAfterDate",
        ),
        ({"deleteAfterDate": "2030-01-01T00:00:00Z"}, "EXPIRATION_DATE_EXCEEDS_MAX", "7"),
    ],
)
def test_what_makes_no_sense_is_named(own, changes, code: str, parameter: str) -> None:
    status, found, parameters = own.refused("POST", USERS, user(**changes))
    assert (status, found, parameters[0]) == (400, code, parameter)
    assert own.get(USERS)["results"] == []


def test_an_external_user_belongs_elsewhere(own) -> None:
    body = user(password=None, x509Type="MANAGED")
    assert own.refused("POST", USERS, body)[:2] == (400, "DATABASE_NAME_INVALID_EXTERNAL")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"username": "other"}, "DATABASE_USERNAME_CANNOT_BE_CHANGED"),
        ({"databaseName": "$external"}, "DATABASE_NAME_CANNOT_BE_CHANGED"),
    ],
)
def test_a_user_stays_who_they_are(own, body: dict, code: str) -> None:
    own.ask("POST", USERS, BODY, 201)
    assert own.refused("PATCH", f"{USERS}/admin/app", body)[:2] == (409, code)
