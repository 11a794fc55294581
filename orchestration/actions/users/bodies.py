"""A database user read from what Atlas has, and what Atlas is sent: only what differs."""

from typing import Any

from orchestration.actions.configs import is_same_instant
from orchestration.actions.model import Change
from orchestration.actions.users.configs import (
    ADMIN,
    KINDS,
    PASSWORD,
    CreateDatabaseUser,
    Role,
    UpdateDatabaseUser,
    UserDetails,
)

Document = dict[str, Any]
Wanted = CreateDatabaseUser | UpdateDatabaseUser
CLUSTER = "CLUSTER"


def database_of(authentication: str) -> str:
    """The database that users who sign in so belong to."""
    return KINDS[authentication][2] if authentication in KINDS else ADMIN


def new_user(config: CreateDatabaseUser) -> Document:
    """The body of createGroupDatabaseUser, but for the password."""
    body: Document = {
        "username": config.name,
        "databaseName": database_of(config.authentication),
        "roles": [_as_atlas(each) for each in config.roles],
    }
    if config.scopes is not None:
        body["scopes"] = _scopes(config.scopes)
    if config.delete_after is not None:
        body["deleteAfterDate"] = config.delete_after
    if config.authentication in KINDS:
        field, value, _ = KINDS[config.authentication]
        body[field] = value
    return body


def told(config: CreateDatabaseUser) -> list[Change]:
    """What a new user will be."""
    fields: Document = {
        "authentication": None if config.authentication == PASSWORD else config.authentication,
        PASSWORD: config.password_env and f"from {config.password_env}",
        "roles": _roles(config.roles),
        "scopes": config.scopes or None,
        "delete_after": config.delete_after,
    }
    return [Change(field=name, after=each) for name, each in fields.items() if each is not None]


def differences(existing: UserDetails, config: Wanted) -> list[Change]:
    """Where a user differs from what was asked for; what was not asked for does not count."""
    changes = []
    if config.roles is not None and (after := _roles(config.roles)) != _roles(existing.roles):
        changes.append(Change(field="roles", before=_roles(existing.roles), after=after))
    if config.scopes is not None:
        before, wanted = (
            _told_scopes(existing, existing.scopes),
            _told_scopes(existing, config.scopes),
        )
        after = wanted if config.scopes else []
        if before != after:
            changes.append(Change(field="scopes", before=before, after=after))
    end, before_end = config.delete_after, existing.delete_after
    if end is not None and not is_same_instant(before_end, end):
        changes.append(Change(field="delete_after", before=before_end, after=end))
    return changes


def changed_user(existing: UserDetails, config: UpdateDatabaseUser) -> Document:
    """The body of updateGroupDatabaseUser, but for the password: only what differs."""
    fields = {each.field for each in differences(existing, config)}
    body: Document = {}
    if "roles" in fields:
        body["roles"] = [_as_atlas(each) for each in config.roles or []]
    if "scopes" in fields:
        body["scopes"] = [*_scopes(config.scopes or []), *existing.other_scopes]
    if "delete_after" in fields:
        body["deleteAfterDate"] = config.delete_after
    return body


def refusals_of(existing: UserDetails, config: Wanted) -> list[str]:
    """What no update can bring about."""
    found = other_way(existing, config.authentication)
    if config.scopes == [] and existing.other_scopes:
        others = " and ".join(f"{each['type']} {each['name']}" for each in existing.other_scopes)
        found.append(f"it may use {others}; without any scope it could use all of the project")
    return found


def other_way(existing: UserDetails, authentication: str) -> list[str]:
    """Why this is not the user that was meant: it signs in by other means."""
    if existing.authentication == authentication:
        return []
    return [f"it exists with authentication {existing.authentication}, not {authentication}"]


def details_of(document: Document, project_id: str) -> UserDetails:
    """What Atlas has of a user."""
    scopes = [each for each in document.get("scopes") or [] if isinstance(each, dict)]
    clusters = [each for each in scopes if each.get("type", CLUSTER) == CLUSTER]
    return UserDetails(
        name=str(document.get("username")),
        project_id=project_id,
        database=str(document.get("databaseName") or ADMIN),
        authentication=_authentication(document),
        roles=tuple(map(_role, document.get("roles") or [])),
        scopes=tuple(str(each["name"]) for each in clusters),
        other_scopes=tuple(each for each in scopes if each not in clusters),
        delete_after=document.get("deleteAfterDate"),
    )


def _authentication(document: Document) -> str:
    kinds = KINDS.items()
    return next((name for name, (way, word, _) in kinds if document.get(way) == word), PASSWORD)


def _role(document: Document) -> Role:
    return Role(
        role=str(document.get("roleName")),
        database=str(document.get("databaseName") or ADMIN),
        collection=document.get("collectionName") or None,
    )


def _as_atlas(role: Role) -> Document:
    collection = {"collectionName": role.collection} if role.collection else {}
    return {"roleName": role.role, "databaseName": role.database or ADMIN, **collection}


def _scopes(clusters: list[str]) -> list[Document]:
    return [{"name": each, "type": CLUSTER} for each in clusters]


def _told_scopes(existing: UserDetails, clusters: list[str] | tuple[str, ...]) -> list[str]:
    """Clusters by name, and what else the user may use, which stays."""
    others = [f"{each['type']} {each['name']}" for each in existing.other_scopes]
    return sorted(clusters) + sorted(others)


def _roles(roles: list[Role] | tuple[Role, ...]) -> list[str]:
    return sorted(
        f"{each.role}@{each.database or ADMIN}{f'.{each.collection}' if each.collection else ''}"
        for each in roles
    )
