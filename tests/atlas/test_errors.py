"""Every failure has a cause in a word or two, and a sentence that says what to do."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from orchestration.atlas import errors
from orchestration.atlas.responses import error_from, parse

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)


def failure(status: int, code: str | None, detail: str = "No.", *parameters: str, date=NOW):
    body = {"error": status, "detail": detail, "parameters": parameters, "reason": "R"}
    body |= {"errorCode": code} if code else {}
    headers = {"date": format_datetime(date, usegmt=True)} if date else {}
    return error_from(status, json.dumps(body).encode(), headers, "invoice list", now=NOW)


@pytest.mark.parametrize(
    ("status", "code", "cause"),
    [
        (401, None, "bad key"),
        (401, "USER_UNAUTHORIZED", "missing role"),
        (403, "USER_UNAUTHORIZED", "missing role"),
        (403, "IP_ADDRESS_NOT_ON_ACCESS_LIST", "IP not allowed"),
        (403, "ORG_REQUIRES_ACCESS_LIST", "IP not allowed"),
        (401, "NOT_IN_ORG", "wrong org"),
        (404, "ORG_NOT_FOUND", "wrong org"),
        (404, "CLUSTER_NOT_FOUND", "not found"),
        (404, None, "not found"),
        (400, "VALIDATION_ERROR", "refused"),
        (409, "CONFLICT", "refused"),
        (429, "RATE_LIMITED_TOKEN_BUCKET", "rate limited"),
        (503, "UNEXPECTED_ERROR", "unreachable"),
    ],
)
def test_status_and_code_tell_the_cause(status, code, cause):
    assert failure(status, code).cause == cause


@pytest.mark.parametrize(
    ("kind", "cause"),
    [
        (errors.Unavailable, "unreachable"),
        (errors.CutShort, "malformed"),
        (errors.Stopped, "stopped"),
        (errors.Expired, "refused"),
        (errors.ReportFailed, "refused"),
    ],
)
def test_what_has_no_status_has_a_cause_too(kind, cause):
    assert kind("It failed.").cause == cause


def test_the_address_that_atlas_saw_is_named_once():
    code, sentence = "IP_ADDRESS_NOT_ON_ACCESS_LIST", "IP address 192.0.2.7 is not allowed."
    for error in (
        failure(403, code, sentence, "192.0.2.7"),
        failure(403, code, "No.", "192.0.2.7"),
    ):
        assert str(error).count("192.0.2.7") == 1
        assert str(error).endswith("Add this machine's address to the API access list of the key.")


@pytest.mark.parametrize(
    ("off", "said"),
    [(timedelta(hours=3), "180 minutes behind"), (-timedelta(hours=1), "60 minutes ahead")],
)
def test_a_wrong_clock_is_told_by_how_much(off, said):
    error = failure(401, None, date=NOW + off)
    assert (error.cause, type(error)) == ("clock skew", errors.ClockSkew)
    assert f"This machine's clock is {said}" in str(error)
    assert "Set this machine's clock" in str(error)


@pytest.mark.parametrize(
    ("code", "date"),
    [
        (None, NOW + timedelta(minutes=4)),
        (None, None),
        ("USER_UNAUTHORIZED", NOW + timedelta(days=1)),
    ],
)
def test_a_clock_that_is_right_enough_is_not_blamed(code, date):
    assert failure(401, code, date=date).cause != "clock skew"


def test_a_date_that_is_none_is_not_held_against_the_clock():
    assert error_from(401, b"", {"date": "yesterday"}, "x").cause == "bad key"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b'"text"',
        b"null",
        b'{"detail": 3, "errorCode": ["x"]}',
        b"[" * 99_999,
    ],
)
def test_any_body_of_an_error_is_survived(body):
    error = error_from(403, body, {}, "invoice list")
    assert str(error).startswith("invoice list: Atlas answered 403: no detail given.")


def test_an_error_page_of_a_proxy_is_told_from_atlas():
    error = error_from(403, b"<html>blocked</html>", {}, "invoice list")
    assert "perhaps a proxy answered" in str(error)


@pytest.mark.parametrize(
    "whole",
    [
        '{"a": [true, false, null, 12, -1.5e3, "é\\u00e9"], "b": {"c": "d"}}',
        '{"results": [{"id": "ü"}]}',
    ],
)
def test_a_document_cut_anywhere_is_cut_short(whole):
    body = whole.encode()
    for end in range(len(body)):
        with pytest.raises(errors.CutShort):
            parse(body[:end], "invoice 1")


@pytest.mark.parametrize("body", [b"<html></html>", b"  <!DOCTYPE html>", b"OK, here it comes: {}"])
def test_what_never_was_json_is_malformed_and_not_cut_short(body):
    with pytest.raises(errors.MalformedAnswer) as raised:
        parse(body, "invoice 1")
    assert not isinstance(raised.value, errors.CutShort)
    assert ("HTML" in str(raised.value)) == (b"html" in body.lower())
