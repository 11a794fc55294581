"""Allocation rules as rows, for models to join: what an operator writes never becomes SQL."""

import hashlib
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from orchestration.rules.allocation import Key, Rule
from orchestration.rules.conditions import When, dated

Row = dict[str, Any]
# Percentages have up to six decimals; as weights they are whole numbers.
WEIGHT_OF_A_PERCENT = Decimal(1_000_000)


def compiled(keys: list[Key]) -> dict[str, list[Row]]:
    """The rows of each of raw's tables of allocation rules."""
    return {
        "allocation_rules": [row for number, key in enumerate(keys) for row in _rules(key, number)],
        "allocation_conditions": [row for key in keys for row in _conditions(key)],
        "allocation_shares": [row for key in keys for row in _shares(key)],
    }


def fingerprint(key: Key) -> str:
    """Tells one set of rules of a key from another; a name of a rule is part of it.

    Without defaults, so that an option of a later release changes no statement.
    """
    said = key.model_dump_json(by_alias=True, exclude_defaults=True)
    return hashlib.sha256(said.encode()).hexdigest()


def _rules(key: Key, number: int) -> Iterator[Row]:
    common = {"allocation_key": key.key, "position": number + 1, "sha256": fingerprint(key)}
    for rule_number, rule in enumerate(key.rules, start=1):
        yield {**common, **_rule(rule, rule_number, key.tags)}
    last = {"rule": len(key.rules) + 1, "rule_name": "default", "method": "default"}
    yield {**common, **last, "value": key.default}


def _rule(rule: Rule, number: int, tags: str) -> Row:
    return {
        "rule": number,
        "rule_name": rule.name or _described(rule, number),
        "method": _method(rule),
        "value": rule.value,
        "dimension": dated(rule.value_from, tags) if rule.value_from else None,
        "basis": rule.split.by if rule.split else None,
        "basis_window": rule.split.over if rule.split else None,
        "basis_scope": rule.split.within if rule.split else None,
        "valid_from": rule.first_day,
        "valid_to": _day_after(rule.last_day),
    }


def _described(rule: Rule, number: int) -> str:
    return f"rule {number}: value of {rule.value_from}" if rule.value_from else f"rule {number}"


def _day_after(last_day: date | None) -> date | None:
    """None for ever: the last day that can be written, as some write it, has no day after."""
    return last_day + timedelta(days=1) if last_day and last_day < date.max else None


def _method(rule: Rule) -> str:
    """Equal parts of named values depend on no cost: they are fixed, like percentages."""
    if rule.split:
        return "fixed" if rule.split.is_fixed else "split"
    return "fixed" if rule.percent else "direct"


def _conditions(key: Key) -> Iterator[Row]:
    for number, rule in enumerate(key.rules, start=1):
        yield from _when(key, number, "when", rule.when)
        if rule.split:
            yield from _when(key, number, "of", rule.split.of)


def _when(key: Key, number: int, role: str, when: When | None) -> Iterator[Row]:
    for row in when.rows(key.tags) if when else ():
        yield {"allocation_key": key.key, "rule": number, "role": role, **row}


def _shares(key: Key) -> Iterator[Row]:
    for number, rule in enumerate(key.rules, start=1):
        for value, weight in _weights(rule).items():
            yield {"allocation_key": key.key, "rule": number, "value": value, "weight": weight}


def _weights(rule: Rule) -> dict[str, int]:
    """Of a split by cost: the values it goes to, whose weights are not known yet."""
    if rule.percent:
        return {value: int(each * WEIGHT_OF_A_PERCENT) for value, each in rule.percent.items()}
    return dict.fromkeys(rule.split.to or (), 1) if rule.split else {}
