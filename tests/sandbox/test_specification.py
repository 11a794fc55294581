"""Every answer is what Atlas's own specification describes.

The specification has faults, and those that our answers meet are named below one by one. Nothing
else is forgiven.
"""

import copy
import re
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator

from sandbox.operations import OPERATIONS, WRITES, Operation

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
    # written in lower case
    "BiConnector/properties/readPreference": {"enum": ["primary", "secondary", "analytics"]},
}
VERSIONED = re.compile(r"application/vnd\.atlas\.\d{4}-\d\d-\d\d\+json")
# A base that is one of its own subtypes, each of which is all of the base: an endless circle.
CIRCLES = ["CloudRegionConfig20240805"]


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
        schemas[f"{subtype} alone"] = schemas[subtype]["allOf"][1]
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


@pytest.fixture(scope="session")
def paths(atlas, invoices: list[dict]) -> dict[str, list[str]]:
    """Each operation's path, filled in with everything there is to fill in."""
    with httpx.Client(
        base_url=atlas.base_url,
        auth=httpx.DigestAuth(atlas.public_key, atlas.private_key),
        headers={"Accept": "application/vnd.atlas.2026-01-01+json"},
    ) as client:
        groups = [one["id"] for one in client.get(f"{API}/groups").json()["results"]]
        sku_ids = [one["id"] for one in client.get(f"{API}/skus").json()["results"]]
        named = {
            kind: [
                {"groupId": group, "clusterName": one["name"], "name": one["name"]}
                for group in groups
                for one in client.get(f"{API}/groups/{group}/{kind}").json()["results"]
            ]
            for kind in ("clusters", "flexClusters")
        }
        own = [one["id"] for one in invoices if one["orgId"] == atlas.org_id]
        reports = f"{API}/orgs/{atlas.org_id}/invoices/{own[0]}/reports"
        asked = {"reportType": "FOCUS", "reportFormat": "CSV", "formatSpecVersion": "1.3"}
        report = client.post(reports, json=asked).json()["reportId"]
        [key] = client.get(f"{API}/orgs/{atlas.org_id}/apiKeys").json()["results"]
    values = {
        "": [{}],
        "{orgId}": [{"orgId": atlas.org_id}],
        "{invoiceId}": [{"orgId": atlas.org_id, "invoiceId": one} for one in own],
        "{reportId}": [{"orgId": atlas.org_id, "invoiceId": own[0], "reportId": report}],
        "{apiUserId}": [{"orgId": atlas.org_id, "apiUserId": key["id"]}],
        "{groupId}": [{"groupId": group} for group in groups],
        "{clusterName}": named["clusters"],
        "{name}": named["flexClusters"],
        "{skuId}": [{"skuId": sku} for sku in sku_ids[:5]],
    }
    return {
        one.path: [one.path.format(**value) for value in values[last_placeholder(one.path)]]
        for one in OPERATIONS
    }


def last_placeholder(template: str) -> str:
    """The parameter that decides what a path names; "" where there is none."""
    return (re.findall(r"{\w+}", template) or [""])[-1]


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
        answer = client.get(path)
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
