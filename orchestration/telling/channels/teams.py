"""Microsoft Teams: an Adaptive Card, as the webhook of a Teams workflow takes it.

Every text is a TextRun, the one element that has no Markdown: a name is never a link.
"""

import json
from typing import Any

from orchestration.telling import wording
from orchestration.telling.events import Block, Event, Message

Json = dict[str, Any]
# Teams refuses a message of 28 KB.
MOST_BYTES = 24_000
CARD = "application/vnd.microsoft.card.adaptive"
_SCHEMA = "http://adaptivecards.io/schemas/adaptive-card.json"


def payload(message: Message, dashboard: str | None) -> Json:
    """The document to post; what has no room is counted."""
    body: list[Json] = [_runs([_run(message.headline, size="Large", weight="Bolder")])]
    for heading, events, hidden in wording.shown(message):
        if not message.is_digest:
            body.append(_runs([_run(heading, weight="Bolder")], spacing="Medium"))
        for each in events:
            body += _event(each, message)
        if hidden:
            body.append(_runs([_run(wording.more(hidden), isSubtle=True)]))
    return _envelope(_fitting(body), _actions(message, dashboard))


def _event(event: Event, message: Message) -> list[Json]:
    is_headline = len(message.events) == 1
    title = [] if is_headline else [_run(event.title)]
    text = [_run(event.text if is_headline else f" {event.text}", isSubtle=True)]
    runs = [*title, *(text if event.text else [])]
    return [*([_runs(runs, spacing="Small")] if runs else []),
            *(each for block in event.blocks for each in _block(block))]  # fmt: skip


def _block(block: Block) -> list[Json]:
    rows = [
        {
            "type": "ColumnSet",
            "spacing": "Small",
            "columns": [
                _column([_runs([_run(", ".join(filter(None, row[:-1])))])], "stretch"),
                _column([_runs([_run(row[-1])], horizontalAlignment="Right")], "auto"),
            ],
        }
        for row in block.rows
    ]
    note = [_runs([_run(block.note, isSubtle=True)], spacing="Small")] if block.note else []
    return [_runs([_run(block.heading, weight="Bolder")], spacing="Medium"), *rows, *note]


def _fitting(body: list[Json]) -> list[Json]:
    """As many parts as Teams takes."""
    kept: list[Json] = []
    room = MOST_BYTES
    for each in body:
        room -= len(json.dumps(each))
        if room < 0:
            return [*kept, _runs([_run("The rest is in the dashboard.", isSubtle=True)])]
        kept.append(each)
    return kept


def _actions(message: Message, dashboard: str | None) -> list[Json]:
    """One button: of the only event, or of the page where all of them begin."""
    first = message.events[0]
    where = wording.address(dashboard, first) if len(message.events) == 1 else dashboard
    return [{"type": "Action.OpenUrl", "title": "Open dashboard", "url": where}] if where else []


def _envelope(body: list[Json], actions: list[Json]) -> Json:
    card = {
        "$schema": _SCHEMA,
        "type": "AdaptiveCard",
        "version": "1.4",
        "msteams": {"width": "Full"},
        "body": body,
        "actions": actions,
    }
    return {"type": "message", "attachments": [{"contentType": CARD, "content": card}]}


def _runs(runs: list[Json], **settings: object) -> Json:
    return {"type": "RichTextBlock", "inlines": runs} | settings


def _run(text: str, **settings: object) -> Json:
    return {"type": "TextRun", "text": text} | settings


def _column(items: list[Json], width: str) -> Json:
    return {"type": "Column", "width": width, "items": items}
