"""The access list of a project."""

from datetime import timedelta

import pytest

from tests.sandbox.conftest import TODAY

LIST = "/accessList"


def keys(own) -> list[str]:
    return [one.get("cidrBlock") or one["awsSecurityGroup"] for one in own.get(LIST)["results"]]


def test_a_life(own) -> None:
    """An address is a block of one; a POST answers with the whole list."""
    body = [
        {"ipAddress": "192.168.0.46", "comment": "test"},
        {"cidrBlock": "10.0.0.0/8"},
        {"awsSecurityGroup": "sg-0123456789abcdef0"},
    ]
    listed = own.ask("POST", LIST, body, 201).json()
    assert listed["totalCount"] == 3
    assert listed["results"] == own.get(LIST)["results"]
    first = listed["results"][0]
    assert (first["ipAddress"], first["cidrBlock"]) == ("192.168.0.46", "192.168.0.46/32")
    assert first["links"][0]["href"].endswith("/accessList/192.168.0.46%2F32")
    for entry in ("192.168.0.46", "192.168.0.46%2F32"):
        assert own.get(f"{LIST}/{entry}") == first
    for entry in ("10.0.0.0%2F8", "192.168.0.46", "sg-0123456789abcdef0"):
        assert own.ask("DELETE", f"{LIST}/{entry}", status=204).content == b""
        status, code, parameters = own.refused("DELETE", f"{LIST}/{entry}")
        assert (status, code) == (404, "ATLAS_NETWORK_PERMISSION_ENTRY_NOT_FOUND")
        assert parameters == [entry.replace("%2F", "/"), own.group]
    assert keys(own) == []


def test_an_entry_that_is_there_takes_the_new_comment(own) -> None:
    own.ask("POST", LIST, [{"ipAddress": "1.2.3.4", "comment": "old"}], 201)
    own.ask("POST", LIST, [{"cidrBlock": "1.2.3.4/32", "comment": "new"}], 201)
    [entry] = own.get(LIST)["results"]
    assert entry["comment"] == "new"


def test_a_temporary_entry_vanishes(fresh_own) -> None:
    own = fresh_own()
    end = f"{TODAY + timedelta(days=1)}T00:00:00Z"
    own.ask("POST", LIST, [{"ipAddress": "1.2.3.4", "deleteAfterDate": end}], 201)
    own.ask("POST", LIST, [{"ipAddress": "1.2.3.5"}], 201)
    assert own.get(f"{LIST}/1.2.3.4")["deleteAfterDate"] == end
    own.sandbox.control("clock", {"days": 1})
    assert keys(own) == ["1.2.3.5/32"]


@pytest.mark.parametrize(
    ("entry", "code", "parameter"),
    [
        ({"ipAddress": "10.0.0.0/8"}, "INVALID_IP_ADDRESS_OR_CIDR_NOTATION", "10.0.0.0/8"),
        ({"ipAddress": "here"}, "INVALID_IP_ADDRESS_OR_CIDR_NOTATION", "here"),
        ({"cidrBlock": "10.0.0.0/33"}, "INVALID_IP_ADDRESS_OR_CIDR_NOTATION", "10.0.0.0/33"),
        ({"awsSecurityGroup": "group"}, "INVALID_ATTRIBUTE", "awsSecurityGroup"),
        ({"comment": "nothing else"}, "MISSING_ONE_OF_THREE_ATTRIBUTES", "awsSecurityGroup"),
        (
            {"ipAddress": "1.2.3.4", "cidrBlock": "1.2.3.4/32"},
            "MULTIPLE_VALUES_SPECIFIED_FOR_ONE_NETWORK_PERMISSION_ENTRY",
            "cidrBlock",
        ),
        (
            {"ipAddress": "1.2.3.4", "comment": "x" * 81},
            "INVALID_NETWORK_PERMISSION_COMMENT",
            "comment",
        ),
        (
            {"ipAddress": "1.2.3.4", "deleteAfterDate": "2020-01-01T00:00:00Z"},
            "EXPIRATION_DATE_IN_PAST",
            "deleteAfterDate",
        ),
    ],
)
def test_one_wrong_entry_keeps_all_out(own, entry, code: str, parameter: str) -> None:
    status, found, parameters = own.refused("POST", LIST, [{"ipAddress": "9.9.9.9"}, entry])
    assert (status, found, parameters[0]) == (400, code, parameter)
    assert keys(own) == []


def test_the_body_is_an_array(own) -> None:
    assert own.refused("POST", LIST, {"ipAddress": "1.2.3.4"})[:2] == (400, "INVALID_JSON")
