"""What `budgets` promises its readers."""

from orchestration.insight.tables import Column, Table

UNBUDGETED = "(unbudgeted)"
ON_TRACK, AT_RISK, EXCEEDED = "on track", "at risk", "exceeded"
NOT_ENOUGH_DATA = "not enough data"

BUDGETS = Table(
    "budgets",
    "One row per budget and month, and one per month and pricing currency for the costs that no "
    f"budget covers, called {UNBUDGETED}.",
    (
        Column("budget", "VARCHAR", "The budget's name."),
        Column("owner", "VARCHAR", "Who answers for it, if anybody is named."),
        Column("parent", "VARCHAR", "The budget that it is a part of, if any."),
        Column("month", "DATE", "The first day of the usage month."),
        Column("pricing_currency", "VARCHAR", "What its cents are of: USD, or Atlas Credits."),
        Column("is_running", "BOOLEAN", "Whether the newest day of data is in this month."),
        Column(
            "budget_cents",
            "BIGINT",
            "What may be spent in the month, on the days for which the budget has an amount; none "
            f"for {UNBUDGETED}.",
        ),
        Column(
            "actual_cents",
            "BIGINT",
            "What was spent on those days, up to the newest day of data. A cost that several "
            "children cover counts once in their parent.",
        ),
        Column(
            "forecast_cents",
            "BIGINT",
            "What will have been spent by the end of the month; once it is over, what was. None "
            "where there is not enough data.",
        ),
        Column(
            "forecast_basis",
            "VARCHAR",
            "How the rest of the month is known: forecast, run rate (the average of the last seven "
            "complete days), or both; none once the month is over.",
        ),
        Column(
            "exceeds_on",
            "DATE",
            "The day on which the month's costs go above the budget and stay there, or are "
            "expected to; none if they do not.",
        ),
        Column(
            "plan_to_date_cents",
            "BIGINT",
            "What may have been spent by the newest day of data, if each day spends as much.",
        ),
        Column(
            "plan_to_date_by_forecast_cents",
            "BIGINT",
            "The same, if each day spends as much of the budget as it spends of the forecast.",
        ),
        Column("used_share", "DOUBLE", "actual_cents ÷ budget_cents of the whole month."),
        Column(
            "status",
            "VARCHAR",
            f"{EXCEEDED}: more was spent; {AT_RISK}: more will be, as forecast; {NOT_ENOUGH_DATA}: "
            f"the data begins later, or is younger than a week; else {ON_TRACK}. None for "
            f"{UNBUDGETED}.",
        ),
        Column("children_cents", "BIGINT", "What its children may spend together, if it has any."),
        Column("warning", "VARCHAR", "What does not add up, in a sentence."),
        Column(
            "report",
            "VARCHAR",
            "Parameters of the cost report's address that show its costs and its children's; none "
            "where a condition cannot be said there (regex, flexible).",
        ),
    ),
)
_OF_BUDGET = (
    Column("budget", "VARCHAR", f"The budget's name, or {UNBUDGETED}."),
    Column("pricing_currency", "VARCHAR", "What its cents are of: USD, or Atlas Credits."),
)

BUDGET_DAYS = Table(
    "budget_days",
    "One row per budget, pricing currency and usage day, from the first day of the month twelve "
    "months ago to the last day of the running one.",
    (
        *_OF_BUDGET,
        Column("usage_date", "DATE", "The usage day."),
        Column(
            "plan_cents",
            "BIGINT",
            "What may be spent on the day if each day spends as much; a month's days add up to its "
            f"budget_cents. None for {UNBUDGETED}.",
        ),
        Column(
            "actual_cents",
            "BIGINT",
            "What was spent on the day; none for a day that is still to come.",
        ),
        Column(
            "expected_cents",
            "BIGINT",
            "What is expected of a day that is still to come: with actual_cents, a month's days "
            "add up to its forecast_cents.",
        ),
    ),
)

BUDGET_COSTS = Table(
    "budget_costs",
    "One row per budget, pricing currency, month, project and service: what the budget's "
    "actual_cents are of, from twelve months ago on.",
    (
        *_OF_BUDGET,
        Column("month", "DATE", "The first day of the usage month."),
        Column("project_id", "VARCHAR", "The project; none for charges of no project."),
        Column("project_name", "VARCHAR", "The project's name, as the costs of the month have it."),
        Column("service", "VARCHAR", "The service."),
        Column("actual_cents", "BIGINT", "What was spent, up to the newest day of data."),
    ),
)
