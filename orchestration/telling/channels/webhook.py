"""A webhook for a program: plain JSON, signed as standardwebhooks.com has it."""

import base64
import binascii
import hmac
from typing import Any

from orchestration.settings import SettingsError
from orchestration.telling import wording
from orchestration.telling.events import Event, Message

PREFIX = "whsec_"
Json = dict[str, Any]


def payload(message: Message, dashboard: str | None) -> Json:
    """The document to post: every event, in full."""
    return {
        "type": "atlas_costs.digest" if message.is_digest else "atlas_costs.alerts",
        "id": message.id,
        "route": message.route,
        "headline": message.headline,
        "events": [_event(each, dashboard) for each in message.events],
    }


def _event(event: Event, dashboard: str | None) -> Json:
    return {
        "id": event.id,
        "kind": event.kind,
        "title": event.title,
        "text": event.text,
        "amount_cents": event.cents,
        "currency": event.currency,
        "url": wording.address(dashboard, event) or None,
        "parts": [
            {"heading": each.heading, "rows": each.rows, "note": each.note} for each in event.blocks
        ],
        "chart_png_base64": event.picture or None,
    }


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The headers by which a receiver knows who sent this, and when.

    Args:
        secret: Any text, or `whsec_` and base 64.
        message_id: Signed too, so that a repetition can be told.
        timestamp: Seconds since 1970: a receiver refuses what is old.
        body: What is posted.

    Raises:
        SettingsError: what follows `whsec_` is no base 64.
    """
    signed = b".".join((message_id.encode(), str(timestamp).encode(), body))
    made = base64.b64encode(hmac.digest(_key(secret), signed, "sha256"))
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{made.decode()}",
    }


def _key(secret: str) -> bytes:
    if not secret.startswith(PREFIX):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        raise SettingsError("after whsec_ the secret must be base 64") from None
