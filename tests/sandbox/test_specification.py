"""Every answer is what Atlas's own specification describes.

The specification has faults, and those that our answers meet are named below one by one. Nothing
else is forgiven.
"""

import copy
import re
from functools import cache
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator

from sandbox.operations.reads import OPERATIONS, WRITES, Operation

API = "/api/atlas/v2"
ORG = f"{API}/orgs/{{orgId}}"
GROUP = f"{API}/groups/{{groupId}}"

# Schemas whose alternatives overlap (M30 is an AWS, an Azure and a GCP size), so that "exactly
# one" can never hold: read as "at least one".
OVERLAPPING = [
    "HardwareSpec20240805",
    "DedicatedHardwareSpec20240805",
    "BaseCloudProviderInstanceSize",
    "CloudRegionConfig20240805/properties/regionName",
]
# Where the specification says one thing and Atlas's recorded answers another.
REPAIRS: dict[str, dict[str, Any]] = {
    # strings, called objects
    "ApiError/properties/parameters/items": {"type": "string"},
    "CloudRegionConfig20240805/properties/regionName": {"type": "string"},
    "BaseCloudProviderInstanceSize": {"type": "string"},
    "BaseStreamsRegion": {"type": "string"},
    "BaseAtlasDataLakeRegion": {"type": "string"},
    # numbers, called objects
    "StreamsProcessorWithStats/properties/stats/additionalProperties": {"type": "integer"},
    # a size that the list of sizes has not
    "ServerlessProviderSettings/properties": {"effectiveInstanceSizeName": {"enum": ["FLEX"]}},
    # null where a restore is to no particular instant
    "ApiBSONTimestampView/properties/date": {"nullable": True},
    "ApiBSONTimestampView/properties/increment": {"nullable": True},
    # asked for and never shown
    "DataLakeAWSCloudProviderConfig": {"required": ["roleId"]},
    # written in lower case
    "BiConnector/properties/readPreference": {"enum": ["primary", "secondary", "analytics"]},
}
VERSIONED = re.compile(r"application/vnd\.atlas\.\d{4}-\d\d-\d\d\+json")
# A base that is one of its own subtypes, each of which is all of the base: an endless circle.
CIRCLES = ["CloudRegionConfig20240805", "OnlineArchiveSchedule"]
# What a path names its objects by; the others by their ids.
NAMED_BY = {
    "clusterName": "name", "name": "name", "tenantName": "name", "reportId": "reportId",
    "partitionName": "partitionName", "databaseName": "databaseName",
}  # fmt: skip
# What is asked for of these besides, which the specification requires.
ASKED = {"/measurements": {"granularity": "PT1H", "period": "PT6H"}}
# Lists found elsewhere than one step up.
LISTS = {f"{GROUP}/clusters/{{clusterName}}/backup/snapshots/shardedCluster": "s"}
ELSEWHERE = {f"{GROUP}/hosts": f"{GROUP}/processes"}
CHOICES = {"clusterView": ("PRIMARY", "SECONDARY", "INDIVIDUAL_PROCESS")}
ENOUGH = 5  # of the objects in one list, where a list has many
REFUSED_TO_FREE_CLUSTERS = re.compile(
    r"/backup/|/search/|/onlineArchives|/performanceAdvisor/|/collStats/"
)
REFUSED_TO_PAUSED_CLUSTERS = re.compile(r"/performanceAdvisor/|/collStats/")


def at(schemas: dict, path: str) -> dict:
    """The schema at `Name/properties/...`."""
    for step in path.split("/"):
        schemas = schemas[step]
    return schemas


def break_circle(schemas: dict, name: str) -> None:
    """Let the discriminator choose the subtype, and the subtype add only what is its own."""
    base = schemas[name]
    del base["oneOf"]
    discriminator = base.pop("discriminator")
    chosen = []
    for value, reference in discriminator["mapping"].items():
        subtype = reference.rpartition("/")[2]
        [_, *own] = schemas[subtype]["allOf"]
        schemas[f"{subtype} alone"] = {"allOf": own} if own else {}
        is_it = {"properties": {discriminator["propertyName"]: {"const": value}}}
        then = {"$ref": f"#/components/schemas/{subtype} alone"}
        chosen.append({"if": is_it, "then": then})
    base["allOf"] = chosen


