"""Who is asking: HTTP Digest with an API key, or a service account's Bearer token."""

import base64
import binascii
import hashlib
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from starlette.requests import Request

from sandbox.access.keys import Key
from sandbox.clock import Clock
from sandbox.wire.errors import AtlasError
from sandbox.wire.faults import Faults
from sandbox.wire.rate_limits import OncePerMinute

REALM = "MMS Public API"
TOKEN_SECONDS = 3600
TOKEN_PATH = "/api/oauth/token"  # noqa: S105  a path, not a secret
TOKENS_A_MINUTE = 10
_FIELD = re.compile(r'(\w+)=(?:"([^"]*)"|([^,\s]+))')


@dataclass(slots=True)
class Token:
    """A bearer token: whose, until when by the sandbox's seconds, and how often it was used."""

    key: Key
    expiry: float
    uses: int = 0


class Caller(NamedTuple):
    """Whose key it is, and the public key or client id that signed."""

    key: Key
    name: str


class Authenticator:
    """Checks requests; remembers the nonces and tokens it has given out."""

    def __init__(self, keys: Iterable[Key], clock: Clock, faults: Faults) -> None:
        # by name: a crowd has thousands, and each request looks for its own
        self._keys = {name: key for key in keys for name in (key.public_key, key.client_id)}
        self._clock = clock
        self._faults = faults
        self._nonces: set[str] = set()
        self._tokens: dict[str, Token] = {}
        self._token_requests = OncePerMinute(clock, TOKENS_A_MINUTE)

    def caller(self, request: Request) -> Caller:
        """Who signed the request; 401 for nobody we know."""
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        skew = self._faults.condition("clock_skew", request, spend=False)
        is_refused = skew is not None and skew.refuse
        if scheme == "Bearer":
            if not is_refused and (key := self._bearer(request, value)):
                return Caller(key, key.client_id)
            raise _unauthorized({})
        fields = {name: quoted or bare for name, quoted, bare in _FIELD.findall(value)}
        key = None if is_refused or scheme != "Digest" else self._signer(request, fields)
        if key is None:
            raise self._challenge(stale=bool(fields.get("nonce")))
        if self._faults.condition("single_use_nonce", request):
            self._nonces.discard(fields["nonce"])
        return Caller(key, key.public_key)

    def issue_token(self, authorization: str) -> str:
        """A token for Basic client credentials; POST /api/oauth/token, ten a minute of a client."""
        sent = _basic(authorization)
        self._token_requests.take(sent.partition(b":")[0].decode(errors="replace"), TOKEN_PATH)
        key = self._keys.get(sent.partition(b":")[0].decode(errors="replace"))
        own = f"{key.client_id}:{key.client_secret}".encode() if key else b""
        if key and secrets.compare_digest(sent, own) and key.secret_ends > self._clock.today:
            value = secrets.token_urlsafe(32)
            self._tokens[value] = Token(key, self._clock.seconds() + TOKEN_SECONDS)
            return value
        raise PermissionError("invalid_client")

    def _bearer(self, request: Request, value: str) -> Key | None:
        token = self._tokens.get(value)
        if token is None or token.expiry <= self._clock.seconds():
            return None
        token.uses += 1
        fault = self._faults.condition("expire_token", request, spend=False)
        if fault and token.uses > fault.requests:
            fault.spend()
            del self._tokens[value]
            return None
        return token.key

    def _signer(self, request: Request, fields: dict[str, str]) -> Key | None:
        if fields.get("nonce") not in self._nonces or fields.get("uri") != _raw_target(request):
            return None
        if fields.get("realm") != REALM:
            return None
        name = fields.get("username", "")
        key = self._keys.get(name)
        if key is None or key.public_key != name:
            return None
        return key if _is_signed(request.method, fields, key) else None

    def _challenge(self, *, stale: bool) -> AtlasError:
        nonce = secrets.token_urlsafe(24)
        self._nonces.add(nonce)
        challenge = (
            f'Digest realm="{REALM}", domain="", nonce="{nonce}", algorithm=MD5, '
            f'qop="auth", stale={str(stale).lower()}'
        )
        return _unauthorized({"WWW-Authenticate": challenge})


def _is_signed(method: str, fields: dict[str, str], key: Key) -> bool:
    owner = _md5(f"{key.public_key}:{REALM}:{key.private_key}")
    asked = _md5(f"{method}:{fields['uri']}")
    middle = ":".join(fields.get(name, "") for name in ("nonce", "nc", "cnonce", "qop"))
    return secrets.compare_digest(_md5(f"{owner}:{middle}:{asked}"), fields.get("response", ""))


def _unauthorized(headers: dict[str, str]) -> AtlasError:
    return AtlasError(401, None, "You are not authorized for this resource.", headers=headers)


def _raw_target(request: Request) -> str:
    query = request.scope["query_string"]
    target: bytes = request.scope["raw_path"] + (b"?" + query if query else b"")
    return target.decode("latin-1")


def _basic(authorization: str) -> bytes:
    scheme, _, value = authorization.partition(" ")
    try:
        return base64.b64decode(value, validate=True) if scheme == "Basic" else b""
    except binascii.Error:
        return b""


def _md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()
