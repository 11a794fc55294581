"""Projects: found by name or id, made, changed, and deleted only when nothing is inside."""

from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from orchestration.actions.configs import ChangingConfig, Confirm, Project, Text, is_id
from orchestration.actions.context import Context, found, listed, was_unheard
from orchestration.actions.model import Change, Note, Plan, Proposal, Refusal, Typed
from orchestration.actions.waiting import Watched, delete
from orchestration.atlas.errors import AtlasError
from orchestration.atlas.responses import results

Document = dict[str, Any]
# Atlas's own limit; its pattern allows no more either.
LONGEST_NAME = 64
CONFLICT = 409


def _project_name(value: str) -> str:
    if len(value) > LONGEST_NAME:
        raise ValueError(f"must have at most {LONGEST_NAME} characters")
    return value


Name = Annotated[Text, AfterValidator(_project_name)]
Tags = dict[str, str]


class CreateProject(ChangingConfig):
    """A project with this name."""

    name: Name = Field(description="Name of the project, at most 64 characters.")
    organization: str | None = Field(
        default=None, description="Organization, by name or id; the connection's own if left out."
    )
    tags: Tags = Field(default_factory=dict, description="Tags, for example {team: shop}.")


class UpdateProject(ChangingConfig):
    """Another name or other tags for a project."""

    project: Project
    name: Name | None = Field(default=None, description="New name.")
    tags: Tags | None = Field(default=None, description="Complete tag set (replaces existing).")


class DeleteProject(ChangingConfig):
    """An empty project, deleted."""

    project: Project
    confirm: Confirm = None


class ProjectDetails(Typed):
    """A project as Atlas has it."""

    id: str
    name: str
    organization_id: str
    tags: Tags
    cluster_count: int = 0


@dataclass(frozen=True)
class ProjectRef:
    """A project that exists: its id, and its name where it was asked for by name."""

    id: str
    name: str


def project_of(context: Context, project: str) -> ProjectRef:
    """The project a name or id means.

    Raises:
        Refusal: there is none, or it is another organization's.
    """
    return ProjectRef(str(_existing(context, project)["id"]), project)


def create_project(context: Context, config: CreateProject) -> Proposal:
    """Make it, or adopt the one of this name if it is the same."""
    organization = _organization(context, config.organization)
    existing = found(lambda: context.atlas.get_project_by_name(config.name))
    if existing is None:
        changes = (
            Change(field="project", after=config.name),
            *([Change(field="tags", after=config.tags)] if config.tags else []),
        )
        plan = Plan(summary=f"Create project {config.name}.", changes=changes)
        return Proposal(
            config.name, plan, lambda note: _create(context, config, organization, note)
        )
    return _adopt(config, existing, organization)


def _adopt(config: CreateProject, existing: Document, organization: str) -> Proposal:
    details = _details(existing)
    refusals = []
    if details.organization_id.casefold() != organization:
        refusals.append(
            f"a project of this name belongs to organization {details.organization_id}, not to "
            f"{organization}"
        )
    if config.tags and config.tags != details.tags:
        refusals.append(
            f"it exists with the tags {_told(details.tags)}, not {_told(config.tags)}: "
            "update_project changes them"
        )
    plan = Plan(summary=f"Project {config.name} exists already.", refusals=tuple(refusals))
    ids = {"project_id": details.id}
    return Proposal(config.name, plan, result=details, atlas_ids=ids, is_adopted=True)


def _create(
    context: Context, config: CreateProject, organization: str, note: Note
) -> ProjectDetails:
    body = {"name": config.name, "orgId": organization, "withDefaultAlertsSettings": True}
    if config.tags:
        body["tags"] = as_tags(config.tags)
    try:
        made = context.atlas.create_project(body)
    except AtlasError as error:
        # somebody was faster, or Atlas made it and could not say so
        if error.status != CONFLICT and not was_unheard(error):
            raise
        existing = _watched(context, config.name).seen()
        if existing is None or _adopt(config, existing, organization).plan.refusals:
            raise
        made = existing
    note({"project_id": str(made["id"])})
    return _details(made)


def update_project(context: Context, config: UpdateProject) -> Proposal:
    """Change what differs, and nothing else."""
    document = _existing(context, config.project)
    details = _details(document)
    body: Document = {}
    changes = []
    if config.name is not None and config.name != details.name:
        changes.append(Change(field="name", before=details.name, after=config.name))
        body["name"] = config.name
    if config.tags is not None and config.tags != details.tags:
        changes.append(Change(field="tags", before=details.tags, after=config.tags))
        body["tags"] = as_tags(config.tags)
    ids = {"project_id": details.id}
    if not changes:
        plan = Plan(summary=f"Project {details.name} is as wanted.")
        return Proposal(details.name, plan, result=details, atlas_ids=ids)
    plan = Plan(summary=f"Change project {details.name}.", changes=tuple(changes))

    def apply(note: Note) -> ProjectDetails:
        note(ids)
        return _details(context.atlas.update_project(details.id, body))

    return Proposal(details.name, plan, apply, atlas_ids=ids)


