"""The only way in to pages and Dagster: another site's page is turned away, and another name.

Both listen on this machine, which any page open in the same browser can reach: an image's address
was enough to launch a run. So a request must be for a name of ours (a page of `evil.example` that
points its name at 127.0.0.1 still asks for evil.example), and it must come from our own page
(https://www.w3.org/TR/fetch-metadata/, RFC 6454) unless a person merely follows a link.
"""

import ipaddress
import socket
from collections.abc import Callable, Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
OUR_OWN = frozenset({"same-origin", "none"})
FORBIDDEN, POLICY_VIOLATION = 403, 1008
UNKNOWN_NAME = (
    "This address is not served under that name: open it as localhost, or name the host in "
    "ATLAS_COSTS_ALLOWED_HOSTS.\n"
)
FOREIGN_PAGE = "Another site's page asked for this, so it was refused: open it by its address.\n"
Rule = Callable[[HTTPConnection], str | None]
"""Says why a request is refused, or None."""


@dataclass(frozen=True)
class TrustedHeaders:
    """Headers by which a proxy says who is signed in.

    Attributes:
        names: In small letters.
        networks: The peers that may say them; from any other, and said twice, they are taken out.
        is_anybody_ours: Whether every peer may: only a proxy can open the socket.
    """

    names: tuple[str, ...]
    networks: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...] = ()
    is_anybody_ours: bool = False

    def only(self, scope: Scope) -> Scope:
        """A request or websocket that has the headers only if a proxy of ours set them."""
        wanted = [name.encode("latin-1") for name in self.names]
        # some servers and proxies take _ for -
        spelled = {_spelled(name) for name in wanted}
        said = [each for each in scope["headers"] if _spelled(each[0]) in spelled]
        kept = [each for each in scope["headers"] if _spelled(each[0]) not in spelled]
        if self._is_ours(scope):
            kept += [each for name in wanted for each in _said_once(said, name)]
        return {**scope, "headers": kept}

    def _is_ours(self, scope: Scope) -> bool:
        if self.is_anybody_ours:
            return True
        try:
            peer = ipaddress.ip_address((scope.get("client") or ("",))[0])
        except ValueError:
            return False
        mapped = getattr(peer, "ipv4_mapped", None)
        return any((mapped or peer) in each for each in self.networks)


def _said_once(said: list[tuple[bytes, bytes]], wanted: bytes) -> list[tuple[bytes, bytes]]:
    """What a header says; a proxy that strips what people send as it may not know a spelling."""
    alike = [each for each in said if _spelled(each[0]) == _spelled(wanted)]
    return [(wanted, value) for name, value in alike if len(alike) == 1 and name.lower() == wanted]


def _spelled(name: bytes) -> bytes:
    return name.lower().replace(b"_", b"-")


class Door:
    """ASGI middleware around everything that listens.

    Args:
        app: What is behind it.
        names: Host names besides this machine's loopback, such as a proxy's.
        is_beyond_loopback: Whether it listens on other addresses too; any address in digits is
            then a name of ours, because nobody can point it elsewhere, and so is the host name.
        also: A further rule of the application behind it.
        trusted: The headers of a proxy that signs people in.
    """

    def __init__(
        self,
        app: ASGIApp,
        names: Collection[str] = (),
        *,
        is_beyond_loopback: bool = False,
        also: Rule | None = None,
        trusted: TrustedHeaders | None = None,
    ) -> None:
        self._app = app
        self._named = frozenset(name.casefold() for name in names)
        own = (socket.gethostname(), socket.getfqdn()) if is_beyond_loopback else ()
        self._names = LOOPBACK | self._named | {name.casefold() for name in own}
        self._is_beyond_loopback = is_beyond_loopback
        self._also = also
        self._trusted = trusted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if self._trusted:
            scope = self._trusted.only(scope)
        reason = self._refusal(HTTPConnection(scope))
        if reason is None:
            await self._app(scope, receive, _never_framed(send))
        elif scope["type"] == "websocket":
            await WebSocketClose(POLICY_VIOLATION)(scope, receive, send)
        else:
            await PlainTextResponse(reason, FORBIDDEN)(scope, receive, send)

    def _refusal(self, asked: HTTPConnection) -> str | None:
        if not self._is_for_us(asked):
            return UNKNOWN_NAME
        if not self._is_from_us(asked):
            return FOREIGN_PAGE
        return self._also(asked) if self._also else None

    def _is_for_us(self, asked: HTTPConnection) -> bool:
        hosts = asked.headers.getlist("host")
        name = _host_name(hosts[0]) if len(hosts) == 1 else None
        return name is not None and (
            name in self._names or (self._is_beyond_loopback and _is_address(name))
        )

    def _is_from_us(self, asked: HTTPConnection) -> bool:
        """Whether what the browser says of the asking page allows it; programs say nothing."""
        origins = asked.headers.getlist("origin")
        if not all(self._is_ours(each, asked) for each in origins):
            return False
        site = asked.headers.get("sec-fetch-site", "")
        if site and site not in OUR_OWN:
            return _follows_a_link(asked)
        referer = asked.headers.get("referer", "")
        if origins or site or not referer or _method(asked) in SAFE_METHODS:
            return True
        return self._is_ours(referer, asked)

    def _is_ours(self, address: str, asked: HTTPConnection) -> bool:
        """Whether a page's address is of the very host and port that is asked."""
        authority = _authority(address)
        if authority is None:
            return False
        is_same = authority == asked.headers["host"].casefold()
        return is_same or _host_name(authority) in self._named


def _method(asked: HTTPConnection) -> str:
    """A websocket can do what a POST can, whatever its handshake is."""
    return "CONNECT" if asked.scope["type"] == "websocket" else str(asked.scope["method"])


def _follows_a_link(asked: HTTPConnection) -> bool:
    """A person goes from another page to ours, which then stands alone in its tab."""
    headers = asked.headers
    is_navigation = headers.get("sec-fetch-mode") == "navigate"
    is_whole_page = headers.get("sec-fetch-dest") == "document"
    return _method(asked) in SAFE_METHODS and is_navigation and is_whole_page


def _authority(address: str) -> str | None:
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return parts.netloc.casefold() if parts.scheme in {"http", "https"} else None


def _host_name(authority: str) -> str | None:
    """The host of `name`, `name:port`, `1.2.3.4:port` or `[::1]:port`; None for anything else."""
    try:
        parts = urlsplit(f"//{authority}")
        _ = parts.port
    except ValueError:
        return None
    is_plain = parts.netloc == authority and "@" not in authority
    return parts.hostname if is_plain else None


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _never_framed(send: Send) -> Send:
    """No other site may show the page inside its own, where people click without seeing on what."""

    async def wrapped(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["X-Frame-Options"] = "SAMEORIGIN"
            headers.append("Content-Security-Policy", "frame-ancestors 'self'")
        await send(message)

    return wrapped
