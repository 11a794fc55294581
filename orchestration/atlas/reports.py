"""Atlas's own FOCUS reports: asked for, polled, downloaded from a pre-signed address."""

import threading
import time
from dataclasses import dataclass
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from orchestration.atlas.client import Answer, AtlasClient, OpenSink
from orchestration.atlas.errors import Expired, MalformedAnswer, ReportFailed, Stopped, Unavailable

VERSION = "2025-03-12"
FOCUS = {"reportType": "FOCUS", "reportFormat": "CSV", "formatSpecVersion": "1.3"}
NEW_ADDRESSES = 2


@dataclass(frozen=True)
class PollPolicy:
    """How often to ask whether a report is made.

    Attributes:
        first_s: Atlas allows one poll every five seconds.
        growth: Each wait is so many times the one before …
        longest_s: … up to this.
        patience_s: After this it counts as failed.
    """

    first_s: float = 5.0
    growth: float = 1.5
    longest_s: float = 60.0
    patience_s: float = 1800.0


class Report(BaseModel):
    """Atlas schema InvoiceReportResponse.

    Attributes:
        asked_at: When it was last asked about, on this machine's monotonic clock.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    invoice_id: str = Field(alias="invoiceId")
    report_id: str = Field(alias="reportId")
    state: str
    download_url: SecretStr | None = Field(default=None, alias="downloadUrl")
    failure_reason: str | None = Field(default=None, alias="failureReason")
    asked_at: float = Field(default_factory=time.monotonic)


class FocusReports:
    """FOCUS 1.3 reports of an organization's invoices (role Organization Billing Viewer)."""

    def __init__(
        self,
        client: AtlasClient,
        org_id: str,
        policy: PollPolicy | None = None,
        stop: threading.Event | None = None,
    ) -> None:
        self._client = client
        self._invoices = f"/orgs/{quote(org_id, safe='')}/invoices"
        self._policy = policy or PollPolicy()
        self._stop = stop or threading.Event()

    def request(self, invoice_id: str) -> Report:
        """Atlas createOrgInvoiceReport."""
        path, what = self._place(invoice_id)
        return _report(self._client.post(path, FOCUS, version=VERSION, what=what))

    def read(self, invoice_id: str, report_id: str) -> Report:
        """Atlas getOrgInvoiceReport: every answer has a fresh address once the report is made."""
        path, what = self._place(invoice_id)
        address = f"{path}/{quote(report_id, safe='')}"
        return _report(self._client.get(address, version=VERSION, what=what))

    def wait(self, report: Report) -> Report:
        """Poll until the report is made.

        Raises:
            ReportFailed: Atlas could not make it.
            Unavailable: it is not made after half an hour.
            Stopped: the run no longer waits.
        """
        _, what = self._place(report.invoice_id)
        pause = self._policy.first_s
        until = time.monotonic() + self._policy.patience_s
        while report.state not in {"SUCCEEDED", "FAILED"}:
            if self._stop.wait(max(0.0, report.asked_at + pause - time.monotonic())):
                raise Stopped(f"{what}: given up on, because the run no longer waits.")
            if time.monotonic() > until:
                raise Unavailable(f"{what}: Atlas has not made it in {self._policy.patience_s:.0f} s.")
            report = self.read(report.invoice_id, report.report_id)
            pause = min(pause * self._policy.growth, self._policy.longest_s)
        if report.state == "FAILED":
            raise ReportFailed(f"{what}: Atlas could not make it ({report.failure_reason}).")
        return report

    def download(self, report: Report, open_sink: OpenSink) -> None:
        """Fetch a report that is made; an address that has expired is asked for anew, twice.

        Raises:
            Expired: the addresses never worked.
            AtlasError: the subclass whose remedy fits.
        """
        _, what = self._place(report.invoice_id)
        for chance in range(NEW_ADDRESSES + 1):
            if report.download_url is None:
                raise MalformedAnswer(f"{what}: it is made but has no address.")
            try:
                return self._client.download_presigned(report.download_url, open_sink, what=what)
            except Expired:
                if chance == NEW_ADDRESSES:
                    raise
            report = self.read(report.invoice_id, report.report_id)
        return None

    def _place(self, invoice_id: str) -> tuple[str, str]:
        path = f"{self._invoices}/{quote(invoice_id, safe='')}/reports"
        return path, f"FOCUS report of invoice {invoice_id}"


def _report(answer: Answer) -> Report:
    try:
        return Report.model_validate(answer.document)
    except ValidationError:
        raise MalformedAnswer(f"{answer.what}: Atlas's answer is no report.") from None
