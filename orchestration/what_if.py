"""What if: changes that stand in no file, held against what the published warehouse expects.

The table `scenarios` has the same of config/scenarios.yaml; this needs no refresh. Pages and the
assistant ask here, and need to know nothing of what it is made of.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import duckdb

from orchestration.insight.forecasting.tables import FORECAST_PARTS
from orchestration.insight.scenarios.table import SCENARIOS
from orchestration.refreshing.insight_budgets import read_reach
from orchestration.refreshing.insight_plans import expected_of, scenarios_of
from orchestration.rules.scenarios import Scenario, scenario_of
from orchestration.settings import SettingsError
from reporting.query import Query, with_values

PARTS = f"""
select {", ".join(each.name for each in FORECAST_PARTS.columns)}
from marts.forecast_parts
where expected_cents is not null
"""  # noqa: S608  ours


class WhatIfError(Exception):
    """It cannot be told; the message is a sentence that says why."""


@dataclass(frozen=True)
class WhatIf:
    """What would be.

    Attributes:
        rows: Columns of the table `scenarios` → values, by month: of each change, and the total.
        read: What was read of the warehouse, in the order in which it was.
    """

    rows: list[dict[str, Any]]
    read: tuple[Query, ...]


def what_if(db: duckdb.DuckDBPyConnection, document: Mapping[str, object]) -> WhatIf:
    """What would be expected with some changes.

    Args:
        db: A connection to the published warehouse that is nobody else's meanwhile: it gets
            temporary tables. Of one that others use, hand over a cursor.
        document: What config/scenarios.yaml has of one scenario: `changes`, perhaps `currency`,
            `tags` and a `name`.

    Raises:
        WhatIfError: a change is none, fits no server, or nobody can price it.
    """
    try:
        scenario = scenario_of(document)
    except SettingsError as error:
        raise WhatIfError(str(error)) from None
    overheard = _Overheard(db)
    rows = _rows(cast("duckdb.DuckDBPyConnection", overheard), scenario)
    names = [each.name for each in SCENARIOS.columns]
    return WhatIf([dict(zip(names, row, strict=True)) for row in rows], tuple(overheard.read))


def _rows(db: duckdb.DuckDBPyConnection, scenario: Scenario) -> list[tuple[Any, ...]]:
    reach = read_reach(db)
    if reach is None:
        raise WhatIfError("There are no costs in the warehouse yet.")
    expected = expected_of(db.execute(PARTS).fetchall())
    rows, problems = scenarios_of(db, [scenario], expected, reach)
    if problems:
        raise WhatIfError(problems[0].removeprefix(f"{scenario.name}: "))
    if not rows:
        raise WhatIfError(f"No costs are in {scenario.currency}.")
    return rows


@dataclass
class _Overheard:
    """A connection that remembers what is read of the marts; what it only makes is not told."""

    db: duckdb.DuckDBPyConnection
    read: list[Query] = field(default_factory=list)

    def execute(self, sql: str, values: Any = None) -> duckdb.DuckDBPyConnection:  # noqa: ANN401
        if "marts." in sql:
            self.read.append(with_values(sql.strip(), values or {}))
        return self.db.execute(sql, values)
