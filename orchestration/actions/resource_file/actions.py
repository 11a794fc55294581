"""A file of what shall be in Atlas, and Atlas made to be so; nothing is ever deleted for it."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from orchestration.actions.configs import HOUR_S, ChangingConfig, Text, WaitTimeout
from orchestration.actions.context import Context
from orchestration.actions.model import (
    ActionFailed,
    MonthlyCost,
    Note,
    Plan,
    Proposal,
    Refusal,
    StillWaiting,
    Typed,
)
from orchestration.actions.remedies import sentence
from orchestration.actions.resource_file.applying import Application, ResourceState
from orchestration.actions.resource_file.not_in_file import not_in_file
from orchestration.actions.resource_file.resources import Resource, read_resources
from orchestration.actions.resource_file.steps import Planner, Step
from orchestration.atlas.errors import AtlasError
from orchestration.config.yaml_file import YamlMistake

FILE_NAME = "resources.yaml"
EXAMPLE = "copy config/resources.yaml.example, see docs/resources.md"


def _below(value: str) -> str:
    if Path(value).is_absolute() or ".." in Path(value).parts:
        raise ValueError("must be a file below the config folder")
    return value


class ApplyResources(ChangingConfig):
    """What a file names, made, changed or adopted."""

    file: Annotated[Text, AfterValidator(_below)] = Field(
        default=FILE_NAME, description="The file, below the config folder."
    )
    only: list[str] = Field(
        default_factory=list,
        description="Addresses, such as cluster:shop/main; all that the file holds if empty.",
    )
    wait_timeout_s: WaitTimeout = 3 * HOUR_S


class Drift(Typed):
    """One difference between Atlas and the file."""

    address: str
    field: str
    before: Any = None
    after: Any = None


class ResourcesDetails(Typed):
    """A file of resources, and how Atlas stands to it.

    Attributes:
        resources: Each thing that was asked for, in the order in which they are applied.
        drift: Where Atlas differed from the file.
        not_in_file: Addresses of what is in the file's projects without standing in it.
    """

    file: str
    resources: tuple[ResourceState, ...]
    drift: tuple[Drift, ...] = ()
    not_in_file: tuple[str, ...] = ()


def apply_resources(context: Context, config: ApplyResources) -> Proposal:
    """Make Atlas what a file says: create what is missing, change what differs, delete nothing."""
    resources, sha256 = _read(context, config.file)
    chosen = _chosen(resources, config.only)
    planner = Planner(context)
    steps = [
        planner.step(each) if each.address in chosen else planner.needed(each)
        for each in resources
        if each.address in chosen or any(each.address in one.needs for one in chosen.values())
    ]
    others, warnings = _others(context, resources, planner)
    details = ResourcesDetails(
        file=config.file,
        resources=tuple(map(_state, steps)),
        drift=tuple(_drift(steps)),
        not_in_file=others,
    )
    plan = _plan(config.file, steps, warnings, _absent(steps, chosen))
    plan = plan.model_copy(update={"file_sha256": sha256})

    def apply(note: Note) -> ResourcesDetails:
        until = context.now() + timedelta(seconds=config.wait_timeout_s)
        done = Application(context, steps, planner.known, note, until).run()
        return _ended(details.model_copy(update={"resources": tuple(done)}))

    has_work = any(each.action for each in steps)
    return Proposal(config.file, plan, apply if has_work else None, details)


def _read(context: Context, file: str) -> tuple[list[Resource], str]:
    path = context.config_dir / file
    try:
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        return read_resources(path), sha256
    except FileNotFoundError:
        raise Refusal(f"{path} does not exist: {EXAMPLE}.") from None
    except YamlMistake as error:
        raise Refusal(str(error)) from None


def _chosen(resources: Sequence[Resource], only: Sequence[str]) -> dict[str, Resource]:
    known = {each.address: each for each in resources}
    if unknown := [each for each in only if each not in known]:
        raise Refusal(
            f"only names {', '.join(unknown)}, which the file does not hold; it holds "
            f"{', '.join(known) or 'nothing'}."
        )
    return {each: known[each] for each in only} if only else known


def _absent(steps: Iterable[Step], chosen: Mapping[str, Resource]) -> list[str]:
    """What was not asked for, is needed, and is not there."""
    missing = {each.address for each in steps if each.does == "create"} - set(chosen)
    return [
        f"{each.address}: it needs {address}, which does not exist: name that in only, too"
        for each in chosen.values()
        for address in each.needs
        if address in missing
    ]


def _others(
    context: Context, resources: Sequence[Resource], planner: Planner
) -> tuple[tuple[str, ...], list[str]]:
    """What the file does not name; it is information only, so not to see it stops nothing."""
    try:
        return tuple(not_in_file(context, resources, planner.known)), []
    except AtlasError as error:
        told = sentence(error, "apply_resources")
        return (), [f"What the file does not name is not known: {told}"]


def _state(step: Step) -> ResourceState:
    refusals = "; ".join(step.plan.refusals)
    return ResourceState(address=step.address, does=step.does, error=refusals or None)


def _drift(steps: Iterable[Step]) -> Iterator[Drift]:
    for step in (each for each in steps if each.existing):
        for each in step.plan.changes:
            yield Drift(
                address=step.address, field=each.field, before=each.before, after=each.after
            )


def _plan(file: str, steps: Sequence[Step], warnings: list[str], absent: list[str]) -> Plan:
    counted = Counter(each.does for each in steps)
    told = ", ".join(f"{does} {count}" for does, count in counted.items())
    return Plan(
        summary=f"Apply {file}: {told or 'it holds nothing'}.",
        changes=tuple(change for each in steps for change in each.changes),
        refusals=(*absent, *(no for each in steps for no in each.told(each.plan.refusals))),
        warnings=(*warnings, *(one for each in steps for one in each.told(each.plan.warnings))),
        monthly_cost=_cost(steps),
    )


def _cost(steps: Iterable[Step]) -> MonthlyCost | None:
    costs = {each.address: each.plan.monthly_cost for each in steps if each.plan.monthly_cost}
    if not costs:
        return None
    bases = {each.basis for each in costs.values()}
    return MonthlyCost(
        before_cents=sum(each.before_cents for each in costs.values()),
        after_cents=sum(each.after_cents for each in costs.values()),
        basis=bases.pop() if len(bases) == 1 else "mixed",
        lines=tuple(
            line.model_copy(update={"name": f"{address} {line.name}"})
            for address, each in costs.items()
            for line in each.lines
        ),
    )


def _ended(details: ResourcesDetails) -> ResourcesDetails:
    """The result of a run in which everything came to its end.

    Raises:
        ActionFailed: something failed; what needs it was not begun.
        StillWaiting: nothing failed, but Atlas is not done.
    """
    bad = [each for each in details.resources if not each.is_good]
    if not bad:
        return details
    is_failed = any(each.outcome in {"failed", "refused"} for each in bad)
    told = "; ".join(f"{each.address} {each.outcome}: {each.error}".rstrip(".") for each in bad)
    done = [each.address for each in details.resources if each.is_good and each.outcome]
    message = f"{told}. Done: {', '.join(done) or 'nothing'}. Run it again to go on."
    raise (ActionFailed if is_failed else StillWaiting)(message, details)
