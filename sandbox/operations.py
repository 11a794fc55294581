"""The operations served, each under its operationId in the specification."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from starlette.requests import Request

from sandbox import billing_operations as billing
from sandbox import inventory_operations as inventory
from sandbox import key_operations as keys
from sandbox import rate_limits
from sandbox import report_operations as reports
from sandbox.inventory import API, Document
from sandbox.rate_limits import EndpointSet
from sandbox.state import Sandbox

Handler = Callable[[Sandbox, Request], Document | bytes]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation; `versions` oldest first, `gone` those that Atlas has switched off."""

    method: ClassVar[str] = "GET"
    status: ClassVar[int] = 200
    name: str
    path: str
    versions: tuple[str, ...]
    handler: Handler
    limit: EndpointSet | None = None
    gone: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Creation(Operation):
    """One that makes something."""

    method: ClassVar[str] = "POST"
    status: ClassVar[int] = 201


V1 = ("2023-01-01",)
CLUSTER_VERSIONS = {"versions": ("2024-08-05",), "gone": ("2023-01-01", "2023-02-01")}
FLEX_VERSIONS = ("2024-11-13",)
SKU_VERSIONS = ("2025-03-12",)
REPORT_VERSIONS = ("2025-03-12",)
ACCOUNT_VERSIONS = ("2024-08-05",)
ORG = f"{API}/orgs/{{orgId}}"
GROUP = f"{API}/groups/{{groupId}}"
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
        f"{GROUP}/clusters/{{clusterName}}",
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
        f"{GROUP}/flexClusters/{{name}}",
        FLEX_VERSIONS,
        inventory.get_group_flex_cluster,
        rate_limits.FLEX_CLUSTERS,
    ),
    Operation("listSkus", f"{API}/skus", SKU_VERSIONS, billing.list_skus, rate_limits.SKUS),
    Operation("getSku", f"{API}/skus/{{skuId}}", SKU_VERSIONS, billing.get_sku, rate_limits.SKUS),
)

WRITES = (
    Creation("createOrgInvoiceReport", REPORTS, REPORT_VERSIONS, reports.create_org_invoice_report),
)
