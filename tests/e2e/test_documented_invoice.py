"""The one real invoice that is public loads, its header holds, and its cut lines are named.

Its publisher cut its lines, so 221 of 221 cents are missing from them (221 + 19 - 0 = 240). The
server knows invoices and nothing else, which is also how a key without inventory roles looks.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.e2e.conftest import asgi

ORG = "5e0000000000000000000009"
KEYS = {
    "MONGODB_ATLAS_ORG_ID": ORG,
    "MONGODB_ATLAS_CLIENT_ID": "mdb_sa_id_x",
    "MONGODB_ATLAS_CLIENT_SECRET": "canary",
}


@contextmanager
def only_invoices(invoice: dict[str, Any]) -> Iterator[str]:
    """An Atlas that has one closed invoice, no pending one, and answers 403 to all else."""
    base = f"/api/atlas/v2/orgs/{ORG}/invoices"
    metadata = {key: value for key, value in invoice.items() if key != "lineItems"}

    async def token(_: Request) -> Response:
        return JSONResponse({"access_token": "t", "expires_in": 3600})

    async def listed(_: Request) -> Response:
        return JSONResponse({"results": [metadata], "totalCount": 1})

    async def one(_: Request) -> Response:
        return JSONResponse(invoice)

    async def pending(_: Request) -> Response:
        return JSONResponse({"results": []})

    async def refused(_: Request) -> Response:
        return JSONResponse({"error": 403, "errorCode": "NO", "detail": "Not you"}, 403)

    routes = [
        Route("/api/oauth/token", token, methods=["POST"]),
        Route(base, listed),
        Route(f"{base}/pending", pending),
        Route(f"{base}/{invoice['id']}", one),
        Route("/{rest:path}", refused),
    ]
    with asgi(Starlette(routes=routes)) as url:
        yield url


@pytest.fixture
def documented(shared) -> dict[str, Any]:
    """The invoice of Atlas's v1.0 documentation, its placeholders filled."""
    text = (shared / "recordings/invoices/docs_v1_get_one_invoice_paid.json").read_text()
    names = {"{INVOICE-ID}": "5b0000000000000000000009", "{ORG-ID}": ORG}
    for placeholder, value in names.items():
        text = text.replace(placeholder, value)
    return json.loads(text)


def test_the_documented_invoice(world, documented):
    with only_invoices(documented) as url:
        run = world.run("refresh", MONGODB_ATLAS_BASE_URL=url, **KEYS)
    assert run.code == 3
    assert f"invoice {documented['id']} (2018-04), 221 cents missing from its lines" in run.out
    assert "header differs by 0 cents" in run.out
    assert "Missing: projects: " in run.out
    assert "canary" not in run.said
    assert world.query(
        "select subtotal_cents, sales_tax_cents, starting_balance_cents, amount_billed_cents, "
        "line_items, line_items_cents, difference_cents, header_difference_cents, is_reconciled "
        "from marts.fct_invoices"
    ) == [(221, 19, 0, 240, 3, 0, 221, 0, False)]
    [(status, missing)] = world.query("select status, missing_parts from meta.freshness")
    assert status == "degraded"
    assert [part.split(":")[0] for part in missing] == ["organizations", "projects", "skus"]
