"""config/alerts.yaml: who is told of what, where, and when they are left alone."""

import re
from collections.abc import Iterator
from datetime import time
from decimal import Decimal
from email.headerregistry import Address
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, model_validator

from orchestration.config.rule_file import Strict, Text, read_rule_file
from orchestration.config.yaml_file import YamlFile
from orchestration.settings import SettingsError

KINDS = (
    "budget", "forecast", "anomaly", "change", "saving", "restatement", "reconciliation",
    "credits", "refresh", "key",
)  # fmt: skip
# About the installation, not about anybody's costs.
OF_EVERYBODY = ("refresh", "key", "reconciliation")
EVERY = "all"
Channel = Literal["slack", "teams", "webhook", "email"]
Every = Literal["daily", "weekly", "monthly"]
_NAME = re.compile(r"[a-z0-9]+([-_][a-z0-9]+)*")
# capitals alone: what is pasted here by mistake is seldom a name that may be repeated in a log
_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*")
# What a channel needs, and what else it can use.
_NEEDS = {"slack": ("url_env",), "teams": ("url_env",), "webhook": ("url_env",), "email": ("to",)}
_USES = {"webhook": ("secret_env",), "email": ("attach",)}
_HERE = ("localhost", "127.0.0.1", "::1")
_OF_CHANNELS = ("url_env", "secret_env", "to", "attach")


def _name(value: str) -> str:
    if not _NAME.fullmatch(value) or len(value) > 60:
        raise ValueError("must be a name such as finops-slack: a to z, 0 to 9, - and _")
    return value


def _variable(value: str) -> str:
    if not _VARIABLE.fullmatch(value):
        raise ValueError(
            "must be the name of an environment variable, such as SLACK_URL; what it holds goes "
            "into .env"
        )
    return value


def _kind(value: str) -> str:
    if value not in KINDS:
        raise ValueError(f"must be one of {', '.join(KINDS)}")
    return value


def _listed(value: object) -> object:
    """One name is a list of one."""
    return [value] if isinstance(value, str) and value else value


def _address(value: str) -> str:
    try:
        found = Address(addr_spec=value)
    except (ValueError, LookupError, AttributeError):
        found = None
    if found is None or not found.username or not found.domain or not value.isprintable():
        raise ValueError("must be an address such as finance@example.com")
    return value


def _dashboard(value: str) -> str:
    if not re.fullmatch(r"https?://[A-Za-z0-9.:\[\]-]+(/[A-Za-z0-9._~/-]*)?", value):
        raise ValueError("must be an address such as https://costs.example.com")
    return value.rstrip("/")


def _time(value: object) -> time:
    if not re.fullmatch("([01][0-9]|2[0-3]):[0-5][0-9]", str(value)):
        raise ValueError("must be a time of day such as 20:00")
    return time.fromisoformat(str(value))


def _zone(value: object) -> ZoneInfo:
    try:
        return ZoneInfo(str(value))
    except (ValueError, OSError, KeyError):
        raise ValueError("must be a time zone such as Europe/Berlin or UTC") from None


def _cents(value: object) -> int:
    if not re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,2})?", str(value)):
        raise ValueError("must be an amount such as 50 or 12.50")
    return int(Decimal(str(value)) * 100)


def _whole(least: int, most: int) -> BeforeValidator:
    def check(value: object) -> object:
        if not str(value).isdecimal() or not least <= int(str(value)) <= most:
            raise ValueError(f"must be a whole number from {least} to {most}")
        return int(str(value))

    return BeforeValidator(check)


Name = Annotated[Text, AfterValidator(_name)]
Variable = Annotated[str, AfterValidator(_variable)]
Kinds = Annotated[list[Annotated[str, AfterValidator(_kind)]], BeforeValidator(_listed)]
TimeOfDay = Annotated[time, PlainValidator(_time)]
Percents = Annotated[list[Annotated[int, _whole(1, 1000)]], Field(min_length=1)]
Days = Annotated[list[Annotated[int, _whole(1, 365)]], Field(min_length=1)]


class QuietHours(Strict):
    """When a route is left alone; what is found meanwhile is sent when they end."""

    start: TimeOfDay = Field(alias="from")
    end: TimeOfDay = Field(alias="to")
    time_zone: Annotated[ZoneInfo, PlainValidator(_zone)]


