"""What `atlas-costs connect` asks and says; no answer that is a secret is ever shown."""

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import typer

from orchestration.commands.check import print_matrix
from orchestration.config.connection_files import (
    DEFAULT_PREFIX,
    DEFAULT_VARIABLES,
    SUFFIXES,
    credentials_from,
    prefix_of,
    remove_entry,
    text_with,
    variables_of,
    write_connections,
    write_variables,
)
from orchestration.config.connections import (
    DEFAULT,
    ApiKey,
    Connection,
    Entry,
    ServiceAccount,
    connection_name,
    http_address,
    organization_id,
    read_entries,
)
from orchestration.permissions.report import COMMERCIAL, examine
from orchestration.settings import (
    Settings,
    SettingsError,
    env_file,
    load_settings,
    set_in_environment,
)


@dataclass(frozen=True, repr=False)
class Given:
    """What flags said; the rest is asked for."""

    org_id: str | None = None
    public_key: str | None = None
    private_key: str | None = None
    client_id: str | None = None
    client_secret: str | None = None
    base_url: str | None = None
    name: str | None = None


def connect(given: Given, *, yes: bool, anyway: bool) -> bool:
    """Ask for what is missing, test it, write it.

    Returns:
        Whether costs can be read with it, or it was written anyway.

    Raises:
        SettingsError: an answer cannot be used, or a file cannot be written.
    """
    settings = load_settings()
    env = _writable_env()
    connection = _asked(given, settings)
    if connection.name != DEFAULT:
        _require_own_prefix(connection.name, settings)
    report = examine(connection, None)
    print_matrix([report])
    if not (report.costs_readable or anyway):
        typer.echo("\nNothing was written. Use --anyway to save it regardless.")
        return False
    if not yes and not _confirmed(_question(connection, settings, env)):
        typer.echo("Nothing was written.")
        return True
    _write(connection, given, settings, env)
    return True


def forget(name: str, *, yes: bool) -> None:
    """Remove a connection and its keys; what it landed stays.

    Raises:
        SettingsError: there is no such connection, or a file cannot be written.
    """
    settings = load_settings()
    env = _writable_env()
    entries = {each.name: each for each in read_entries(settings.connections_file)}
    is_default = name == DEFAULT and DEFAULT not in entries and settings.org_id is not None
    if not is_default and name not in entries:
        known = ", ".join([*entries, *([DEFAULT] if settings.org_id else [])]) or "none"
        raise SettingsError(f"There is no connection {name}; known: {known}.")
    if not yes and not _confirmed(f"Remove connection {name} and its keys from {env}?"):
        typer.echo("Nothing was removed.")
        return
    variables = DEFAULT_VARIABLES if is_default else entries[name].variables
    if not is_default:
        remove_entry(settings.connections_file, name)
    kept = {each for other in entries.values() if other.name != name for each in other.variables}
    unused = [each for each in variables if each not in kept]
    if name in entries:
        # a variable that the default connection reads too is not this entry's to delete
        unused = [each for each in unused if each not in DEFAULT_VARIABLES]
    write_variables(env, dict.fromkeys(unused))
    typer.echo(f"Removed connection {name}.")
    _warn_of_environment(unused)
    typer.echo(
        "The next refresh leaves it out of every total. What it landed stays in "
        f"{settings.landing_dir / name}: delete that folder to be rid of it."
    )


def _asked(given: Given, settings: Settings) -> Connection:
    name = _valid("--name", given.name or DEFAULT, connection_name)
    org = _valid("The organization id", given.org_id or _ask("Organization id"), organization_id)
    address = _valid("--base-url", given.base_url or settings.base_url, http_address)
    return Connection(name, org, address, _credentials(given), machine=settings.machine)