def delete_project(context: Context, config: DeleteProject) -> Proposal:
    """Delete it if it is empty; what is inside is listed and never deleted along."""
    document = _lookup(context, config.project)
    if document is None:
        plan = Plan(summary=f"Project {config.project} does not exist: nothing to delete.")
        return Proposal(config.project, plan)
    details = _details(document)
    inside = inside_of(context, details.id)
    refusals = [f"it is not empty: {', '.join(inside)}; delete these first"] if inside else []
    plan = Plan(
        summary=f"Delete project {details.name}.",
        changes=(Change(field="project", before=details.name),),
        refusals=tuple(refusals),
        confirm=details.name,
    )
    ids = {"project_id": details.id}

    def apply(note: Note) -> ProjectDetails:
        note(ids)
        ask = partial(context.atlas.delete_project, details.id)
        delete(context, _watched(context, details.id), ask)
        return details

    return Proposal(details.name, plan, apply, details, ids)


def inside_of(context: Context, project_id: str) -> list[str]:
    """What lives in a project and costs money or holds data, each in words."""
    inventory = context.inventory
    lists = {
        "cluster": inventory.list_clusters,
        "flex cluster": inventory.list_flex_clusters,
        "serverless instance": inventory.list_serverless_instances,
        "federated database": inventory.list_data_federation,
        "stream workspace": inventory.list_stream_workspaces,
    }
    return [
        f"{kind} {each['name']}"
        for kind, ask in lists.items()
        for page in listed(lambda ask=ask: ask(project_id))  # type: ignore[misc]
        for each in results(page.document)
        if isinstance(each, dict) and "name" in each
    ]


def as_tags(tags: Tags) -> list[Document]:
    """Tags as Atlas writes them."""
    return [{"key": key, "value": value} for key, value in tags.items()]


def read_tags(document: Document) -> Tags:
    """Tags of an Atlas document."""
    return {str(each["key"]): str(each["value"]) for each in document.get("tags") or []}


def _told(tags: Tags) -> str:
    return ", ".join(f"{key}={value}" for key, value in sorted(tags.items())) or "(none)"


def _organization(context: Context, wanted: str | None) -> str:
    own = context.org_id.casefold()
    asked = own if wanted is None else _organization_id(context, wanted)
    if asked != own:
        raise Refusal(
            f"Organization {wanted} is not that of connection {context.connection}, which is "
            f"{context.org_id}: choose another connection."
        )
    return own


def _organization_id(context: Context, wanted: str) -> str:
    if is_id(wanted):
        return wanted.casefold()
    ids = [
        str(each["id"])
        for each in context.atlas.list_organizations(wanted)
        if each.get("name") == wanted
    ]
    if len(ids) != 1:
        known = "no organization" if not ids else "more than one organization"
        raise Refusal(f"The key for actions knows {known} named {wanted}: give its id.")
    return ids[0].casefold()


def _lookup(context: Context, project: str) -> Document | None:
    """The project; None only where neither its own read nor the list knows of it.

    Raises:
        Refusal: it is another organization's: one key may open several, and names are reused.
    """
    document = _watched(context, project).seen()
    if document and str(document.get("orgId")).casefold() != context.org_id.casefold():
        raise Refusal(
            f"Project {project} belongs to organization {document.get('orgId')}, not to "
            f"{context.org_id}, that of connection {context.connection}: choose another connection."
        )
    return document


def _watched(context: Context, project: str) -> Watched[Document]:
    """A project, by name or id, as its two reads have it."""
    key = "id" if is_id(project) else "name"
    read = context.atlas.get_project if is_id(project) else context.atlas.get_project_by_name

    def among_all() -> Document | None:
        for page in listed(lambda: context.inventory.list_projects(context.org_id)):
            for each in results(page.document):
                if isinstance(each, dict) and each.get(key) == project:
                    return each
        return None

    return Watched(f"project {project}", lambda: found(lambda: read(project)), among_all)


def _existing(context: Context, project: str) -> Document:
    document = _lookup(context, project)
    if document is None:
        raise Refusal(f"Project {project} does not exist; create_project makes one.")
    return document


def _details(document: Document) -> ProjectDetails:
    return ProjectDetails(
        id=str(document["id"]),
        name=str(document.get("name")),
        organization_id=str(document.get("orgId")),
        tags=read_tags(document),
        cluster_count=int(document.get("clusterCount") or 0),
    )
