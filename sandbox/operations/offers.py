"""What can be bought in a project, on request: each cloud's sizes, each with its regions."""

from starlette.requests import Request

from sandbox.bill.catalog import PROVIDERS, is_sold, sizes
from sandbox.estate.inventory import Document
from sandbox.estate.places import REGIONS
from sandbox.operations import bodies
from sandbox.operations.cluster_bodies import FREE_SIZE
from sandbox.operations.inventory import own_group
from sandbox.state import Sandbox
from sandbox.wire.paging import page

DEFAULT = {"AWS": "US_EAST_1", "GCP": "CENTRAL_US", "AZURE": "US_WEST_2"}


def list_provider_regions(sandbox: Sandbox, request: Request) -> Document:
    """CloudProviderRegions of all clouds, or of those asked for; of one tier, if one is named."""
    own_group(sandbox, request)
    wanted = request.query_params.getlist("providers") or list(PROVIDERS)
    if not set(PROVIDERS).issuperset(wanted):
        raise bodies.invalid("providers")
    tier = request.query_params.get("tier")
    return page(request, wanted, lambda provider: _offers(provider, tier))


def _offers(provider: str, tier: str | None) -> Document:
    names = [name for name in (FREE_SIZE, *sizes(provider)) if tier in {None, name}]
    return {"instanceSizes": [_size(provider, name) for name in names], "provider": provider}


def _size(provider: str, name: str) -> Document:
    found = [region for region in REGIONS[provider] if is_sold(name, region)]
    places = [{"default": region == DEFAULT[provider], "name": region} for region in found]
    return {"availableRegions": places, "name": name}
