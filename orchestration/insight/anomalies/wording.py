"""What is said of an incident: plain sentences with its numbers."""

import re
from datetime import date

from orchestration.insight.anomalies.described import Described
from orchestration.insight.anomalies.effects import Effects
from orchestration.insight.anomalies.finding import Incident
from orchestration.insight.anomalies.verdicts import Found

SIGNS = {"USD": "$", "EUR": "€", "GBP": "£"}
# An effect that makes up less of an incident is not worth a word.
WORTH_A_WORD = 0.1


def sentence(told: Described) -> str:
    """An incident in a few sentences."""
    said = [_event(told.incident), _what(told), _why(told.effects, told.found)]
    if told.incident.parts[0].spell.is_new_level:
        said.append("It has stayed there, so from then on it is the usual level.")
    if told.status == "expected" and told.before:
        said.append(f"The same happened on {' and '.join(map(_day, told.before))}.")
    return " ".join(each for each in said if each)


def _event(incident: Incident) -> str:
    told = f"{incident.event.told()}." if incident.event else ""
    if incident.is_large:
        return f"{told} It costs more than twice as much a day as any other resource."
    return told


def _what(told: Described) -> str:
    key, found = told.key, told.found
    services = dict.fromkeys(part.series.key.service or "" for part in told.incident.parts)
    whose = key.resource_name or f"several resources of {key.project_name or key.org_id}"
    money = [
        amount(cents, key.pricing_currency)
        for cents in (
            told.actual_cents,
            found.over_cents,
            told.actual_cents - found.over_cents,
        )
    ]
    return (
        f"{' and '.join(services)} of {whose} cost {money[0]} {_days(found.first, found.last)}: "
        f"{money[1]} more than the expected {money[2]}."
    )


def _why(effects: Effects, found: Found) -> str:
    if not effects.sku or not found.over_cents:
        return ""
    price = effects.price_cents / found.over_cents
    cause = "more was used"
    if price > 1 - WORTH_A_WORD:
        cause = "a unit cost more"
    elif price > WORTH_A_WORD:
        cause = "more was used, and a unit cost more"
    return f"Mostly {effects.sku}: {cause}."


def amount(cents: int, currency: str) -> str:
    """`$1,234.56`, or `1,234.56 credits` where Atlas bills credits: they are no dollars."""
    sign = "-" if cents < 0 else ""
    plain = f"{abs(cents) // 100:,}.{abs(cents) % 100:02}"
    if currency in SIGNS:
        return f"{sign}{SIGNS[currency]}{plain}"
    unit = currency if re.fullmatch("[A-Z]{3}", currency) else "credits"
    return f"{sign}{plain} {unit}"


def _days(first: date, last: date) -> str:
    return f"on {_day(first)}" if first == last else f"from {_day(first)} to {_day(last)}"


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
