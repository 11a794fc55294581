"""Both kinds of Atlas credentials as httpx auth flows; each worker keeps one of its own.

Concurrent requests that share a Digest auth object race for its nonce counter, so auth objects
are never shared between clients.
"""

import time
from collections.abc import Generator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Protocol

import httpx
from pydantic import SecretStr

from orchestration.atlas import responses
from orchestration.atlas.errors import AtlasError, BadSecret, MalformedAnswer

TOKEN_PATH = "/api/oauth/token"  # noqa: S105  a path, not a secret
REFRESH_EARLY_S = 60
# A 401 with an errorCode means a missing role: asking for a token at each met the limit of ten a
# minute. An older token may still have been revoked.
YOUNG_S = 60

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


@dataclass(frozen=True)
class Token:
    """An access token of a service account.

    Attributes:
        value: A secret as good as the account's own, for an hour.
        made_at: Seconds since 1970.
        ends_at: Seconds since 1970.
    """

    value: SecretStr
    made_at: float
    ends_at: float

    @property
    def is_usable(self) -> bool:
        """Whether it has a minute left; a clock that was set back makes it none."""
        return self.made_at <= time.time() < self.ends_at - REFRESH_EARLY_S

    @property
    def is_young(self) -> bool:
        """Whether it was made a moment ago, so that it is not what a refusal is about."""
        return 0 <= time.time() - self.made_at < YOUNG_S


class Tokens(Protocol):
    """Where one account's token is kept, for other clients and later commands."""

    def alone(self) -> AbstractContextManager[None]:
        """Only one asks Atlas for a token at a time."""

    def read(self) -> Token | None:
        """The token kept, usable or not."""

    def keep(self, token: Token | None) -> None:
        """Keep it, or nothing."""


class _InMemory:
    """A client's own token, where nothing is kept."""

    def __init__(self) -> None:
        self._token: Token | None = None

    def alone(self) -> AbstractContextManager[None]:
        return nullcontext()

    def read(self) -> Token | None:
        return self._token

    def keep(self, token: Token | None) -> None:
        self._token = token


class ServiceAccountAuth(httpx.Auth):
    """OAuth 2.0 client credentials: one token, renewed a minute before it ends or on a 401.

    Args:
        base_url: Atlas's address.
        client_id: The account's.
        client_secret: The account's.
        tokens: Where its token is kept; Atlas gives an account ten a minute, and a hundred at once.
    """

    def __init__(
        self,
        base_url: str,
        client_id: str,
        client_secret: SecretStr,
        tokens: Tokens | None = None,
    ) -> None:
        self._token_url = base_url + TOKEN_PATH
        self._basic = httpx.BasicAuth(client_id, client_secret.get_secret_value())
        self._tokens = tokens or _InMemory()
        self._token: Token | None = None

    def auth_flow(self, request: httpx.Request) -> Flow:
        """Fetch a token if needed, send, and once more with a fresh token after a 401.

        Raises:
            BadSecret: Atlas gives no token for this id and secret.
            AtlasError: it could not be asked for one.
        """
        token = self._token
        if token is None or not token.is_usable:
            token = yield from self._renewed(None)
        response = yield _signed(request, token)
        if response.status_code == httpx.codes.UNAUTHORIZED and _is_about(token, response):
            yield _signed(request, (yield from self._renewed(token)))

    def _renewed(self, refused: Token | None) -> Generator[httpx.Request, httpx.Response, Token]:
        """Another token than the one refused: kept by somebody else meanwhile, or a new one."""
        with self._tokens.alone():
            token = self._tokens.read()
            if token is None or not token.is_usable or token == refused:
                self._tokens.keep(None)
                token = yield from self._new()
                self._tokens.keep(token)
        self._token = token
        return token

    def _new(self) -> Generator[httpx.Request, httpx.Response, Token]:
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
        return _token(body)


def _signed(request: httpx.Request, token: Token) -> httpx.Request:
    request.headers["Authorization"] = f"Bearer {token.value.get_secret_value()}"
    return request


def _is_about(token: Token, response: httpx.Response) -> bool:
    return not token.is_young or responses.error_code(response.read()) is None


def _token(body: bytes) -> Token:
    answer, now = responses.parse(body, WHAT), time.time()
    try:
        value, lifetime = answer["access_token"], float(answer.get("expires_in", 3600))
        return Token(SecretStr(value), now, now + lifetime)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise MalformedAnswer(f"{WHAT}: Atlas's token answer has no token.") from None


def _refusal(response: httpx.Response, body: bytes) -> AtlasError:
    """Why there is no token: a wrong or expired secret, or what any other request may meet."""
    status = response.status_code
    if status in {400, 401} and not responses.error_code(body):
        return BadSecret(
            f"{WHAT}: Atlas refused the client id and secret ({status}).", status=status
        )
    return responses.error_from(status, body, response.headers, WHAT)
