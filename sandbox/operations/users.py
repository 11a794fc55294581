"""Database users on request: one function an operation. No answer shows a password."""

from typing import Any
from urllib.parse import quote

from starlette.requests import Request

from sandbox.estate.inventory import API, Document, link
from sandbox.estate.resources import Project
from sandbox.months import stamp
from sandbox.operations import bodies
from sandbox.operations.inventory import own_group
from sandbox.state import Sandbox
from sandbox.wire.errors import AtlasError
from sandbox.wire.paging import base_url, page

Users = dict[tuple[str, str], Document]
ADMIN, EXTERNAL = "admin", "$external"
# Each way to sign in without a password: its words, and those that belong on the admin database.
WAYS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "awsIAMType": (("NONE", "USER", "ROLE"), ()),
    "ldapAuthType": (("NONE", "USER", "GROUP"), ("GROUP",)),
    "oidcAuthType": (("NONE", "USER", "IDP_GROUP"), ("IDP_GROUP",)),
    "x509Type": (("NONE", "MANAGED", "CUSTOMER"), ()),
}
ADMIN_ROLES = {
    "atlasAdmin",
    "backup",
    "clusterMonitor",
    "dbAdminAnyDatabase",
    "enableSharding",
    "readAnyDatabase",
    "readWriteAnyDatabase",
}
ROLES = ADMIN_ROLES | {"dbAdmin", "read", "readWrite"}
SCOPES = ("CLUSTER", "DATA_LAKE", "STREAM")
SHORTEST_PASSWORD = 8
ENDS = "deleteAfterDate"


def list_users(sandbox: Sandbox, request: Request) -> Document:
    """A project's database users."""
    project, _ = own_group(sandbox, request)
    found = [user for _, user in sorted(_shown(sandbox, request, project).items())]
    return page(request, found, lambda user: _document(request, project, user))


def get_user(sandbox: Sandbox, request: Request) -> Document:
    """One user by database and name."""
    project, _ = own_group(sandbox, request)
    user = _named(_shown(sandbox, request, project), request)
    return _document(request, project, user)


def create_user(sandbox: Sandbox, request: Request) -> Document:
    """A user, whose password is forgotten at once."""
    project, _ = own_group(sandbox, request)
    body = bodies.sent_object(request)
    name = bodies.text(body, "username", r".{1,1024}")
    database = bodies.choice(body, "databaseName", (ADMIN, EXTERNAL))
    ways = {way: bodies.choice(body, way, words, "NONE") for way, (words, _) in WAYS.items()}
    _check_way(name, database, ways, body)
    users = sandbox.grants.users(project.id)
    if (database, name) in users:
        detail = f"A user with username {name} already exists."
        raise AtlasError(409, "USER_ALREADY_EXISTS", detail, (name,))
    if not body.get("roles"):
        raise bodies.missing("roles")
    blank = {"databaseName": database, "labels": [], "scopes": [], "username": name}
    users[database, name] = _changed(sandbox, {**blank, **ways}, body)
    sandbox.recent.made("user", project.id, database, name)
    return _document(request, project, users[database, name])


def update_user(sandbox: Sandbox, request: Request) -> Document:
    """A user's roles, scopes, password or end."""
    project, user = _own_user(sandbox, request)
    body = bodies.sent_object(request)
    _check_same(user, body)
    if ENDS in body and ENDS not in user:
        detail = "A permanent entity cannot be made temporary."
        raise AtlasError(400, "PERMANENT_ENTITY_CANNOT_BE_MADE_TEMPORARY", detail, (ENDS,))
    if "password" in body:
        _check_password(body)
    changed = _changed(sandbox, user, body)
    sandbox.grants.users(project.id)[user["databaseName"], user["username"]] = changed
    return _document(request, project, changed)


def delete_user(sandbox: Sandbox, request: Request) -> None:
    """A user."""
    project, user = _own_user(sandbox, request)
    key = (user["databaseName"], user["username"])
    sandbox.recent.removed(user, "user", project.id, *key)
    del sandbox.grants.users(project.id)[key]


def _own_user(sandbox: Sandbox, request: Request) -> tuple[Project, Document]:
    project, _ = own_group(sandbox, request)
    return project, _named(sandbox.grants.users(project.id), request)


