"""`atlas-costs do`: key=value becomes a config, one action's job runs, its record is told."""

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from difflib import get_close_matches
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import yaml
from rich.console import Console
from rich.table import Table

from orchestration.action_runs.runner import Actor
from orchestration.actions.configs import ActionConfig
from orchestration.actions.model import MonthlyCost, Plan, Record, Refusal
from orchestration.actions.performing import INTERRUPTED
from orchestration.actions.registry import ACTIONS, Action
from orchestration.config.yaml_file import NOT_OF_ITS_TAG
from orchestration.settings import Settings, SettingsError
from reporting.money import plain

GOOD, BAD, UNDER_WAY = 0, 1, 3
STOPPED = 130  # as a shell says of what Ctrl-C ended
COMMAND_LINE = "command line"
# What a table needs for a column besides its text, and as much of a word as is never broken.
FRAME, WIDEST_WORD = 3, 20
UNIONS = {Union, UnionType}
CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def run(settings: Settings, name: str, arguments: list[str], *, apply: bool) -> Record:
    """Run one action's job in this process, so that it shows in Dagster's UI like any other.

    Raises:
        Refusal: no such action, or an argument that is no key=value.
    """
    action = _action(name)
    values = parsed(action, arguments)
    if action.changes_atlas:
        values["dry_run"] = not apply
    actor = Actor(settings, COMMAND_LINE)
    try:
        config = actor.config_of(action, values)
    except (Refusal, SettingsError) as error:
        # Dagster would say it in its own words, of which there are many, and keep what was given
        return actor.refused(action.name, error)
    return _job(settings, action.name, values, config)


def _job(settings: Settings, name: str, values: dict[str, Any], config: ActionConfig) -> Record:
    # seconds that a mistyped name should not cost
    import dagster as dg  # noqa: PLC0415

    from orchestration.commands.dagster_home import dagster_instance  # noqa: PLC0415
    from orchestration.ops import JOBS  # noqa: PLC0415
    from orchestration.resources.actor import ActorResource  # noqa: PLC0415
    from orchestration.resources.process import process_tags  # noqa: PLC0415

    kept: list[Record] = []
    states: list[Record] = []

    class Keeping(ActorResource):
        """Takes the config as checked; hands out the record, which a failed op does not return."""

        def run(self, name: str, asked: object, by: str) -> Record:  # noqa: ARG002  as Dagster has it
            kept.append(super().run(name, config, by))
            return kept[-1]

        def actor(self, by: str) -> Actor:
            return replace(super().actor(by), heard=states.append)

    quiet = {"console": {"config": {"log_level": "CRITICAL"}}}
    ended = None
    stopped = (KeyboardInterrupt, dg.DagsterExecutionInterruptedError)
    with dagster_instance(settings) as instance, suppress(*stopped):
        ended = JOBS[name].execute_in_process(
            run_config={"ops": {name: {"config": values}}, "loggers": quiet},
            resources={"actor": Keeping()},
            instance=instance,
            tags={"by": COMMAND_LINE, **process_tags()},
            raise_on_error=False,
        )
    if kept:
        return kept[0]
    if states and is_interrupted(states[-1]):
        return states[-1]
    if ended is None:
        raise KeyboardInterrupt  # before there was anything to say of it
    raise Refusal(f"{name} did not end: {_failure(ended)} See its run in Dagster's UI.")


def is_interrupted(record: Record) -> bool:
    """Whether somebody ended the waiting."""
    return (record.error or "").startswith(INTERRUPTED)


def _failure(ended: Any) -> str:  # noqa: ANN401  Dagster's result
    """What the op's own code raised: an error that no record has."""
    events = (each.step_failure_data for each in ended.all_events if each.is_step_failure)
    errors = [each.error for each in events if each.error]
    if not errors:
        return "Dagster did not run it."
    return str((errors[0].cause or errors[0]).message).strip()


def _action(name: str) -> Action:
    if (known := ACTIONS.get(name.replace("-", "_"))) is None:
        meant = get_close_matches(name.replace("-", "_"), ACTIONS, 1)
        hint = f" Did you mean {meant[0]}?" if meant else ""
        raise Refusal(f"There is no action {name}.{hint} Actions: {', '.join(ACTIONS)}.")
    return known


def parsed(action: Action, arguments: Iterable[str]) -> dict[str, Any]:
    """Values from key=value: text as it is, everything else as YAML; `tags.env=prod` reaches in.

    A key may also be written as other tools do, snapshotId for snapshot_id.

    Raises:
        Refusal: an argument is no key=value, or its value is not YAML.
    """
    values: dict[str, Any] = {}
    for argument in arguments:
        key, sign, text = argument.partition("=")
        if not sign:
            raise Refusal(f"Write {argument} as key=value, such as project=shop.")
        name, _, inside = key.partition(".")
        name = CAMEL.sub("_", name).lower().replace("-", "_")
        if name in values and not (inside and isinstance(values[name], dict)):
            raise Refusal(f"{key} is said a second time: {name} has its value already.")
        if inside:
            values.setdefault(name, {})[inside] = text
        else:
            values[name] = text if _is_text(action, name) else _yaml(key, text)
    return values


