"""Pages of a list, with Atlas's parameters, limits and links."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from starlette.requests import Request

from sandbox.wire.errors import AtlasError

DEFAULT_ITEMS = 100
MAX_ITEMS = 500
Item = TypeVar("Item")


def base_url(request: Request) -> str:
    """The address the client reached us at: links point back to it."""
    return f"{request.url.scheme}://{request.headers['host']}"


def flag(request: Request, name: str, *, default: bool) -> bool:
    """A true/false query parameter."""
    return request.query_params.get(name, str(default)).lower() == "true"


def page(
    request: Request, items: Sequence[Item], document: Callable[[Item], Any]
) -> dict[str, Any]:
    """One page of `items`; totalCount unless `includeCount=false`."""
    number = _integer(request, "pageNum", 1)
    size = _integer(request, "itemsPerPage", DEFAULT_ITEMS, MAX_ITEMS)
    condition = request.state.condition
    if cap := condition("page_size"):
        size = min(size, cap.size)
    total = len(items)
    if number > 1 and condition("shrink"):
        items, total = items[1:], total - 1
    if condition("repeat_page"):
        items = [*items[:size], *items]
    start = (number - 1) * size
    answer: dict[str, Any] = {
        "links": _links(request, number, size, is_last=start + size >= len(items)),
        "results": [document(item) for item in items[start : start + size]],
    }
    if flag(request, "includeCount", default=True):
        answer["totalCount"] = total
    return answer


def _integer(request: Request, name: str, default: int, maximum: int | None = None) -> int:
    text = request.query_params.get(name, str(default))
    value = int(text) if text.isdecimal() else 0
    if value < 1 or (maximum and value > maximum):
        raise AtlasError(400, "VALIDATION_ERROR", f"Invalid value {text} for {name}.", (name,))
    return value


def _links(request: Request, number: int, size: int, *, is_last: bool) -> list[dict[str, str]]:
    targets = {"self": number}
    if not is_last:
        targets["next"] = number + 1
    if number > 1:
        targets["previous"] = number - 1
    return [{"href": _href(request, to, size), "rel": rel} for rel, to in targets.items()]


def _href(request: Request, number: int, size: int) -> str:
    paged = {"includeCount", "pageNum", "itemsPerPage"}
    kept = [pair for pair in request.query_params.multi_items() if pair[0] not in paged]
    count = flag(request, "includeCount", default=True)
    query = [("includeCount", str(count).lower()), *kept]
    query += [("pageNum", str(number)), ("itemsPerPage", str(size))]
    return f"{base_url(request)}{request.url.path}?{urlencode(query)}"
