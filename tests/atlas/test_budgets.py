"""The rate budget: what Atlas documents, waited for here rather than refused there."""

import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from orchestration.atlas.budgets import Budgets, bucket_of
from orchestration.atlas.client import AtlasClient
from orchestration.atlas.errors import Stopped
from tests.servers import Scripted, serving

API = "/api/atlas/v2"


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("path", "owner", "capacity", "refill"),
    [
        ("/orgs/o1/invoices", "o1", 500, 100),
        ("/orgs/o1/invoices/i1/reports/r1", "o1", 500, 100),
        ("/orgs/o1/billing/costExplorer/usage", "o1", 500, 100),
        ("/skus", "me", 300, 100),
        ("/clusters", "me", 300, 100),
        ("/groups/g1/clusters", "g1", 10_000, 5000),
        ("/groups/g1/flexClusters", "g1", 1200, 500),
        ("/orgs/o1", "o1", 500, 250),
        ("/orgs/o1/groups", "o1", 500, 250),
        ("/orgs", "me", 300, 100),
        ("/groups", "me", 1200, 500),
        ("/orgs/o1/settings", "o1", 10, 5),
        ("/groups/g1/processes", "g1", 300, 100),
        ("/groups/g1/hosts/h1/fts/metrics/measurements", "g1", 300, 100),
        ("/groups/g1/clusters/c1/performanceAdvisor/schemaAdvice", "g1", 1200, 500),
        ("/groups/g1/clusters/c1/PRIMARY/collStats/namespaces", "g1", 300, 100),
        ("/groups/g1/clusters/c1/backup/snapshots", "g1", 100, 100),
        ("/groups/g1/dataFederation", "g1", 100, 100),
        ("/orgs/o1/serviceAccounts", "o1", 100, 100),
        ("/rateLimits", "me", 100, 100),
    ],
)
def test_a_path_draws_on_the_bucket_that_atlas_documents(path, owner, capacity, refill):
    limit, found = bucket_of(API + path, "me")
    assert (found, limit.capacity, limit.refill) == (owner, capacity, refill)
    assert bucket_of("/behind/a/gateway" + API + path, "me") == (limit, found)


def test_a_full_bucket_lets_its_capacity_through_and_then_its_refill():
    clock = Clock()
    budgets = Budgets(clock)
    path = f"{API}/orgs/o1/settings"
    assert [budgets.wait(path, "me") for _ in range(10)] == [0] * 10
    assert [budgets.wait(path, "me") for _ in range(2)] == pytest.approx([12, 24])
    clock.now += 36
    assert budgets.wait(path, "me") == 0
    clock.now += 3600
    assert [budgets.wait(path, "me") for _ in range(11)] == pytest.approx([0] * 10 + [12])


def test_each_owner_has_a_bucket_and_endpoints_of_one_set_share_it():
    budgets = Budgets(Clock())
    for _ in range(500):
        budgets.wait(f"{API}/orgs/o1/invoices", "me")
    assert budgets.wait(f"{API}/orgs/o1/invoices/i1", "me") > 0
    assert budgets.wait(f"{API}/orgs/o2/invoices", "me") == 0
    assert budgets.wait(f"{API}/orgs/o1", "me") == 0


def test_atlas_is_believed_where_it_says_that_less_is_left():
    budgets = Budgets(Clock())
    path = f"{API}/orgs/o1/invoices"
    budgets.observe(path, "me", {"ratelimit-remaining": "1"})
    assert budgets.wait(path, "me") == 0
    assert budgets.wait(path, "me") == pytest.approx(0.6)
    budgets.observe(path, "me", {"ratelimit-remaining": "400"})
    budgets.observe(path, "me", {"ratelimit-remaining": "many"})
    budgets.observe(path, "me", {})
    assert budgets.wait(path, "me") == pytest.approx(1.2)


