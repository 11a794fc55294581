"""Which oddities a seed has, and those of them that are resources or changes of resources."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from sandbox.bill.oddities import Oddity
from sandbox.estate.blueprint import PAYING_NAME
from sandbox.estate.organization import Organization
from sandbox.estate.resources import Cluster, Life, Project
from sandbox.identity import object_id
from sandbox.months import ONE_DAY

# Clusters of the plan that are there all year and cost enough for their oddities to matter: which
# of them get a tier of their own for a while, and which are left for anomalies.
RESIZED = {"search": "M50", "models": "M80", "vectors": "M50"}
LARGE = ("shop-global", "events", "telemetry", "identity", "profiles")
CONTINUOUS, SNAPSHOTS = "shop-prod", ("models", "vectors")
SCANNED, SLEEPING = "analytics", "archive"
FORGOTTEN, ORDINARY = ("M80", "M200"), ("M30", "M40")
NEW = {"forgotten_cluster", "new_cluster"}
CHANGED = {"tier_change", "resumed"}
# At first there is nothing to compare with, and at the end not all has come.
QUIET_DAYS, LAST_DAYS = 70, 30


class Draw:
    """What chance decides."""

    def __init__(self, seed: int, first: date, today: date) -> None:
        self.random = Random(f"{seed}:oddities")
        self._begins = first + timedelta(QUIET_DAYS)
        self._span = max((today - first).days - QUIET_DAYS - LAST_DAYS, 1)

    def one(
        self, kind: str, target: str, days: tuple[int, int], factor: tuple[int, int], size: str = ""
    ) -> Oddity:
        """An oddity whose first day, length and factor lie between bounds."""
        first = self._begins + timedelta(self.random.randrange(self._span))
        last = first + timedelta(self.random.randint(*days) - 1)
        times = Decimal(self.random.randint(10 * factor[0], 10 * factor[1])) / 10
        return Oddity(kind, target, first, last, times, size)


def planned(seed: int, first: date, today: date) -> tuple[Oddity, ...]:
    """The anomalies and decoys of a seed, after a time that is quiet."""
    draw = Draw(seed, first, today)
    return (*_anomalies(draw), *_decoys(draw, first, today))


def _anomalies(draw: Draw) -> Iterator[Oddity]:
    """No two of them are of one cluster, so that each is told from the others."""
    clusters = draw.random.sample(LARGE, 4)
    for target in clusters[:2]:
        yield draw.one("transfer", target, (3, 5), (8, 15))
    for target in clusters[2:]:
        yield draw.one("servers", target, (4, 20), (2, 3))
    yield draw.one("backup", CONTINUOUS, (14, 35), (2, 3))
    yield draw.one("backup", draw.random.choice(SNAPSHOTS), (10, 25), (20, 40))
    yield draw.one("scan", SCANNED, (1, 4), (12, 30))
    size = draw.random.choice(FORGOTTEN)
    yield draw.one("forgotten_cluster", "tmp-migration", (4, 30), (1, 1), size)


def _decoys(draw: Draw, first: date, today: date) -> Iterator[Oddity]:
    for target in draw.random.sample((*LARGE, CONTINUOUS), 2):
        yield draw.one("late", target, (7, 7), (1, 1))
    weekday = first + timedelta(draw.random.randrange(7))
    gigabytes = Decimal(draw.random.randint(300, 900))
    yield Oddity("weekly_job", draw.random.choice(LARGE), weekday, today, gigabytes)
    yield draw.one("credit", PAYING_NAME, (1, 1), (200, 900))
    dollars = Decimal(draw.random.randint(200, 600))
    yield Oddity("month_end", PAYING_NAME, first, today, dollars)
    for target in draw.random.sample(sorted(RESIZED), 2):
        yield draw.one("tier_change", target, (10, 60), (1, 1), RESIZED[target])
    yield draw.one("new_cluster", "checkout-v2", (20, 90), (1, 1), draw.random.choice(ORDINARY))
    yield draw.one("resumed", SLEEPING, (7, 40), (1, 1))


def plant(oddity: Oddity, seed: int, orgs: Sequence[Organization]) -> None:
    """Put what an oddity is, or changes, into the estate; ValueError if its target is not there."""
    if oddity.kind in NEW:
        _put_cluster(oddity, seed, orgs[0])
    elif oddity.kind in CHANGED:
        _change_cluster(oddity, orgs)
    for org in orgs:
        org.living.cache_clear()


def _put_cluster(oddity: Oddity, seed: int, org: Organization) -> None:
    """Beside the first cluster of the first project, where that one is."""
    project, held = org.living(oddity.first_day)[0]
    cluster = Cluster(
        object_id(seed, "odd", oddity.kind, oddity.target, oddity.first_day),
        oddity.target,
        held[0].regions,
        Life(oddity.first_day, oddity.last_day + ONE_DAY),
        size=oddity.size,
    )
    org.changes.put_cluster(oddity.first_day, project.id, cluster)


def _change_cluster(oddity: Oddity, orgs: Sequence[Organization]) -> None:
    org, project, before = _found(oddity, orgs)
    after = replace(before, size=oddity.size or before.size, paused=False)
    org.changes.put_cluster(oddity.first_day, project.id, after, before)
    org.changes.put_cluster(oddity.last_day + ONE_DAY, project.id, before)


def _found(oddity: Oddity, orgs: Sequence[Organization]) -> tuple[Organization, Project, Cluster]:
    for org in orgs:
        for project, clusters in org.living(oddity.first_day):
            for cluster in clusters:
                if cluster.name == oddity.target:
                    return org, project, cluster
    raise ValueError(f"no cluster {oddity.target!r} on {oddity.first_day}")
