"""Actions as a Dagster resource: settings are read when an action runs, not before."""

from typing import Any

import dagster as dg

from orchestration.action_runs.runner import Actor
from orchestration.actions.context import Waiting
from orchestration.actions.model import Record
from orchestration.settings import load_settings


class ActorResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """Runs actions for whoever launched the run.

    Attributes:
        first_poll_s: Pause before Atlas is asked again whether it is done …
        longest_poll_s: … growing up to this.
        gone_after_s: How long neither read may know of something before it counts as gone.
    """

    first_poll_s: float = Waiting.first_s
    longest_poll_s: float = Waiting.longest_s
    gone_after_s: float = Waiting.gone_after_s

    def run(self, name: str, values: dict[str, Any], by: str) -> Record:
        """Run one action to its end."""
        return self.actor(by).run(name, values)

    def actor(self, by: str) -> Actor:
        """Runs them for somebody."""
        waiting = Waiting(
            first_s=self.first_poll_s,
            longest_s=self.longest_poll_s,
            gone_after_s=self.gone_after_s,
        )
        return Actor(load_settings(), by, waiting)
