"""Writing what `atlas-costs connect` was told: keys into .env, names into connections.yaml.

Both files belong to the operator, so every other line stays as it is, and a file is replaced whole
or not at all. Keys go into .env alone, which only its owner may read.
"""

import re
from collections.abc import Mapping
from pathlib import Path

import yaml
from pydantic import SecretStr

from orchestration import files
from orchestration.config.connections import (
    ApiKey,
    Entry,
    ServiceAccount,
    SettingsError,
    parse_entries,
    read_entries,
)

PRIVATE, PUBLIC = 0o600, 0o644
HEADER = "# Atlas organizations to read; see docs/connect.md. Keys stand in .env, never here.\n"
# What Atlas's ids, keys and secrets are made of: nothing that .env would need quotes for.
PLAIN = re.compile(r"[A-Za-z0-9_\-.~+/=]+")
ASSIGNMENT = re.compile(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=")
DEFAULT_PREFIX = "MONGODB_ATLAS"
SUFFIXES = ("PUBLIC_KEY", "PRIVATE_KEY", "CLIENT_ID", "CLIENT_SECRET")
DEFAULT_VARIABLES = (
    "MONGODB_ATLAS_ORG_ID",
    *(f"{DEFAULT_PREFIX}_{each}" for each in (*SUFFIXES, "PUBLIC_API_KEY", "PRIVATE_API_KEY")),
)


def credentials_from(first: str, secret: str) -> ApiKey | ServiceAccount:
    """Credentials by their shape: a client id begins with mdb_sa_id_.

    Raises:
        SettingsError: one of them cannot be what Atlas gives out; neither is repeated.
    """
    for what, value in (("The public key or client id", first), ("The private key", secret)):
        if not PLAIN.fullmatch(value):
            raise SettingsError(
                f"{what} has characters that Atlas's never have: copy it again, whole."
            )
    kind = ServiceAccount if first.startswith("mdb_sa_") else ApiKey
    return kind(first, SecretStr(secret))


def prefix_of(name: str) -> str:
    """What the variables of a connection begin with: SHOP for shop."""
    prefix = re.sub(r"\W|-", "_", name).upper()
    return f"_{prefix}" if prefix[0].isdigit() else prefix


def variables_of(prefix: str, credentials: ApiKey | ServiceAccount) -> dict[str, str]:
    """The variables that hold credentials, with their values: secrets in the clear."""
    if isinstance(credentials, ApiKey):
        pair = (credentials.public_key, credentials.private_key.get_secret_value())
        names = SUFFIXES[:2]
    else:
        pair = (credentials.client_id, credentials.client_secret.get_secret_value())
        names = SUFFIXES[2:]
    return {f"{prefix}_{name}": value for name, value in zip(names, pair, strict=True)}


def write_variables(file: Path, values: Mapping[str, str | None]) -> None:
    """Set variables in a .env file, mode 600; None removes one. Other lines stay.

    Raises:
        SettingsError: the file cannot be written.
    """
    try:
        old = file.read_text(encoding="utf-8") if file.exists() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file} cannot be read: {type(error).__name__}.") from None
    left = dict(values)
    lines = []
    for line in old.splitlines():
        found = ASSIGNMENT.match(line)
        if found is None or found[1] not in values:
            lines.append(line)
        elif value := left.pop(found[1], None):
            lines.append(f"{found[1]}={value}")
    lines += [f"{name}={value}" for name, value in left.items() if value]
    _replace(file, "".join(f"{line}\n" for line in lines), PRIVATE)


def text_with(file: Path, entry: Entry) -> str:
    """connections.yaml with one more entry, in the place of one that has its name.

    Raises:
        SettingsError: the file has a mistake, holds the organization under another name, or is
            written in a way that cannot be changed safely.
    """
    others = [each for each in read_entries(file) if each.name != entry.name]
    text = _without(file.read_text(encoding="utf-8"), entry.name) if file.exists() else HEADER
    for each in others:
        if each.org_id.casefold() == entry.org_id.casefold():
            raise SettingsError(f"{file}: {entry.org_id} is connected already, as {each.name}.")
    return _checked(_with(text, entry), [*others, entry], file)


def write_connections(file: Path, text: str) -> None:
    """Replace connections.yaml.

    Raises:
        SettingsError: the file cannot be written.
    """
    _replace(file, text, PUBLIC)


def remove_entry(file: Path, name: str) -> Entry:
    """Take an entry out of connections.yaml, and say what it was.

    Raises:
        SettingsError: there is none of that name, or the file cannot be changed safely.
    """
    entries = read_entries(file)
    found = next((each for each in entries if each.name == name), None)
    if found is None:
        known = ", ".join(each.name for each in entries) or "none"
        raise SettingsError(f"{file} has no connection {name}; it has: {known}.")
    left = [each for each in entries if each.name != name]
    text = _without(file.read_text(encoding="utf-8"), name)
    _replace(file, _checked(text, left, file), PUBLIC)
    return found


def _checked(text: str, meant: list[Entry], file: Path) -> str:
    """The text, if it says what was meant: YAML has more styles than are understood here."""
    try:
        says_so = parse_entries(text, file) == meant
    except SettingsError:
        says_so = False
    if not says_so:
        raise SettingsError(
            f"{file} is written in a style that is not understood here: change it by hand, as in "
            "connections.yaml.example."
        )
    return text


def _items(text: str) -> tuple[int, list[tuple[str, int, int, int]]]:
    """The line of `connections:`, and of each entry its name, first and last line and column."""
    root = yaml.compose(text, Loader=yaml.BaseLoader)
    for key, value in root.value if isinstance(root, yaml.MappingNode) else []:
        in_lines = isinstance(value, yaml.SequenceNode) and not value.flow_style
        items = value.value if in_lines else []
        return key.start_mark.line, [_item(each) for each in items]
    return -1, []


def _item(node: yaml.MappingNode) -> tuple[str, int, int, int]:
    name = next(value.value for key, value in node.value if key.value == "name")
    last = max(value.end_mark.line for _, value in node.value)
    return name, node.start_mark.line, last, node.start_mark.column


def _without(text: str, name: str) -> str:
    lines = text.splitlines(keepends=True)
    for found, first, last, _ in _items(text)[1]:
        if found == name:
            del lines[first : last + 1]
    return "".join(lines)


def _with(text: str, entry: Entry) -> str:
    lines = [
        line if line.endswith("\n") else f"{line}\n" for line in text.splitlines(keepends=True)
    ]
    key_line, items = _items(text)
    if key_line < 0:
        key_line = len(lines)
        lines.append("connections:\n")
    column = items[-1][3] if items else 4
    at = items[-1][2] + 1 if items else key_line + 1
    given = entry.model_dump(exclude_none=True)
    written = [f"{' ' * column}{key}: {value}\n" for key, value in given.items()]
    written[0] = f"{' ' * (column - 2)}- {written[0].lstrip()}"
    return "".join([*lines[:at], *written, *lines[at:]])


def _replace(file: Path, text: str, mode: int) -> None:
    """Write beside the file, then rename: it is never half there nor readable to others."""
    target = file.resolve()  # a link keeps pointing where it did
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        files.write(target, text.encode(), mode=mode)
    except OSError as error:
        raise SettingsError(f"{file} cannot be written: {error.strerror}.") from None
