"""One HTTP client for Atlas: timeouts, rate budget, bounded retries, streaming. The only I/O here.

Retries live here and nowhere else: for reads, only what a retry can mend (408, 429, 5xx, a lost
connection, a body cut short); for the rest, only what Atlas has certainly not acted on.
"""

import logging
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import Any, Literal, Self, cast

import httpx
from pydantic import SecretStr

from orchestration.atlas import responses
from orchestration.atlas.answers import Answer
from orchestration.atlas.budgets import Budgets
from orchestration.atlas.deadlines import Deadline, enforce
from orchestration.atlas.errors import AtlasError, Expired, error_for
from orchestration.atlas.paging import read_list
from orchestration.atlas.retries import Patience, RetryPolicy, is_worth_reading_again, was_not_taken
from orchestration.atlas.sunsets import Sunsets
from orchestration.atlas.transfer import (
    OpenSink,
    Paced,
    Sink,
    connection_errors_named,
    pour,
    read_body,
    take_in,
    too_large,
)
from orchestration.atlas.trust import trusting

__all__ = ["Answer", "AtlasClient", "OpenSink", "RetryPolicy", "Sink"]

API = "/api/atlas/v2"
# An invoice of a million lines takes Atlas a while before its first byte.
TIMEOUT = httpx.Timeout(connect=15, read=120, write=30, pool=30)
HEADERS = {"User-Agent": "atlas-costs", "Accept-Encoding": "gzip"}
GZIP = b"\x1f\x8b"
# Storage services say all of these of an address whose time is over.
EXPIRED = frozenset({400, 401, 403, 404, 410})
LONG_WAIT_S = 5.0
NOTHING = b"null"
# Carried by a request, so that what happens to it on its way can be said in plain words.
WHAT = "what"
Hooks = Mapping[str, list[Callable[..., None]]]
Method = Literal["POST", "PATCH", "DELETE"]
Json = dict[str, Any] | list[dict[str, Any]]

log = logging.getLogger("atlas_costs")
# They would log every address that is asked or redirected to, and a pre-signed one is a secret.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)


