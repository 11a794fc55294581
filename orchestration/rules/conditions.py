"""Which costs a rule is for: conditions over the dimensions that reports have."""

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from orchestration.config.rule_file import Strict, Text
from orchestration.config.yaml_file import Place, YamlFile
from orchestration.rules.fields import require_pattern

DIMENSIONS = (
    "service",
    "category",
    "project",
    "resource",
    "region",
    "organization",
    "cloud_provider",
    "instance_size",
    "sku",
    "charge_type",
    "invoice",
    "cluster",
    "resource_type",
    "connection",
)
TAG = "tag:"
# A key of a condition → the test, and whether it must fail.
OPERATORS = {
    "is": ("is", False),
    "is_not": ("is", True),
    "contains": ("contains", False),
    "not_contains": ("contains", True),
    "starts": ("starts", False),
    "ends": ("ends", False),
    "regex": ("regex", False),
    "flexible": ("flexible", False),
    "not_flexible": ("flexible", True),
}


def _dimension(value: str) -> str:
    """Without spaces around it, or around a tag's key: `tag: team` would fit no line."""
    kind, colon, key = (each.strip() for each in value.partition(":"))
    if value.strip() not in DIMENSIONS and not (f"{kind}{colon}" == TAG and key):
        raise ValueError(f"must be tag:<key> or one of {', '.join(DIMENSIONS)}")
    return f"{kind}{colon}{key}"


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


Dimension = Annotated[str, AfterValidator(_dimension)]
Texts = Annotated[list[Text], BeforeValidator(_listed), Field(min_length=1)]


class Condition(Strict):
    """One test of one dimension: it holds for any of the texts, its negation for none of them."""

    dimension: Dimension
    is_: Texts | None = Field(default=None, alias="is")
    is_not: Texts | None = None
    contains: Texts | None = None
    not_contains: Texts | None = None
    starts: Texts | None = None
    ends: Texts | None = None
    regex: Texts | None = None
    flexible: Texts | None = None
    not_flexible: Texts | None = None

    @model_validator(mode="after")
    def _tests_once(self) -> "Condition":
        if len(self._tests()) != 1:
            raise ValueError(f"needs one of {', '.join(OPERATORS)}")
        return self

    def _tests(self) -> dict[str, list[str]]:
        found = {name: getattr(self, "is_" if name == "is" else name) for name in OPERATORS}
        return {name: texts for name, texts in found.items() if texts is not None}

    def rows(self, tags: str) -> list[dict[str, Any]]:
        """One row for each text; tags says which tags of a line count."""
        [(name, texts)] = self._tests().items()
        operator, is_negated = OPERATORS[name]
        return [
            {
                "dimension": dated(self.dimension, tags),
                "operator": operator,
                "is_negated": is_negated,
                "operand": text,
            }
            for text in texts
        ]

    def require_patterns(self, yaml_file: YamlFile, place: Place) -> None:
        """Refuse what is no regular expression.

        Raises:
            SettingsError: naming its line.
        """
        for pattern in self.regex or []:
            require_pattern(pattern, yaml_file, (*place, "regex"))


class When(Strict):
    """All of the first and, where there are some, any of the second."""

    all: list[Condition] = Field(default_factory=list)
    any: list[Condition] = Field(default_factory=list)

    @model_validator(mode="after")
    def _says_something(self) -> "When":
        if not (self.all or self.any):
            raise ValueError("needs conditions under all or any")
        return self

    def rows(self, tags: str) -> Iterator[dict[str, Any]]:
        """Sets of which any is enough, each of conditions that must all hold."""
        sets = [[*self.all, one] for one in self.any] or [self.all]
        for set_number, conditions in enumerate(sets, start=1):
            for number, condition in enumerate(conditions, start=1):
                for row in condition.rows(tags):
                    yield {"set_number": set_number, "condition_number": number, **row}

    def require_patterns(self, yaml_file: YamlFile, place: Place) -> None:
        """Refuse what is no regular expression.

        Raises:
            SettingsError: naming its line.
        """
        for name in ("all", "any"):
            for number, condition in enumerate(getattr(self, name)):
                condition.require_patterns(yaml_file, (*place, name, number))


def dated(dimension: str, tags: str) -> str:
    """A dimension as the models know it: a tag of today, or of the line's first reading."""
    if tags == "first_seen" and dimension.startswith(TAG):
        return f"tag_first_seen:{dimension.removeprefix(TAG)}"
    return dimension
