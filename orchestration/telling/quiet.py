"""When a route is left alone: by the clock of the place it names, summer time included."""

from datetime import datetime

from orchestration.rules.alerts import QuietHours


def is_quiet(hours: QuietHours | None, now: datetime) -> bool:
    """Whether a moment is within quiet hours, which may span midnight; the end is outside."""
    if hours is None:
        return False
    there = now.astimezone(hours.time_zone).time()
    if hours.start < hours.end:
        return hours.start <= there < hours.end
    return there >= hours.start or there < hours.end
