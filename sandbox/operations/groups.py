"""Projects made, found by name, changed and deleted on request: one function an operation."""

from dataclasses import replace

from starlette.requests import Request

from sandbox.estate.inventory import Document, single_group_document
from sandbox.estate.resources import Life, Project
from sandbox.months import stamp
from sandbox.operations import bodies
from sandbox.operations.inventory import own_group, shown_groups
from sandbox.state import Sandbox
from sandbox.wire.errors import AtlasError, not_authorized
from sandbox.wire.paging import base_url

# The specification's pattern knows no space, yet Atlas has projects with one.
NAME = r"[\w\-.(),:&@+' ]{1,64}"


def create_group(sandbox: Sandbox, request: Request) -> Document:
    """A project; whoever makes it owns it."""
    body = bodies.sent_object(request)
    name, org_id = bodies.text(body, "name", NAME), bodies.text(body, "orgId")
    if org_id != sandbox.org.id:
        raise not_authorized()
    _check_unused(sandbox, name)
    project = Project(
        id=sandbox.estate.new_id(name),
        name=name,
        org_id=sandbox.org.id,
        life=Life(sandbox.clock.today),
        tags=bodies.tags(body),
        made=stamp(sandbox.clock.now()),
    )
    sandbox.estate.put_project(sandbox.org, project)
    sandbox.recent.made("project", project.id)
    sandbox.credentials.owned.add(project.id)
    return single_group_document(project, 0, base_url(request), sandbox.clock.today)


def get_group_by_name(sandbox: Sandbox, request: Request) -> Document:
    """One project by its name."""
    wanted = request.path_params["groupName"]
    for project, clusters in shown_groups(sandbox, request):
        if project.name == wanted:
            base, today = base_url(request), sandbox.clock.today
            return single_group_document(project, len(clusters), base, today)
    detail = f'No group with name "{wanted}" exists.'
    raise AtlasError(404, "GROUP_NAME_NOT_FOUND", detail, (wanted,))


def update_group(sandbox: Sandbox, request: Request) -> Document:
    """A project's name or tags."""
    project, clusters = own_group(sandbox, request)
    body = bodies.sent_object(request)
    name = bodies.text(body, "name", NAME) if "name" in body else project.name
    if name != project.name:
        _check_unused(sandbox, name)
    tags = bodies.tags(body) if "tags" in body else project.tags
    project = replace(project, name=name, tags=tags)
    sandbox.estate.put_project(sandbox.org, project)
    return single_group_document(project, len(clusters), base_url(request), sandbox.clock.today)


def delete_group(sandbox: Sandbox, request: Request) -> Document:
    """A project with nothing in it."""
    project, clusters = own_group(sandbox, request)
    if clusters:
        detail = "Cannot close group while it has active clusters; please terminate all clusters."
        raise AtlasError(409, "CANNOT_CLOSE_GROUP_ACTIVE_ATLAS_CLUSTERS", detail)
    sandbox.estate.remove_project(sandbox.org, project)
    sandbox.grants.forget(project.id)
    return {}


def _check_unused(sandbox: Sandbox, name: str) -> None:
    if any(project.name == name for project, _ in sandbox.org.living(sandbox.clock.today)):
        detail = f'A group with name "{name}" already exists.'
        raise AtlasError(409, "GROUP_ALREADY_EXISTS", detail, (name,))
