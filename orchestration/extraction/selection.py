"""Which invoices are worth reading, and what Atlas's list says that the loaded ones do not."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

from orchestration.atlas.records import PENDING, InvoiceMetadata
from orchestration.landing.journal import Landing

ENTITY = "invoices"


def invoices_to_read(
    listed: list[InvoiceMetadata],
    landing: Landing,
    *,
    first_month: str | None,
    restatement_months: int,
    asked_for: Iterable[str] = (),
) -> list[InvoiceMetadata]:
    """The closed invoices worth reading: new, failed, `updated`, asked for, or young enough.

    Atlas restates closed invoices for about three months, not always moving `updated`. The first
    month limits how far back history reaches; what is held already, and what came after it, is
    always kept up to date.
    """
    held = held_months(landing)
    landed = landing.current(ENTITY)
    newest = max(held.values(), default="9999-12")
    closed = [
        each
        for each in listed
        if not each.is_pending
        and (
            each.id in held
            or each.id in landed
            or (each.month or "") >= min(first_month or "", newest)
        )
    ]
    window = sorted({each.month or "" for each in closed}, reverse=True)[:restatement_months]
    always = {*window, *asked_for}
    wanted = [
        each
        for each in closed
        if each.month in always
        or each.id not in landed
        or landed[each.id].error
        or landed[each.id].meta.get("problems")
        or landed[each.id].meta.get("updated") != each.updated
    ]
    return sorted(wanted, key=lambda each: each.month or "", reverse=True)


def held_months(landing: Landing) -> dict[str, str]:
    """Invoice id → month of every invoice that was ever landed, pending ones included."""
    return {
        invoice["id"]: invoice["month"]
        for seen in landing.observations()
        if seen.entity == ENTITY
        for invoice in seen.meta.get(ENTITY, [])
    }


def differences(listed: list[InvoiceMetadata], held: dict[str, str | None]) -> list[str]:
    """What Atlas's list says of invoices and the loaded ones do not, each as a sentence."""
    missing = [
        f"invoice {each.id} ({each.month}) is in Atlas's list and was not read"
        for each in _missing(listed, held)
    ]
    differing = [
        f"invoice {each.id} ({each.month}) is {each.status} in Atlas's list, {held[each.id]} here"
        for each in _differing(listed, held)
    ]
    known = {each.id for each in listed}
    gone = [
        f"invoice {each} is no longer in Atlas's list; kept" for each in held if each not in known
    ]
    return missing + differing + sorted(gone)


def missing_months(
    listed: list[InvoiceMetadata],
    held: dict[str, str | None],
    broken: Collection[str],
    landed: dict[str, str],
) -> list[str]:
    """The months (YYYY-MM) of invoices whose costs are not those that Atlas has now.

    Args:
        listed: Atlas's list.
        held: Invoice id → status of those that are loaded.
        broken: Ids of invoices of which something could not be read, or not be loaded.
        landed: Invoice id → month, also of linked organizations' that the list has not.
    """
    # one that was paid since has the same lines as when it was closed
    grown = {
        each.id for each in _differing(listed, held) if PENDING in (each.status, held[each.id])
    }
    ids = grown.union(broken, (each.id for each in _missing(listed, held)))
    months = landed | {each.id: each.month for each in listed if each.month}
    return sorted({months[each] for each in ids if each in months})


def has_older(listed: list[InvoiceMetadata], held: dict[str, str | None]) -> bool:
    """Whether Atlas lists invoices from before the oldest month that is held."""
    oldest = _oldest(listed, held)
    return any((each.month or oldest) < oldest for each in listed)


def _missing(
    listed: list[InvoiceMetadata], held: dict[str, str | None]
) -> Iterator[InvoiceMetadata]:
    """Those from before the chosen history are in the list and not held: nothing is missing."""
    oldest = _oldest(listed, held)
    return (each for each in listed if each.id not in held and (each.month or "") >= oldest)


def _oldest(listed: list[InvoiceMetadata], held: dict[str, str | None]) -> str:
    return min((each.month or "" for each in listed if each.id in held), default="")


def _differing(
    listed: list[InvoiceMetadata], held: dict[str, str | None]
) -> Iterator[InvoiceMetadata]:
    return (
        each for each in listed if each.id in held and each.status and held[each.id] != each.status
    )


def first_month(history_months: int | None, now: datetime) -> str | None:
    """The first month (YYYY-MM) of a history that ends with the current one; None for all."""
    if history_months is None:
        return None
    month = now.year * 12 + now.month - history_months
    return f"{month // 12:04d}-{month % 12 + 1:02d}"


def current_versions(landing: Landing, *, nested: bool) -> dict[str, str]:
    """Invoice id → the version last seen: the organization's own, or those nested in them."""
    return {
        invoice["id"]: invoice["version"]
        for seen in landing.observations()
        if seen.entity == ENTITY
        for invoice in seen.meta.get(ENTITY, [])
        if invoice["is_nested"] is nested
    }
