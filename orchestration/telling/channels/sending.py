"""Carrying a message to its receiver, once; what comes of it is an answer, never an error.

No answer names an address or a password: they are secrets, and answers are kept and shown.
"""

import json
import logging
import smtplib
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import httpx

from orchestration.atlas.deadlines import Deadline, enforce
from orchestration.atlas.trust import trusting
from orchestration.rules.alerts import Alerts, Route, Smtp
from orchestration.settings import Settings, SettingsError, secret
from orchestration.telling.channels import slack, teams, webhook
from orchestration.telling.channels.email import email
from orchestration.telling.channels.timed import MailTooSlow, TimedSmtp, TimedSmtps
from orchestration.telling.events import Message, one_line

TIMEOUT_S, LONGEST_S = 8.0, 10.0
# A mail server may look into what it was sent before it takes it: a new try would be a second mail.
SCANNED_S = 60.0
LONGEST_MAIL_S = 90.0
LONGEST_ANSWER, LONGEST_RETRY_AFTER_S = 200, 86_400.0
PAYLOADS: Mapping[str, Callable[[Message, str | None], dict[str, Any]]] = {
    "slack": slack.payload, "teams": teams.payload, "webhook": webhook.payload,
}  # fmt: skip
# They would log the address, and a webhook's address is its password.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)


@dataclass(frozen=True)
class Answer:
    """What a receiver said.

    Attributes:
        text: In words, for whoever set the route up.
        retry_after_s: How long it asks to be left alone.
    """

    was_received: bool
    text: str
    retry_after_s: float = 0.0


def send(
    message: Message,
    route: Route,
    alerts: Alerts,
    settings: Settings,
    *,
    longest_mail_s: float = LONGEST_MAIL_S,
) -> Answer:
    """Hand a message over by the channel of its route.

    Args:
        message: What is told.
        route: To whom.
        alerts: The file that the route is of.
        settings: Of the installation.
        longest_mail_s: How long a mail server may take in all.
    """
    try:
        if route.channel == "email":
            return _mailed(message, route, alerts, settings, longest_mail_s)
        return _posted(message, route, alerts.dashboard, settings)
    except SettingsError as error:
        return Answer(False, str(error))


def _posted(message: Message, route: Route, dashboard: str | None, settings: Settings) -> Answer:
    url = _secret(route.url_env, "url_env")
    body = json.dumps(PAYLOADS[route.channel](message, dashboard), ensure_ascii=False).encode(
        errors="replace"
    )
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "atlas-costs",
        "Idempotency-Key": message.id,
    }
    if route.secret_env:
        key, now = _secret(route.secret_env, "secret_env"), int(datetime.now(UTC).timestamp())
        headers |= webhook.signature(key, message.id, now, body)
    try:
        return _answer_to_post(url, body, headers, _trusted(settings))
    except httpx.TimeoutException:
        return Answer(False, f"no answer within {LONGEST_S:.0f} s")
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, OSError) as error:
        return Answer(False, f"cannot be reached ({_reason(error)})")


def _answer_to_post(
    url: str, body: bytes, headers: dict[str, str], trust: ssl.SSLContext
) -> Answer:
    with httpx.Client(timeout=TIMEOUT_S, verify=trust) as client:
        # a header that comes a byte at a time would be waited for all day
        enforce(client, Deadline(LONGEST_S, 2**20, LONGEST_S))
        return _streamed(client, url, body, headers)


def _streamed(client: httpx.Client, url: str, body: bytes, headers: dict[str, str]) -> Answer:
    with client.stream("POST", url, content=body, headers=headers) as response:
        said = next(response.iter_bytes(LONGEST_ANSWER), b"").decode(errors="replace")
        words = f"HTTP {response.status_code} {_clean(said, url)}".strip()
        return Answer(response.is_success, words, _retry_after(response))


