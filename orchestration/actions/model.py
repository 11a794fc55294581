"""What an action would do and what became of it: typed, and never with a secret in it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, SerializeAsAny

from orchestration.audit import Outcome

GOOD: frozenset[Outcome] = frozenset({"read", "planned", "adopted", "unchanged", "applied"})


class Refusal(Exception):
    """Something a user asked for that this product does not do; the message says why."""


class Typed(BaseModel):
    """A value of a plan or a result."""

    model_config = ConfigDict(frozen=True)


class NotDone(Exception):
    """It was begun and did not come to its end.

    Attributes:
        result: What there is so far, or None.
    """

    def __init__(self, message: str, result: Typed | None = None) -> None:
        self.result = result
        super().__init__(message)


class StillWaiting(NotDone):
    """Atlas accepted it and was not done in time."""


class ActionFailed(NotDone):
    """Atlas accepted it and then said that it failed."""


class Change(Typed):
    """One difference between what is and what was asked for."""

    field: str
    before: Any = None
    after: Any = None


class CostLine(Typed):
    """One part of what a cluster costs in a month.

    Attributes:
        monthly_cents: 730 hours of it, in cents of the pricing currency.
        basis: Where its price is from, in words.
    """

    name: str
    monthly_cents: int
    basis: str


class MonthlyCost(Typed):
    """What something will cost in a month of 730 hours.

    Attributes:
        before_cents: What it costs now; 0 for what does not exist.
        after_cents: What it will cost.
        lines: What `after_cents` is made of.
        basis: Where the prices are from: the organization's own `invoices`, public `list prices`,
            or both (`mixed`).
        currency: That of the invoices. Public prices are US dollars; beside prices in Atlas credits
            a dollar counts as one credit, which is what a credit lists at.
    """

    before_cents: int
    after_cents: int
    basis: Literal["invoices", "list prices", "mixed"]
    lines: tuple[CostLine, ...] = ()
    currency: str = "USD"


class Plan(Typed):
    """What would happen, before it does.

    Attributes:
        summary: One sentence.
        changes: What would be different.
        refusals: Why it cannot be done as asked; nothing is sent while there is one.
        warnings: What one should know before.
        confirm: What `confirm` must say before this is applied, or None.
        monthly_cost: None where it makes no difference, or none that is known.
        file_sha256: Of the file it was worked out from: another file is another plan.
    """

    summary: str
    changes: tuple[Change, ...] = ()
    refusals: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    confirm: str | None = None
    monthly_cost: MonthlyCost | None = None
    file_sha256: str | None = None


class Record(Typed):
    """One run of an action, dry or not, as it is returned, landed and found in `marts.actions`.

    Attributes:
        id: Unique; sorts by time.
        target: What it is about: a project, `project/cluster`, `project/cluster/snapshot`.
        requested_by: Who, and by which way.
        config: As asked for, with defaults; passwords are only ever named.
        applied: Whether anything in Atlas was changed, or asked to change.
        atlas_ids: Ids by what they are of, such as snapshot_id; noted before any waiting.
        result: What Atlas has now, typed by the action.
    """

    id: str
    action: str
    connection: str
    target: str
    requested_at: datetime
    requested_by: str
    config: dict[str, Any]
    plan: Plan | None = None
    applied: bool = False
    outcome: Outcome
    error: str | None = None
    error_code: str | None = None
    atlas_ids: dict[str, str] = {}
    duration_s: float = 0.0
    result: dict[str, Any] | SerializeAsAny[Typed] | None = None

    @property
    def is_good(self) -> bool:
        """Whether it ended as it should."""
        return self.outcome in GOOD


Note = Callable[[dict[str, str]], None]
"""Takes ids that Atlas just gave and keeps them safe, before anything else happens."""


@dataclass(frozen=True)
class Proposal:
    """A plan and the way to carry it out.

    Attributes:
        target: See Record.
        apply: Carries the plan out and returns what Atlas then has; None if there is nothing to do.
        result: What Atlas has already.
        is_adopted: What was to be made is there, as wanted.
    """

    target: str
    plan: Plan
    apply: Callable[[Note], Typed] | None = None
    result: Typed | None = None
    atlas_ids: dict[str, str] = field(default_factory=dict)
    is_adopted: bool = False
