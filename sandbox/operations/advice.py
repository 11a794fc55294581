"""What the Performance Advisor says of a cluster, and which of its collections are in use.

No public recording shows how Atlas refuses these to a cluster that is paused: the code is a guess.
"""

from collections.abc import Iterable

from starlette.requests import Request

from sandbox.estate import load
from sandbox.estate.inventory import Document
from sandbox.estate.resources import Cluster, Project
from sandbox.identity import object_id
from sandbox.months import stamp
from sandbox.operations.inventory import own_dedicated
from sandbox.state import Sandbox
from sandbox.wire.errors import AtlasError

GB = 10**9
TOO_LARGE = "Documents larger than 2 MB found in the collection"


def list_drop_index_suggestions(sandbox: Sandbox, request: Request) -> Document:
    """DropIndexSuggestionsResponse, in its envelope: indexes that nobody uses."""
    _, cluster = _running(sandbox, request)
    since = stamp(sandbox.clock.now())
    unused = [
        {
            "accessCount": 0,
            "index": [{each.key: 1}],
            "name": each.name,
            "namespace": f"{load.IN_USE}.{each.collection}",
            "shards": [],
            "since": since,
            "sizeBytes": int(each.gb * GB),
        }
        for each in load.UNUSED.get(cluster.load, ())
    ]
    return _enveloped({"hiddenIndexes": [], "redundantIndexes": [], "unusedIndexes": unused})


def list_suggested_indexes(sandbox: Sandbox, request: Request) -> Document:
    """PerformanceAdvisorResponse, in its envelope: what would make slow queries fast."""
    _, cluster = _running(sandbox, request)
    suggested = [
        {
            "avgObjSize": 1200.0,
            "id": object_id(cluster.id, "suggested", each.name),
            "impact": [object_id(cluster.id, "shape", each.name)],
            "index": [{each.key: 1}],
            "namespace": f"{load.IN_USE}.{each.collection}",
            "weight": 2.5e9,
        }
        for each in load.WANTED.get(cluster.load, ())
    ]
    return _enveloped({"shapes": [], "suggestedIndexes": suggested})


def list_schema_advice(sandbox: Sandbox, request: Request) -> Document:
    """SchemaAdvisorResponse, in its envelope."""
    _, cluster = _running(sandbox, request)
    triggers = [{"description": TOO_LARGE, "triggerType": "DOC_SIZE_TOO_LARGE"}]
    found = [
        {
            "affectedNamespaces": [
                {"namespace": f"{load.IN_USE}.{each.collection}", "triggers": triggers}
            ],
            "description": "Reduce the size of documents",
            "recommendation": "REDUCE_DOCUMENT_SIZE",
        }
        for each in load.WANTED.get(cluster.load, ())
    ]
    return _enveloped({"recommendations": found})


def get_coll_stat_namespaces(sandbox: Sandbox, request: Request) -> Document:
    """CollStatsRankedNamespaces: what is in use, busiest first."""
    project, cluster = _running(sandbox, request)
    view = request.path_params["clusterView"]
    if view not in ("PRIMARY", "SECONDARY", "INDIVIDUAL_PROCESS"):
        raise AtlasError(400, "INVALID_CLUSTER_VIEW", "The cluster view is invalid.", (view,))
    names = load.namespaces(cluster.load) if view == "PRIMARY" else []
    return {"groupId": project.id, "identifierId": cluster.id, "rankedNamespaces": names}


def _running(sandbox: Sandbox, request: Request) -> tuple[Project, Cluster]:
    project, cluster = own_dedicated(sandbox, request)
    if cluster.paused:
        detail = f"Cluster {cluster.name} is paused."
        raise AtlasError(400, "CLUSTER_IS_PAUSED", detail, (cluster.name,))
    return project, cluster


def _enveloped(content: dict[str, Iterable[Document]]) -> Document:
    return {"content": content, "links": [], "locations": [], "status": 200}
