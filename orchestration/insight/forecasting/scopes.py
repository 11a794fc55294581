"""What forecasts are told for: the total and its children, which add up to it."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from orchestration.insight.forecasting.parts import Part

NO_PROJECT = "(no project)"


@dataclass(frozen=True)
class Scope:
    """The parts of one thing in one currency.

    Attributes:
        members: Positions of its parts.
    """

    kind: str
    id: str
    name: str
    org_id: str | None
    pricing_currency: str
    members: tuple[int, ...]


def _total(_part: Part) -> tuple[str, str | None]:
    return "", None


def _organization(part: Part) -> tuple[str, str | None]:
    return part.key.org_id, part.key.org_id


def _service(part: Part) -> tuple[str, str | None]:
    return part.key.service, None


def _project(part: Part) -> tuple[str, str | None]:
    return part.key.project_id or part.key.org_id, part.key.org_id


def _resource(part: Part) -> tuple[str, str | None]:
    return f"{part.key.project_id}/{part.key.resource}", part.key.org_id


KINDS: dict[
    str, tuple[Callable[[Part], tuple[str, str | None]], Callable[[Part], tuple[str, str]]]
] = {
    "total": (_total, lambda _: ("total", "Total")),
    "organization": (_organization, lambda part: (part.key.org_id, part.org_name)),
    "service": (_service, lambda part: (part.key.service, part.key.service)),
    "project": (_project, lambda part: (part.key.project_id, part.project_name or NO_PROJECT)),
    "resource": (_resource, lambda part: (part.resource_id, part.resource_name)),
}
"""By kind: what its parts have in common, and its id and name as the newest part has them."""


def scopes_of(parts: Sequence[Part]) -> list[Scope]:
    """Every scope, from the total down."""
    return [scope for kind in KINDS for scope in _of_kind(kind, parts)]


def _of_kind(kind: str, parts: Sequence[Part]) -> list[Scope]:
    common, named = KINDS[kind]
    groups: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for number, part in enumerate(parts):
        shared, org_id = common(part)
        groups[part.key.pricing_currency, org_id or "", shared].append(number)
    found = []
    for (currency, org_id, _), members in sorted(groups.items()):
        newest = max((parts[n] for n in members), key=lambda part: (part.last, part.key))
        scope, name = named(newest)
        found.append(Scope(kind, scope, name, org_id or None, currency, tuple(members)))
    return found


def label(part: Part) -> str:
    """A part as people read it: whose, which service, and what kind of charge if not usage."""
    key = part.key
    kind = "" if key.charge_type == "usage" else f" ({key.charge_type.replace('_', ' ')})"
    return f"{part.resource_name} / {key.service}{kind}"
