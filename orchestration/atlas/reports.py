"""Atlas's own FOCUS reports: asked for, polled, downloaded from a pre-signed address."""

import logging
import time
from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from orchestration.atlas import paths
from orchestration.atlas.client import Answer, AtlasClient, OpenSink
from orchestration.atlas.errors import Expired, MalformedAnswer, NotFound, ReportFailed

log = logging.getLogger("atlas_costs")
VERSION = "2025-03-12"
FOCUS = {"reportType": "FOCUS", "reportFormat": "CSV", "formatSpecVersion": "1.3"}
# An address lives for 15 minutes; two new ones outlast two slow starts of a download.
NEW_ADDRESSES = 2
SUCCEEDED, FAILED = "SUCCEEDED", "FAILED"
DONE = frozenset({SUCCEEDED, FAILED})


@dataclass(frozen=True)
class PollPolicy:
    """How often to ask whether a report is made.

    Attributes:
        first_s: Seconds to the first poll; Atlas allows one every five.
        growth: Each wait is so many times the one before …
        longest_s: … up to this.
        patience_s: A report that is not made by then counts as failed.
        gone_after_s: Atlas has no list of reports to compare a 404 with: one that was asked for
            less than so long ago may not be known everywhere yet.
    """

    first_s: float = 5.0
    growth: float = 1.5
    longest_s: float = 60.0
    patience_s: float = 1800.0
    gone_after_s: float = 20.0


class Report(BaseModel):
    """Atlas schema InvoiceReportResponse.

    Attributes:
        state: PENDING, RUNNING, SUCCEEDED or FAILED; any other counts as not made yet.
        download_url: A secret: who has it has the report. Good for 15 minutes.
        asked_at: When it was last asked about, on this machine's monotonic clock.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    invoice_id: str = Field(alias="invoiceId")
    report_id: str = Field(alias="reportId")
    state: str
    expires_at: datetime | None = Field(default=None, alias="expiresAt")
    download_url: SecretStr | None = Field(default=None, alias="downloadUrl")
    failure_reason: str | None = Field(default=None, alias="failureReason")
    asked_at: float = Field(default_factory=time.monotonic)


class FocusReports:
    """FOCUS 1.3 reports of an organization's invoices (role Organization Billing Viewer)."""

    def __init__(self, client: AtlasClient, org_id: str, polls: PollPolicy | None = None) -> None:
        self._client = client
        self._invoices = f"{paths.organization(org_id)}/invoices"
        self._polls = polls or PollPolicy()

    def request(self, invoice_id: str) -> Report:
        """Atlas createOrgInvoiceReport: ask for it to be made.

        Raises:
            AtlasError: the subclass whose remedy fits.
        """
        path, what = self._place(invoice_id)
        return _report(self._client.change("POST", path, FOCUS, version=VERSION, what=what))

    def read(self, invoice_id: str, report_id: str) -> Report:
        """Atlas getOrgInvoiceReport: every answer has a fresh address once the report is made.

        Raises:
            AtlasError: the subclass whose remedy fits; NotFound after 7 days.
        """
        path, what = self._place(invoice_id)
        address = f"{path}/{paths.segment(report_id)}"
        return _report(self._client.get(address, version=VERSION, what=what))

    def wait(self, report: Report) -> Report:
        """Poll until the report is made; at once if it was last asked about long enough ago.

        Raises:
            ReportFailed: Atlas could not make it, or not in time.
            NotFound: it is gone.
            Stopped: nobody waits any more.
        """
        _, what = self._place(report.invoice_id)
        minutes = self._polls.patience_s / 60
        pause, until = self._polls.first_s, time.monotonic() + self._polls.patience_s
        asked_for = report.asked_at
        while report.state not in DONE:
            if time.monotonic() + pause > until:
                raise ReportFailed(f"{what}: Atlas has not made it in {minutes:.0f} minutes.")
            log.debug("%s: %s, waited for %.0f minutes at most.", what, report.state, minutes)
            self._client.pause(max(0.0, report.asked_at + pause - time.monotonic()), what)
            try:
                report = self.read(report.invoice_id, report.report_id)
            except NotFound:
                now = time.monotonic()
                if now - asked_for >= self._polls.gone_after_s:
                    raise
                report = report.model_copy(update={"asked_at": now})
            pause = min(pause * self._polls.growth, self._polls.longest_s)
        if report.state == FAILED:
            reason = (report.failure_reason or "no reason given").rstrip(".")
            raise ReportFailed(f"{what}: Atlas could not make it: {reason}.")
        return report

    def download(self, report: Report, open_sink: OpenSink) -> None:
        """Fetch a report that is made; an address that has expired is asked for anew, twice.

        Raises:
            Expired: the addresses never worked.
            AtlasError: the subclass whose remedy fits; the sink then keeps nothing.
        """
        _, what = self._place(report.invoice_id)
        for chances in range(NEW_ADDRESSES, -1, -1):
            if report.download_url is None:
                raise MalformedAnswer(f"{what}: it is made but has no address.")
            try:
                return self._client.download_presigned(report.download_url, open_sink, what)
            except Expired:
                if not chances:
                    raise
            report = self.read(report.invoice_id, report.report_id)
        raise AssertionError("the last chance either returns or raises")

    def _place(self, invoice_id: str) -> tuple[str, str]:
        path = f"{self._invoices}/{paths.segment(invoice_id)}/reports"
        return path, f"FOCUS report of invoice {invoice_id}"


def _report(answer: Answer) -> Report:
    try:
        return Report.model_validate(answer.document)
    except ValidationError:
        raise MalformedAnswer(f"{answer.what}: Atlas's answer is no report.") from None
