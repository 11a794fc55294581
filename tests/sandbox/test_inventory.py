"""Projects and clusters as the key sees them."""

from datetime import date

import pytest

from sandbox import blueprint

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
    """Sharded, multi-cloud, multi-region, paused, free."""
    assert len(clusters["events"]["replicationSpecs"]) == 2
    assert clusters["events"]["clusterType"] == "SHARDED"
    assert {provider for provider, _, _ in regions(clusters["identity"])} == {"AWS", "AZURE", "GCP"}
    assert regions(clusters["shop-global"]) == [("AWS", "US_EAST_1", 3), ("AWS", "EU_CENTRAL_1", 2)]
    assert [name for name, one in clusters.items() if one["paused"]] == ["archive"]
    free = clusters["hello-world"]["replicationSpecs"][0]["regionConfigs"][0]
    assert (free["providerName"], free["backingProviderName"]) == ("TENANT", "AWS")
    assert free["electableSpecs"]["instanceSize"] == "M0"


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
