"""Secrets in files: the variable NAME_FILE holds the path of a file with the value of NAME.

Containers hand secrets over as files, which no listing of processes or variables shows.
"""

import types
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Self, Union, get_args, get_origin

from pydantic import AliasChoices, SecretStr
from pydantic_settings import BaseSettings

from orchestration.config.connections import SettingsError

SUFFIX = "_FILE"
LONGEST = 64 * 2**10


class Variables(Mapping[str, str]):
    """Variables, each of which may be in a file instead.

    Args:
        given: The environment, or what stands for it; empty values are none.
    """

    def __init__(self, given: Mapping[str, str]) -> None:
        self._given = {name: value for name, value in given.items() if value}

    @classmethod
    def layered(cls, above: Mapping[str, str], below: Mapping[str, str | None]) -> Self:
        """Both, where a value above hides a file's path below, and the other way round."""
        first = {name: value for name, value in above.items() if value}
        hidden = {other for name in first for other in (name, _other(name))}
        rest = {name: value for name, value in below.items() if value and name not in hidden}
        return cls(rest | first)

    def __getitem__(self, name: str) -> str:
        """The value, read from its file where it is in one.

        Raises:
            KeyError: it is not set.
            SettingsError: it is set twice, or its file cannot be used.
        """
        path = self._given.get(f"{name}{SUFFIX}")
        if path is None:
            return self._given[name]
        if name in self._given:
            raise SettingsError(f"Both {name} and {name}{SUFFIX} are set: keep one of them.")
        return _content(f"{name}{SUFFIX}", Path(path))

    def __iter__(self) -> Iterator[str]:
        return iter(self._given)

    def __len__(self) -> int:
        return len(self._given)


def _other(name: str) -> str:
    """The second name that the same secret may have."""
    return name.removesuffix(SUFFIX) if name.endswith(SUFFIX) else f"{name}{SUFFIX}"


def _content(variable: str, path: Path) -> str:
    """A secret without the newline that editors and `echo` add."""
    try:
        with path.open("rb") as file:
            value = file.read(LONGEST + 1).decode()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
        raise SettingsError(f"{variable} names {path}, which cannot be read: {reason}.") from None
    if len(value) > LONGEST:
        raise SettingsError(f"{variable} names {path}, which is too long for a secret.")
    if not (value := value.rstrip("\r\n")):
        raise SettingsError(f"{variable} names {path}, which is empty.")
    return value


def secrets_in_files(kind: type[BaseSettings], variables: Variables) -> dict[str, str]:
    """The secrets of these settings that are in files, by the settings' names.

    Raises:
        SettingsError: see Variables.
    """
    return {
        setting: variables[name]
        for setting, names in secret_variables(kind).items()
        for name in names
        if f"{name}{SUFFIX}" in variables
    }


def secret_variables(kind: type[BaseSettings]) -> dict[str, list[str]]:
    """Each secret setting with the variables that it may be in."""
    prefix = kind.model_config.get("env_prefix", "").upper()
    return {
        name: _names(field.validation_alias) or [f"{prefix}{name.upper()}"]
        for name, field in kind.model_fields.items()
        if _is_secret(field.annotation)
    }


def _names(alias: object) -> list[str]:
    if isinstance(alias, AliasChoices):
        return [str(each) for each in alias.choices]
    return [alias] if isinstance(alias, str) else []


def _is_secret(annotation: object) -> bool:
    is_union = get_origin(annotation) in {Union, types.UnionType}
    return SecretStr in get_args(annotation) if is_union else annotation is SecretStr
