"""`python -m benchmarks.anomaly_quality`: how many injected anomalies are found, and rightly.

Each seed's bill has anomalies of every kind and decoys that must not be alerted. The limits were
tuned on TUNED, and mistakes on LOOKED_AT were seen; the figures are of HELD_OUT, of which nothing
was known.
"""

import argparse
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from benchmarks.odd_bill import OddBill, odd_bill
from orchestration.insight.anomalies.finding import Incident, find
from orchestration.insight.anomalies.limits import Limits

TUNED = tuple(range(101, 109))
LOOKED_AT = (*range(201, 211), *range(301, 311))
HELD_OUT = tuple(range(401, 411))
WEEKS = 46
GOALS = {"recall": 0.9, "precision": 0.85, "right resource": 0.9, "right first day": 0.9}


@dataclass
class Score:
    """What was found of what there was."""

    anomalies: int = 0
    hits: int = 0
    alerts: int = 0
    false: int = 0
    small: int = 0
    right_resource: int = 0
    right_first_day: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Score") -> None:
        """Count another seed in."""
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)

    def shares(self) -> dict[str, float]:
        """The four figures that have a goal."""
        return {
            "recall": self.hits / max(self.anomalies, 1),
            "precision": (self.alerts - self.false) / max(self.alerts, 1),
            "right resource": self.right_resource / max(self.hits, 1),
            "right first day": self.right_first_day / max(self.hits, 1),
        }


def alerts_of(bill: OddBill) -> list[Incident]:
    """What somebody would be alerted of, on the whole bill."""
    return [each for each in find(bill.keys, bill.daily, bill.events, bill.through) if told(each)]


def replayed(bill: OddBill) -> list[Incident]:
    """What somebody would have been alerted of, had he looked each week, while costs were late.

    An alert that later has another first day counts as another one.
    """
    found: dict[tuple[object, int], Incident] = {}
    begins = bill.through - timedelta(7 * WEEKS)
    for week in range(WEEKS + 1):
        for each in alerts_of(bill.as_of(begins + timedelta(7 * week))):
            found[each.key.resource, each.first] = each
    return list(found.values())


def score(bill: OddBill, alerts: list[Incident]) -> tuple[Score, list[str]]:
    """One seed's figures, and what went wrong in words."""
    found, notes = Score(alerts=len(alerts)), []
    left = list(alerts)
    for anomaly in bill.anomalies:
        if anomaly["extra_cents"] < Limits().floor_cents:
            found.small += 1
            continue
        found.anomalies += 1
        found.kinds[anomaly["kind"]] += 1
        own = [each for each in left if _overlaps(each, anomaly)]
        if not own:
            found.missed[anomaly["kind"]] += 1
            notes.append(f"missed {anomaly}")
            continue
        found.hits += 1
        best = max(own, key=lambda each: (_has_resource(each, anomaly), each.over))
        left.remove(best)
        found.right_resource += _has_resource(best, anomaly)
        is_right = date.fromordinal(best.first).isoformat() == anomaly["first_day"]
        found.right_first_day += is_right
        if not (is_right and _has_resource(best, anomaly)):
            notes.append(f"not quite {anomaly}: {_text(best)}")
    found.false = len(left)
    notes += [f"false {_text(each)}" for each in left]
    return found, notes


def told(incident: Incident) -> bool:
    """Whether somebody is alerted."""
    return incident.event is None or incident.is_large


def _overlaps(alert: Incident, anomaly: dict[str, Any]) -> bool:
    first, last = (date.fromisoformat(anomaly[each]) for each in ("first_day", "last_day"))
    same_days = alert.first <= last.toordinal() and alert.last >= first.toordinal()
    return same_days and alert.key.project_name == anomaly["project"]


def _has_resource(alert: Incident, anomaly: dict[str, Any]) -> bool:
    return alert.key.resource_name == (anomaly["cluster"] or anomaly["project"])


def _text(alert: Incident) -> str:
    key = alert.key
    days = f"{date.fromordinal(alert.first)} to {date.fromordinal(alert.last)}"
    return f"{key.project_name} {key.resource_name} {key.service} {days} {alert.over / 100:.2f}"


def main() -> None:
    """Print the figures; exit code 1 if a goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.anomaly_quality")
    parser.add_argument("--tuned", action="store_true", help="on the seeds used for tuning")
    parser.add_argument(
        "--strength", type=Decimal, default=1, help="of the anomalies; 0: nothing is odd"
    )
    parser.add_argument("--replay", action="store_true", help="as it was week by week")
    parser.add_argument("--notes", action="store_true", help="name each mistake")
    options = parser.parse_args()
    total, seeds = Score(), TUNED if options.tuned else HELD_OUT
    for seed in seeds:
        bill = odd_bill(seed, Decimal(options.strength))
        found, notes = score(bill, replayed(bill) if options.replay else alerts_of(bill))
        total.add(found)
        if options.notes:
            print(f"seed {seed}", *notes, sep="\n  ")
    print(f"{len(seeds)} seeds ({seeds[0]} to {seeds[-1]}): {total.anomalies} anomalies, and")
    print(f"{total.small} below the floor; {total.alerts} alerts, {total.false} of them false")
    if not total.anomalies:
        return
    for name, share in total.shares().items():
        print(f"{name:16} {share:.3f} (goal {GOALS[name]})")
    for kind, count in sorted(total.kinds.items()):
        print(f"  {kind:18} {count - total.missed[kind]} of {count}")
    if any(share < GOALS[name] for name, share in total.shares().items()):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
