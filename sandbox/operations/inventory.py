"""Organizations, projects and clusters on request: one function an operation."""

from starlette.requests import Request

from sandbox.estate import inventory
from sandbox.estate.estate import DELETING
from sandbox.estate.inventory import Document
from sandbox.estate.organization import Organization
from sandbox.estate.resources import Cluster, Holdings, Project
from sandbox.state import Sandbox
from sandbox.wire.errors import AtlasError, not_authorized
from sandbox.wire.paging import base_url, page

CLUSTERS = ("dedicated", "tenant")
KINDS = {"flex": "Flex cluster", "serverless": "Serverless instance"}


def list_orgs(sandbox: Sandbox, request: Request) -> Document:
    """The one organization the key belongs to."""
    prefix = request.query_params.get("name", "").lower()
    orgs = [sandbox.org] if sandbox.org.name.lower().startswith(prefix) else []
    return page(request, orgs, lambda org: _org_document(org, request))


def get_org(sandbox: Sandbox, request: Request) -> Document:
    """The organization."""
    return _org_document(own_org(sandbox, request), request)


def list_groups(sandbox: Sandbox, request: Request) -> Document:
    """Every project the key can see, which are those of its organization."""
    prefix = request.query_params.get("name", "").lower()
    there = shown_groups(sandbox, request)
    found = [held for held in there if held[0].name.lower().startswith(prefix)]
    base, today = base_url(request), sandbox.clock.today

    def document(held: tuple[Project, tuple[Cluster, ...]]) -> Document:
        return inventory.group_document(held[0], len(held[1]), base, today)

    return page(request, sorted(found, key=lambda held: held[0].name), document)


def list_org_groups(sandbox: Sandbox, request: Request) -> Document:
    """The organization's projects."""
    own_org(sandbox, request)
    return list_groups(sandbox, request)


def get_group(sandbox: Sandbox, request: Request) -> Document:
    """One project."""
    shown = {held[0].id: held for held in shown_groups(sandbox, request)}
    wanted = request.path_params["groupId"]
    project, clusters = shown[wanted] if wanted in shown else own_group(sandbox, request)
    return inventory.single_group_document(
        project, len(clusters), base_url(request), sandbox.clock.today
    )


def list_group_clusters(sandbox: Sandbox, request: Request) -> Document:
    """Dedicated and free clusters; flex and serverless ones have APIs of their own."""
    project, clusters = _shown(sandbox, request)
    found = [cluster for cluster in clusters if cluster.kind in CLUSTERS]
    base, today = base_url(request), sandbox.clock.today
    return page(request, found, lambda one: inventory.cluster_document(project, one, base, today))


def get_group_cluster(sandbox: Sandbox, request: Request) -> Document:
    """One dedicated or free cluster by name."""
    project, clusters = _shown(sandbox, request)
    cluster = _of_clusters(named_cluster(project, clusters, request.path_params["clusterName"]))
    return inventory.cluster_document(project, cluster, base_url(request), sandbox.clock.today)


def list_group_flex_clusters(sandbox: Sandbox, request: Request) -> Document:
    """Flex clusters."""
    project, clusters = _shown(sandbox, request)
    found = [cluster for cluster in clusters if cluster.kind == "flex"]
    today = sandbox.clock.today
    return page(request, found, lambda one: inventory.flex_document(project, one, today))


def get_group_flex_cluster(sandbox: Sandbox, request: Request) -> Document:
    """One flex cluster by name."""
    project, clusters = _shown(sandbox, request)
    cluster = _of_flex(named_cluster(project, clusters, request.path_params["name"]))
    return inventory.flex_document(project, cluster, sandbox.clock.today)


def shown_groups(sandbox: Sandbox, request: Request) -> Holdings:
    """What the key sees of its organization, as this read shows it."""
    held = {project.id: clusters for project, clusters in sandbox.holdings()}
    there = {project.id: project for project, _ in sandbox.holdings()}
    shown = sandbox.recent.shown(request, there, "project").values()
    return tuple((project, held.get(project.id, ())) for project in shown)


def own_org(sandbox: Sandbox, request: Request) -> Organization:
    """A key sees its own organization; of others it does not even learn whether they exist."""
    if request.path_params["orgId"] != sandbox.org.id:
        raise not_authorized()
    return sandbox.org


