"""config/insight.yaml: from which amount on an anomaly is told, and alerts of plain changes."""

from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from orchestration.config.rule_file import Strict, Text, read_rule_file
from orchestration.insight.anomalies import Limits
from orchestration.insight.change_alerts import ChangeAlert
from orchestration.rules.conditions import Dimension

CENTS = 100
Amount = Annotated[Decimal, Field(ge=0, max_digits=15, decimal_places=2)]
Percent = Annotated[Decimal, Field(ge=0, le=100_000, decimal_places=3)]


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _different(value: list[str]) -> list[str]:
    if len(set(value)) != len(value):
        raise ValueError("must not name a dimension twice")
    return value


class _Anomalies(Strict):
    floor: Amount = Decimal(20)
    floor_percent: Percent = Decimal(5)


class _ChangeAlert(Strict):
    name: Text | None = None
    by: Annotated[
        list[Dimension],
        BeforeValidator(_listed),
        Field(min_length=1, max_length=4),
        AfterValidator(_different),
    ]
    percent: Percent = Decimal(20)
    amount: Amount = Decimal(100)
    direction: Literal["up", "down", "both"] = "up"

    def alert(self) -> ChangeAlert:
        """As the insight takes it."""
        cents = int(self.amount * CENTS)
        return ChangeAlert(
            tuple(self.by), float(self.percent), cents, self.direction, self.name or ""
        )


class InsightRules(Strict):
    """What the file says; without it, what stands here."""

    anomalies: _Anomalies = Field(default_factory=_Anomalies)
    change_alerts: list[_ChangeAlert] = Field(
        default_factory=lambda: [
            _ChangeAlert(by=["service"]),
            _ChangeAlert(by=["project"]),
            _ChangeAlert(by=["project", "service"]),
        ]
    )

    def limits(self) -> Limits:
        """From which amount on an anomaly is one."""
        floor = int(self.anomalies.floor * CENTS)
        return Limits(floor_cents=floor, floor_share=float(self.anomalies.floor_percent) / 100)

    def alerts(self) -> list[ChangeAlert]:
        """The alerts of changes, in their order."""
        return [each.alert() for each in self.change_alerts]


def read_insight(file: Path) -> InsightRules:
    """What config/insight.yaml says; defaults without it.

    Raises:
        SettingsError: one sentence with file, line and key.
    """
    read = read_rule_file(file, InsightRules, "change_alerts")
    return read[0] if read else InsightRules()
