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
        outvoted_after_s: How long a list may show what was deleted and its own read does not know.
        deletion_shows_s: How long reads may lag behind Atlas's yes to a deletion.
    """

    first_poll_s: float = Waiting.first_s
    longest_poll_s: float = Waiting.longest_s
    gone_after_s: float = Waiting.gone_after_s
    outvoted_after_s: float = Waiting.outvoted_after_s
    deletion_shows_s: float = Waiting.deletion_shows_s

    def run(self, name: str, values: dict[str, Any], by: str) -> Record:
        """Run one action to its end."""
        return self.actor(by).run(name, values)

    def actor(self, by: str) -> Actor:
        """Runs them for somebody."""
        waiting = Waiting(
            first_s=self.first_poll_s,
            longest_s=self.longest_poll_s,
            gone_after_s=self.gone_after_s,
            outvoted_after_s=self.outvoted_after_s,
            deletion_shows_s=self.deletion_shows_s,
        )
        return Actor(load_settings(), by, waiting)
