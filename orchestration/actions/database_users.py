"""Database users: least privilege by role and cluster, passwords only ever by a variable's name."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from orchestration.actions.configs import (
    ChangingConfig,
    Confirm,
    Instant,
    Project,
    Text,
    Variable,
    is_same_instant,
)
from orchestration.actions.context import Context, found, was_unheard
from orchestration.actions.model import Change, Note, Plan, Proposal, Refusal, Typed
from orchestration.actions.projects import ProjectRef, project_of
from orchestration.atlas.errors import AtlasError

Document = dict[str, Any]
ADMIN, EXTERNAL = "admin", "$external"
CONFLICT = 409
NOT_COMPARED = "Atlas does not tell passwords, so whether it has this one is not known."
# These mean something only in a database of one's own; in admin they open nothing of yours.
OF_ONE_DATABASE = frozenset({"read", "readWrite", "dbAdmin"})
Authentication = Literal[
    "password",
    "x509_managed",
    "x509_customer",
    "aws_iam_user",
    "aws_iam_role",
    "ldap_user",
    "ldap_group",
    "oidc_user",
    "oidc_group",
]
# What Atlas calls each, and the database that users of that kind belong to.
KINDS: dict[str, tuple[str, str, str]] = {
    "x509_managed": ("x509Type", "MANAGED", EXTERNAL),
    "x509_customer": ("x509Type", "CUSTOMER", EXTERNAL),
    "aws_iam_user": ("awsIAMType", "USER", EXTERNAL),
    "aws_iam_role": ("awsIAMType", "ROLE", EXTERNAL),
    "ldap_user": ("ldapAuthType", "USER", EXTERNAL),
    "ldap_group": ("ldapAuthType", "GROUP", ADMIN),
    "oidc_user": ("oidcAuthType", "USER", EXTERNAL),
    "oidc_group": ("oidcAuthType", "IDP_GROUP", ADMIN),
}


class Role(BaseModel):
    """A role in one database, or in one collection of it."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, frozen=True)

    role: Text = Field(description="Built-in or custom role, such as readWrite.")
    database: str | None = Field(
        default=None, description="Its database; admin for roles over all databases."
    )
    collection: str | None = Field(default=None, description="One collection of it.")

    @model_validator(mode="after")
    def _names_its_database(self) -> "Role":
        if self.database is None and self.role in OF_ONE_DATABASE:
            raise ValueError(
                f"database is missing: {self.role} opens one database; name it (admin, if that "
                "is meant)"
            )
        return self


Roles = Annotated[list[Role], Field(min_length=1, description="[{role, database, collection}].")]
Scopes = Annotated[
    list[str], Field(description="Clusters the user may use; all of the project if empty.")
]


class CreateDatabaseUser(ChangingConfig):
    """A database user."""

    project: Project
    name: Text = Field(description="User name.")
    password_env: Variable | None = Field(
        default=None, description="NAME of the variable that holds the password."
    )
    authentication: Authentication = Field(
        default="password", description="How the user signs in to a database."
    )
    roles: Roles
    scopes: Scopes = Field(default_factory=list)
    delete_after: Instant | None = Field(
        default=None,
        description="When Atlas removes the user again, with time zone; a week ahead at most.",
    )

    @model_validator(mode="after")
    def _has_what_it_needs(self) -> "CreateDatabaseUser":
        if (self.authentication == "password") is (self.password_env is None):
            raise ValueError("password_env goes with authentication: password, and only with it")
        return self


class UpdateDatabaseUser(ChangingConfig):
    """A database user, changed in what is given."""

    project: Project
    name: Text = Field(description="User name.")
    authentication: Authentication = Field(default="password", description="As it was made.")
    password_env: Variable | None = Field(
        default=None, description="NAME of the variable that holds a new password."
    )
    roles: Roles | None = Field(default=None, description="All roles it shall have.")
    scopes: Scopes | None = Field(default=None, description="All clusters it may use; [] is all.")
    delete_after: Instant | None = Field(default=None, description="When Atlas removes the user.")


class DeleteDatabaseUser(ChangingConfig):
    """A database user, deleted."""

    project: Project
    name: Text = Field(description="User name.")
    authentication: Authentication = Field(default="password", description="As it was made.")
    confirm: Confirm = None


class UserDetails(Typed):
    """A database user as Atlas has it; Atlas never tells a password."""

    name: str
    project_id: str
    database: str
    roles: tuple[Role, ...]
    scopes: tuple[str, ...] = ()
    delete_after: str | None = None


def create_database_user(context: Context, config: CreateDatabaseUser) -> Proposal:
    """Make the user, or adopt one with the same roles, scopes and end."""
    project = project_of(context, config.project)
    existing = _find(context, project, config.authentication, config.name)
    if existing:
        return _adopt(project, config, existing)
    _password(context, config.password_env)  # missing, it is named before anything is sent
    changes = [Change(field="roles", after=_told(config.roles))]
    changes += [Change(field="scopes", after=config.scopes)] if config.scopes else []
    plan = Plan(
        summary=f"Create database user {config.name} in project {project.name}.",
        changes=tuple(changes),
    )

    def apply(note: Note) -> UserDetails:
        note({"project_id": project.id})
        return _create(context, project, config)

    return Proposal(_target(project, config.name), plan, apply, atlas_ids=_ids(project))


