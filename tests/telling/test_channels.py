"""What each channel makes of a message: names stay names, whatever they are."""

import json
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from orchestration.rules.alerts import Route
from orchestration.telling.channels import slack, teams, webhook
from orchestration.telling.channels.email import as_html, email
from orchestration.telling.events import Block, Event, Message, message

HOSTILE = (
    "<!channel> <http://evil.example|click> <@U123> & *bold* @here @channel "
    "[click](http://evil.example) ![x](http://evil.example/x.png) http://evil.example "
    "www.evil.example <img src=x onerror=alert(1)> </td><script>alert(2)</script>"
)
DASHBOARD = "https://costs.example.com"


def event(name: str = HOSTILE, **values) -> Event:
    found = {"key": "a", "kind": "anomaly", "title": name, "text": f"text of {name}",
             "page": "/anomalies?id=a"} | values  # fmt: skip
    return Event(**found).tidied()


def digest(name: str = HOSTILE) -> Event:
    blocks = (
        Block("Costs", (("Total", "+1.0%", "$12.00"),)),
        Block("Changed", ((name, "new", "$1"),)),
    )
    return event("Weekly digest", key="d", kind="digest", blocks=blocks)


def everything(found: object) -> list[dict]:
    """Every object of a document."""
    if isinstance(found, list):
        return [each for item in found for each in everything(item)]
    if isinstance(found, dict):
        return [found, *(each for item in found.values() for each in everything(item))]
    return []


@pytest.mark.parametrize("made", [event(), digest()])
def test_slack_shows_a_name_as_text_and_links_only_the_dashboard(made):
    document = slack.payload(message("r", [made]), DASHBOARD)
    parts = everything(document["blocks"])
    assert {each["type"] for each in parts if "type" in each} <= {
        "rich_text", "rich_text_section", "rich_text_list", "text", "link",
    }  # fmt: skip
    assert {each["url"] for each in parts if each.get("type") == "link"} == {
        "https://costs.example.com/anomalies?id=a"
    }
    assert any("<!channel>" in each.get("text", "") for each in parts)


@pytest.mark.parametrize("made", [event(), digest()])
def test_the_text_beside_slacks_blocks_mentions_nobody_and_links_nowhere_else(made):
    text = slack.payload(message("r", [made]), DASHBOARD)["text"]
    named, _, link = text.rpartition("\n")
    assert link == DASHBOARD
    for alive in ("<", ">", "@here", "@channel", "](", "![", "://", "www."):
        assert alive not in named
    assert "&lt;!channel&gt;" in named
    assert "&amp;" in named


@pytest.mark.parametrize("made", [event(), digest()])
def test_teams_shows_a_name_where_no_markdown_is_read(made):
    document = teams.payload(
        message("r", [made, event("b", key="b")][: 1 + (made.kind != "digest")]), DASHBOARD
    )
    card = document["attachments"][0]
    assert card["contentType"] == "application/vnd.microsoft.card.adaptive"
    parts = everything(card["content"]["body"])
    assert {each["type"] for each in parts} <= {"RichTextBlock", "TextRun", "ColumnSet", "Column"}
    assert [each["type"] for each in card["content"]["actions"]] == ["Action.OpenUrl"]
    assert card["content"]["actions"][0]["url"].startswith(DASHBOARD)


def too_much() -> Message:
    kinds = ("anomaly", "saving", "change", "budget", "forecast")
    many = [
        event("n" * 200, key=f"{kind}{n}", kind=kind, text="t" * 900)
        for n in range(6)
        for kind in kinds
    ]
    return message("r", many)


def test_teams_gets_no_more_than_it_takes():
    document = teams.payload(too_much(), DASHBOARD)
    assert len(json.dumps(document)) < 28_000
    assert "The rest is in the dashboard." in json.dumps(document)


def test_slack_gets_no_more_than_it_takes():
    document = slack.payload(too_much(), DASHBOARD)
    [block] = document["blocks"]
    assert 10_000 < len(json.dumps(block)) < 13_000
    assert block["elements"][-1]["elements"][0]["text"] == "The rest is in the dashboard."
    assert len(document["text"]) < 13_000


def test_slack_gets_all_that_it_takes():
    document = slack.payload(message("r", [event(), event("b", key="b")]), DASHBOARD)
    assert "The rest" not in json.dumps(document)


class Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


@pytest.mark.parametrize("made", [event(), digest()])
def test_html_has_no_element_and_no_address_of_a_name(made):
    parser = Elements()
    parser.feed(as_html(message("r", [made]), DASHBOARD))
    assert {tag for tag, _ in parser.found}.isdisjoint({"script", "img"})
    links = {values["href"] for tag, values in parser.found if tag == "a"}
    assert links == {"https://costs.example.com/anomalies?id=a"}


ROUTE = Route(name="r", channel="email", to=["finance@example.com"])


def mail(made: Event):
    at = datetime(2026, 5, 20, tzinfo=UTC)
    return email(message("r", [made]), ROUTE, "costs@example.com", DASHBOARD, at)


def test_a_name_with_line_breaks_is_no_header():
    made = mail(event("a\r\nBcc: everybody@example.com\r\n\r\nbody"))
    assert made["Bcc"] is None
    assert made["Subject"] == "a Bcc: everybody@example.com body"
    assert made["To"] == "finance@example.com"
    head = made.as_bytes().partition(b"\r\n\r\n")[0]
    assert b"\r\nBcc" not in head


def test_a_digest_by_mail_has_text_html_picture_and_pdf():
    made = mail(event("d", kind="digest", picture="iVBORw0=", attachment="JVBERi0="))
    kinds = [part.get_content_type() for part in made.walk() if not part.is_multipart()]
    assert kinds == ["text/plain", "text/html", "image/png", "application/pdf"]
    assert made.get_content_type() == "multipart/mixed"


def test_a_program_gets_every_event_with_its_own_id():
    made = [event(key=f"{n}", cents=n, currency="USD") for n in range(40)]
    document = webhook.payload(message("r", made), DASHBOARD)
    assert document["type"] == "atlas_costs.alerts"
    assert len({each["id"] for each in document["events"]}) == 40
    assert document["events"][0]["amount_cents"] == 39


@pytest.mark.parametrize("secret", ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "any text at all"])
def test_the_signature_is_what_the_standards_own_library_verifies(secret):
    body = json.dumps(webhook.payload(message("r", [event()]), DASHBOARD)).encode()
    now = int(datetime.now(UTC).timestamp())
    headers = webhook.signature(secret, "m1", now, body)
    receiver = Webhook(secret if secret.startswith("whsec_") else secret.encode())
    assert receiver.verify(body, headers)["route"] == "r"
    for wrong in ({"webhook-id": "m2"}, {"webhook-timestamp": str(now + 1)}):
        with pytest.raises(WebhookVerificationError):
            receiver.verify(body, headers | wrong)
    with pytest.raises(WebhookVerificationError):
        receiver.verify(body + b" ", headers)
    old = webhook.signature(secret, "m1", now - 3600, body)
    with pytest.raises(WebhookVerificationError):
        receiver.verify(body, old)


def test_a_message_has_the_urgent_first_and_then_the_dear():
    found = message("r", [
        event("s", key="s", kind="saving", cents=9), event("a1", key="a1", cents=1),
        event("a2", key="a2", cents=-2), event("f", key="f", kind="refresh"),
    ])  # fmt: skip
    assert [each.title for each in found.events] == ["f", "a2", "a1", "s"]
    assert found.headline == "f, and 3 more"
