"""What was read goes into raw, and what the load showed of each connection is noted."""

import logging
from dataclasses import dataclass
from typing import Self

from orchestration.atlas.records import PENDING, InvoiceMetadata
from orchestration.extraction.invoices import LIST
from orchestration.extraction.selection import (
    ENTITY,
    differences,
    has_older,
    held_months,
    missing_months,
)
from orchestration.extraction.session import Session
from orchestration.extraction.together import fail
from orchestration.warehouse.errors import LoadError
from orchestration.warehouse.raw import RawWarehouse, note_end
from reporting.formats import counted

log = logging.getLogger("atlas_costs")


@dataclass(frozen=True)
class BillRead:
    """What reading the bill changed.

    Attributes:
        invoices: Invoice id → month (YYYY-MM) of each invoice replaced.
        totals: Each of these months → invoices, lines, cents.
    """

    invoices: dict[str, str]
    totals: dict[str, tuple[int, int, int]]


def loaded(
    sessions: list[Session], raw: RawWarehouse, listed: dict[str, list[InvoiceMetadata]]
) -> BillRead:
    """Load what these connections landed.

    Args:
        sessions: All that are configured.
        raw: Where to.
        listed: What Atlas lists, of those that did not fail.

    Raises:
        LoadError: there is nothing to show of any of them.
    """
    found = raw.load(*(each.landing for each in sessions))
    shown = _Shown.by(raw, sessions)
    for session in sessions:
        if session.failure is None:
            _note(session, shown, listed[session.name])
    if all(each.failure for each in sessions):
        raise LoadError(str(sessions[0].failure))
    changed, loaded = counted(len(found.invoices), "invoice"), counted(found.line_items, "line")
    log.info("%s changed, %s loaded", changed, loaded)
    return BillRead(found.invoices, raw.month_totals(sorted(set(found.invoices.values()))))


@dataclass(frozen=True)
class _Shown:
    """What the load showed, by connection: asked of the warehouse once, not once for each."""

    unloadable: dict[str, list[tuple[str, str]]]
    statuses: dict[str, dict[str, str | None]]
    overlaps: dict[str, list[str]]

    @classmethod
    def by(cls, raw: RawWarehouse, sessions: list[Session]) -> Self:
        overlaps = raw.overlaps(*(each.landing for each in sessions))
        return cls(raw.unloadable(), raw.invoice_statuses(), overlaps)


def _note(session: Session, shown: _Shown, listed: list[InvoiceMetadata]) -> None:
    """Invoices that the load refused, and what Atlas's list says otherwise."""
    refused = shown.unloadable.get(session.name, [])
    statuses = shown.statuses.get(session.name, {})
    if refused and not any(status != PENDING for status in statuses.values()):
        invoice_id, reason = refused[0]
        fail(session, f"No final invoice can be loaded: invoice {invoice_id}: {reason}.", "refused")
        return
    differing = differences(listed, statuses) + shown.overlaps.get(session.name, [])
    unloadable = {
        invoice_id: f"cannot be loaded ({reason}); what was loaded of it before stays"
        for invoice_id, reason in refused
    }
    broken = [
        each.scope
        for each in session.landing.current(ENTITY).values()
        if each.error or each.meta.get("problems")
    ]
    landed = held_months(session.landing)
    meta = {
        "differences": differing,
        "unloadable": unloadable,
        "missing_months": missing_months(listed, statuses, {*broken, *unloadable}, landed),
        "has_older": has_older(listed, statuses),
    }
    session.landing.observe(LIST, session.org_id, [], meta)
    note_end(session.landing, session.org_id, is_complete=not refused and not broken)
