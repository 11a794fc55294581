"""Waste on demand: clusters and endpoints that cost more than they need, and what each should be.

Like what a client makes they use the mean of what others draw, every day alike, so that what a
change would save can be told to the cent. Beside them lives what looks alike and is no waste.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from sandbox.estate.blueprint import IRELAND, Copy
from sandbox.estate.resources import Cluster, Holdings, Project, Region

MADE = "2019-06-01T09:30:00Z"
REMAINS = "remains"
# From 8 to 20 on working days somebody works: the rest of a week is not needed.
OUT_OF_HOURS = Fraction(108, 168)


@dataclass(frozen=True)
class Waste:
    """One cluster, or a project's endpoints, and what would do instead.

    Attributes:
        rule: Of docs/savings.md.
        cluster: What is there; None where it is the project's own.
        mended: What would do; None if nothing at all.
        share: Of the time in which it would do.
        with_transfer: Whether what is transferred is saved as well.
        of_servers: Whether it is about nothing but servers: backups outlast a pause.
    """

    rule: str
    project: Project
    cluster: Cluster | None = None
    mended: Cluster | None = None
    share: Fraction = Fraction(1)
    with_transfer: bool = False
    of_servers: bool = False


def attic(org_id: str, copy: Copy) -> Holdings:
    """The projects that hold it."""
    project, network = _projects(org_id, copy)
    return (project, (*_clusters(copy).values(),)), (network, ())


def wastes(org_id: str, copy: Copy) -> Iterator[Waste]:
    """Each waste that a rule may find; those about one part of a cluster exclude each other."""
    project, network = _projects(org_id, copy)
    held = _clusters(copy)

    def of(rule: str, name: str, **settings: object) -> Waste:
        cluster = held[name]
        return Waste(rule, project, cluster, replace(cluster, **settings))  # type: ignore[arg-type]

    yield of("tier_down", "attic-api", size="M30", disk_gb=40)
    yield of("tier_down", "attic-poc", size="M10", disk_gb=10)
    yield of("tier_down", "attic-olap", size="M20", disk_gb=20)
    yield of("idle_cluster", "attic-poc", paused=True)
    for name in ("attic-poc", "attic-dev", "attic-qa"):
        found = of("out_of_hours", name, paused=True)
        yield replace(found, share=OUT_OF_HOURS, of_servers=True)
    yield of("point_in_time", "attic-qa", continuous_backup=False)
    yield of("empty_disk", "attic-files", disk_gb=40, custom_disk=False)
    yield replace(of("flex_instead", "attic-forms", kind="flex"), with_transfer=True)
    yield of("unused_indexes", "attic-keys", disk_gb=60)
    yield of("cold_data", "attic-logs", disk_gb=40, custom_disk=False, archived_gb=45)
    yield of("search_nodes", "attic-search", search_size="S20")
    yield of("bi_connector", "attic-bi", bi_connector=False)
    yield of("advanced_security", "attic-vault", secured=False)
    yield of("analytics_nodes", "attic-olap", regions=(IRELAND,))
    yield Waste("long_paused", project, held["attic-old"])
    yield Waste("orphaned_snapshots", project, held["attic-gone"])
    yield Waste("idle_endpoints", network)


def _projects(org_id: str, copy: Copy) -> tuple[Project, Project]:
    return (
        copy.project(org_id, "attic", "team=legacy"),
        copy.project(org_id, "attic-network", "team=legacy", features=("private_endpoints",)),
    )


def _clusters(copy: Copy) -> dict[str, Cluster]:
    """By the names they have in the plan, whichever copy of it this is."""
    olap = Region("AWS", "EU_WEST_1", analytics=1)

    def made(name: str, env: str, region: Region = IRELAND, **settings: object) -> Cluster:
        tags = f"env={env}"
        return copy.cluster(name, region, tags=tags, made=MADE, **settings)  # type: ignore[arg-type]

    return {
        "attic-api": made("attic-api", "prod", size="M40", disk_gb=80, load="light"),
        "attic-poc": made("attic-poc", "dev", size="M20", disk_gb=20, load="idle"),
        "attic-dev": made("attic-dev", "dev", size="M20", disk_gb=20),
        "attic-qa": made(
            "attic-qa",
            "qa",
            disk_gb=100,
            custom_disk=True,
            backup=True,
            continuous_backup=True,
        ),
        "attic-files": made(
            "attic-files", "prod", size="M30", disk_gb=200, custom_disk=True, load="roomy"
        ),
        "attic-keys": made(
            "attic-keys", "prod", size="M30", disk_gb=120, custom_disk=True, load="indexed"
        ),
        "attic-logs": made(
            "attic-logs", "prod", size="M30", disk_gb=120, custom_disk=True, load="stale"
        ),
        "attic-slow": made("attic-slow", "prod", size="M30", disk_gb=40, load="slow"),
        "attic-search": made(
            "attic-search", "prod", load="light", search_nodes=2, search_size="S30"
        ),
        "attic-forms": made("attic-forms", "prod", load="tiny"),
        "attic-bi": made("attic-bi", "prod", bi_connector=True),
        "attic-vault": made("attic-vault", "prod", secured=True),
        "attic-olap": made("attic-olap", "prod", olap, size="M30", disk_gb=40, load="idle"),
        "attic-old": made(
            "attic-old", "prod", size="M20", disk_gb=128, custom_disk=True, paused=True
        ),
        "attic-gone": made("attic-gone", "prod", disk_gb=50, kind=REMAINS),
        # what looks alike and is needed
        "attic-busy": made("attic-busy", "prod", size="M40", disk_gb=80),
        "attic-ledger": made(
            "attic-ledger",
            "prod",
            disk_gb=100,
            custom_disk=True,
            backup=True,
            continuous_backup=True,
            search_nodes=2,
            archived_gb=20,
        ),
        "attic-finder": made("attic-finder", "prod", search_nodes=2, search_size="S30"),
    }