class AtlasClient:
    """Asks Atlas; one per worker, together with its one auth object.

    Attributes:
        requests: HTTP requests sent. The second try that answers a Digest challenge, requests for
            a token and downloads from other hosts are counted like any other.
        sunsets: What Atlas announced that it will retire.

    Args:
        base_url: Without /api/atlas/v2.
        auth: This client's alone.
        retries: How often and how long to try again.
        transport: Another than the network, for tests.
        budgets: Shared by all clients of a process; without it nothing is waited for until Atlas
            says so.
        sunsets: Shared by all clients of a run, so that each announcement is told once.
        trust: What servers are checked with; see trust.trusting.
        principal: The public key or client id, by which Atlas counts some requests; no secret.
        stop: Set when nobody waits for this client any more. It then raises Stopped before its
            next request, between chunks of a body, and out of any wait.
    """

    def __init__(
        self,
        base_url: str,
        auth: httpx.Auth,
        *,
        retries: RetryPolicy | None = None,
        transport: httpx.BaseTransport | None = None,
        budgets: Budgets | None = None,
        sunsets: Sunsets | None = None,
        trust: ssl.SSLContext | None = None,
        principal: str = "",
        stop: threading.Event | None = None,
    ) -> None:
        self.requests = 0
        self.sunsets = sunsets or Sunsets()
        self._policy = retries or RetryPolicy()
        self._patience = Patience(self._policy, stop or threading.Event())
        self._budgets = budgets
        self._principal = principal
        self._trusted = trust or trusting()
        self._deadline = Deadline(
            self._policy.base_s, self._policy.earning_bytes_s, self._policy.longest_s
        )
        self._http = self._limited(
            httpx.Client(
                base_url=base_url,
                auth=auth,
                timeout=TIMEOUT,
                verify=self._trusted,
                transport=transport,
                headers=HEADERS,
                event_hooks={
                    "request": [self._require_wanted, self._wait_for_budget, self._begin],
                    "response": [
                        self._observe_budget,
                        self._observe_sunset,
                        self._pace,
                        self._take_in,
                    ],
                },
            )
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give up its connections."""
        self._http.close()

    def get(
        self, path: str, *, version: str, what: str, params: dict[str, str] | None = None
    ) -> Answer:
        """Read one JSON document.

        Args:
            path: Below /api/atlas/v2.
            version: The resource version's date.
            what: What is being read, for error messages.
            params: Query parameters.

        Raises:
            AtlasError: the subclass whose remedy fits.
        """

        def once() -> Answer:
            return self._read(self._request("GET", path, version, what, params=params), what)

        return self._patience.retrying(once, what, is_worth_reading_again)

    def change(
        self,
        method: Method,
        path: str,
        body: Json | None = None,
        *,
        version: str,
        what: str,
        params: dict[str, str] | None = None,
    ) -> Answer:
        """Ask Atlas to make, change or delete something; a deletion is answered with None.

        Tried again only after 429 and where no connection came about: anything else may have been
        acted on.

        Raises:
            AtlasError: the subclass whose remedy fits.
        """

        def once() -> Answer:
            request = self._request(method, path, version, what, params=params, json=body)
            return self._read(request, what)

        return self._patience.retrying(once, what, was_not_taken)

    def pages(
        self, path: str, *, version: str, what: str, params: dict[str, str] | None = None
    ) -> Iterator[Answer]:
        """Every page of a list, once the list was read to its end: see paging.read_list.

        A list that grows while it is read may show an object twice: whoever reads dedupes by id.

        Raises:
            MalformedAnswer: the list repeats itself; a part of it may be missing.
        """

        def get_page(query: dict[str, str]) -> Answer:
            return self.get(path, version=version, what=what, params=query)

        yield from read_list(get_page, params or {}, what)

    def download(
        self,
        path: str,
        open_sink: OpenSink,
        *,
        version: str,
        what: str,
        params: dict[str, str] | None = None,
    ) -> None:
        """Stream one document to a sink, byte for byte as sent.

        Raises:
            AtlasError: the subclass whose remedy fits; the sink then keeps nothing.
        """

        def once() -> None:
            response = self._send(self._request("GET", path, version, what, params=params), what)
            try:
                encoding = response.headers.get("content-encoding", "")
                pour(response.iter_raw(), encoding, open_sink, what)
            finally:
                response.close()

        self._patience.retrying(once, what, is_worth_reading_again)

    def download_presigned(self, url: SecretStr, open_sink: OpenSink, what: str) -> None:
        """Stream a file from a pre-signed address of another host, without credentials.

        Whether it is compressed is told by its first bytes. The address is a secret: errors and
        logs name its host alone.

        Raises:
            Expired: the address no longer works; ask Atlas for a new one.
            AtlasError: the subclass whose remedy fits; the sink then keeps nothing.
        """

        def once() -> None:
            hooks: Hooks = {
                "request": [self._require_wanted, self._begin],
                "response": [self._pace],
            }
            client = httpx.Client(
                timeout=TIMEOUT, verify=self._trusted, headers=HEADERS, event_hooks=hooks
            )
            with (
                connection_errors_named(what),
                self._limited(client) as plain,
                plain.stream("GET", url.get_secret_value(), extensions={WHAT: what}) as response,
            ):
                _require_file(response, what)
                chunks = response.iter_raw()
                first = next(chunks, b"")
                encoding = "gzip" if first.startswith(GZIP) else ""
                pour(chain((first,), chunks), encoding, open_sink, what)

        self._patience.retrying(once, what, is_worth_reading_again)

    def date(self) -> str | None:
        """The Date header of whatever is answered to nobody in particular; None where nobody is."""
        what = "Atlas's clock"
        try:
            with connection_errors_named(what):
                request = self._http.build_request("GET", API, extensions={WHAT: what})
                response = self._http.send(request, stream=True)
        except AtlasError:
            return None
        response.close()
        return str(response.headers.get("date", ""))

    def pause(self, seconds: float, what: str) -> None:
        """Wait between two questions of one conversation.

        Raises:
            Stopped: nobody waits any more.
        """
        self._patience.pause(seconds, what)

    def _limited(self, client: httpx.Client) -> httpx.Client:
        enforce(client, self._deadline)
        return client

    def _request(
        self,
        method: str,
        path: str,
        version: str,
        what: str,
        *,
        params: dict[str, str] | None = None,
        json: Json | None = None,
    ) -> httpx.Request:
        media_type = responses.media_type(version)
        headers = {"Accept": media_type} | ({} if json is None else {"Content-Type": media_type})
        return self._http.build_request(
            method, API + path, params=params, json=json, headers=headers, extensions={WHAT: what}
        )

    def _read(self, request: httpx.Request, what: str) -> Answer:
        response = self._send(request, what)
        try:
            with connection_errors_named(what):
                body = read_body(response, self._policy.most_document_bytes, what)
        finally:
            response.close()
        is_gone = request.method == "DELETE" and not body
        answer = Answer(NOTHING if is_gone else body, what)
        _ = answer.document
        return answer

    def _send(self, request: httpx.Request, what: str) -> httpx.Response:
        """The answer with its body still to be read, or the error it means."""
        with connection_errors_named(what):
            response = self._http.send(request, stream=True)
            if _is_data(response):
                return response
            try:
                body = response.read()
            finally:
                response.close()
        if response.is_success:
            raise responses.html_instead(what)
        if response.has_redirect_location:
            raise responses.redirect_instead(what, response.status_code)
        raise responses.error_from(response.status_code, body, response.headers, what)

    def _require_wanted(self, request: httpx.Request) -> None:
        self._patience.require_wanted(_what(request))

    def _wait_for_budget(self, request: httpx.Request) -> None:
        if self._budgets is None:
            return
        what, wait = _what(request), self._budgets.wait(_path(request), self._principal)
        if wait > LONG_WAIT_S:
            log.info("%s: waiting %.0f s, because Atlas takes no more requests now", what, wait)
        self._patience.pause(wait, what)

    def _begin(self, _: httpx.Request) -> None:
        """What waits for the budget, and the request before, take nothing from this one's time."""
        self.requests += 1
        self._deadline.restart()

    def _observe_budget(self, response: httpx.Response) -> None:
        if self._budgets is not None:
            self._budgets.observe(_path(response.request), self._principal, response.headers)

    def _observe_sunset(self, response: httpx.Response) -> None:
        request = response.request
        accept, what = request.headers.get("accept", ""), _what(request)
        self.sunsets.observe(_path(request), accept, what, response.headers)

    def _take_in(self, response: httpx.Response) -> None:
        """Errors, challenges and tokens are short, and httpx reads them whole by itself."""
        if WHAT not in response.request.extensions or not _is_data(response):
            take_in(response, _what(response.request))

    def _pace(self, response: httpx.Response) -> None:
        what, policy, size = _what(response.request), self._policy, 0

        def arrived(more: int) -> None:
            nonlocal size
            size += more
            self._deadline.brought(more)
            if size > policy.most_download_bytes:
                raise too_large(policy.most_download_bytes, what)

        response.stream = Paced(
            cast("httpx.SyncByteStream", response.stream),
            policy.slowest_bytes_s,
            policy.patience_s,
            lambda: self._patience.require_wanted(what),
            arrived,
        )


def _is_data(response: httpx.Response) -> bool:
    return response.is_success and not responses.is_html(response.headers)


def _what(request: httpx.Request) -> str:
    """What is being asked for; a token's request is made where nobody knows."""
    return str(request.extensions.get(WHAT, "service account"))


def _path(request: httpx.Request) -> str:
    return request.url.raw_path.partition(b"?")[0].decode()


def _require_file(response: httpx.Response, what: str) -> None:
    status, host = response.status_code, response.request.url.host
    if response.is_success:
        if responses.is_html(response.headers):
            raise responses.html_instead(what)
        return
    kind: type[AtlasError] = Expired if status in EXPIRED else error_for(status)
    raise kind(
        f"{what}: {host} answered {status} to the download.",
        status=status,
        retry_after=responses.retry_after(response.headers),
    )
