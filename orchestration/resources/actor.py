"""Actions as a Dagster resource: settings are read when an action runs, not before."""

from typing import Any

import dagster as dg
from pydantic import Field

from orchestration.action_runs.runner import Actor
from orchestration.actions.configs import ActionConfig
from orchestration.actions.context import Waiting
from orchestration.actions.model import Record
from orchestration.settings import load_settings


class ActorResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """Runs actions for whoever launched the run.

    Attributes:
        waiting: Seconds that differ from `Waiting`'s own, by its names.
    """

    waiting: dict[str, float] = Field(default_factory=dict)

    def run(self, name: str, asked: dict[str, Any] | ActionConfig, by: str) -> Record:
        """Run one action to its end."""
        return self.actor(by).run(name, asked)

    def actor(self, by: str) -> Actor:
        """Runs them for somebody."""
        return Actor(load_settings(), by, Waiting(**self.waiting))
