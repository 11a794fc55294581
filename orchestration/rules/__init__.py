"""The rules an operator writes: what SKUs are, and who bears which cost. Rows, never SQL."""

from collections.abc import Mapping
from typing import Any

from orchestration.rules.allocation import read_allocation
from orchestration.rules.compiling import compiled
from orchestration.rules.taxonomy import read_taxonomy
from orchestration.settings import Settings

Rules = Mapping[str, list[dict[str, Any]]]


def read_rules(settings: Settings) -> Rules:
    """Every rule of config/, as rows by raw's table; none where the files are absent.

    Raises:
        SettingsError: one sentence with file, line and key.
    """
    return {
        "taxonomy_overrides": read_taxonomy(settings.taxonomy_file),
        **compiled(read_allocation(settings.allocation_file)),
    }
