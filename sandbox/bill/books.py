"""The invoices of both organizations as they stand on the clock's day."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import partial
from random import Random
from typing import Any

from sandbox.bill import contracts, oddities, org_charges, planting, restatements
from sandbox.bill.cluster_usage import meter_cluster
from sandbox.bill.contracts import Contract
from sandbox.bill.ledger import Ledger, Line, Meter
from sandbox.bill.oddities import Oddity
from sandbox.bill.project_usage import meter_project
from sandbox.bill.repricing import Repricing, priced
from sandbox.bill.restatements import Restatement
from sandbox.clock import Clock
from sandbox.estate import blueprint, waste
from sandbox.estate.organization import Organization
from sandbox.estate.tags import retag
from sandbox.identity import object_id
from sandbox.months import add_months, instant, month_start

SALES_TAX_PERCENT = 8
STARTING_BALANCE_CENTS = 2500
REFUND_CENTS = 1500
COVERED = ("FREE", "PREPAID")
SHARE_OF_EMPTY_PENDING_HEADERS = 0.25


@dataclass(frozen=True, slots=True)
class Totals:
    """An invoice's header, in cents; BillingInvoice in the specification."""

    subtotal: int = 0
    credits: int = 0
    sales_tax: int = 0
    starting_balance: int = 0
    paid: int = 0
    covered: int = 0

    @property
    def billed(self) -> int:
        """What Atlas asks for: usage less credits, plus tax, less what was on the account.

        And less what is free or was paid for before, which the header does not name.
        """
        asked = self.subtotal - self.credits + self.sales_tax - self.starting_balance
        return asked - self.covered


@dataclass(frozen=True, slots=True)
class Invoice:
    """One organization's bill of one month."""

    id: str
    org: Organization
    month: date
    status: str
    created: str
    updated: str
    totals: Totals
    refund_cents: int
    contract: Contract
    is_split: bool  # paid in two payments
    lines: list[Line]
    linked: tuple["Invoice", ...] = ()

    @property
    def end(self) -> date:
        """The first day it no longer covers."""
        return add_months(self.month, 1)


