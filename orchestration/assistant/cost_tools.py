"""The cost tools: each a question to the published warehouse."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from orchestration.actions.model import Refusal
from orchestration.assistant import costs, facts, insight, texts
from orchestration.assistant.free_sql import Limits, answered
from orchestration.assistant.marking import named
from orchestration.assistant.questions import (
    AskWhatIf,
    GetCostCauses,
    GetCostHistory,
    GetCosts,
    GetForecast,
    GetFreshness,
    ListActiveResources,
    ListAnomalies,
    ListBudgets,
    ListInvoices,
    ListSavings,
    ListValues,
    Question,
    RunSql,
)
from orchestration.assistant.tool import Document, Tool, question
from orchestration.assistant.warehouse import Warehouse, opened
from orchestration.settings import Settings
from orchestration.workspaces.warehouse import warehouse_of

Q = TypeVar("Q", bound=Question)
SECONDS = 60.0
# To compare two years of a large bill line by line would take more: it is refused then.
MEMORY = "4GiB"
NAMED = ("category", "service", "charge_type", "project", "cloud_provider", "tag")
MOST_NAMED = 40


def cost_tools(settings: Callable[[], Settings]) -> list[Tool]:
    """Every tool that answers from the warehouse.

    Args:
        settings: Read anew for each call.
    """

    def tool(
        answer: Callable[[Warehouse, Q], Document],
        kind: type[Q],
        description: str,
    ) -> Tool:
        def run(asked: Q) -> Document:
            now = settings()
            folds = now.tag_keys_ignore_case
            with opened(
                warehouse_of(now), SECONDS, MEMORY, ignores_case_of_tag_keys=folds
            ) as warehouse:
                return answer(warehouse, asked)

        return question(answer.__name__, description, kind, run)

    def run_sql(asked: RunSql) -> Document:
        return answered(warehouse_of(settings()), asked, Limits())

    names = _values_in(warehouse_of(settings()))
    return [
        tool(costs.get_costs, GetCosts, f"{texts.COSTS}{names}"),
        tool(costs.get_cost_causes, GetCostCauses, texts.CAUSES),
        tool(costs.get_cost_history, GetCostHistory, texts.HISTORY),
        tool(costs.list_dimension_values, ListValues, texts.VALUES),
        tool(insight.get_forecast, GetForecast, texts.FORECAST),
        tool(insight.list_anomalies, ListAnomalies, texts.ANOMALIES),
        tool(insight.list_budgets, ListBudgets, texts.BUDGETS),
        tool(insight.what_if, AskWhatIf, texts.WHAT_IF),
        tool(insight.list_savings, ListSavings, texts.SAVINGS),
        tool(facts.list_invoices, ListInvoices, texts.INVOICES),
        tool(facts.list_active_resources, ListActiveResources, texts.RESOURCES),
        tool(facts.get_freshness, GetFreshness, texts.FRESHNESS),
        question(facts.run_sql.__name__, texts.FREE_SQL, RunSql, run_sql),
    ]


def _values_in(file: Path) -> str:
    """The values that costs have now, for a description; nothing before the first refresh."""
    values: dict[str, list[str]] = {}
    with suppress(Refusal), opened(file) as warehouse:
        for name in NAMED:
            asked = ListValues(dimension=name, limit=MOST_NAMED)
            values[name] = costs.list_dimension_values(warehouse, asked)["values"]
    return f"{texts.NAMES}{named(values)}" if values else ""
