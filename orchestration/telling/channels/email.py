"""An email: text, HTML with the chart in it, and a PDF where the route asks for one."""

import base64
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path

from orchestration.rules.alerts import Route
from orchestration.telling import wording
from orchestration.telling.events import Message
from reporting.documents.templates import environment

_templates = environment(Path(__file__).parent)
LONGEST_SUBJECT = 150
PICTURE = "chart@atlas-costs"


def email(
    message: Message, route: Route, sender: str, dashboard: str | None, at: datetime
) -> EmailMessage:
    """The email of a message; its Message-ID is the same at every try."""
    made = EmailMessage(policy=SMTP)
    made["Subject"] = message.headline[:LONGEST_SUBJECT]
    made["From"] = Address("Atlas costs", addr_spec=sender)
    made["To"] = [Address(addr_spec=each) for each in route.to or []]
    made["Date"] = format_datetime(at)
    made["Message-ID"] = f"<{message.id}@atlas-costs>"
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(wording.as_text(message, dashboard))
    made.add_alternative(as_html(message, dashboard), subtype="html")
    if picture := message.events[0].picture:
        _html_part(made).add_related(
            base64.b64decode(picture),
            "image",
            "png",
            cid=f"<{PICTURE}>",
            filename="chart.png",
            disposition="inline",
        )
    if attachment := message.events[0].attachment:
        made.add_attachment(
            base64.b64decode(attachment), "application", "pdf", filename="costs.pdf"
        )
    return made


def as_html(message: Message, dashboard: str | None, picture: str = f"cid:{PICTURE}") -> str:
    """The message as HTML for mail programs: tables and styles in each element."""
    return _templates.get_template("email.html").render(
        message=message,
        groups=wording.shown(message),
        more=wording.more,
        address=lambda event: wording.address(dashboard, event),
        picture=picture,
        dashboard=dashboard,
    )


def _html_part(made: EmailMessage) -> EmailMessage:
    found = made.get_body(preferencelist=("html",))
    if not isinstance(found, EmailMessage):
        raise TypeError("an email has its HTML")
    return found
