"""What filters look at: dimensions, the columns they are in, and the tags they name."""

from collections.abc import Sequence
from dataclasses import dataclass

from orchestration.rules.conditions import TAG, dated

FIRST_TAG = dated(TAG, "first_seen")
# A dimension → the column with the text that reports show, and the one with Atlas's id: as the
# macro allocation_dimensions has them.
COLUMNS: dict[str, tuple[str, str | None]] = {
    "service": ("service", None),
    "category": ("category", None),
    "project": ("project_name", "project_id"),
    "resource": ("resource_name", "resource_id"),
    "region": ("region", None),
    "organization": ("org_name", "org_id"),
    "cloud_provider": ("cloud_provider", None),
    "instance_size": ("instance_size", None),
    "sku": ("sku", None),
    "charge_type": ("charge_type", None),
    "invoice": ("invoice_id", None),
    "cluster": ("cluster_name", None),
    "resource_type": ("resource_type", None),
    "connection": ("connection", None),
}
# What a forecast is made for.
LEAF = (
    "connection",
    "org_id",
    "project_id",
    "resource_id",
    "service",
    "charge_type",
    "pricing_currency",
)
# What every filter looks at.
ALWAYS = ("charge_type", "pricing_currency")


@dataclass(frozen=True)
class Looked:
    """What filters look at.

    Attributes:
        dimensions: Without tags.
        tag_keys: Of the tags that lines have now.
        first_keys: Of those they had when they were first read.
    """

    dimensions: tuple[str, ...]
    tag_keys: tuple[str, ...]
    first_keys: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """What costs are told apart by, besides tags."""
        found = [each for name in self.dimensions for each in COLUMNS[name] if each]
        return tuple(dict.fromkeys([*ALWAYS, *found]))


def looked_at(names: Sequence[str]) -> Looked:
    """Dimensions sorted by where their texts are."""
    plain = {each for each in names if each in COLUMNS}
    return Looked(
        tuple(sorted(plain)),
        tuple(sorted({each.removeprefix(TAG) for each in names if each.startswith(TAG)})),
        tuple(sorted({e.removeprefix(FIRST_TAG) for e in names if e.startswith(FIRST_TAG)})),
    )


def text_of(looked: Looked, dimension: str, relation: str) -> str:
    """A dimension's text as reports show it, of a relation with the columns of plan_costs."""
    if dimension.startswith(FIRST_TAG):
        number = looked.first_keys.index(dimension.removeprefix(FIRST_TAG)) + 1
        return f"{relation}.first_tag_texts[{number}]"
    if dimension.startswith(TAG):
        return f"{relation}.tag_texts[{looked.tag_keys.index(dimension.removeprefix(TAG)) + 1}]"
    return f"coalesce({relation}.{COLUMNS[dimension][0]}, '(none)')"
