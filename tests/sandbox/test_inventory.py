"""Projects and clusters as the key sees them."""

from datetime import date

import pytest

from sandbox.estate import blueprint

API = "/api/atlas/v2"
FLEX_IN_CLUSTER_API = "CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API"
CLUSTER_IN_FLEX_API = "CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API"


@pytest.fixture
def clusters(client) -> dict[str, dict]:
    """Every cluster of the cluster API by name."""
    return listed(client, "clusters")


def listed(client, kind: str) -> dict[str, dict]:
    groups = [group["id"] for group in client.get(f"{API}/groups").json()["results"]]
    answers = [client.get(f"{API}/groups/{group}/{kind}").json() for group in groups]
    return {one["name"]: one for answer in answers for one in answer["results"]}


def regions(cluster: dict) -> list[tuple[str, str, int]]:
    return [
        (region["providerName"], region["regionName"], spec["electableSpecs"]["nodeCount"])
        for spec in cluster["replicationSpecs"]
        for region in spec["regionConfigs"]
        for spec in [region]
    ]


def test_every_kind_of_cluster_is_there(clusters) -> None:
    """Sharded, multi-cloud, multi-region, paused, free; of a Sunday, so staging rests too."""
    assert len(clusters["events"]["replicationSpecs"]) == 2
    assert clusters["events"]["clusterType"] == "SHARDED"
    assert {provider for provider, _, _ in regions(clusters["identity"])} == {"AWS", "AZURE", "GCP"}
    assert regions(clusters["shop-global"]) == [("AWS", "US_EAST_1", 3), ("AWS", "EU_CENTRAL_1", 2)]
    assert [name for name, one in clusters.items() if one["paused"]] == [
        "archive",
        "shop-staging",
    ]
    free = clusters["hello-world"]["replicationSpecs"][0]["regionConfigs"][0]
    assert (free["providerName"], free["backingProviderName"]) == ("TENANT", "AWS")
    assert free["electableSpecs"]["instanceSize"] == "M0"


def test_shards_can_differ_in_size_and_lie_in_zones(clusters) -> None:
    """Such clusters are why older versions of the API answer 400."""
    telemetry, profiles = clusters["telemetry"], clusters["profiles"]
    assert telemetry["clusterType"] == "SHARDED"
    sizes = [
        spec["regionConfigs"][0]["electableSpecs"]["instanceSize"]
        for spec in telemetry["replicationSpecs"]
    ]
    assert sizes == ["M30", "M40"]
    assert profiles["clusterType"] == "GEOSHARDED"
    assert [spec["zoneName"] for spec in profiles["replicationSpecs"]] == ["Europe", "Americas"]
    assert len({spec["zoneId"] for spec in profiles["replicationSpecs"]}) == 2
    assert regions(profiles) == [("AWS", "EU_WEST_1", 3), ("AWS", "US_EAST_1", 3)]


def test_nodes_that_cannot_be_elected_are_billed_too(clusters, lines) -> None:
    """Three nodes and one for analytics or reading make 96 server hours a day in each zone."""
    [europe, americas] = [
        spec["regionConfigs"][0] for spec in clusters["profiles"]["replicationSpecs"]
    ]
    assert europe["analyticsSpecs"]["nodeCount"] == americas["readOnlySpecs"]["nodeCount"] == 1
    hours = {one["quantity"] for one in lines if billed(one, "profiles", "_INSTANCE_M30")}
    assert hours == {96.0}


def test_each_shard_is_billed_at_its_size(lines) -> None:
    day = "2026-11-10T00:00:00Z"
    found = [one["sku"] for one in lines if one["startDate"] == day and billed(one, "telemetry")]
    sizes = [sku for sku in found if "_INSTANCE_" in sku]
    assert sizes == ["ATLAS_GCP_INSTANCE_M30", "ATLAS_GCP_INSTANCE_M40"]


def billed(line: dict, cluster: str, sku: str = "") -> bool:
    return line.get("clusterName") == cluster and sku in line["sku"]


@pytest.fixture
def seen(fresh, signed_in):
    """What a new sandbox says of a cluster: on a day, and after each of some moves of the clock."""

    def see(name: str, start: date, *moves: int) -> list[dict | None]:
        sandbox = fresh(today=start)
        client = signed_in(sandbox)
        found = [listed(client, "clusters").get(name)]
        for days in moves:
            sandbox.control("clock", {"days": days})
            found.append(listed(client, "clusters").get(name))
        return found

    return see


