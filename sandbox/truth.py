"""The right answers: every sum of the bill, added up from the lines as they were generated.

It knows each line's service, month and resource from the generator, not from the JSON that is
served, so whoever reads the JSON can be held against it. All amounts are integer cents; credits
are negative. `total` and every breakdown cover the whole bill of the paying organization: its own
invoices and those of the linked one, each line once; `by_org` tells the two apart.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any

from sandbox.bill.books import Books, Invoice
from sandbox.bill.differences import Share, by_month, differences
from sandbox.bill.ledger import Line
from sandbox.bill.oddities import Oddity
from sandbox.bill.waste import priced
from sandbox.estate.resources import Cluster, Project
from sandbox.estate.tags import line_tags
from sandbox.months import days_between

UNTAGGED = "(untagged)"
Sums = dict[str, int]
Holder = tuple[Project | None, Cluster | None]


@cache
def month_name(day: date) -> str:
    """YYYY-MM."""
    return f"{day:%Y-%m}"


def all_invoices(books: Books) -> Iterator[Invoice]:
    """Every invoice the key can reach, each once."""
    for invoice in books.invoices():
        yield invoice
        yield from invoice.linked


def cents_by_day(line: Line) -> Iterator[tuple[date, int]]:
    """A line's cents spread over its days; the remainder falls on the last."""
    days = list(days_between(line.start, line.end))
    share = line.cents // len(days)
    for day in days[:-1]:
        yield day, share
    yield days[-1], line.cents - share * (len(days) - 1)


class Tally:
    """Adds up lines in every direction at once."""

    def __init__(self) -> None:
        self.total = 0
        self.by: dict[str, Sums] = {
            name: defaultdict(int)
            for name in ("charge_type", "usage_month", "invoice_month", "service", "org")
        }
        self.by_holder: dict[Holder, int] = defaultdict(int)

    def add(self, org_id: str, invoice_month: str, line: Line) -> None:
        """Count one line."""
        cents = line.cents
        self.total += cents
        self.by["charge_type"][line.product.charge_type] += cents
        self.by["invoice_month"][invoice_month] += cents
        self.by["org"][org_id] += cents
        self.by["service"][line.product.service] += cents
        self.by_holder[line.project, line.cluster] += cents
        for day, share in cents_by_day(line):
            self.by["usage_month"][month_name(day)] += share

    def by_name(self, position: int) -> Sums:
        """Cents by project name (position 0) or cluster name (1); "" where there is none."""
        sums: Sums = defaultdict(int)
        for holder, cents in self.by_holder.items():
            owner = holder[position]
            sums[owner.name if owner else ""] += cents
        return sums

    def by_tag(self, today: date) -> dict[str, Sums]:
        """Cents by tag key and value; for each key the values add up to the total."""
        tagged = [
            (line_tags(project, cluster, today), cents)
            for (project, cluster), cents in self.by_holder.items()
        ]
        keys = {key for tags, _ in tagged for key in tags}
        sums: dict[str, Sums] = {key: defaultdict(int) for key in sorted(keys)}
        for tags, cents in tagged:
            for key in keys:
                sums[key][", ".join(sorted(tags[key])) if key in tags else UNTAGGED] += cents
        return sums


def header(invoice: Invoice) -> dict[str, Any]:
    """An invoice's header as it is served, and how many lines stand under it."""
    totals = invoice.totals
    return {
        "status": invoice.status,
        "subtotal_cents": totals.subtotal,
        "credits_cents": totals.credits,
        "sales_tax_cents": totals.sales_tax,
        "starting_balance_cents": totals.starting_balance,
        "amount_billed_cents": totals.billed,
        "amount_paid_cents": totals.paid,
        "line_items": len(invoice.lines),
    }


def truth(books: Books) -> dict[str, Any]:
    """The document GET /sandbox/truth answers with."""
    tally = Tally()
    shares = []
    for invoice in all_invoices(books):
        month = month_name(invoice.month)
        for line in invoice.lines:
            tally.add(invoice.org.id, month, line)
            shares += [Share(invoice.org, line, *one) for one in cents_by_day(line)]
    first = min(invoice.month for invoice in all_invoices(books))
    return {
        "total": tally.total,
        **{f"by_{name}": dict(sorted(sums.items())) for name, sums in tally.by.items()},
        "by_project": tally.by_name(0),
        "by_cluster": tally.by_name(1),
        "by_tag": tally.by_tag(books.clock.today),
        "waste": priced(books.seed, books.clock.today, books.wastes()),
        "header": {invoice.id: header(invoice) for invoice in all_invoices(books)},
        "changes": differences(books, by_month(shares, first)),
        "anomalies": [_anomaly(one, lines) for one, lines in _odd_lines(books) if not one.is_decoy],
        "decoys": [_decoy(one) for one in books.oddities if one.is_decoy],
    }


def _odd_lines(books: Books) -> Iterator[tuple[Oddity, list[Line]]]:
    """Each oddity that has reached the bill, and its lines there."""
    for oddity in books.oddities:
        lines = (line for invoice in all_invoices(books) for line in invoice.lines)
        if found := [line for line in lines if line.oddity == oddity]:
            yield oddity, found


def _anomaly(oddity: Oddity, lines: list[Line]) -> dict[str, Any]:
    """An anomaly as billed: on which days, which SKU carries it, what would not be there."""
    by_sku: Sums = defaultdict(int)
    for line in lines:
        by_sku[line.product.sku] += line.extra_cents
    [first, *_] = lines
    return {
        "kind": oddity.kind,
        "project": first.project.name if first.project else "",
        "cluster": first.cluster.name if first.cluster else "",
        "sku": max(sorted(by_sku), key=by_sku.__getitem__),
        "first_day": min(line.start for line in lines).isoformat(),
        "last_day": max(line.start for line in lines).isoformat(),
        "extra_cents": sum(by_sku.values()),
    }


def _decoy(oddity: Oddity) -> dict[str, Any]:
    days = {name: getattr(oddity, name).isoformat() for name in ("first_day", "last_day")}
    return {"kind": oddity.kind, "target": oddity.target, **days}
