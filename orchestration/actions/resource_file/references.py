"""`${cluster:my-app/main.connection_srv}`: text that stands for what Atlas has of another thing."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from orchestration.config.yaml_file import Place

REFERENCE = re.compile(r"\$\{([^{}]+)\.(\w+)\}")
OPENS = "${"


@dataclass(frozen=True)
class Reference:
    """One reference and where it stands; `address` is empty where it is none that can be read."""

    place: Place
    address: str = ""
    attribute: str = ""


def references(value: object, place: Place) -> Iterator[Reference]:
    """Every reference in a value of the file, however deep."""
    if isinstance(value, str):
        found = REFERENCE.findall(value)
        yield from (Reference(place, *each) for each in found)
        if value.count(OPENS) > len(found):
            yield Reference(place)
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from references(each, (*place, key))
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from references(each, (*place, number))


def resolved(value: Any, value_of: Callable[[str, str], str | None]) -> Any:  # noqa: ANN401  YAML
    """The same with what its references stand for.

    Args:
        value: Of the file.
        value_of: What an address has as an attribute; None leaves the reference as it is.
    """
    if isinstance(value, str):
        return REFERENCE.sub(lambda found: value_of(*found.groups()) or found[0], value)
    if isinstance(value, dict):
        return {key: resolved(each, value_of) for key, each in value.items()}
    if isinstance(value, list):
        return [resolved(each, value_of) for each in value]
    return value
