"""Token buckets per endpoint set and scope."""

from datetime import date

import httpx
import pytest

from sandbox.clock import Clock
from sandbox.wire.errors import AtlasError
from sandbox.wire.rate_limits import EndpointSet, RateLimits

API = "/api/atlas/v2"
TWO_THEN_ONE_A_MINUTE = EndpointSet("org", 2, 1)


class StoppedClock(Clock):
    """A clock that moves by hand."""

    now = 0.0

    def seconds(self) -> float:
        return self.now


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock(date(2026, 1, 1))


def test_an_empty_bucket_says_when_to_come_back(clock: StoppedClock) -> None:
    """Code, parameters and headers of Atlas's documentation."""
    limits = RateLimits(clock)
    for remaining in ("1", "0"):
        headers = limits.take(TWO_THEN_ONE_A_MINUTE, "org", "/p")
        assert headers == {"RateLimit-Limit": "2", "RateLimit-Remaining": remaining}
    clock.now = 15
    with pytest.raises(AtlasError) as caught:
        limits.take(TWO_THEN_ONE_A_MINUTE, "org", "/p")
    error = caught.value
    assert (error.status, error.code) == (429, "RATE_LIMITED_TOKEN_BUCKET")
    assert error.parameters == ["/p", "45", "2", "1", "60"]
    assert error.headers["Retry-After"] == "45"
    assert "retry after 45 seconds" in error.detail


def test_waiting_as_told_is_enough(clock: StoppedClock) -> None:
    limits = RateLimits(clock)
    for _ in range(2):
        limits.take(TWO_THEN_ONE_A_MINUTE, "org", "/p")
    clock.now = 60
    limits.take(TWO_THEN_ONE_A_MINUTE, "org", "/p")
    with pytest.raises(AtlasError):
        limits.take(TWO_THEN_ONE_A_MINUTE, "org", "/p")


def test_each_owner_has_a_bucket(clock: StoppedClock) -> None:
    limits = RateLimits(clock)
    for _ in range(2):
        limits.take(TWO_THEN_ONE_A_MINUTE, "org", "/p")
    headers = limits.take(TWO_THEN_ONE_A_MINUTE, "another", "/p")
    assert headers["RateLimit-Remaining"] == "1"


def test_too_many_requests_meet_a_429(fresh) -> None:
    """Three hundred requests for SKUs are free; the next must wait."""
    sandbox = fresh()
    token = httpx.post(
        f"{sandbox.base_url}/api/oauth/token",
        auth=(sandbox.client_id, sandbox.client_secret),
        data={"grant_type": "client_credentials"},
    ).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=sandbox.base_url, headers=headers) as client:
        path = f"{API}/skus/ATLAS_AWS_INSTANCE_M10"
        answers = [client.get(path) for _ in range(310)]
    assert {answer.status_code for answer in answers[:300]} == {200}
    assert answers[0].headers["ratelimit-limit"] == "300"
    limited = answers[-1]
    assert limited.status_code == 429
    assert int(limited.headers["retry-after"]) >= 1
    assert limited.json()["errorCode"] == "RATE_LIMITED_TOKEN_BUCKET"
