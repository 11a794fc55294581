"""A project's IP access list: one entry an action, each address in the field Atlas has for it."""

from functools import partial
from typing import Annotated, Any

from pydantic import AfterValidator, Field, model_validator

from orchestration.actions.access_list.addresses import (
    SECURITY_GROUP,
    entry_of,
    field_of,
    listed_entry,
    new_entry_of,
    open_warnings,
    width_refusals,
)
from orchestration.actions.configs import (
    ChangingConfig,
    Confirm,
    Instant,
    Project,
    ends_badly,
    is_same_instant,
)
from orchestration.actions.context import Context, found
from orchestration.actions.model import Change, Note, Plan, Proposal, Typed
from orchestration.actions.projects import ProjectRef, project_of
from orchestration.actions.waiting import Watched, delete

Document = dict[str, Any]
LONGEST_COMMENT = 80


def _comment(value: str) -> str:
    if len(value) > LONGEST_COMMENT:
        raise ValueError(f"must have at most {LONGEST_COMMENT} characters")
    return value


EntryText = Annotated[str, AfterValidator(entry_of)]
NewEntryText = Annotated[str, AfterValidator(new_entry_of)]


class AllowIp(ChangingConfig):
    """An address that may connect to a project's clusters."""

    project: Project
    entry: NewEntryText = Field(description="IP address, CIDR block or AWS security group.")
    comment: Annotated[str, AfterValidator(_comment)] | None = Field(
        default=None, description="Why it is there, at most 80 characters."
    )
    delete_after: Instant | None = Field(
        default=None,
        description="When Atlas removes it again, with time zone; a week ahead at most.",
    )
    allow_anywhere: bool = Field(
        default=False,
        description="Accept what lets the internet or a large part of it in, as 0.0.0.0/0 does.",
    )

    @model_validator(mode="after")
    def _can_end(self) -> "AllowIp":
        if self.delete_after and SECURITY_GROUP.fullmatch(self.entry):
            raise ValueError("delete_after does not go with a security group: Atlas keeps it")
        return self


class RemoveIp(ChangingConfig):
    """An address that shall no longer connect."""

    project: Project
    entry: EntryText = Field(description="The entry as it is listed.")
    confirm: Confirm = None


class EntryDetails(Typed):
    """One entry of an access list."""

    entry: str
    project_id: str
    comment: str | None = None
    delete_after: str | None = None


def listed_entries(context: Context, project: ProjectRef) -> dict[str, EntryDetails]:
    """The project's access list by entry."""
    entries = (_details(each, project.id) for each in context.atlas.list_entries(project.id))
    return {each.entry: each for each in entries}


def add_entry(context: Context, project_id: str, entry: str, **fields: str | None) -> None:
    """Put one entry on the list.

    Args:
        context: Of the run.
        project_id: Where.
        entry: As entry_of spells it.
        fields: Atlas's comment and deleteAfterDate.
    """
    body: Document = {field_of(entry): entry, **{key: each for key, each in fields.items() if each}}
    context.atlas.create_entry(project_id, body)


def allow_ip(context: Context, config: AllowIp) -> Proposal:
    """Add it, or adopt it where it is there with the same comment and end."""
    project = project_of(context, config.project)
    listed = listed_entries(context, project)
    existing = listed.get(config.entry)
    target, ids = f"{project.name}/{config.entry}", {"project_id": project.id}
    restricts_nothing = tuple(open_warnings([config.entry], listed))
    if existing:
        plan = Plan(
            summary=f"{config.entry} is on the list already.",
            refusals=_conflicts(existing, config),
            warnings=restricts_nothing,
        )
        return Proposal(target, plan, result=existing, atlas_ids=ids, is_adopted=True)
    too_wide = [] if config.allow_anywhere else width_refusals([config.entry], listed)
    plan = Plan(
        summary=f"Let {config.entry} connect to the clusters of project {project.name}.",
        changes=_told(config),
        refusals=tuple(too_wide),
        warnings=(*ends_badly(config.delete_after, context.now()), *restricts_nothing),
    )

    def apply(note: Note) -> EntryDetails:
        note(ids)
        fields = {"comment": config.comment, "deleteAfterDate": config.delete_after}
        add_entry(context, project.id, config.entry, **fields)
        return EntryDetails(
            entry=config.entry,
            project_id=project.id,
            comment=config.comment,
            delete_after=config.delete_after,
        )

    return Proposal(target, plan, apply, atlas_ids=ids)


def _told(config: AllowIp) -> tuple[Change, ...]:
    """All that will be sent."""
    fields = {
        "access_list": config.entry,
        "comment": config.comment or None,
        "delete_after": config.delete_after,
    }
    return tuple(Change(field=name, after=each) for name, each in fields.items() if each)


def _conflicts(existing: EntryDetails, config: AllowIp) -> tuple[str, ...]:
    differing = []
    if config.comment not in {None, existing.comment}:
        differing.append(("comment", existing.comment, config.comment))
    end = config.delete_after
    if end is not None and not is_same_instant(existing.delete_after, end):
        differing.append(("delete_after", existing.delete_after, end))
    return tuple(
        f"it is there with {field} {before}, not {after}: remove_ip takes it off the list first"
        for field, before, after in differing
    )


def remove_ip(context: Context, config: RemoveIp) -> Proposal:
    """Take it off the list."""
    project = project_of(context, config.project)
    watched = _watched(context, project, config.entry)
    existing = watched.seen()
    target, ids = f"{project.name}/{config.entry}", {"project_id": project.id}
    if existing is None:
        summary = f"{config.entry} is not on the list of project {project.name}: nothing to remove."
        return Proposal(target, Plan(summary=summary), atlas_ids=ids)
    plan = Plan(
        summary=f"{config.entry} may no longer connect to the clusters of {project.name}.",
        changes=(Change(field="access_list", before=config.entry),),
        confirm=config.entry,
    )

    def apply(note: Note) -> EntryDetails:
        note(ids)
        delete(context, watched, partial(context.atlas.delete_entry, project.id, config.entry))
        return existing

    return Proposal(target, plan, apply, existing, ids)


def _watched(context: Context, project: ProjectRef, entry: str) -> Watched[EntryDetails]:
    """An entry as its two reads have it; None only where neither knows of it."""

    def read() -> EntryDetails | None:
        document = found(lambda: context.atlas.get_entry(project.id, entry))
        return _details(document, project.id) if document else None

    def among_all() -> EntryDetails | None:
        return listed_entries(context, project).get(entry)

    return Watched(f"entry {entry}", read, among_all)


def _details(document: Document, project_id: str) -> EntryDetails:
    # an address comes back with a block of one as well
    entry = (
        document.get("ipAddress") or document.get("awsSecurityGroup") or document.get("cidrBlock")
    )
    return EntryDetails(
        entry=listed_entry(str(entry)),
        project_id=project_id,
        comment=document.get("comment") or None,
        delete_after=document.get("deleteAfterDate"),
    )
