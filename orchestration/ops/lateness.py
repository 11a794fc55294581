"""A scheduled action whose time has passed is not carried out late.

A pause at night would come in the morning. Dagster makes up for the last tick that was missed while
it was down, and a run may wait in its queue. So the schedule skips what is late, and the run looks
once more when it begins.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

DEFAULT_MINUTES = 15
NOT_AFTER = "atlas-costs/not_after"
# Somebody runs it again by hand: late or not, that is what they want.
_BY_HAND = "dagster/parent_run_id"


def not_after(scheduled: datetime, minutes: int) -> dict[str, str]:
    """The tag of a run that must begin within so many minutes of its time."""
    return {NOT_AFTER: (scheduled + timedelta(minutes=minutes)).isoformat()}


def why_late(tags: Mapping[str, str], now: datetime) -> str:
    """Why a run with these tags is not carried out any more; empty if it is."""
    latest = tags.get(NOT_AFTER)
    if latest is None or _BY_HAND in tags or now <= datetime.fromisoformat(latest):
        return ""
    return (
        f"Not carried out: its time has passed. It should have begun by {_told(latest)} and it is "
        f"{now:%F %H:%M} UTC (max_delay_minutes of its schedule in resources.yaml says how late it "
        "may be). Run it by hand if it is still wanted."
    )


def _told(moment: str) -> str:
    return f"{datetime.fromisoformat(moment):%F %H:%M %Z}"
