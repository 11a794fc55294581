"""What an operator plans: budgets, unit costs, scenarios. Read before anything else is."""

from dataclasses import dataclass, field

from orchestration.rules.budgets import Budget, read_budgets
from orchestration.rules.metrics import Metric, read_metrics
from orchestration.rules.scenarios import Scenario, read_scenarios
from orchestration.settings import Settings


@dataclass(frozen=True)
class PlanFiles:
    """The files of config/ that plan something; nothing where they are absent."""

    budgets: list[Budget] = field(default_factory=list)
    metrics: list[Metric] = field(default_factory=list)
    scenarios: list[Scenario] = field(default_factory=list)


def read_plans(settings: Settings) -> PlanFiles:
    """Every plan of config/.

    Raises:
        SettingsError: one sentence with file, line and key.
    """
    return PlanFiles(
        budgets=read_budgets(settings.budgets_file),
        metrics=read_metrics(settings.metrics_file),
        scenarios=read_scenarios(settings.scenarios_file),
    )
