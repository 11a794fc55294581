"""What Atlas's specification says of advice, search metrics and databases.

Written down from the official specification (mongodb/openapi, 2025-03-12 and later) and its Go SDK
(mongodb/atlas-sdk-go), since the subset beside this checkout does not hold these paths.
"""

from typing import Any

GROUP = "/api/atlas/v2/groups/{groupId}"
CLUSTER = f"{GROUP}/clusters/{{clusterName}}"
Schema = dict[str, Any]


def of(*, required: tuple[str, ...] = (), **properties: Schema) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def many(items: Schema) -> Schema:
    return {"type": "array", "items": items}


TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "number"}
INTEGER: Schema = {"type": "integer"}
TIME: Schema = {"type": "string", "format": "date-time"}
LINKS = many(of(href=TEXT, rel=TEXT))
KEYS = many({"type": "object", "additionalProperties": INTEGER})
DROPPED = of(
    accessCount=INTEGER,
    index=KEYS,
    name=TEXT,
    namespace=TEXT,
    shards=many(TEXT),
    since=TIME,
    sizeBytes=INTEGER,
)
SUGGESTED = of(
    avgObjSize=NUMBER, id=TEXT, impact=many(TEXT), index=KEYS, namespace=TEXT, weight=NUMBER
)
RECOMMENDATIONS = (
    "REDUCE_LOOKUP_OPS",
    "AVOID_UNBOUNDED_ARRAY",
    "REDUCE_DOCUMENT_SIZE",
    "REMOVE_UNNECESSARY_INDEXES",
    "REDUCE_NUMBER_OF_NAMESPACES",
    "OPTIMIZE_CASE_INSENSITIVE_REGEX_QUERIES",
    "OPTIMIZE_TEXT_QUERIES",
)
TRIGGERS = many(of(description=TEXT, triggerType=TEXT))
RECOMMENDATION = of(
    affectedNamespaces=many(of(namespace=TEXT | {"nullable": True}, triggers=TRIGGERS)),
    description=TEXT,
    recommendation={"enum": list(RECOMMENDATIONS)},
)
MEASUREMENT = of(
    dataPoints=many(of(timestamp=TIME, value=NUMBER | {"nullable": True})), name=TEXT, units=TEXT
)
MEASURED = {
    "end": TIME,
    "granularity": TEXT,
    "groupId": TEXT,
    "links": LINKS,
    "processId": TEXT,
    "start": TIME,
}


def enveloped(**content: Schema) -> Schema:
    return of(
        required=("content", "status"),
        content=of(**content),
        links=LINKS,
        locations=many(TEXT),
        status=INTEGER,
    )


def operation(name: str, version: str, schema: Schema) -> Schema:
    content = {f"application/vnd.atlas.{version}+json": {"schema": schema}}
    return {"get": {"operationId": name, "responses": {"200": {"content": content}}}}


ADVISOR = "listGroupClusterPerformanceAdvisor"
PATHS = {
    f"{CLUSTER}/performanceAdvisor/dropIndexSuggestions": operation(
        f"{ADVISOR}DropIndexSuggestions",
        "2024-08-05",
        enveloped(
            hiddenIndexes=many(DROPPED),
            redundantIndexes=many(DROPPED),
            unusedIndexes=many(DROPPED),
        ),
    ),
    f"{CLUSTER}/performanceAdvisor/suggestedIndexes": operation(
        f"{ADVISOR}SuggestedIndexes",
        "2024-08-05",
        enveloped(shapes=many({"type": "object"}), suggestedIndexes=many(SUGGESTED)),
    ),
    f"{CLUSTER}/performanceAdvisor/schemaAdvice": operation(
        f"{ADVISOR}SchemaAdvice", "2024-08-05", enveloped(recommendations=many(RECOMMENDATION))
    ),
    f"{CLUSTER}/{{clusterView}}/collStats/namespaces": operation(
        "getGroupClusterCollStatNamespaces",
        "2023-11-15",
        of(groupId=TEXT, identifierId=TEXT, rankedNamespaces=many(TEXT)),
    ),
    f"{GROUP}/processes/{{processId}}/databases": operation(
        "listGroupProcessDatabases",
        "2023-01-01",
        of(
            links=LINKS,
            results=many(of(databaseName=TEXT, links=LINKS)),
            totalCount=INTEGER,
        ),
    ),
    f"{GROUP}/processes/{{processId}}/databases/{{databaseName}}/measurements": operation(
        "getGroupProcessDatabaseMeasurements",
        "2023-01-01",
        of(databaseName=TEXT, hostId=TEXT, measurements=many(MEASUREMENT), **MEASURED),
    ),
    f"{GROUP}/hosts/{{processId}}/fts/metrics/measurements": operation(
        "listGroupHostFtsMetricMeasurements",
        "2023-01-01",
        of(
            hardwareMeasurements=many(MEASUREMENT),
            statusMeasurements=many(MEASUREMENT),
            **MEASURED,
        ),
    ),
}
