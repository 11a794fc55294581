"""What `scenarios` promises its readers."""

from orchestration.insight.tables import Column, Table

TOTAL = "(total)"

SCENARIOS = Table(
    "scenarios",
    "One row per scenario, month and scope, from the running month to twelve months on.",
    (
        Column("scenario", "VARCHAR", "The scenario's name."),
        Column("month", "DATE", "The first day of the usage month."),
        Column(
            "scope",
            "VARCHAR",
            f"The name of one of its changes, for the costs that it is about, or {TOTAL}, for all "
            "costs in the total. A cost of several changes is in the scope of each.",
        ),
        Column("pricing_currency", "VARCHAR", "What the cents are of: USD, or Atlas Credits."),
        Column("is_running", "BOOLEAN", "Whether the newest day of data is in this month."),
        Column("baseline_cents", "BIGINT", "What is expected without any change."),
        Column("expected_cents", "BIGINT", "What is expected with all changes of the scenario."),
        Column("difference_cents", "BIGINT", "expected_cents less baseline_cents."),
        Column(
            "baseline_basis",
            "VARCHAR",
            "How the baseline is known: forecast, run rate (the average of the last seven complete "
            "days), or both.",
        ),
        Column(
            "price_basis",
            "VARCHAR",
            "Where a change's new prices are from: your invoices, or public list prices where "
            "those know none; none for the total and for growth.",
        ),
    ),
)
