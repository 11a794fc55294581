"""Regions as the clouds spell them, for Atlas's own FOCUS report: its id and its name."""

from sandbox.organization import Region

# Azure and Google names follow no rule of Atlas's own; those of AWS only change case and hyphens.
CLOUD_IDS = {
    ("AZURE", "ASIA_SOUTH_EAST"): "southeastasia",
    ("AZURE", "EUROPE_NORTH"): "northeurope",
    ("AZURE", "EUROPE_WEST"): "westeurope",
    ("AZURE", "UK_SOUTH"): "uksouth",
    ("AZURE", "US_CENTRAL"): "centralus",
    ("AZURE", "US_EAST"): "eastus",
    ("AZURE", "US_EAST_2"): "eastus2",
    ("AZURE", "US_WEST"): "westus",
    ("AZURE", "US_WEST_2"): "westus2",
    ("GCP", "CENTRAL_US"): "us-central1",
    ("GCP", "EASTERN_ASIA_PACIFIC"): "asia-east1",
    ("GCP", "EASTERN_US"): "us-east1",
    ("GCP", "EUROPE_WEST_3"): "europe-west3",
    ("GCP", "US_EAST_4"): "us-east4",
    ("GCP", "WESTERN_EUROPE"): "europe-west1",
    ("GCP", "WESTERN_US"): "us-west1",
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
    plain = region.name.lower().replace("_", "-")
    return CLOUD_IDS.get((region.provider, region.name), plain)


def place(region: Region) -> str:
    """Where it is: N. Virginia."""
    return NAMES.get(cloud_id(region), region.name)
