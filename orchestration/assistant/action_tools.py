"""Every action as a tool made from its config; what changes Atlas is planned first, always.

The first call plans and hands out a confirmation_token; the second, with that token, carries out
that plan. The schema comes from the config, so that a field is known in one place.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from orchestration.action_runs.runner import Actor
from orchestration.actions.configs import checked
from orchestration.actions.model import Plan, Record, Refusal
from orchestration.actions.registry import ACTIONS, Action
from orchestration.assistant.confirmations import LIFETIME_S, Confirmations
from orchestration.assistant.tool import Answer, Document, Effect, Tool, schema_of
from orchestration.atlas.budgets import Budgets
from orchestration.settings import Settings

log = logging.getLogger("atlas_costs")
BY = "assistant"
TOKEN = "confirmation_token"  # noqa: S105  a field's name
WAIT = "wait_timeout_s"
# Clients give a call up after a minute or so; Atlas goes on, and so does the same call made again.
PATIENCE_S = 30
# Whatever does more than add to what is there may undo somebody's work.
ADDING = ("create_", "allow_")

_TWO_CALLS = (
    "CHANGES ATLAS, in two calls. The first, without confirmation_token, changes nothing: it "
    "answers the plan and a confirmation_token. Show the plan to the person and ask. Only if they "
    "agree, call again with exactly the same fields and the token."
)
_CONFIRMED = (
    "`confirm` is needed as well, a token alone is not enough: have the PERSON type the name of "
    "what will be overwritten or deleted, and pass on what they typed; never fill it in yourself."
)
_TOLD = {
    "target", "connection", "applied", "atlas_ids", "result", "id", "requested_by", "duration_s",
}  # fmt: skip
_CONFIRM = "The name of what is overwritten or deleted, as the PERSON typed it."
_TOKEN_SCHEMA = {
    "type": "string",
    "description": "Of the plan's answer, once the person agreed; valid once, for 15 minutes.",
}


@dataclass(frozen=True)
class ActionTools:
    """Runs actions for an assistant.

    Attributes:
        settings: Read anew for each call, so that a key put into .env counts at once.
    """

    settings: Callable[[], Settings]
    confirmations: Confirmations = field(default_factory=Confirmations)
    budgets: Budgets = field(default_factory=Budgets)

    def tools(self) -> list[Tool]:
        """One tool an action."""
        return [self._tool(action) for action in ACTIONS.values()]

    def _tool(self, action: Action) -> Tool:
        return Tool(
            name=action.name,
            description=description_of(action),
            schema=action_schema(action),
            run=lambda arguments: self._run(action, arguments),
            effect=effect_of(action),
        )

    def _run(self, action: Action, arguments: Document) -> Answer:
        values = dict(arguments)
        token = values.pop(TOKEN, None)
        if "dry_run" in values:
            raise Refusal(f"dry_run is no field here: without {TOKEN} nothing is ever changed.")
        if WAIT in action.config.model_fields:
            values.setdefault(WAIT, PATIENCE_S)
        if token is None or not action.changes_atlas:
            return self._told(action, self._act(action, values))
        return self._told(action, self._carry_out(action, values, str(token)))

    def _carry_out(self, action: Action, values: Document, token: str) -> Record:
        config = checked(action.config, values, action.name).model_dump(mode="json")
        plan = self.confirmations.take(token, action.name, self._placed(config))
        return self._act(action, values | {"dry_run": False}, plan)

    def _act(self, action: Action, values: Document, agreed: Plan | None = None) -> Record:
        actor = Actor(self.settings(), BY, say=log.info, budgets=self.budgets)
        return actor.run(action.name, values, agreed)

    def _placed(self, config: Document) -> Document:
        """A config with the very organization it is for: settings may change between two calls."""
        connection = self.settings().connection_for_actions(config["connection"])
        return config | {"connection": f"{connection.org_id} at {connection.base_url}"}

    def _told(self, action: Action, record: Record) -> Answer:
        document = _document(record)
        if can_be_agreed_to(record) and record.plan:
            config = self._placed(record.config)
            token = self.confirmations.token(action.name, config, record.plan)
            document |= {TOKEN: token, "token_valid_s": int(LIFETIME_S)}
        document["next"] = _next(action, record)
        filled = {name: each for name, each in document.items() if each not in (None, "", {}, [])}
        return Answer(filled, is_error=record.outcome in {"refused", "failed"})


def can_be_agreed_to(record: Record) -> bool:
    """Whether an answer shows a plan that could be carried out and was not.

    Of a refusal that is one for want of a name, or because the plan is another than was shown.
    """
    plan = record.plan
    return record.outcome in {"planned", "refused"} and plan is not None and not plan.refusals


def effect_of(action: Action) -> Effect:
    """What an action may do to Atlas."""
    if not action.changes_atlas:
        return Effect.READS
    return Effect.ADDS if action.name.startswith(ADDING) else Effect.OVERWRITES


def description_of(action: Action) -> str:
    """What an assistant is told of an action."""
    text = [(action.config.__doc__ or "").strip().partition("\n\n")[0], action.description]
    if action.changes_atlas:
        text.append(_TWO_CALLS)
    if "confirm" in action.config.model_fields:
        text.append(_CONFIRMED)
    return " ".join(text)


def action_schema(action: Action) -> Document:
    """The schema of an action's config, with a token in the place of dry_run."""
    schema = schema_of(action.config)
    fields = schema["properties"]
    if action.changes_atlas:
        fields.pop("dry_run")
        fields[TOKEN] = _TOKEN_SCHEMA
    if "confirm" in fields:
        fields["confirm"]["description"] = _CONFIRM
    if WAIT in fields:
        fields[WAIT]["default"] = PATIENCE_S
    return schema


def _document(record: Record) -> Document:
    document = record.model_dump(mode="json", include=_TOLD)
    if record.plan and record.outcome != "read":
        document["plan"] = record.plan.model_dump(mode="json", exclude_defaults=True)
    says = record.error or (record.plan.summary if record.plan else "")
    return {"outcome": record.outcome, "says": says, **document}


def _next(action: Action, record: Record) -> str | None:
    if record.outcome == "in_progress":
        return (
            "Atlas goes on with it. Ask later how far it is: describe_snapshot, get_restore_status "
            f"or list_… with the ids above, or {action.name} with the same fields and no token."
        )
    if not (can_be_agreed_to(record) and record.plan):
        return None
    confirm = ""
    if record.plan.confirm:
        confirm = (
            " Have them type the name that the plan's confirm tells themselves, and pass on what "
            "they typed as confirm: a token alone is not enough, and you must not fill it in."
        )
    return (
        "Nothing was changed. Show the person this plan with its warnings and cost, and ask. If "
        f"they agree, call {action.name} again with exactly the same fields and the "
        f"{TOKEN}.{confirm}"
    )
