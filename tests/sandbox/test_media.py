"""Versioned media types and compression."""

import gzip
import json
from datetime import date

import httpx
import pytest

from sandbox.operations.writes import PROVISIONING
from sandbox.wire.errors import AtlasError
from sandbox.wire.media import negotiate

VERSIONS = ("2023-01-01", "2024-08-05")
API = "/api/atlas/v2"


def asking(day: str) -> str:
    return f"application/vnd.atlas.{day}+json"


@pytest.mark.parametrize(
    ("accept", "version"),
    [
        (asking("2023-01-01"), "2023-01-01"),
        (asking("2024-08-04"), "2023-01-01"),
        (asking("2024-08-05"), "2024-08-05"),
        (asking("2030-01-01"), "2024-08-05"),
        ("application/json", "2023-01-01"),
        ("*/*", "2023-01-01"),
        ("", "2023-01-01"),
        (f"text/html, {asking('2025-01-01')};q=0.9", "2024-08-05"),
    ],
)
def test_the_newest_version_up_to_the_date_answers(accept: str, version: str) -> None:
    assert negotiate(accept, "/p", VERSIONS) == version


@pytest.mark.parametrize(
    "accept",
    [asking("2022-12-31"), asking("2024-13-01"), "text/html", "application/vnd.atlas+json"],
)
def test_what_suits_no_version_is_not_acceptable(accept: str) -> None:
    with pytest.raises(AtlasError) as caught:
        negotiate(accept, "/p", VERSIONS)
    assert (caught.value.status, caught.value.code) == (406, "INVALID_VERSION_DATE")


def test_versions_switched_off_are_gone(client) -> None:
    """The cluster operations know 2024-08-05 only, as Atlas does since March 2026."""
    group = client.get(f"{API}/groups").json()["results"][0]["id"]
    path = f"{API}/groups/{group}/clusters"
    answer = client.get(path, headers={"Accept": asking("2023-02-01")})
    assert (answer.status_code, answer.json()["errorCode"]) == (410, "VERSION_GONE")
    assert client.get(path, headers={"Accept": asking("2022-01-01")}).status_code == 406


def test_the_answer_names_its_own_version(client, atlas) -> None:
    answer = client.get(f"{API}/orgs/{atlas.org_id}", headers={"Accept": asking("2025-06-01")})
    expected = "application/vnd.atlas.2023-01-01+json;charset=utf-8"
    assert answer.headers["content-type"] == expected


def test_large_answers_are_compressed_when_asked(client, atlas, invoices) -> None:
    """With a Content-Length that counts the compressed bytes, and plain otherwise."""
    path = f"{API}/orgs/{atlas.org_id}/invoices/{invoices[0]['id']}"
    with client.stream("GET", path, headers={"Accept-Encoding": "gzip"}) as answer:
        raw = b"".join(answer.iter_raw())
        assert answer.headers["content-encoding"] == "gzip"
        assert int(answer.headers["content-length"]) == len(raw)
    plain = client.get(path, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert json.loads(gzip.decompress(raw)) == plain.json()


def test_small_answers_stay_plain(client) -> None:
    answer: httpx.Response = client.get(f"{API}/orgs", headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in answer.headers


def test_a_sunset_is_announced_and_then_kept(fresh, signed_in) -> None:
    sandbox = fresh(today=date(2027, 1, 17))
    client = signed_in(sandbox)
    group = client.get(f"{API}/groups").json()["results"][0]["id"]
    path = f"{API}/groups/{group}/serverless"
    assert client.get(path).headers["sunset"] == "Mon, 18 Jan 2027 00:00:00 GMT"
    assert "sunset" not in client.get(f"{API}/groups/{group}/clusters").headers
    sandbox.control("clock", {"days": 1})
    answer = client.get(path)
    assert (answer.status_code, answer.json()["errorCode"]) == (410, "VERSION_GONE")


def test_older_versions_of_writes_and_schedules_end_too() -> None:
    sunsets = {each.name: dict(each.sunsets) for each in PROVISIONING if each.sunsets}
    assert sunsets == {
        "createGroupCluster": {"2024-08-05": date(2027, 3, 1)},
        "updateGroupCluster": {"2024-08-05": date(2027, 3, 1)},
        "getGroupClusterBackupSchedule": {"2023-01-01": date(2027, 7, 1)},
        "updateGroupClusterBackupSchedule": {"2023-01-01": date(2027, 7, 1)},
    }
