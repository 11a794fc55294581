"""A running sandbox to share, one of one's own to move about, and Atlas's specification."""

import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path

import httpx
import pytest

from sandbox import RunningSandbox, running
from tests.sandbox import advice_specification
from tests.sandbox.acting import Acting

TODAY = date(2026, 11, 22)
API = "/api/atlas/v2"
NEWEST = "application/vnd.atlas.2026-01-01+json"
SPECIFICATION = Path(__file__).parents[2].parent / "shared" / "atlas" / "openapi-subset.json"
Fresh = Callable[..., RunningSandbox]


@pytest.fixture(scope="session")
def atlas() -> Iterator[RunningSandbox]:
    """One sandbox for every test that only reads."""
    with running(seed=7, today=TODAY) as sandbox:
        yield sandbox


@pytest.fixture
def fresh() -> Iterator[Fresh]:
    """Starts a sandbox that the test may change; short unless told otherwise."""
    with ExitStack() as stack:
        yield lambda **options: stack.enter_context(
            running(**{"seed": 7, "months": 2, "today": TODAY, **options})
        )


@pytest.fixture
def signed_in() -> Iterator[Callable[[RunningSandbox], httpx.Client]]:
    """Makes a client that signs with the API key and asks for the newest versions."""
    with ExitStack() as stack:
        yield lambda sandbox: stack.enter_context(
            httpx.Client(
                base_url=sandbox.base_url,
                auth=httpx.DigestAuth(sandbox.public_key, sandbox.private_key),
                headers={"Accept": NEWEST},
                timeout=30,
            )
        )


@pytest.fixture
def client(
    atlas: RunningSandbox, signed_in: Callable[[RunningSandbox], httpx.Client]
) -> httpx.Client:
    """A client of the shared sandbox."""
    return signed_in(atlas)


@pytest.fixture(scope="session")
def specification() -> dict:
    """Atlas's OpenAPI document."""
    if not SPECIFICATION.exists():
        pytest.skip("the Atlas specification is not beside this checkout (../shared/atlas)")
    found = json.loads(SPECIFICATION.read_text())
    return found | {"paths": advice_specification.PATHS | found["paths"]}


def served_invoices(client: httpx.Client, org_id: str) -> list[dict]:
    """Every invoice the key reaches, linked ones too, each once, with its lines."""
    listed = client.get(f"{API}/orgs/{org_id}/invoices", params={"itemsPerPage": 500}).json()
    found = []
    for metadata in listed["results"]:
        invoice = client.get(f"{API}/orgs/{org_id}/invoices/{metadata['id']}").json()
        found += [invoice, *invoice["linkedInvoices"]]
    return found


@pytest.fixture
def read_all() -> Callable[[httpx.Client, str], list[dict]]:
    """`served_invoices`, for tests."""
    return served_invoices


@pytest.fixture(scope="session")
def invoices(atlas: RunningSandbox) -> list[dict]:
    """The shared sandbox's invoices as served, newest first."""
    digest = httpx.DigestAuth(atlas.public_key, atlas.private_key)
    with httpx.Client(
        base_url=atlas.base_url, auth=digest, headers={"Accept": NEWEST}, timeout=30
    ) as client:
        return served_invoices(client, atlas.org_id)


@pytest.fixture(scope="session")
def lines(invoices: list[dict]) -> list[dict]:
    """All their lines."""
    return [line for invoice in invoices for line in invoice["lineItems"]]


def provisioner(sandbox: RunningSandbox) -> httpx.Client:
    """A client with the provisioning key."""
    key = httpx.DigestAuth(sandbox.provisioning_public_key, sandbox.provisioning_private_key)
    return httpx.Client(base_url=sandbox.base_url, auth=key, headers={"Accept": NEWEST}, timeout=30)


@pytest.fixture(scope="session")
def quick() -> Iterator[tuple[RunningSandbox, httpx.Client]]:
    """A sandbox to make things in, at the greatest pace."""
    with running(seed=7, months=1, today=TODAY, pace=0) as sandbox, provisioner(sandbox) as client:
        yield sandbox, client


def new_project(sandbox: RunningSandbox, client: httpx.Client) -> Acting:
    """A project of one's own."""
    body = {"name": f"test-{secrets.token_hex(4)}", "orgId": sandbox.org_id}
    answer = client.post(f"{API}/groups", json=body)
    assert answer.status_code == 201
    return Acting(sandbox, client, answer.json()["id"])


@pytest.fixture
def own(quick: tuple[RunningSandbox, httpx.Client]) -> Acting:
    """A new project in the quick sandbox, whose clock and keys stay as they are."""
    return new_project(*quick)


@pytest.fixture
def fresh_own(fresh: Fresh) -> Iterator[Callable[..., Acting]]:
    """A new project in a sandbox of its own, that the test may do anything with."""
    with ExitStack() as stack:

        def start(**options: object) -> Acting:
            sandbox = fresh(**{"pace": 0, "months": 1, **options})
            return new_project(sandbox, stack.enter_context(provisioner(sandbox)))

        yield start
