"""Who may open the pages: an OpenID Connect provider, or a proxy that has signed people in."""

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from pydantic import Field, SecretStr

from orchestration.config.connections import SettingsError
from orchestration.config.credentials import Credentials

CALLBACK = "/oauth2callback"
SHORTEST_SECRET = 32
SOCKET = "unix"
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True)
class Provider:
    """An OpenID Connect provider, and what it knows the pages by.

    Attributes:
        redirect_uri: Where it sends people back to; registered with it.
        groups_claim: Which claim of an identity has its groups.
    """

    metadata_url: str
    client_id: str
    client_secret: SecretStr
    cookie_secret: SecretStr
    redirect_uri: str
    scope: str
    groups_claim: str


@dataclass(frozen=True)
class Proxy:
    """A reverse proxy that says in headers who is signed in.

    Attributes:
        groups_header: Has the groups, separated by commas; empty where it says none.
        networks: The only peers whose headers count.
        has_socket: Whether those of whoever may open the pages' Unix socket count too.
    """

    header: str
    groups_header: str
    networks: tuple[Network, ...]
    has_socket: bool

    @property
    def headers(self) -> tuple[str, ...]:
        """All that it says."""
        return tuple(filter(None, (self.header, self.groups_header)))


class SignIn(Credentials):
    """Who reaches the pages and how they sign in; without these settings, nobody has to."""

    allow_anonymous: bool = False
    allowed_hosts: str = ""
    workspace: str = ""
    oidc_metadata_url: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")
    oidc_scope: str = "openid profile email"
    oidc_groups_claim: str = "groups"
    cookie_secret: SecretStr = SecretStr("")
    public_url: str = ""
    session_hours: float = Field(default=12, gt=0, le=720)
    trusted_header: str = ""
    trusted_groups_header: str = ""
    trusted_proxies: str = ""

    @property
    def allowed_host_names(self) -> tuple[str, ...]:
        """Names besides this machine's own under which pages and Dagster are reached."""
        return listed(self.allowed_hosts)

    def identity(self) -> Provider | Proxy | None:
        """How people sign in; None where they do not.

        Raises:
            SettingsError: something is missing, or cannot be used.
        """
        if self.trusted_header or self.trusted_groups_header or self.trusted_proxies:
            if self.oidc_client_id:
                raise SettingsError(
                    "ATLAS_COSTS_TRUSTED_HEADER and ATLAS_COSTS_OIDC_CLIENT_ID are both set: "
                    "either a proxy signs people in, or the pages do."
                )
            return self._proxy()
        return self._provider()

    def _proxy(self) -> Proxy:
        if not (self.trusted_header and self.trusted_proxies):
            raise SettingsError(
                "ATLAS_COSTS_TRUSTED_HEADER and ATLAS_COSTS_TRUSTED_PROXIES belong together: name "
                "the header that says who is signed in, and the addresses of the proxies that set "
                "it."
            )
        named = listed(self.trusted_proxies)
        networks = tuple(_network(each) for each in named if each != SOCKET)
        headers = self.trusted_header.lower(), self.trusted_groups_header.lower()
        return Proxy(*headers, networks, has_socket=SOCKET in named)

    def _provider(self) -> Provider | None:
        needed = {
            "OIDC_METADATA_URL": self.oidc_metadata_url,
            "OIDC_CLIENT_ID": self.oidc_client_id,
            "OIDC_CLIENT_SECRET": self.oidc_client_secret.get_secret_value(),
            "COOKIE_SECRET": self.cookie_secret.get_secret_value(),
            "PUBLIC_URL": self.public_url,
        }
        if not any(needed.values()):
            return None
        if missing := [f"ATLAS_COSTS_{name}" for name, value in needed.items() if not value]:
            raise SettingsError(f"Sign-in also needs {', '.join(missing)} (docs/workspaces.md).")
        if len(needed["COOKIE_SECRET"]) < SHORTEST_SECRET:
            raise SettingsError(
                f"ATLAS_COSTS_COOKIE_SECRET must have at least {SHORTEST_SECRET} characters, such "
                "as those of `openssl rand -hex 32`."
            )
        for name in ("OIDC_METADATA_URL", "PUBLIC_URL"):
            _require_address(f"ATLAS_COSTS_{name}", needed[name])
        return Provider(
            self.oidc_metadata_url,
            self.oidc_client_id,
            self.oidc_client_secret,
            self.cookie_secret,
            self.public_url.rstrip("/") + CALLBACK,
            self.oidc_scope,
            self.oidc_groups_claim,
        )


def listed(value: str) -> tuple[str, ...]:
    """The parts of a setting that commas separate."""
    return tuple(each.strip() for each in value.split(",") if each.strip())


def _network(value: str) -> Network:
    try:
        return ipaddress.ip_network(value)
    except ValueError as error:
        raise SettingsError(
            f"ATLAS_COSTS_TRUSTED_PROXIES {value}: must be an address such as 10.0.0.5, a "
            f"network such as 10.0.0.0/24, or {SOCKET} ({error})."
        ) from None


def _require_address(variable: str, value: str) -> None:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise SettingsError(f"{variable} must be a whole address that begins with https://.")
