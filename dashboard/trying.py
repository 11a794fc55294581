"""A change that stands in no file: what it is, as a scenario's document, and what comes of it."""

from collections.abc import Mapping
from datetime import date

from dashboard.address import Address
from reporting.ranges import add_months

EVERYTHING = "total"
KINDS = {
    "none": "Nothing", "tier": "Another tier", "region": "Another region",
    "pause": "Pause at night and on weekends", "growth": "Growth each month",
}  # fmt: skip
_ASKED = {"tier": "Tier, such as M40", "region": "Region, such as eu-west-1",
          "growth": "Percent each month"}  # fmt: skip
_KEYS = {"tier": "instance_size", "region": "region", "growth": "growth_percent"}
_NIGHT = {"weekends": "true", "from_hour": "20", "to_hour": "6"}


def controls(address: Address, scopes: Mapping[str, str], running: date) -> dict[str, object]:
    """Draws what to change, of what, and to what; the scenario, or nothing where it is not said.

    Args:
        address: Of the page; the controls are parameters of it.
        scopes: Keys of forecasts to their names.
        running: The running month; a change begins with the next one.
    """
    kind = address.choice("try", "Try a change", KINDS, width=280)
    if kind == "none":
        return {}
    some = {key: name for key, name in scopes.items() if kind == "growth" or key != EVERYTHING}
    of = address.choice("of", "Of", some, width=300)
    value = address.text("value", _ASKED[kind], width=220) if kind in _ASKED else ""
    if kind in _ASKED and not value:
        return {}
    return document(kind, of, value, running)


def document(kind: str, of: str, value: str, running: date) -> dict[str, object]:
    """A scenario of one change, as config/scenarios.yaml would have it.

    Args:
        kind: One of KINDS but the first.
        of: The key of a forecast, such as `project:5f0c…`.
        value: The tier, region or percentage.
        running: The running month; the change begins with the next one.
    """
    dimension, _, identity = of.partition(":")
    condition = (
        {"dimension": "service", "is_not": "(none)"}
        if of == EVERYTHING
        else {"dimension": dimension, "is": identity}
    )
    done: object = _NIGHT if kind == "pause" else value
    change = {
        "name": "the change", "from": f"{add_months(running, 1):%Y-%m}",
        "when": {"all": [condition]}, _KEYS.get(kind, "pause"): done,
    }  # fmt: skip
    return {"name": "your change", "changes": [change]}
