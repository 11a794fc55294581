"""Line items by usage day, and the invoice each of them lands on."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import NamedTuple

from sandbox.bill.catalog import Product
from sandbox.estate.resources import Cluster, Project, Region
from sandbox.months import ONE_DAY, add_months, days_between, instant, month_start

LATEST_REPORT = timedelta(days=4)
HUNDRED = Decimal(100)


class Line(NamedTuple):
    """One charge. `cents` is what is booked; `posted` the UTC day it reaches the bill.

    An invoice's JSON does not say `region`, Atlas's own FOCUS report does: none where the charge
    belongs to no region. What is odd about it on demand, and how many of its cents that is, stands
    in `oddity` and `extra_cents`, which nobody is served.
    """

    product: Product
    project: Project | None
    cluster: Cluster | None
    provider: str
    start: date
    end: date
    posted: date
    created: str
    quantity: Decimal
    price: Decimal
    cents: int
    discount_cents: int
    tier: tuple[int, int | None] | None
    app: str
    note: str
    region: Region | None = None
    oddity: object | None = None
    extra_cents: int = 0

    @property
    def invoice_month(self) -> date:
        """The first of the month billed.

        An invoice closes at 07:00 on the first of the next month and lines post between 02:00
        and 06:30, so what posts on a first still belongs to the month before.
        """
        return month_start(self.posted - ONE_DAY)


def to_cents(dollars: Decimal) -> int:
    """Whole cents, as Atlas books each line."""
    return int((dollars * HUNDRED).quantize(Decimal(1), ROUND_HALF_UP))


def discount(project: Project | None, cents: int) -> int:
    """What a project's discount takes off a charge."""
    percent = project.percent_discount if project else None
    return to_cents(cents * percent / HUNDRED / HUNDRED) if percent else 0


class Meter:
    """Collects the lines of one resource on one usage day.

    `is_steady` where a client made the cluster: then means take the place of draws.
    """

    def __init__(
        self,
        seed: int,
        day: date,
        owner_id: str,
        project: Project | None = None,
        cluster: Cluster | None = None,
    ) -> None:
        self.random = Random(f"{seed}:{owner_id}:{day.toordinal()}")
        self.day = day
        self.project = project
        self.cluster = cluster
        self.is_steady = cluster is not None and cluster.made is not None
        self.lines: list[Line] = []
        self._second = self.random.randint(2 * 3600, 6 * 3600 + 1800)

    @property
    def is_month_end(self) -> bool:
        """Whether the next day is another month's."""
        return (self.day + ONE_DAY).day == 1

    def lateness(self) -> int:
        """Days by which a cloud's own report is late: at month's end it always is."""
        if self.is_steady:
            return 0
        if self.is_month_end:
            return 1 + self.random.randrange(3)
        return self.random.randint(1, 3) if self.random.random() < 0.1 else 0

    def amount(self, low: int, high: int, places: int = 3) -> Decimal:
        """A quantity between two bounds."""
        if self.is_steady:
            return Decimal(low + high) / 2
        unit = 10**places
        return Decimal(self.random.randint(low * unit, high * unit)).scaleb(-places)

    def add(
        self,
        product: Product,
        provider: str,
        quantity: Decimal | int,
        price: Decimal,
        *,
        late: int = 0,
        start: date | None = None,
        discounted: bool = False,
        tier: tuple[int, int | None] | None = None,
        app: str = "",
        note: str = "",
        region: Region | None = None,
    ) -> None:
        """Append one line; `start` makes it span several days, ending with this one.

        Without `region` a cluster's line is of its first region in that cloud, the one with the
        highest priority there.
        """
        posted = self.day + timedelta(days=1 + late)
        quantity = Decimal(quantity)
        cents = to_cents(quantity * price)
        self.lines.append(
            Line(
                product=product,
                project=self.project,
                cluster=self.cluster,
                provider=provider,
                start=start or self.day,
                end=self.day + ONE_DAY,
                posted=posted,
                created=instant(posted, self._second),
                quantity=quantity,
                price=price,
                cents=cents,
                discount_cents=discount(self.project, cents) if discounted else 0,
                tier=tier,
                app=app,
                note=note,
                region=region or self._first_region(provider),
            )
        )

    def _first_region(self, provider: str) -> Region | None:
        regions = self.cluster.regions if self.cluster else ()
        return next((one for one in regions if one.provider == provider), None)


class Ledger:
    """Remembers the lines of each usage day of one organization."""

    def __init__(self, meter_day: Callable[[date], list[Line]]) -> None:
        self._meter_day = meter_day
        self._days: dict[date, list[Line]] = {}

    def invoice_lines(self, month: date, today: date) -> Iterator[Line]:
        """What the invoice of `month` holds on the morning of `today`, late reports included.

        Usage reported late belongs to the last days of the month before.
        """
        end = min(add_months(month, 1), today)
        for day in days_between(month - LATEST_REPORT, end):
            for line in self._lines(day):
                if line.posted <= today and line.invoice_month == month:
                    yield line

    def _lines(self, day: date) -> list[Line]:
        if day not in self._days:
            self._days[day] = self._meter_day(day)
        return self._days[day]
