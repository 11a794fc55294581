"""What every channel says of a message, in the same words."""

from orchestration.telling.events import HEADINGS, URGENCY, Event, Message

# Receivers refuse long messages, Teams of 28 KB; nobody reads a fortieth budget.
MOST_OF_A_KIND = 6


def shown(message: Message) -> list[tuple[str, list[Event], int]]:
    """Headings with their events, and how many more of each there are than a message holds."""
    found = []
    for kind in URGENCY:
        events = [each for each in message.events if each.kind == kind]
        if events:
            found.append((HEADINGS[kind], events[:MOST_OF_A_KIND], len(events[MOST_OF_A_KIND:])))
    return found


def more(count: int) -> str:
    """That a heading has events which are not shown."""
    return f"and {count} more"


def address(dashboard: str | None, event: Event) -> str:
    """Where an event can be looked at; empty where links lead nowhere."""
    return f"{dashboard}{event.page}" if dashboard and event.page else ""


def as_text(message: Message, dashboard: str | None) -> str:
    """The message as plain text, as an email has it."""
    lines: list[str] = []
    for heading, events, hidden in shown(message):
        if not message.is_digest:
            lines += [heading.upper(), ""]
        for each in events:
            lines += [*_event_lines(each, dashboard), ""]
        if hidden:
            lines += [more(hidden), ""]
    return "\n".join(lines).rstrip() + "\n"


def _event_lines(event: Event, dashboard: str | None) -> list[str]:
    lines = [event.title, *([event.text] if event.text else [])]
    for block in event.blocks:
        lines += ["", block.heading]
        lines += [f"  {row[0]}: {', '.join(filter(None, row[1:]))}" for row in block.rows]
        lines += [f"  {block.note}"] if block.note else []
    where = address(dashboard, event)
    return [*lines, *(["", where] if event.blocks and where else [where] if where else [])]
