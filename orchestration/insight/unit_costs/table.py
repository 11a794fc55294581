"""What `unit_costs` promises its readers."""

from orchestration.insight.tables import Column, Table

OK, UNITS_MISSING, COSTS_MISSING = "ok", "units missing", "costs missing"
UNITS_NOT_COMPLETE, COSTS_NOT_COMPLETE = "units not complete", "costs not complete"
ALL, NO_UNITS = "(all)", "(no units)"

UNIT_COSTS = Table(
    "unit_costs",
    "One row per metric, label and period: each day on which there were costs or units, unless "
    "they are counted by month, and each month.",
    (
        Column("metric", "VARCHAR", "The metric's name."),
        Column(
            "label",
            "VARCHAR",
            f"Such as the tenant; {ALL} where the metric has no labels, {NO_UNITS} for the costs "
            "of all labels that were never counted.",
        ),
        Column("period", "VARCHAR", "day or month: the two are never added."),
        Column("period_start", "DATE", "The usage day, or the first day of the usage month."),
        Column("pricing_currency", "VARCHAR", "What the cents are of: USD, or Atlas Credits."),
        Column("is_running", "BOOLEAN", "Whether the newest day of data is in this period."),
        Column(
            "cost_cents",
            "BIGINT",
            "The costs that are divided. Of a month whose days are added up: of the days that have "
            "units.",
        ),
        Column(
            "cost_without_units_cents",
            "BIGINT",
            "The rest of the period's costs, which no units divide.",
        ),
        Column(
            "units",
            "DECIMAL(38, 9)",
            "What was counted: a month's sum, or the average of its days; none if nothing was.",
        ),
        Column("unit", "VARCHAR", "What is counted, such as order."),
        Column("per", "BIGINT", "How many units the unit cost is that of."),
        Column(
            "unit_cost",
            "DECIMAL(38, 12)",
            "In dollars, or in credits, not in cents: cost_cents ÷ 100 ÷ units, times per. None "
            "without units or without costs.",
        ),
        Column(
            "status",
            "VARCHAR",
            f"{OK}; {UNITS_MISSING}: none were counted, or zero; {COSTS_MISSING}: there were units "
            f"and no costs; {UNITS_NOT_COMPLETE}: some days of the month have costs and no units; "
            f"{COSTS_NOT_COMPLETE}: a month's count stands against a part of its costs.",
        ),
        Column("missing_days", "BIGINT", "Days of the period with costs and without units."),
        Column("units_through", "DATE", "The last day that the metric's file has."),
        Column(
            "lag_days", "BIGINT", "How many days later the newest day of costs is than that one."
        ),
    ),
)
