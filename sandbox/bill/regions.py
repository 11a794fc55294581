"""Regions as the clouds spell them, for Atlas's own FOCUS report: its id and its name."""

from sandbox.estate.places import REGIONS
from sandbox.estate.resources import Region

CLOUD_IDS = {
    (provider, name): cloud for provider, known in REGIONS.items() for name, cloud in known.items()
}
NAMES = {
    "us-east-1": "N. Virginia",
    "us-east-2": "Ohio",
    "us-west-2": "Oregon",
    "eu-west-1": "Ireland",
    "eu-central-1": "Frankfurt",
    "westeurope": "Netherlands",
    "northeurope": "Ireland",
    "eastus": "Virginia",
    "eastus2": "Virginia",
    "us-central1": "Iowa",
    "us-east1": "South Carolina",
    "us-east4": "North Virginia",
    "europe-west1": "Belgium",
}


def cloud_id(region: Region) -> str:
    """As the cloud spells it: us-east-1."""
    return CLOUD_IDS[region.provider, region.name]


def place(region: Region) -> str:
    """Where it is: N. Virginia."""
    return NAMES.get(cloud_id(region), region.name)
