"""Regions may be spelled as the cloud does or as Atlas does; Atlas is told its own spelling."""

import csv
from functools import cache

from orchestration.settings import SHIPPED

ASSURED_WORKLOADS = "_AW"
SEED = SHIPPED / "dbt_project" / "seeds" / "regions.csv"


@cache
def _spellings() -> dict[tuple[str, str], str]:
    with SEED.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    # Google's regions with Assured Workloads share the cloud's name: only their own means them
    rows.sort(key=lambda row: not row["atlas_region"].endswith(ASSURED_WORKLOADS))
    return {
        (row["provider"], row[column].lower()): row["atlas_region"]
        for column in ("cloud_region", "atlas_region")
        for row in rows
    }


def atlas_region(provider: str, region: str) -> str:
    """Atlas's spelling (US_EAST_1) of a region; one that our list lacks is taken as written."""
    return _spellings().get((provider, region.lower()), region.upper().replace("-", "_"))


def is_known(provider: str, region: str) -> bool:
    """Whether our list has a region of Atlas's spelling."""
    return (provider, region.lower()) in _spellings()
