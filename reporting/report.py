"""A report's state on the days there are: which days it shows, and which it is compared with."""

from dataclasses import dataclass, replace
from datetime import date

from reporting.comparisons import comparison, lengths
from reporting.conditions import conditions
from reporting.dimensions import COST_DIMENSIONS, Bind, Dimension, find
from reporting.ranges import ONE_DAY, DataDays, Gap, Window, resolve
from reporting.state import Filter, ReportState

# Tax and refunds are of an invoice: they have no day, so only months can hold them.
OF_INVOICES = ("tax", "refunds")


@dataclass(frozen=True)
class Report:
    """A report's state on the days it covers.

    Days are those of usage, or those on which Atlas billed it (`is_billed`). `rule` says what it
    is compared with, or why with nothing.
    """

    state: ReportState
    window: Window
    compared: Window | None
    days: DataDays
    is_billed: bool = False
    rule: str = ""

    @property
    def data_end(self) -> date:
        """The day after the last cost."""
        return self.days.last + ONE_DAY

    def dimension(self, name: str) -> Dimension:
        """A dimension in the tag basis of this report."""
        if found := find(name, COST_DIMENSIONS, self.state.tags):
            return found
        raise KeyError(name)

    @property
    def groups(self) -> tuple[Dimension, ...]:
        """The dimensions it is cut by."""
        return tuple(map(self.dimension, self.state.group))

    @property
    def names(self) -> tuple[str, ...]:
        """The dimensions it is cut or filtered by."""
        return (*self.state.group, *(one.dimension for one in self.state.filters))

    @property
    def tag_keys(self) -> tuple[str, ...]:
        """The tag keys it is cut or filtered by."""
        found = (self.dimension(name).tag_key for name in self.names)
        return tuple(dict.fromkeys(key for key in found if key))

    @property
    def is_by_resource(self) -> bool:
        """Whether it is about single resources, whose events then matter."""
        return bool({"resource", "cluster"}.intersection(self.names))

    @property
    def counted(self) -> str:
        """The rows its total adds up: credits on request only."""
        return "true" if "credits" in self.state.show else "is_in_total"

    @property
    def step(self) -> str:
        """The length of a period: a cumulative report goes on by days."""
        return "day" if self.state.bin == "cumulative" else self.state.bin

    @property
    def drawn(self) -> Window:
        """The window without the years before and after all costs: each of its days is a period."""
        start = max(self.window.start, self.days.first)
        end = min(self.window.end, self.data_end)
        return self.window if start >= end else replace(self.window, start=start, end=end)

    @property
    def lengths(self) -> tuple[int, int] | None:
        """How many days with costs the window and the compared one have."""
        return lengths(self.window, self.compared, self.days) if self.compared else None

    @property
    def windows(self) -> tuple[Window, ...]:
        """The window, and the one it is compared with."""
        return (self.window, self.compared) if self.compared else (self.window,)

    @property
    def price(self) -> str:
        """Which of a line's prices counts: `booked`, `list` before discounts, `net` after them."""
        if self.state.measure != "cost":
            return "booked"
        names = {"list": "list", "discounts": "net"}
        return next((names[each] for each in names if each in self.state.show), "booked")

    @property
    def is_spread(self) -> bool:
        """Whether support and minimum charges are borne by what they were charged for."""
        return "support" in self.state.show and self.state.measure == "cost" and not self.is_billed

    @property
    def of_invoices(self) -> tuple[str, ...]:
        """What of invoices it adds: only where it shows months, and no month is cut."""
        asked = tuple(each for each in OF_INVOICES if each in self.state.show)
        return asked if self.state.measure == "cost" and self.can_hold_invoices else ()

    @property
    def can_hold_invoices(self) -> bool:
        """Whether months are what it shows, each whole or known up to the same age."""
        of_months = self.state.bin in ("month", "quarter") and not self.is_billed
        return of_months and all(map(self._is_whole, self.windows))

    def _is_whole(self, window: Window) -> bool:
        ends = window.end.day == 1 or window.end > self.days.through or bool(window.known_by)
        return window.start.day == 1 and ends

    @property
    def is_booked(self) -> bool:
        """Whether its amounts are what lines were booked with, each where it was booked."""
        return self.price == "booked" and not self.is_spread and not self.of_invoices

    def where(self, bind: Bind) -> str:
        """The report's filters, as the end of a where clause."""
        text = self.filtered(bind)
        return f"\n        and {text}" if text else ""

    def filtered(self, bind: Bind) -> str:
        """The report's filters as a predicate; empty where it has none."""
        filters = [(one, self.dimension(one.dimension)) for one in self.state.filters]
        return conditions(filters, bind)


def report_of(state: ReportState, days: DataDays, *, is_billed: bool = False) -> Report:
    """A state on the days it covers; `all` holds the days to come of a subscription too."""
    end = days.last if state.range_name == "all" else days.through
    window = state.custom_window or resolve(state.range, days.first, end)
    asked_for = replace(days, gaps=tuple(each for each in days.gaps if _concerns(each, state)))
    found = comparison(
        state.compare, state.range_name, window, asked_for, custom=state.custom_comparison
    )
    return Report(state, window, found.window, days, is_billed, found.rule)


def _concerns(gap: Gap, state: ReportState) -> bool:
    """Whether any set of filters may let costs of this connection through."""
    left_out = {one.set_number for one in state.filters if _leaves_out(one, gap)}
    sets = {one.set_number for one in state.filters}
    return not sets or bool(sets - left_out)


def _leaves_out(one: Filter, gap: Gap) -> bool:
    values = set(one.values)
    # a filter may have an id or a name
    named = [values.intersection(each) for each in gap.organizations]
    match one.dimension, one.operator:
        case "organization", "is":
            return not any(named)
        case "organization", "is_not":
            return all(named)
        case "connection", "is":
            return gap.connection not in values
        case "connection", "is_not":
            return gap.connection in values
    return False
