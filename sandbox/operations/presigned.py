"""The store that reports are fetched from: it knows signatures and nobody's key."""

import gzip

from starlette.requests import Request

from sandbox.state import Sandbox
from sandbox.wire.answers import Answer

PATH = "/presigned/{reportId}/{fileName}"
ERROR = "<?xml version='1.0' encoding='UTF-8'?><Error><Code>{}</Code><Message>{}</Message></Error>"


async def download(sandbox: Sandbox, request: Request) -> Answer:
    """GET a report; 400 with an Authorization header, 403 without a signature still good."""
    if "authorization" in request.headers:
        return _refusal(400, "InvalidArgument", "Only one auth mechanism allowed")
    report = sandbox.reports.find(request.path_params["reportId"])
    signature = request.query_params.get("signature", "")
    is_open = sandbox.reports.is_open(report, signature) if report else None
    if report is None or is_open is None:
        return _refusal(403, "SignatureDoesNotMatch", "The request signature does not match")
    if not is_open:
        return _refusal(403, "AccessDenied", "Request has expired")
    if report.is_plain:
        return Answer(200, report.csv, "text/csv", is_file=True)
    packed = gzip.compress(report.csv, mtime=0)
    return Answer(200, packed, "application/gzip", is_file=True)


def _refusal(status: int, code: str, message: str) -> Answer:
    return Answer(status, ERROR.format(code, message).encode(), "application/xml", is_file=True)
