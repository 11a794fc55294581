"""What so many organizations take: `python -m benchmarks.capacity`, and --help for a plan's own.

Requests follow from what extraction asks; the rest are unit costs measured by unit_costs.py and the
benchmarks of docs/performance.md. tests/e2e/test_capacity.py compares small cases with runs. Prices
are assumptions, no vendor's.
"""

import argparse
import math
from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace

from benchmarks.plan import Plan, UnitCosts
from orchestration.atlas.budgets import bucket_of
from orchestration.extraction.together import AT_ONCE

SIZES = (10, 1_000, 50_000)
INVOICES = "/api/atlas/v2/orgs/an_organization/invoices"
DAYS_A_MONTH = 30.4
GB = 1e9
POSITIVE = ("lines", "months", "workers", "vcpus", "memory_gb", "window_h", "kept_days")


@dataclass(frozen=True)
class Forecast:
    """What a plan takes, by these unit costs."""

    plan: Plan
    costs: UnitCosts = field(default_factory=UnitCosts)

    def requests(self, *, first: bool) -> int:
        """Of all organizations."""
        return self.plan.organizations * self.plan.requests(first=first)

    def share_of_limit(self) -> float:
        """Of what Atlas lets one organization ask at once about invoices, a first refresh."""
        limit, _ = bucket_of(INVOICES, "")
        return self.plan.invoice_requests(first=True) / limit.capacity

    def landed_bytes(self, *, first: bool) -> float:
        """What a refresh adds; the pending invoice, half a month on average, is landed daily."""
        plan, costs = self.plan, self.costs
        if first:
            of_one = costs.organization_bytes + plan.months * self._invoice_bytes(plan.lines)
        else:
            of_one = costs.organization_day_bytes + self._invoice_bytes(plan.lines / 2)
        return plan.organizations * of_one

    def _invoice_bytes(self, lines: float) -> float:
        return self.costs.invoice_bytes + lines * self.costs.line_bytes

    def kept_bytes(self) -> float:
        """Landing after kept_days, nothing compressed by housekeeping, and what is built."""
        daily = self.landed_bytes(first=False) * self.plan.kept_days
        of_lines = self.plan.total_lines * self.costs.built_line_bytes
        of_all = self.plan.organizations * self.costs.built_organization_bytes
        built = self.costs.built_bytes + of_all + of_lines
        return self.landed_bytes(first=True) + daily + built

    def kept_files(self) -> int:
        """Files in landing after kept_days: an invoice and its report are two."""
        plan, costs = self.plan, self.costs
        first = costs.organization_files + 2 * plan.months
        return plan.organizations * (first + costs.files_a_day * plan.kept_days)

    def extract_cpu_s(self, *, first: bool) -> float:
        """Of all workers."""
        plan, costs = self.plan, self.costs
        lines = plan.lines * (plan.months if first else min(plan.months, 4))
        read = plan.organizations * lines * costs.read_line_cpu_s
        asked = self.requests(first=first) * costs.request_cpu_s
        return plan.workers * costs.worker_cpu_s + asked + read

    def extract_s(self, *, first: bool) -> float:
        """Until the last worker is done: bound by the cores, or by waiting for Atlas."""
        cores = min(self.plan.workers, self.plan.vcpus)
        at_once = self.plan.workers * AT_ONCE
        waiting = self.requests(first=first) * self.plan.latency_ms / 1000 / at_once
        return max(self.extract_cpu_s(first=first) / cores, waiting)

    def load_cpu_s(self, *, first: bool) -> float:
        """Of the one process that loads; it goes through all journals once more."""
        plan, costs = self.plan, self.costs
        days = 0 if first else plan.kept_days
        told = plan.organizations * costs.observations_a_day * days * costs.observation_cpu_s
        of_one = costs.load_organization_cpu_s if first else costs.load_organization_day_cpu_s
        return costs.load_cpu_s + plan.organizations * of_one + told

    def build_cpu_s(self, *, first: bool) -> float:
        """Of dbt: all lines, or those of pending invoices."""
        plan, costs = self.plan, self.costs
        fixed = costs.build_cpu_s if first else costs.daily_build_cpu_s
        lines = plan.total_lines if first else plan.organizations * plan.lines / 2
        of_all = plan.organizations * costs.build_organization_cpu_s
        return fixed + of_all + lines * costs.build_line_cpu_s

    def publish_cpu_s(self) -> float:
        """Of insight and publishing, the same every day."""
        of_all = self.plan.organizations * self.costs.publish_organization_cpu_s
        return self.costs.publish_cpu_s + of_all

    def cpu_s(self, *, first: bool) -> float:
        """Of a whole refresh."""
        parts = (self.extract_cpu_s, self.load_cpu_s, self.build_cpu_s)
        return sum(part(first=first) for part in parts) + self.publish_cpu_s()

    def wall_s(self, *, first: bool) -> float:
        """Of a whole refresh; loading, insight and publishing are one core's work."""
        built = self.build_cpu_s(first=first) / self.plan.vcpus
        alone = self.load_cpu_s(first=first) + self.publish_cpu_s()
        return self.extract_s(first=first) + alone + built

    def whole_build_s(self) -> float:
        """All models made anew, as after an upgrade."""
        return self.build_cpu_s(first=True) / self.plan.vcpus

    def memory_bytes(self) -> float:
        """After kept_days: journals are in memory, of the workers while they read, then once more.

        A worker has its share of them, the process that loads has all.
        """
        plan, costs = self.plan, self.costs
        told = costs.observations_a_day * plan.kept_days * costs.observation_bytes
        journals = plan.organizations * (told + costs.organization_memory)
        loading = costs.process_bytes + journals
        reading = plan.workers * costs.worker_bytes + plan.organizations * told
        return max(loading, costs.process_bytes + reading)

    def workers_needed(self) -> int:
        """Workers with which reading takes half the window at most."""
        budget = self.plan.window_h * 3600 / 2
        waiting = self.requests(first=False) * self.plan.latency_ms / 1000 / AT_ONCE
        work = self.requests(first=False) * self.costs.request_cpu_s
        return max(1, math.ceil(max(waiting, work) / budget))

    def money_a_month(self) -> float:
        """A daily refresh's vCPU hours, and the gigabytes that are kept, at the plan's prices."""
        hours = self.cpu_s(first=False) / 3600 * DAYS_A_MONTH
        return hours * self.plan.vcpu_hour + self.kept_bytes() / GB * self.plan.gb_month


