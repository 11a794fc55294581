"""config/workspaces.yaml: who sees which part of the bill, and what they may do there."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from orchestration.config.rule_file import Strict, Text, read_rule_file
from orchestration.config.yaml_file import YamlFile
from orchestration.settings import SettingsError
from orchestration.workspaces.scope import ALLOCATION, Scope
from reporting.dimensions import COST_DIMENSIONS
from reporting.state import folded


class Role(IntEnum):
    """What somebody may do; each may do what the ones before may."""

    VIEWER = 1
    ACTOR = 2
    ADMINISTRATOR = 3


@dataclass(frozen=True)
class Person:
    """Somebody who signed in.

    Attributes:
        email: As the identity provider or the proxy says it, in small letters.
        groups: As the identity provider says them.
    """

    email: str
    groups: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Access:
    """What a person may see and do in one workspace.

    Attributes:
        workspace: Its name; empty where there is none because everything is seen.
        scope: What is seen; None is everything.
    """

    workspace: str
    role: Role
    scope: Scope | None


ALL = Access("", Role.ADMINISTRATOR, None)


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _address(value: str) -> str:
    if value.count("@") != 1 or value.startswith("@") or value.endswith("@"):
        raise ValueError("must be an email address such as ada@example.com")
    return value.casefold()


def _domain(value: str) -> str:
    if "@" in value or "." not in value.strip("."):
        raise ValueError("must be a domain such as example.com, without @")
    return value.casefold()


def _dimension(value: str) -> str:
    kind, colon, key = (each.strip() for each in value.partition(":"))
    if value not in COST_DIMENSIONS and not (f"{kind}{colon}" in {"tag:", ALLOCATION} and key):
        offered = ", ".join(COST_DIMENSIONS)
        raise ValueError(f"must be tag:<key>, allocation:<key> or one of {offered}")
    return f"{kind}{colon}{key}"


Texts = Annotated[list[Text], BeforeValidator(_listed), Field(min_length=1)]
Dimension = Annotated[str, AfterValidator(_dimension)]
Conditions = Annotated[dict[Dimension, Texts], Field(min_length=1)]


class Members(Strict):
    """People, by their address, its domain, or a group of theirs."""

    people: list[Annotated[Text, AfterValidator(_address)]] = Field(default_factory=list)
    domains: list[Annotated[Text, AfterValidator(_domain)]] = Field(default_factory=list)
    groups: list[Text] = Field(default_factory=list)

    def include(self, person: Person) -> bool:
        """Whether somebody is one of them."""
        _, _, domain = person.email.rpartition("@")
        is_named = person.email in self.people or domain in self.domains
        return is_named or not person.groups.isdisjoint(self.groups)


class Workspace(Members):
    """Its members and what they see."""

    name: Text
    sees: list[Conditions] = Field(default_factory=list)
    sees_everything: bool = False
    may_act: Members = Field(default_factory=Members)
    budgets: list[Text] = Field(default_factory=list)
    metrics: list[Text] = Field(default_factory=list)
    scenarios: list[Text] = Field(default_factory=list)

    @model_validator(mode="after")
    def _sees_something(self) -> "Workspace":
        if self.sees_everything == bool(self.sees):
            raise ValueError("needs conditions under sees, or sees_everything: true")
        return self

    def scope(self, *, fold_tags: bool) -> Scope | None:
        """What it sees; None is everything."""
        if self.sees_everything:
            return None
        sees = tuple(
            tuple(
                (folded(name) if fold_tags else name, tuple(values))
                for name, values in conditions.items()
            )
            for conditions in self.sees
        )
        lists = (tuple(each) for each in (self.budgets, self.metrics, self.scenarios))
        return Scope(self.name, sees, *lists)


class Workspaces(Strict):
    """The file.

    Attributes:
        ask: Who gives access, for those who have none.
    """

    administrators: Members = Field(default_factory=Members)
    ask: str = ""
    workspaces: list[Workspace] = Field(default_factory=list)

    def of(self, person: Person, *, fold_tags: bool = False) -> list[Access]:
        """What somebody may see: nothing where no workspace names them."""
        if self.administrators.include(person):
            return [ALL, *self._as(Role.ADMINISTRATOR, self.workspaces, fold_tags)]
        return [
            access
            for each in self.workspaces
            if each.include(person) or each.may_act.include(person)
            for role in [Role.ACTOR if each.may_act.include(person) else Role.VIEWER]
            for access in self._as(role, [each], fold_tags)
        ]

    def find(self, name: str, *, fold_tags: bool = False) -> Access:
        """A workspace as its viewers see it.

        Raises:
            SettingsError: there is none of that name.
        """
        for each in self.workspaces:
            if each.name == name:
                return Access(name, Role.VIEWER, each.scope(fold_tags=fold_tags))
        known = ", ".join(each.name for each in self.workspaces) or "none"
        raise SettingsError(f"No workspace is called {name}: config/workspaces.yaml has {known}.")

    @staticmethod
    def _as(role: Role, workspaces: list[Workspace], fold_tags: bool) -> Iterator[Access]:
        for each in workspaces:
            yield Access(each.name, role, each.scope(fold_tags=fold_tags))


def read_workspaces(file: Path) -> Workspaces:
    """What the file says now; it is read again when it has changed. Without it nobody is named.

    Raises:
        SettingsError: one sentence with file, line and key.
    """
    try:
        stat = file.stat()
    except FileNotFoundError:
        return Workspaces()
    except OSError as error:
        raise SettingsError(f"{file} cannot be read: {error.strerror}.") from None
    return _read(file, (stat.st_mtime_ns, stat.st_size, stat.st_ino))


@lru_cache(maxsize=4)
def _read(file: Path, stamp: tuple[int, int, int]) -> Workspaces:  # noqa: ARG001  keys the cache
    found = read_rule_file(file, Workspaces, "workspaces")
    if found is None:
        return Workspaces()
    read, yaml_file = found
    _require_different(read, yaml_file)
    return read


def _require_different(read: Workspaces, yaml_file: YamlFile) -> None:
    names = [each.name for each in read.workspaces]
    for number, name in enumerate(names):
        if name in names[:number]:
            place = ("workspaces", number, "name")
            raise SettingsError(str(yaml_file.mistake(place, "stands here twice")))
