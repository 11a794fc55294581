"""Reading Atlas's answers without any I/O: errors, paging, media types."""

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from orchestration.atlas.errors import AtlasError, CutShort, MalformedAnswer, error_for


def media_type(version: str) -> str:
    """The Accept header of an API resource version, a date such as 2024-08-05."""
    return f"application/vnd.atlas.{version}+json"


def parse(body: bytes, what: str) -> Any:  # noqa: ANN401  JSON is any shape
    """Decode a JSON body.

    Raises:
        MalformedAnswer: the body is empty, cut short, or not JSON at all.
    """
    try:
        return json.loads(body)
    except json.JSONDecodeError as error:
        at_the_end = error.pos >= len(error.doc.rstrip()) - 1
        kind = CutShort if at_the_end or "Unterminated" in error.msg else MalformedAnswer
        raise kind(f"{what}: Atlas's answer is not JSON ({error}).") from None
    except ValueError as error:
        raise MalformedAnswer(f"{what}: Atlas's answer is not JSON ({error}).") from None


def error_from(status: int, body: bytes, headers: Mapping[str, str], what: str) -> AtlasError:
    """The error an unsuccessful answer means; its text carries Atlas's errorCode and detail."""
    fields = _error_fields(body)
    code = fields.get("errorCode")
    detail = fields.get("detail") or fields.get("reason") or "no detail given"
    return error_for(status, code)(
        f"{what}: Atlas answered {status}{f' {code}' if code else ''}: {detail.rstrip('.')}.",
        status=status,
        error_code=code,
        retry_after=retry_after(headers, detail),
    )


def _error_fields(body: bytes) -> dict[str, str]:
    try:
        parsed = json.loads(body)
    except ValueError:
        return {}
    if not isinstance(parsed, dict):
        return {}
    return {key: value for key, value in parsed.items() if isinstance(value, str)}


def retry_after(headers: Mapping[str, str], detail: str = "") -> float | None:
    """Seconds to wait: the Retry-After header, else the sentence in a rate-limit error's detail.

    The header may be absent (Atlas's rate-limit documentation); the detail then says "Please
    retry after 55 seconds".
    """
    header = headers.get("retry-after", "")
    found = re.fullmatch(r"\s*(\d+)\s*", header) or re.search(r"retry after (\d+) seconds", detail)
    return float(found[1]) if found else None


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
    total = document.get("totalCount")
    return isinstance(total, int) and total > seen


def results(document: object) -> list[Any]:
    """The objects of an answer: a page's results, a bare array, or the one object itself."""
    if isinstance(document, list):
        return document
    if isinstance(document, dict) and isinstance(document.get("results"), list):
        return list(document["results"])
    return [document]
