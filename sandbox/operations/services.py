"""Services beside the clusters on request: one function an operation."""

from starlette.requests import Request

from sandbox.estate import services
from sandbox.estate.inventory import Document
from sandbox.estate.resources import Cluster, Project
from sandbox.operations.inventory import own_cluster, own_dedicated, own_group
from sandbox.state import Sandbox
from sandbox.wire.errors import AtlasError
from sandbox.wire.paging import base_url, page

CLUSTER_IN_SERVERLESS_API = "CANNOT_USE_CLUSTER_IN_SERVERLESS_INSTANCE_API"


def list_group_serverless_instances(sandbox: Sandbox, request: Request) -> Document:
    """Serverless instances."""
    project, clusters = own_group(sandbox, request)
    found = [cluster for cluster in clusters if cluster.kind == "serverless"]
    return page(request, found, lambda one: _serverless(project, one, sandbox, request))


def get_group_serverless_instance(sandbox: Sandbox, request: Request) -> Document:
    """One serverless instance by name."""
    project, cluster = own_cluster(sandbox, request, "name")
    if cluster.kind != "serverless":
        detail = f"Cluster {cluster.name} cannot be used in the Serverless Instance API."
        raise AtlasError(400, CLUSTER_IN_SERVERLESS_API, detail, (cluster.name,))
    return _serverless(project, cluster, sandbox, request)


def _serverless(project: Project, cluster: Cluster, sandbox: Sandbox, request: Request) -> Document:
    today = sandbox.clock.today
    return services.serverless_document(project, cluster, base_url(request), today)


def list_group_data_federation(sandbox: Sandbox, request: Request) -> list[Document]:
    """Federated databases, as a bare array."""
    return services.federations(own_group(sandbox, request)[0])


def get_group_data_federation(sandbox: Sandbox, request: Request) -> Document:
    """One federated database by name."""
    project, _ = own_group(sandbox, request)
    return _named(services.federations(project), project, request, "Data Federation")


def list_group_stream_workspaces(sandbox: Sandbox, request: Request) -> Document:
    """Stream workspaces."""
    return page(request, services.workspaces(own_group(sandbox, request)[0]), dict)


def get_group_stream_workspace(sandbox: Sandbox, request: Request) -> Document:
    """One stream workspace by name."""
    project, _ = own_group(sandbox, request)
    return _named(services.workspaces(project), project, request, "Stream")


def get_group_stream_processors(sandbox: Sandbox, request: Request) -> Document:
    """The processors of a workspace."""
    workspace = get_group_stream_workspace(sandbox, request)
    return page(request, services.processors(workspace, sandbox.clock.today), dict)


def _named(found: list[Document], project: Project, request: Request, kind: str) -> Document:
    wanted = request.path_params["tenantName"]
    for document in found:
        if document["name"] == wanted:
            return document
    code = f"{kind.upper().replace(' ', '_')}_TENANT_NOT_FOUND_FOR_NAME"
    detail = f"{kind} tenant for project {project.id} and name {wanted} not found."
    raise AtlasError(404, code, detail, (project.id, wanted))


def get_group_cluster_search_deployment(sandbox: Sandbox, request: Request) -> Document:
    """A cluster's search nodes, or nothing."""
    return services.search_deployment(*own_dedicated(sandbox, request))


def list_group_cluster_online_archives(sandbox: Sandbox, request: Request) -> Document:
    """A cluster's online archives."""
    return page(request, services.online_archives(*own_dedicated(sandbox, request)), dict)
