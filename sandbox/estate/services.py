"""What a project runs beside its clusters, and what hangs on one, as Atlas writes it in JSON.

Whatever is billed is listed: a project with data federation in its `features` has one federated
database, one with stream processing has one workspace.
"""

from datetime import date
from typing import Any

from sandbox.estate.inventory import API, RELATIONS, common, link
from sandbox.estate.resources import Cluster, Project, Region
from sandbox.identity import digest, object_id, secret_uuid

# Both run in Ireland, which their own lists of regions call by another name.
SERVICE_REGION = Region("AWS", "EU_WEST_1")
PROCESS_REGION = {"cloudProvider": "AWS", "region": "DUBLIN_IRL"}
TIER = "SP10"
ARCHIVED = (("orders", "ACTIVE"), ("sessions", "PAUSED"))
Document = dict[str, Any]


def federations(project: Project) -> list[Document]:
    """DataLakeTenant, of which a project has one or none."""
    if "data_federation" not in project.features:
        return []
    name = f"{project.name}-lake"
    role = {
        "externalId": secret_uuid(project.id, "lake"),
        "iamAssumedRoleARN": "arn:aws:iam::123456789012:role/atlas-lake",
        "iamUserARN": "arn:aws:iam::210987654321:root",
        "roleId": object_id(project.id, "lake role"),
    }
    return [
        {
            "cloudProviderConfig": {"aws": role},
            "dataProcessRegion": PROCESS_REGION,
            "groupId": project.id,
            "hostnames": [f"{name}-{digest(project.id)[:5]}.a.query.mongodb.net"],
            "name": name,
            "privateEndpointHostnames": [],
            "state": "ACTIVE",
            "storage": {"databases": [], "stores": []},
        }
    ]


def workspaces(project: Project) -> list[Document]:
    """StreamsTenant, of which a project has one or none; its id is called `_id`."""
    if "stream_processing" not in project.features:
        return []
    workspace_id = object_id(project.id, "streams")
    return [
        {
            "_id": workspace_id,
            "dataProcessRegion": PROCESS_REGION,
            "groupId": project.id,
            "hostnames": [f"atlas-stream-{workspace_id}.dublin-irl.a.query.mongodb.net"],
            "name": f"{project.name}-streams",
            "streamConfig": {"maxTierSize": "SP30", "tier": TIER},
        }
    ]


def processors(workspace: Document, today: date) -> list[Document]:
    """StreamsProcessorWithStats: one that runs and one that was stopped."""
    return [
        _processor(workspace, "clicks", "STARTED", today),
        _processor(workspace, "replay", "STOPPED", today),
    ]


def _processor(workspace: Document, name: str, state: str, today: date) -> Document:
    read = 1000 * (today.toordinal() % 1000) if state == "STARTED" else 0
    return {
        "_id": object_id(workspace["_id"], name),
        "name": name,
        "pipeline": [
            {"$source": {"connectionName": "kafka", "topic": name}},
            {"$merge": {"into": {"connectionName": "events", "db": "web", "coll": name}}},
        ],
        "state": state,
        "stats": {"inputMessageCount": read, "outputMessageCount": read},
        "tier": TIER,
    }


def search_deployment(project: Project, cluster: Cluster) -> Document:
    """ApiSearchDeploymentResponseView; Atlas answers with an empty one where there is none."""
    if not cluster.search_nodes:
        return {}
    size = f"{cluster.search_size}_HIGHCPU_NVME"
    spec = {"instanceSize": size, "nodeCount": cluster.search_nodes}
    places = [{"cloudProvider": one.provider, "regionName": one.name} for one in cluster.regions]
    return {
        "effectiveSpecs": [spec | place for place in places],
        "encryptionAtRestProvider": "NONE",
        "groupId": project.id,
        "id": object_id(cluster.id, "search"),
        "specs": [spec],
        "stateName": "PAUSED" if cluster.paused else "IDLE",
    }


def online_archives(project: Project, cluster: Cluster) -> list[Document]:
    """BackupOnlineArchive, whose id is called `_id`: two of a cluster that archives."""
    if not cluster.archived_gb:
        return []
    return [_archive(project, cluster, collection, state) for collection, state in ARCHIVED]


def _archive(project: Project, cluster: Cluster, collection: str, state: str) -> Document:
    return {
        "_id": object_id(cluster.id, "archive", collection),
        "clusterName": cluster.name,
        "collName": collection,
        "collectionType": "STANDARD",
        "criteria": {
            "dateField": "createdAt",
            "dateFormat": "ISODATE",
            "expireAfterDays": 365,
            "type": "DATE",
        },
        "dataProcessRegion": {
            "cloudProvider": cluster.provider,
            "region": cluster.regions[0].name,
        },
        "dbName": "shop",
        "groupId": project.id,
        "partitionFields": [{"fieldName": "createdAt", "fieldType": "date", "order": 0}],
        "paused": state == "PAUSED",
        "schedule": {"type": "DEFAULT"},
        "state": state,
    }


def serverless_document(project: Project, cluster: Cluster, base: str, today: date) -> Document:
    """ServerlessInstanceDescription: Atlas keeps such instances on flex machines by now."""
    own = f"{base}{API}/groups/{project.id}/serverless/{cluster.name}"
    document = common(project, cluster, today)
    strings = {"standardSrv": document["connectionStrings"]["standardSrv"]}
    return {
        **document,
        "connectionStrings": strings,
        "links": [
            link(own),
            link(f"{own}/backup/restoreJobs", f"{RELATIONS}/restoreJobs"),
            link(f"{own}/backup/snapshots", f"{RELATIONS}/snapshots"),
        ],
        "providerSettings": {
            "backingProviderName": cluster.provider,
            "effectiveDiskSizeGBLimit": cluster.disk_gb,
            "effectiveInstanceSizeName": "FLEX",
            "effectiveProviderName": "TENANT",
            "providerName": "SERVERLESS",
            "regionName": cluster.regions[0].name,
        },
        "serverlessBackupOptions": {"serverlessContinuousBackupEnabled": False},
    }
