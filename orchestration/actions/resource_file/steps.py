"""What applying a resource file would do, thing by thing: create, adopt, update, or a conflict."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from orchestration.actions.action import Action
from orchestration.actions.configs import ActionConfig, checked
from orchestration.actions.context import Context
from orchestration.actions.model import Change, Plan, Proposal, Refusal, Typed
from orchestration.actions.resource_file.kinds import PROJECT
from orchestration.actions.resource_file.new_project import in_new_project
from orchestration.actions.resource_file.references import resolved
from orchestration.actions.resource_file.resources import Resource

Does = Literal[
    "create",
    "adopt",  # it is there as wanted; what is left to do is to wait for it
    "update",
    "exists",  # it is there, and was not asked for: others depend on it
    "conflict",  # it cannot be had as asked for
]


@dataclass(frozen=True)
class Step:
    """What would be done about one thing.

    Attributes:
        action: What carries it out; None where nothing is to be done.
        existing: What Atlas has now.
    """

    resource: Resource
    does: Does
    plan: Plan
    action: Action | None = None
    existing: Typed | None = None

    @property
    def address(self) -> str:
        """Of the thing."""
        return self.resource.address

    @property
    def changes(self) -> Iterator[Change]:
        """What would be different, each by the address of its thing."""
        if self.does in {"create", "update"}:
            yield Change(field=self.address, after=self.does)
        for each in self.plan.changes:
            yield each.model_copy(update={"field": f"{self.address} {each.field}"})

    def told(self, sentences: tuple[str, ...]) -> list[str]:
        """Refusals or warnings, each by the address of its thing."""
        return [f"{self.address}: {each}" for each in sentences]


def config_of(
    resource: Resource, action: Action, known: Mapping[str, Typed], *, dry_run: bool = True
) -> ActionConfig:
    """The config of a thing's create_… or update_… action, with what references stand for.

    Raises:
        Refusal: with that, it is no longer one.
    """

    def value_of(address: str, attribute: str) -> str | None:
        found = getattr(known.get(address), attribute, None)
        if not found and not dry_run:
            raise Refusal(f"${{{address}.{attribute}}} stands for nothing: Atlas has none of it.")
        return found

    create = resource.kind.create
    values = {**resolved(dict(resource.values), value_of), "dry_run": dry_run}
    config = checked(create.config, values, create.name)
    if action != create:
        config = checked(action.config, resource.kind.changing(config), action.name)
    return config


@dataclass(frozen=True)
class Planner:
    """Works out steps, in the order of what needs what.

    Attributes:
        known: What Atlas has, by address.
        new_projects: Names of those that do not exist yet: Atlas is not asked what is in them.
    """

    context: Context
    known: dict[str, Typed] = field(default_factory=dict)
    new_projects: set[str] = field(default_factory=set)

    def step(self, resource: Resource) -> Step:
        """What to do about one thing."""
        create = resource.kind.create
        try:
            proposal = self._propose(resource, create)
            if proposal.is_adopted:
                return self._existing(resource, proposal)
        except Refusal as error:
            return Step(resource, "conflict", Plan(summary="", refusals=(str(error),)))
        if resource.kind is PROJECT:
            self.new_projects.add(resource.project)
        does: Does = "conflict" if proposal.plan.refusals else "create"
        return Step(resource, does, proposal.plan, create)

    def needed(self, resource: Resource) -> Step:
        """The same about one that was not asked for: it must be there, and is left as it is."""
        step = self.step(resource)
        is_as_wanted = step.does == "adopt" and not step.plan.changes
        if is_as_wanted or resource.address not in self.known:
            return step
        return replace(step, does="exists", plan=Plan(summary=""), action=None)

    def _existing(self, resource: Resource, adopted: Proposal) -> Step:
        if adopted.result is not None:
            self.known[resource.address] = adopted.result
        update, plan = resource.kind.update, adopted.plan
        if update and plan.refusals and all(update.name in each for each in plan.refusals):
            # each refusal names the action that mends it
            return self._different(resource, update, adopted)
        does: Does = "conflict" if plan.refusals else "adopt"
        action = resource.kind.create if adopted.apply else None
        return Step(resource, does, plan, action, adopted.result)

    def _different(self, resource: Resource, update: Action, adopted: Proposal) -> Step:
        plan = self._propose(resource, update).plan
        if plan.confirm:
            # a file is applied by nobody in particular, and at night: it confirms nothing
            asked = f"{update.name} with confirm={plan.confirm} carries it out, a file does not"
            plan = plan.model_copy(update={"refusals": (*plan.refusals, asked), "confirm": None})
        does: Does = "conflict" if plan.refusals else "update"
        return Step(resource, does, plan, update, adopted.result)

    def _propose(self, resource: Resource, action: Action) -> Proposal:
        is_new = resource.kind is not PROJECT and resource.project in self.new_projects
        context = in_new_project(self.context) if is_new else self.context
        return action.propose(context, config_of(resource, action, self.known))
