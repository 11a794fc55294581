"""Faults on demand: what a client must survive, asked for over POST /sandbox/faults."""

import json
import re
from dataclasses import dataclass, field, fields
from typing import Any

KINDS = (
    "status",
    "truncate",
    "wrong_content",
    "delay",
    "reset",
    "pending_shape",
    "patch_line_item",
)
Document = dict[str, Any]


@dataclass(slots=True)
class Fault:
    """One fault, for requests whose path matches.

    `times` limits how often it strikes (none: always). `status`, `error_code` and `retry_after`
    belong to kind status; `seconds` to delay; `patch` to patch_line_item; `cut_transfer` makes
    truncate announce a longer body than it sends instead of sending a shorter, well-formed one.
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

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown kind {self.kind!r}: one of {', '.join(KINDS)}")
        re.compile(self.path)

    def matches(self, method: str, path: str) -> bool:
        """Whether it strikes this request."""
        if self.times == 0 or self.method not in (None, method):
            return False
        return re.search(self.path, path) is not None

    def spend(self) -> None:
        """Count one strike."""
        if self.times is not None:
            self.times -= 1


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
    """The faults in force, in the order they were asked for; a request meets the first one."""

    def __init__(self) -> None:
        self.active: list[Fault] = []

    def strike(self, method: str, path: str) -> Fault | None:
        """The fault of this request, counted."""
        for fault in self.active:
            if fault.matches(method, path):
                fault.spend()
                return fault
        return None


def bare_pending(body: bytes) -> bytes:
    """The older shape of the pending invoice: the object alone, without `results`."""
    results = json.loads(body).get("results")
    return json.dumps(results[0]).encode() if results else body


def patched(body: bytes, patch: Document) -> bytes:
    """An invoice document whose first line item has other fields."""
    document = json.loads(body)
    for invoice in document.get("results", [document]):
        if invoice.get("lineItems"):
            invoice["lineItems"][0] |= patch
            return json.dumps(document).encode()
    return body
