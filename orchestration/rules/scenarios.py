"""config/scenarios.yaml: what might be changed, and what it would cost is asked of the bill."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from orchestration.config.rule_file import Strict, Text, read_rule_file
from orchestration.config.yaml_file import OnlyText, Place, YamlFile, YamlMistake, parse_yaml
from orchestration.rules.conditions import Condition, When
from orchestration.rules.costs import Costs
from orchestration.rules.fields import Month, number
from orchestration.settings import SettingsError

KINDS = ("instance_size", "region", "pause", "growth_percent")
SERVERS = ({"dimension": "category", "is": "Dedicated instance"},)
# What a cluster costs while it runs: not what it keeps.
RUNNING = (
    {"dimension": "resource_type", "is": ["cluster", "search_nodes"]},
    {"dimension": "service", "is_not": ["Storage", "Backup", "Atlas Data Federation"]},
)
TOTAL = "(total)"


def _hour(value: object) -> object:
    return number(value, "an hour from 0 to 23")


def _percent(value: object) -> object:
    text = str(value)
    if not text.removeprefix("-").replace(".", "", 1).isdecimal():
        raise ValueError("must be a percentage such as 20 or -2.5")
    return value


def _not_reserved(value: str) -> str:
    if value == TOTAL:
        raise ValueError(f"must not be {TOTAL}: that is all costs")
    return value


Hour = Annotated[int, BeforeValidator(_hour), Field(ge=0, le=23)]
Name = Annotated[Text, AfterValidator(_not_reserved)]
Percent = Annotated[Decimal, BeforeValidator(_percent), Field(gt=-100, le=1000, decimal_places=4)]


class Pause(Strict):
    """When clusters stand still, in UTC."""

    weekends: Literal["true", "false"] = "false"
    from_hour: Hour | None = None
    to_hour: Hour | None = None

    @model_validator(mode="after")
    def _pauses_at_some_time(self) -> "Pause":
        if (self.from_hour is None) != (self.to_hour is None):
            raise ValueError("needs both from_hour and to_hour, or neither")
        if self.from_hour is None and self.weekends == "false":
            raise ValueError("never pauses: say weekends: true, or from_hour and to_hour")
        if self.from_hour is not None and self.from_hour == self.to_hour:
            raise ValueError("has hours that end where they begin")
        return self


class Change(Strict):
    """One thing that is done to some costs, from a month on."""

    name: Name
    when: When
    first_month: Month = Field(alias="from")
    last_month: Month | None = Field(default=None, alias="to")
    instance_size: Text | None = None
    region: Text | None = None
    pause: Pause | None = None
    growth_percent: Percent | None = None

    @model_validator(mode="after")
    def _is_one_thing(self) -> "Change":
        if sum(getattr(self, each) is not None for each in KINDS) != 1:
            raise ValueError(f"needs one of {', '.join(KINDS)}")
        if self.last_month and self.last_month < self.first_month:
            raise ValueError("ends before it begins")
        return self

    @property
    def is_of_servers(self) -> bool:
        """Whether it changes what clusters cost while they run, whatever else fits."""
        return self.growth_percent is None

    @property
    def costs(self) -> When:
        """What it is about."""
        besides = RUNNING if self.pause else SERVERS if self.is_of_servers else ()
        conditions = [Condition.model_validate(each) for each in besides]
        return When(all=[*self.when.all, *conditions], any=self.when.any)


class Scenario(Strict):
    """What might be, as changes of what is expected."""

    name: Text
    tags: Literal["current", "first_seen"] = "current"
    currency: Literal["dollars", "credits"] = "dollars"
    changes: Annotated[list[Change], Field(min_length=1)]

    def costs(self, change: Change) -> Costs:
        """What a change of it is about."""
        return Costs(when=change.costs, tags=self.tags, currency=self.currency)


class _File(Strict):
    scenarios: list[Scenario] = Field(default_factory=list)


def read_scenarios(file: Path) -> list[Scenario]:
    """The scenarios in their order; none without the file.

    Raises:
        SettingsError: one sentence with file, line and key.
    """
    read = read_rule_file(file, _File, "scenarios")
    if read is None:
        return []
    return _consistent(*read)


def scenario_of(document: Mapping[str, object]) -> Scenario:
    """A scenario that stands in no file, with the keys and values that one has there.

    Raises:
        SettingsError: one sentence with the key.
    """
    named = {"name": "what if", **document}
    try:
        # values of any kind as the text that a file would have of them
        text = yaml.safe_dump({"scenarios": [named]}, sort_keys=False)
        parsed = parse_yaml(text, Path("what if"), OnlyText)
        asked = _Asked(parsed.file, parsed.document, parsed.lines)
        [found] = _consistent(asked.checked(_File, asked.document), asked)
    except yaml.representer.RepresenterError:
        raise SettingsError("A scenario is made of texts, numbers, lists and keys.") from None
    except YamlMistake as error:
        raise SettingsError(str(error)) from None
    return found


@dataclass(frozen=True)
class _Asked(YamlFile):
    """What somebody asks has neither a file nor lines."""

    def mistake(self, place: Place, sentence: str) -> YamlMistake:
        where = "".join(f"[{e}]" if isinstance(e, int) else f".{e}" for e in place[2:])
        return YamlMistake(f"{where.lstrip('.') or 'The scenario'} {sentence}.")


def _consistent(found: _File, yaml_file: YamlFile) -> list[Scenario]:
    """What no single scenario can tell of itself.

    Raises:
        SettingsError: a name stands twice, or a regular expression is none.
    """
    for place in _twice(found.scenarios):
        raise SettingsError(str(yaml_file.mistake(place, "stands here twice")))
    for position, each in enumerate(found.scenarios):
        _require_patterns(each, yaml_file, position)
    return found.scenarios


def _twice(scenarios: list[Scenario]) -> Iterator[tuple[str | int, ...]]:
    names = [each.name for each in scenarios]
    for position, each in enumerate(scenarios):
        if each.name in names[:position]:
            yield "scenarios", position, "name"
        of_changes = [change.name for change in each.changes]
        for place, name in enumerate(of_changes):
            if name in of_changes[:place]:
                yield "scenarios", position, "changes", place, "name"


def _require_patterns(each: Scenario, yaml_file: YamlFile, position: int) -> None:
    for place, change in enumerate(each.changes):
        where = ("scenarios", position, "changes", place, "when")
        change.when.require_patterns(yaml_file, where)
