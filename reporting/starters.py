"""First files of config/, filled with an organization's own numbers. Pure: rows in, YAML out."""

import json
from collections.abc import Sequence
from datetime import date

from reporting.query import Row
from reporting.ranges import add_months

_TEN_DOLLARS = 1000


def budgets(rows: Sequence[Row], month: date) -> str:
    """`budgets.yaml` with a budget for each project, of what a month cost, and one above them.

    Args:
        rows: Projects with `amount` in cents of dollars, dearest first.
        month: The month they are of.
    """
    spent = f"{month:%B %Y}"
    text = ["budgets:", "  # what its children may spend together", "  - name: projects",
            "    covers: children"]  # fmt: skip
    for row in rows:
        name = _quoted(row["project"])
        text += [
            f"  - name: {name}",
            "    parent: projects",
            f"    monthly: {_up_to_tens(row['amount'])}  # {spent}: {_dollars(row['amount'])}",
            f"    when: {{all: [{{dimension: project, is: {name}}}]}}",
        ]
    return "\n".join(text) + "\n"


def metrics(project: str) -> str:
    """`metrics.yaml` with one metric of a project's costs."""
    return f"""metrics:
  - name: orders
    unit: order
    per: 1000
    file: orders.csv
    when: {{all: [{{dimension: project, is: {_quoted(project)}}}]}}
"""


def counts(month: date) -> str:
    """The first lines of the CSV file that such a metric names."""
    return f"date,amount\n{month},8610\n{month.replace(day=2)},7990\n"


def scenarios(project: str, month: date) -> str:
    """`scenarios.yaml` with a project's clusters asleep at night and on weekends, from next month.

    Args:
        project: Whose clusters.
        month: The running month.
    """
    return f"""scenarios:
  - name: thrift
    changes:
      - name: sleeps at night and on weekends
        from: {add_months(month, 1):%Y-%m}
        pause: {{weekends: true, from_hour: 20, to_hour: 6}}
        when: {{all: [{{dimension: project, is: {_quoted(project)}}}]}}
"""


def _quoted(name: str) -> str:
    """A JSON text is a YAML text, whatever is in it."""
    return json.dumps(name)


def _dollars(cents: int) -> str:
    return f"${cents // 100:,}.{cents % 100:02d}"


def _up_to_tens(cents: int) -> int:
    """Whole dollars, the next ten of them: a budget of what was spent to the cent is exceeded."""
    return -(-cents // _TEN_DOLLARS) * (_TEN_DOLLARS // 100)