def _shown(sandbox: Sandbox, request: Request, project: Project) -> Users:
    """A project's users as this read shows them."""
    return sandbox.recent.shown(request, sandbox.grants.users(project.id), "user", project.id)


def _named(users: Users, request: Request) -> Document:
    database, name = request.path_params["databaseName"], request.path_params["username"]
    user = users.get((database, name))
    if user is None:
        detail = f"No user with username {name} exists."
        raise AtlasError(404, "USERNAME_NOT_FOUND", detail, (name,))
    return user


def _check_way(name: str, database: str, ways: dict[str, str], body: Document) -> None:
    """A password or one other way to sign in, on the database it belongs to."""
    chosen = {way: word for way, word in ways.items() if word != "NONE"}
    if len(chosen) > 1:
        raise bodies.invalid(max(chosen))
    if not chosen:
        if database != ADMIN:
            detail = f"Database name invalid. {name} can only be created on the admin database."
            raise AtlasError(400, "DATABASE_NAME_INVALID_ADMIN", detail, (name,))
        _check_password(body)
        return
    [(way, word)] = chosen.items()
    if "password" in body:
        raise bodies.invalid("password")
    if (database == ADMIN) is not (word in WAYS[way][1]):
        detail = "Database name invalid. Externally authenticated users can only be created on "
        raise AtlasError(400, "DATABASE_NAME_INVALID_EXTERNAL", f"{detail}the $external database.")


def _check_password(body: Document) -> None:
    password = bodies.text(body, "password", r"(?s).+")
    if len(password) < SHORTEST_PASSWORD:
        detail = "The specified password is not strong enough."
        raise AtlasError(400, "WEAK_PASSWORD", detail, ("password",))


def _check_same(user: Document, body: Document) -> None:
    """409 for what a user cannot change."""
    codes = {
        "username": ("DATABASE_USERNAME_CANNOT_BE_CHANGED", "username"),
        "databaseName": ("DATABASE_NAME_CANNOT_BE_CHANGED", "authentication database"),
        **dict.fromkeys(WAYS, ("AUTH_TYPE_CANNOT_BE_CHANGED", "authentication type")),
    }
    for name, (code, what) in codes.items():
        if body.get(name, user[name]) != user[name]:
            detail = f"Cannot modify the {what} of an existing database user."
            raise AtlasError(409, code, detail, (name,))


def _changed(sandbox: Sandbox, user: Document, body: Document) -> Document:
    found = dict(user)
    if "roles" in body:
        found["roles"] = [_role(one) for one in bodies.objects(body, "roles")]
    if "scopes" in body:
        found["scopes"] = [_scope(one) for one in bodies.objects(body, "scopes")]
    if "labels" in body:
        found["labels"] = bodies.objects(body, "labels")
    if body.get("description"):
        found["description"] = bodies.text(body, "description", r".{1,100}")
    if end := bodies.moment(body, ENDS, sandbox.clock.now()):
        found[ENDS] = stamp(end)
    return found


def _role(body: Document) -> dict[str, Any]:
    """A built-in role: this Atlas has no custom ones."""
    name, database = bodies.text(body, "roleName"), bodies.text(body, "databaseName")
    if name not in ROLES:
        detail = f"The specified role {name}@{database} does not exist."
        raise AtlasError(400, "ATLAS_INVALID_ROLE", detail, (name, database))
    if name in ADMIN_ROLES and database != ADMIN:
        detail = f"The specified role {name} only exists for database {ADMIN}."
        raise AtlasError(400, "ATLAS_INVALID_ROLE_DATABASE", detail, (name, ADMIN))
    collection = body.get("collectionName")
    found = {"databaseName": database, "roleName": name}
    return found | ({"collectionName": collection} if collection else {})


def _scope(body: Document) -> dict[str, str]:
    return {"name": bodies.text(body, "name"), "type": bodies.choice(body, "type", SCOPES)}


def _document(request: Request, project: Project, user: Document) -> Document:
    """CloudDatabaseUser."""
    own = f"databaseUsers/{user['databaseName']}/{quote(user['username'], safe='')}"
    links = [link(f"{base_url(request)}{API}/groups/{project.id}/{own}")]
    return {**user, "groupId": project.id, "links": links}
