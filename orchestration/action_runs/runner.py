"""Actions as everybody runs them: settings and a config in, a record out."""

import logging
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from pydantic import SecretStr

from orchestration.action_runs.log import ActionLog
from orchestration.actions.configs import ActionConfig, checked
from orchestration.actions.context import Context, Waiting
from orchestration.actions.model import MonthlyCost, Plan, Record, Refusal
from orchestration.actions.performing import new_record, perform
from orchestration.actions.pricing.pricer import Pricer
from orchestration.actions.pricing.shapes import Shape
from orchestration.actions.registry import ACTIONS, Action
from orchestration.atlas.budgets import Budgets
from orchestration.audit import user
from orchestration.extraction.clients import new_client
from orchestration.settings import (
    Connection,
    Settings,
    SettingsError,
    key_variables,
    secret,
)

log = logging.getLogger("atlas_costs")


@dataclass(frozen=True)
class Actor:
    """Runs actions for somebody.

    Attributes:
        by: By which way: command line, launchpad, schedule, assistant.
        say: Tells a person how far it is.
        heard: Takes each state of a run's record, too, once it is kept.
    """

    settings: Settings
    by: str
    waiting: Waiting = field(default_factory=Waiting)
    say: Callable[[str], None] = log.info
    budgets: Budgets = field(default_factory=Budgets)
    heard: Callable[[Record], None] = lambda _: None

    def run(
        self, name: str, asked: dict[str, Any] | ActionConfig, agreed: Plan | None = None
    ) -> Record:
        """Run one action to its end; what a user can cause is an outcome, not an exception.

        Args:
            name: Of the action.
            asked: Its config as plain values, or as config_of made it of them.
            agreed: The plan that somebody said yes to; another one is not carried out.
        """
        action = ACTIONS[name]
        try:
            config = asked if isinstance(asked, ActionConfig) else self.config_of(action, asked)
            connection = self.settings.connection_for_actions(config.connection)
        except (Refusal, SettingsError) as error:
            return self.refused(name, error)
        record = new_record(name, connection.name, self._requested_by, datetime.now(UTC))
        return self._performed(action, config, connection, record, agreed)

    def config_of(self, action: Action, values: dict[str, Any]) -> ActionConfig:
        """An action's config from plain values.

        Raises:
            Refusal: it is none, or the variable it names cannot hold its password. No sentence
                repeats that name: it may be the password itself.
        """
        config = checked(action.config, values, action.name)
        if variable := getattr(config, "password_env", None):
            self._password(variable)
        return config

    def _password(self, variable: str) -> SecretStr:
        if variable in key_variables(self.settings):
            raise Refusal(
                "password_env names a variable with a key for Atlas: a database user needs a "
                "password of its own, in a variable of its own."
            )
        found = secret(variable)
        if found is None:
            raise Refusal(
                "password_env names a variable that is not set: put the password into .env or the "
                "environment under a name in capitals, such as APP_USER_PASSWORD, and give that "
                "name."
            )
        return found

    def refused(self, name: str, error: Exception) -> Record:
        """Not even begun; what was asked for is not kept, because a mistake may hold a password."""
        record = new_record(name, "unknown", self._requested_by, datetime.now(UTC))
        ended = record.model_copy(update={"outcome": "refused", "error": str(error)})
        self._log.keep(ended)
        return ended

    def _performed(
        self,
        action: Action,
        config: ActionConfig,
        connection: Connection,
        record: Record,
        agreed: Plan | None,
    ) -> Record:
        credentials = connection.usable_credentials()
        with new_client(connection, credentials, budgets=self.budgets) as client:
            context = Context(
                connection=connection.name,
                org_id=connection.org_id,
                client=client,
                password=self._password,
                history=self._log,
                prices=_LazyPrices(self.settings, connection.org_id),
                required_tags=self.settings.required_tag_keys,
                waiting=self.waiting,
                say=self.say,
                config_dir=self.settings.config_dir,
                keep=self._log.keep,
                requested_by=f"{record.requested_by}, {record.action} {record.id}",
            )
            return perform(action, config, context, record, self._keep, agreed=agreed)

    def _keep(self, record: Record) -> None:
        self._log.keep(record)
        self.heard(record)

    @cached_property
    def _log(self) -> ActionLog:
        return ActionLog(self.settings.landing_dir)

    @property
    def _requested_by(self) -> str:
        return f"{user()}@{socket.gethostname()} by {self.by}"


class _LazyPrices:
    """Learns prices when the first one is asked for: most actions ask for none."""

    def __init__(self, settings: Settings, org_id: str) -> None:
        self._settings, self._org_id = settings, org_id

    @cached_property
    def _pricer(self) -> Pricer:
        from orchestration.action_runs.own_prices import learn  # noqa: PLC0415  DuckDB only where it is needed

        return Pricer(learn(self._settings.published_warehouse, self._org_id))

    def of(self, before: Shape | None, after: Shape | None) -> MonthlyCost | None:
        """See Pricer."""
        return self._pricer.of(before, after)
