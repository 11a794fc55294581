"""One HTTP client for Atlas: timeouts, bounded retries, paging, streaming. The only I/O here.

Retries live here and nowhere else: only for reads, and only for what a retry can mend (408, 429,
5xx, a lost connection, a body cut short).
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol, Self, TypeVar

import httpx
import stamina
from stamina.instrumentation import RetryDetails, set_on_retry_hooks

from orchestration.atlas import responses
from orchestration.atlas.errors import (
    RETRYABLE_STATUSES,
    AtlasError,
    CutShort,
    MalformedAnswer,
    Unavailable,
)

API = "/api/atlas/v2"
PAGE_SIZE = 500
MAX_PAGES = 10_000
# An invoice of a million lines takes Atlas a while before its first byte.
TIMEOUT = httpx.Timeout(connect=15, read=120, write=30, pool=30)
CHUNK = 256 * 1024
USER_AGENT = "atlas-costs"

T = TypeVar("T")
log = logging.getLogger("atlas_costs")


def _say_why_we_wait(details: RetryDetails) -> None:
    log.warning("%s Next try in %.0f s.", details.caused_by, details.wait_for)


set_on_retry_hooks([_say_why_we_wait])


@dataclass(frozen=True)
class RetryPolicy:
    """How often and how long to try again.

    Attributes:
        attempts: Tries in all.
        longest_wait_s: The longest Retry-After that is still waited for, in seconds.
    """

    attempts: int = 5
    initial_wait_s: float = 1.0
    jitter_s: float = 1.0
    longest_wait_s: float = 120.0


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
    """Asks Atlas; one per worker, together with its one auth object."""

    def __init__(
        self,
        base_url: str,
        auth: httpx.Auth,
        *,
        retries: RetryPolicy | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._retries = retries or RetryPolicy()
        self._http = httpx.Client(
            base_url=base_url,
            auth=auth,
            timeout=TIMEOUT,
            transport=transport,
            headers={"User-Agent": USER_AGENT, "Accept-Encoding": "gzip"},
        )
        self.requests = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
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
            response = self._send(path, version, params, what)
            with _lost_connections_named(what):
                response.read()
            response.close()
            answer = Answer(response.content, what)
            _ = answer.document
            return answer

        return self._retrying(once)

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
            try:
                with (
                    _lost_connections_named(what),
                    open_sink(response.headers.get("content-encoding", "")) as sink,
                ):
                    for chunk in response.iter_raw(CHUNK):
                        sink.write(chunk)
            except EOFError as error:
                raise CutShort(f"{what}: {error}.") from error
            except ValueError as error:
                raise MalformedAnswer(f"{what}: {error}.") from error
            finally:
                response.close()

        self._retrying(once)

    def _send(
        self, path: str, version: str, params: dict[str, str] | None, what: str
    ) -> httpx.Response:
        request = self._http.build_request(
            "GET", API + path, params=params, headers={"Accept": responses.media_type(version)}
        )
        with _lost_connections_named(what):
            self.requests += 1
            response = self._http.send(request, stream=True)
            if response.is_success:
                return response
            body = response.read()
        response.close()
        raise responses.error_from(response.status_code, body, response.headers, what)

    def _retrying(self, once: Callable[[], T]) -> T:
        for attempt in stamina.retry_context(
            on=self._should_retry,
            attempts=self._retries.attempts,
            timeout=None,
            wait_initial=self._retries.initial_wait_s,
            wait_jitter=self._retries.jitter_s,
        ):
            with attempt:
                return once()
        raise AssertionError("stamina either returns or raises")

    def _should_retry(self, error: Exception) -> bool | float:
        if isinstance(error, CutShort):
            return True
        if not isinstance(error, AtlasError):
            return False
        if error.retry_after is not None and error.status in RETRYABLE_STATUSES:
            # a little past it: waking a moment early would spend an attempt on another 429
            wait = error.retry_after + 0.5
            return wait if wait <= self._retries.longest_wait_s else False
        return error.status in RETRYABLE_STATUSES or isinstance(error, Unavailable)


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