def _retry_after(response: httpx.Response) -> float:
    """Seconds, or a date, as HTTP has both."""
    said = response.headers.get("Retry-After", "")
    try:
        wait = float(said) if said.isdecimal() else _seconds_until(said)
    except (ValueError, TypeError):
        return 0.0
    return min(max(wait, 0.0), LONGEST_RETRY_AFTER_S)


def _seconds_until(said: str) -> float:
    return (parsedate_to_datetime(said) - datetime.now(UTC)).total_seconds()


def _mailed(
    message: Message, route: Route, alerts: Alerts, settings: Settings, longest_s: float
) -> Answer:
    server = alerts.smtp
    if server is None:
        raise SettingsError("smtp is missing in alerts.yaml")
    password = _secret(server.password_env, "password_env") if server.password_env else ""
    made = email(message, route, server.sender, alerts.dashboard, datetime.now(UTC))
    try:
        with _connected(server, _trusted(settings), longest_s) as connection:
            if server.user:
                connection.login(server.user, password)
            if connection.sock:
                connection.sock.settimeout(SCANNED_S)
            refused = connection.send_message(made)
    except smtplib.SMTPResponseException as error:
        said = error.smtp_error
        words = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
        return Answer(False, f"SMTP {error.smtp_code} {_clean(words, password)}")
    except MailTooSlow:
        return Answer(False, f"the mail server took longer than {longest_s:g} s")
    except smtplib.SMTPRecipientsRefused:
        return Answer(False, "SMTP: every recipient was refused")
    except (smtplib.SMTPException, OSError, UnicodeError) as error:
        return Answer(False, f"cannot be reached ({_reason(error)})")
    # those who were not refused have it: another try would send it to them twice
    without = f"; {len(refused)} recipients were refused" if refused else ""
    return Answer(True, f"SMTP accepted{without}")


@contextmanager
def _connected(server: Smtp, trust: ssl.SSLContext, longest_s: float) -> Iterator[smtplib.SMTP]:
    connection = _opened(server, trust, longest_s)
    try:
        yield connection
    finally:
        # what was taken is taken, whatever is answered to QUIT, which smtplib takes for a failure
        with suppress(smtplib.SMTPException, OSError):
            if connection.sock:
                connection.sock.settimeout(TIMEOUT_S)
            connection.quit()
        connection.close()


def _opened(server: Smtp, trust: ssl.SSLContext, longest_s: float) -> smtplib.SMTP:
    place: dict[str, Any] = {"host": server.host, "port": server.port, "timeout": TIMEOUT_S}
    if server.security == "tls":
        return TimedSmtps(longest_s, **place, context=trust)
    connection = TimedSmtp(longest_s, **place)
    if server.security == "starttls":
        try:
            connection.starttls(context=trust)
        except Exception:
            connection.close()
            raise
    return connection


def _trusted(settings: Settings) -> ssl.SSLContext:
    try:
        return trusting(settings.ssl_cert_file, settings.ssl_cert_dir)
    except ValueError as error:
        raise SettingsError(str(error)) from None


def _secret(variable: str | None, key: str) -> str:
    found = secret(variable) if variable else None
    if found is None:
        raise SettingsError(f"{variable} is not set: put it into .env ({key} names it)")
    return found.get_secret_value()


def _reason(error: Exception) -> str:
    """The kind of error alone: its words may have the address in them."""
    cause = error
    while isinstance(cause.__cause__ or cause.__context__, Exception):
        cause = cause.__cause__ or cause.__context__  # type: ignore[assignment]
    reason = getattr(cause, "strerror", None) if isinstance(cause, OSError) else None
    return reason or type(error).__name__


def _clean(said: str, kept: str) -> str:
    """What a receiver said in one line, without the secret that it may have sent back."""
    text = said.replace(kept, "***") if kept else said
    for part in (Path(kept).name, kept.rpartition("?")[2]) if kept else ():
        text = text.replace(part, "***") if len(part) > 3 else text
    return one_line(text, LONGEST_ANSWER)
