"""config/resources.yaml: what shall be in Atlas, in an order in which it can come to be there.

Every mistake is one sentence with file, line and key, before Atlas is asked anything.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from orchestration.actions.clusters.configs import PREFIX
from orchestration.actions.configs import ActionConfig
from orchestration.actions.resource_file.kinds import CLUSTER, INSIDE, PROJECT, Kind
from orchestration.actions.resource_file.references import Reference, references
from orchestration.config.yaml_file import Place, TypedValues, YamlFile, read_yaml

SECTIONS = frozenset(kind.section for kind in INSIDE)
NO_PASSWORDS = (
    "is not a key that is known here: a password is never written down, password_env names the "
    "variable that holds it"
)


class _Document(BaseModel):
    """The file as resources see it; its schedules are Dagster's, see orchestration.schedules."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    projects: list[dict[str, Any]] | None = None
    schedules: Any = None


class Order(BaseModel):
    """What comes before a thing."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    depends_on: list[str] = Field(default_factory=list)
    wait_for: dict[str, Annotated[int, Field(ge=0)]] = Field(default_factory=dict)


@dataclass(frozen=True)
class Resource:
    """One thing that shall be in Atlas.

    Attributes:
        address: kind:project or kind:project/name; there is one of each.
        place: Where it stands in the file.
        project: Name of the project it is, or is in.
        values: The config of its create_… action, with references as they stand in the file …
        config: … and checked.
        needs: Addresses of what comes first → where the file says so.
        wait_for: Addresses → the longest wait for them, in seconds.
    """

    address: str
    kind: Kind
    place: Place
    project: str
    values: Mapping[str, Any]
    config: ActionConfig
    needs: Mapping[str, Place]
    wait_for: Mapping[str, int]


def read_resources(file: Path) -> list[Resource]:
    """What the file asks for, whatever is needed before what needs it.

    Raises:
        FileNotFoundError: there is no file.
        YamlMistake: it says something that cannot be.
    """
    read = read_yaml(file, TypedValues)
    document = read.checked(_Document, {} if read.document is None else read.document)
    found: dict[str, Resource] = {}
    for number, entry in enumerate(document.projects or []):
        for each in _project(read, entry, ("projects", number)):
            if each.address in found:
                place = (*each.place, each.kind.key)
                raise read.mistake(place, f"is there twice: {each.address}")
            found[each.address] = each
    _require_known(read, found)
    _require_hosts(read, found.values())
    return _ordered(read, found)


def _project(read: YamlFile, entry: dict[str, Any], place: Place) -> Iterator[Resource]:
    own = {key: value for key, value in entry.items() if key not in SECTIONS}
    project = _resource(read, PROJECT, own, place, None)
    yield project
    for kind in INSIDE:
        section = entry.get(kind.section)
        if section is not None and not isinstance(section, list):
            raise read.mistake((*place, kind.section), "must be a list")
        for number, each in enumerate(section or []):
            at = (*place, kind.section, number)
            if not isinstance(each, dict):
                raise read.mistake(at, "must be a list of keys and values")
            yield _resource(read, kind, each, at, project)


def _resource(
    read: YamlFile, kind: Kind, entry: dict[str, Any], place: Place, project: Resource | None
) -> Resource:
    said = {key: value for key, value in entry.items() if key in Order.model_fields}
    order = read.checked(Order, said, place)
    values = {key: value for key, value in entry.items() if key not in said}
    _require_fields(read, kind, values, place)
    values |= {"project": project.project} if project else {}
    config = read.checked(kind.create.config, values, place)
    name = str(getattr(config, kind.key))
    address = f"{kind.name}:{project.project}/{name}" if project else f"{kind.name}:{name}"
    needs = _needs(read, kind, values, order, place)
    if project:
        needs.setdefault(project.address, place)
    where = project.project if project else name
    return Resource(address, kind, place, where, values, config, needs, order.wait_for)


def _require_fields(read: YamlFile, kind: Kind, values: dict[str, Any], place: Place) -> None:
    for key in values:
        if key == "password":
            raise read.mistake((*place, key), NO_PASSWORDS)
        if key not in kind.fields:
            known = ", ".join(sorted(kind.fields))
            raise read.mistake((*place, key), f"is not a key that is known here ({known} are)")


def _needs(
    read: YamlFile, kind: Kind, values: dict[str, Any], order: Order, place: Place
) -> dict[str, Place]:
    needs: dict[str, Place] = {}
    for each in references(values, place):
        _require_readable(read, each, kind)
        needs[each.address] = each.place
    needs |= {each: (*place, "wait_for", each) for each in order.wait_for}
    needs |= {each: (*place, "depends_on", n) for n, each in enumerate(order.depends_on)}
    return needs


def _require_readable(read: YamlFile, each: Reference, kind: Kind) -> None:
    if not each.address:
        raise read.mistake(each.place, "has a ${ that is no reference, such as ${project:shop.id}")
    if each.place[-1] == kind.key:
        raise read.mistake(each.place, "names the thing, so it can be no reference")


def _require_known(read: YamlFile, found: Mapping[str, Resource]) -> None:
    for resource in found.values():
        for address, place in resource.needs.items():
            if address not in found:
                raise read.mistake(place, f"names {address}, which this file does not hold")
        for each in references(resource.values, resource.place):
            known = found[each.address].kind.attributes
            if each.attribute not in known:
                said = f"asks {each.address} for {each.attribute}; it has {', '.join(known)}"
                raise read.mistake(each.place, said)


def _require_hosts(read: YamlFile, found: Iterable[Resource]) -> None:
    """Atlas names hosts by the beginning of a cluster's name: each needs one of its own."""
    seen: dict[tuple[str, str], str] = {}
    for each in found:
        if each.kind is CLUSTER:
            name = str(getattr(each.config, each.kind.key))
            other = seen.setdefault((each.project, name[:PREFIX]), name)
            if other != name:
                told = (
                    f"has the first {PREFIX} characters of {other}, and Atlas names hosts by them"
                )
                raise read.mistake((*each.place, each.kind.key), told)


def _ordered(read: YamlFile, found: Mapping[str, Resource]) -> list[Resource]:
    graph = {address: each.needs for address, each in found.items()}
    try:
        return [found[address] for address in TopologicalSorter(graph).static_order()]
    except CycleError as error:
        circle: list[str] = error.args[1]
        places = {found[one].needs[need]: found[one].place for need, one in pairwise(circle)}
        # that a thing stands in a project is nowhere written down as a need
        written = next(place for place, entry in places.items() if place != entry)
        raise read.mistake(written, f"goes round in a circle: {' → '.join(circle)}") from None
