"""Bills of the sandbox without any pipeline, as insight sees them: costs by day and part."""

from collections import Counter
from collections.abc import Iterator
from datetime import date

from orchestration.insight.forecasting.parts import CostDay, Key
from sandbox.bill.books import Books, Invoice
from sandbox.bill.ledger import Line
from sandbox.clock import Clock
from sandbox.months import add_months
from sandbox.truth import all_invoices, cents_by_day

# Methods and their constants were chosen on these alone …
TUNED_ON = (101, 102, 103, 104, 105, 106)
# … and these were never looked at before the figures in docs/insight.md were measured.
HELD_OUT = (201, 202, 203, 204, 205, 206, 207, 208, 209, 210)

MONTHS = 36
LAST_MONTH = date(2026, 6, 1)
# By then everything of the last month is posted, however late.
BILLED_BY = date(2026, 7, 5)
CREDIT = "credit"


def bill(seed: int) -> list[CostDay]:
    """The whole months of one sandbox, both organizations, without credits."""
    books = Books(seed, 1, MONTHS + 1, Clock(BILLED_BY))
    first, end = add_months(LAST_MONTH, 1 - MONTHS), add_months(LAST_MONTH, 1)
    cents: Counter[CostDay] = Counter()
    for invoice in all_invoices(books):
        for line in invoice.lines:
            if line.product.charge_type != CREDIT:
                for row in _days(invoice, line):
                    if first <= row.usage_date < end:
                        cents[row._replace(cost_cents=0)] += row.cost_cents
    return [row._replace(cost_cents=amount) for row, amount in cents.items()]


def _days(invoice: Invoice, line: Line) -> Iterator[CostDay]:
    org, project, cluster = invoice.org, line.project, line.cluster
    project_id, project_name = (project.id, project.name) if project else ("", "")
    service, charge_type = line.product.service, line.product.charge_type
    of_project = f"{project_name} / {service}" if project else ""
    name = cluster.name if cluster else line.app or of_project
    key = Key("sandbox", org.id, project_id, name or org.id, service, charge_type, "USD")
    resource_id = cluster.id if cluster else f"{project_id}{name}" or org.id
    for day, share in cents_by_day(line):
        yield CostDay(
            key, org.name, project_name, resource_id, name or org.name, day, line.posted, share
        )
