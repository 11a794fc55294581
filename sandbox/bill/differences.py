"""Why a usage month costs more or less than the one before, as the generator knows it.

Days are compared by their place in the month. What was not there on the other day is new or gone;
what rests on one of the two is paused or resumed; servers of other sizes are another tier; a day
that the other month has not is one day more or less. What is left is quantity, but for what a
repricing adds. The running month, and months whose own lines are not all billed yet, are left out.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from sandbox.bill.books import Books
from sandbox.bill.ledger import Line, to_cents
from sandbox.bill.repricing import Repricing
from sandbox.estate.organization import Organization
from sandbox.months import ONE_DAY, add_months, month_start

Kinds = dict[str, int]
ORGANIZATION = {"support": "follows_usage", "minimum_charge": "follows_usage", "credit": "credit"}


@dataclass(frozen=True)
class Share:
    """What a line costs on one of its days."""

    org: Organization
    line: Line
    day: date
    cents: int


def differences(books: Books, shares: dict[date, list[Share]]) -> dict[str, dict[str, Kinds]]:
    """Month → name of the cluster ("" for none) → kind of change → cents."""
    found: dict[str, dict[str, Kinds]] = {}
    for month in sorted(shares):
        before = add_months(month, -1)
        if before in shares and _is_over(month, books.clock.today):
            found[f"{month:%Y-%m}"] = _compared(books, before, month, shares)
    return found


def _is_over(month: date, today: date) -> bool:
    """Whether even the latest report of its last day is on the bill."""
    return add_months(month, 1) + timedelta(days=7) <= today


def _compared(
    books: Books, before: date, month: date, shares: dict[date, list[Share]]
) -> dict[str, Kinds]:
    found: dict[str, Kinds] = defaultdict(lambda: defaultdict(int))
    sizes = _sizes([*shares[before], *shares[month]])
    for shift, sign, of_month in ((month, -1, before), (before, 1, month)):
        for share in shares[of_month]:
            other = shift + (share.day - of_month)
            has_other = month_start(other) == shift
            kind = _kind(share, other if has_other else None, shift, sizes)
            name = share.line.cluster.name if share.line.cluster else ""
            price = _price_effect(books, share, other) if kind == "quantity" and sign == 1 else 0
            found[name][kind] += sign * share.cents - price
            found[name]["price"] += price
    return {name: {k: c for k, c in kinds.items() if c} for name, kinds in found.items()}


def _kind(share: Share, other: date | None, shift: date, sizes: dict[tuple[str, date], str]) -> str:
    charge, cluster = share.line.product.charge_type, share.line.cluster
    if charge != "usage":
        return ORGANIZATION.get(charge, "quantity")
    if cluster is None:
        return "quantity" if other else "days"
    was_later = shift < share.day
    life = share.org.changes.then(cluster, date.max).life
    if not life.covers(other or _last(shift)):
        return "new" if was_later else "gone"
    if other is None:
        return "days"
    here, there = sizes.get((cluster.id, share.day), ""), sizes.get((cluster.id, other), "")
    if cluster.kind == "dedicated" and bool(here) != bool(there):
        return "resumed" if bool(here) == was_later else "paused"
    is_server = share.line.product.sku in here.split()
    return "tier" if is_server and here != there else "quantity"


def _last(month: date) -> date:
    return add_months(month, 1) - ONE_DAY


def _sizes(shares: list[Share]) -> dict[tuple[str, date], str]:
    """The SKUs of a cluster's running servers by day, as one text."""
    found: dict[tuple[str, date], set[str]] = defaultdict(set)
    for share in shares:
        if share.line.cluster and share.line.product.is_server:
            found[share.line.cluster.id, share.day].add(share.line.product.sku)
    return {key: " ".join(sorted(skus)) for key, skus in found.items()}


def _price_effect(books: Books, share: Share, other: date) -> int:
    """What a line costs more than at the price of the other day."""
    line = share.line
    changed = [each for each in books.repricings if _came_between(each, line, other)]
    if not changed:
        return 0
    price = line.price
    for each in changed:
        price /= each.factor
    return line.cents - to_cents(line.quantity * price)


def _came_between(repricing: Repricing, line: Line, other: date) -> bool:
    return repricing.holds_for(line) and other < repricing.since


def by_month(shares: Iterable[Share], first: date) -> dict[date, list[Share]]:
    """Shares by usage month, from the first that is billed as a whole on."""
    found: dict[date, list[Share]] = defaultdict(list)
    for share in shares:
        if share.day >= first:
            found[month_start(share.day)].append(share)
    return dict(found)
