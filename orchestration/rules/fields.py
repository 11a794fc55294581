"""What values of the rule files have in common."""

import re
from datetime import date
from typing import Annotated

import duckdb
from pydantic import BeforeValidator

from orchestration.config.yaml_file import Place, YamlFile
from orchestration.settings import SettingsError


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


Month = Annotated[date, BeforeValidator(written_month)]
Day = Annotated[date, BeforeValidator(_written_day)]


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