def _credentials(given: Given) -> ApiKey | ServiceAccount:
    key = given.public_key or given.private_key
    account = given.client_id or given.client_secret
    if key and account:
        raise SettingsError("Give an API key or a service account, not both.")
    if key:
        first = given.public_key or _ask("Public key")
    elif account:
        first = given.client_id or _ask("Client id")
    else:
        first = _ask("Client id of a service account, or public key of a (legacy) API key")
    secret = given.private_key or given.client_secret
    return credentials_from(first, secret or _ask("Private key or client secret", hidden=True))


def _ask(what: str, *, hidden: bool = False) -> str:
    """One answer from the terminal, or one line from a pipe."""
    if sys.stdin.isatty():
        return str(typer.prompt(what, hide_input=hidden)).strip()
    if not (line := sys.stdin.readline()):
        raise SettingsError(f"{what} is missing: give it as a flag or on standard input.")
    return line.strip()


def _confirmed(question: str) -> bool:
    if sys.stdin.isatty():
        return typer.confirm(question, default=True)
    raise SettingsError(f"{question} No terminal to answer on: add --yes.")


def _valid(what: str, value: str, check: Callable[[str], str]) -> str:
    try:
        return check(value)
    except ValueError as error:
        raise SettingsError(f"{what} {error}.") from None


def _writable_env() -> Path:
    if (file := env_file()) is None:
        raise SettingsError(
            "ATLAS_COSTS_ENV_FILE is empty, so there is no .env to write: unset it or name a file."
        )
    return file


def _require_own_prefix(name: str, settings: Settings) -> None:
    """a-b and a_b would share A_B_PUBLIC_KEY; atlas's own names are the default's."""
    prefix = prefix_of(name)
    others = [each.name for each in read_entries(settings.connections_file) if each.name != name]
    taken = prefix.startswith(DEFAULT_PREFIX) or prefix in {prefix_of(each) for each in others}
    if taken:
        raise SettingsError(
            f"--name {name}: its variables would be {prefix}_…, which belong to another "
            "connection: choose another name."
        )


def _question(connection: Connection, settings: Settings, env: Path) -> str:
    if connection.name != DEFAULT:
        return f"Write {connection.name} to {settings.connections_file} and its key to {env}?"
    replaced = settings.org_id if settings.org_id != connection.org_id else None
    return f"Write to {env}{f' (in the place of organization {replaced})' if replaced else ''}?"


def _write(connection: Connection, given: Given, settings: Settings, env: Path) -> None:
    credentials = connection.usable_credentials()
    if connection.name == DEFAULT:
        values: dict[str, str | None] = dict.fromkeys(DEFAULT_VARIABLES)
        values |= {"MONGODB_ATLAS_ORG_ID": connection.org_id}
        values |= variables_of(DEFAULT_PREFIX, credentials)
        if given.base_url or connection.base_url != COMMERCIAL:
            values["MONGODB_ATLAS_BASE_URL"] = connection.base_url
        write_variables(env, values)
    else:
        prefix, file = prefix_of(connection.name), settings.connections_file
        named = variables_of(prefix, credentials)
        text = text_with(file, _entry(connection, list(named), settings))
        values = dict.fromkeys(f"{prefix}_{each}" for each in SUFFIXES) | named
        # keys first: an entry without its keys would be a connection that cannot be read
        write_variables(env, values)
        write_connections(file, text)
        typer.echo(f"Wrote {connection.name} to {file}.")
    names = [name for name, value in values.items() if value]
    typer.echo(f"Wrote {', '.join(names)} to {env}, which only you can read.")
    _warn_of_environment(values)


def _entry(connection: Connection, variables: list[str], settings: Settings) -> Entry:
    kinds = ("public_key_env", "private_key_env")
    if isinstance(connection.credentials, ServiceAccount):
        kinds = ("client_id_env", "client_secret_env")
    address = {} if connection.base_url == settings.base_url else {"base_url": connection.base_url}
    named = dict(zip(kinds, variables, strict=True))
    return Entry(name=connection.name, org_id=connection.org_id, **address, **named)


def _warn_of_environment(names: Iterable[str]) -> None:
    if also := set_in_environment(names):
        typer.echo(f"{', '.join(also)}: also set in the environment, which wins over .env.")
