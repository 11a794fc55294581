"""What is in the projects of a resource file without standing in it: information, no more.

Nothing here is ever changed or deleted: it may be somebody else's.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

from orchestration.actions.access_list.actions import listed_entries
from orchestration.actions.access_list.addresses import entry_of
from orchestration.actions.context import Context, listed
from orchestration.actions.model import Typed
from orchestration.actions.projects import ProjectDetails, ProjectRef
from orchestration.actions.resource_file.kinds import ACCESS, CLUSTER, DATABASE_USER, PROJECT
from orchestration.actions.resource_file.resources import Resource
from orchestration.atlas.responses import results


def not_in_file(
    context: Context, resources: Sequence[Resource], known: Mapping[str, Typed]
) -> list[str]:
    """Addresses of clusters, users and entries that are there and not named.

    Args:
        context: Of the run.
        resources: All that the file names.
        known: What Atlas has of it, by address.
    """
    named = {each.address for each in resources}
    named |= {address for each in resources for address in _entries_of(each)}
    projects = (known.get(each.address) for each in resources if each.kind is PROJECT)
    there = (
        address
        for each in projects
        if isinstance(each, ProjectDetails)
        for address in _inside(context, each)
    )
    return [each for each in there if each not in named]


def _entries_of(resource: Resource) -> Iterator[str]:
    for entry in getattr(resource.config, "allow_ips", []):
        with suppress(ValueError):  # what is no entry is a conflict of its cluster
            yield f"{ACCESS.name}:{resource.project}/{entry_of(entry)}"


def _inside(context: Context, project: ProjectDetails) -> Iterator[str]:
    ask = (context.inventory.list_clusters, context.inventory.list_flex_clusters)
    pages = (page for each in ask for page in listed(lambda each=each: each(project.id)))  # type: ignore[misc]
    for cluster in (each for page in pages for each in results(page.document)):
        yield f"{CLUSTER.name}:{project.name}/{cluster['name']}"
    for user in context.atlas.list_users(project.id):
        yield f"{DATABASE_USER.name}:{project.name}/{user['username']}"
    for entry in listed_entries(context, ProjectRef(project.id, project.name)):
        yield f"{ACCESS.name}:{project.name}/{entry}"
