"""Reports that were asked for: how far each has come and where it can be fetched."""

import secrets
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from urllib.parse import urlencode

from sandbox.bill.books import Invoice
from sandbox.bill.focus import csv_of
from sandbox.clock import Clock
from sandbox.identity import object_id

REPORT_SECONDS = 7 * 24 * 3600
ADDRESS_SECONDS = 15 * 60
GENERATION_SECONDS = 1.0


@dataclass
class Report:
    """One report of an invoice as it stood when it was asked for.

    `polls` is how often it may still be asked about in vain, `failure` why there is none,
    `expired_addresses` how many addresses are given out too late.
    """

    id: str
    invoice: Invoice
    asked_at: float
    asked_on: date
    polls: int = 0
    failure: str | None = None
    expired_addresses: int = 0
    is_plain: bool = False
    state: str = "PENDING"
    signatures: dict[str, float] = field(default_factory=dict)

    @property
    def file_name(self) -> str:
        """The last part of its address."""
        return f"{self.invoice.id}_focus.csv" + ("" if self.is_plain else ".gz")

    @cached_property
    def csv(self) -> bytes:
        """Its rows, written out when first fetched: an invoice of many lines takes a while."""
        return csv_of(self.invoice, self.asked_on)


class Reports:
    """Every report of a sandbox; a report lives for seven days, its address for 15 minutes."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._reports: dict[str, Report] = {}

    def ask(
        self,
        invoice: Invoice,
        *,
        polls: int = 0,
        failure: str | None = None,
        expired_addresses: int = 0,
        is_plain: bool = False,
    ) -> Report:
        """A new report of an invoice; the rest is as `Report` has it."""
        report = Report(
            id=object_id(invoice.id, "report", secrets.token_hex(8)),
            invoice=invoice,
            asked_at=self._clock.seconds(),
            asked_on=self._clock.today,
            polls=polls,
            failure=failure,
            expired_addresses=expired_addresses,
            is_plain=is_plain,
        )
        self._reports[report.id] = report
        return report

    def of_invoice(self, invoice_id: str) -> list[Report]:
        """Unexpired reports of an invoice, newest first."""
        found = [one for one in self._reports.values() if one.invoice.id == invoice_id]
        return [one for one in reversed(found) if self._is_alive(one)]

    def find(self, report_id: str) -> Report | None:
        """A report that has not expired."""
        report = self._reports.get(report_id)
        return report if report and self._is_alive(report) else None

    def poll(self, report: Report) -> str:
        """Its state now that it is asked about: done after a second and its polls in vain."""
        is_young = self._clock.seconds() - report.asked_at < GENERATION_SECONDS
        if report.state in ("PENDING", "RUNNING"):
            if report.polls > 0 or is_young:
                was, report.state = report.state, "RUNNING"
                report.polls -= 1
                return was
            report.state = "FAILED" if report.failure else "SUCCEEDED"
        return report.state

    def address(self, report: Report, base: str) -> tuple[str, datetime]:
        """A new pre-signed address and, in the machine's time, when it expires."""
        seconds = ADDRESS_SECONDS
        if report.expired_addresses > 0:
            report.expired_addresses -= 1
            seconds = -1
        signature = secrets.token_hex(32)
        report.signatures[signature] = self._clock.seconds() + seconds
        expires = datetime.now(UTC) + timedelta(seconds=seconds)
        query = urlencode({"expires": int(expires.timestamp()), "signature": signature})
        return f"{base}/presigned/{report.id}/{report.file_name}?{query}", expires

    def is_open(self, report: Report, signature: str) -> bool | None:
        """Whether an address still works; None if it was never given out."""
        expiry = report.signatures.get(signature)
        return None if expiry is None else expiry > self._clock.seconds()

    def _is_alive(self, report: Report) -> bool:
        return self._clock.seconds() - report.asked_at < REPORT_SECONDS
