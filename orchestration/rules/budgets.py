"""config/budgets.yaml: what may be spent on which costs, by whom, and from when to when."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, model_validator

from orchestration.config.rule_file import Strict, Text, read_rule_file
from orchestration.config.yaml_file import YamlFile
from orchestration.rules.costs import Costs
from orchestration.rules.fields import Day, written_month
from orchestration.settings import SettingsError

UNBUDGETED = "(unbudgeted)"
AMOUNTS = ("monthly", "changes", "months")


def _cents(value: object) -> int:
    """Written out: 1e5, NaN and 12,500 are no amounts of ours."""
    if not re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,2})?", str(value)):
        raise ValueError("must be an amount such as 12500 or 12500.50")
    return int(Decimal(str(value)) * 100)


def _months(value: object) -> object:
    """A key that is no month is a mistake of the whole curve."""
    if not isinstance(value, dict):
        return value
    return {written_month(key): each for key, each in value.items()}


def _not_reserved(value: str) -> str:
    if value == UNBUDGETED:
        raise ValueError(f"must not be {UNBUDGETED}: that is what no budget covers")
    return value


Cents = Annotated[int, PlainValidator(_cents)]
Curve = Annotated[dict[date, Cents], BeforeValidator(_months), Field(min_length=1)]
Name = Annotated[Text, AfterValidator(_not_reserved)]


class Change(Strict):
    """An amount per month, from a day on."""

    first_day: Day = Field(alias="from")
    monthly: Cents


class Budget(Costs):
    """What may be spent on some costs."""

    name: Name
    owner: Text | None = None
    parent: Text | None = None
    covers: Literal["children"] | None = None
    first_day: Day | None = Field(default=None, alias="from")
    last_day: Day | None = Field(default=None, alias="to")
    monthly: Cents | None = None
    changes: Annotated[list[Change], Field(min_length=1)] | None = None
    months: Curve | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> "Budget":
        if self.first_day and self.last_day and self.last_day < self.first_day:
            raise ValueError("ends before it begins")
        if self.covers and self.when:
            raise ValueError("has both covers and when")
        if sum(getattr(self, each) is not None for each in AMOUNTS) > 1:
            raise ValueError(f"has more than one of {', '.join(AMOUNTS)}")
        if self.is_sum and (self.first_day or self.last_day):
            raise ValueError("has from or to, and no amount of its own")
        days = [each.first_day for each in self.changes or []]
        if any(later <= earlier for earlier, later in pairwise(days)):
            raise ValueError("has changes that do not follow one another")
        return self

    @property
    def is_sum(self) -> bool:
        """Whether its amount is what its children's add up to."""
        return all(getattr(self, each) is None for each in AMOUNTS)


class _File(Strict):
    budgets: list[Budget] = Field(default_factory=list)


def read_budgets(file: Path) -> list[Budget]:
    """The budgets in their order; none without the file.

    Raises:
        SettingsError: one sentence with file, line and key.
    """
    read = read_rule_file(file, _File, "budgets")
    if read is None:
        return []
    found, yaml_file = read
    for number, each in enumerate(found.budgets):
        each.require_patterns(yaml_file, ("budgets", number))
        for key, sentence in _mistakes(each, number, found.budgets):
            raise _mistake(yaml_file, number, key, sentence)
    return found.budgets


def _mistakes(each: Budget, number: int, budgets: list[Budget]) -> Iterator[tuple[str, str]]:
    """What does not go with what the others say: the key, if it is one's, and the sentence."""
    if any(other.name == each.name for other in budgets[:number]):
        yield "name", "stands here twice"
    yield from _mistakes_of_parent(each, {other.name: other for other in budgets})
    has_children = any(other.parent == each.name for other in budgets)
    if each.covers and not has_children:
        yield "covers", "says children, and no budget has this one as its parent"
    if each.is_sum and not has_children:
        yield "", f"needs one of {', '.join(AMOUNTS)}, or children whose amounts it adds up"


def _mistakes_of_parent(each: Budget, by_name: dict[str, Budget]) -> Iterator[tuple[str, str]]:
    if each.parent is None:
        return
    if each.parent not in by_name:
        yield "parent", "is the name of no budget"
    elif _is_in_a_circle(each, by_name):
        yield "parent", "leads in a circle"
    elif by_name[each.parent].currency != each.currency:
        yield "currency", "is not its parent's: amounts of two currencies are never added"


def _is_in_a_circle(each: Budget, by_name: dict[str, Budget]) -> bool:
    seen = {each.name}
    while (parent := by_name.get(each.parent or "")) is not None:
        if parent.name in seen:
            return True
        seen.add(parent.name)
        each = parent
    return False


def _mistake(yaml_file: YamlFile, number: int, key: str, sentence: str) -> SettingsError:
    place = ("budgets", number, key) if key else ("budgets", number)
    return SettingsError(str(yaml_file.mistake(place, sentence)))
