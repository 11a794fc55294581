"""What a key may be asked for: one row each, with what is lost without it and who grants it.

Read by `atlas-costs check`, by docs/connect.md's test, and by whoever names a missing part. Role
names are Atlas's own, as its specification requires them for each operation.
"""

from dataclasses import KW_ONLY, dataclass
from functools import partial
from typing import Literal

Kind = Literal["costs", "standard", "optional", "action"]
DOCUMENT = "docs/connect.md"
BILLING = "Organization Billing Viewer"
READ_ONLY = "Organization Read Only"
BASIC, CLUSTERS, STREAMS, PROCESSORS = "2023-01-01", "2024-08-05", "2023-02-01", "2024-05-30"
FLEX, NEWEST = "2024-11-13", "2025-03-12"
FEW, MANY = 1, 100


@dataclass(frozen=True)
class Probe:
    """The cheapest read that shows a permission; it never changes anything.

    Attributes:
        operation: Atlas's operationId.
        path: Below /api/atlas/v2; {org}, {invoice}, {project}, {cluster} and {workspace} stand for
            the paths of things that earlier answers named.
        version: The resource version's date.
        items: itemsPerPage: more than one where a later probe needs something found here; None
            where Atlas does not page.
    """

    operation: str
    path: str
    version: str = BASIC
    items: int | None = FEW


@dataclass(frozen=True)
class Capability:
    """One permission.

    Attributes:
        name: Unique; the row of the matrix.
        purpose: What it is for.
        lost: What is missing without it.
        serves: Landing names of the entities, or for an action the actions' names.
        probe: How it is tried.
        kind: `costs` (nothing works without), `standard` (in the documented pair of roles),
            `optional` (needs a further role), `action` (needs the provisioning key).
        role: The Atlas role that grants it, as Atlas's pages spell it.
        section: Anchor in docs/connect.md.
        grants: Role codes any of which suffices, where the key's own roles decide.
    """

    name: str
    purpose: str
    lost: str
    serves: str
    probe: Probe
    _: KW_ONLY
    kind: Kind = "standard"
    role: str = READ_ONLY
    section: str = "roles-for-costs"
    grants: str = ""

    @property
    def entities(self) -> tuple[str, ...]:
        """What it serves, one by one."""
        return tuple(self.serves.split())


Action = partial(Capability, kind="action", section="keys-for-actions")

INVOICES = Capability(
    "invoices",
    "every cost, line by line",
    "everything: without invoices there are no costs",
    "invoices invoice_line_items invoice_payments invoice_refunds",
    Probe("listOrgInvoices", "{org}/invoices"),
    kind="costs",
    role=BILLING,
)
READS = (
    INVOICES,
    Capability(
        "focus reports",
        "Atlas's own region and list price of each line",
        "regions and list prices come from the cluster's settings, or are unknown",
        "focus_reports",
        Probe("listOrgInvoiceReports", "{invoice}/reports", NEWEST),
        role=BILLING,
    ),
    Capability(
        "linked invoices",
        "the bills of organizations whose bill this one pays",
        "linked organizations' costs, unless they are connected with a key of their own",
        "invoices",
        Probe("listOrgInvoices", "{org}/invoices?viewLinkedInvoices=true"),
        kind="optional",
        role="Organization Billing Admin",
        section="linked-organizations",
        grants="ORG_BILLING_ADMIN ORG_OWNER",
    ),
    Capability(
        "organization",
        "the organization's name",
        "organization names (IDs are shown instead)",
        "organizations",
        Probe("getOrg", "{org}", items=None),
    ),
    Capability(
        "projects",
        "project names and tags; required for everything in projects",
        "all resources, and tags of projects",
        "projects",
        Probe("getOrgGroups", "{org}/groups", items=MANY),
    ),
    Capability(
        "clusters",
        "clusters: tier, region, disk, tags",
        "active clusters, and regions that come from their settings",
        "clusters",
        Probe("listGroupClusters", "{project}/clusters", CLUSTERS, MANY),
    ),
    Capability(
        "flex clusters",
        "flex clusters",
        "active flex clusters",
        "flex_clusters",
        Probe("listGroupFlexClusters", "{project}/flexClusters", FLEX),
    ),
    Capability(
        "serverless",
        "serverless instances",
        "active serverless instances",
        "serverless_instances",
        Probe("listGroupServerlessInstances", "{project}/serverless"),
    ),
    Capability(
        "search",
        "search nodes of a cluster",
        "active search nodes",
        "search_deployments",
        Probe("getGroupClusterSearchDeployment", "{cluster}/search/deployment", NEWEST, items=None),
    ),
    Capability(
        "data federation",
        "federated database instances",
        "active federated database instances",
        "data_federation",
        Probe("listGroupDataFederation", "{project}/dataFederation", items=None),
    ),
    Capability(
        "streams",
        "stream processing workspaces",
        "active stream workspaces",
        "stream_workspaces",
        Probe("listGroupStreamWorkspaces", "{project}/streams", STREAMS),
    ),
    Capability(
        "stream processors",
        "what runs in a stream workspace",
        "stream processors with their tier and state",
        "stream_processors",
        Probe("getGroupStreamProcessors", "{workspace}/processors", PROCESSORS),
        kind="optional",
        role="Organization Stream Processing Admin",
        section="roles-for-optional-parts",
    ),
    Capability(
        "online archives",
        "online archives of a cluster",
        "active online archives",
        "online_archives",
        Probe("listGroupClusterOnlineArchives", "{cluster}/onlineArchives"),
    ),
    Capability(
        "snapshots",
        "backup snapshots, their age and size",
        "backup snapshots (table backups)",
        "backup_snapshots",
        Probe("listGroupClusterBackupSnapshots", "{cluster}/backup/snapshots"),
    ),
    Capability(
        "restore jobs",
        "restores, running and past",
        "restore jobs",
        "restore_jobs",
        Probe("listGroupClusterBackupRestoreJobs", "{cluster}/backup/restoreJobs"),
        kind="optional",
        role="Project Backup Manager",
        section="roles-for-optional-parts",
    ),
    Capability(
        "skus",
        "Atlas's SKU catalog",
        "SKU descriptions (SKUs are still classified)",
        "skus",
        Probe("listSkus", "/skus", NEWEST),
    ),
)

