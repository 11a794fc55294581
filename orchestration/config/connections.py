"""Which Atlas organizations to read: the types, and config/connections.yaml with its mistakes.

The file names environment variables, never keys, so it can stand in git. Whoever calls hands in
the variables: the environment itself is read in settings alone.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, TypeVar
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    model_validator,
)

from orchestration.config.yaml_file import OnlyText, YamlFile, YamlMistake, parse_yaml, read_yaml

FILE_NAME = "connections.yaml"
DEFAULT = "default"
NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,62}")
ORG_ID = re.compile(r"[0-9a-fA-F]{24}")
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
PAIRS = (("public_key_env", "private_key_env"), ("client_id_env", "client_secret_env"))
FOR_ACTIONS = tuple((f"provisioning_{one}", f"provisioning_{other}") for one, other in PAIRS)

Pairs = tuple[tuple[str, str], ...]
ONE_PAIR = ([(True, True), (False, False)], [(False, False), (True, True)])
NO_PAIR = [(False, False), (False, False)]

Kind = TypeVar("Kind", "ApiKey", "ServiceAccount")


class SettingsError(ValueError):
    """A setting is missing or contradicts another; the message names it and the remedy."""


@dataclass(frozen=True)
class ApiKey:
    """An Atlas API key: HTTP Digest credentials."""

    public_key: str
    private_key: SecretStr


@dataclass(frozen=True)
class ServiceAccount:
    """An Atlas service account: OAuth 2.0 client credentials."""

    client_id: str
    client_secret: SecretStr


@dataclass(frozen=True)
class Machine:
    """What this machine adds to every connection.

    Attributes:
        cert_file: Certificate authorities besides the public ones (SSL_CERT_FILE).
        cert_dir: A folder of them (SSL_CERT_DIR).
        tokens_dir: Where access tokens are kept between commands; None keeps none.
        tokens_from: Tokens made before are not used, in seconds since 1970.
    """

    cert_file: Path | None = None
    cert_dir: Path | None = None
    tokens_dir: Path | None = None
    tokens_from: float = 0.0


@dataclass(frozen=True)
class Connection:
    """One Atlas organization and how to reach it.

    Attributes:
        name: Also the name of its folder in landing.
        org_id: 24 hex digits.
        base_url: Without a path.
        credentials: None where they cannot be used.
        problem: The sentence that says why, or None.
        machine: How this machine reaches it.
    """

    name: str
    org_id: str
    base_url: str
    credentials: ApiKey | ServiceAccount | None = None
    problem: str | None = None
    machine: Machine = field(default_factory=Machine)

    def usable_credentials(self) -> ApiKey | ServiceAccount:
        """The credentials.

        Raises:
            SettingsError: there are none; the message is this connection's problem.
        """
        if self.credentials is None:
            raise SettingsError(self.problem or f"Connection {self.name} has no credentials.")
        return self.credentials


def pair(
    name: str | None, secret: SecretStr | None, variables: tuple[str, str], kind: type[Kind]
) -> Kind | None:
    """Both halves as one, or None where neither is set.

    Raises:
        SettingsError: only one of the two is set; both variables are named.
    """
    if name and secret and secret.get_secret_value():
        return kind(name, secret)
    if name or (secret and secret.get_secret_value()):
        present, absent = variables if name else (variables[1], variables[0])
        raise SettingsError(f"{present} is set but {absent} is not: set both.")
    return None


def http_address(value: str) -> str:
    """Atlas's address without a trailing path.

    Raises:
        ValueError: it is no http address.
    """
    try:
        address = urlsplit(value)
        usable = address.scheme in {"https", "http"} and address.hostname and address.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise ValueError("must start with https:// (for example https://cloud.mongodb.com)")
    return value.rstrip("/").removesuffix("/api/atlas/v2")


def connection_name(value: str) -> str:
    """A connection's name as it was given.

    Raises:
        ValueError: it could not be the name of a folder everywhere.
    """
    if not NAME.fullmatch(value):
        raise ValueError("must be letters, digits, - and _ (it names a folder)")
    return value


def organization_id(value: str) -> str:
    """An Atlas organization id as it was given.

    Raises:
        ValueError: it is not 24 hex digits.
    """
    if not ORG_ID.fullmatch(value):
        raise ValueError("must be 24 hex digits (Atlas, Organization Settings)")
    return value


def _variable(value: str) -> str:
    if not VARIABLE.fullmatch(value):
        raise ValueError(
            "must be the name of an environment variable, such as SHOP_PUBLIC_KEY; the key itself "
            "goes into .env"
        )
    return value


_Variable = Annotated[str, AfterValidator(_variable)]


class Entry(BaseModel):
    """One connection as config/connections.yaml writes it."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    name: Annotated[str, AfterValidator(connection_name)]
    org_id: Annotated[str, AfterValidator(organization_id)]
    base_url: Annotated[str, AfterValidator(http_address)] | None = None
    public_key_env: _Variable | None = None
    private_key_env: _Variable | None = None
    client_id_env: _Variable | None = None
    client_secret_env: _Variable | None = None
    provisioning_public_key_env: _Variable | None = None
    provisioning_private_key_env: _Variable | None = None
    provisioning_client_id_env: _Variable | None = None
    provisioning_client_secret_env: _Variable | None = None

    @model_validator(mode="after")
    def _names_one_pair(self) -> "Entry":
        if self._named(PAIRS) not in ONE_PAIR:
            raise ValueError(
                "needs either public_key_env and private_key_env, or client_id_env and "
                "client_secret_env"
            )
        if self._named(FOR_ACTIONS) not in (*ONE_PAIR, NO_PAIR):
            raise ValueError(
                "needs both halves of one key for actions: provisioning_public_key_env and "
                "provisioning_private_key_env, or provisioning_client_id_env and "
                "provisioning_client_secret_env"
            )
        return self

    def _named(self, pairs: Pairs) -> list[tuple[bool, ...]]:
        return [tuple(bool(getattr(self, key)) for key in each) for each in pairs]

    @property
    def variables(self) -> tuple[str, str]:
        """The names of the two variables with its credentials."""
        return self._variables_of(PAIRS)

    @property
    def key_variables(self) -> set[str]:
        """The names of all variables with credentials of any kind."""
        keys = (key for each in (*PAIRS, *FOR_ACTIONS) for key in each)
        return {name for key in keys if (name := getattr(self, key))}

    @property
    def secrets(self) -> set[str]:
        """Those of them that hold the secret half."""
        halves = (key for _, key in (*PAIRS, *FOR_ACTIONS))
        return {name for key in halves if (name := getattr(self, key))}

    def _variables_of(self, pairs: Pairs) -> tuple[str, str]:
        [found] = [each for each in pairs if getattr(self, each[0])]
        return getattr(self, found[0]), getattr(self, found[1])

    def connection(self, variables: Mapping[str, str], base_url: str) -> Connection:
        """This entry with what its variables hold; a variable that is not set is its problem."""
        return self._connection(PAIRS, variables, base_url)

    def connection_for_actions(
        self,
        variables: Mapping[str, str],
        base_url: str,
        shared: ApiKey | ServiceAccount | None,
        problem: str | None,
    ) -> Connection:
        """The same with its key for actions: its own, or the one that all share."""
        if self._named(FOR_ACTIONS) != NO_PAIR:
            return self._connection(FOR_ACTIONS, variables, base_url)
        return Connection(self.name, self.org_id, self.base_url or base_url, shared, problem)

    def _connection(self, pairs: Pairs, variables: Mapping[str, str], base_url: str) -> Connection:
        address, names = self.base_url or base_url, self._variables_of(pairs)
        missing = [each for each in names if not variables.get(each)]
        if missing:
            problem = (
                f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not set: put "
                f"{'it' if len(missing) == 1 else 'them'} into .env or the environment "
                f"(connection {self.name} of {FILE_NAME})."
            )
            return Connection(self.name, self.org_id, address, problem=problem)
        name, secret = (variables[each] for each in names)
        kind = ApiKey if getattr(self, pairs[0][0]) else ServiceAccount
        return Connection(self.name, self.org_id, address, kind(name, SecretStr(secret)))


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    connections: list[Entry] = Field(default_factory=list)


