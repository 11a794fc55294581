"""The permission matrix as `check` and `connect` print it: a table, then what failed."""

import json
from collections import defaultdict
from collections.abc import Iterator

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table
from rich.text import Text

from orchestration.permissions.capabilities import CAPABILITIES, INVOICES
from orchestration.permissions.report import Cell, ConnectionReport

WIDTH = 100
# A status is at most 14 characters wide; five columns of 17 and the names fill a hundred.
CONNECTIONS_A_TABLE = 4
COLORS = {"ok": "green", "not testable": "dim", "not configured": "dim"}


def print_matrix(reports: list[ConnectionReport]) -> None:
    """Print to standard output; without colours where that is no terminal."""
    console = Console(highlight=False, emoji=False, markup=False)
    console.width = min(console.width, WIDTH) if console.is_terminal else WIDTH
    for report in reports:
        console.print(f"{report.name}: {report.sentence}", soft_wrap=True)
    for first in range(0, len(reports), CONNECTIONS_A_TABLE):
        console.print(_table(reports[first : first + CONNECTIONS_A_TABLE]))
    for report in reports:
        for line in _failures(report):
            console.print(line, soft_wrap=True)
        for warning in report.warnings:
            console.print(f"{report.name}: warning: {warning}", soft_wrap=True)


def as_json(reports: list[ConnectionReport], problem: str | None = None) -> str:
    """The document of `--json`; `problem` says why there is no connection at all."""
    document = {"connections": [each.as_document() for each in reports]}
    return json.dumps(document | ({"problem": problem} if problem else {}), indent=2)


def _table(reports: list[ConnectionReport]) -> Table:
    table = Table(box=SIMPLE, show_edge=False, pad_edge=False)
    table.add_column("capability", no_wrap=True)
    for report in reports:
        table.add_column(report.name, overflow="fold", max_width=17)
    for number, capability in enumerate(CAPABILITIES):
        cells = [report.cells[number].status for report in reports]
        name = f"{capability.name}{' (action)' if capability.kind == 'action' else ''}"
        table.add_row(name, *(Text(each, COLORS.get(each, "red")) for each in cells))
    return table


def _failures(report: ConnectionReport) -> Iterator[str]:
    """What failed alike is said once: a wrong key fails everywhere for one reason."""
    alike: dict[tuple[str, str, str, str], list[Cell]] = defaultdict(list)
    for cell in report.cells:
        if cell.failed:
            alike[cell.status, cell.detail, cell.fix, cell.section].append(cell)
    for (status, detail, fix, section), cells in alike.items():
        optional = " (optional)" if all(each.kind == "optional" for each in cells) else ""
        named = ", ".join(each.capability for each in cells)
        everything = any(each.capability == INVOICES.name for each in cells)
        lost = cells[:1] if everything else cells
        yield f"\n{report.name}: {named}{optional}: {status}"
        if detail:
            yield f"  Atlas said  {detail}"
        yield f"  Impact      {'; '.join(each.lost for each in lost)}"
        yield f"  Fix         {fix}"
        yield f"  See         {section}"
