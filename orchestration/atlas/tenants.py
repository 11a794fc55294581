"""Free clusters, the shared tiers before flex, and flex: what Atlas calls them.

Atlas lists the first two among the dedicated ones and answers nothing about their backups,
archives or search nodes.
"""

from typing import Any

FREE_SIZE, FLEX_SIZE = "M0", "FLEX"
# Beside it, a region names the cloud that it is really on.
TENANT = "TENANT"


def is_tenant(cluster: dict[str, Any]) -> bool:
    """Whether a cluster (ClusterDescription20240805) is free or shared."""
    shards = (each.get("regionConfigs") or [] for each in cluster.get("replicationSpecs") or [])
    return any(is_tenant_region(region) for regions in shards for region in regions)


def is_tenant_region(region: dict[str, Any]) -> bool:
    """The same, told from one of its regions."""
    return region.get("providerName") == TENANT
