"""What is told: a fact with a key that is its own for ever, and the message that carries several.

Pure, and plain text throughout: each channel makes it inert in its own way.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

DIGEST, TEST = "digest", "test"
# Longer texts are cut: a name from Atlas may have any length.
LONGEST_TITLE, LONGEST_TEXT = 200, 900
HEADINGS = {
    "budget": "Budgets", "forecast": "Budgets that will be exceeded", "anomaly": "Anomalies",
    "change": "Changes", "saving": "Savings", "restatement": "Invoices that Atlas changed",
    "reconciliation": "Invoices that do not match", "credits": "Credits", "refresh": "Refresh",
    "key": "Keys", DIGEST: "Digest", TEST: "Test",
}  # fmt: skip
"""Kinds in the order in which a message has them, the most urgent first."""
URGENCY = (
    "refresh", "key", "reconciliation", "credits", "budget", "forecast", "anomaly", "change",
    "restatement", "saving", TEST, DIGEST,
)  # fmt: skip


@dataclass(frozen=True)
class Block:
    """A part of a digest: rows of which the last column is a figure."""

    heading: str
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


@dataclass(frozen=True)
class Event:
    """One fact to tell.

    Attributes:
        key: The same whenever the fact is found again, and no other fact's.
        title: One line.
        text: Sentences; may be empty.
        cents: What it is about, if that is money, in `currency`.
        page: Where the dashboard shows it, as a path with its query.
        covers: Keys of facts that need not be told any more once this one is.
        blocks: A digest's parts.
        picture: A digest's chart as PNG, in base 64.
        attachment: A digest's PDF, likewise.
    """

    key: str
    kind: str
    title: str
    text: str = ""
    cents: int | None = None
    currency: str | None = None
    page: str = ""
    covers: tuple[str, ...] = ()
    blocks: tuple[Block, ...] = ()
    picture: str = ""
    attachment: str = ""

    @property
    def id(self) -> str:
        """What a receiver tells it by."""
        return _digest(self.key)

    def tidied(self) -> "Event":
        """The same without characters that break lines, and cut to a length."""
        blocks = tuple(
            replace(
                each,
                rows=tuple(
                    tuple(one_line(cell, LONGEST_TITLE) for cell in row) for row in each.rows
                ),
            )
            for each in self.blocks
        )
        return replace(
            self,
            title=one_line(self.title, LONGEST_TITLE),
            text=one_line(self.text, LONGEST_TEXT),
            blocks=blocks,
        )

    def as_json(self) -> str:
        """For the outbox."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def of_json(cls, text: str) -> "Event":
        """From the outbox."""
        found = json.loads(text)
        blocks = tuple(
            Block(each["heading"], tuple(map(tuple, each["rows"])), each["note"])
            for each in found.pop("blocks")
        )
        return cls(**{**found, "covers": tuple(found["covers"]), "blocks": blocks})


@dataclass(frozen=True)
class Message:
    """Events that are sent together.

    Attributes:
        id: The same at every try, so that a receiver can tell a repetition.
    """

    id: str
    route: str
    events: tuple[Event, ...]

    @property
    def headline(self) -> str:
        """What it is about in one line."""
        if len(self.events) == 1:
            return self.events[0].title
        first = self.events[0].title
        others = len(self.events) - 1
        return f"{first}, and {others} more"

    @property
    def is_digest(self) -> bool:
        """Whether it is a summary, which stands alone."""
        return self.events[0].kind == DIGEST


def message(route: str, events: Sequence[Event]) -> Message:
    """A message to a route, the most urgent events first, the dearest of a kind first."""
    ordered = sorted(
        events, key=lambda each: (URGENCY.index(each.kind), -abs(each.cents or 0), each.key)
    )
    name = "\0".join((route, *(each.key for each in ordered)))
    return Message(_digest(name), route, tuple(ordered))


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:32]


def one_line(text: str, length: int) -> str:
    """Text without what breaks a line, turns it around or has no shape, cut to a length."""
    line = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    return line if len(line) <= length else f"{line[: length - 1]}…"
