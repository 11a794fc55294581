"""What is measured: a large bill, one giant invoice, and a daily refresh with and without past."""

import json
import shutil
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.bill import Invoice, Plan, written
from benchmarks.measure import ROOT, Cost, Failed, measured
from benchmarks.report import Runs, Target, median_of, ratio, show, show_run
from benchmarks.serving import served

DLT = ROOT / ".venv-bench" / "bin" / "python"
PEAK_MIB = 768
HISTORIES = (36, 3)


@dataclass(frozen=True)
class Options:
    """What to measure.

    Attributes:
        lines: Of the large bill; the giant invoice has twice as many, a daily one a fiftieth.
        dlt_rounds: dlt takes minutes, and one round tells a factor of ten.
        is_plain: Serve JSON without gzip.
        folder: Where databases are written.
        visits: Of each page.
        kept: The data folder that pages are served of; None for one in `folder`.
        days: How many daily refreshes longevity simulates.
    """

    lines: int
    rounds: int
    dlt_rounds: int
    is_plain: bool
    folder: Path
    visits: int
    kept: Path | None
    days: int


def load(options: Options) -> None:
    """A bill of twelve invoices: ours and dlt over HTTP, the limit from local disk."""
    counts = [options.lines // 12 + (each < options.lines % 12) for each in range(12)]
    bill = written(*(Plan(f"month-{each}", each, count) for each, count in enumerate(counts)))
    paths = json.dumps([each.path for each in bill])
    runs: Runs = defaultdict(list)
    with served(bill, is_plain=options.is_plain) as (url, requests):
        for name in _in_turn(options):
            source = paths if name == "limit" else url
            python = DLT if name == "with_dlt" else Path(sys.executable)
            requests()
            cost = measured(name, source, str(_fresh(options.folder / name)), python=python)
            runs[name].append(_checked(name, replace(cost, requests=requests()), bill))
    show(_title("Load", bill, options), runs, _load_targets(runs))


def _in_turn(options: Options) -> Iterator[str]:
    for number in range(options.rounds):
        yield from ("ours", "limit")
        if number < options.dlt_rounds:
            yield "with_dlt"


def _load_targets(runs: Runs) -> list[Target]:
    ours, limit, dlt = runs["ours"], runs["limit"], runs.get("with_dlt")
    targets = [
        Target("ours / limit, CPU", ratio(ours, limit, "cpu_s"), at_most=1.1),
        Target("ours, peak MiB", median_of(ours, "peak_mib"), at_most=PEAK_MIB),
        Target("ours, requests", median_of(ours, "requests"), at_most=15),
    ]
    if dlt:
        targets += [
            Target("dlt / ours, CPU", ratio(dlt, ours, "cpu_s"), at_least=10),
            Target("dlt / ours, wall", ratio(dlt, ours, "wall_s"), at_least=10),
        ]
    return targets


def giant(options: Options) -> None:
    """One invoice with twice the lines, which must not need memory in proportion."""
    bill = written(Plan("giant", 0, options.lines * 2))
    runs: Runs = {"ours": []}
    with served(bill, is_plain=options.is_plain) as (url, requests):
        for _ in range(options.rounds):
            cost = measured("ours", url, str(_fresh(options.folder / "giant")))
            cost = replace(cost, requests=requests())
            runs["ours"].append(_checked("ours", cost, bill))
    peak = Target("ours, peak MiB", median_of(runs["ours"], "peak_mib"), at_most=PEAK_MIB)
    show(_title("Giant", bill, options), runs, [peak])


def daily(options: Options) -> None:
    """Day after day the pending invoice grows and three closed months are read again unchanged."""
    lines = max(options.lines // 50, 30)
    growth = lines // 30
    days = range(options.rounds + 1)
    pending = [Plan(f"day-{each}", 0, lines + each * growth, "PENDING") for each in days]
    past = [Plan(f"month-{each}", each, lines) for each in range(1, max(HISTORIES) + 1)]
    bill = written(*pending, *past)
    versions, closed = bill[: len(pending)], bill[len(pending) :]
    runs: Runs = {f"ours, {months} months": [] for months in HISTORIES}
    for day, today in enumerate(versions):
        for months, found in zip(HISTORIES, runs.values(), strict=True):
            cost = _refreshed([today, *closed[:months]], options, months)
            if day:  # the first one loads the past
                found.append(cost)
    long, short = runs.values()
    targets = [
        Target("36 / 3 months, CPU", ratio(long, short, "cpu_s"), at_most=1.2),
        Target("36 / 3 months, wall", ratio(long, short, "wall_s"), at_most=1.2),
    ]
    show(_title("Daily refresh", [versions[-1], *closed], options), runs, targets)


def _refreshed(bill: list[Invoice], options: Options, months: int) -> Cost:
    folder = options.folder / f"daily-{months}"
    folder.mkdir(exist_ok=True)
    with served(bill, is_plain=options.is_plain) as (url, requests):
        cost = measured("ours", url, str(folder))
        return _checked(f"ours, {months} months", replace(cost, requests=requests()), bill)


def _checked(name: str, cost: Cost, bill: list[Invoice]) -> Cost:
    """A load that does not arrive at what was generated is none, however fast."""
    expected = (sum(each.lines for each in bill), sum(each.cents for each in bill))
    if (cost.rows, cost.cents) != expected:
        raise Failed(f"{name} has {(cost.rows, cost.cents)} lines and cents, not {expected}.")
    show_run(name, cost)
    return cost


def _fresh(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder


def _title(name: str, bill: list[Invoice], options: Options) -> str:
    lines, size = sum(each.lines for each in bill), sum(each.size for each in bill)
    sent = "plain" if options.is_plain else "gzip"
    return f"{name}: {lines:,} lines in {len(bill)} invoices, {size / 1e6:.0f} MB of JSON ({sent})"
