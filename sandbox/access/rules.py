"""Who may ask for what: the access list, whose organization it is, and the roles it takes."""

from collections.abc import Collection
from datetime import date

from starlette.requests import Request

from sandbox.access.keys import Key
from sandbox.estate.organization import Organization
from sandbox.wire.errors import AtlasError, not_authorized

READERS = {"ORG_OWNER", "ORG_READ_ONLY"}
BILLING = {"ORG_OWNER", "ORG_BILLING_ADMIN", "ORG_BILLING_READ_ONLY"}
LINKED_BILLING = BILLING - {"ORG_BILLING_READ_ONLY"}
BACKUP = {"ORG_OWNER", "GROUP_OWNER", "GROUP_BACKUP_MANAGER"}
STREAMS = {
    "ORG_OWNER",
    "ORG_STREAM_PROCESSING_ADMIN",
    "GROUP_OWNER",
    "GROUP_STREAM_PROCESSING_OWNER",
}
# What an operation that writes takes.
OWNERS = frozenset({"GROUP_OWNER", "ORG_OWNER"})
PROJECT_CREATORS = frozenset({"ORG_GROUP_CREATOR", "ORG_OWNER"})
CLUSTER_CREATORS = OWNERS | {"GROUP_CLUSTER_CREATOR"}
CLUSTER_MANAGERS = OWNERS | {"GROUP_CLUSTER_MANAGER"}
NETWORK_MANAGERS = OWNERS | {"GROUP_NETWORK_ACCESS_MANAGER"}
USER_ADMINS = OWNERS | {"GROUP_DATABASE_ACCESS_ADMIN"}
BACKUP_MANAGERS = OWNERS | {"GROUP_BACKUP_MANAGER"}
BACKUP_CREATORS = BACKUP_MANAGERS | {"GROUP_BACKUP_CREATOR"}
# Who may make projects may see whether there is one already.
LISTS = ("/groups", "/groups/byName/{groupName}")
# The first that occurs in an operation's path decides; a path that holds none is open to any key.
ROLES = {
    "/invoices": BILLING,
    "/associatedInvoices": BILLING,
    "/serviceAccounts": READERS,
    "/clusters/{clusterName}/backup/restoreJobs": BACKUP,
    "/streams/{tenantName}/processors": STREAMS,
}
PROJECTS = "/groups"


def check_address(key: Key, request: Request) -> None:
    """403 from an address that is not on the key's access list: found out when a key is used."""
    if key.ip_allowed:
        return
    address = request.client.host if request.client else "0.0.0.0"  # noqa: S104 - no socket
    detail = f"IP address {address} is not allowed to access this resource."
    raise AtlasError(403, "IP_ADDRESS_NOT_ON_ACCESS_LIST", detail, (address,))


def check_owner(request: Request, own: Organization, other: Organization, today: date) -> None:
    """401 for what belongs to another organization, whether or not that exists."""
    if request.path_params.get("orgId", own.id) != own.id:
        raise not_authorized()
    wanted = request.path_params.get("groupId")
    if any(project.id == wanted for project, _ in other.living(today)):
        raise not_authorized()


def check_roles(
    key: Key, template: str, accepted: Collection[str], group_id: str | None = None
) -> None:
    """403 for a key without any of the roles that an operation takes, or else its path."""
    held = key.roles_in(group_id)
    if not (set(held).intersection(accepted) if accepted else is_allowed(held, template)):
        detail = "Current user is not authorized to perform this action."
        raise AtlasError(403, "USER_UNAUTHORIZED", detail)


def check_owns(key: Key, group_id: str) -> None:
    """403 for a key that does not own a project."""
    check_roles(key, "", OWNERS, group_id)


def is_allowed(roles: tuple[str, ...], template: str) -> bool:
    """Whether one of the roles opens a path."""
    for part, accepted in ROLES.items():
        if part in template:
            return not accepted.isdisjoint(roles)
    if template.endswith(LISTS) and "ORG_GROUP_CREATOR" in roles:
        return True
    if PROJECTS in template:
        return any(role in READERS or role.startswith("GROUP_") for role in roles)
    return True