def to_json_schema(node: Any) -> Any:
    """OpenAPI 3.0's dialect as JSON Schema: `nullable`, and letters and digits in patterns."""
    if isinstance(node, list):
        return [to_json_schema(item) for item in node]
    if not isinstance(node, dict):
        return node
    converted = {key: to_json_schema(value) for key, value in node.items() if key != "example"}
    if isinstance(converted.get("pattern"), str):
        converted["pattern"] = converted["pattern"].replace(r"\p{L}\p{N}", r"\w")
    if converted.pop("nullable", None) is True:
        return {"anyOf": [{"type": "null"}, converted]}
    return converted


@pytest.fixture(scope="session")
def schemas(specification: dict) -> dict:
    """The specification's schemas, repaired where named above."""
    found = copy.deepcopy(specification["components"]["schemas"])
    for path in OVERLAPPING:
        schema = at(found, path)
        schema["anyOf"] = schema.pop("oneOf")
    for path, repair in REPAIRS.items():
        schema = at(found, path)
        assert any(schema.get(key) != value for key, value in repair.items()), "mended upstream"
        schema.update(repair)
    for name in CIRCLES:
        break_circle(found, name)
    return to_json_schema(found)


def problems(schemas: dict, schema: dict, body: Any) -> list[str]:
    """Where a body departs from a schema."""
    root = {**to_json_schema(schema), "components": {"schemas": schemas}}
    return [
        f"{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}"
        for error in Draft202012Validator(root).iter_errors(body)
    ]


class Addresses:
    """Finds what there is behind each path by reading the lists above it."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        self.listed = cache(self._listed)

    def of(self, template: str) -> list[str]:
        """Every path of a template, its placeholders filled in with what exists."""
        above, placeholder, below = re.fullmatch(r"(.*?)(?:/{(\w+)})?([^{}]*)", template).groups()
        if not placeholder:
            return [template]
        if placeholder in CHOICES:
            runs = [each for each in self._clusters(above) if not each[1].get("paused")]
            return [
                f"{path}/{choice}{below}"
                for path, one in runs
                for choice in CHOICES[placeholder]
                if not is_free(one)
            ]
        key = NAMED_BY.get(placeholder, "id")
        return [
            f"{own}/{one[key]}{below}"
            for parent, own in zip(
                self.of(ELSEWHERE.get(above, above)), self.of(above), strict=True
            )
            for one in self.listed(parent + LISTS.get(above, ""))
            if not (is_free(one) and REFUSED_TO_FREE_CLUSTERS.search(below))
            if not (one.get("paused") and REFUSED_TO_PAUSED_CLUSTERS.search(below))
        ]

    def _clusters(self, template: str) -> list[tuple[str, dict]]:
        """The clusters that a path of theirs names, each with its own path."""
        above = template.rpartition("/")[0]
        return [
            (f"{parent}/{one['name']}", one)
            for parent in self.of(above)
            for one in self.listed(parent)
        ]

    def _listed(self, path: str) -> list[dict]:
        found = self._client.get(path).json()
        items = found if isinstance(found, list) else found.get("results", [])
        many = ("/skus", "/snapshots", "/shardedClusters", "/restoreJobs")
        return items[:ENOUGH] if path.endswith(many) else items


def is_free(item: dict) -> bool:
    """An M0, which has neither backup nor archives nor search nodes."""
    specs = item.get("replicationSpecs", [])
    return any(one["providerName"] == "TENANT" for spec in specs for one in spec["regionConfigs"])


@pytest.fixture(scope="session")
def paths(atlas, invoices: list[dict]) -> dict[str, list[str]]:
    """Each operation's paths, filled in with what there is to fill in."""
    with httpx.Client(
        base_url=atlas.base_url,
        auth=httpx.DigestAuth(atlas.public_key, atlas.private_key),
        headers={"Accept": "application/vnd.atlas.2026-01-01+json"},
    ) as client:
        reports = f"{API}/orgs/{atlas.org_id}/invoices/{invoices[0]['id']}/reports"
        asked = {"reportType": "FOCUS", "reportFormat": "CSV", "formatSpecVersion": "1.3"}
        client.post(reports, json=asked)
        addresses = Addresses(client)
        return {one.path: addresses.of(one.path) for one in OPERATIONS}


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_each_answer_is_as_specified(
    operation: Operation, specification: dict, schemas: dict, paths: dict, client: httpx.Client
) -> None:
    """Name, media type and body of every object each operation can return."""
    specified = specification["paths"][operation.path]["get"]
    content = specified["responses"]["200"]["content"]
    assert operation.name == specified["operationId"]
    assert paths[operation.path]
    for path in paths[operation.path]:
        answer = client.get(path, params=ASKED.get(path[path.rfind("/") :]))
        media_type = answer.headers["content-type"].partition(";")[0]
        assert answer.status_code == 200
        assert media_type == max(one for one in content if VERSIONED.fullmatch(one))
        assert problems(schemas, content[media_type]["schema"], answer.json()) == []


