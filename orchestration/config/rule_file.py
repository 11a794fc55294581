"""A YAML file that an operator writes, read as a model; nothing is said where it is absent."""

from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict

from orchestration.config.connections import SettingsError
from orchestration.config.yaml_file import OnlyText, YamlFile, YamlMistake, read_yaml

M = TypeVar("M", bound=BaseModel)


def _not_empty(value: str) -> str:
    if not value.strip():
        raise ValueError("must not be empty")
    return value.strip()


Text = Annotated[str, AfterValidator(_not_empty)]


class Strict(BaseModel):
    """A part of a rule file: a key that is not known is a mistake."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True, populate_by_name=True
    )


def read_rule_file(file: Path, model: type[M], items: str) -> tuple[M, YamlFile] | None:
    """What a file says, or None where it is absent, empty, or a list with every item a comment.

    Raises:
        SettingsError: one sentence with file, line and key.
    """
    try:
        yaml_file = read_yaml(file, OnlyText)
        document = yaml_file.document
        if document is None or (isinstance(document, dict) and document.get(items) == ""):
            return None
        return yaml_file.checked(model, document), yaml_file
    except FileNotFoundError:
        return None
    except YamlMistake as error:
        raise SettingsError(str(error)) from None
