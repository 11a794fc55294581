"""A cost report as a value: what is asked, of which days, cut and compared how."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from reporting.ranges import ONE_DAY, Window

OPERATORS = (
    "is", "is_not", "has", "contains", "not_contains", "starts", "ends", "flexible",
    "not_flexible",
)  # fmt: skip
# What changes a report's amounts: charges beside the total, the price, and who bears support.
SHOWN = ("credits", "tax", "refunds", "discounts", "list", "support")
TABLES = ("groups", "periods", "lines")
MAX_TOP = 25
MAX_GROUPS = 3


@dataclass(frozen=True)
class Filter:
    """One condition; conditions of one set hold together, and any one set is enough."""

    dimension: str
    operator: str
    values: tuple[str, ...]
    set_number: int = 1

    @property
    def parameter(self) -> str:
        """The name this filter has in an address; `is` goes without saying."""
        prefix = "f" if self.set_number == 1 else f"f{self.set_number}"
        name = self.dimension.replace("tag:", "tag.", 1)
        silent = self.operator == "is" and name.rpartition(".")[2] not in OPERATORS
        return f"{prefix}.{name}" if silent else f"{prefix}.{name}.{self.operator}"


def folded(name: str) -> str:
    """A dimension's name with a tag's key as it stands where case is ignored."""
    return name.lower() if name.startswith("tag:") else name


def with_folded_keys(filters: Iterable[Filter]) -> tuple[Filter, ...]:
    """Filters whose tag keys are as they stand where case is ignored."""
    return tuple(replace(one, dimension=folded(one.dimension)) for one in filters)


def merged(filters: Iterable[Filter]) -> tuple[Filter, ...]:
    """One filter for each parameter name, in a fixed order."""
    values: dict[tuple[int, str, str], list[str]] = {}
    for each in filters:
        key = (each.set_number, each.dimension, each.operator)
        values.setdefault(key, []).extend(each.values)
    return tuple(
        Filter(dimension, operator, tuple(dict.fromkeys(found)), number)
        for (number, dimension, operator), found in sorted(values.items())
    )


@dataclass(frozen=True)
class ReportState:
    """Everything that decides what a cost report shows; `start` and `last` are both shown days.

    `compare` is one of reporting.comparisons.NAMES, or two days as in 2026-09-01..2026-09-30.
    `unit` is the unit of usage that is shown where there are several; empty is the dearest one.
    `overlay` is what stands on the chart beside costs, as reporting.overlays names it.
    """

    range: str = "this_month"
    start: date | None = None
    last: date | None = None
    bin: str = "day"
    group: tuple[str, ...] = ("service",)
    chart: str = "bar"
    measure: str = "cost"
    compare: str = "auto"
    show: tuple[str, ...] = ()
    tags: str = "current"
    top: int = 5
    table: str = "groups"
    unit: str = ""
    overlay: tuple[str, ...] = ("forecast", "events")
    filters: tuple[Filter, ...] = ()

    @property
    def custom_window(self) -> Window | None:
        """The window of an explicit `from` and `to`, which win over a named range."""
        if self.start is None or self.last is None:
            return None
        return Window(self.start, self.last + ONE_DAY)

    @property
    def custom_comparison(self) -> Window | None:
        """The days of `compare=2026-09-01..2026-09-30`, where days are what it names."""
        start, dots, last = self.compare.partition("..")
        if not dots:
            return None
        return Window(date.fromisoformat(start), date.fromisoformat(last) + ONE_DAY)

    def with_folded_keys(self) -> "ReportState":
        """The report where Team and team are one tag key (ATLAS_COSTS_TAG_KEYS_IGNORE_CASE)."""
        groups = tuple(dict.fromkeys(map(folded, self.group)))
        return replace(self, group=groups, filters=with_folded_keys(self.filters))

    @property
    def range_name(self) -> str | None:
        """The named range in force, if one is."""
        return None if self.custom_window else self.range
