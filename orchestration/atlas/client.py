"""One HTTP client for Atlas: timeouts, bounded retries, paging, streaming. The only I/O here.

Retries live here and nowhere else: only for reads, and only for what a retry can mend (408, 429,
5xx, a lost connection, a body cut short).
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import chain
from typing import Any, Protocol, Self, TypeVar

import httpx
import stamina
from pydantic import SecretStr
from stamina.instrumentation import RetryDetails, set_on_retry_hooks

from orchestration.atlas import responses
from orchestration.atlas.budgets import Budgets
from orchestration.atlas.errors import (
    RETRYABLE_STATUSES,
    AtlasError,
    CutShort,
    Expired,
    MalformedAnswer,
    Stopped,
    Unavailable,
)

API = "/api/atlas/v2"
PAGE_SIZE = 500
MAX_PAGES = 10_000
# An invoice of a million lines takes Atlas a while before its first byte.
TIMEOUT = httpx.Timeout(connect=15, read=120, write=30, pool=30)
CHUNK = 256 * 1024
GZIP = b"\x1f\x8b"
USER_AGENT = "atlas-costs"
LONG_WAIT_S = 5

T = TypeVar("T")
log = logging.getLogger("atlas_costs")


def _say_why_we_wait(details: RetryDetails) -> None:
    log.warning("%s Next try in %.0f s.", details.caused_by, details.wait_for)


set_on_retry_hooks([_say_why_we_wait])
# it would write every address it asks, and a pre-signed one is a secret
logging.getLogger("httpx").setLevel(logging.WARNING)


@dataclass(frozen=True)
class RetryPolicy:
    """How often and how long to try again.

    Attributes:
        attempts: Tries in all.
        longest_wait_s: The longest Retry-After that is still waited for, in seconds.
        slowest_bytes_s: A body that brings less than this, averaged over `patience_s`, is cut
            off: a byte every two minutes would keep a read timeout from ever striking.
    """

    attempts: int = 5
    initial_wait_s: float = 1.0
    jitter_s: float = 1.0
    longest_wait_s: float = 120.0
    slowest_bytes_s: int = 1024
    patience_s: float = 60.0


@dataclass(frozen=True)
class Answer:
    """One successful answer: the body as sent (decoded from its transfer encoding)."""

    body: bytes
    what: str

    @property
    def document(self) -> Any:  # noqa: ANN401  JSON is any shape
        """The parsed body."""
        return responses.parse(self.body, self.what)


class Sink(Protocol):
    """Where a streamed body goes, as sent: compressed bytes stay compressed."""

    def write(self, chunk: bytes, /) -> object:
        """Take the next bytes of the body."""


OpenSink = Callable[[str], AbstractContextManager[Sink]]
"""Opens a fresh sink for a body with the given Content-Encoding; leaving it normally keeps the
body, leaving it by an exception discards it. EOFError says the body is cut short (worth another
try), ValueError that it is not acceptable."""


class AtlasClient:
    """Asks Atlas; one per worker, together with its one auth object.

    Attributes:
        requests: Requests sent, second tries after a challenge and token requests included.

    Args:
        base_url: Without /api/atlas/v2.
        auth: This client's alone.
        retries: How often and how long to try again.
        transport: Another than the network, for tests.
        budgets: Shared by all clients of a process.
        principal: The public key or client id, by which Atlas counts some requests.
        stop: Set when nobody waits for this client any more.
    """

    def __init__(
        self,
        base_url: str,
        auth: httpx.Auth,
        *,
        retries: RetryPolicy | None = None,
        transport: httpx.BaseTransport | None = None,
        budgets: Budgets | None = None,
        principal: str = "",
        stop: threading.Event | None = None,
    ) -> None:
        self._retries = retries or RetryPolicy()
        self._budgets = budgets or Budgets()
        self._principal = principal
        self._stop = stop or threading.Event()
        self._plain = httpx.Client(timeout=TIMEOUT, headers={"User-Agent": USER_AGENT})
        self._http = httpx.Client(
            base_url=base_url,
            auth=auth,
            timeout=TIMEOUT,
            transport=transport,
            headers={"User-Agent": USER_AGENT, "Accept-Encoding": "gzip"},
            event_hooks={"request": [self._count]},
        )
        self.requests = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()
        self._plain.close()

    def _count(self, _: httpx.Request) -> None:
        self.requests += 1

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
            response = self._send(path, version, params, what)
            with _lost_connections_named(what):
                response.read()
            response.close()
            answer = Answer(response.content, what)
            _ = answer.document
            return answer

        return self._retrying(once)

    def post(self, path: str, body: dict[str, str], *, version: str, what: str) -> Answer:
        """Ask Atlas to make something. Tried again only where Atlas did not take the request.

        Raises:
            AtlasError: the subclass whose remedy fits.
        """

        def once() -> Answer:
            response = self._send(path, version, None, what, body)
            with _lost_connections_named(what):
                response.read()
            response.close()
            return Answer(response.content, what)

        return self._retrying(once, statuses=frozenset({429}), is_safe=False)

    def pages(
        self, path: str, *, version: str, what: str, params: dict[str, str] | None = None
    ) -> Iterator[Answer]:
        """Every page of a list: by rel=next, or by number where a link is missing.

        Raises:
            MalformedAnswer: the list repeats itself; a part of it may be missing.
        """
        query = {"itemsPerPage": str(PAGE_SIZE), **(params or {})}
        seen, by_link = 0, True
        bodies: set[bytes] = set()
        for number in range(2, MAX_PAGES + 2):
            answer = self.get(path, version=version, what=what, params=query)
            if answer.body in bodies and not by_link:
                return  # the count was an estimate: a real answer said 35 and listed all 34
            if answer.body in bodies:
                raise MalformedAnswer(f"{what}: Atlas's list repeats a page instead of ending.")
            bodies.add(answer.body)
            yield answer
            seen += len(responses.results(answer.document))
            following = responses.next_page(answer.document)
            by_link = following is not None
            if not by_link and responses.says_there_is_more(answer.document, seen):
                following = {"pageNum": str(number)}
            if following is None:
                return
            query = {**query, **following}
        raise MalformedAnswer(f"{what}: Atlas's list does not end after {MAX_PAGES} pages.")

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
            response = self._send(path, version, params, what)
            encoding = response.headers.get("content-encoding", "")
            self._pour(response, response.iter_raw(CHUNK), encoding, open_sink, what)

        self._retrying(once)

    def download_presigned(self, url: SecretStr, open_sink: OpenSink, *, what: str) -> None:
        """Stream a file from a pre-signed address of another host, without credentials.

        Whether it is compressed is told by its first bytes. The address is a secret: no error
        holds more of it than its host.

        Raises:
            Expired: the address no longer works.
            AtlasError: the subclass whose remedy fits.
        """

        def once() -> None:
            self._require_wanted(what)
            with _lost_connections_named(what):
                try:
                    request = self._plain.build_request("GET", url.get_secret_value())
                except httpx.InvalidURL:
                    raise MalformedAnswer(f"{what}: the download address is none.") from None
                self.requests += 1
                response = self._plain.send(request, stream=True)
            if not response.is_success:
                response.close()
                raise _presigned_error(response.status_code, what)
            with _lost_connections_named(what):
                chunks = response.iter_raw(CHUNK)
                first = next(chunks, b"")
            encoding = "gzip" if first.startswith(GZIP) else ""
            self._pour(response, chain((first,), chunks), encoding, open_sink, what)

        self._retrying(once)

    def _pour(
        self,
        response: httpx.Response,
        chunks: Iterator[bytes],
        encoding: str,
        open_sink: OpenSink,
        what: str,
    ) -> None:
        try:
            with _lost_connections_named(what), open_sink(encoding) as sink:
                for chunk in self._not_dripping(chunks, what):
                    sink.write(chunk)
        except EOFError as error:
            raise CutShort(f"{what}: {error}.") from error
        except ValueError as error:
            raise MalformedAnswer(f"{what}: {error}.") from error
        finally:
            response.close()

    def _not_dripping(self, chunks: Iterator[bytes], what: str) -> Iterator[bytes]:
        since, size = time.monotonic(), 0
        for chunk in chunks:
            self._require_wanted(what)
            yield chunk
            size += len(chunk)
            elapsed = time.monotonic() - since
            if elapsed >= self._retries.patience_s:
                if size < self._retries.slowest_bytes_s * elapsed:
                    raise Unavailable(f"{what}: only {size} bytes came in {elapsed:.0f} s.")
                since, size = time.monotonic(), 0

    def _require_wanted(self, what: str) -> None:
        if self._stop.is_set():
            raise Stopped(f"{what}: given up on, because the run no longer waits.")

    def _wait_for_budget(self, path: str, what: str) -> None:
        self._require_wanted(what)
        wait = self._budgets.wait(path, self._principal)
        if wait > LONG_WAIT_S:
            log.info("%s: waiting %.0f s to stay within Atlas's rate limit", what, wait)
        if wait and self._stop.wait(wait):
            self._require_wanted(what)

    def _send(
        self,
        path: str,
        version: str,
        params: dict[str, str] | None,
        what: str,
        body: dict[str, str] | None = None,
    ) -> httpx.Response:
        self._wait_for_budget(API + path, what)
        media_type = responses.media_type(version)
        request = self._http.build_request(
            "GET" if body is None else "POST",
            API + path,
            params=params,
            json=body,
            headers={"Accept": media_type} | ({"Content-Type": media_type} if body else {}),
        )
        with _lost_connections_named(what):
            response = self._http.send(request, stream=True)
            self._budgets.observe(API + path, self._principal, response.headers)
            if response.is_success:
                return response
            answer = response.read()
        response.close()
        raise responses.error_from(response.status_code, answer, response.headers, what)

    def _retrying(
        self,
        once: Callable[[], T],
        statuses: frozenset[int] = RETRYABLE_STATUSES,
        *,
        is_safe: bool = True,
    ) -> T:
        def should_retry(error: Exception) -> bool | float:
            return self._should_retry(error, statuses, is_safe=is_safe)

        for attempt in stamina.retry_context(
            on=should_retry,
            attempts=self._retries.attempts,
            timeout=None,
            wait_initial=self._retries.initial_wait_s,
            wait_jitter=self._retries.jitter_s,
        ):
            with attempt:
                return once()
        raise AssertionError("stamina either returns or raises")

    def _should_retry(
        self, error: Exception, statuses: frozenset[int], *, is_safe: bool
    ) -> bool | float:
        if not isinstance(error, AtlasError) or self._stop.is_set():
            return False
        if isinstance(error, CutShort):
            return is_safe
        if error.retry_after is not None and error.status in statuses:
            # a little past it: waking a moment early would spend an attempt on another 429
            wait = error.retry_after + 0.5
            return wait if wait <= self._retries.longest_wait_s else False
        return error.status in statuses or (is_safe and isinstance(error, Unavailable))


def _presigned_error(status: int, what: str) -> AtlasError:
    sentence = f"{what}: the download address answered {status}."
    if status in {400, 401, 403, 404, 410}:
        return Expired(sentence, status=status)
    return Unavailable(sentence, status=status)


class _lost_connections_named:  # noqa: N801  reads as a phrase at its call sites
    """Turn httpx's transport errors into Unavailable, with the host and without the query."""

    def __init__(self, what: str) -> None:
        self._what = what

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, httpx.DecodingError):
            raise CutShort(f"{self._what}: the body is cut short or corrupt.") from None
        if isinstance(error, httpx.RequestError):
            try:
                host = error.request.url.host
            except RuntimeError:
                host = "Atlas"
            reason = str(error) or type(error).__name__
            raise Unavailable(f"{self._what}: no answer from {host} ({reason}).") from None