def _is_text(action: Action, name: str) -> bool:
    """Whether a field takes a text as it is: on, 007 and 2026-12-31 are then no YAML values."""
    field = action.config.model_fields.get(name)
    kinds = _kinds(field.annotation if field else str)
    return not {get_origin(each) or each for each in kinds} & {bool, int, float, list, dict}


def _kinds(annotation: Any) -> list[Any]:  # noqa: ANN401  any annotation
    """The types it allows, whatever else it says of them."""
    if get_origin(annotation) is Annotated:
        return _kinds(get_args(annotation)[0])
    if get_origin(annotation) in UNIONS:
        return [kind for each in get_args(annotation) for kind in _kinds(each)]
    if get_origin(annotation) is Literal:
        return [type(each) for each in get_args(annotation)]
    return [annotation]


def _yaml(key: str, text: str) -> Any:  # noqa: ANN401  YAML is any shape
    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, *NOT_OF_ITS_TAG):
        raise Refusal(f"{key}: {text!r} cannot be read; quote it as YAML.") from None


def exit_code(record: Record) -> int:
    """0 done or planned; 3 Atlas is not done yet; 130 interrupted; 1 anything else."""
    if is_interrupted(record):
        return STOPPED
    if record.outcome == "in_progress":
        return UNDER_WAY
    return GOOD if record.is_good else BAD


def tell(record: Record) -> None:
    """Say to a person what would happen, or what did."""
    console = Console(highlight=False)
    if record.plan:
        _tell_plan(console, record, record.plan)
    if record.error:
        console.print(record.error, style="red", markup=False)
    if record.outcome == "planned":
        confirm = f" confirm={record.plan.confirm}" if record.plan and record.plan.confirm else ""
        console.print(f"Nothing was changed. Add --apply{confirm} to carry it out.", markup=False)
    elif not record.error:
        console.print(f"{record.outcome} ({record.duration_s:.1f} s)", markup=False)
    if record.result is not None and not record.error:
        _tell_result(console, record.model_dump(mode="json")["result"])


def _tell_plan(console: Console, record: Record, plan: Plan) -> None:
    console.print(plan.summary, style="bold", markup=False)
    for change in plan.changes:
        before = "" if change.before is None else f"{change.before} → "
        after = "(removed)" if change.after is None else change.after
        console.print(f"  {change.field}: {before}{after}", markup=False, soft_wrap=True)
    for warning in plan.warnings:
        console.print(f"  ! {warning}", style="yellow", markup=False)
    if plan.monthly_cost and record.outcome in {"planned", "applied", "in_progress"}:
        _tell_cost(console, plan.monthly_cost)


def _tell_cost(console: Console, cost: MonthlyCost) -> None:
    table = Table(box=None, show_header=False, padding=(0, 2))
    for line in cost.lines:
        table.add_row(line.name, plain(line.monthly_cents), line.basis)
    difference = cost.after_cents - cost.before_cents
    sign = "" if difference < 0 else "+"
    change = f"{sign}{plain(difference)} to now"
    table.add_row(f"{cost.currency} a month", plain(cost.after_cents), change)
    console.print(table)


def _tell_result(console: Console, result: dict[str, Any]) -> None:
    for name, value in result.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            _tell_rows(console, value)
        elif value not in (None, "", [], {}):
            console.print(f"  {name}: {value}", markup=False, soft_wrap=True)


def _tell_rows(console: Console, rows: list[dict[str, Any]]) -> None:
    """A table that cuts no id, which the next command needs; what finds no room is named."""
    names = [name for name in rows[0] if any(each[name] is not None for each in rows)]
    told = {name: [each[name] for each in rows] for name in names}
    texts = {name: ["" if each is None else str(each) for each in told[name]] for name in names}
    shown, left_out = _fitting(texts, console.width)
    table = Table()
    for name in shown:
        least = _least_width(name, texts[name])
        table.add_column(name, min_width=least, no_wrap=_is_id(name), overflow="fold")
    for row in zip(*(texts[name] for name in shown), strict=True):
        table.add_row(*row)
    console.print(table)
    if left_out:
        console.print(f"  No room for {', '.join(left_out)}: --json has all.", markup=False)


def _fitting(texts: dict[str, list[str]], width: int) -> tuple[list[str], list[str]]:
    """The columns that fit, and the later ones that do not; those of ids are never left out."""
    shown = list(texts)
    left_out: list[str] = []
    for name in [each for each in reversed(texts) if not _is_id(each)]:
        needed = sum(_least_width(each, texts[each]) + FRAME for each in shown) + 1
        if needed <= width:
            break
        shown.remove(name)
        left_out.insert(0, name)
    return shown, left_out


def _least_width(name: str, values: list[str]) -> int:
    """An id is never cut; of anything else a word of usual length."""
    if _is_id(name):
        return max(map(len, (name, *values)))
    words = (word for text in (name, *values) for word in text.split())
    return min(WIDEST_WORD, max(map(len, words), default=1))


def _is_id(name: str) -> bool:
    return name == "id" or name.endswith("_id")
