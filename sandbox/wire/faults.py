"""Faults on demand: what a client must survive, asked for over POST /sandbox/faults."""

import re
from dataclasses import dataclass, field, fields
from typing import Any

from starlette.requests import Request

# A request meets the first of these that matches: each is the whole of what goes wrong.
STRIKES = (
    "status",
    "truncate",
    "wrong_content",
    "html",
    "invalid_json",
    "empty_body",
    "delay",
    "reset",
    "slow_body",
    "truncated_gzip",
    "wrong_length",
    "pending_shape",
    "patch_line_item",
    "act_then_fail",
)
# These hold at the same time as each other and as a strike: each changes how Atlas behaves.
CONDITIONS = (
    "page_size",
    "repeat_page",
    "shrink",
    "restate_between",
    "clock_skew",
    "expire_token",
    "single_use_nonce",
    "report_failed",
    "report_slow",
    "report_expired",
    "report_plain",
    "snapshot_fails",
    "restore_fails",
    "restore_expires",
    "restore_cancelled",
    "stuck",
    "lag",
    "sunset",
)
KINDS = STRIKES + CONDITIONS
Document = dict[str, Any]


@dataclass(slots=True)
class Fault:
    """One fault, for requests whose path matches.

    `times` limits how often it strikes (none: always); what spoils an answer counts only answers
    that would have been a success. The other fields belong to kinds:

    status: `status`, `error_code`, `retry_after`.
    delay, slow_body: `seconds`, of slow_body from the first byte to the last.
    truncate: `cut_transfer` announces a longer body than it sends instead of a shorter, sound one.
    wrong_length: `extra` bytes that Content-Length says more (less, if negative) than there are.
    patch_line_item: `patch`.
    page_size: `size`, the most items of a page.
    shrink, repeat_page: none; of shrink `times` counts the pages after the first.
    restate_between: `cents` that an invoice changes by when it is read.
    clock_skew: `hours` that the Date header is off by; `refuse` turns every signature away.
    expire_token: `requests` that a bearer token is good for.
    report_failed: `reason`. report_slow: `polls` before a report is there.
    act_then_fail: `status`, `error_code`, or `cut` to hang up instead; the request is carried out.
    snapshot_fails, restore_fails, restore_expires, restore_cancelled: none; what becomes of what
    the request asks for. stuck: none; what the request begins with a cluster never goes on.
    lag: `seconds` that reads are behind of what was made and removed; see estate.recent.
    the request asks for. sunset: `date` from which Atlas says that it no longer answers this.
    stuck: none; what the request begins with a cluster never goes on.
    """

    path: str
    kind: str
    method: str | None = None
    times: int | None = None
    status: int = 500
    error_code: str = "UNEXPECTED_ERROR"
    retry_after: int | None = None
    seconds: float = 1.0
    patch: Document = field(default_factory=dict)
    cut_transfer: bool = False
    extra: int = 100
    size: int = 2
    cents: int = 125
    hours: float = 3.0
    refuse: bool = False
    requests: int = 1
    reason: str = "The report could not be generated."
    polls: int = 3
    cut: bool = False
    date: str = "2027-07-01"

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown kind {self.kind!r}: one of {', '.join(KINDS)}")
        re.compile(self.path)

    @property
    def hangs_up(self) -> bool:
        """Whether the client hears nothing at all."""
        return self.kind == "reset" or (self.kind == "act_then_fail" and self.cut)

    def matches(self, method: str, path: str) -> bool:
        """Whether it strikes this request."""
        if self.times == 0 or self.method not in (None, method):
            return False
        return re.search(self.path, path) is not None

    def spend(self, count: int = 1) -> None:
        """Count one strike; -1 takes one back."""
        if self.times is not None:
            self.times -= count


def parse_faults(body: Document | list[Document]) -> list[Fault]:
    """Faults from JSON: one object or a list of them."""
    known = {one.name for one in fields(Fault)}
    found = []
    for entry in body if isinstance(body, list) else [body]:
        if unknown := set(entry) - known:
            raise ValueError(f"unknown field {min(unknown)!r}: one of {', '.join(sorted(known))}")
        if missing := {"path", "kind"} - set(entry):
            raise ValueError(f"field {min(missing)!r} is missing")
        found.append(Fault(**entry))
    return found


class Faults:
    """The faults in force, in the order they were asked for."""

    def __init__(self) -> None:
        self.active: list[Fault] = []

    def strike(self, request: Request) -> Fault | None:
        """The one strike of this request, counted."""
        return self._first(STRIKES, request, spend=True)

    def condition(self, kind: str, request: Request, *, spend: bool = True) -> Fault | None:
        """The condition of a kind that this request is under, counted."""
        return self._first((kind,), request, spend=spend)

    def _first(self, kinds: tuple[str, ...], request: Request, *, spend: bool) -> Fault | None:
        for fault in self.active:
            if fault.kind in kinds and fault.matches(request.method, request.url.path):
                fault.spend(int(spend))
                return fault
        return None
