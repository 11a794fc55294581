"""A report's state on the days there are: which days it shows, and which it is compared with."""

from reporting.comparisons import comparison
from reporting.queries import Report
from reporting.ranges import DataDays, resolve
from reporting.state import ReportState


def report_of(state: ReportState, days: DataDays, *, is_billed: bool = False) -> Report:
    """A state on the days it covers; `all` holds the days to come of a subscription too."""
    end = days.last if state.range_name == "all" else days.through
    window = state.custom_window or resolve(state.range, days.first, end)
    found = comparison(
        state.compare, state.range_name, window, days, custom=state.custom_comparison
    )
    return Report(state, window, found.window, days, is_billed, found.rule)
