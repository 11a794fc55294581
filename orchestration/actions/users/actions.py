"""Database users: least privilege by role and cluster, passwords only ever by a variable's name."""

from functools import partial

from orchestration.actions.configs import ends_badly
from orchestration.actions.context import Context, found, listed, was_unheard
from orchestration.actions.model import Change, Note, Plan, Proposal, Refusal
from orchestration.actions.projects import ProjectRef, project_of
from orchestration.actions.users.bodies import (
    changed_user,
    database_of,
    details_of,
    differences,
    new_user,
    other_way,
    refusals_of,
    told,
)
from orchestration.actions.users.configs import (
    PASSWORD,
    CreateDatabaseUser,
    DeleteDatabaseUser,
    UpdateDatabaseUser,
    UserDetails,
)
from orchestration.actions.waiting import Watched, delete
from orchestration.atlas.errors import AtlasError

CONFLICT = 409
EVERYWHERE = "Without scopes the user may use every cluster of the project."
NOT_COMPARED = "Atlas does not tell passwords, so whether it has this one is not known."


def create_database_user(context: Context, config: CreateDatabaseUser) -> Proposal:
    """Make the user, or adopt one with the same roles, scopes and end."""
    project = project_of(context, config.project)
    # A list may still show who was deleted: where only it does, Atlas's own conflict tells.
    existing = _watched(context, project, database_of(config.authentication), config.name).read()
    if existing:
        return _adopt(project, config, existing)
    _password(context, config.password_env)  # missing, it is named before anything is sent
    plan = Plan(
        summary=f"Create database user {config.name} in project {project.name}.",
        changes=tuple(told(config)),
        warnings=ends_badly(config.delete_after, context.now()),
    )

    def apply(note: Note) -> UserDetails:
        note({"project_id": project.id})
        return _create(context, project, config)

    return Proposal(_target(project, config.name), plan, apply, atlas_ids=_ids(project))


def _adopt(project: ProjectRef, config: CreateDatabaseUser, existing: UserDetails) -> Proposal:
    refusals = [
        f"it exists with {each.field} {each.before}, not {each.after}: update_database_user "
        "changes them"
        for each in differences(existing, config)
    ]
    plan = Plan(
        summary=f"Database user {config.name} exists already in project {project.name}.",
        refusals=(*refusals_of(existing, config), *refusals),
        warnings=(NOT_COMPARED,) if config.password_env else (),
    )
    target, ids = _target(project, config.name), _ids(project)
    return Proposal(target, plan, result=existing, atlas_ids=ids, is_adopted=True)


def _create(context: Context, project: ProjectRef, config: CreateDatabaseUser) -> UserDetails:
    body = new_user(config)
    if config.password_env:
        body[PASSWORD] = _password(context, config.password_env)
    try:
        return details_of(context.atlas.create_user(project.id, body), project.id)
    except AtlasError as error:
        if error.status != CONFLICT and not was_unheard(error):
            raise
        existing = _find(context, project, config.authentication, config.name)
        if existing is None or _adopt(project, config, existing).plan.refusals:
            raise
        return existing


def update_database_user(context: Context, config: UpdateDatabaseUser) -> Proposal:
    """Change what differs; a password is set whenever one is named."""
    project = project_of(context, config.project)
    existing = _find(context, project, config.authentication, config.name)
    if existing is None:
        raise Refusal(f"Database user {config.name} does not exist in project {project.name}.")
    changes = differences(existing, config)
    if config.password_env:
        _password(context, config.password_env)
        changes.append(Change(field=PASSWORD, after=f"from {config.password_env}"))
    target, ids = _target(project, config.name), _ids(project)
    refusals = tuple(refusals_of(existing, config))
    if not changes:
        plan = Plan(summary=f"Database user {config.name} is as wanted.", refusals=refusals)
        return Proposal(target, plan, result=existing, atlas_ids=ids)
    opens = any(each.field == "scopes" and each.after == [] for each in changes)
    warnings = ends_badly(config.delete_after, context.now())
    plan = Plan(
        summary=f"Change database user {config.name}.",
        changes=tuple(changes),
        refusals=refusals,
        warnings=(EVERYWHERE, *warnings) if opens else warnings,
    )

    def apply(note: Note) -> UserDetails:
        note(ids)
        body = changed_user(existing, config)
        if config.password_env:
            body[PASSWORD] = _password(context, config.password_env)
        changed = context.atlas.update_user(project.id, existing.database, config.name, body)
        return details_of(changed, project.id)

    return Proposal(target, plan, apply, existing, ids)


def delete_database_user(context: Context, config: DeleteDatabaseUser) -> Proposal:
    """Delete the user."""
    project = project_of(context, config.project)
    existing = _find(context, project, config.authentication, config.name)
    target, ids = _target(project, config.name), _ids(project)
    if existing is None:
        summary = f"Database user {config.name} does not exist in project {project.name}."
        return Proposal(target, Plan(summary=summary), atlas_ids=ids)
    plan = Plan(
        summary=f"Delete database user {config.name} of project {project.name}.",
        changes=(Change(field="database_user", before=config.name),),
        refusals=tuple(other_way(existing, config.authentication)),
        confirm=config.name,
    )

    def apply(note: Note) -> UserDetails:
        note(ids)
        ask = partial(context.atlas.delete_user, project.id, existing.database, config.name)
        delete(context, _watched(context, project, existing.database, config.name), ask)
        return existing

    return Proposal(target, plan, apply, existing, ids)


def _password(context: Context, variable: str | None) -> str:
    return context.password(variable).get_secret_value() if variable else ""


def _find(
    context: Context, project: ProjectRef, authentication: str, name: str
) -> UserDetails | None:
    """The user; None only where neither its own read nor the list knows of it."""
    return _watched(context, project, database_of(authentication), name).seen()


def _watched(
    context: Context, project: ProjectRef, database: str, name: str
) -> Watched[UserDetails]:
    """A user as its two reads have it."""

    def read() -> UserDetails | None:
        document = found(lambda: context.atlas.get_user(project.id, database, name))
        return details_of(document, project.id) if document else None

    def among_all() -> UserDetails | None:
        everybody = listed(lambda: context.atlas.list_users(project.id))
        users = (details_of(each, project.id) for each in everybody)
        return next(
            (each for each in users if (each.database, each.name) == (database, name)), None
        )

    return Watched(f"database user {name}", read, among_all)


def _target(project: ProjectRef, name: str) -> str:
    return f"{project.name}/{name}"


def _ids(project: ProjectRef) -> dict[str, str]:
    return {"project_id": project.id}
