"""A Slack-compatible incoming webhook: rich text, in which a name can be nothing but text.

Mattermost and others read `text` alone, as Markdown, so what stands there is made inert.
"""

import json
import re
from typing import Any

from orchestration.telling import wording
from orchestration.telling.events import Block, Event, Message

Json = dict[str, Any]
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
# What would mention somebody, or be made a link: seen as it is, and no longer understood.
_ALIVE = re.compile(r"(@|\](?=\()|:(?=//)|www(?=\.)|!(?=\[))", re.IGNORECASE)
_WORD_JOINER = "\u2060"
# Slack refuses a message with more characters (msg_blocks_too_long), those of its blocks' JSON too.
LONGEST = 12_000
_REST = "The rest is in the dashboard."


def inert(text: str) -> str:
    """Text that neither Slack nor Markdown finds a mention or a link in."""
    return _ALIVE.sub(rf"\1{_WORD_JOINER}", text.translate(_ESCAPES))


def payload(message: Message, dashboard: str | None) -> Json:
    """The document to post."""
    elements: list[Json] = []
    for heading, events, hidden in wording.shown(message):
        if not message.is_digest:
            elements.append(_section(_text(heading, bold=True)))
        for each in events:
            elements += _event(each, dashboard, is_item=not message.is_digest)
        if hidden:
            elements.append(_section(_text(wording.more(hidden))))
    return {
        "text": _fallback(message, dashboard),
        "mrkdwn": False,
        "blocks": [{"type": "rich_text", "elements": _fitting(elements)}],
    }


def _fitting(elements: list[Json]) -> list[Json]:
    """As many parts as Slack takes: a message that it refuses would never arrive."""
    room = LONGEST
    for number, each in enumerate(elements):
        room -= len(json.dumps(each, ensure_ascii=False))
        if room < 0:
            return [*elements[:number], _section(_text(_REST))]
    return elements


def _fallback(message: Message, dashboard: str | None) -> str:
    """For notifications, and for receivers that know no blocks."""
    return f"{inert(wording.as_text(message, None))[:LONGEST]}\n{dashboard or ''}".rstrip()


def _event(event: Event, dashboard: str | None, *, is_item: bool) -> list[Json]:
    parts = [_text(event.title, bold=not is_item)]
    if event.text:
        parts.append(_text(f"\n{event.text}"))
    where = wording.address(dashboard, event)
    link = [_text("\n"), {"type": "link", "url": where, "text": "Open"}] if where else []
    if is_item:
        return [_list([_section(*parts, *link)])]
    return [_section(*parts), *(each for block in event.blocks for each in _block(block)),
            *([_section(*link[1:])] if link else [])]  # fmt: skip


def _block(block: Block) -> list[Json]:
    rows = [_section(_text(f"{row[0]}: {', '.join(filter(None, row[1:]))}")) for row in block.rows]
    return [
        _section(_text(f"\n{block.heading}", bold=True)),
        *([_list(rows)] if rows else []),
        *([_section(_text(block.note))] if block.note else []),
    ]


def _list(sections: list[Json]) -> Json:
    return {"type": "rich_text_list", "style": "bullet", "elements": sections}


def _section(*parts: Json) -> Json:
    return {"type": "rich_text_section", "elements": list(parts)}


def _text(text: str, *, bold: bool = False) -> Json:
    return {"type": "text", "text": text} | ({"style": {"bold": True}} if bold else {})
