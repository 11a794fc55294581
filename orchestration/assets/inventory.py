"""Organizations, projects, clusters, flex clusters and SKUs: asked, landed, loaded into raw.

What one key cannot read is noted in the landing journal and named as a missing part; only wrong
credentials stop a run here, because nothing else could succeed with them either.
"""

import logging
from collections.abc import Callable

import dagster as dg

from orchestration.atlas import records
from orchestration.atlas.client import Answer
from orchestration.atlas.errors import AtlasError, Unauthorized, Unavailable
from orchestration.atlas.inventory import Inventory
from orchestration.failures import failures_named
from orchestration.landing import Landing
from orchestration.resources.atlas import AtlasResource
from orchestration.resources.warehouse import WarehouseResource

log = logging.getLogger("atlas_costs")
GROUP = "extraction"
KINDS = {"python", "duckdb"}
Ask = Callable[[], list[Answer]]
Extract = Callable[[Inventory, Landing, str], None]


def _land(landing: Landing, entity: str, scope: str, ask: Ask) -> list[Answer]:
    """Ask for one scope and note what came, or why nothing did."""
    try:
        answers = ask()
    except AtlasError as error:
        if _would_fail_everything(error, entity):
            raise
        log.warning("%s: %s", landing.connection, error)
        landing.observe_unreadable(entity, scope, str(error))
        return []
    landing.observe(entity, scope, [landing.put(entity, scope, each.body) for each in answers])
    return answers


def _would_fail_everything(error: AtlasError, entity: str) -> bool:
    """Wrong credentials; or nobody answering the very first question."""
    unreachable = isinstance(error, Unavailable) and error.status is None
    return isinstance(error, Unauthorized) or (unreachable and entity == "organizations")


def _land_organization(inventory: Inventory, landing: Landing, org_id: str) -> None:
    _land(landing, "organizations", org_id, lambda: [inventory.get_organization(org_id)])


def _land_projects(inventory: Inventory, landing: Landing, org_id: str) -> None:
    _land(landing, "projects", org_id, lambda: inventory.list_projects(org_id))


def _land_clusters(inventory: Inventory, landing: Landing, org_id: str) -> None:
    _land_per_project(landing, "clusters", org_id, inventory.list_clusters)


def _land_flex_clusters(inventory: Inventory, landing: Landing, org_id: str) -> None:
    _land_per_project(landing, "flex_clusters", org_id, inventory.list_flex_clusters)


def _land_skus(inventory: Inventory, landing: Landing, org_id: str) -> None:
    _land(landing, "skus", org_id, inventory.list_skus)


def _land_per_project(
    landing: Landing, entity: str, org_id: str, ask: Callable[[str], list[Answer]]
) -> None:
    listed = _projects_listed(landing, org_id)
    for project_id in listed:
        _land(landing, entity, project_id, lambda project_id=project_id: ask(project_id))  # type: ignore[misc]
    for project_id in set(landing.current(entity)) - set(listed):
        landing.observe(entity, project_id, [])


def _projects_listed(landing: Landing, org_id: str) -> list[str]:
    seen = landing.current("projects").get(org_id)
    answers = [Answer(body, "projects") for body in landing.read(seen)] if seen else []
    return [each.id for each in records.projects(answers)]


def _materialize(
    entity: str, extract: Extract, atlas: AtlasResource, warehouse: WarehouseResource
) -> dg.MaterializeResult[None]:
    with failures_named():
        for connection in atlas.connections():
            landing = warehouse.landing(connection.name)
            extract(Inventory(atlas.client(connection)), landing, connection.org_id)
            with warehouse.raw() as raw:
                raw.load(landing)
        with warehouse.raw() as raw:
            rows = raw.counts(entity)
    log.info("%s: %d", entity, rows)
    return dg.MaterializeResult(metadata={"dagster/row_count": rows})


def _asset(entity: str, extract: Extract, deps: list[str], description: str) -> dg.AssetsDefinition:
    @dg.asset(
        key=["atlas", entity],
        deps=[dg.AssetKey(["atlas", each]) for each in deps],
        group_name=GROUP,
        kinds=KINDS,
        description=description,
    )
    def inventory_asset(
        atlas: AtlasResource, warehouse: WarehouseResource
    ) -> dg.MaterializeResult[None]:
        return _materialize(entity, extract, atlas, warehouse)

    return inventory_asset


organizations = _asset(
    "organizations", _land_organization, [], "The organization itself (Atlas getOrg)."
)
projects = _asset(
    "projects",
    _land_projects,
    ["organizations"],
    "Projects the key can see (Atlas getOrgGroups).",
)
clusters = _asset(
    "clusters",
    _land_clusters,
    ["projects"],
    "Dedicated and M0 clusters of each project (Atlas listGroupClusters).",
)
flex_clusters = _asset(
    "flex_clusters",
    _land_flex_clusters,
    ["projects"],
    "Flex clusters of each project (Atlas listGroupFlexClusters).",
)
skus = _asset(
    "skus", _land_skus, ["organizations"], "Atlas's SKUs and their descriptions (Atlas listSkus)."
)
assets = [organizations, projects, clusters, flex_clusters, skus]