class Books:
    """Keeps the paying and the linked organization, and draws up their invoices.

    A small organization pays for itself alone: no invoice of the linked one is in its own.
    """

    def __init__(
        self,
        seed: int,
        scale: int,
        months: int,
        clock: Clock,
        *,
        wasteful: bool = False,
        small: bool = False,
    ) -> None:
        self.seed = seed
        self.scale = scale
        self.clock = clock
        self.wasteful = wasteful
        self._is_small = small
        more = (waste.attic,) if wasteful else ()
        name = blueprint.SMALL_NAME if small else blueprint.PAYING_NAME
        self.paying = blueprint.build(seed, scale, name, more)
        self.linked = blueprint.build(seed, scale, blueprint.LINKED_NAME)
        self.oddities: tuple[Oddity, ...] = ()
        self._first_month = add_months(clock.today, 1 - months)
        self.repricings: list[Repricing] = []
        self._ledgers = self._opened_ledgers()
        self._restated: dict[tuple[str, date], list[Restatement]] = {}
        self._statuses: dict[tuple[str, date], str] = {}
        self._contracts: dict[tuple[str, date], Contract] = {}
        self._drawn_up: tuple[date, tuple[Invoice, ...]] | None = None

    def invoices(self) -> tuple[Invoice, ...]:
        """The paying organization's invoices, newest first, linked ones inside them."""
        today = self.clock.today
        if self._drawn_up is None or self._drawn_up[0] != today:
            self._drawn_up = (today, tuple(self._draw_up(month) for month in self._months()))
        return self._drawn_up[1]

    def wastes(self) -> Iterator[waste.Waste]:
        """What the paying organization pays for nothing, where that was asked for."""
        if self.wasteful:
            for copy in blueprint.copies_of_year(self.seed, self.scale, self.clock.today.year):
                yield from waste.wastes(self.paying.id, copy)

    def restate(
        self, invoice: Invoice, cents: int, day: date | None = None, *, moves_updated: bool = True
    ) -> None:
        """Change a line of a closed invoice by `cents`, of usage day `day` if one is given.

        ValueError if the invoice is pending or no such line can change.
        """
        if invoice.status == "PENDING":
            raise ValueError("a pending invoice is not restated: it is still growing")
        history = self._restated.setdefault((invoice.org.id, invoice.month), [])
        position = restatements.find(invoice.lines, cents, day)
        minute = 1 + sum(map(len, self._restated.values()))
        updated = instant(self.clock.today, 8 * 3600 + 60 * minute) if moves_updated else None
        history.append(Restatement(position, cents, updated))
        self._drawn_up = None

    def bill(self, invoice: Invoice, status: str | None, terms: dict[str, Any]) -> None:
        """Let a closed invoice have another status and other terms of its contract.

        ValueError if the invoice is pending.
        """
        if invoice.status == "PENDING":
            raise ValueError("a pending invoice is not billed yet")
        which = (invoice.org.id, invoice.month)
        self._statuses[which] = status or invoice.status
        self._contracts[which] = replace(invoice.contract, **terms)
        self._drawn_up = None

    def add_oddities(self, added: Iterable[Oddity] | None = None) -> None:
        """Make the bill odd, from its beginning; without a list by what the seed has in store.

        ValueError if a target is not there.
        """
        if added is None:
            added = planting.planned(self.seed, self._first_month, self.clock.today)
        for one in added:
            planting.plant(one, self.seed, (self.paying, self.linked))
            self.oddities += (one,)
        self._ledgers = self._opened_ledgers()
        self._drawn_up = None

    def retag(self, cluster_name: str, tags: dict[str, str]) -> None:
        """Give a cluster other tags from now on; ValueError if no cluster living today has it."""
        today = self.clock.today
        for org in (self.paying, self.linked):
            clusters = (cluster for _, held in org.living(today) for cluster in held)
            if any(cluster.name == cluster_name for cluster in clusters):
                retag(org, cluster_name, tags)
                self.meter_again()
                return
        raise ValueError(f"no cluster {cluster_name!r} on {today}")

    def reprice(self, sku: str, since: date, factor: Decimal) -> None:
        """Let a SKU's list price be `factor` times as high from usage day `since` on."""
        self.repricings.append(Repricing(sku, since, factor))
        self.meter_again()

    def meter_again(self) -> None:
        """Draw every bill up anew: something about days that are past has changed."""
        self._ledgers = self._opened_ledgers()
        self._drawn_up = None

    def _opened_ledgers(self) -> dict[Organization, Ledger]:
        small, large = org_charges.meter_small_organization, org_charges.meter_paying_organization
        return {
            self.paying: self._ledger(self.paying, small if self._is_small else large),
            self.linked: self._ledger(self.linked, org_charges.meter_linked_organization),
        }

    def _months(self) -> list[date]:
        month, found = self._first_month, []
        while month <= self.clock.today:
            found.append(month)
            month = add_months(month, 1)
        return found[::-1]

    def _draw_up(self, month: date) -> Invoice:
        linked = () if self._is_small else (self._invoice(self.linked, month),)
        return self._invoice(self.paying, month, linked)

    def _invoice(self, org: Organization, month: date, linked: tuple[Invoice, ...] = ()) -> Invoice:
        which = (org.id, month)
        status = self._statuses.get(which) or self._status(month)
        restated = self._restated.get(which, [])
        booked = list(self._ledgers[org].invoice_lines(month, self.clock.today))
        lines = restatements.apply(booked, restated)
        is_refunded = status == "PAID" and month.month % 6 == (self.seed + 1) % 6
        created = Random(f"{self.seed}:{org.id}:{month}").randint(2 * 3600, 6 * 3600)
        return Invoice(
            id=object_id(self.seed, "invoice", org.name, month),
            org=org,
            month=month,
            status=status,
            created=instant(month, created),
            updated=max(
                [self._updated(month, status), *(r.updated for r in restated if r.updated)]
            ),
            totals=self._totals(month, status, lines),
            refund_cents=REFUND_CENTS if is_refunded else 0,
            contract=self._contracts.get(which) or contracts.of_seed(self.seed),
            is_split=month.month % 6 == (self.seed + 3) % 6,
            lines=lines,
            linked=linked,
        )

    def _status(self, month: date) -> str:
        """Pending, closed for a month, then paid; one month of each year is invoiced instead."""
        if month == month_start(self.clock.today):
            return "PENDING"
        if month.month == self.seed % 12 + 1:
            return "INVOICED"
        return "CLOSED" if month == add_months(self.clock.today, -1) else "PAID"

    def _updated(self, month: date, status: str) -> str:
        if status == "PENDING":
            return instant(self.clock.today, 6 * 3600 + 2700)
        months = 2 if status == "PAID" else 1
        return instant(add_months(month, months), 7 * 3600 + 46)

    def _totals(self, month: date, status: str, lines: list[Line]) -> Totals:
        if status == "PENDING" and self._hides_pending_totals():
            return Totals()
        subtotal = sum(line.cents for line in lines if line.cents > 0)
        credit = -sum(line.cents for line in lines if line.cents < 0)
        if status == "PENDING":
            return Totals(subtotal, credit)
        if status in COVERED:
            return Totals(subtotal, credit, covered=subtotal - credit)
        tax = (subtotal - credit) * SALES_TAX_PERCENT // 100
        balance = STARTING_BALANCE_CENTS if month.month == (self.seed + 4) % 12 + 1 else 0
        owed = Totals(subtotal, credit, tax, balance)
        return Totals(subtotal, credit, tax, balance, owed.billed if status == "PAID" else 0)

    def _hides_pending_totals(self) -> bool:
        """Atlas leaves some pending headers at zero while their lines are not."""
        return Random(f"{self.seed}:pending").random() < SHARE_OF_EMPTY_PENDING_HEADERS

    def _ledger(self, org: Organization, meter_org: Callable[[int, Meter], list[Line]]) -> Ledger:
        return Ledger(partial(self._meter_day, org, meter_org))

    def _meter_day(
        self, org: Organization, meter_org: Callable[[int, Meter], list[Line]], day: date
    ) -> list[Line]:
        lines = _meter_day(self.seed, org, meter_org, day)
        odd = oddities.applied(self.oddities, self.seed, org, day, lines)
        return priced(odd, self.repricings)


def _meter_day(
    seed: int, org: Organization, meter_org: Callable[[int, Meter], list[Line]], day: date
) -> list[Line]:
    """Everything an organization uses on one day: the same lines whatever the clock says."""
    lines = meter_org(seed, Meter(seed, day, org.id))
    for project, clusters in org.living(day):
        lines += meter_project(project, Meter(seed, day, project.id, project))
        for cluster in clusters:
            lines += meter_cluster(cluster, Meter(seed, day, cluster.id, project, cluster))
    return lines
