"""A YAML file that an operator writes, with the line of each key: mistakes name file, line, key.

No sentence repeats a value: it may be a key or a password that stands in the wrong place.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

Place = tuple[str | int, ...]
"""The keys and numbers of items that lead to a value: ("connections", 0, "name")."""

M = TypeVar("M", bound=BaseModel)
SENTENCES = {
    "missing": "is missing",
    "extra_forbidden": "is not a key that is known here",
    "string_type": "must be text",
    "list_type": "must be a list",
    "dict_type": "must be keys and values",
    "model_type": "must be a list of keys and values",
    "model_attributes_type": "must be a list of keys and values",
}


# No file of ours comes near them: past these it is one that aliases make grow for ever.
MAX_BYTES, MAX_PLACES = 2**20, 100_000
# What PyYAML raises for a tag whose value is not of its kind, besides its own errors.
NOT_OF_ITS_TAG = (ValueError, LookupError, AttributeError, TypeError, OverflowError)


class YamlMistake(ValueError):
    """A file says something that cannot be; the message is one sentence with file, line and key."""


class OnlyText(yaml.BaseLoader):
    """Every value is the text that stands there."""


class TypedValues(yaml.SafeLoader):
    """Numbers and yes or no as YAML has them; a time stays the text that stands there."""

    yaml_implicit_resolvers = {  # noqa: RUF012  PyYAML's own attribute
        first: [
            (tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"
        ]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


Loader = type[OnlyText] | type[TypedValues]


@dataclass(frozen=True)
class YamlFile:
    """What a file says, and where.

    Attributes:
        document: None where the file is empty.
        lines: Of each key, and of each item of a list.
    """

    file: Path
    document: Any
    lines: Mapping[Place, int]

    def mistake(self, place: Place, sentence: str) -> YamlMistake:
        """The error to raise about a place, or about the nearest one around it that is there."""
        known = next(place[:n] for n in range(len(place), -1, -1) if place[:n] in self.lines)
        where = "".join(f"[{each}]" if isinstance(each, int) else f".{each}" for each in place)
        name = where.lstrip(".") or "the file"
        return YamlMistake(f"{self.file}, line {self.lines[known]}: {name} {sentence}.")

    def checked(self, model: type[M], value: object, place: Place = ()) -> M:
        """A value of the file as a model.

        Raises:
            YamlMistake: the first thing that is wrong with it.
        """
        try:
            return model.model_validate(value)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            raise self.mistake((*place, *first["loc"]), _sentence(dict(first))) from None


def read_yaml(file: Path, loader: Loader) -> YamlFile:
    """What a file says.

    Raises:
        FileNotFoundError: it is not there.
        YamlMistake: it cannot be read, or is not YAML.
    """
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        raise  # for the caller to say what its absence means
    except OSError as error:
        raise YamlMistake(f"{file} cannot be read: {type(error).__name__}.") from None
    try:
        return parse_yaml(content.decode(), file, loader)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise YamlMistake(f"{file}, line {line}: not UTF-8: save the file as UTF-8.") from None


def parse_yaml(text: str, file: Path, loader: Loader) -> YamlFile:
    """What a text says that stands, or will stand, in a file.

    Raises:
        YamlMistake: it is not YAML, or says one key twice.
    """
    if len(text) > MAX_BYTES:
        raise YamlMistake(f"{file} is larger than {MAX_BYTES // 2**20} MB: it is no file of ours.")
    try:
        root = yaml.compose(text, Loader=loader)
        lines = _all_lines(root, file) if root else {(): 1}
        return YamlFile(file, yaml.load(text, loader), lines)  # noqa: S506  both are safe
    except YamlMistake:
        raise
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise YamlMistake(f"{file}, line {line}: not YAML ({error.problem}).") from None
    except (yaml.YAMLError, *NOT_OF_ITS_TAG):
        raise YamlMistake(
            f"{file}: not YAML (a character, a number or a tag that YAML does not allow)."
        ) from None
    except RecursionError:
        raise YamlMistake(f"{file}: not YAML that ends (it is nested too deeply).") from None


def _all_lines(root: yaml.Node, file: Path) -> dict[Place, int]:
    """The line of each place, before anything is made of the file: aliases may multiply it."""
    found: dict[Place, int] = {}
    for place, line in _lines(root, file):
        found[place] = line
        if len(found) > MAX_PLACES:
            raise YamlMistake(
                f"{file}, line {line}: more than {MAX_PLACES:,} values stand here: aliases repeat "
                "what repeats others."
            )
    return found


def _lines(
    node: yaml.Node, file: Path, place: Place = (), around: tuple[yaml.Node, ...] = ()
) -> Iterator[tuple[Place, int]]:
    """Where each key stands: the line of the key, or of the list's item."""
    if node in around:
        line = node.start_mark.line + 1
        raise YamlMistake(f"{file}, line {line}: not YAML that ends (it contains itself).")
    around = (*around, node)
    if not place:
        yield (), node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            yield (*place, number), item.start_mark.line + 1
            yield from _lines(item, file, (*place, number), around)
    elif isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            line, name = key.start_mark.line + 1, str(key.value)
            if name in seen:
                raise YamlMistake(f"{file}, line {line}: {name} stands twice in one entry.")
            seen.add(name)
            yield (*place, name), line
            yield from _lines(value, file, (*place, name), around)


def _sentence(error: dict[str, Any]) -> str:
    message = str(error["msg"]).removeprefix("Value error, ")
    message = message.replace("Input should be", "must be").partition(", unable to")[0]
    return SENTENCES.get(error["type"], message)
