"""Both kinds of Atlas credentials as httpx auth flows; each worker keeps one of its own.

Concurrent requests that share a Digest auth object race for its nonce counter, so auth objects
are never shared between clients.
"""

import time
from collections.abc import Generator

import httpx
from pydantic import SecretStr

from orchestration.atlas import responses
from orchestration.atlas.errors import AtlasError, BadSecret, MalformedAnswer

TOKEN_PATH = "/api/oauth/token"  # noqa: S105  a path, not a secret
REFRESH_EARLY_S = 60

WHAT = "Service account"
TOKEN_TIMEOUT = httpx.Timeout(30)

Auth = httpx.Auth
Flow = Generator[httpx.Request, httpx.Response, None]


def digest(public_key: str, private_key: SecretStr) -> httpx.Auth:
    """HTTP Digest with an API key; httpx keeps the challenge, so only the first request pays."""
    return _Digest(public_key, private_key)


class _Digest(httpx.Auth):
    """httpx's Digest, which answers one challenge a request, and one more for a stale nonce.

    A nonce may be used up or out of date by the time its answer arrives: other processes sign
    with the same key, and a request may wait for its rate budget in between.
    """

    def __init__(self, public_key: str, private_key: SecretStr) -> None:
        self._public_key, self._private_key = public_key, private_key
        self._auth = self._fresh()

    def auth_flow(self, request: httpx.Request) -> Flow:
        """Sign, answer a challenge, and answer one more if Atlas calls the nonce stale."""
        response = yield from _last_answer(self._auth.auth_flow(request))
        if _is_stale(response):
            self._auth = self._fresh()
            again = self._auth.auth_flow(request)
            next(again)  # the unsigned request, which would bring the challenge that is here
            yield _challenged(again, response)

    def _fresh(self) -> httpx.DigestAuth:
        return httpx.DigestAuth(self._public_key, self._private_key.get_secret_value())


def _last_answer(flow: Flow) -> Generator[httpx.Request, httpx.Response, httpx.Response]:
    response = yield next(flow)
    while True:
        try:
            request = _challenged(flow, response)
        except StopIteration:
            return response
        response = yield request


def _challenged(flow: Flow, response: httpx.Response) -> httpx.Request:
    try:
        return flow.send(response)
    except (KeyError, ValueError, NotImplementedError):
        # how httpx fails on a challenge: of an algorithm it has not, with a field that is no pair,
        # with qop=auth-int alone
        raise MalformedAnswer("API key: Atlas's Digest challenge cannot be answered.") from None


def _is_stale(response: httpx.Response) -> bool:
    if response.status_code != httpx.codes.UNAUTHORIZED:
        return False
    challenges = (each.lower() for each in response.headers.get_list("www-authenticate"))
    return any(
        each.startswith("digest ") and "stale=true" in each.replace('"', "") for each in challenges
    )


class ServiceAccountAuth(httpx.Auth):
    """OAuth 2.0 client credentials: one token, renewed a minute before it ends or on a 401."""

    def __init__(self, base_url: str, client_id: str, client_secret: SecretStr) -> None:
        self._token_url = base_url + TOKEN_PATH
        self._basic = httpx.BasicAuth(client_id, client_secret.get_secret_value())
        self._token: SecretStr | None = None
        self._renew_at = 0.0

    def auth_flow(self, request: httpx.Request) -> Flow:
        """Fetch a token if needed, send, and once more with a fresh token after a 401.

        Raises:
            BadSecret: Atlas gives no token for this id and secret.
            AtlasError: it could not be asked for one.
        """
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

    def _renew(self) -> Flow:
        request = httpx.Request(
            "POST",
            self._token_url,
            data={"grant_type": "client_credentials"},
            headers={"Accept": "application/json"},
            extensions={"timeout": TOKEN_TIMEOUT.as_dict()},
        )
        response = yield next(self._basic.auth_flow(request))
        body = response.read()  # only the token answer: a streamed invoice must stay unread
        if response.status_code != httpx.codes.OK:
            raise _refusal(response, body)
        self._keep(body)

    def _keep(self, body: bytes) -> None:
        answer = responses.parse(body, WHAT)
        try:
            self._token = SecretStr(answer["access_token"])
            lifetime = float(answer.get("expires_in", 3600))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise MalformedAnswer(f"{WHAT}: Atlas's token answer has no token.") from None
        self._renew_at = time.monotonic() + lifetime - REFRESH_EARLY_S


def _refusal(response: httpx.Response, body: bytes) -> AtlasError:
    """Why there is no token: a wrong or expired secret, or what any other request may meet."""
    status = response.status_code
    if status in {400, 401} and not responses.error_code(body):
        return BadSecret(
            f"{WHAT}: Atlas refused the client id and secret ({status}).", status=status
        )
    return responses.error_from(status, body, response.headers, WHAT)
