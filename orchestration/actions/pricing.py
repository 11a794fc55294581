"""What a shape costs in a month: with the organization's own prices, else with public ones.

A month is 730 hours. Transfer depends on use, so it is what a cluster of this organization takes
on average; where there is no average it is left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from orchestration.actions import list_prices
from orchestration.actions.model import CostLine, MonthlyCost
from orchestration.actions.shapes import DEDICATED, FLEX, TENANT, Servers, Shape

HOURS, DAYS = Decimal(730), Decimal(730) / 24
INVOICES, LIST = "your invoices", "public list prices"
OTHER_REGION = "your invoices, another region's price"


@dataclass(frozen=True)
class Rates:
    """What an organization paid lately, in cents of its pricing currency.

    Attributes:
        server_hour: (provider, Atlas region, instance size) → cents of a server hour.
        gb_hour: Provider → cents of a GB-hour of disk.
        snapshot_gb_day: Provider → cents of a GB-day of snapshots.
        stored_per_disk: GB of snapshots for each GB of disk.
        continuous_day: Cents a day of point-in-time backup for each GB of disk.
        transfer_day: Provider → cents a day of a cluster's transfer in one region.
        flex_day: Provider → cents a day of a flex cluster.
    """

    server_hour: dict[tuple[str, str, str], Decimal] = field(default_factory=dict)
    gb_hour: dict[str, Decimal] = field(default_factory=dict)
    snapshot_gb_day: dict[str, Decimal] = field(default_factory=dict)
    stored_per_disk: Decimal | None = None
    continuous_day: Decimal | None = None
    transfer_day: dict[str, Decimal] = field(default_factory=dict)
    flex_day: dict[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True)
class Priced:
    """One part of a month's cost: its name, cents, and where the price is from."""

    name: str
    cents: Decimal
    basis: str


class Pricer:
    """Prices shapes; the rates are those of one organization."""

    def __init__(self, rates: Rates) -> None:
        self._rates = rates

    def of(self, before: Shape | None, after: Shape | None) -> MonthlyCost | None:
        """The monthly cost of a change of shape; None where a price is known to nobody."""
        try:
            old = list(self._parts(before)) if before else []
            new = list(self._parts(after)) if after else []
        except KeyError:
            return None
        bases = {each.basis for each in [*old, *new]}
        mixed = "mixed" if len({each == LIST for each in bases}) > 1 else None
        return MonthlyCost(
            before_cents=_rounded(sum(each.cents for each in old)),
            after_cents=_rounded(sum(each.cents for each in new)),
            basis=mixed or ("list prices" if bases == {LIST} else "invoices"),
            lines=tuple(
                CostLine(name=each.name, monthly_cents=_rounded(each.cents), basis=each.basis)
                for each in new
            ),
        )

    def _parts(self, shape: Shape) -> Iterator[Priced]:
        """The parts of a shape's cost.

        Raises:
            KeyError: a price that neither the invoices nor the list know.
        """
        if shape.kind == TENANT:
            yield Priced("free cluster", Decimal(0), LIST)
        elif shape.kind == FLEX:
            yield self._flex(shape)
        elif shape.kind == DEDICATED:
            yield from self._dedicated(shape)

    def _flex(self, shape: Shape) -> Priced:
        if (rate := self._rates.flex_day.get(shape.provider)) is not None:
            return Priced(
                "flex cluster", rate * DAYS, f"{INVOICES}, the mean of your flex clusters"
            )
        return Priced("flex cluster", list_prices.FLEX_HOUR * HOURS, f"{LIST}, little used")

    def _dedicated(self, shape: Shape) -> Iterator[Priced]:
        for each in shape.servers:
            if not shape.paused:
                cents, basis = self._server_hour(each)
                name = f"{each.count} x {each.size} in {each.region}"
                yield Priced(name, cents * each.count * HOURS, basis)
        yield from self._disks(shape)
        if not shape.paused:
            yield from self._backups(shape)
            yield from self._transfer(shape)

    def _server_hour(self, servers: Servers) -> tuple[Decimal, str]:
        """Cents of one server hour: of this region, of another by its factor, or the list's."""
        rates = self._rates.server_hour
        key = (servers.provider, servers.region, servers.size)
        if key in rates:
            return rates[key], INVOICES
        factor = _factor(servers.provider, servers.region)
        for (provider, region, size), cents in sorted(rates.items()):
            if (provider, size) == (servers.provider, servers.size):
                return cents * factor / _factor(provider, region), OTHER_REGION
        return list_prices.SERVER_HOUR[servers.size] * factor, LIST

    def _disks(self, shape: Shape) -> Iterator[Priced]:
        """A disk of another size than the tier's own is charged in full, paused or not."""
        for each in shape.servers:
            included = list_prices.INCLUDED_DISK_GB.get(each.size)
            disk = each.disk_gb or shape.disk_gb
            if disk is None or included is None or disk == included:
                continue
            rate = self._rates.gb_hour.get(each.provider)
            cents = list_prices.GB_HOUR if rate is None else rate
            gb = Decimal(str(disk)) * each.count
            yield Priced(
                f"{gb.normalize():f} GB of disk",
                cents * gb * HOURS,
                LIST if rate is None else INVOICES,
            )

    def _backups(self, shape: Shape) -> Iterator[Priced]:
        if not shape.backup:
            return
        gb = Decimal(str(self._disk(shape))) * shape.shards
        if shape.continuous_backup:
            yield self._continuous(gb)
            return
        stored = gb * (self._rates.stored_per_disk or 1)
        rate = self._rates.snapshot_gb_day.get(shape.provider)
        monthly = list_prices.SNAPSHOT_GB_MONTH.get(shape.provider, Decimal(14))
        cents = monthly * 12 / 365 if rate is None else rate
        basis = LIST if rate is None else INVOICES
        yield Priced(f"about {stored:.0f} GB of snapshots", cents * stored * DAYS, basis)

    def _continuous(self, gb: Decimal) -> Priced:
        name = "point-in-time backup"
        if self._rates.continuous_day is not None:
            return Priced(name, self._rates.continuous_day * gb * DAYS, INVOICES)
        cents, above = Decimal(0), gb
        for lower, monthly in reversed(list_prices.CONTINUOUS_TIERS):
            cents += max(Decimal(0), above - lower) * monthly
            above = min(above, Decimal(lower))
        return Priced(name, cents, LIST)

    def _disk(self, shape: Shape) -> float:
        if shape.disk_gb:
            return shape.disk_gb
        return float(list_prices.INCLUDED_DISK_GB.get(shape.servers[0].size, 10))

    def _transfer(self, shape: Shape) -> Iterator[Priced]:
        places = {(each.provider, each.region) for each in shape.servers}
        known = [
            self._rates.transfer_day[provider]
            for provider, _ in sorted(places)
            if provider in self._rates.transfer_day
        ]
        if known:
            basis = f"{INVOICES}, the mean of your clusters"
            yield Priced("transfer", sum(known, Decimal(0)) * DAYS, basis)


def _factor(provider: str, region: str) -> Decimal:
    return list_prices.REGION_FACTOR.get((provider, region), Decimal(1))


def _rounded(cents: Decimal | int) -> int:
    return int(Decimal(cents).quantize(Decimal(1), ROUND_HALF_UP))
