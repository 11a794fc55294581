"""What Atlas offers: sizes, the clouds and regions that have them, and names it can make hosts of.

What is offered is asked of Atlas for the project; where it does not say, its specification knows
the sizes, and regions are left to it.
"""

from collections.abc import Iterator
from difflib import get_close_matches

from orchestration.actions.clusters.configs import PREFIX
from orchestration.actions.context import Context, listed
from orchestration.actions.pricing.shapes import DEDICATED, Servers, Shape
from orchestration.actions.projects import ProjectRef
from orchestration.atlas.errors import AtlasError
from orchestration.atlas.responses import results

SEVERAL = 5
_BOTH = "M10 M20 M30 M40 M50 M60 M80 M200 R40 R50 R60 R80 R200 R300 R400"
_GEN_2 = "M30 M40 M50 M60 M80 M140 M200 R40 R50 R60 R80 R200 R300 R400"
# Each cloud's enum of instanceSize in the specification (…HardwareSpec20240805).
SIZES = {
    "AWS": {
        *f"{_BOTH} M100 M140 M300 R700".split(),
        *["M40_NVME", "M50_NVME", "M60_NVME", "M80_NVME", "M200_NVME", "M400_NVME"],
        *(f"{each}_GEN_2" for each in f"{_GEN_2} M300 R700".split()),
        *(f"M{each}_NVME_GEN_2" for each in (40, 50, 60, 80, 200, 400)),
    },
    "AZURE": {
        *f"{_BOTH} M90".split(),
        *["M60_NVME", "M80_NVME", "M200_NVME", "M300_NVME", "M400_NVME", "M600_NVME"],
    },
    "GCP": {
        *f"{_BOTH} M140 M250 M300 M400 R600".split(),
        *(f"{each}_GEN_2" for each in _GEN_2.split()),
    },
}
Offers = dict[str, set[str]]


def offer_refusals(
    context: Context, project: ProjectRef, before: Shape | None, after: Shape
) -> list[str]:
    """Sizes and regions that a cluster is to have and that cannot be had."""
    there = {_place(each) for each in before.servers} if before else set()
    wanted = sorted({_place(each) for each in after.servers} - there)
    known = {each: _offers(context, project, each) for each in {each[0] for each in wanted}}
    found = (
        no
        for provider, region, size in wanted
        for no in _refusals(
            provider, region, size if after.kind == DEDICATED else None, known[provider]
        )
    )
    return list(dict.fromkeys(found))


def _place(servers: Servers) -> tuple[str, str, str]:
    return servers.provider, servers.region, servers.size


def _offers(context: Context, project: ProjectRef, provider: str) -> Offers:
    """Sizes → regions of a cloud; empty where Atlas does not say."""
    try:
        found = context.atlas.list_offers(project.id, provider)
    except AtlasError:
        return {}
    sizes = (each for one in found if one.get("provider") == provider
        for each in one.get("instanceSizes") or [])  # fmt: skip
    return {
        str(each.get("name")): {str(one.get("name")) for one in each.get("availableRegions") or []}
        for each in sizes
    }


def _refusals(provider: str, region: str, size: str | None, offers: Offers) -> Iterator[str]:
    """Of one cloud; `size` is None where it is no dedicated one."""
    regions = set().union(*offers.values())
    sizes = offers or SIZES[provider]
    if size is not None and size not in sizes:
        yield f"{provider} offers no size {size} here; {_nearest(size, sizes)} are offered"
    elif regions and region not in regions:
        yield f"{provider} offers no region {region} here; {_nearest(region, regions)} are offered"
    elif size is not None and offers and region not in offers[size]:
        nearest = _nearest(region, offers[size])
        yield f"{size} is not offered in {provider} {region}; in {nearest} it is"


def _nearest(name: str, known: set[str] | Offers) -> str:
    return ", ".join(get_close_matches(name, sorted(known), SEVERAL, 0))


def name_refusals(context: Context, project: ProjectRef, name: str) -> list[str]:
    """Why a new cluster cannot have a name that no other has: hosts are named by its beginning."""
    if len(name) < PREFIX or not project.id:
        return []
    ask = (context.inventory.list_clusters, context.inventory.list_flex_clusters)
    pages = (page for each in ask for page in listed(lambda each=each: each(project.id)))  # type: ignore[misc]
    names = (str(each["name"]) for page in pages for each in results(page.document))
    return [
        f"its first {PREFIX} characters are those of {each}, and Atlas names hosts by them"
        for each in names
        if each[:PREFIX] == name[:PREFIX] and each != name
    ]
