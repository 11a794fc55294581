"""Keys on request: one function an operation."""

from starlette.requests import Request

from sandbox.access.keys import api_key_document, role_assignments, service_account_document
from sandbox.estate.inventory import API, Document, link
from sandbox.operations.inventory import own_org
from sandbox.state import Sandbox
from sandbox.wire.errors import not_found
from sandbox.wire.paging import base_url, page

BUILD = "f4cac4bef68680c08e8b7ce8a9ab47d5584027b8"


def get_system_status(sandbox: Sandbox, request: Request) -> Document:
    """What the key is and may do; a service account has no key."""
    key, org = sandbox.credentials, sandbox.org
    api_key = {
        "accessList": [],
        "id": key.key_id,
        "publicKey": key.public_key,
        "roles": role_assignments(key, org, sandbox.clock.today),
    }
    return {
        "apiKey": api_key if request.state.principal == key.public_key else None,
        "appName": "MongoDB Atlas",
        "build": BUILD,
        "links": [link(f"{base_url(request)}{API}")],
        "throttling": False,
    }


def list_org_api_keys(sandbox: Sandbox, request: Request) -> Document:
    """The organization's one key."""
    return page(request, [_own_key(sandbox, request)], lambda document: document)


def get_org_api_key(sandbox: Sandbox, request: Request) -> Document:
    """One key by its id."""
    document, wanted = _own_key(sandbox, request), request.path_params["apiUserId"]
    if document["id"] != wanted:
        raise not_found(wanted)
    return document


def list_org_service_accounts(sandbox: Sandbox, request: Request) -> Document:
    """The organization's one service account."""
    own_org(sandbox, request)
    return page(request, [sandbox.credentials], service_account_document)


def _own_key(sandbox: Sandbox, request: Request) -> Document:
    org = own_org(sandbox, request)
    return api_key_document(sandbox.credentials, org, base_url(request), sandbox.clock.today)
