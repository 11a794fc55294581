"""The sandbox's time: a day that moves only when it is told to, and seconds that run meanwhile."""

import time
from datetime import UTC, date, datetime, timedelta

DAY_SECONDS = 24 * 3600
# By then the day before is billed and the day's own backups are taken: it is never earlier here.
MORNING = 8 * 3600


class Clock:
    """`today` in UTC; `seconds()` runs like the machine's clock and jumps along with the day."""

    def __init__(self, today: date) -> None:
        self.today = today
        self._days_moved = 0
        noted = datetime.now(UTC)
        self._began = noted.hour * 3600 + noted.minute * 60 + noted.second
        self._started = time.monotonic()

    def move(self, days: int) -> None:
        """Go `days` days on; time does not go back."""
        if days < 0:
            raise ValueError("the sandbox's clock only moves forward")
        self.today += timedelta(days=days)
        self._days_moved += days

    def now(self) -> datetime:
        """Today, at the machine's time of day, or from the morning on where that is earlier."""
        ran = max(self._began - MORNING, 0) + time.monotonic() - self._started
        seconds = MORNING + ran % (DAY_SECONDS - MORNING)
        return datetime.combine(self.today, datetime.min.time(), UTC) + timedelta(seconds=seconds)

    def seconds(self) -> float:
        """Seconds since an arbitrary start, for what expires or refills."""
        return time.monotonic() + self._days_moved * DAY_SECONDS
