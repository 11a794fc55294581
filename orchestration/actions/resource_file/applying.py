"""Steps carried out: each an action with a record of its own, what is independent goes on.

Clusters take minutes. Each is asked for as soon as what it needs is there, and waited for only
when nothing else can be begun, so that several are made at once.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from orchestration.actions.clusters.configs import FLEX
from orchestration.actions.clusters.state import expected, wait_until_ready
from orchestration.actions.context import Context
from orchestration.actions.model import GOOD, Note, Record, Refusal, Typed
from orchestration.actions.performing import finish, new_record, perform
from orchestration.actions.resource_file.steps import Does, Step, config_of
from orchestration.audit import Outcome


class ResourceState(Typed):
    """One thing of the file: what is to be done about it, and what became of that.

    Attributes:
        outcome: None where nothing was to be done, or only planned; "stopped" where something it
            needs is not there.
        record: Id of the record of the action that did it.
    """

    address: str
    does: Does
    outcome: Outcome | str | None = None
    error: str | None = None
    record: str | None = None

    @property
    def is_good(self) -> bool:
        """Whether what needs it can go on."""
        return self.outcome is None or self.outcome in GOOD


@dataclass
class Application:
    """One run over all steps.

    Attributes:
        known: What Atlas has, by address.
        note: See model.Note.
        until: When waiting ends.
    """

    context: Context
    steps: list[Step]
    known: dict[str, Typed]
    note: Note
    until: datetime
    states: dict[str, ResourceState] = field(default_factory=dict)
    _open: dict[str, Record] = field(default_factory=dict)

    def run(self) -> list[ResourceState]:
        """Carry out what can be; what became of each is returned, whatever it is."""
        pending = [each for each in self.steps if each.action]
        for each in self.steps:
            if each.action is None:
                self.states[each.address] = ResourceState(address=each.address, does=each.does)
        while pending:
            step = next((each for each in pending if self._is_free(each)), pending[0])
            pending.remove(step)
            self._carry_out(step)
        for address in list(self._open):
            self._wait(address)
        return [self.states[each.address] for each in self.steps]

    def _needs(self, step: Step) -> list[str]:
        asked_for = {each.address for each in self.steps}
        return [each for each in step.resource.needs if each in asked_for]

    def _is_free(self, step: Step) -> bool:
        """Whether all it needs came to its end, whichever."""
        needs = self._needs(step)
        return all(each in self.states and each not in self._open for each in needs)

    def _carry_out(self, step: Step) -> None:
        needs = self._needs(step)
        for each in needs:
            if each in self._open:
                self._wait(each, step.resource.wait_for.get(each))
        if missing := [each for each in needs if not self.states[each].is_good]:
            self._end(step, "stopped", f"not begun, because of {' and '.join(missing)}")
            return
        try:
            self._perform(step)
        except Refusal as error:
            self._end(step, "refused", str(error))

    def _end(self, step: Step, outcome: str, error: str) -> None:
        self.states[step.address] = ResourceState(
            address=step.address, does=step.does, outcome=outcome, error=error
        )

    def _perform(self, step: Step) -> None:
        context, action = self.context, step.action
        if action is None:
            return
        config = config_of(step.resource, action, self.known, dry_run=False)
        if "wait_timeout_s" in type(config).model_fields:
            config = config.model_copy(update={"wait_timeout_s": 0})
        context.say(f"{step.address}: {step.does}")
        record = new_record(action.name, context.connection, context.requested_by, context.now())
        self._heard(step, perform(action, config, context, record, context.keep))

    def _heard(self, step: Step, record: Record) -> None:
        address = step.address
        self.states[address] = ResourceState(
            address=address,
            does=step.does,
            outcome=record.outcome,
            error=record.error,
            record=record.id,
        )
        self._open.pop(address, None)
        if record.outcome == "in_progress":
            self._open[address] = record
        if isinstance(record.result, Typed):
            self.known[address] = record.result
        if own := record.atlas_ids.get(f"{step.resource.kind.name}_id"):
            self.note({address: own})

    def _wait(self, address: str, seconds: int | None = None) -> None:
        """Wait for a cluster, as long as what needs it says, else as long as it says itself."""
        [step] = [each for each in self.steps if each.address == address]
        context, record = self.context, self._open[address]
        config: Any = step.resource.config
        longest = config.wait_timeout_s if seconds is None else seconds
        left = max(0.0, min(longest, (self.until - context.now()).total_seconds()))

        def wait() -> Typed:
            is_flex = config.instance_size == FLEX
            at = expected(context, config.project, config.name, is_flex=is_flex)
            return wait_until_ready(at, left).details()

        outcome: Outcome = "adopted" if step.does == "adopt" else "applied"
        self._heard(step, finish(record, wait, outcome, context.keep))
