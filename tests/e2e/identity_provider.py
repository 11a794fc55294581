"""A small OpenID Connect provider on this machine: it signs in whoever the test says, at once."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT_ID = "atlas-costs"


@dataclass
class Provider:
    """A running provider.

    Attributes:
        claims: What it says of whoever signs in next.
        nonces: Of each code that it gave.
    """

    url: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    nonces: dict[str, str] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))

    def metadata(self) -> dict[str, Any]:
        return {
            "issuer": self.url, "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token", "jwks_uri": f"{self.url}/jwks",
            "response_types_supported": ["code"], "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }  # fmt: skip

    def code(self, asked: dict[str, list[str]]) -> str:
        code = f"code-{len(self.nonces)}"
        self.nonces[code] = asked["nonce"][0]
        return f"{asked['redirect_uri'][0]}?{urlencode({'code': code, 'state': asked['state'][0]})}"

    def token(self, code: str) -> dict[str, Any]:
        now = int(time.time())
        said = {"iss": self.url, "aud": CLIENT_ID, "sub": "1", "iat": now, "exp": now + 600,
                "nonce": self.nonces.pop(code), **self.claims}  # fmt: skip
        signed = jwt.encode({"alg": "RS256", "kid": "one"}, said, self.key)
        return {"access_token": "opaque", "token_type": "Bearer", "id_token": signed}


@contextmanager
def running() -> Iterator[Provider]:
    """A provider for as long as it is needed."""
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path == "/authorize":
                self.send_response(302)
                self.send_header("Location", provider.code(parse_qs(parts.query)))
                self.end_headers()
            elif parts.path == "/jwks":
                self._say({"keys": [provider.key.as_dict(private=False)]})
            else:
                self._say(provider.metadata())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._say(provider.token(parse_qs(body)["code"][0]))

        def _say(self, document: dict[str, Any]) -> None:
            content = json.dumps(document).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            return None

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        provider.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield provider
        server.shutdown()
