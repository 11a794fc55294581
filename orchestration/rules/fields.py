"""What values of the rule files have in common."""

import re
from datetime import date
from pathlib import Path
from typing import Annotated, TypeVar

import duckdb
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict

from orchestration.config.yaml_file import OnlyText, Place, YamlFile, YamlMistake, read_yaml
from orchestration.settings import SettingsError

M = TypeVar("M", bound=BaseModel)


def _not_empty(value: str) -> str:
    if not value.strip():
        raise ValueError("must not be empty")
    return value.strip()


def _written_day(value: object) -> object:
    """Pydantic would take 0 and 1767225600 for seconds since 1970."""
    if isinstance(value, str) and not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise ValueError("must be a day such as 2026-05-01")
    return value


def written_month(value: object) -> object:
    """A month as the first of its days."""
    if not re.fullmatch("[0-9]{4}-(0[1-9]|1[0-2])", str(value)) or str(value) < "0001":
        raise ValueError("must be a month such as 2026-05")
    return date.fromisoformat(f"{value}-01")


def number(value: object, example: str) -> object:
    """Digits alone: a model would take a fraction, and spaces.

    Raises:
        ValueError: it is none.
    """
    if not str(value).isdecimal():
        raise ValueError(f"must be {example}")
    return value


Text = Annotated[str, AfterValidator(_not_empty)]
Month = Annotated[date, BeforeValidator(written_month)]
Day = Annotated[date, BeforeValidator(_written_day)]


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


def require_pattern(pattern: str, yaml_file: YamlFile, place: Place) -> None:
    """Ask the engine itself: its regular expressions are not Python's.

    Raises:
        SettingsError: it is none.
    """
    if reason := _pattern_problem(pattern):
        sentence = f"is not a regular expression ({reason})"
        raise SettingsError(str(yaml_file.mistake(place, sentence)))


def _pattern_problem(pattern: str) -> str | None:
    try:
        with duckdb.connect() as db:
            db.execute("select regexp_matches('', $pattern)", {"pattern": pattern})
    except duckdb.Error as error:
        return str(error).splitlines()[0].partition("Error: ")[2].partition(":")[0]
    return None
