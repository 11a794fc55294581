"""What is going to be sent, from an operation's result to the response on the wire."""

import asyncio
import gzip
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from starlette.requests import Request
from starlette.responses import Response

from sandbox.wire.errors import AtlasError
from sandbox.wire.faults import Fault
from sandbox.wire.spoils import GZIP_MAGIC, halved_gzip, sent_badly, spoiled

SMALLEST_GZIP = 1000
GZIP_LEVEL = 5
JSON = "application/json"
PAGE = b"<html><body>Down for maintenance</body></html>"
# What these faults spoil must be a success: a challenge to sign in is not worth a strike.
SPOILING = {
    "truncate",
    "invalid_json",
    "empty_body",
    "slow_body",
    "truncated_gzip",
    "wrong_length",
    "pending_shape",
    "patch_line_item",
}


@dataclass(slots=True)
class Answer:
    """What will be sent, before a fault strikes or it is compressed."""

    status: int
    body: bytes
    media_type: str = JSON
    headers: dict[str, str] = field(default_factory=dict)
    is_file: bool = False  # sent as it is, compressed or not


def error_answer(error: AtlasError) -> Answer:
    """An error as Atlas writes it."""
    body = json.dumps(error.document()).encode()
    return Answer(error.status, body, headers=error.headers)


async def struck(fault: Fault | None) -> Answer | None:
    """The answer of a fault that lets no request through; a delay only makes it wait."""
    if fault is None:
        return None
    if fault.kind == "delay":
        await asyncio.sleep(fault.seconds)
    if fault.kind in ("wrong_content", "html"):
        return Answer(200, PAGE, "text/html;charset=utf-8")
    if fault.kind == "status":
        wait = fault.retry_after
        headers = {} if wait is None else {"Retry-After": str(wait)}
        return error_answer(
            AtlasError(fault.status, fault.error_code, "Fault on demand.", headers=headers)
        )
    return None


def after_all(answer: Answer, fault: Fault | None) -> tuple[Answer, Fault | None]:
    """What a client gets that was taken at its word and is not told: see `act_then_fail`.

    Only what succeeded is worth the strike, as with those that spoil an answer.
    """
    if fault is None or fault.kind != "act_then_fail":
        return answer, fault
    if answer.status >= 300:
        fault.spend(-1)
        return answer, None
    detail = "Fault on demand, after the request was carried out."
    return error_answer(AtlasError(fault.status, fault.error_code, detail)), fault


def response(request: Request, answer: Answer, fault: Fault | None, skew: Fault | None) -> Response:
    """The response: spoiled, compressed and dated as the faults would have it."""
    if fault and fault.kind in SPOILING and answer.status >= 300:
        fault.spend(-1)
        fault = None
    body, headers = answer.body, dict(answer.headers)
    if fault:
        body = spoiled(body, fault, request.url.path)
    body, encoding = _packed(request, answer, body, fault)
    headers |= {"Content-Type": answer.media_type, "Vary": "Accept-Encoding", "Date": _date(skew)}
    headers |= encoding
    badly = sent_badly(fault, body, answer.status, headers) if fault else None
    return badly or Response(body, answer.status, headers)


def _packed(
    request: Request, answer: Answer, body: bytes, fault: Fault | None
) -> tuple[bytes, dict[str, str]]:
    """The body as it goes out and what its encoding is called."""
    encoded = {"Content-Encoding": "gzip"}
    if fault and fault.kind == "truncated_gzip":
        return halved_gzip(body), {} if body.startswith(GZIP_MAGIC) else encoded
    is_wanted = "gzip" in request.headers.get("accept-encoding", "")
    if is_wanted and len(body) >= SMALLEST_GZIP and not answer.is_file:
        return gzip.compress(body, GZIP_LEVEL, mtime=0), encoded
    return body, {}


def _date(skew: Fault | None) -> str:
    """Now, as the machine's clock has it: clients compare it with their own."""
    off = timedelta(hours=skew.hours if skew else 0)
    return format_datetime(datetime.now(UTC) + off, usegmt=True)
