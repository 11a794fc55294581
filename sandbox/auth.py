"""Who is asking: HTTP Digest with an API key, or a service account's Bearer token."""

import base64
import binascii
import hashlib
import re
import secrets
from dataclasses import dataclass

from starlette.requests import Request

from sandbox.clock import Clock
from sandbox.errors import AtlasError
from sandbox.identity import digest, letters, object_id, secret_uuid

REALM = "MMS Public API"
TOKEN_SECONDS = 3600
_FIELD = re.compile(r'(\w+)=(?:"([^"]*)"|([^,\s]+))')


@dataclass(frozen=True, slots=True)
class Credentials:
    """The one API key and the one service account of an organization."""

    key_id: str
    public_key: str
    private_key: str
    client_id: str
    client_secret: str

    @classmethod
    def of(cls, seed: int) -> "Credentials":
        """The same for the same seed."""
        return cls(
            key_id=object_id(seed, "key"),
            public_key=letters(8, seed, "public"),
            private_key=secret_uuid(seed, "private"),
            client_id=f"mdb_sa_id_{object_id(seed, 'client')}",
            client_secret=f"mdb_sa_sk_{digest(seed, 'secret')[:40]}",
        )


class Authenticator:
    """Checks requests; remembers the nonces and tokens it has given out."""

    def __init__(self, credentials: Credentials, clock: Clock) -> None:
        self._credentials = credentials
        self._clock = clock
        self._nonces: set[str] = set()
        self._expiry: dict[str, float] = {}

    def principal(self, request: Request) -> str:
        """The public key or client id that signed the request."""
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        if scheme == "Bearer":
            if self._expiry.get(value, 0) > self._clock.seconds():
                return self._credentials.client_id
            raise _unauthorized({})
        fields = {name: quoted or bare for name, quoted, bare in _FIELD.findall(value)}
        if scheme == "Digest" and self._is_signed(request, fields):
            return self._credentials.public_key
        raise self._challenge(stale=bool(fields.get("nonce")))

    def issue_token(self, authorization: str) -> str:
        """A token for Basic client credentials; POST /api/oauth/token."""
        if not secrets.compare_digest(_basic(authorization), self._client().encode()):
            raise PermissionError("invalid_client")
        token = secrets.token_urlsafe(32)
        self._expiry[token] = self._clock.seconds() + TOKEN_SECONDS
        return token

    def _client(self) -> str:
        return f"{self._credentials.client_id}:{self._credentials.client_secret}"

    def _is_signed(self, request: Request, fields: dict[str, str]) -> bool:
        if fields.get("nonce") not in self._nonces or fields.get("uri") != _raw_target(request):
            return False
        key = self._credentials
        owner = _md5(f"{key.public_key}:{REALM}:{key.private_key}")
        asked = _md5(f"{request.method}:{fields['uri']}")
        middle = ":".join(fields.get(name, "") for name in ("nonce", "nc", "cnonce", "qop"))
        expected = _md5(f"{owner}:{middle}:{asked}")
        named = fields.get("username") == key.public_key and fields.get("realm") == REALM
        return named and secrets.compare_digest(expected, fields.get("response", ""))

    def _challenge(self, *, stale: bool) -> AtlasError:
        nonce = secrets.token_urlsafe(24)
        self._nonces.add(nonce)
        challenge = (
            f'Digest realm="{REALM}", domain="", nonce="{nonce}", algorithm=MD5, '
            f'qop="auth", stale={str(stale).lower()}'
        )
        return _unauthorized({"WWW-Authenticate": challenge})


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