def own_group(sandbox: Sandbox, request: Request) -> tuple[Project, tuple[Cluster, ...]]:
    """The project that the path names, with its clusters."""
    return group_of(sandbox, request.path_params["groupId"])


def _shown(sandbox: Sandbox, request: Request) -> tuple[Project, tuple[Cluster, ...]]:
    """That project, with its clusters as this read shows them."""
    project, clusters = own_group(sandbox, request)
    there = {one.id: one for one in clusters}
    return project, tuple(sandbox.recent.shown(request, there, "cluster", project.id).values())


def group_of(sandbox: Sandbox, wanted: str) -> tuple[Project, tuple[Cluster, ...]]:
    """A project by its id, with its clusters."""
    for project, clusters in sandbox.holdings():
        if project.id == wanted:
            return project, clusters
    foreign = sandbox.other_org.living(sandbox.clock.today)
    if any(project.id == wanted for project, _ in foreign):
        raise not_authorized()
    raise AtlasError(404, "GROUP_NOT_FOUND", f"No group with ID {wanted} exists.", (wanted,))


def own_cluster(sandbox: Sandbox, request: Request, name: str) -> tuple[Project, Cluster]:
    """The cluster that the path's parameter `name` names, of whatever kind."""
    project, clusters = own_group(sandbox, request)
    return project, named_cluster(project, clusters, request.path_params[name])


def named_cluster(project: Project, clusters: tuple[Cluster, ...], wanted: str) -> Cluster:
    """The cluster of that name, of whatever kind."""
    for cluster in clusters:
        if cluster.name == wanted:
            return cluster
    detail = f"No cluster named {wanted} exists in group {project.id}."
    raise AtlasError(404, "CLUSTER_NOT_FOUND", detail, (wanted, project.id))


def own_dedicated(sandbox: Sandbox, request: Request) -> tuple[Project, Cluster]:
    """A cluster that can have snapshots, archives and search nodes.

    No public recording shows how Atlas refuses them to an M0: status and code are a guess.
    """
    project, cluster = own_listed(sandbox, request)
    if cluster.kind == "tenant":
        detail = f"Cluster {cluster.name} is a free cluster, which does not support this."
        raise AtlasError(400, "TENANT_CLUSTER_NOT_SUPPORTED", detail, (cluster.name,))
    return project, cluster


def own_flex(sandbox: Sandbox, request: Request) -> tuple[Project, Cluster]:
    """A flex cluster; other kinds cannot be used in its API."""
    project, cluster = own_cluster(sandbox, request, "name")
    return project, _of_flex(cluster)


def _of_flex(cluster: Cluster) -> Cluster:
    if cluster.kind != "flex":
        raise refuse_other(cluster.name)
    return cluster


def own_listed(sandbox: Sandbox, request: Request) -> tuple[Project, Cluster]:
    """A cluster of the cluster API; the error says which API the others have."""
    project, cluster = own_cluster(sandbox, request, "clusterName")
    return project, _of_clusters(cluster)


def _of_clusters(cluster: Cluster) -> Cluster:
    if cluster.kind not in CLUSTERS:
        raise refuse_flex(cluster.name, KINDS[cluster.kind])
    return cluster


def check_not_leaving(cluster: Cluster) -> None:
    """400 for what is on its way out; recorded in 2025 with this sentence."""
    if cluster.state == DELETING:
        detail = f"The cluster {cluster.name} has already been requested for deletion."
        raise AtlasError(400, "CLUSTER_ALREADY_REQUESTED_DELETION", detail, (cluster.name,))


def refuse_flex(name: str, kind: str = KINDS["flex"]) -> AtlasError:
    """400 of the cluster API for what has an API of its own."""
    code = f"CANNOT_USE_{kind.upper().replace(' ', '_')}_IN_CLUSTER_API"
    detail = f"{kind} {name} cannot be used in the Cluster API."
    return AtlasError(400, code, detail, (name,))


def refuse_other(name: str) -> AtlasError:
    """400 of the flex API for any other cluster."""
    detail = f"Cannot use non-flex cluster {name} in the flex API."
    return AtlasError(400, "CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API", detail, (name,))


def _org_document(org: Organization, request: Request) -> Document:
    return inventory.organization_document(org, base_url(request))
