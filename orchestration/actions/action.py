"""What an action is: its name, what it is asked, and what works out its plan."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from orchestration.actions.configs import ActionConfig, ChangingConfig
from orchestration.actions.context import Context
from orchestration.actions.model import Proposal


@dataclass(frozen=True)
class Action:
    """One action.

    Attributes:
        config: What it is asked.
        propose: Looks at Atlas, changes nothing, and returns the plan and the way to carry it out.
    """

    name: str
    config: type[ActionConfig]
    propose: Callable[[Context, Any], Proposal]

    @property
    def changes_atlas(self) -> bool:
        """Whether it does more than read."""
        return issubclass(self.config, ChangingConfig)

    @property
    def description(self) -> str:
        """What it does, in a sentence or two."""
        return (self.propose.__doc__ or "").strip().partition("\n\n")[0]


def action_of(config: type[ActionConfig], propose: Callable[[Context, Any], Proposal]) -> Action:
    """The action that is named like the function that proposes it."""
    return Action(propose.__name__, config, propose)
