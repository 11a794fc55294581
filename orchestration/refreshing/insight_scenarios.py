"""`scenarios`: what is expected, with changes priced by the organization's own invoices."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import duckdb

from orchestration.action_runs.own_prices import server_rates
from orchestration.actions.pricing import list_prices
from orchestration.actions.pricing.pricer import HOURS, INVOICES, Pricer
from orchestration.actions.pricing.shapes import DEDICATED, Servers, Shape
from orchestration.insight.budgets.costs import Leaf
from orchestration.insight.scenarios.effects import Effect, Hours
from orchestration.insight.scenarios.rows import WhatIf
from orchestration.refreshing.filtered_costs import same_subject
from orchestration.refreshing.looked_at import LEAF, Looked
from orchestration.rules.scenarios import Change, Pause, Scenario

Db = duckdb.DuckDBPyConnection
Numbered = tuple[int, Scenario, Change]
# What the prices of servers are told apart by.
ALSO = ("cloud_provider", "region", "instance_size")
KIND = "concat_ws('|', costs.org_id, costs.cloud_provider, costs.region, costs.instance_size)"
SERVERS = f"""
select distinct
    {KIND},
    {", ".join(f"costs.{each}" for each in LEAF)},
    coalesce(costs.cloud_provider, ''),
    coalesce(regions.atlas_region, costs.region, ''),
    coalesce(costs.instance_size, '')
from plan_recent as costs
inner join plan_fits as fitting on {{same_subject}}
cross join marts.data_through as reach
left join marts.dim_regions as regions
    on costs.cloud_provider = regions.provider and costs.region = regions.region
where list_contains(fitting.fits, $filter) and costs.usage_date > reach.data_through - 30
order by all
"""  # noqa: S608  ours
REGION = """
select atlas_region from marts.dim_regions
where provider = $provider and $region in (region, atlas_region)
"""
DISKS = """
select cloud_provider, instance_size, nodes, disk_gb from marts.dim_clusters
where cluster_id = $cluster and nodes > 0 and disk_gb > 0
"""
# Whether a disk that a tier's price includes was charged on days on which its cluster was paused;
# nothing where no such cluster was.
CHARGED = """
with days as (
    select
        costs.resource_id,
        costs.usage_date,
        bool_or(costs.category = 'Paused instance') as is_paused,
        bool_or(costs.category = 'Dedicated instance') as is_running,
        bool_or(costs.category like 'Storage %' and costs.cost_cents > 0) as is_charged
    from marts.fct_line_item_days as costs
    inner join marts.dim_clusters as clusters on costs.resource_id = clusters.cluster_id
    inner join (select unnest($included) as included) as tiers
        on
            clusters.instance_size = tiers.included.size
            and clusters.disk_gb = tiers.included.disk_gb
    where costs.org_id = $org_id
    group by all
)

select bool_or(is_charged) from days where is_paused and not is_running
"""


class ScenarioError(Exception):
    """A change cannot be priced; the message is a sentence."""


def what_ifs(
    db: Db, looked: Looked, numbered: Sequence[Numbered]
) -> tuple[list[WhatIf], list[str]]:
    """The scenarios whose changes can all be priced, and a sentence about each of the others.

    Args:
        db: Where costs are told apart.
        looked: By what.
        numbered: Each change with its scenario and the number of its filter.
    """
    found: dict[str, list[Effect]] = defaultdict(list)
    scenarios = {each.name: each for _, each, _ in numbered}
    problems: dict[str, str] = {}
    prices = _Prices(db)
    for number, scenario, change in numbered:
        try:
            servers = _servers(db, looked, number) if change.is_of_servers else []
            found[scenario.name].append(_effect(db, prices, number, change, servers))
        except ScenarioError as error:
            problems.setdefault(scenario.name, f"{scenario.name}: {change.name}: {error}")
    priced = [
        WhatIf(name, each.costs(each.changes[0]).pricing_currency, tuple(found[name]))
        for name, each in scenarios.items()
        if name not in problems
    ]
    return priced, list(problems.values())


@dataclass(frozen=True)
class _Server:
    """Servers of one kind that a leaf had lately."""

    kind: str
    leaf: Leaf
    servers: Servers


class _Prices:
    """Each organization's own, learned once."""

    def __init__(self, db: Db) -> None:
        self._db = db
        self._known: dict[str, Pricer] = {}
        self._charged: dict[str, bool] = {}

    def of(self, org_id: str) -> Pricer:
        if org_id not in self._known:
            self._known[org_id] = Pricer(server_rates(self._db, org_id))
        return self._known[org_id]

    def hour(self, org_id: str, servers: Servers) -> tuple[Fraction, str]:
        """Cents of a server hour, and where that is from."""
        try:
            cents, basis = self.of(org_id).server_hour(servers)
        except KeyError:
            raise ScenarioError(
                f"nobody knows what {servers.size} costs on {servers.provider}."
            ) from None
        return Fraction(cents), basis

    def charges_included_disks(self, org_id: str) -> bool:
        """Of a paused cluster, as its invoices show; where they show none, as a preview does."""
        if org_id not in self._charged:
            tiers = list_prices.INCLUDED_DISK_GB.items()
            included = [{"size": size, "disk_gb": gb} for size, gb in tiers]
            values = {"org_id": org_id, "included": included}
            row = self._db.execute(CHARGED, values).fetchone()
            self._charged[org_id] = not row or row[0] is not False
        return self._charged[org_id]


