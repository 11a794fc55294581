"""What opens Atlas: one pair of credentials, those of actions, and the organizations they are for.

The variables are read by orchestration/settings.py; here is what they must be together.
"""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings

from orchestration.config.connections import (
    DEFAULT,
    ApiKey,
    Connection,
    Machine,
    ServiceAccount,
    SettingsError,
    http_address,
    pair,
    read_entries,
)

NO_KEY_FOR_ACTIONS = (
    "No key for actions: set MONGODB_ATLAS_PROVISIONING_PUBLIC_KEY and "
    "MONGODB_ATLAS_PROVISIONING_PRIVATE_KEY, or MONGODB_ATLAS_PROVISIONING_CLIENT_ID and "
    "MONGODB_ATLAS_PROVISIONING_CLIENT_SECRET (docs/connect.md#keys-for-actions); the key that "
    "reads costs is never used to change anything."
)


def _atlas(*names: str) -> Any:  # noqa: ANN401  pydantic's Field is untyped
    choices = AliasChoices(*(f"MONGODB_ATLAS_{name}" for name in names))
    return Field(default=None, validation_alias=choices)


class Credentials(BaseSettings):
    """The settings `MONGODB_ATLAS_*`, and the connections that they and connections.yaml make."""

    org_id: str | None = _atlas("ORG_ID")
    public_key: str | None = _atlas("PUBLIC_KEY", "PUBLIC_API_KEY")
    private_key: SecretStr | None = _atlas("PRIVATE_KEY", "PRIVATE_API_KEY")
    client_id: str | None = _atlas("CLIENT_ID")
    client_secret: SecretStr | None = _atlas("CLIENT_SECRET")
    base_url: Annotated[str, AfterValidator(http_address)] = Field(
        default="https://cloud.mongodb.com", validation_alias="MONGODB_ATLAS_BASE_URL"
    )
    provisioning_public_key: str | None = _atlas("PROVISIONING_PUBLIC_KEY")
    provisioning_private_key: SecretStr | None = _atlas("PROVISIONING_PRIVATE_KEY")
    provisioning_client_id: str | None = _atlas("PROVISIONING_CLIENT_ID")
    provisioning_client_secret: SecretStr | None = _atlas("PROVISIONING_CLIENT_SECRET")

    @property
    @abstractmethod
    def connections_file(self) -> Path:
        """Where several organizations are listed."""

    @property
    @abstractmethod
    def machine(self) -> Machine:
        """What this machine adds to every connection."""

    @abstractmethod
    def variables(self) -> Mapping[str, str]:
        """Every variable there is: connections.yaml names some that hold credentials."""

    def credentials(self) -> ApiKey | ServiceAccount:
        """The one pair of credentials that is set.

        Raises:
            SettingsError: none, half a pair, or both kinds are set.
        """
        if found := self._credentials(""):
            return found
        raise SettingsError(
            "No Atlas credentials: set MONGODB_ATLAS_PUBLIC_KEY and MONGODB_ATLAS_PRIVATE_KEY, or "
            "MONGODB_ATLAS_CLIENT_ID and MONGODB_ATLAS_CLIENT_SECRET, in .env (see .env.example); "
            "to look around without a key run `make demo`."
        )

    def provisioning_credentials(self) -> ApiKey | ServiceAccount | None:
        """The separate pair that actions use, or None where none is set.

        Raises:
            SettingsError: half a pair, or both kinds are set.
        """
        return self._credentials("PROVISIONING_")

    def connections_for_actions(self) -> list[Connection]:
        """Every organization with the credentials that actions use, and no others.

        Those of connections.yaml may name variables of their own; the rest share
        MONGODB_ATLAS_PROVISIONING_….
        """
        shared, problem = self._shared_for_actions()
        variables = self.variables()
        found = [
            each.connection_for_actions(variables, self.base_url, shared, problem)
            for each in read_entries(self.connections_file)
        ]
        known = {each.org_id.casefold() for each in found}
        if self.org_id and self.org_id.casefold() not in known:
            found.append(Connection(DEFAULT, self.org_id, self.base_url, shared, problem))
        return self._from_this_machine(found)

    def _from_this_machine(self, found: list[Connection]) -> list[Connection]:
        machine = self.machine
        return [replace(each, machine=machine) for each in found]

    def _shared_for_actions(self) -> tuple[ApiKey | ServiceAccount | None, str | None]:
        try:
            found = self.provisioning_credentials()
        except SettingsError as error:
            return None, str(error)
        return found, None if found else NO_KEY_FOR_ACTIONS

    def connection_for_actions(self, name: str | None) -> Connection:
        """The organization to act in, with usable credentials.

        Raises:
            SettingsError: there is none, none of this name, several and none was named, or no
                key for actions.
        """
        found = self.connections_for_actions()
        names = ", ".join(each.name for each in found)
        if not found:
            raise SettingsError("No organization is connected: run `atlas-costs connect`.")
        if name is None and len(found) > 1:
            raise SettingsError(f"connection is missing: say which one ({names}).")
        chosen = [each for each in found if name is None or each.name == name]
        if not chosen:
            raise SettingsError(f"connection {name} is not known: there is {names}.")
        chosen[0].usable_credentials()
        return chosen[0]

    def connections(self) -> list[Connection]:
        """Every Atlas organization this installation reads; config/connections.yaml's first.

        One whose variables are not set comes without credentials and with its problem, so that it
        does not stop the others.

        Raises:
            SettingsError: there is no connection at all, the only one has no usable credentials,
                or connections.yaml has a mistake.
        """
        entries = read_entries(self.connections_file)
        if not entries:
            return self._from_this_machine([self._required_default()])
        # looked up once: it reads .env, where a thousand connections have two thousand lines
        variables = self.variables()
        found = [each.connection(variables, self.base_url) for each in entries]
        if self.org_id and self.org_id.casefold() not in {each.org_id.casefold() for each in found}:
            if DEFAULT in {each.name.casefold() for each in found}:
                raise SettingsError(
                    f"{self.connections_file}: a connection is named default, and so is the "
                    "organization of MONGODB_ATLAS_ORG_ID: give the one in the file another name."
                )
            found.append(self._default(self.org_id))
        return self._from_this_machine(found)

    def _required_default(self) -> Connection:
        credentials = self.credentials()
        if not self.org_id:
            raise SettingsError(
                "MONGODB_ATLAS_ORG_ID is not set: put the organization id (Atlas, Organization "
                "Settings) into .env or the environment."
            )
        return Connection(DEFAULT, self.org_id, self.base_url, credentials)

    def _default(self, org_id: str) -> Connection:
        try:
            return Connection(DEFAULT, org_id, self.base_url, self.credentials())
        except SettingsError as error:
            return Connection(DEFAULT, org_id, self.base_url, problem=str(error))

    def _credentials(self, kind: str) -> ApiKey | ServiceAccount | None:
        def half(name: str) -> Any:  # noqa: ANN401  a name or a secret
            return getattr(self, f"{kind}{name}".lower())

        def variables(*names: str) -> tuple[str, str]:
            first, second = (f"MONGODB_ATLAS_{kind}{name}" for name in names)
            return first, second

        key_names = variables("PUBLIC_KEY", "PRIVATE_KEY")
        account_names = variables("CLIENT_ID", "CLIENT_SECRET")
        key = pair(half("PUBLIC_KEY"), half("PRIVATE_KEY"), key_names, ApiKey)
        account = pair(half("CLIENT_ID"), half("CLIENT_SECRET"), account_names, ServiceAccount)
        if key and account:
            raise SettingsError(
                f"Both an API key ({key_names[0]}) and a service account ({account_names[0]}) are "
                "set: keep one of them."
            )
        return key or account
