"""What the forecast promises its readers."""

from orchestration.insight.tables import Column, Table

_AS_OF = Column("as_of", "date", "The newest day of the data, from which the forecast looks ahead.")
_CURRENCY = Column(
    "pricing_currency", "varchar", "What the amounts are in; two currencies are never added."
)
_SCOPE = (
    Column("scope_type", "varchar", "total, organization, service, project or resource."),
    Column("scope", "varchar", "Its ID; for a service its name, for costs of no project empty."),
    Column("scope_name", "varchar", "Its name, as the newest cost has it."),
    Column("org_id", "varchar", "Its organization; null for totals and services, which span all."),
    _CURRENCY,
)
_METHOD = "A scope of several series says how many it adds up; `not enough data` has no amounts."

FORECASTS = Table(
    "forecasts",
    "One row per scope (scope_type, org_id, scope), pricing currency and month, from the running "
    "month to twelve months ahead. Costs of a kind of scope add up to the total of the month, to "
    "the cent; bands do not.",
    (
        _AS_OF,
        Column("month", "date", "First day of the usage month."),
        *_SCOPE,
        Column("expected_cents", "bigint", "What the month is expected to cost in total."),
        Column("low_cents", "bigint", "Lower end of the 95 % band."),
        Column("high_cents", "bigint", "Upper end of the 95 % band."),
        Column("low_80_cents", "bigint", "Lower end of the 80 % band."),
        Column("high_80_cents", "bigint", "Upper end of the 80 % band."),
        Column("low_95_cents", "bigint", "Lower end of the 95 % band."),
        Column("high_95_cents", "bigint", "Upper end of the 95 % band."),
        Column("method", "varchar", f"How it was forecast. {_METHOD}"),
        Column(
            "backtest_error",
            "double",
            "Mean absolute error, as a share, of this many months ahead in the scope's own "
            "backtest; null if no such month is over yet.",
        ),
    ),
)

FORECAST_PARTS = Table(
    "forecast_parts",
    "One row per smallest part of the bill and month: what is expected of any filter is their sum.",
    (
        _AS_OF,
        Column("month", "date", "First day of the usage month."),
        Column("connection", "varchar", "Connection that the costs were read with."),
        Column("org_id", "varchar", "Organization."),
        Column("project_id", "varchar", "Project; null if the charge belongs to none."),
        Column("resource_id", "varchar", "Resource, by the newest ID that its name had."),
        Column("service", "varchar", "Service."),
        Column("charge_type", "varchar", "usage, support, minimum_charge or consulting."),
        _CURRENCY,
        Column("resource_name", "varchar", "Resource's name."),
        Column("expected_cents", "bigint", "What the month is expected to cost in total."),
        Column("method", "varchar", "The method that won this part's backtest, or why none did."),
        Column(
            "late_cents",
            "bigint",
            "Of what is expected of the running month's usage: of its days so far, and not billed "
            "yet. 0 for other months and charges.",
        ),
    ),
)

FORECAST_QUALITY = Table(
    "forecast_quality",
    "One row per series and method that was tried on it from the same day of earlier months. "
    "A series is a scope of `forecasts`, held against two naive forecasts, or a part of "
    "`forecast_parts` (scope_type `part`) with all its methods.",
    (
        _AS_OF,
        *_SCOPE,
        Column("service", "varchar", "Service of a part; null for other scopes."),
        Column("charge_type", "varchar", "Charge type of a part; null for other scopes."),
        Column("method", "varchar", "Method."),
        Column("mape_month_end", "double", "Mean absolute error of the running month, as a share."),
        Column("mape_3_months", "double", "The same of the month three months ahead."),
        Column(
            "coverage_80",
            "double",
            "How often the 80 % band, made of the other origins, held what came; null for methods "
            "that were not chosen, and where too few months are over.",
        ),
        Column("coverage_95", "double", "The same of the 95 % band."),
        Column("chosen", "boolean", "Whether it is the method of the forecast."),
        Column("origins", "bigint", "Months that it was tried from."),
    ),
)
