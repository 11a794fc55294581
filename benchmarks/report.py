"""Figures side by side, and which targets they meet."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from statistics import median

from benchmarks.measure import Cost

Runs = dict[str, list[Cost]]
FIGURES = ("wall_s", "cpu_s", "peak_mib", "requests")


@dataclass(frozen=True)
class Target:
    """What a figure should be: at most, or at least, a bound. A noisy machine may miss it."""

    name: str
    figure: float
    at_most: float | None = None
    at_least: float | None = None

    @property
    def bound(self) -> str:
        """The bound as a reader sees it; empty for a figure that is only reported."""
        if self.at_most is not None:
            return f"<= {self.at_most:g}"
        return f">= {self.at_least:g}" if self.at_least is not None else ""

    @property
    def is_met(self) -> bool:
        """Whether the figure is on the right side of its bound."""
        high = self.at_most is None or self.figure <= self.at_most
        return high and (self.at_least is None or self.figure >= self.at_least)


def median_of(runs: list[Cost], name: str) -> float:
    """The median of a figure over rounds."""
    return float(median(getattr(each, name) for each in runs))


def p95(figures: Sequence[float]) -> float:
    """The figure that 95 of 100 do not exceed."""
    return sorted(figures)[ceil(len(figures) * 0.95) - 1]


def ratio(above: list[Cost], below: list[Cost], name: str) -> float:
    """The median over rounds of one figure's ratio: only what ran side by side is compared."""
    pairs = zip(above, below, strict=False)
    return float(median(getattr(a, name) / getattr(b, name) for a, b in pairs))


def show_run(name: str, cost: Cost) -> None:
    """Print one run as it ends: a median hides how far its rounds lie apart."""
    print(f"  {name}: {cost.wall_s:.2f} s wall, {cost.cpu_s:.2f} s CPU", flush=True)


def show(title: str, runs: Runs, targets: list[Target]) -> None:
    """Print medians, one line a variant, then the targets."""
    print(f"\n{title}")
    print(f"{'median':22}{'wall s':>9}{'CPU s':>9}{'peak MiB':>10}{'requests':>10}{'rounds':>8}")
    for name, costs in runs.items():
        wall, cpu, peak, requests = (median_of(costs, each) for each in FIGURES)
        print(f"{name:22}{wall:9.2f}{cpu:9.2f}{peak:10.0f}{requests:10.0f}{len(costs):8}")
    show_targets(targets)


def show_targets(targets: list[Target]) -> None:
    """Print each figure beside its bound, if it has one."""
    for each in targets:
        verdict = f"{each.bound:10}{'met' if each.is_met else 'not met'}" if each.bound else ""
        print(f"  {each.name:44}{each.figure:9.3g}   {verdict}".rstrip(), flush=True)
