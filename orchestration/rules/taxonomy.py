"""config/taxonomy.yaml: what SKUs are, where an operator knows better than the reviewed table."""

from pathlib import Path
from typing import Any, Literal

from pydantic import Field, model_validator

from orchestration.config.rule_file import Strict, Text, read_rule_file
from orchestration.rules.fields import require_pattern

Service = Literal[
    "Atlas",
    "Clusters",
    "Storage",
    "Serverless Instances",
    "Backup",
    "Data Transfer",
    "BI Connector",
    "DSC Compute",
    "DSC Storage",
    "Premium Features",
    "Atlas Data Federation",
    "Atlas Stream Processing",
    "App Services",
    "Charts",
    "Cloud Manager",
    "Cloud Manager Standard/Premium",
    "Legacy Backup",
    "AI Model APIs",
    "Automated Embedding",
    "Native Reranking",
    "Flex Consulting",
    "Support",
    "Credits",
]
ChargeType = Literal["usage", "support", "minimum_charge", "consulting", "credit"]
SAID = ("service", "category", "instance_size", "charge_type")


class Override(Strict):
    """What one SKU, or each SKU of a pattern, is; what is not said stays as it was."""

    sku: Text | None = None
    pattern: Text | None = None
    service: Service | None = None
    category: Text | None = None
    instance_size: Text | None = None
    charge_type: ChargeType | None = None

    @model_validator(mode="after")
    def _says_what_of_which(self) -> "Override":
        if (self.sku is None) == (self.pattern is None):
            raise ValueError("needs either sku or pattern")
        if not any(getattr(self, each) for each in SAID):
            raise ValueError(f"says nothing: add one of {', '.join(SAID)}")
        return self


class _File(Strict):
    overrides: list[Override] = Field(default_factory=list)


def read_taxonomy(file: Path) -> list[dict[str, Any]]:
    """The overrides in their order, as rows of raw.taxonomy_overrides; none without the file.

    Raises:
        SettingsError: one sentence with file, line and key.
    """
    read = read_rule_file(file, _File, "overrides")
    if read is None:
        return []
    found, yaml_file = read
    for number, each in enumerate(found.overrides):
        if each.pattern is not None:
            require_pattern(each.pattern, yaml_file, ("overrides", number, "pattern"))
    return [
        {"position": number, **each.model_dump()}
        for number, each in enumerate(found.overrides, start=1)
    ]