def _servers(db: Db, looked: Looked, number: int) -> list[_Server]:
    """What fits a change and is a server."""
    query = SERVERS.format(same_subject=same_subject(looked, "costs", "fitting"))
    rows = db.execute(query, {"filter": number}).fetchall()
    if not rows:
        raise ScenarioError("no server of the last 30 days fits its conditions.")
    return [
        _Server(kind, Leaf(*leaf), Servers(provider, region, size, 1))
        for kind, *leaf, provider, region, size in rows
    ]


def _effect(
    db: Db, prices: _Prices, number: int, change: Change, servers: Sequence[_Server]
) -> Effect:
    about = (str(number), change.name, change.first_month, change.last_month)
    if change.growth_percent is not None:
        return Effect(*about, growth=Fraction(change.growth_percent) / 100)
    if change.pause is not None:
        clusters = {each.leaf.resource_id: each.leaf for each in servers if each.servers.size}
        hours = {leaf: _paused_hour(db, prices, leaf) for leaf in clusters.values()}
        return Effect(*about, hours=_hours(change.pause), paused_hour_cents=hours, basis=INVOICES)
    ratios, bases = _ratios(db, prices, change, servers)
    return Effect(*about, ratios=ratios, basis=", ".join(sorted(bases)))


def _hours(pause: Pause) -> Hours:
    return Hours(pause.weekends == "false", pause.from_hour, pause.to_hour)


def _ratios(
    db: Db, prices: _Prices, change: Change, servers: Sequence[_Server]
) -> tuple[dict[str, Fraction], set[str]]:
    """What an hour of each kind of server will cost, as a multiple of what it does."""
    found, bases = {}, set()
    for each in servers:
        old, _ = prices.hour(each.leaf.org_id, each.servers)
        new, basis = prices.hour(each.leaf.org_id, _changed(db, each.servers, change))
        found[each.kind] = new / old
        bases.add(basis)
    return found, bases


def _changed(db: Db, servers: Servers, change: Change) -> Servers:
    size, region = change.instance_size or servers.size, servers.region
    if change.region:
        values = {"provider": servers.provider, "region": change.region}
        rows = db.execute(REGION, values).fetchall()
        if not rows:
            raise ScenarioError(f"{servers.provider} has no region {change.region}.")
        [(region,), *_] = rows
    return Servers(servers.provider, region, size, 1)


def _paused_hour(db: Db, prices: _Prices, leaf: Leaf) -> Fraction:
    """Disks that a tier's price includes may be charged while nothing pays for the tier."""
    found = Fraction(0)
    if not prices.charges_included_disks(leaf.org_id):
        return found
    for shape in _included_disks(db, leaf):
        cost = prices.of(leaf.org_id).of(None, shape)
        found += Fraction(cost.after_cents if cost else 0) / Fraction(HOURS)
    return found


def _included_disks(db: Db, leaf: Leaf) -> Iterator[Shape]:
    rows = db.execute(DISKS, {"cluster": leaf.resource_id}).fetchall()
    for provider, size, nodes, disk_gb in rows:
        if list_prices.INCLUDED_DISK_GB.get(size) == disk_gb:
            servers = Servers(provider, "", size, nodes, disk_gb)
            yield Shape(DEDICATED, (servers,), disk_gb=disk_gb, paused=True)
