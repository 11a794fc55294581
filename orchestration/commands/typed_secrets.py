"""Secrets that somebody types into Dagster's pages are refused before Dagster sees them.

Dagster keeps whatever a run is launched with: its config, tags and notes, in a database that
anybody reads who may look at runs. Actions take names of variables (`password_env`), so nothing
here ever needs a secret, and what looks like one is a mistake.
"""

import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from graphql import GraphQLError, parse
from graphql.language import DocumentNode, Node, OperationDefinitionNode, OperationType
from graphql.language.visitor import Visitor, visit
from graphql.utilities import value_from_ast_untyped

from orchestration.actions.configs import VARIABLE
from orchestration.config.yaml_file import OnlyText, YamlMistake, parse_yaml

Found = Iterator[tuple[str, str]]
CONFIG = "runConfigData"
ENV = "_env"
NAMES = re.compile(
    r"pass(word|wd|phrase)|secret|(private|api|access)[_-]?key|token|credential", re.IGNORECASE
)
IN_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://[^\s/:@]*:[^\s/@]+@", re.IGNORECASE)
SHAPES = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY|mdb_sa_sk_\w|(password|passwd|pwd|secret)\s*[:=]\s*\S"
    r"|\beyJ[\w-]+\.eyJ[\w-]+\.",
    re.IGNORECASE,
)
# an Atlas API key's private half; Dagster's own ids look the same, and are never in a config
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
# Shorter ones are looked for by themselves: PostgreSQL's password may be `dagster`, which is in
# every tag of Dagster's own, so that nothing could be launched.
SHORTEST_KNOWN = 8
INSTEAD = (
    "Dagster stores what you type here. Put the secret into .env, or into a file that NAME_FILE "
    "names, and type the variable's name where a field asks for it (password_env). Nothing was "
    "launched or stored."
)


def refusal(document: object, known: Collection[str] = ()) -> str | None:
    """Why a GraphQL request is refused, as a sentence without the secret, or None.

    Args:
        document: The request's JSON.
        known: Secrets that this process knows, which may then be nowhere.
    """
    if not isinstance(document, dict) or not isinstance(query := document.get("query"), str):
        return None
    try:
        parsed = parse(query, no_location=True)
    except GraphQLError:
        return None  # Dagster says so, and keeps nothing
    if not _changes_something(parsed):
        return None
    try:
        values = [*_leaves("", document.get("variables")), *_literals(parsed)]
    except YamlMistake:
        return "The run's config is not valid YAML. Nothing was launched or stored."
    except RecursionError:
        return "The request is nested too deeply."
    return next((why for name, value in values if (why := _problem(name, value, known))), None)


def _changes_something(document: DocumentNode) -> bool:
    operations = [
        each for each in document.definitions if isinstance(each, OperationDefinitionNode)
    ]
    return any(each.operation is OperationType.MUTATION for each in operations)


def _literals(document: DocumentNode) -> Found:
    """What is written into the query itself."""
    found: list[tuple[str, Any]] = []

    class Arguments(Visitor):
        def enter_argument(self, node: Any, *_: object) -> None:  # noqa: ANN401  graphql's node
            found.append((node.name.value, _plain(node.value)))

    visit(document, Arguments())
    for name, value in found:
        yield from _leaves(name, value)


def _plain(node: Node) -> object:
    return value_from_ast_untyped(node, {})  # type: ignore[arg-type]


def _leaves(name: str, value: object) -> Found:
    """Each text with the dotted name it stands under, keys of mappings included."""
    if isinstance(value, dict):
        if isinstance(value.get("key"), str) and "value" in value:
            yield from _leaves(value["key"], value["value"])
        for key, inner in value.items():
            yield from _leaves(f"{name}.{key}" if name else str(key), inner)
    elif isinstance(value, list):
        for each in value:
            yield from _leaves(name, each)
    elif isinstance(value, str) and name.rpartition(".")[2] == CONFIG:
        yield from _leaves(f"{CONFIG}.", parse_yaml(value, Path("config"), OnlyText).document)
        yield f"{CONFIG}.", value
    elif value is not None and not isinstance(value, bool):
        yield name, str(value)


def _problem(name: str, value: str, known: Collection[str]) -> str | None:
    last = name.rpartition(".")[2]
    if last.endswith(ENV):
        is_name = VARIABLE.fullmatch(value) and "_" in value
        return None if is_name or not value else f"{last} must be the name of a variable. {INSTEAD}"
    if NAMES.search(last) and value:
        return f"{last} looks like a secret. {INSTEAD}"
    is_key = CONFIG in name and UUID.fullmatch(value)
    is_known = any(
        value == each or (len(each) >= SHORTEST_KNOWN and each in value) for each in known
    )
    if is_key or IN_ADDRESS.search(value) or SHAPES.search(value) or is_known:
        return f"{last or 'A value'} contains what looks like a secret. {INSTEAD}"
    return None
