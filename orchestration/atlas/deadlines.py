"""One deadline for a whole request: a byte a minute keeps every single read from timing out.

httpx limits each read, and h11 reads for as long as a header, a chunk's extension or answers of
1xx go on. What waits for the network is therefore given no more than what is left of the request.
"""

import ssl
import time
from collections.abc import Iterable
from typing import Any

import httpcore
import httpx

SocketOptions = Iterable[Any]


class Overdue(httpcore.ReadTimeout):
    """The request has taken as long as it may."""


class Deadline:
    """What is left of the request under way; a client has one request at a time.

    Args:
        base_s: Every request may take as long, whatever it brings.
        slowest_bytes_s: So many bytes of a body earn a second more …
        longest_s: … up to this.
    """

    def __init__(self, base_s: float, slowest_bytes_s: int, longest_s: float) -> None:
        self._base, self._slowest, self._longest = base_s, slowest_bytes_s, longest_s
        self.restart()

    def restart(self) -> None:
        """The next request begins now."""
        self._began, self._bytes = time.monotonic(), 0

    def brought(self, size: int) -> None:
        """Count bytes of a body; headers and chunk extensions earn nothing."""
        self._bytes += size

    def remaining(self) -> float:
        """Seconds that a wait may take.

        Raises:
            Overdue: there are none.
        """
        allowed = min(self._base + self._bytes / self._slowest, self._longest)
        left = self._began + allowed - time.monotonic()
        if left <= 0:
            raise Overdue(
                f"its answer was not complete after {allowed:.0f} s and {self._bytes:,} bytes of "
                "body, the most that a request may take"
            )
        return left

    def limit(self, timeout: float | None) -> float:
        """A timeout that ends no later than the request may.

        Raises:
            Overdue: the request has taken as long as it may.
        """
        left = self.remaining()
        return left if timeout is None else min(timeout, left)


def enforce(client: httpx.Client, deadline: Deadline) -> None:
    """Hold every connection that a client opens, proxies' included, to the deadline.

    httpx has no public way to hand a network backend to its transports, and one of our own would
    lose the proxies that it reads from the environment.
    """
    transports = (client._transport, *client._mounts.values())  # noqa: SLF001
    for transport in transports:
        if isinstance(transport, httpx.HTTPTransport):
            pool = transport._pool  # noqa: SLF001
            pool._network_backend = _Backend(pool._network_backend, deadline)  # noqa: SLF001


class _Backend(httpcore.NetworkBackend):
    def __init__(self, backend: httpcore.NetworkBackend, deadline: Deadline) -> None:
        self._backend, self._deadline = backend, deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: SocketOptions | None = None,
    ) -> httpcore.NetworkStream:
        limited = self._deadline.limit(timeout)
        stream = self._backend.connect_tcp(host, port, limited, local_address, socket_options)
        return _Stream(stream, self._deadline)


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        try:
            return self._stream.read(max_bytes, self._deadline.limit(timeout))
        except httpcore.ReadTimeout:
            self._deadline.remaining()  # whose time was it that is over?
            raise

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.limit(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        limited = self._deadline.limit(timeout)
        stream = self._stream.start_tls(ssl_context, server_hostname, limited)
        return _Stream(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401  whatever httpcore asks for
        return self._stream.get_extra_info(info)
