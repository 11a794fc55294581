"""The operations served, each under its operationId in the specification."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar

from starlette.requests import Request

from sandbox.estate.inventory import API, Document
from sandbox.operations import (
    advice,
    backups,
    billing,
    inventory,
    keys,
    measurements,
    reports,
    services,
)
from sandbox.state import Sandbox
from sandbox.wire import rate_limits
from sandbox.wire.rate_limits import EndpointSet

Handler = Callable[[Sandbox, Request], Document | list[Document] | bytes | None]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation; `versions` oldest first, `gone` those that Atlas has switched off.

    `sunsets` are the days from which a version is switched off, as Atlas announces them.
    `roles` are those it takes; for one that names none, `access.ROLES` knows by its path.
    """

    method: ClassVar[str] = "GET"
    status: ClassVar[int] = 200
    name: str
    path: str
    versions: tuple[str, ...]
    handler: Handler
    limit: EndpointSet | None = None
    gone: tuple[str, ...] = ()
    roles: Collection[str] = ()
    sunsets: Mapping[str, date] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Creation(Operation):
    """One that makes something."""

    method: ClassVar[str] = "POST"
    status: ClassVar[int] = 201


V1 = ("2023-01-01",)
SERVERLESS_SUNSET = {"2023-01-01": date(2027, 1, 18)}
CLUSTER_VERSIONS: dict[str, Any] = {
    "versions": ("2024-08-05",),
    "gone": ("2023-01-01", "2023-02-01"),
}
FLEX_VERSIONS = ("2024-11-13",)
STREAM_VERSIONS = ("2023-02-01",)
PROCESSOR_VERSIONS = ("2024-05-30",)
SEARCH_VERSIONS = ("2025-03-12",)
SKU_VERSIONS = ("2025-03-12",)
REPORT_VERSIONS = ("2025-03-12",)
ACCOUNT_VERSIONS = ("2024-08-05",)
ORG = f"{API}/orgs/{{orgId}}"
GROUP = f"{API}/groups/{{groupId}}"
CLUSTER = f"{GROUP}/clusters/{{clusterName}}"
FLEX_CLUSTER = f"{GROUP}/flexClusters/{{name}}"
SNAPSHOTS = f"{CLUSTER}/backup/snapshots"
FLEX_SNAPSHOTS = f"{FLEX_CLUSTER}/backup/snapshots"
JOBS = f"{CLUSTER}/backup/restoreJobs"
FLEX_JOBS = f"{FLEX_CLUSTER}/backup/restoreJobs"
STREAM_WORKSPACES = f"{GROUP}/streams"
WORKSPACE = f"{STREAM_WORKSPACES}/{{tenantName}}"
ADVISOR_VERSIONS = ("2024-08-05",)
NAMESPACE_VERSIONS = ("2023-11-15",)
ADVISOR = f"{CLUSTER}/performanceAdvisor"
PROCESSES = f"{GROUP}/processes"
PROCESS = f"{PROCESSES}/{{processId}}"
REPORTS = f"{ORG}/invoices/{{invoiceId}}/reports"

