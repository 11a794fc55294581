"""The resources of the two demo organizations, and of a small one, as data.

`scale` lays the same plan out several times, each copy under its own names, so that the number
of lines grows with it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from random import Random

from sandbox.estate.organization import Organization
from sandbox.estate.resources import Cluster, Holdings, Life, Project, Region, Shard, Tags
from sandbox.identity import object_id
from sandbox.months import add_months

PAYING_NAME = "Meridian"
LINKED_NAME = "Meridian-Labs"
SMALL_NAME = "Corner"
SEASON_MONTHS = 3

IRELAND = Region("AWS", "EU_WEST_1")
VIRGINIA = Region("AWS", "US_EAST_1")
FRANKFURT = Region("AWS", "EU_CENTRAL_1", nodes=2)
NETHERLANDS = Region("AZURE", "EUROPE_WEST")
AZURE_VIRGINIA = Region("AZURE", "US_EAST_2")
IOWA = Region("GCP", "CENTRAL_US")


@dataclass(frozen=True)
class Copy:
    """One laying-out of the plan, for one calendar year."""

    seed: int
    number: int
    year: int
    season: int  # the first month of what only lives for a season
    renewal: int  # the day of May on which the cluster "reports" is deleted and made again

    def named(self, name: str) -> str:
        """Names are unique over both organizations, whatever the scale."""
        return name if self.number == 1 else f"{name}-{self.number}"

    def life(self, name: str) -> Life:
        """Something that was there before any bill the sandbox shows."""
        picked = Random(f"{self.seed}:born:{name}")
        return Life(date(2019, 1, 1 + picked.randrange(28)))

    def seasonal(self) -> Life:
        """Something that lives for three months of this year, and so is gone for most of it."""
        born = date(self.year, self.season, 1)
        return Life(born, add_months(born, SEASON_MONTHS))

    def renewed(self) -> Life:
        """From one renewal to the next: a year under a name that is used again afterwards."""
        return Life(date(self.year, 5, self.renewal), date(self.year + 1, 5, self.renewal))

    def monthly(self) -> list[Life]:
        """Two weeks of each month of this year: always made and deleted again before long."""
        return [Life(date(self.year, n, 4), date(self.year, n, 18)) for n in range(1, 13)]

    def cluster(
        self,
        name: str,
        *regions: Region,
        tags: str = "",
        life: Life | None = None,
        **settings: object,
    ) -> Cluster:
        """A cluster; one that is renewed has a new id each year, as in Atlas."""
        full = self.named(name)
        life = life or self.life(full)
        cluster_id = object_id(self.seed, "cluster", full, life.born)
        return Cluster(cluster_id, full, regions, life, tags=parse_tags(tags), **settings)  # type: ignore[arg-type]

    def project(
        self,
        org_id: str,
        name: str,
        tags: str = "",
        life: Life | None = None,
        **settings: object,
    ) -> Project:
        """A project of an organization."""
        full = self.named(name)
        life = life or self.life(full)
        project_id = object_id(self.seed, "group", full)
        return Project(project_id, full, org_id, life, parse_tags(tags), **settings)  # type: ignore[arg-type]


def parse_tags(text: str) -> Tags:
    """`env=prod team=checkout` as pairs."""
    return tuple((key, value) for key, _, value in (pair.partition("=") for pair in text.split()))


def shop(org_id: str, copy: Copy) -> Holdings:
    """Production of a shop: point-in-time backup, two regions, private endpoints.

    Its world-wide cluster grows for a week of each month, staging sleeps at weekends, and load is
    tested on a cluster of its own, made anew each month.
    """
    project = copy.project(
        org_id, "shop", "team=commerce cost-center=cc-100", features=("private_endpoints",)
    )
    checkout = copy.cluster(
        "shop-prod",
        IRELAND,
        tags="env=prod team=checkout",
        size="M40",
        disk_gb=200,
        custom_disk=True,
        backup=True,
        continuous_backup=True,
        secured=True,
        autoscales=True,
        archived_gb=900,
    )
    worldwide = copy.cluster(
        "shop-global",
        VIRGINIA,
        FRANKFURT,
        tags="env=prod",
        sizes=("M30", "M40"),
        disk_gb=40,
        backup=True,
    )
    staging = copy.cluster("shop-staging", IRELAND, tags="env=staging", backup=True, rests=True)
    tests = [
        copy.cluster("loadtest", IRELAND, tags="env=test", size="M20", disk_gb=20, life=life)
        for life in copy.monthly()
    ]
    return ((project, (checkout, worldwide, staging, *tests)),)


def analytics(org_id: str, copy: Copy) -> Holdings:
    """Sharded events, shards of two sizes, a yearly renewed cluster, a seasonal one.

    The project has a discount.
    """
    project = copy.project(
        org_id,
        "analytics",
        "team=data cost-center=cc-200",
        features=("data_federation", "stream_processing", "charts"),
        percent_discount=Decimal("12.5"),
    )
    events = copy.cluster(
        "events",
        IOWA,
        tags="env=prod cost-center=cc-21{quarter}",
        size="M30",
        shards=2,
        disk_gb=80,
        custom_disk=True,
        backup=True,
    )
    telemetry = copy.cluster(
        "telemetry",
        IOWA,
        tags="env=prod",
        layout=(Shard("M30", (IOWA,)), Shard("M40", (IOWA,))),
        disk_gb=40,
        backup=True,
    )
    region = NETHERLANDS if copy.year % 2 else AZURE_VIRGINIA
    reports = copy.cluster(
        "reports",
        region,
        tags="env=prod",
        size="M20",
        disk_gb=20,
        backup=True,
        bi_connector=True,
        life=copy.renewed(),
    )
    backfill = copy.cluster(
        f"backfill-{copy.year}",
        IOWA,
        tags="env=batch",
        size="M20",
        disk_gb=20,
        life=copy.seasonal(),
    )
    return ((project, (events, telemetry, reports, backfill)),)


def platform(org_id: str, copy: Copy) -> Holdings:
    """Search nodes, three clouds in one cluster, zones in another, flex, serverless, a pause."""
    project = copy.project(
        org_id, "platform", "team=platform cost-center=cc-300", features=("app_services",)
    )
    search = copy.cluster(
        "search", VIRGINIA, tags="env=prod", size="M30", disk_gb=40, backup=True, search_nodes=2
    )
    clouds = (
        Region("AWS", "US_EAST_1", 3),
        Region("AZURE", "US_EAST_2", 1),
        Region("GCP", "EASTERN_US", 1),
    )
    identity = copy.cluster(
        "identity", *clouds, tags="env=prod owner=identity", size="M40", disk_gb=80, backup=True
    )
    zones = (
        Shard("M30", (Region("AWS", "EU_WEST_1", analytics=1),), "Europe"),
        Shard("M30", (Region("AWS", "US_EAST_1", read_only=1),), "Americas"),
    )
    profiles = copy.cluster(
        "profiles",
        *(region for zone in zones for region in zone.regions),
        tags="env=prod",
        layout=zones,
        disk_gb=40,
        backup=True,
    )
    notices = copy.cluster("notices", VIRGINIA, tags="env=prod", kind="serverless", disk_gb=5)
    gateway = copy.cluster("gateway", VIRGINIA, tags="env=prod", kind="flex", disk_gb=5)
    archive = copy.cluster(
        "archive",
        NETHERLANDS,
        tags="env=archive",
        size="M20",
        disk_gb=128,
        custom_disk=True,
        paused=True,
    )
    return ((project, (search, identity, profiles, notices, gateway, archive)),)


def playground(org_id: str, copy: Copy) -> Holdings:
    """Nothing here is tagged: a free cluster, a flex one, a small dedicated one, AI models."""
    project = copy.project(org_id, "playground", features=("ai_models",))
    hello = copy.cluster("hello-world", VIRGINIA, size="M0", kind="tenant", disk_gb=5)
    prototype = copy.cluster("prototype", IOWA, kind="flex", disk_gb=5)
    scratch = copy.cluster("scratch", AZURE_VIRGINIA)
    return ((project, (hello, prototype, scratch)),)


def launch(org_id: str, copy: Copy) -> Holdings:
    """A project that is deleted when its season is over and stays on the old bills."""
    name = f"launch-{copy.year}"
    life = copy.seasonal()
    project = copy.project(org_id, name, "team=marketing cost-center=cc-400", life=life)
    return ((project, (copy.cluster(f"{name}-db", IRELAND, tags="env=prod", life=life),)),)


def labs(org_id: str, copy: Copy) -> Holdings:
    """The linked organization's projects, which the paying organization's key cannot read."""
    research = copy.project(org_id, "research", "team=research cost-center=cc-900")
    models = copy.cluster("models", VIRGINIA, tags="env=prod", size="M50", disk_gb=160, backup=True)
    vectors = copy.cluster(
        "vectors", IOWA, tags="env=prod", size="M30", disk_gb=40, backup=True, search_nodes=2
    )
    demos = copy.project(org_id, "demos", "team=research", features=("ai_models",))
    booth = copy.cluster("booth", NETHERLANDS, tags="env=demo", kind="flex", disk_gb=5)
    return (research, (models, vectors)), (demos, (booth,))


def corner(org_id: str, copy: Copy) -> Holdings:
    """All that a small organization has: one flex cluster, a line a day."""
    project = copy.project(org_id, "corner", "team=corner")
    return ((project, (copy.cluster("counter", VIRGINIA, tags="env=prod", kind="flex"),)),)


Plan = Callable[[str, Copy], Holdings]
PLANS: dict[str, tuple[Plan, ...]] = {
    PAYING_NAME: (shop, analytics, platform, playground, launch),
    LINKED_NAME: (labs,),
    SMALL_NAME: (corner,),
}


def copies_of_year(seed: int, scale: int, year: int) -> tuple[Copy, ...]:
    """The layings-out of the plan in a year."""
    picked = Random(f"{seed}:calendar")
    season, renewal = picked.randint(1, 9), picked.randint(8, 20)
    return tuple(Copy(seed, number, year, season, renewal) for number in range(1, scale + 1))


def holdings_of_year(
    seed: int, scale: int, org_id: str, plans: tuple[Plan, ...], year: int
) -> Holdings:
    """Everything that comes to life in `year`, or has always been there."""
    copies = copies_of_year(seed, scale, year)
    return tuple(held for copy in copies for plan in plans for held in plan(org_id, copy))


def build(seed: int, scale: int, name: str, more: tuple[Plan, ...] = ()) -> Organization:
    """One of the organizations, with more than its plans if asked for."""
    org_id = object_id(seed, "org", name)
    plans = (*PLANS[name], *more)
    return Organization(org_id, name, partial(holdings_of_year, seed, scale, org_id, plans))
