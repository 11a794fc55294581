"""What the cost tools are asked: one model a question, whose schema the assistant reads."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    model_validator,
)

from reporting.dimensions import COST_DIMENSIONS, RESOURCE_DIMENSIONS, Dimension, find
from reporting.queries import ROW_LIMIT
from reporting.ranges import RANGES
from reporting.state import MAX_GROUPS, MAX_TOP, Filter

MOST_ROWS = 1000


def _known_range(value: str) -> str:
    if value not in RANGES:
        raise ValueError(f"must be one of {', '.join(RANGES)}")
    return value


def _known(registry: dict[str, Dimension]) -> AfterValidator:
    """A check that a text is the name of a dimension, `tag:<key>` included."""

    def check(value: str) -> str:
        if find(value, registry) is None:
            raise ValueError(f"must be one of {', '.join(registry)}, or tag:<key> as in tag:env")
        return value

    return AfterValidator(check)


def _names(registry: dict[str, Dimension]) -> WithJsonSchema:
    return WithJsonSchema(
        {"anyOf": [{"enum": list(registry)}, {"type": "string", "pattern": "^tag:.+"}]}
    )


def _month(value: object) -> object:
    """2026-05 is the first of May; dates are taken as they are."""
    return f"{value}-01" if isinstance(value, str) and len(value) == len("2026-05") else value


Range = Annotated[
    str,
    AfterValidator(_known_range),
    WithJsonSchema(
        {
            "enum": list(RANGES),
            "description": "Named days, counted from data_through and not from today: last_month "
            "is the last calendar month that is over; last_30_days ends with data_through.",
        }
    ),
]
CostDimension = Annotated[str, _known(COST_DIMENSIONS), _names(COST_DIMENSIONS)]
ResourceDimension = Annotated[str, _known(RESOURCE_DIMENSIONS), _names(RESOURCE_DIMENSIONS)]
Month = Annotated[
    date | None,
    BeforeValidator(_month),
    WithJsonSchema({"anyOf": [{"type": "string", "pattern": r"^\d{4}-\d{2}$"}, {"type": "null"}]}),
]
Operator = Literal["is", "is_not", "has", "contains", "not_contains", "starts", "ends"]
Values = Annotated[
    list[str],
    Field(
        min_length=1,
        max_length=100,
        description="Any of them is enough (is_not, not_contains: none of them). Where a tag has "
        'several values, such as "checkout, commerce", has finds one of them.',
    ),
]


class Question(BaseModel):
    """A question; a field it does not have is a mistake, and no mistake repeats a value."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, frozen=True)


class CostFilter(Question):
    """One condition on costs."""

    dimension: CostDimension
    operator: Operator = "is"
    values: Values


class ResourceFilter(Question):
    """One condition on resources."""

    dimension: ResourceDimension
    operator: Operator = "is"
    values: Values


class CostQuestion(Question):
    """What every question about costs says: which costs, of which days, cut how."""

    group_by: list[CostDimension] = Field(
        default=[], max_length=MAX_GROUPS, description="Up to 3 dimensions to cut costs by."
    )
    filters: list[CostFilter] = Field(
        default=[], max_length=50, description="All of them hold together."
    )
    range: Range = "this_month"
    from_date: date | None = Field(
        default=None, description="First day, with to_date instead of range."
    )
    to_date: date | None = Field(default=None, description="Last day; it is counted too.")
    dates: Literal["usage", "billed"] = Field(
        default="usage",
        description="Days are those of usage (what reports show), or those on which Atlas billed "
        "it, usually one later.",
    )
    tags: Literal["current", "first_seen"] = Field(
        default="current",
        description="For tag:<key>: the tags that lines carry today, or those first seen.",
    )
    include_credits: bool = Field(
        default=False,
        description="Totals are usage, support, minimum charges and consulting; true adds credits.",
    )

    @model_validator(mode="after")
    def _both_days(self) -> "CostQuestion":
        if (self.from_date is None) != (self.to_date is None):
            raise ValueError("from_date and to_date must be given together")
        if self.from_date and self.to_date and self.from_date > self.to_date:
            raise ValueError("from_date must not be after to_date")
        return self


class GetCosts(CostQuestion):
    """Costs of a range beside those of the range before it."""

    order_by: Literal["cost", "change"] = Field(
        default="cost", description="Dearest groups first, or those that changed most."
    )
    limit: int = Field(default=25, ge=1, le=ROW_LIMIT, description="Groups to show.")


class GetCostCauses(CostQuestion):
    """Why costs of a range differ from those of the range before it."""

    range: Range = "last_month"
    limit: int = Field(default=50, ge=1, le=ROW_LIMIT, description="Causes to show, by group.")


