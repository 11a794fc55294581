"""An incident with everything that is known of it, and what that makes it."""

from dataclasses import dataclass
from datetime import date

from orchestration.insight.anomalies.effects import Effects
from orchestration.insight.anomalies.finding import Incident
from orchestration.insight.anomalies.series import Key
from orchestration.insight.anomalies.verdicts import STATUS, Found, Verdict


@dataclass(frozen=True)
class Described:
    """An incident with everything that is said of it.

    Attributes:
        key: Whose costs carry it.
        before: The days on which the same happened, if that makes it a habit.
    """

    incident: Incident
    key: Key
    effects: Effects
    found: Found
    actual_cents: int
    detected_on: date
    before: tuple[date, ...] = ()
    verdict: Verdict | None = None

    @property
    def status(self) -> str:
        """What it means to a reader: only `open` is worth an alert."""
        if self.verdict:
            return STATUS.get(self.verdict.verdict, "open")
        if self.incident.event and not self.incident.is_large:
            return "explained"
        return "expected" if self.before else "open"
