"""A project that a test may do with as it likes, and what is usually asked for."""

from dataclasses import dataclass

import httpx

from sandbox import RunningSandbox

API = "/api/atlas/v2"
NEWEST = "application/vnd.atlas.2026-01-01+json"
FLEX = {"backingProviderName": "AWS", "regionName": "US_EAST_1"}


@dataclass
class Acting:
    """Signs with a provisioning key; paths are below the project's."""

    sandbox: RunningSandbox
    client: httpx.Client
    group: str

    def ask(self, method: str, path: str, body=None, status: int | None = None, **query):
        """Ask for something; the answer must have the status, if one is given."""
        url = f"{API}/groups/{self.group}{path}"
        answer = self.client.request(method, url, json=body, params=query or None)
        assert status in (None, answer.status_code), answer.text
        return answer

    def get(self, path: str) -> dict:
        return self.ask("GET", path, status=200).json()

    def refused(self, method: str, path: str, body=None, **query) -> tuple[int, str, list[str]]:
        """Status, code and parameters of a refusal."""
        answer = self.ask(method, path, body, **query)
        found = answer.json()
        return answer.status_code, found["errorCode"], found["parameters"]

    def cluster(self, name: str, **settings) -> dict:
        return self.ask("POST", "/clusters", cluster(name, **settings), 201).json()

    def flex(self, name: str, **settings) -> dict:
        body = {"name": name, "providerSettings": FLEX, **settings}
        return self.ask("POST", "/flexClusters", body, 201).json()

    def state(self, path: str) -> str:
        return self.get(path)["stateName"]


def cluster(name: str, *specs: dict, **settings) -> dict:
    """The body of a replica set, or of whatever `specs` lay out."""
    return {
        "name": name,
        "clusterType": "REPLICASET",
        "replicationSpecs": list(specs) or [spec()],
        **settings,
    }


def spec(*regions: dict, **settings) -> dict:
    """One shard."""
    return {"regionConfigs": list(regions) or [region()], **settings}


def region(size: str = "M10", nodes: int = 3, priority: int = 7, disk: int | None = None, **others):
    """Where a shard's nodes are."""
    electable = {"instanceSize": size, "nodeCount": nodes}
    return {
        "electableSpecs": electable | ({"diskSizeGB": disk} if disk else {}),
        "priority": priority,
        "providerName": "AWS",
        "regionName": "US_EAST_1",
        **others,
    }


def free(name: str = "free", **settings) -> dict:
    """The body of an M0."""
    place = {"providerName": "TENANT", "backingProviderName": "AWS"}
    config = {**place, "regionName": "US_EAST_1", "electableSpecs": {"instanceSize": "M0"}}
    return cluster(name, spec(config), **settings)