OPERATIONS = (
    Operation("getSystemStatus", API, V1, keys.get_system_status),
    Operation("listOrgs", f"{API}/orgs", V1, inventory.list_orgs, rate_limits.ALL_ORGANIZATIONS),
    Operation("getOrg", ORG, V1, inventory.get_org, rate_limits.ORGANIZATION),
    Operation(
        "getOrgGroups", f"{ORG}/groups", V1, inventory.list_org_groups, rate_limits.ORGANIZATION
    ),
    Operation(
        "listOrgInvoices", f"{ORG}/invoices", V1, billing.list_org_invoices, rate_limits.INVOICES
    ),
    Operation(
        "listOrgInvoicePending",
        f"{ORG}/invoices/pending",
        V1,
        billing.list_org_invoice_pending,
        rate_limits.INVOICES,
    ),
    Operation(
        "getOrgInvoice",
        f"{ORG}/invoices/{{invoiceId}}",
        V1,
        billing.get_org_invoice,
        rate_limits.INVOICES,
    ),
    Operation("listOrgInvoiceReports", REPORTS, REPORT_VERSIONS, reports.list_org_invoice_reports),
    Operation(
        "getOrgInvoiceReport",
        f"{REPORTS}/{{reportId}}",
        REPORT_VERSIONS,
        reports.get_org_invoice_report,
    ),
    Operation(
        "getOrgAssociatedInvoices",
        f"{ORG}/associatedInvoices",
        REPORT_VERSIONS,
        reports.get_org_associated_invoices,
    ),
    Operation("listOrgApiKeys", f"{ORG}/apiKeys", V1, keys.list_org_api_keys),
    Operation("getOrgApiKey", f"{ORG}/apiKeys/{{apiUserId}}", V1, keys.get_org_api_key),
    Operation(
        "listOrgServiceAccounts",
        f"{ORG}/serviceAccounts",
        ACCOUNT_VERSIONS,
        keys.list_org_service_accounts,
    ),
    Operation("listGroups", f"{API}/groups", V1, inventory.list_groups, rate_limits.ALL_GROUPS),
    Operation("getGroup", GROUP, V1, inventory.get_group),
    Operation(
        "listGroupClusters",
        f"{GROUP}/clusters",
        handler=inventory.list_group_clusters,
        limit=rate_limits.GROUP_CLUSTERS,
        **CLUSTER_VERSIONS,
    ),
    Operation(
        "getGroupCluster",
        CLUSTER,
        handler=inventory.get_group_cluster,
        limit=rate_limits.GROUP_CLUSTERS,
        **CLUSTER_VERSIONS,
    ),
    Operation(
        "listGroupFlexClusters",
        f"{GROUP}/flexClusters",
        FLEX_VERSIONS,
        inventory.list_group_flex_clusters,
        rate_limits.FLEX_CLUSTERS,
    ),
    Operation(
        "getGroupFlexCluster",
        FLEX_CLUSTER,
        FLEX_VERSIONS,
        inventory.get_group_flex_cluster,
        rate_limits.FLEX_CLUSTERS,
    ),
    Operation(
        "listGroupServerlessInstances",
        f"{GROUP}/serverless",
        V1,
        services.list_group_serverless_instances,
        sunsets=SERVERLESS_SUNSET,
    ),
    Operation(
        "getGroupServerlessInstance",
        f"{GROUP}/serverless/{{name}}",
        V1,
        services.get_group_serverless_instance,
        sunsets=SERVERLESS_SUNSET,
    ),
    Operation(
        "listGroupDataFederation",
        f"{GROUP}/dataFederation",
        V1,
        services.list_group_data_federation,
    ),
    Operation(
        "getGroupDataFederation",
        f"{GROUP}/dataFederation/{{tenantName}}",
        V1,
        services.get_group_data_federation,
    ),
    Operation(
        "listGroupStreamWorkspaces",
        STREAM_WORKSPACES,
        STREAM_VERSIONS,
        services.list_group_stream_workspaces,
    ),
    Operation(
        "getGroupStreamWorkspace",
        WORKSPACE,
        STREAM_VERSIONS,
        services.get_group_stream_workspace,
    ),
    Operation(
        "getGroupStreamProcessors",
        f"{WORKSPACE}/processors",
        PROCESSOR_VERSIONS,
        services.get_group_stream_processors,
    ),
    Operation(
        "getGroupClusterSearchDeployment",
        f"{CLUSTER}/search/deployment",
        SEARCH_VERSIONS,
        services.get_group_cluster_search_deployment,
    ),
    Operation(
        "listGroupClusterOnlineArchives",
        f"{CLUSTER}/onlineArchives",
        V1,
        services.list_group_cluster_online_archives,
    ),
    Operation(
        "listGroupProcesses",
        PROCESSES,
        V1,
        measurements.list_group_processes,
        rate_limits.MONITORING,
    ),
    Operation(
        "getGroupProcessMeasurements",
        f"{PROCESS}/measurements",
        V1,
        measurements.get_process_measurements,
        rate_limits.MONITORING,
    ),
    Operation(
        "listGroupProcessDisks",
        f"{PROCESS}/disks",
        V1,
        measurements.list_group_process_disks,
        rate_limits.MONITORING,
    ),
    Operation(
        "getGroupProcessDiskMeasurements",
        f"{PROCESS}/disks/{{partitionName}}/measurements",
        V1,
        measurements.get_disk_measurements,
        rate_limits.MONITORING,
    ),
    Operation(
        "listGroupProcessDatabases",
        f"{PROCESS}/databases",
        V1,
        measurements.list_group_process_databases,
        rate_limits.MONITORING,
    ),
    Operation(
        "getGroupProcessDatabaseMeasurements",
        f"{PROCESS}/databases/{{databaseName}}/measurements",
        V1,
        measurements.get_database_measurements,
        rate_limits.MONITORING,
    ),
    Operation(
        "listGroupHostFtsMetricMeasurements",
        f"{GROUP}/hosts/{{processId}}/fts/metrics/measurements",
        V1,
        measurements.list_host_fts_metric_measurements,
        rate_limits.MONITORING,
    ),
    Operation(
        "listGroupClusterPerformanceAdvisorDropIndexSuggestions",
        f"{ADVISOR}/dropIndexSuggestions",
        ADVISOR_VERSIONS,
        advice.list_drop_index_suggestions,
        rate_limits.PERFORMANCE_ADVISOR,
    ),
    Operation(
        "listGroupClusterPerformanceAdvisorSuggestedIndexes",
        f"{ADVISOR}/suggestedIndexes",
        ADVISOR_VERSIONS,
        advice.list_suggested_indexes,
        rate_limits.PERFORMANCE_ADVISOR,
    ),
    Operation(
        "listGroupClusterPerformanceAdvisorSchemaAdvice",
        f"{ADVISOR}/schemaAdvice",
        ADVISOR_VERSIONS,
        advice.list_schema_advice,
        rate_limits.PERFORMANCE_ADVISOR,
    ),
    Operation(
        "getGroupClusterCollStatNamespaces",
        f"{CLUSTER}/{{clusterView}}/collStats/namespaces",
        NAMESPACE_VERSIONS,
        advice.get_coll_stat_namespaces,
        rate_limits.COLLECTION_METRICS,
    ),
    Operation("listGroupClusterBackupSnapshots", SNAPSHOTS, V1, backups.list_snapshots),
    # Before the next one, whose parameter would take this name for an id.
    Operation(
        "listGroupClusterBackupSnapshotShardedClusters",
        f"{SNAPSHOTS}/shardedClusters",
        V1,
        backups.list_sharded_snapshots,
    ),
    Operation(
        "getGroupClusterBackupSnapshot",
        f"{SNAPSHOTS}/{{snapshotId}}",
        V1,
        backups.get_snapshot,
    ),
    Operation(
        "getGroupClusterBackupSnapshotShardedCluster",
        f"{SNAPSHOTS}/shardedCluster/{{snapshotId}}",
        V1,
        backups.get_sharded_snapshot,
    ),
    Operation(
        "listGroupFlexClusterBackupSnapshots",
        FLEX_SNAPSHOTS,
        FLEX_VERSIONS,
        backups.list_flex_snapshots,
    ),
    Operation(
        "getGroupFlexClusterBackupSnapshot",
        f"{FLEX_SNAPSHOTS}/{{snapshotId}}",
        FLEX_VERSIONS,
        backups.get_flex_snapshot,
    ),
    Operation("listGroupClusterBackupRestoreJobs", JOBS, V1, backups.list_restore_jobs),
    Operation(
        "getGroupClusterBackupRestoreJob",
        f"{JOBS}/{{restoreJobId}}",
        V1,
        backups.get_restore_job,
    ),
    Operation(
        "listGroupFlexClusterBackupRestoreJobs",
        FLEX_JOBS,
        FLEX_VERSIONS,
        backups.list_flex_restore_jobs,
    ),
    Operation(
        "getGroupFlexClusterBackupRestoreJob",
        f"{FLEX_JOBS}/{{restoreJobId}}",
        FLEX_VERSIONS,
        backups.get_flex_restore_job,
    ),
    Operation("listSkus", f"{API}/skus", SKU_VERSIONS, billing.list_skus, rate_limits.SKUS),
    Operation("getSku", f"{API}/skus/{{skuId}}", SKU_VERSIONS, billing.get_sku, rate_limits.SKUS),
)

WRITES = (
    Creation("createOrgInvoiceReport", REPORTS, REPORT_VERSIONS, reports.create_org_invoice_report),
)