def test_atlas_is_believed_where_it_says_that_a_bucket_holds_more():
    """60 clusters of one project are 300 questions; 100 a minute were assumed where 1,200 are."""
    path = f"{API}/groups/g1/clusters/c/backup/snapshots"
    budgets = Budgets(Clock())
    assert sum(budgets.wait(path, "me") > 0 for _ in range(300)) == 200
    budgets = Budgets(clock := Clock())
    said = {"ratelimit-limit": "1200", "ratelimit-remaining": "1199"}
    waited = 0.0
    for number in range(1, 301):
        waited += budgets.wait(path, "me")
        budgets.observe(path, "me", said | {"ratelimit-remaining": str(1200 - number)})
    assert waited == 0
    assert [budgets.wait(path, "me") for _ in range(900)] == [0] * 900
    assert budgets.wait(path, "me") == pytest.approx(0.05)
    clock.now += 6  # 1,200 a minute: 120 are back, but for the one that was taken ahead
    assert [budgets.wait(path, "me") for _ in range(119)] == [0] * 119
    assert budgets.wait(path, "me") > 0


def test_atlas_is_believed_where_it_says_that_a_bucket_holds_less():
    budgets = Budgets(Clock())
    path = f"{API}/orgs/o1/invoices"
    budgets.observe(path, "me", {"ratelimit-limit": "50, 50;w=60"})
    assert [budgets.wait(path, "me") for _ in range(50)] == [0] * 50
    assert budgets.wait(path, "me") == pytest.approx(6)  # a tenth of the bucket, of the refill too


def test_a_larger_bucket_forgets_nothing_that_was_taken():
    budgets = Budgets(Clock())
    path = f"{API}/groups/g1/streams"
    for _ in range(150):
        budgets.wait(path, "me")
    budgets.observe(path, "me", {"ratelimit-limit": "200"})
    assert [budgets.wait(path, "me") for _ in range(50)] == [0] * 50
    assert budgets.wait(path, "me") > 0


@pytest.mark.parametrize("odd", ["0", "many", "-5", "", "9" * 40, "1e400", "NaN"])
def test_a_limit_that_is_none_is_not_believed(odd):
    budgets = Budgets(Clock())
    path = f"{API}/groups/g1/streams"
    budgets.observe(path, "me", {"ratelimit-limit": odd, "ratelimit-remaining": odd})
    budgets.wait(path, "me")
    budgets.wait(path, "me")
    assert budgets.wait(path, "me") <= 60 * 3 / 100


class Dawdling(Clock):
    """Lets other threads go first at every look, so that races show."""

    def __call__(self) -> float:
        time.sleep(1e-4)
        return self.now


def test_many_threads_take_each_token_once():
    budgets = Budgets(Dawdling())
    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(lambda _: budgets.wait(f"{API}/groups/g/x", "me"), range(150)))
    assert sum(each == 0 for each in waits) == 100
    assert max(waits) == pytest.approx(30)


class Spent(Budgets):
    """The next token is always six seconds away."""

    def wait(self, *_: str) -> float:
        return 6.0


def test_a_long_wait_is_said_once_and_ends_when_nobody_waits(caplog):
    caplog.set_level(logging.INFO, "atlas_costs")
    stop = threading.Event()
    with serving(Scripted()) as server:
        with AtlasClient(server.url, httpx.Auth(), budgets=Spent(), stop=stop) as atlas:
            threading.Timer(0.1, stop.set).start()
            with pytest.raises(Stopped, match="given up on because"):
                atlas.get("/orgs/o/invoices", version="2023-01-01", what="invoice list")
        assert server.requests == []
    said = [each.message for each in caplog.records if "waiting" in each.message]
    assert said == ["invoice list: waiting 6 s, because Atlas takes no more requests now"]


def test_the_client_learns_from_the_headers_of_every_answer():
    budgets = Budgets(Clock())
    left = Scripted(headers={"RateLimit-Limit": "500", "RateLimit-Remaining": "0"})
    with serving(left) as server:
        with AtlasClient(server.url, httpx.Auth(), budgets=budgets, principal="me") as atlas:
            atlas.get("/orgs/o/invoices", version="2023-01-01", what="invoice list")
    assert budgets.wait(f"{API}/orgs/o/invoices/i", "me") == pytest.approx(0.6)