def test_a_cluster_grows_for_a_week_of_each_month_and_so_does_its_bill(seen, lines) -> None:
    """From the 8th to the 14th, keeping its id."""
    found = seen("shop-global", date(2026, 9, 7), 1, 6, 1)
    specs = [one["replicationSpecs"][0]["regionConfigs"][0]["electableSpecs"] for one in found]
    assert [spec["instanceSize"] for spec in specs] == ["M30", "M40", "M40", "M30"]
    assert len({one["id"] for one in found}) == 1
    days = {
        sku: {int(one["startDate"][8:10]) for one in lines if billed(one, "shop-global", f"_{sku}")}
        for sku in ("M30", "M40")
    }
    assert days == {"M30": set(range(1, 32)) - set(range(8, 15)), "M40": set(range(8, 15))}


def test_a_cluster_pauses_at_weekends_and_then_costs_nothing(seen, lines) -> None:
    found = seen("shop-staging", date(2026, 9, 4), 1, 1, 1)
    assert [one["paused"] for one in found] == [False, True, True, False]
    assert len({one["id"] for one in found}) == 1
    for line in (one for one in lines if billed(one, "shop-staging")):
        is_weekend = date.fromisoformat(line["startDate"][:10]).weekday() >= 5
        assert is_weekend is line["sku"].endswith("_PAUSED")
        assert not (is_weekend and line["totalPriceCents"])


def test_a_cluster_comes_and_goes_each_month_under_a_new_id(seen, lines) -> None:
    """From the 4th up to the 17th."""
    [before, first, last, gone, second] = seen("loadtest", date(2026, 9, 3), 1, 13, 1, 17)
    assert before is gone is None
    assert first["id"] == last["id"] != second["id"]
    assert first["createDate"][:10] == "2026-09-04"
    days = {int(one["startDate"][8:10]) for one in lines if billed(one, "loadtest")}
    assert days == set(range(4, 18))


def test_each_cluster_is_found_under_its_name(client, clusters) -> None:
    for name, cluster in clusters.items():
        path = f"{API}/groups/{cluster['groupId']}/clusters/{name}"
        assert client.get(path).json() == cluster


def test_flex_clusters_have_an_api_of_their_own(client, clusters) -> None:
    """The wrong API answers 400 and says which one is right."""
    flex = listed(client, "flexClusters")
    assert set(flex) == {"gateway", "prototype"}
    gateway, scratch = flex["gateway"], clusters["scratch"]
    wrong = client.get(f"{API}/groups/{gateway['groupId']}/clusters/gateway")
    assert (wrong.status_code, wrong.json()["errorCode"]) == (400, FLEX_IN_CLUSTER_API)
    wrong = client.get(f"{API}/groups/{scratch['groupId']}/flexClusters/scratch")
    assert (wrong.status_code, wrong.json()["errorCode"]) == (400, CLUSTER_IN_FLEX_API)
    assert "gateway" not in clusters


def test_most_clusters_are_tagged_and_some_are_not(clusters) -> None:
    untagged = {name for name, cluster in clusters.items() if not cluster["tags"]}
    assert untagged == {"hello-world", "scratch"}


def test_names_are_unique_over_both_organizations() -> None:
    """At any scale, so that sums by name are sums by resource."""
    day = date(2026, 2, 1)
    orgs = [blueprint.build(3, 4, name) for name in blueprint.PLANS]
    holdings = [held for org in orgs for held in org.living(day)]
    projects = [project.name for project, _ in holdings]
    clusters = [cluster.name for _, held in holdings for cluster in held]
    assert len(set(projects)) == len(projects)
    assert len(set(clusters)) == len(clusters)


@pytest.mark.parametrize("seed", range(6))
def test_a_cluster_name_is_used_again(seed: int) -> None:
    """In any thirteen months: another id, another region, a later creation, the same project."""
    org = blueprint.build(seed, 1, blueprint.PAYING_NAME)
    [before, after] = [
        (project, cluster)
        for day in (date(2026, 5, 7), date(2026, 5, 21))
        for project, clusters in org.living(day)
        for cluster in clusters
        if cluster.name == "reports"
    ]
    assert before[0] == after[0]
    assert before[1].id != after[1].id
    assert before[1].regions != after[1].regions
    assert before[1].life.gone == after[1].life.born


@pytest.mark.parametrize("month", range(1, 13))
def test_something_deleted_is_always_on_the_old_bills(month: int) -> None:
    """A project and a cluster of the year before are gone from the list in every month."""
    org = blueprint.build(7, 1, blueprint.PAYING_NAME)
    today = {project.name for project, _ in org.living(date(2026, month, 28))}
    months = [date(2025 + (month - 1 + n) // 12, (month - 1 + n) % 12 + 1, 1) for n in range(13)]
    billed = {project.name for day in months for project, _ in org.living(day)}
    assert {name.rpartition("-")[0] for name in billed - today} == {"launch"}