def test_asking_for_a_report_is_as_specified(
    atlas, specification: dict, schemas: dict, paths: dict, client: httpx.Client
) -> None:
    """The one operation that creates something: its name, its body and its 201."""
    [creation] = WRITES
    specified = specification["paths"][creation.path]["post"]
    [content] = specified["responses"]["201"]["content"].values()
    body = {"reportType": "FOCUS", "reportFormat": "CSV", "formatSpecVersion": "1.3"}
    assert creation.name == specified["operationId"]
    for path in paths[creation.path]:
        answer = client.post(path, json=body)
        assert answer.status_code == 201
        assert problems(schemas, content["schema"], answer.json()) == []


ERRORS = {
    "unknown group": (f"{API}/groups/{'0' * 24}", 404, "GROUP_NOT_FOUND"),
    "unknown cluster": (f"{GROUP}/clusters/none", 404, "CLUSTER_NOT_FOUND"),
    "unknown invoice": (f"{ORG}/invoices/{'0' * 24}", 404, "RESOURCE_NOT_FOUND"),
    "unknown SKU": (f"{API}/skus/NONE", 404, "RESOURCE_NOT_FOUND"),
    "unknown address": (f"{API}/elsewhere", 404, "RESOURCE_NOT_FOUND"),
    "foreign organization": (f"{API}/orgs/{'0' * 24}", 401, "UNEXPECTED_ERROR"),
    "impossible page": (f"{API}/groups?itemsPerPage=501", 400, "VALIDATION_ERROR"),
}


@pytest.mark.parametrize("case", ERRORS)
def test_each_error_is_as_specified(
    case: str, atlas, schemas: dict, paths: dict, client: httpx.Client
) -> None:
    """Errors are plain application/json with Atlas's five fields."""
    template, status, code = ERRORS[case]
    group = paths[GROUP][0].rpartition("/")[2]
    answer = client.get(template.format(orgId=atlas.org_id, groupId=group))
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["errorCode"] == code
    assert answer.json()["error"] == status
    assert set(answer.json()) == {"detail", "error", "errorCode", "parameters", "reason"}
    assert problems(schemas, {"$ref": "#/components/schemas/ApiError"}, answer.json()) == []


def test_the_check_itself_finds_a_wrong_body(schemas: dict) -> None:
    """A validator that accepts anything would prove nothing."""
    reference = {"$ref": "#/components/schemas/PaginatedClusterDescription20240805"}
    region = {"providerName": "TENANT", "backingProviderName": "NOWHERE", "priority": 9}
    body = {"results": [{"replicationSpecs": [{"regionConfigs": [region]}], "name": "a b"}]}
    assert len(problems(schemas, reference, body)) == 3