class Route(Strict):
    """One way to tell somebody.

    Attributes:
        alerts: The kinds it is told.
        digests: How often it is sent a summary.
        at_least: Cents; what is about less is left out. An event without an amount never is.
        workspace: Whose costs it may know; all of them without it.
        attach: What an email carries besides.
    """

    name: Name
    channel: Channel
    url_env: Variable | None = None
    secret_env: Variable | None = None
    to: Annotated[
        list[Annotated[Text, AfterValidator(_address)]] | None, BeforeValidator(_listed)
    ] = None
    alerts: Kinds = Field(default_factory=list)
    digests: Annotated[list[Every], BeforeValidator(_listed)] = Field(default_factory=list)
    at_least: Annotated[int, PlainValidator(_cents)] = 0
    workspace: Text | None = None
    quiet: QuietHours | None = None
    attach: Literal["pdf"] | None = None

    @model_validator(mode="before")
    @classmethod
    def _everything(cls, said: object) -> object:
        """`all` is every kind; of a workspace, every kind that is about its costs."""
        if not isinstance(said, dict) or said.get("alerts") != EVERY:
            return said
        left_out = OF_EVERYBODY if said.get("workspace") else ()
        return said | {"alerts": [each for each in KINDS if each not in left_out]}


class Smtp(Strict):
    """The server that emails are handed to."""

    host: Text
    port: Annotated[int, _whole(1, 65535)] = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    sender: Annotated[Text, AfterValidator(_address)] = Field(alias="from")
    user: Text | None = None
    password_env: Variable | None = None

    @property
    def is_open(self) -> bool:
        """Whether what is sent there could be read on its way."""
        return self.security == "none" and self.host not in _HERE


class When(Strict):
    """What is worth telling.

    Attributes:
        budget_percent: Shares of a budget that are told once they are spent.
        credit_days: How many days before credits run out, or a contract's balance is used.
        late_hours: How old the last good reading may be.
    """

    budget_percent: Percents = Field(default_factory=lambda: [80, 100])
    credit_days: Days = Field(default_factory=lambda: [60, 30, 7])
    late_hours: Annotated[int, _whole(1, 1000)] = 26


class Alerts(Strict):
    """The file.

    Attributes:
        dashboard: Where links lead; without it messages have none.
    """

    dashboard: Annotated[str, AfterValidator(_dashboard)] | None = None
    smtp: Smtp | None = None
    when: When = Field(default_factory=When)
    routes: list[Route] = Field(default_factory=list)

    def wants(self, kind: str) -> bool:
        """Whether any route is told a kind."""
        return any(kind in each.alerts for each in self.routes)


def read_alerts(file: Path) -> Alerts:
    """What is told to whom; nothing without the file.

    Raises:
        SettingsError: one sentence with file, line and key.
    """
    read = read_rule_file(file, Alerts, "routes")
    if read is None:
        return Alerts()
    found, yaml_file = read
    if found.smtp and found.smtp.is_open and found.smtp.user:
        sentence = "is none, which would send the password in the clear"
        raise SettingsError(str(yaml_file.mistake(("smtp", "security"), sentence)))
    for number, route in enumerate(found.routes):
        for key, sentence in _mistakes(route, number, found):
            raise _mistake(yaml_file, number, key, sentence)
    return found


def _mistakes(route: Route, number: int, alerts: Alerts) -> Iterator[tuple[str, str]]:
    """A key of a route, or none, and what is wrong with it."""
    if any(other.name == route.name for other in alerts.routes[:number]):
        yield "name", "stands here twice"
    if not route.alerts and not route.digests:
        yield "", "has neither alerts nor digests"
    for key in _NEEDS[route.channel]:
        if not getattr(route, key):
            yield key, f"is missing: {route.channel} needs it"
    known = (*_NEEDS[route.channel], *_USES.get(route.channel, ()))
    for key in _OF_CHANNELS:
        if getattr(route, key) and key not in known:
            yield key, f"is nothing that {route.channel} uses"
    if route.channel == "email" and alerts.smtp is None:
        yield "channel", "is email, and the file does not say which smtp server to use"
    if route.workspace and (kept := [each for each in route.alerts if each in OF_EVERYBODY]):
        yield (
            "alerts",
            (
                f"has {', '.join(kept)}, which are about all costs: give them to a route without "
                "workspace"
            ),
        )
    if route.quiet and route.quiet.start == route.quiet.end:
        yield "quiet", "ends when it begins"


def _mistake(yaml_file: YamlFile, number: int, key: str, sentence: str) -> SettingsError:
    place = ("routes", number, key) if key else ("routes", number)
    return SettingsError(str(yaml_file.mistake(place, sentence)))
