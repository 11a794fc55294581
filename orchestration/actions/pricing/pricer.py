"""What a shape costs in a month: with the organization's own prices, else with public ones.

A month is 730 hours. What depends on use is what an average cluster of this organization would
use: what it stores for each GB of disk, what it transfers for each dollar of its servers.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from orchestration.actions.model import CostLine, MonthlyCost
from orchestration.actions.pricing import list_prices
from orchestration.actions.pricing.shapes import DEDICATED, FLEX, TENANT, Servers, Shape

HOURS, DAYS = Decimal(730), Decimal(730) / 24
INVOICES, LIST = "your invoices", "public list prices"
OTHER_REGION = "your invoices, another region's price"


@dataclass(frozen=True)
class Tier:
    """Cents of a GB-day from `lower` GB on, up to `upper` if there is an end."""

    lower: Decimal
    upper: Decimal | None
    cents: Decimal
    basis: str = INVOICES


@dataclass(frozen=True)
class Rates:
    """What an organization paid lately, in cents of its pricing currency.

    Attributes:
        server_hour: (provider, Atlas region, instance size) → cents of a server hour.
        gb_hour: Provider → cents of a GB-hour of disk.
        snapshot_gb_day: Provider → cents of a GB-day of snapshots.
        stored_per_disk: GB of snapshots for each GB of disk.
        continuous_tiers: Provider → prices of point-in-time backup, lowest tier first.
        continuous_per_disk: GB of point-in-time backup for each GB of disk.
        transfer_share: Provider → what transfer costs for each cent of servers.
        flex_day: Cents a day of a flex cluster.
        currency: What these cents are of: USD, or Atlas Credits.
    """

    server_hour: dict[tuple[str, str, str], Decimal] = field(default_factory=dict)
    gb_hour: dict[str, Decimal] = field(default_factory=dict)
    snapshot_gb_day: dict[str, Decimal] = field(default_factory=dict)
    stored_per_disk: Decimal | None = None
    continuous_tiers: dict[str, tuple[Tier, ...]] = field(default_factory=dict)
    continuous_per_disk: Decimal | None = None
    transfer_share: dict[str, Decimal] = field(default_factory=dict)
    flex_day: Decimal | None = None
    currency: str = "USD"


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
        if any(each and each.is_infinite for each in (before, after)):
            return None
        try:
            old = list(self._parts(before)) if before else []
            new = list(self._parts(after)) if after else []
        except KeyError:
            return None
        listed = {each.basis.startswith(LIST) for each in [*old, *new]}
        mixed = "mixed" if len(listed) > 1 else None
        return MonthlyCost(
            before_cents=_rounded(sum(each.cents for each in old)),
            after_cents=_rounded(sum(each.cents for each in new)),
            basis=mixed or ("list prices" if listed == {True} else "invoices"),
            lines=tuple(
                CostLine(name=each.name, monthly_cents=_rounded(each.cents), basis=each.basis)
                for each in new
            ),
            currency="USD" if listed == {True} else self._rates.currency,
        )

    def _parts(self, shape: Shape) -> Iterator[Priced]:
        """The parts of a shape's cost.

        Raises:
            KeyError: a price that neither the invoices nor the list know.
        """
        if shape.kind == TENANT:
            yield Priced("free cluster", Decimal(0), LIST)
        elif shape.kind == FLEX:
            yield self._flex()
        elif shape.kind == DEDICATED:
            yield from self._dedicated(shape)

    def _flex(self) -> Priced:
        if (rate := self._rates.flex_day) is not None:
            return Priced(
                "flex cluster", rate * DAYS, f"{INVOICES}, the mean of your flex clusters"
            )
        return Priced("flex cluster", list_prices.FLEX_HOUR * HOURS, f"{LIST}, the middle band")

    def _dedicated(self, shape: Shape) -> Iterator[Priced]:
        if shape.paused:
            yield from self._backups(shape)
        else:
            yield from self._running(shape)
        yield from self._disks(shape)

    def _running(self, shape: Shape) -> Iterator[Priced]:
        """What a cluster costs besides its disks while it runs."""
        transfer = Decimal(0)
        for each in shape.servers:
            hour, basis = self.server_hour(each)
            cents = hour * each.count * HOURS
            yield Priced(f"{each.count} x {each.size} in {each.region}", cents, basis)
            transfer += cents * self._transfer_share(each.provider)
        yield from self._backups(shape)
        if transfer:
            yield Priced("transfer", transfer, f"{INVOICES}, the mean of your clusters")

    def server_hour(self, servers: Servers) -> tuple[Decimal, str]:
        """Cents of one server hour: of this region, of another by its factor, or the list's.

        Raises:
            KeyError: a size that neither the invoices nor the list know.
        """
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
        """A disk of another size than the tier's own is charged in full.

        So is any disk of a paused cluster: no tier is paid for that could include it.
        """
        for each in shape.servers:
            included = list_prices.INCLUDED_DISK_GB.get(each.size)
            disk = each.disk_gb or shape.disk_gb or (included if shape.paused else None)
            if disk is None or included is None or (disk == included and not shape.paused):
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
            yield from self._continuous(shape.provider, gb)
            return
        stored = gb * (self._rates.stored_per_disk or 1)
        rate = self._rates.snapshot_gb_day.get(shape.provider)
        monthly = list_prices.SNAPSHOT_GB_MONTH.get(shape.provider, Decimal(14))
        cents = monthly * 12 / 365 if rate is None else rate
        basis = LIST if rate is None else INVOICES
        yield Priced(f"about {stored:.0f} GB of snapshots", cents * stored * DAYS, basis)

    def _continuous(self, provider: str, disk_gb: Decimal) -> Iterator[Priced]:
        stored = disk_gb * (self._rates.continuous_per_disk or 1)
        cents: dict[str, Decimal] = defaultdict(Decimal)
        above = stored
        for tier in reversed(self._continuous_tiers(provider)):
            cents[tier.basis] += max(Decimal(0), above - tier.lower) * tier.cents
            above = min(above, tier.lower)
        name = f"about {stored:.0f} GB of point-in-time backup"
        for basis, daily in cents.items():
            if daily:
                yield Priced(name, daily * DAYS, basis)

    def _continuous_tiers(self, provider: str) -> list[Tier]:
        """Those that were paid for, and above them the list's."""
        known = list(self._rates.continuous_tiers.get(provider, ()))
        end = known[-1].upper if known else Decimal(0)
        listed = () if end is None else list_prices.CONTINUOUS_TIERS
        return known + [
            Tier(Decimal(lower), None, monthly * 12 / 365, LIST)
            for lower, monthly in listed
            if lower >= (end or 0)
        ]

    def _disk(self, shape: Shape) -> float:
        if shape.disk_gb:
            return shape.disk_gb
        return float(list_prices.INCLUDED_DISK_GB.get(shape.servers[0].size, 10))

    def _transfer_share(self, provider: str) -> Decimal:
        """The mean over other clouds where the organization has nothing in this one."""
        known = self._rates.transfer_share
        others = sum(known.values(), Decimal(0)) / max(1, len(known))
        return known.get(provider, others)


def _factor(provider: str, region: str) -> Decimal:
    return list_prices.REGION_FACTOR.get((provider, region), Decimal(1))


def _rounded(cents: Decimal | int) -> int:
    return int(Decimal(cents).quantize(Decimal(1), ROUND_HALF_UP))
