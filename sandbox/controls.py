"""The sandbox's own endpoints, under /sandbox and without authentication."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.faults import parse_faults
from sandbox.state import Sandbox
from sandbox.truth import truth

Control = Callable[[Sandbox, Request], Awaitable[object]]


def routes(sandbox: Sandbox) -> list[Route]:
    """GET truth; GET and POST clock; GET, POST and DELETE faults; GET and DELETE requests."""
    controls: dict[tuple[str, str], Control] = {
        ("GET", "truth"): _truth,
        ("GET", "clock"): _clock,
        ("POST", "clock"): _move_clock,
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


async def _truth(sandbox: Sandbox, _request: Request) -> object:
    return truth(sandbox.books)


async def _clock(sandbox: Sandbox, _request: Request) -> object:
    return {"today": sandbox.clock.today.isoformat()}


async def _move_clock(sandbox: Sandbox, request: Request) -> object:
    sandbox.move_clock(int((await request.json())["days"]))
    return await _clock(sandbox, request)


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
