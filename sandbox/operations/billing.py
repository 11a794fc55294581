"""SKUs and invoices on request: one function an operation."""

from datetime import date

from starlette.requests import Request

from sandbox.bill.books import Invoice
from sandbox.bill.catalog import Product, products
from sandbox.bill.invoices import invoice_document, metadata_document
from sandbox.estate.inventory import Document
from sandbox.operations.inventory import own_org
from sandbox.state import Sandbox
from sandbox.wire.errors import AtlasError, not_found
from sandbox.wire.paging import base_url, flag, page


def list_skus(_sandbox: Sandbox, request: Request) -> Document:
    """Every SKU that can appear on an invoice."""
    return page(request, products(), _sku_document)


def get_sku(_sandbox: Sandbox, request: Request) -> Document:
    """One SKU."""
    wanted = request.path_params["skuId"]
    for product in products():
        if product.sku == wanted:
            return _sku_document(product)
    raise not_found(wanted)


def list_org_invoices(sandbox: Sandbox, request: Request) -> Document:
    """Invoice headers, the pending one included, newest first unless asked otherwise."""
    own_org(sandbox, request)
    query = request.query_params
    wanted = [status for text in query.getlist("statusNames") for status in text.split(",")]
    since, until = _day(query.get("fromDate")), _day(query.get("toDate"))
    found = [
        invoice
        for invoice in sandbox.invoices
        if (not wanted or invoice.status in wanted)
        and (since is None or invoice.month >= since)
        and (until is None or invoice.end <= until)
    ]
    if query.get("orderBy") == "asc":
        found.reverse()
    base = base_url(request)
    with_linked = flag(request, "viewLinkedInvoices", default=True) and sandbox.sees_linked
    return page(request, found, lambda one: metadata_document(one, base, with_linked=with_linked))


def get_org_invoice(sandbox: Sandbox, request: Request) -> bytes:
    """One invoice with all its lines; it is not paged, however long."""
    own_org(sandbox, request)
    fault = request.state.condition("restate_between", spend=False)
    invoice = _own_invoice(sandbox, request)
    if fault and invoice.status != "PENDING":
        fault.spend()
        sandbox.restate(invoice, fault.cents)
        invoice = _own_invoice(sandbox, request)
    return _encoded(sandbox, request, invoice)


def list_org_invoice_pending(sandbox: Sandbox, request: Request) -> bytes:
    """The pending invoice, as the specification has it: a list of one."""
    own_org(sandbox, request)
    document = _encoded(sandbox, request, sandbox.invoices[0])
    own = f"{base_url(request)}{request.url.path}"
    links = f'"links": [{{"href": "{own}", "rel": "self"}}]'
    return b'{%b, "results": [%b], "totalCount": 1}' % (links.encode(), document)


def _own_invoice(sandbox: Sandbox, request: Request) -> Invoice:
    wanted = request.path_params["invoiceId"]
    for invoice in sandbox.invoices:
        if invoice.id == wanted:
            return invoice
    raise not_found(wanted)


def _encoded(sandbox: Sandbox, request: Request, invoice: Invoice) -> bytes:
    base, today, with_linked = base_url(request), sandbox.clock.today, sandbox.sees_linked
    return sandbox.encoded(
        (invoice.id, base, with_linked),
        lambda: invoice_document(invoice, base, today, with_linked=with_linked),
    )


def _sku_document(product: Product) -> Document:
    return {"description": product.description, "id": product.sku}


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise AtlasError(400, "VALIDATION_ERROR", f"Invalid date {text}.", (text,)) from None
