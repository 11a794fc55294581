"""Reading Atlas's answers without any I/O: errors, paging, media types."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from orchestration.atlas.errors import (
    AtlasError,
    ClockSkew,
    CutShort,
    MalformedAnswer,
    NotAtlas,
    Unauthorized,
    error_for,
)

# What Atlas's signatures forgive is not documented; five minutes is what such schemes allow.
MOST_SKEW = timedelta(minutes=5)
THE_DATA = "Atlas's data"
IN_BETWEEN = "a proxy or a login page stands between this machine and Atlas"
# The longest JSON word or escape that a cut can leave half of: false, \u1234.
HALF_A_WORD = 6


def media_type(version: str) -> str:
    """The Accept header of an API resource version, a date such as 2024-08-05."""
    return f"application/vnd.atlas.{version}+json"


def parse(body: bytes, what: str) -> Any:  # noqa: ANN401  JSON is any shape
    """Decode a JSON body.

    Raises:
        CutShort: the body is empty or ends early.
        NotAtlas: it is a page of HTML.
        MalformedAnswer: it is not JSON at all.
    """
    if not body.strip():
        raise CutShort(f"{what}: Atlas's answer is empty.")
    if is_markup(body):
        raise html_instead(what)
    try:
        return json.loads(body)
    except json.JSONDecodeError as error:
        at_the_end = error.pos >= len(error.doc.rstrip()) - HALF_A_WORD
        kind = CutShort if at_the_end or "Unterminated" in error.msg else MalformedAnswer
        raise kind(f"{what}: Atlas's answer is not JSON ({error}).") from None
    except UnicodeDecodeError as error:
        kind = CutShort if error.reason == "unexpected end of data" else MalformedAnswer
        raise kind(f"{what}: Atlas's answer is not JSON ({error.reason}).") from None
    except (ValueError, RecursionError) as error:
        raise MalformedAnswer(f"{what}: Atlas's answer is not JSON ({error}).") from None


def is_html(headers: Mapping[str, str]) -> bool:
    """Whether an answer says of itself that it is a page for people."""
    return headers.get("content-type", "").strip().lower().startswith("text/html")


def is_markup(body: bytes) -> bool:
    """Whether a body begins as HTML does, and neither JSON nor CSV."""
    return body[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def html_instead(what: str) -> NotAtlas:
    """The error for a page of HTML where data was asked for."""
    return NotAtlas(f"{what}: the answer is an HTML page instead of {THE_DATA}: {IN_BETWEEN}.")


def redirect_instead(what: str, status: int) -> NotAtlas:
    """The error for an answer that sends elsewhere, which Atlas's own never do."""
    return NotAtlas(f"{what}: the answer is a redirect ({status}): {IN_BETWEEN}.")


def error_from(
    status: int,
    body: bytes,
    headers: Mapping[str, str],
    what: str,
    *,
    now: datetime | None = None,
) -> AtlasError:
    """The error an unsuccessful answer means; its text carries Atlas's errorCode and detail.

    Args:
        status: Not 2xx.
        body: As Atlas sent it; anything.
        headers: Looked up in lower case.
        what: What was asked for.
        now: This machine's clock, UTC.
    """
    fields = _error_fields(body)
    code = _text(fields, "errorCode")
    detail = _detail(fields, body)
    kind = error_for(status, code)
    sentence = f"{what}: Atlas answered {status}{f' {code}' if code else ''}: {detail}."
    if kind is Unauthorized and (skew := _skew(headers, now or datetime.now(UTC))):
        kind, sentence = ClockSkew, f"{sentence} {skew}"
    return kind(sentence, status=status, error_code=code, retry_after=retry_after(headers, detail))


def error_code(body: bytes) -> str | None:
    """Atlas's errorCode in the body of an error, if it has one."""
    return _text(_error_fields(body), "errorCode")


def _error_fields(body: bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return parsed if isinstance(parsed, dict) else {}


def _text(fields: dict[str, Any], name: str) -> str | None:
    value = fields.get(name)
    return value if isinstance(value, str) and value else None


def _detail(fields: dict[str, Any], body: bytes) -> str:
    """What Atlas said, with the address it saw where only the parameters name it."""
    if not fields and body.lstrip()[:1] == b"<":
        return "a page of HTML, so perhaps a proxy answered and not Atlas"
    detail = _text(fields, "detail") or _text(fields, "reason") or "no detail given"
    parameters = fields.get("parameters")
    if "ACCESS_LIST" in (_text(fields, "errorCode") or "") and isinstance(parameters, list):
        unnamed = [each for each in parameters if isinstance(each, str) and each not in detail]
        detail += f" ({', '.join(unnamed)})" if unnamed else ""
    return detail.rstrip(".")


def _skew(headers: Mapping[str, str], now: datetime) -> str | None:
    try:
        theirs = parsedate_to_datetime(headers.get("date", ""))
    except ValueError:
        return None
    off = now - (theirs.replace(tzinfo=UTC) if theirs.tzinfo is None else theirs)
    if abs(off) <= MOST_SKEW:
        return None
    direction = "ahead of" if off > timedelta() else "behind"
    minutes = round(abs(off).total_seconds() / 60)
    return f"This machine's clock is {minutes} minutes {direction} Atlas's."


def retry_after(headers: Mapping[str, str], detail: str = "") -> float | None:
    """Seconds to wait: the Retry-After header, else the sentence in a rate-limit error's detail.

    The header may be absent (Atlas's rate-limit documentation); the detail then says "Please
    retry after 55 seconds", or for tokens "limited to 10 requests every 1 minutes".
    """
    header = headers.get("retry-after", "")
    found = re.fullmatch(r"\s*(\d+)\s*", header) or re.search(r"retry after (\d+) seconds", detail)
    if found:
        return float(found[1])
    window = re.search(r"limited to \d+ requests every (\d+) minutes", detail)
    return 60.0 * float(window[1]) if window else None


def next_page(document: object) -> dict[str, str] | None:
    """Query parameters of the page after this one, or None on the last.

    Only the query is taken from the `rel=next` link: credentials go to the configured host alone.
    """
    links = document.get("links") if isinstance(document, dict) else None
    for link in links or []:
        is_next = isinstance(link, dict) and link.get("rel") == "next"
        if is_next and isinstance(link.get("href"), str):
            return dict(parse_qsl(urlsplit(link["href"]).query))
    return None


def says_there_is_more(document: object, seen: int) -> bool:
    """Whether a page without a next link still announces objects beyond those seen so far.

    Atlas calls totalCount an estimate, so the page asked for because of it may be empty.
    """
    if not isinstance(document, dict) or not document.get("results"):
        return False
    total = total_count(document)
    return total is not None and total > seen


def total_count(document: object) -> int | None:
    """How many objects a page says the list holds, or None where it does not say."""
    total = document.get("totalCount") if isinstance(document, dict) else None
    return total if isinstance(total, int) else None


def results(document: object) -> list[Any]:
    """The objects of an answer: a page's results, a bare array, or the one object itself."""
    if isinstance(document, list):
        return document
    if isinstance(document, dict) and isinstance(document.get("results"), list):
        return list(document["results"])
    return [document]
