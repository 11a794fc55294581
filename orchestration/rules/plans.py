"""What an operator plans: budgets, and what costs are divided by. Read before anything else is."""

from dataclasses import dataclass

from orchestration.rules.budgets import Budget, read_budgets
from orchestration.rules.metrics import Metric, read_metrics
from orchestration.settings import Settings


@dataclass(frozen=True)
class PlanFiles:
    """The files of config/ that plan something; nothing where they are absent."""

    budgets: list[Budget]
    metrics: list[Metric]


def read_plans(settings: Settings) -> PlanFiles:
    """Every plan of config/.

    Raises:
        SettingsError: one sentence with file, line and key.
    """
    return PlanFiles(
        budgets=read_budgets(settings.budgets_file),
        metrics=read_metrics(settings.metrics_file),
    )
