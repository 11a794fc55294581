"""Mail within a time: smtplib's timeout begins anew with every byte that a server lets drip."""

import smtplib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any


class MailTooSlow(smtplib.SMTPException):
    """The server's time was over before it had answered."""


class TimedSmtp(smtplib.SMTP):
    """A connection that ends with its time, in the middle of an answer too.

    Args:
        longest_s: From connecting to hanging up.
        options: Of smtplib.SMTP.

    Raises:
        MailTooSlow: the time was over.
    """

    def __init__(self, longest_s: float, **options: Any) -> None:  # noqa: ANN401  smtplib's own
        self._is_over = False
        self._timer = threading.Timer(longest_s, self._end)
        self._timer.daemon = True
        self._timer.start()
        try:
            super().__init__(**options)
        except BaseException:
            self.close()
            raise

    def _end(self) -> None:
        self._is_over = True
        with suppress(OSError):
            if self.sock:
                # not TLS's own, which would take the connection from under whoever reads
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)

    def getreply(self) -> tuple[int, bytes]:
        """What the server answers, if it has answered in time."""
        with self._in_time():
            return super().getreply()

    def send(self, s: Any) -> None:  # noqa: ANN401  smtplib's own
        """Say something to the server."""
        with self._in_time():
            super().send(s)

    @contextmanager
    def _in_time(self) -> Iterator[None]:
        try:
            yield
        finally:
            # half an answer, and none, are the end that was made of it here
            if self._is_over:
                raise MailTooSlow

    def close(self) -> None:
        """Hang up."""
        self._timer.cancel()
        super().close()


class TimedSmtps(TimedSmtp, smtplib.SMTP_SSL):
    """The same over TLS from the beginning."""
