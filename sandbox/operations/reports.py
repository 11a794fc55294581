"""Atlas's FOCUS reports on request: one function an operation."""

import json

from starlette.requests import Request

from sandbox.bill.books import Invoice
from sandbox.bill.reports import Report
from sandbox.estate.inventory import Document
from sandbox.operations.inventory import own_org
from sandbox.state import Sandbox
from sandbox.wire.errors import AtlasError, not_found
from sandbox.wire.paging import base_url, flag, page

KIND = {"reportType": "FOCUS", "reportFormat": "CSV"}
VERSIONS = ("1.3", None)


def create_org_invoice_report(sandbox: Sandbox, request: Request) -> Document:
    """Ask for a report; it is PENDING."""
    invoice = _reachable_invoice(sandbox, request)
    _check(request)
    condition = request.state.condition
    failed, slow = condition("report_failed"), condition("report_slow")
    report = sandbox.reports.ask(
        invoice,
        failure=failed.reason if failed else None,
        polls=slow.polls if slow else 0,
        expired_addresses=int(condition("report_expired") is not None),
        is_plain=condition("report_plain") is not None,
    )
    return _document(report)


def get_org_invoice_report(sandbox: Sandbox, request: Request) -> Document:
    """How far a report has come; once it succeeded, each time with a new address."""
    invoice = _reachable_invoice(sandbox, request)
    report = sandbox.reports.find(request.path_params["reportId"])
    if report is None or report.invoice.id != invoice.id:
        raise not_found(request.path_params["reportId"])
    state = sandbox.reports.poll(report)
    document = _document(report) | {"state": state}
    if state == "FAILED":
        document["failureReason"] = report.failure
    if state == "SUCCEEDED":
        url, expires = sandbox.reports.address(report, base_url(request))
        document |= {"downloadUrl": url, "expiresAt": f"{expires:%Y-%m-%dT%H:%M:%SZ}"}
    return document


def list_org_invoice_reports(sandbox: Sandbox, request: Request) -> Document:
    """Unexpired reports, newest first, never with an address."""
    invoice = _reachable_invoice(sandbox, request)
    return page(request, sandbox.reports.of_invoice(invoice.id), _document)


def get_org_associated_invoices(sandbox: Sandbox, request: Request) -> Document:
    """The invoices of one month, this one unless asked otherwise, with their organizations."""
    own_org(sandbox, request)
    today, query = sandbox.clock.today, request.query_params
    month, year = query.get("month", str(today.month)), query.get("year", str(today.year))
    if not (month.isdecimal() and 1 <= int(month) <= 12 and year.isdecimal()):
        raise AtlasError(400, "VALIDATION_ERROR", f"Invalid month {month} or year {year}.")
    wanted = f"{int(year):04}-{int(month):02}"
    found = [one for one in sandbox.invoices if f"{one.month:%Y-%m}" == wanted]
    if flag(request, "includeLinkedOrgs", default=False) and sandbox.sees_linked:
        found += [linked for one in found for linked in one.linked]
    return {
        "associatedInvoices": [{"invoiceId": one.id, "orgId": one.org.id} for one in found],
        "month": wanted[5:],
        "year": wanted[:4],
    }


def _check(request: Request) -> None:
    try:
        body = json.loads(request.state.body)
        named = {name: body.get(name) for name in (*KIND, "formatSpecVersion")}
    except (ValueError, AttributeError):
        raise AtlasError(400, "MALFORMED_JSON", "Received JSON is malformed.") from None
    version = named.pop("formatSpecVersion")
    if named != KIND or version not in VERSIONS:
        raise AtlasError(400, "VALIDATION_ERROR", "Unknown report type, format or version.")


def _reachable_invoice(sandbox: Sandbox, request: Request) -> Invoice:
    """An own invoice, or one of a linked organization for a key that may read those."""
    own_org(sandbox, request)
    wanted = request.path_params["invoiceId"]
    for invoice in sandbox.invoices:
        for one in (invoice, *(invoice.linked if sandbox.sees_linked else ())):
            if one.id == wanted:
                return one
    raise not_found(wanted)


def _document(report: Report) -> Document:
    """InvoiceReportResponse, as far as every state has it."""
    return {
        **KIND,
        "formatSpecVersion": VERSIONS[0],
        "invoiceId": report.invoice.id,
        "reportId": report.id,
        "state": report.state,
    }
