"""Invoices: one method per endpoint, named by operationId."""

from orchestration.atlas import paths
from orchestration.atlas.client import Answer, AtlasClient, OpenSink

VERSION = "2023-01-01"


class Billing:
    """What Atlas charges an organization (role Organization Billing Viewer)."""

    def __init__(self, client: AtlasClient, org_id: str) -> None:
        self.org_id = org_id
        self._client = client
        self._invoices = f"{paths.organization(org_id)}/invoices"

    def list_invoices(self) -> list[Answer]:
        """Atlas listOrgInvoices: metadata of every invoice, the pending one included.

        Linked organizations' invoices are asked for only with the documents, where their lines
        are.
        """
        return list(
            self._client.pages(
                self._invoices,
                version=VERSION,
                what="invoice list",
                params={"viewLinkedInvoices": "false"},
            )
        )

    def download_invoice(self, invoice_id: str, open_sink: OpenSink) -> None:
        """Atlas getOrgInvoice: one whole invoice, not paged whatever its size."""
        self._client.download(
            f"{self._invoices}/{paths.segment(invoice_id)}",
            open_sink,
            version=VERSION,
            what=f"invoice {invoice_id}",
        )

    def download_pending(self, open_sink: OpenSink) -> None:
        """Atlas listOrgInvoicePending: the running month, `{results: […]}` or one bare invoice."""
        self._client.download(
            f"{self._invoices}/pending", open_sink, version=VERSION, what="pending invoice"
        )
