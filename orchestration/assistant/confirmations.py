"""Plans somebody was shown, each under a token that carries out exactly that one, once, and soon.

They live in this process and nowhere else: when the server ends, nothing is left to carry out.
"""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from orchestration.actions.model import Plan, Refusal

LIFETIME_S = 15 * 60.0
# Said at the second call only: that it is one, and the name that a person typed.
SAID_LATER = frozenset({"dry_run", "confirm"})
AGAIN = "Call it again without a token to see a new plan."


@dataclass(frozen=True)
class Shown:
    """A plan as it was shown.

    Attributes:
        config: What was asked for, with defaults.
        until: On the clock of Confirmations.
    """

    action: str
    config: dict[str, Any]
    plan: Plan
    until: float


@dataclass
class Confirmations:
    """Hands out tokens for plans, and takes each back once."""

    clock: Callable[[], float] = time.monotonic
    _shown: dict[str, Shown] = field(default_factory=dict)

    def token(self, action: str, config: dict[str, Any], plan: Plan) -> str:
        """A token for a plan that is being shown."""
        self._forget_old()
        token = secrets.token_hex(16)
        until = self.clock() + LIFETIME_S
        self._shown[token] = Shown(action, _bound(config), plan, until)
        return token

    def take(self, token: str, action: str, config: dict[str, Any]) -> Plan:
        """The plan that a token stands for; the token is spent, whatever comes of it.

        Raises:
            Refusal: it is unknown, spent, too old, or stands for something else.
        """
        shown = self._shown.pop(token, None)
        if shown is None:
            raise Refusal(
                "This confirmation_token is not known: it was used already, or is none that this "
                f"server gave. {AGAIN}"
            )
        if self.clock() > shown.until:
            raise Refusal(f"This confirmation_token is older than 15 minutes. {AGAIN}")
        if shown.action != action:
            raise Refusal(f"This confirmation_token is for {shown.action}, not {action}. {AGAIN}")
        if others := _differing(shown.config, _bound(config)):
            raise Refusal(
                "This confirmation_token carries out exactly what was shown, and not another "
                f"{' and '.join(others)}. {AGAIN}"
            )
        return shown.plan

    def _forget_old(self) -> None:
        now = self.clock()
        for token in [each for each, shown in list(self._shown.items()) if shown.until < now]:
            self._shown.pop(token, None)


def _bound(config: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in config.items() if name not in SAID_LATER}


def _differing(planned: dict[str, Any], asked: dict[str, Any]) -> list[str]:
    return sorted(
        name for name in planned.keys() | asked.keys() if planned.get(name) != asked.get(name)
    )