def _adopt(project: ProjectRef, config: CreateDatabaseUser, existing: UserDetails) -> Proposal:
    refusals = [
        f"it exists with {each.field} {each.before}, not {each.after}: update_database_user "
        "changes them"
        for each in _differences(existing, config.roles, config.scopes, config.delete_after)
    ]
    plan = Plan(
        summary=f"Database user {config.name} exists already in project {project.name}.",
        refusals=tuple(refusals),
        warnings=(NOT_COMPARED,) if config.password_env else (),
    )
    target, ids = _target(project, config.name), _ids(project)
    return Proposal(target, plan, result=existing, atlas_ids=ids, is_adopted=True)


def _create(context: Context, project: ProjectRef, config: CreateDatabaseUser) -> UserDetails:
    body: Document = {
        "username": config.name,
        "databaseName": _database(config.authentication),
        **_fields(config.roles, config.scopes, config.delete_after),
    }
    if config.authentication in KINDS:
        field, value, _ = KINDS[config.authentication]
        body[field] = value
    if config.password_env:
        body["password"] = _password(context, config.password_env)
    try:
        return _details(context.atlas.create_user(project.id, body), project.id)
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
    changes = _differences(existing, config.roles, config.scopes, config.delete_after)
    if config.password_env:
        _password(context, config.password_env)
        changes.append(Change(field="password", after=f"from {config.password_env}"))
    target, ids = _target(project, config.name), _ids(project)
    if not changes:
        plan = Plan(summary=f"Database user {config.name} is as wanted.")
        return Proposal(target, plan, result=existing, atlas_ids=ids)
    plan = Plan(summary=f"Change database user {config.name}.", changes=tuple(changes))

    def apply(note: Note) -> UserDetails:
        note(ids)
        body = _fields(config.roles, config.scopes, config.delete_after)
        if config.password_env:
            body["password"] = _password(context, config.password_env)
        changed = context.atlas.update_user(project.id, existing.database, config.name, body)
        return _details(changed, project.id)

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
        confirm=config.name,
    )

    def apply(note: Note) -> UserDetails:
        note(ids)
        context.atlas.delete_user(project.id, existing.database, config.name)
        return existing

    return Proposal(target, plan, apply, existing, ids)


def _database(authentication: str) -> str:
    return KINDS[authentication][2] if authentication in KINDS else ADMIN


def _password(context: Context, variable: str | None) -> str:
    return context.password(variable).get_secret_value() if variable else ""


def _find(
    context: Context, project: ProjectRef, authentication: str, name: str
) -> UserDetails | None:
    database = _database(authentication)
    document = found(lambda: context.atlas.get_user(project.id, database, name))
    return _details(document, project.id) if document else None


def _fields(
    roles: list[Role] | None, scopes: list[str] | None, delete_after: str | None
) -> Document:
    body: Document = {}
    if roles is not None:
        body["roles"] = [_as_atlas(each) for each in roles]
    if scopes is not None:
        body["scopes"] = [{"name": each, "type": "CLUSTER"} for each in scopes]
    if delete_after is not None:
        body["deleteAfterDate"] = delete_after
    return body


def _as_atlas(role: Role) -> Document:
    collection = {"collectionName": role.collection} if role.collection else {}
    return {"roleName": role.role, "databaseName": role.database or ADMIN, **collection}


def _differences(
    existing: UserDetails,
    roles: list[Role] | None,
    scopes: list[str] | None,
    delete_after: str | None,
) -> list[Change]:
    pairs = {
        "roles": (_told(existing.roles), None if roles is None else _told(roles)),
        "scopes": (sorted(existing.scopes), None if scopes is None else sorted(scopes)),
    }
    changes = [
        Change(field=field, before=before, after=after)
        for field, (before, after) in pairs.items()
        if after is not None and before != after
    ]
    if delete_after is not None and not is_same_instant(existing.delete_after, delete_after):
        before = existing.delete_after
        changes.append(Change(field="delete_after", before=before, after=delete_after))
    return changes


def _told(roles: list[Role] | tuple[Role, ...]) -> list[str]:
    return sorted(
        f"{each.role}@{each.database or ADMIN}{f'.{each.collection}' if each.collection else ''}"
        for each in roles
    )


def _target(project: ProjectRef, name: str) -> str:
    return f"{project.name}/{name}"


def _ids(project: ProjectRef) -> dict[str, str]:
    return {"project_id": project.id}


def _details(document: Document, project_id: str) -> UserDetails:
    return UserDetails(
        name=str(document.get("username")),
        project_id=project_id,
        database=str(document.get("databaseName") or ADMIN),
        roles=tuple(
            Role(
                role=str(each.get("roleName")),
                database=str(each.get("databaseName") or ADMIN),
                collection=each.get("collectionName") or None,
            )
            for each in document.get("roles") or []
        ),
        scopes=tuple(
            str(each["name"])
            for each in document.get("scopes") or []
            if each.get("type", "CLUSTER") == "CLUSTER"
        ),
        delete_after=document.get("deleteAfterDate"),
    )
