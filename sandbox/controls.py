"""The sandbox's own endpoints, under /sandbox and without authentication."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import date
from decimal import Decimal

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.access.keys import secrets_of
from sandbox.bill.books import Invoice
from sandbox.bill.oddities import parse_oddity
from sandbox.operations.autoscaling import autoscale
from sandbox.operations.history import rewrite
from sandbox.operations.schedules import compliance_policy
from sandbox.state import Sandbox
from sandbox.truth import all_invoices, month_name, truth
from sandbox.wire.faults import Document, parse_faults

Control = Callable[[Sandbox, Request], Awaitable[object]]


def routes(sandbox: Sandbox) -> list[Route]:
    """What can be read (GET), changed (POST) and taken back (DELETE)."""
    controls: dict[tuple[str, str], Control] = {
        ("GET", "truth"): _truth,
        ("GET", "credentials"): _credentials,
        ("GET", "clock"): _clock,
        ("POST", "clock"): _move_clock,
        ("GET", "keys"): _keys,
        ("POST", "keys"): _configure_keys,
        ("POST", "restate"): _restate,
        ("POST", "retag"): _retag,
        ("POST", "bill"): _bill,
        ("POST", "reprice"): _reprice,
        ("POST", "history"): _rewrite,
        ("POST", "autoscale"): _autoscale,
        ("GET", "anomalies"): _anomalies,
        ("POST", "anomalies"): _add_oddities,
        ("GET", "pace"): _pace,
        ("POST", "pace"): _change_pace,
        ("GET", "compliance"): _compliance,
        ("POST", "compliance"): _set_compliance,
        ("GET", "faults"): _faults,
        ("POST", "faults"): _add_faults,
        ("DELETE", "faults"): _clear_faults,
        ("GET", "requests"): _requests,
        ("DELETE", "requests"): _clear_requests,
    }
    return [
        Route(f"/sandbox/{name}", _endpoint(sandbox, control), methods=[method])
        for (method, name), control in controls.items()
    ]


def _endpoint(sandbox: Sandbox, control: Control) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            return JSONResponse(await control(sandbox, request))
        except (ValueError, TypeError, KeyError) as error:
            return JSONResponse({"error": str(error)}, 400)

    return endpoint


async def _truth(sandbox: Sandbox, request: Request) -> object:
    """Of one of a crowd with `?org_id=`."""
    return truth(sandbox.of_organization(request.query_params.get("org_id")).books)


async def _credentials(sandbox: Sandbox, _request: Request) -> object:
    """What signs in to each organization: a crowd is too many for a banner."""
    return [{"org_id": org_id} | secrets_of(key) for org_id, key in sandbox.key_holders()]


async def _clock(sandbox: Sandbox, _request: Request) -> object:
    return {"today": sandbox.clock.today.isoformat()}


async def _move_clock(sandbox: Sandbox, request: Request) -> object:
    sandbox.move_clock(int((await request.json())["days"]))
    return await _clock(sandbox, request)


async def _keys(sandbox: Sandbox, _request: Request) -> object:
    owners = (sandbox.books.paying.id, sandbox.books.linked.id)
    pairs = zip(owners, sandbox.keys, sandbox.provisioning_keys, strict=True)
    return {
        org_id: key.document() | {"provisioning": other.document()} for org_id, key, other in pairs
    }


async def _configure_keys(sandbox: Sandbox, request: Request) -> object:
    settings = await request.json()
    key = sandbox.key_of(settings.get("org_id"), settings.get("key", "costs"))
    key.configure(settings, sandbox.clock.today)
    return await _keys(sandbox, request)


async def _restate(sandbox: Sandbox, request: Request) -> object:
    asked = await request.json()
    invoice, day = _invoice(sandbox, asked), asked.get("usage_date")
    sandbox.restate(
        invoice,
        int(asked["cents"]),
        date.fromisoformat(day) if day else None,
        moves_updated=asked.get("updated", True),
    )
    return {"invoice_id": invoice.id}


async def _bill(sandbox: Sandbox, request: Request) -> object:
    """Another `status` of a closed invoice, `issuer`, `currency` or price of a credit."""
    asked = await request.json()
    terms = {name: asked[name] for name in ("issuer", "currency") if name in asked}
    prices = ("credit_price", "later_price")
    terms |= {name: Decimal(asked[name]) for name in prices if name in asked}
    invoice = _invoice(sandbox, asked)
    sandbox.bill(invoice, asked.get("status"), terms)
    return {"invoice_id": invoice.id}


async def _reprice(sandbox: Sandbox, request: Request) -> object:
    """From a day on, let a SKU's list price be `factor` times as high."""
    asked = await request.json()
    since = date.fromisoformat(asked["from"])
    sandbox.reprice(asked["sku"], since, Decimal(str(asked["factor"])))
    return asked


