"""What a workspace sees: sets of conditions on lines of the bill, of which any one is enough.

A condition names a dimension and its values, exactly; `allocation:<key>` is a value that allocation
rules gave. What somebody wrote never becomes SQL: names come from the registry, values are bound.
"""

import hashlib
from dataclasses import dataclass, field

from reporting.conditions import conditions
from reporting.dimensions import COST_DIMENSIONS, find
from reporting.query import Binder
from reporting.state import Filter

ALLOCATION = "allocation:"
# An allocated cost is known by these columns: two lines with the same have the same owners.
ALLOCATED_BY = (
    "invoice_month", "org_id", "project_id", "resource_id", "service", "charge_type",
    "pricing_currency",
)  # fmt: skip
Values = tuple[str, ...]
Set = tuple[tuple[str, Values], ...]


@dataclass(frozen=True)
class Scope:
    """The part of the bill that a workspace sees.

    Attributes:
        name: The workspace's.
        sees: Sets; a line is in the scope if it meets every condition of one of them.
        budgets: Names of budgets that it sees besides; metrics and scenarios likewise.
    """

    name: str
    sees: tuple[Set, ...]
    budgets: Values = ()
    metrics: Values = ()
    scenarios: Values = ()

    @property
    def digest(self) -> str:
        """Tells it from every other scope, also from an earlier one of the same name."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:16]

    @property
    def allocations(self) -> tuple[tuple[str, Values], ...]:
        """Its allocation keys with their values, each once."""
        found = (each for one in self.sees for each in one if each[0].startswith(ALLOCATION))
        return tuple(dict.fromkeys(found))

    @property
    def sentence(self) -> str:
        """What totals leave out, without saying how much that is."""
        return (
            f"Of the organization's costs, you see {' or '.join(map(_words, self.sees))}; "
            f"the rest is not in your workspace {self.name}."
        )


def _words(one: Set) -> str:
    return " and ".join(f"{_label(name)} {', '.join(values)}" for name, values in one)


def _label(name: str) -> str:
    kind, colon, key = name.partition(":")
    return f"{kind} {key}" if colon else name.replace("_", " ")


@dataclass
class Predicate:
    """A scope's conditions as SQL over the columns of a line.

    Attributes:
        owned: Allocation condition → the table of what is allocated to its values alone.
    """

    scope: Scope
    owned: dict[tuple[str, Values], str] = field(default_factory=dict)

    @property
    def columns(self) -> frozenset[str]:
        """The columns a table must have so that the predicate can be asked of it."""
        return frozenset(
            column for one in self.scope.sees for name, _ in one for column in _columns(name)
        )

    def sql(self, bind: Binder) -> str:
        """True for what is in the scope; never null."""
        sets = (" and ".join(self._test(each, bind) for each in one) for one in self.scope.sees)
        return f"coalesce(({' or '.join(f'({each})' for each in sets)}), false)"

    def _test(self, condition: tuple[str, Values], bind: Binder) -> str:
        name, values = condition
        if name.startswith(ALLOCATION):
            same = " and ".join(f"o_{each} is not distinct from {each}" for each in ALLOCATED_BY)
            return f"exists (select 1 from {self.owned[condition]} where {same})"  # noqa: S608
        found = find(name, COST_DIMENSIONS)
        if found is None:
            raise KeyError(name)
        return conditions([(Filter(name, "is", values), found)], bind)


def _columns(name: str) -> frozenset[str]:
    if name.startswith(ALLOCATION):
        return frozenset(ALLOCATED_BY)
    found = find(name, COST_DIMENSIONS)
    return found.columns if found else frozenset((name,))
