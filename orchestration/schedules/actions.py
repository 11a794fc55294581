"""Schedules of actions, as config/resources.yaml names them; each is off until it is turned on.

A mistake in the file is logged and costs its schedules: everything else loads all the same.
What a schedule changes it changes only where its file says `dry_run: false`, and only in time.
"""

import logging
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import dagster as dg
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from orchestration.actions.registry import ACTIONS
from orchestration.actions.resource_file.actions import FILE_NAME
from orchestration.config.yaml_file import Place, TypedValues, YamlFile, YamlMistake, read_yaml
from orchestration.ops import JOBS
from orchestration.ops.lateness import DEFAULT_MINUTES, not_after, why_late
from orchestration.schedules.daily import daily_refresh
from orchestration.settings import SettingsError, load_settings

A_WEEK = 7 * 24 * 60
ONLY_PLANS = "Only plans, until its config says dry_run: false. "
NAME = re.compile(r"[A-Za-z0-9_]+")
log = logging.getLogger("atlas_costs")


def _name(value: str) -> str:
    if not NAME.fullmatch(value):
        raise ValueError("must be letters, digits and _: Dagster allows no other names")
    return value


def _action(value: str) -> str:
    if value not in ACTIONS:
        raise ValueError(f"must be an action: {', '.join(ACTIONS)}")
    return value


def _time_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ValueError, OSError, KeyError):
        raise ValueError("must be a time zone such as Europe/Berlin or UTC") from None
    return value


class Entry(BaseModel):
    """One schedule: when which action runs, and with what config.

    Attributes:
        max_delay_minutes: How late it may begin; later it is not carried out at all.
    """

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, frozen=True)

    name: Annotated[str, AfterValidator(_name)]
    action: Annotated[str, AfterValidator(_action)]
    cron: str
    time_zone: Annotated[str, AfterValidator(_time_zone)] = "UTC"
    max_delay_minutes: Annotated[int, Field(ge=1, le=A_WEEK)] = DEFAULT_MINUTES
    config: dict[str, Any] = Field(default_factory=dict)


class _Document(BaseModel):
    """The file as schedules see it: what is wrong with its projects stops none of them."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    projects: Any = None
    schedules: list[Entry] | None = None


def action_schedules() -> list[dg.ScheduleDefinition]:
    """The schedules of this installation; none where there is no file, or a mistake in it."""
    try:
        return read_schedules(load_settings().config_dir / FILE_NAME)
    except FileNotFoundError:
        return []
    except (YamlMistake, SettingsError) as error:
        log.error("No schedules of actions are loaded. %s", error)  # noqa: TRY400  the sentence says it
        return []


def read_schedules(file: Path) -> list[dg.ScheduleDefinition]:
    """The schedules that a file names.

    Raises:
        FileNotFoundError: there is no file.
        YamlMistake: it says something that cannot be, with file, line and key.
    """
    read = read_yaml(file, TypedValues)
    document = read.checked(_Document, {} if read.document is None else read.document)
    found: dict[str, dg.ScheduleDefinition] = {}
    for number, entry in enumerate(document.schedules or []):
        place = ("schedules", number)
        if entry.name in {*found, daily_refresh.name}:
            raise read.mistake((*place, "name"), f"is there twice: {entry.name}")
        found[entry.name] = _schedule(read, entry, place)
    return list(found.values())


def _schedule(read: YamlFile, entry: Entry, place: Place) -> dg.ScheduleDefinition:
    action = ACTIONS[entry.action]
    config = read.checked(action.config, entry.config, (*place, "config"))
    plain = config.model_dump(mode="json", exclude_unset=True)
    try:
        return dg.ScheduleDefinition(
            name=entry.name,
            job=JOBS[action.name],
            cron_schedule=entry.cron,
            execution_timezone=entry.time_zone,
            execution_fn=_in_time(entry, {"ops": {action.name: {"config": plain}}}),
            default_status=dg.DefaultScheduleStatus.STOPPED,
            description=f"{ONLY_PLANS if getattr(config, 'dry_run', False) else ''}"
            f"{action.description}",
        )
    except dg.DagsterInvalidDefinitionError:
        said = "must be a cron expression of five fields, such as 0 20 * * 1-5"
        raise read.mistake((*place, "cron"), said) from None


def _in_time(
    entry: Entry, run_config: dict[str, Any]
) -> Callable[[dg.ScheduleEvaluationContext], dg.RunRequest | dg.SkipReason]:
    """What one tick does: it asks for a run, or says why it is too late for that."""

    def tick(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        tags = not_after(context.scheduled_execution_time, entry.max_delay_minutes)
        if late := why_late(tags, datetime.now(UTC)):
            log.warning("Schedule %s: %s", entry.name, late)
            return dg.SkipReason(late)
        return dg.RunRequest(run_config=run_config, tags=tags)

    return tick