def most_organizations(plan: Plan) -> dict[str, int]:
    """How many organizations one machine takes by each of its limits, the tightest first."""
    window_s = plan.window_h * 3600
    fits: dict[str, Callable[[Forecast], bool]] = {
        "memory": lambda each: each.memory_bytes() <= plan.memory_gb * GB,
        "the time of a daily refresh": lambda each: each.wall_s(first=False) <= window_s,
        "the time in which DuckDB builds all": lambda each: each.whole_build_s() <= window_s,
    }
    found = {name: _most(plan, is_so) for name, is_so in fits.items()}
    return dict(sorted(found.items(), key=lambda each: each[1]))


def _most(plan: Plan, fits: Callable[[Forecast], bool]) -> int:
    low, high = 0, 1
    while fits(Forecast(replace(plan, organizations=high))) and high < 2**32:
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (
            (middle, high) if fits(Forecast(replace(plan, organizations=middle))) else (low, middle)
        )
    return low


def rows(sizes: tuple[int, ...], plan: Plan) -> list[tuple[str, ...]]:
    """The table: a row for each figure, a column for each number of organizations."""
    each = [Forecast(replace(plan, organizations=size)) for size in sizes]
    figures: dict[str, Callable[[Forecast], str]] = {
        "requests, first refresh": lambda f: f"{f.requests(first=True):,}",
        "requests a day": lambda f: f"{f.requests(first=False):,}",
        "share of Atlas's limit, one organization": lambda f: f"{f.share_of_limit():.1%}",
        "lines": lambda f: f"{f.plan.total_lines:,}",
        "landed, first, MB": lambda f: f"{f.landed_bytes(first=True) / 1e6:,.1f}",
        "landed a day, MB": lambda f: f"{f.landed_bytes(first=False) / 1e6:,.1f}",
        f"kept after {plan.kept_days} days, GB": lambda f: f"{f.kept_bytes() / GB:,.2f}",
        f"files after {plan.kept_days} days": lambda f: f"{f.kept_files():,}",
        "first refresh, CPU s": lambda f: f"{f.cpu_s(first=True):,.0f}",
        "a day: reading, CPU s": lambda f: f"{f.extract_cpu_s(first=False):,.0f}",
        "a day: loading, CPU s": lambda f: f"{f.load_cpu_s(first=False):,.0f}",
        "a day: building, CPU s": lambda f: f"{f.build_cpu_s(first=False):,.0f}",
        "a day: insight and publishing, CPU s": lambda f: f"{f.publish_cpu_s():,.0f}",
        "a day, minutes": lambda f: f"{f.wall_s(first=False) / 60:,.1f}",
        "building all models anew, minutes": lambda f: f"{f.whole_build_s() / 60:,.1f}",
        f"memory after {plan.kept_days} days, GB": lambda f: f"{f.memory_bytes() / GB:,.1f}",
        "workers needed": lambda f: f"{f.workers_needed():,}",
        "a month, in the price's currency": lambda f: f"{f.money_a_month():,.2f}",
    }
    return [(name, *(figure(one) for one in each)) for name, figure in figures.items()]


def main() -> None:
    """Print the table for the plan that the options make."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.capacity", description=__doc__)
    parser.add_argument("sizes", type=int, nargs="*", help="numbers of organizations")
    for each in fields(Plan):
        if each.name == "organizations":
            continue
        name, kind = f"--{each.name.replace('_', '-')}", type(each.default)
        if kind is bool:
            parser.add_argument(name, action=argparse.BooleanOptionalAction, default=each.default)
        else:
            parser.add_argument(name, type=kind, default=each.default)
    asked = vars(parser.parse_args())
    sizes = tuple(asked.pop("sizes")) or SIZES
    if min(sizes) < 1 or any(value <= 0 for key, value in asked.items() if key in POSITIVE):
        parser.error(f"organizations and {', '.join(POSITIVE)} must be more than 0")
    plan = Plan(**asked)
    print("| organizations | " + " | ".join(f"{size:,}" for size in sizes) + " |")
    print("|---" * (len(sizes) + 1) + "|")
    for row in rows(sizes, plan):
        print("| " + " | ".join(row) + " |")
    print(f"\nSuch organizations on one machine of {plan.memory_gb:g} GB, in {plan.window_h:g} h:")
    for limit, most in most_organizations(plan).items():
        print(f"- {most:,} by {limit}")


if __name__ == "__main__":
    main()
