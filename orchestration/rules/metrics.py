"""config/metrics.yaml: what costs are divided by, such as orders, tenants or stored gigabytes."""

from pathlib import Path, PurePath
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from orchestration.config.rule_file import Strict, Text, read_rule_file
from orchestration.rules.conditions import Dimension, dated
from orchestration.rules.costs import Costs
from orchestration.rules.fields import number
from orchestration.settings import SettingsError

CSV, PARQUET = ".csv", ".parquet"
DUCKDB = (".duckdb", ".db")
SUFFIXES = (CSV, PARQUET, *DUCKDB)


def _local(value: str) -> str:
    if "://" in value:
        raise ValueError("must be a file on this machine")
    if PurePath(value).suffix.lower() not in SUFFIXES:
        raise ValueError(f"must end in {', '.join(SUFFIXES)}")
    return value


def _digits(value: object) -> object:
    return number(value, "a whole number such as 1000")


LocalFile = Annotated[Text, AfterValidator(_local)]
Count = Annotated[int, BeforeValidator(_digits), Field(ge=1, le=10**12)]


class Metric(Costs):
    """What is counted, where the counts are, and which costs they divide."""

    name: Text
    unit: Text
    per: Count = 1
    file: LocalFile
    query: Text | None = None
    every: Literal["day", "month"] = "day"
    over_a_month: Literal["sum", "average"] = "sum"
    labels: Dimension | None = None

    @model_validator(mode="after")
    def _asks_what_can_answer(self) -> "Metric":
        if self.suffix == CSV and self.query:
            raise ValueError("has a query, which a CSV file cannot answer")
        if self.suffix in DUCKDB and not self.query:
            raise ValueError("needs a query: its file has tables of its own")
        if self.every == "month" and self.over_a_month == "average":
            raise ValueError("is counted every month: there is nothing to take an average of")
        return self

    @property
    def suffix(self) -> str:
        """What kind of file it is."""
        return PurePath(self.file).suffix.lower()

    @property
    def label_dimension(self) -> str | None:
        """Whose text is the label of a cost."""
        return dated(self.labels, self.tags) if self.labels else None


class _File(Strict):
    metrics: list[Metric] = Field(default_factory=list)


def read_metrics(file: Path) -> list[Metric]:
    """The metrics in their order; none without the file.

    Raises:
        SettingsError: one sentence with file, line and key.
    """
    read = read_rule_file(file, _File, "metrics")
    if read is None:
        return []
    found, yaml_file = read
    for position, each in enumerate(found.metrics):
        each.require_patterns(yaml_file, ("metrics", position))
        if any(other.name == each.name for other in found.metrics[:position]):
            mistake = yaml_file.mistake(("metrics", position, "name"), "stands here twice")
            raise SettingsError(str(mistake))
    return found.metrics
