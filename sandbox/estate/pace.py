"""How fast things happen: a cluster, a snapshot or a restore passes through stages in turn.

Time stands still within a request: a write always answers the first stage, however short it is.
"""

from dataclasses import dataclass

from sandbox.clock import Clock

DEFAULT_SECONDS = 2.0
SHORTEST_SECONDS = 1e-9


class Pace:
    """Counts stages: one lasts `seconds`, and what has passed at one pace stays passed at another.

    Moving the clock's day lets as many stages pass as the day has room for.
    """

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock = clock
        self._looked_at = clock.seconds()
        self.stages = 0.0
        self.seconds = DEFAULT_SECONDS
        self.change(seconds)

    def change(self, seconds: float) -> None:
        """Let each stage last this long from now on; 0 means until the next request."""
        if not 0 <= seconds < float("inf"):
            raise ValueError("a stage lasts some seconds, 0 or more")
        self.look()
        self.seconds = seconds

    def look(self) -> None:
        """Let the time pass that has: once a request."""
        now = self._clock.seconds()
        self.stages += (now - self._looked_at) / max(self.seconds, SHORTEST_SECONDS)
        self._looked_at = now


@dataclass(frozen=True, slots=True)
class Stages:
    """What something passes through, since when by `Pace.stages`; stuck, it stays in the first."""

    names: tuple[str, ...]
    began: float
    is_stuck: bool = False

    def at(self, stages: float) -> str:
        """Its stage now; the last one lasts."""
        passed = 0 if self.is_stuck else int(stages - self.began)
        return self.names[min(passed, len(self.names) - 1)]