class GetCostHistory(CostQuestion):
    """Costs period by period."""

    range: Range = "last_6_months"
    step: Literal["day", "week", "month", "quarter"] = "month"
    top: int = Field(
        default=8, ge=1, le=MAX_TOP, description="Dearest groups; the rest is summed in one."
    )


class ListValues(Question):
    """What a dimension can be filtered by."""

    dimension: Annotated[
        str,
        Field(description=f"One of {', '.join(COST_DIMENSIONS)}; tag for the keys; tag:<key>."),
    ]
    range: Range = "all"
    contains: str | None = Field(default=None, description="Only values that contain this text.")
    limit: int = Field(default=100, ge=1, le=ROW_LIMIT)

    @model_validator(mode="after")
    def _is_known(self) -> "ListValues":
        if self.dimension != "tag" and find(self.dimension, COST_DIMENSIONS) is None:
            raise ValueError(f"dimension must be tag, tag:<key> or {', '.join(COST_DIMENSIONS)}")
        return self


class ListInvoices(Question):
    """Invoices, the newest first."""

    from_month: Month = None
    to_month: Month = None
    only_not_reconciled: bool = Field(
        default=False, description="Only invoices that do not match Atlas's total."
    )
    limit: int = Field(default=24, ge=1, le=MOST_ROWS)


class ListActiveResources(Question):
    """Resources that Atlas lists or bills now."""

    filters: list[ResourceFilter] = Field(
        default=[], max_length=50, description="All of them hold together."
    )
    limit: int = Field(default=50, ge=1, le=MOST_ROWS)


class GetForecast(Question):
    """What months to come will cost."""

    of: Literal["total", "organization", "service", "project", "resource"] = "total"
    name: str | None = Field(default=None, description="Only those whose name contains this text.")
    months: int = Field(
        default=13, ge=1, le=13, description="1 is the running month alone; up to twelve follow."
    )
    limit: int = Field(default=100, ge=1, le=MOST_ROWS)


class ListAnomalies(Question):
    """Costs that are out of the ordinary."""

    statuses: list[Literal["open", "explained", "expected", "ignored"]] = Field(
        default=["open"],
        min_length=1,
        description="open ones nothing explains; explained by an event; expected or ignored by "
        "what somebody said.",
    )
    limit: int = Field(default=50, ge=1, le=MOST_ROWS)


class ListBudgets(Question):
    """Budgets of a month."""

    month: Month = Field(default=None, description="YYYY-MM; the running month if it is not said.")
    limit: int = Field(default=100, ge=1, le=MOST_ROWS)


class ListSavings(Question):
    """What could cost less."""

    states: list[Literal["open", "planned", "dismissed", "done"]] = Field(
        default=["open", "planned"], min_length=1
    )
    also_unknown: bool = Field(
        default=False, description="Also those for which something is missing that the rule needs."
    )
    limit: int = Field(default=50, ge=1, le=MOST_ROWS)


class Change(BaseModel):
    """One change of a scenario, as config/scenarios.yaml has it."""

    model_config = ConfigDict(extra="allow", populate_by_name=True)

    name: str = Field(description="What the change is called in the answer.")
    first_month: str = Field(alias="from", description="The first month with it, YYYY-MM.")
    last_month: str | None = Field(default=None, alias="to", description="The last; YYYY-MM.")
    when: dict[str, Any] = Field(
        description="Which costs: {all: [conditions], any: [conditions]}; a condition is "
        "{dimension, and one of is, is_not, contains, not_contains, starts, ends, regex}, such as "
        '{"dimension": "resource", "is": "shop-prod"}. Dimensions are those of get_costs.'
    )
    instance_size: str | None = Field(default=None, description="Another tier, such as M40.")
    region: str | None = Field(default=None, description="Another region of the same cloud.")
    pause: dict[str, Any] | None = Field(
        default=None, description="{weekends: true, from_hour: 20, to_hour: 6}, in UTC."
    )
    growth_percent: float | None = Field(default=None, description="Growth in each month.")


class AskWhatIf(Question):
    """What would be with some changes; each is one of tier, region, pause or growth."""

    changes: list[Change] = Field(min_length=1, max_length=20)
    currency: Literal["dollars", "credits"] = "dollars"
    tags: Literal["current", "first_seen"] = "current"


class GetFreshness(Question):
    """Nothing to say."""


class RunSql(Question):
    """SQL of the assistant's own."""

    sql: str = Field(min_length=1, max_length=20_000, description="One SELECT, in DuckDB's SQL.")
    limit: int = Field(default=100, ge=1, le=MOST_ROWS, description="Rows to return.")


def filters_of(conditions: Iterable[CostFilter | ResourceFilter]) -> tuple[Filter, ...]:
    """Conditions as the report's SQL takes them."""
    return tuple(Filter(each.dimension, each.operator, tuple(each.values)) for each in conditions)