def read_entries(file: Path) -> list[Entry]:
    """The connections of a file, in its order; none where the file is absent or empty.

    Raises:
        SettingsError: the message names file, line and key, and never repeats a value.
    """
    try:
        return _entries(read_yaml(file, OnlyText))
    except FileNotFoundError:
        return []
    except YamlMistake as error:
        raise SettingsError(str(error)) from None


def parse_entries(text: str, file: Path) -> list[Entry]:
    """The connections of a text that stands, or will stand, in a file.

    Raises:
        SettingsError: see read_entries.
    """
    try:
        return _entries(parse_yaml(text, file, OnlyText))
    except YamlMistake as error:
        raise SettingsError(str(error)) from None


def _entries(yaml_file: YamlFile) -> list[Entry]:
    document = yaml_file.document
    if document is None or (isinstance(document, dict) and document.get("connections") == ""):
        return []  # the key of the example with every entry still a comment
    found = yaml_file.checked(_File, document).connections
    _require_different(found, yaml_file)
    return found


def _require_different(entries: list[Entry], yaml_file: YamlFile) -> None:
    for key in ("name", "org_id"):
        seen: set[str] = set()
        for number, entry in enumerate(entries):
            # Shop and shop would be one landing folder on a Mac
            value = str(getattr(entry, key)).casefold()
            if value in seen:
                place = ("connections", number, key)
                raise yaml_file.mistake(place, f"{getattr(entry, key)} stands here twice")
            seen.add(value)
