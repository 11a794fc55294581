"""Both kinds of Atlas credentials as httpx auth flows; each worker keeps one of its own.

Concurrent requests that share a Digest auth object race for its nonce counter, so auth objects
are never shared between clients.
"""

import time
from collections.abc import Generator

import httpx
from pydantic import SecretStr

from orchestration.atlas.errors import MalformedAnswer, Unauthorized

TOKEN_PATH = "/api/oauth/token"  # noqa: S105  a path, not a secret
REFRESH_EARLY_S = 60


Auth = httpx.Auth


def digest(public_key: str, private_key: SecretStr) -> httpx.Auth:
    """HTTP Digest with an API key; httpx keeps the challenge, so only the first request pays."""
    return httpx.DigestAuth(public_key, private_key.get_secret_value())


class ServiceAccountAuth(httpx.Auth):
    """OAuth 2.0 client credentials: one token, renewed a minute before it ends or on a 401."""

    def __init__(self, base_url: str, client_id: str, client_secret: SecretStr) -> None:
        self._token_url = base_url + TOKEN_PATH
        self._basic = httpx.BasicAuth(client_id, client_secret.get_secret_value())
        self._token: SecretStr | None = None
        self._renew_at = 0.0

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Fetch a token if needed, send, and once more with a fresh token after a 401."""
        if self._token is None or time.monotonic() >= self._renew_at:
            yield from self._renew()
        response = yield self._signed(request)
        if response.status_code == httpx.codes.UNAUTHORIZED:
            yield from self._renew()
            yield self._signed(request)

    def _signed(self, request: httpx.Request) -> httpx.Request:
        if self._token is not None:
            request.headers["Authorization"] = f"Bearer {self._token.get_secret_value()}"
        return request

    def _renew(self) -> Generator[httpx.Request, httpx.Response, None]:
        request = httpx.Request(
            "POST",
            self._token_url,
            data={"grant_type": "client_credentials"},
            headers={"Accept": "application/json"},
        )
        response = yield next(self._basic.auth_flow(request))
        response.read()  # only the token answer: a streamed invoice must stay unread
        if response.status_code != httpx.codes.OK:
            raise Unauthorized(
                f"Service account: Atlas refused a token ({response.status_code}).",
                status=response.status_code,
            )
        self._keep(response)

    def _keep(self, response: httpx.Response) -> None:
        try:
            answer = response.json()
            self._token = SecretStr(answer["access_token"])
            lifetime = float(answer.get("expires_in", 3600))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise MalformedAnswer("Service account: Atlas's token answer has no token.") from None
        self._renew_at = time.monotonic() + lifetime - REFRESH_EARLY_S
