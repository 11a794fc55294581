"""One tool as all but the protocol know it: a name, a schema, plain values in and out."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeVar

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from orchestration.actions.configs import checked

Document = dict[str, Any]
Q = TypeVar("Q", bound=BaseModel)


class Effect(Enum):
    """What a tool may do to the world; clients ask a person before all but the first."""

    READS = "reads"
    ADDS = "adds"
    OVERWRITES = "overwrites"


@dataclass(frozen=True)
class Answer:
    """What a tool says.

    Attributes:
        document: JSON values only.
        is_error: Whether it did not do what it was asked.
    """

    document: Document
    is_error: bool = False


@dataclass(frozen=True)
class Tool:
    """One tool.

    Attributes:
        schema: JSON schema of its arguments.
        run: Takes arguments nobody has checked yet; raises what orchestration.explain can say.
    """

    name: str
    description: str
    schema: Document
    run: Callable[[Document], Answer]
    effect: Effect = Effect.READS

    @property
    def title(self) -> str:
        """What people see."""
        return self.name.replace("_", " ").capitalize()


class _Untitled(GenerateJsonSchema):
    """Without a title for each field, which only repeats its name."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ANN401, ARG002
        return False


def schema_of(kind: type[BaseModel]) -> Document:
    """The JSON schema of a model, as small as it gets: an assistant reads all of it."""
    schema = kind.model_json_schema(schema_generator=_Untitled)
    for each in (schema, *schema.get("$defs", {}).values()):
        each.pop("title", None)
    schema.pop("description", None)
    return schema


def question(name: str, description: str, kind: type[Q], answer: Callable[[Q], Document]) -> Tool:
    """A tool that only reads.

    Args:
        name: Of the tool.
        description: For the assistant.
        kind: What it is asked.
        answer: Takes a checked question.
    """
    return Tool(
        name=name,
        description=description,
        schema=schema_of(kind),
        run=lambda arguments: Answer(answer(checked(kind, arguments, name))),
    )
