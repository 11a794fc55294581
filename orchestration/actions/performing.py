"""One run of an action: plan, refuse or stop, apply, and a record of each step as it happens.

The record is kept before anything is sent, again when Atlas gives an id, and at the end: whoever
kills it in between finds what was begun.
"""

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from orchestration.actions.action import Action
from orchestration.actions.configs import ActionConfig, is_id
from orchestration.actions.context import Context
from orchestration.actions.model import (
    NotDone,
    Plan,
    Proposal,
    Record,
    Refusal,
    StillWaiting,
    Typed,
)
from orchestration.actions.remedies import error_of_atlas, sentence
from orchestration.atlas.errors import AtlasError
from orchestration.audit import Outcome

INTERRUPTED = "Interrupted"
Keep = Callable[[Record], None]
OTHER_PLAN = "Refused: something changed since the plan was shown, so nothing was done."


def new_record(action: str, connection: str, requested_by: str, now: datetime) -> Record:
    """An empty record; its id sorts by time."""
    return Record(
        id=f"{now:%Y%m%dT%H%M%S%f}Z-{secrets.token_hex(3)}",
        action=action,
        connection=connection,
        target="",
        requested_at=now,
        requested_by=requested_by,
        config={},
        outcome="failed",
    )


def perform(
    action: Action,
    config: ActionConfig,
    context: Context,
    record: Record,
    keep: Keep,
    *,
    agreed: Plan | None = None,
) -> Record:
    """Run an action to its end and return what became of it; errors are outcomes, not exceptions.

    Args:
        action: What to do.
        config: Checked.
        context: What to work with.
        record: As new_record made it.
        keep: Keeps a record safe, in the place of the one with the same id.
        agreed: The plan that somebody said yes to: where it is another by now, nothing is sent.
    """
    run = _Run(record.model_copy(update={"config": config.model_dump(mode="json")}), keep)
    with _errors_as_outcomes(run):
        proposal = action.propose(context, config)
        run.know(target=proposal.target, plan=proposal.plan, atlas_ids=proposal.atlas_ids)
        _carry_out(run, action, config, proposal, agreed)
    return run.record


def finish(record: Record, wait: Callable[[], Typed], outcome: Outcome, keep: Keep) -> Record:
    """Go on with a record that an action left in progress.

    Args:
        record: As perform returned it.
        wait: Waits until what was begun is done, and returns it.
        outcome: What it then is.
        keep: As in perform.
    """
    run = _Run(record, keep, (datetime.now(UTC) - record.requested_at).total_seconds())
    with _errors_as_outcomes(run):
        run.end(outcome, wait())
    return run.record


@contextmanager
def _errors_as_outcomes(run: "_Run") -> Iterator[None]:
    try:
        yield
    except (Refusal, NotDone, AtlasError) as error:
        told = sentence(error, run.record.action, has_begun=run.record.applied)
        so_far = getattr(error, "result", None)
        run.end(_outcome_of(error), so_far, error=told, code=_code(error))
    except Exception as error:
        run.end("failed", error=f"{type(error).__name__} on this machine; see the log.")
        raise
    except BaseException:  # Ctrl-C, or a run terminated in Dagster's UI
        run.end(
            "in_progress" if run.record.applied else "failed",
            error=_interrupted(run.record),
        )
        raise


def _interrupted(record: Record) -> str:
    if not record.applied:
        return f"{INTERRUPTED}: nothing was asked of Atlas."
    noted = (f"{name} {each}" for name, each in record.atlas_ids.items() if is_id(each))
    return (
        f"{INTERRUPTED}: what Atlas was asked for goes on there ({', '.join(noted)}); run the same "
        "action again to go on waiting, nothing is asked for twice."
    )


def _carry_out(
    run: "_Run", action: Action, config: ActionConfig, proposal: Proposal, agreed: Plan | None
) -> None:
    plan = proposal.plan
    if plan.refusals:
        run.end(
            "refused", proposal.result, error=f"{plan.summary} Refused: {_listed(plan.refusals)}."
        )
    elif not action.changes_atlas:
        run.end("read", proposal.result)
    elif proposal.apply is None:
        run.end("adopted" if proposal.is_adopted else "unchanged", proposal.result)
    elif getattr(config, "dry_run", True):
        run.end("planned", proposal.result)
    elif agreed is not None and plan != agreed:
        run.end("refused", proposal.result, error=f"{OTHER_PLAN} Now: {plan.summary}")
    elif plan.confirm is not None and (given := getattr(config, "confirm", None)) != plan.confirm:
        said = "confirm is missing" if given is None else "confirm says something else"
        run.end(
            "refused",
            proposal.result,
            error=f"{plan.summary} Refused: {said}; type confirm={plan.confirm} to go on.",
        )
    else:
        run.begin()
        result = proposal.apply(run.note)
        run.end("adopted" if proposal.is_adopted else "applied", result)


def _listed(refusals: tuple[str, ...]) -> str:
    return "; ".join(each.rstrip(".") for each in refusals)


def _outcome_of(error: Exception) -> Outcome:
    if isinstance(error, Refusal):
        return "refused"
    return "in_progress" if isinstance(error, StillWaiting) else "failed"


def _code(error: Exception) -> str | None:
    found = error_of_atlas(error)
    return found.error_code if found else None


@dataclass
class _Run:
    """The record as it grows."""

    record: Record
    keep: Keep
    spent_s: float = 0.0

    def __post_init__(self) -> None:
        self._began = time.monotonic() - self.spent_s

    def know(self, **fields: Any) -> None:  # noqa: ANN401  Record's fields
        self.record = self.record.model_copy(update=fields)

    def begin(self) -> None:
        """From here on Atlas may be changed."""
        self.know(applied=True, outcome="in_progress")
        self.keep(self.record)

    def note(self, ids: dict[str, str]) -> None:
        self.know(atlas_ids={**self.record.atlas_ids, **ids})
        self.keep(self.record)

    def end(
        self,
        outcome: Outcome,
        result: Typed | None = None,
        error: str | None = None,
        code: str | None = None,
    ) -> None:
        took = round(time.monotonic() - self._began, 3)
        self.know(outcome=outcome, result=result, error=error, error_code=code, duration_s=took)
        self.keep(self.record)
