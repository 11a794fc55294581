"""A project's access list on request: one function an operation."""

from ipaddress import ip_address, ip_network
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

KINDS = ("awsSecurityGroup", "cidrBlock", "ipAddress")
SECURITY_GROUP = r"(\d+/)?sg-[0-9a-f]+"
LONGEST_COMMENT = 80
ENDS = "deleteAfterDate"


def list_entries(sandbox: Sandbox, request: Request) -> Document:
    """All entries."""
    project, _ = own_group(sandbox, request)
    found = list(_shown(sandbox, request, project).items())
    return page(request, found, lambda one: _document(request, project, *one))


def get_entry(sandbox: Sandbox, request: Request) -> Document:
    """One entry by its address, block or security group."""
    project, _ = own_group(sandbox, request)
    entries = _shown(sandbox, request, project)
    key = _wanted(entries, request, project)
    return _document(request, project, key, entries[key])


def create_entries(sandbox: Sandbox, request: Request) -> Document:
    """Entries, all or none; one that is there takes the new comment. Answers with the list."""
    project, _ = own_group(sandbox, request)
    sent = bodies.sent_array(request)
    found = dict(_entry(sandbox, one) for one in sent)
    entries = sandbox.grants.entries(project.id)
    for key in found.keys() - entries.keys():
        sandbox.recent.made("entry", project.id, key)
    entries.update(found)
    return list_entries(sandbox, request)


def delete_entry(sandbox: Sandbox, request: Request) -> None:
    """An entry."""
    project, key = _own_entry(sandbox, request)
    gone = sandbox.grants.entries(project.id).pop(key)
    sandbox.recent.removed(gone, "entry", project.id, key)


def _own_entry(sandbox: Sandbox, request: Request) -> tuple[Project, str]:
    project, _ = own_group(sandbox, request)
    return project, _wanted(sandbox.grants.entries(project.id), request, project)


def _shown(sandbox: Sandbox, request: Request, project: Project) -> dict[str, Document]:
    """A project's entries as this read shows them."""
    return sandbox.recent.shown(request, sandbox.grants.entries(project.id), "entry", project.id)


def _wanted(entries: dict[str, Document], request: Request, project: Project) -> str:
    wanted = request.path_params["entryValue"]
    key = _block(wanted) or wanted
    if key not in entries:
        code = "ATLAS_NETWORK_PERMISSION_ENTRY_NOT_FOUND"
        detail = f"IP Address {wanted} not on Atlas access list for group {project.id}."
        raise AtlasError(404, code, detail, (wanted, project.id))
    return key


def _entry(sandbox: Sandbox, body: Document) -> tuple[str, Document]:
    """What names an entry, and the rest of it."""
    given = [kind for kind in KINDS if body.get(kind)]
    if not given:
        detail = "One of the attributes awsSecurityGroup, cidrBlock and ipAddress is required."
        raise AtlasError(400, "MISSING_ONE_OF_THREE_ATTRIBUTES", detail, KINDS)
    if len(given) > 1:
        code = "MULTIPLE_VALUES_SPECIFIED_FOR_ONE_NETWORK_PERMISSION_ENTRY"
        detail = "Should not specify both the IP address and the CIDR block."
        raise AtlasError(400, code, detail, tuple(given))
    comment = body.get("comment") or ""
    if not isinstance(comment, str) or len(comment) > LONGEST_COMMENT:
        detail = f"The comment {comment} must be {LONGEST_COMMENT} characters or less."
        raise AtlasError(400, "INVALID_NETWORK_PERMISSION_COMMENT", detail, ("comment",))
    rest: Document = {"comment": comment} if comment else {}
    if end := bodies.moment(body, ENDS, sandbox.clock.now()):
        rest[ENDS] = stamp(end)
    return _key(given[0], body), rest


def _key(kind: str, body: Document) -> str:
    """The address as a block, so that each is on the list once."""
    if kind == "awsSecurityGroup":
        return bodies.text(body, kind, SECURITY_GROUP)
    value = str(body[kind])
    block = _block(value)
    if block is None or (kind == "ipAddress" and "/" in value):
        detail = f"The address {value} must be in valid IP address or CIDR notation."
        raise AtlasError(400, "INVALID_IP_ADDRESS_OR_CIDR_NOTATION", detail, (value, kind))
    return block


def _block(text: str) -> str | None:
    try:
        return str(ip_network(text, strict=False))
    except ValueError:
        return None


def _document(request: Request, project: Project, key: str, rest: Document) -> Document:
    """NetworkPermissionEntry: a block of one address is shown as that address too."""
    own = f"{base_url(request)}{API}/groups/{project.id}/accessList/{quote(key, safe='')}"
    document = {**rest, "groupId": project.id, "links": [link(own)]}
    if _block(key) is None:
        return document | {"awsSecurityGroup": key}
    address, _, length = key.partition("/")
    if int(length) == ip_address(address).max_prefixlen:
        document["ipAddress"] = address
    return document | {"cidrBlock": key}