async def _rewrite(sandbox: Sandbox, request: Request) -> object:
    """Let a cluster have been `born` or `gone` on a day, or have another `size` or rest since."""
    asked = await request.json()
    found = rewrite(sandbox, asked.pop("cluster"), asked)
    return {"cluster": found.name, "id": found.id}


def _invoice(sandbox: Sandbox, asked: Document) -> Invoice:
    month, org_id = asked["invoice_month"], asked.get("org_id", sandbox.org.id)
    for invoice in all_invoices(sandbox.books):
        if (month_name(invoice.month), invoice.org.id) == (month, org_id):
            return invoice
    raise ValueError(f"no invoice of {month} for organization {org_id}")


async def _retag(sandbox: Sandbox, request: Request) -> object:
    asked = await request.json()
    sandbox.retag(asked["cluster"], dict(asked["tags"]))
    return {"cluster": asked["cluster"], "tags": asked["tags"]}


async def _autoscale(sandbox: Sandbox, request: Request) -> object:
    """Let autoscaling move a cluster's `instance_size`, grow its `disk_gb`, or both."""
    asked = await request.json()
    found = autoscale(sandbox, asked["cluster"], asked.get("instance_size"), asked.get("disk_gb"))
    return {"cluster": found.name, "instance_size": found.size, "disk_gb": found.disk_gb}


async def _anomalies(sandbox: Sandbox, _request: Request) -> object:
    """What is odd about the bill, as /sandbox/truth names it."""
    found = truth(sandbox.books)
    return {name: found[name] for name in ("anomalies", "decoys")}


async def _add_oddities(sandbox: Sandbox, request: Request) -> object:
    """Add a list of oddities (see `Oddity`), or with `{}` those that the seed has in store."""
    asked = await request.json()
    sandbox.add_oddities(map(parse_oddity, asked) if isinstance(asked, list) else None)
    return await _anomalies(sandbox, request)


async def _pace(sandbox: Sandbox, _request: Request) -> object:
    return {"seconds": sandbox.pace.seconds}


async def _change_pace(sandbox: Sandbox, request: Request) -> object:
    sandbox.pace.change(float((await request.json())["seconds"]))
    return await _pace(sandbox, request)


async def _compliance(sandbox: Sandbox, _request: Request) -> object:
    return sandbox.vault.policies


async def _set_compliance(sandbox: Sandbox, request: Request) -> object:
    """Put a Backup Compliance Policy in force in a project; `policy` null lifts it."""
    asked = await request.json()
    group_id, policy = asked["group_id"], asked.get("policy", {})
    orgs, today = (sandbox.books.paying, sandbox.books.linked), sandbox.clock.today
    if group_id not in {project.id for org in orgs for project, _ in org.living(today)}:
        raise ValueError(f"no project {group_id!r} on {today}")
    if policy is None:
        sandbox.vault.policies.pop(group_id, None)
    else:
        sandbox.vault.policies[group_id] = compliance_policy(group_id, sandbox.clock.now(), policy)
    return sandbox.vault.policies


async def _faults(sandbox: Sandbox, _request: Request) -> object:
    return [asdict(fault) for fault in sandbox.faults.active]


async def _add_faults(sandbox: Sandbox, request: Request) -> object:
    sandbox.faults.active += parse_faults(await request.json())
    return await _faults(sandbox, request)


async def _clear_faults(sandbox: Sandbox, request: Request) -> object:
    sandbox.faults.active.clear()
    return await _faults(sandbox, request)


async def _requests(sandbox: Sandbox, _request: Request) -> object:
    return sandbox.requests


async def _clear_requests(sandbox: Sandbox, request: Request) -> object:
    sandbox.requests.clear()
    return await _requests(sandbox, request)
