"""config/allocation.yaml: keys such as team, each with rules; the first that fits counts."""

from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from orchestration.config.rule_file import Strict, Text, read_rule_file
from orchestration.config.yaml_file import Place, YamlFile
from orchestration.rules.conditions import Dimension, When
from orchestration.rules.fields import Day
from orchestration.settings import SettingsError

UNALLOCATED = "(unallocated)"
OUTCOMES = ("value", "value_from", "percent", "split")


def _whole(value: dict[str, Decimal]) -> dict[str, Decimal]:
    if sum(value.values()) != 100:
        raise ValueError("must add up to 100")
    return value


def _different(value: list[str]) -> list[str]:
    if len(set(value)) != len(value):
        raise ValueError("must not name a value twice")
    return value


def _different_keys(value: object) -> object:
    """Before spaces around them are taken off: of two keys that become one, one would be lost."""
    if isinstance(value, dict):
        _different([str(each).strip() for each in value])
    return value


Percent = Annotated[Decimal, Field(gt=0, le=100, decimal_places=6)]
Percents = Annotated[dict[Text, Percent], BeforeValidator(_different_keys), AfterValidator(_whole)]
Values = Annotated[list[Text], Field(min_length=1), AfterValidator(_different)]


class Split(Strict):
    """A shared cost, divided among values in proportion to what they cost, or in equal parts."""

    by: Literal["cost", "equal"] = "cost"
    of: When | None = None
    over: Literal["month", "day"] = "month"
    within: Literal["organization", "all"] = "organization"
    to: Values | None = None

    @model_validator(mode="after")
    def _costs_matter(self) -> "Split":
        if self.of and self.is_fixed:
            raise ValueError("has both of and to, but equal parts of what is named look at no cost")
        return self

    @property
    def is_fixed(self) -> bool:
        """Whether it depends on no cost."""
        return self.by == "equal" and self.to is not None


class Rule(Strict):
    """Which costs, from which usage day to which, and whose they are."""

    name: Text | None = None
    when: When | None = None
    first_day: Day | None = Field(default=None, alias="from")
    last_day: Day | None = Field(default=None, alias="to")
    value: Text | None = None
    value_from: Dimension | None = None
    percent: Percents | None = None
    split: Split | None = None

    @model_validator(mode="after")
    def _has_one_outcome(self) -> "Rule":
        if sum(getattr(self, each) is not None for each in OUTCOMES) != 1:
            raise ValueError(f"needs one of {', '.join(OUTCOMES)}")
        if self.first_day and self.last_day and self.last_day < self.first_day:
            raise ValueError("ends before it begins")
        return self


class Key(Strict):
    """One way to divide the whole bill."""

    key: Text
    tags: Literal["current", "first_seen"] = "current"
    default: Text = UNALLOCATED
    rules: list[Rule] = Field(default_factory=list)


class _File(Strict):
    keys: list[Key] = Field(default_factory=list)


def read_allocation(file: Path) -> list[Key]:
    """The keys in their order; none without the file.

    Raises:
        SettingsError: one sentence with file, line and key.
    """
    read = read_rule_file(file, _File, "keys")
    if read is None:
        return []
    found, yaml_file = read
    _require_different(found.keys, yaml_file)
    for number, key in enumerate(found.keys):
        for position, rule in enumerate(key.rules):
            _require_patterns(rule, yaml_file, ("keys", number, "rules", position))
    return found.keys


def _require_different(keys: list[Key], yaml_file: YamlFile) -> None:
    seen: set[str] = set()
    for number, each in enumerate(keys):
        if each.key in seen:
            place = ("keys", number, "key")
            raise SettingsError(str(yaml_file.mistake(place, "stands here twice")))
        seen.add(each.key)


def _require_patterns(rule: Rule, yaml_file: YamlFile, place: Place) -> None:
    if rule.when:
        rule.when.require_patterns(yaml_file, (*place, "when"))
    if rule.split and rule.split.of:
        rule.split.of.require_patterns(yaml_file, (*place, "split", "of"))