ACTIONS = (
    Action(
        "create projects",
        "new projects",
        "the action create_project",
        "create_project",
        Probe("getOrgGroups", "{org}/groups", items=MANY),
        role="Organization Project Creator",
        grants="ORG_GROUP_CREATOR ORG_OWNER",
    ),
    Action(
        "create clusters",
        "new clusters",
        "the action create_cluster",
        "create_cluster",
        Probe("listGroupClusters", "{project}/clusters", CLUSTERS, MANY),
        role="Project Cluster Creator",
        grants="GROUP_CLUSTER_CREATOR GROUP_OWNER ORG_OWNER",
    ),
    Action(
        "manage clusters",
        "change, pause and resume clusters",
        "the actions update_cluster, pause_cluster and resume_cluster",
        "update_cluster pause_cluster resume_cluster",
        Probe("listGroupClusters", "{project}/clusters", CLUSTERS, MANY),
        role="Project Cluster Manager",
        grants="GROUP_CLUSTER_MANAGER GROUP_OWNER ORG_OWNER",
    ),
    Action(
        "delete clusters",
        "delete clusters and projects, rename and tag projects",
        "the actions delete_cluster, update_project and delete_project",
        "delete_cluster update_project delete_project",
        Probe("listGroupClusters", "{project}/clusters", CLUSTERS, MANY),
        role="Project Owner",
        grants="GROUP_OWNER ORG_OWNER",
    ),
    Action(
        "manage users",
        "database users",
        "the actions on database users",
        "create_database_user update_database_user delete_database_user",
        Probe("listGroupDatabaseUsers", "{project}/databaseUsers"),
        role="Project Database Access Admin",
        grants="GROUP_DATABASE_ACCESS_ADMIN GROUP_OWNER ORG_OWNER",
    ),
    Action(
        "manage access list",
        "addresses that may connect to a project's clusters",
        "the actions allow_ip and remove_ip",
        "allow_ip remove_ip",
        Probe("listGroupAccessListEntries", "{project}/accessList"),
        role="Project Network Access Manager",
        grants="GROUP_NETWORK_ACCESS_MANAGER GROUP_OWNER ORG_OWNER",
    ),
    Action(
        "backups",
        "list, take and delete snapshots, restore them",
        "the actions on snapshots and restores",
        "get_backup_info create_snapshot list_snapshots describe_snapshot delete_snapshot restore"
        " get_restore_status list_restore_jobs",
        Probe("listGroupClusterBackupRestoreJobs", "{cluster}/backup/restoreJobs"),
        role="Project Backup Manager",
        grants="GROUP_BACKUP_MANAGER GROUP_OWNER ORG_OWNER",
    ),
)
CAPABILITIES = READS + ACTIONS
