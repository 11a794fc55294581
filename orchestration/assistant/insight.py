"""What costs will be, what is odd, and what was planned: the marts of insight as answers."""

from orchestration.actions.model import Refusal
from orchestration.assistant.notes import noted
from orchestration.assistant.plain import plain
from orchestration.assistant.questions import (
    AskWhatIf,
    GetForecast,
    ListAnomalies,
    ListBudgets,
    ListSavings,
)
from orchestration.assistant.tool import Document
from orchestration.assistant.warehouse import Warehouse
from orchestration.what_if import WhatIfError
from orchestration.what_if import what_if as answered
from reporting.query import Binder, Query


def get_forecast(warehouse: Warehouse, asked: GetForecast) -> Document:
    """What whole months are expected to cost, with bands, method and the error of a backtest."""
    bind = Binder()
    named = f"contains(lower(scope_name), lower({bind(asked.name)}))" if asked.name else "true"
    query = bind.query(f"""select
    strftime(month, '%Y-%m') as month, scope_name as name, pricing_currency as currency,
    expected_cents, low_80_cents, high_80_cents, low_95_cents, high_95_cents, method,
    backtest_error, as_of
from marts.forecasts
where scope_type = {bind(asked.of)} and {named}
    and month < date_trunc('month', as_of) + to_months({bind(asked.months)})
order by month, abs(expected_cents) desc nulls last, name, scope, currency
limit {bind(asked.limit + 1)}""")  # noqa: S608  only fixed text and parameters
    return _listed(warehouse, "forecast", query, asked.limit)


def list_anomalies(warehouse: Warehouse, asked: ListAnomalies) -> Document:
    """Costs that are out of the ordinary, the most expensive first, and what explains them."""
    bind = Binder()
    query = bind.query(f"""select
    anomaly_id, status, usage_date as first_day, last_day, is_ongoing, detected_on,
    project_name, resource_name, service, category, sku, pricing_currency as currency,
    actual_cents, expected_cents, over_cents, quantity_effect_cents, price_effect_cents,
    explanation, verdict, verdict_reason
from marts.anomalies
where status in {bind(tuple(asked.statuses))}
order by over_cents desc, usage_date, anomaly_id
limit {bind(asked.limit + 1)}""")  # noqa: S608
    return _listed(warehouse, "anomalies", query, asked.limit)


def list_budgets(warehouse: Warehouse, asked: ListBudgets) -> Document:
    """Budgets of a month with what was spent and is expected; the running month if none is said."""
    bind = Binder()
    wanted = f"month = {bind(asked.month)}" if asked.month else "is_running"
    query = bind.query(f"""select
    budget, owner, parent, strftime(month, '%Y-%m') as month, pricing_currency as currency,
    is_running, status, budget_cents, actual_cents, forecast_cents, forecast_basis,
    plan_to_date_cents, plan_to_date_by_forecast_cents, exceeds_on, used_share, warning
from marts.budgets
where {wanted}
order by budget, currency
limit {bind(asked.limit + 1)}""")  # noqa: S608
    return _listed(warehouse, "budgets", query, asked.limit)


def what_if(warehouse: Warehouse, asked: AskWhatIf) -> Document:
    """What months would cost with some changes, beside what is expected without them."""
    document = asked.model_dump(by_alias=True, exclude_none=True)
    try:
        with warehouse.in_time():
            found = answered(warehouse.db, document)
    except WhatIfError as error:
        raise Refusal(str(error)) from None
    warehouse.asked += found.read
    rows = [
        {**{name: plain(value) for name, value in row.items()}, "month": f"{row['month']:%Y-%m}"}
        for row in found.rows
    ]
    return noted(warehouse, {"months": rows})


def list_savings(warehouse: Warehouse, asked: ListSavings) -> Document:
    """What could cost less, the most first, with evidence and the command that does it."""
    bind = Binder()
    known = "true" if asked.also_unknown else "monthly_saving_cents is not null"
    query = bind.query(f"""select
    finding_id, rule, summary, resource_name, resource_type, project_name,
    pricing_currency as currency, monthly_saving_cents, is_in_total, evidence, confidence, effort,
    risk, basis, action, undo, state, state_reason, state_until
from marts.savings
where state in {bind(tuple(asked.states))} and {known}
order by monthly_saving_cents desc nulls last, finding_id
limit {bind(asked.limit + 1)}""")  # noqa: S608
    return _listed(warehouse, "savings", query, asked.limit)


def _listed(warehouse: Warehouse, name: str, query: Query, limit: int) -> Document:
    found = warehouse.numbers(query)
    document: Document = {name: found[:limit], "there_are_more": len(found) > limit}
    return noted(warehouse, document)
