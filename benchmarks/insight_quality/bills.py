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

MONTHS = 36
LAST_MONTH = date(2026, 6, 1)
# By then everything of the last month is posted, however late.
BILLED_BY = date(2026, 7, 5)
CREDIT = "credit"


def bill(seed: int) -> list[CostDay]:
    """The whole months of one sandbox, both organizations, without credits."""
    books = Books(seed, 1, MONTHS + 1, Clock(BILLED_BY))
    first = add_months(LAST_MONTH, 1 - MONTHS)
    cents: Counter[CostDay] = Counter()
    for invoice in all_invoices(books):
        for line in invoice.lines:
            if line.product.charge_type != CREDIT:
                for row in _days(invoice, line):
                    cents[row._replace(cost_cents=0)] += row.cost_cents
    end = add_months(LAST_MONTH, 1)
    return [
        row._replace(cost_cents=amount)
        for row, amount in cents.items()
        if first <= row.usage_date < end
    ]


def _days(invoice: Invoice, line: Line) -> Iterator[CostDay]:
    org, project, cluster = invoice.org, line.project, line.cluster
    project_id, project_name = (project.id, project.name) if project else ("", "")
    service = line.product.service
    # as the models have it: search nodes and services of a project are not its clusters
    name = (
        cluster.name if cluster else line.app or (f"{project_name} / {service}" if project else "")
    )
    key = Key(
        "sandbox", org.id, project_id, name or org.id, service, line.product.charge_type, "USD"
    )
    resource_id = cluster.id if cluster else f"{project_id}{name}" or org.id
    for day, share in cents_by_day(line):
        yield CostDay(
            key, org.name, project_name, resource_id, name or org.name, day, line.posted, share
        )
