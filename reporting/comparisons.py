"""What a range is compared with, and when it is compared with nothing.

A range that is still being billed is compared like for like: with the same days of the other
period as they were known at the same age. Support is billed after its month and consulting on its
last day, so a finished month always holds charges that a running one cannot have yet.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from reporting import formats
from reporting.ranges import ONE_DAY, DataDays, Gap, Window, add_months, last_of_month

Amount = int | Decimal
AUTOMATIC = "auto"
NAMES = (AUTOMATIC, "like_for_like", "same_days", "previous", "last_year", "none")


@dataclass(frozen=True)
class Comparison:
    """The days a range is compared with, or a sentence that says why there are none."""

    window: Window | None
    rule: str


def comparison(
    name: str, range_name: str | None, window: Window, days: DataDays, custom: Window | None = None
) -> Comparison:
    """What a window is compared with.

    Args:
        name: One of NAMES; `custom` wins over it.
        range_name: The named range that the window comes from, if it comes from one.
        window: The days of the report.
        days: How far the costs reach.
        custom: Days that a reader chose.
    """
    if name == "none":
        return Comparison(None, "")
    if range_name == "all":
        return Comparison(None, "No comparison: there is nothing before all costs.")
    if window.start > days.through:
        return Comparison(None, f"No comparison: costs end on {formats.day(days.through)}.")
    is_running = window.end > days.through
    if name == AUTOMATIC:
        name = "like_for_like" if is_running else "previous"
    found = Comparison(custom, "vs.") if custom else _named(name, range_name, window, days)
    if found.window and found.window.start > days.through:
        return Comparison(None, f"No comparison: costs end on {formats.day(days.through)}.")
    if found.window and found.window.start < days.complete_from:
        return Comparison(None, f"No comparison: costs begin on {formats.day(days.complete_from)}.")
    return _without_gaps(found, window, days)


def _without_gaps(found: Comparison, window: Window, days: DataDays) -> Comparison:
    """What is missing of one side and not of the other would be told as a change of costs."""
    if found.window:
        for gap in days.gaps:
            sides = (window, found.window)
            if any(map(gap.is_in, sides)) and not all(map(gap.holds, sides)):
                return Comparison(None, f"No comparison: {_missing(gap)}.")
    return found


def _missing(gap: Gap) -> str:
    if gap.end is None:
        return f"the costs of {gap.name} from {formats.day(gap.start)} on could not be read"
    if gap.start is None:
        return f"the costs of {gap.name} before {formats.day(gap.end)} are still being read"
    return f"the costs of {gap.name} in {formats.month(gap.start)} are not complete"


def _named(name: str, range_name: str | None, window: Window, days: DataDays) -> Comparison:
    if name == "previous":
        return _before(window)
    if name == "last_year" and window.months > 12:
        return Comparison(None, "No comparison: last year's days are in the range itself.")
    if name == "last_year":
        return Comparison(
            _by_months(window, 12, days, is_known=True), "vs. the same days last year"
        )
    months = 12 if range_name == "year_to_date" else window.months
    other = (
        "last year" if months == 12 else "last month" if months == 1 else f"{months} months before"
    )
    if name == "same_days":
        return Comparison(_by_months(window, months, days), f"vs. the same days {other}")
    if window.start.day == 1:
        return Comparison(
            _by_months(window, months, days, is_known=True), f"vs. the same days {other}"
        )
    return Comparison(_by_days(window, days), _days_before(window))


def _before(window: Window) -> Comparison:
    if window.is_of_whole_months:
        start = add_months(window.start, -window.months)
        return Comparison(Window(start, window.start), _MONTHS_BEFORE[window.months > 1])
    start = window.start - timedelta(days=window.days)
    return Comparison(Window(start, window.start), _days_before(window))


def _days_before(window: Window) -> str:
    return "vs. the day before" if window.days == 1 else f"vs. the {window.days} days before"


_MONTHS_BEFORE = ("vs. the month before", "vs. the same number of preceding full months")


def _by_days(window: Window, days: DataDays) -> Window:
    """As many days before; where the range is still being billed, as known at the same age."""
    back = timedelta(days=window.days)
    known_by = days.posted - back if window.end > days.through else None
    return Window(window.start - back, window.start, known_by)


def _by_months(window: Window, months: int, days: DataDays, *, is_known: bool = False) -> Window:
    """The same days of earlier months, where asked for as they were known at the same age."""
    start, last = add_months(window.start, -months), min(window.end - ONE_DAY, days.through)
    if not is_known or window.end <= days.through:
        return Window(start, same_day(last, months) + ONE_DAY)
    through = max(start, day_of_life(days.through, months))
    return Window(start, through + ONE_DAY, through + (days.posted - days.through))


def same_day(day: date, months: int) -> date:
    """The same day of an earlier month; the last one for a last one."""
    then = add_months(day, -months)
    return last_of_month(then) if day == last_of_month(day) else then


def day_of_life(day: date, months: int) -> date:
    """The day on which an earlier month was as old (macros/like_for_like.sql has the same in SQL).

    A month that is not over is compared with one that is not over either: on its last day a month
    gets charges that no day before it has.
    """
    then = same_day(day, months)
    is_over = then == last_of_month(then) and day != last_of_month(day)
    return then - ONE_DAY if is_over else then


def per_day_change(amount: Amount, previous: Amount, days: tuple[int, int]) -> float | None:
    """The change of an average day, where the two sides have not as many days."""
    if not previous:
        return None
    now, before = float(amount) / days[0], float(previous) / days[1]
    return (now - before) / abs(before)


def lengths(window: Window, compared: Window, days: DataDays) -> tuple[int, int]:
    """How many days with costs each side has: those to come count on neither."""
    return Window(window.start, min(window.end, days.through + ONE_DAY)).days, compared.days
