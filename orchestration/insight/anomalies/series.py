"""Daily costs as whole series, one number a day, and who they belong to."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import numpy.typing as npt

from orchestration.insight.anomalies.baseline import Cents
from orchestration.insight.anomalies.limits import Limits

FOUR_WEEKS = 28
Owner = tuple[str | None, ...]
Bill = tuple[str | None, str]
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Daily:
    """What series cost by usage day: arrays of one length.

    Attributes:
        days: Ordinals.
    """

    series: Numbers
    days: Numbers
    cents: Numbers

    @classmethod
    def of(cls, rows: Iterable[tuple[int, int, int]]) -> "Daily":
        """From series, day and cents of each row."""
        columns = np.array(list(rows), dtype=np.int64).reshape(-1, 3).T
        return cls(*columns)


@dataclass(frozen=True)
class Key:
    """Whose costs a series holds.

    Attributes:
        resource_id: Nothing where it is all of a project's costs of a service and category.
        begins: The first usage day of which the organization's bill has everything.
    """

    org_id: str | None
    project_id: str | None
    project_name: str | None
    resource_id: str | None
    resource_name: str | None
    resource_type: str | None
    service: str | None
    category: str | None
    pricing_currency: str
    begins: date

    @property
    def resource(self) -> Owner:
        """What one incident is of."""
        return (self.org_id, self.project_id, self.resource_id, self.pricing_currency)

    @property
    def bill(self) -> Bill:
        """Whose money it is."""
        return (self.org_id, self.pricing_currency)

    @property
    def group(self) -> "Key":
        """The project's costs of the same service and category."""
        return replace(self, resource_id=None, resource_name=None, resource_type=None)


@dataclass(frozen=True)
class Series:
    """What each day cost, from the day `begins` (an ordinal) on.

    Attributes:
        floors: What an incident that begins on a day must cost to be one.
        members: The numbers of the series it is made of: its own, or those of a group.
    """

    key: Key
    begins: int
    cents: Cents
    floors: Cents
    members: tuple[int, ...]


def whole_series(
    keys: Mapping[int, Key], daily: Daily, through: date, limits: Limits
) -> dict[int, Series]:
    """Each series without a gap, up to the newest day there is."""
    end = through.toordinal() + 1
    order = np.argsort(daily.series, kind="stable")
    numbers, days, cents = daily.series[order], daily.days[order], daily.cents[order]
    bills: dict[Bill, Cents] = {}
    found = {}
    for number, key in keys.items():
        begins = key.begins.toordinal()
        length = max(end - begins, 0)
        own = slice(*np.searchsorted(numbers, (number, number + 1)))
        own_days = days[own] - begins
        is_known = (own_days >= 0) & (own_days < length)
        whole = np.bincount(own_days[is_known], cents[own][is_known], length).astype(np.float64)
        bill = bills.setdefault(key.bill, np.zeros(length))
        bill += whole
        found[number] = Series(key, begins, whole, bill, (number,))
    for bill in bills.values():
        bill[:] = np.maximum(limits.floor_cents, limits.floor_share * _usual(bill))
    return found


def _usual(bill: Cents) -> Cents:
    """What a bill was on an average day of the four weeks before each."""
    sums = np.concatenate([[0.0], np.cumsum(bill)])
    days = np.arange(len(bill))
    begins = np.maximum(days - FOUR_WEEKS, 0)
    return np.asarray((sums[days] - sums[begins]) / np.maximum(days - begins, 1))


def groups(found: Mapping[int, Series]) -> Iterator[Series]:
    """By project, service and category, where more than one resource has costs of it."""
    members: dict[Key, list[int]] = defaultdict(list)
    for number, series in found.items():
        members[series.key.group].append(number)
    for key, numbers in members.items():
        if len(numbers) > 1:
            total = np.sum([found[each].cents for each in numbers], axis=0)
            floors = found[numbers[0]].floors
            yield Series(key, key.begins.toordinal(), total, floors, tuple(numbers))
