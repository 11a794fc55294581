# ruff: noqa: N815  Atlas's own names
"""Atlas's replicationSpecs as they may be asked for: what we read is checked, the rest goes on."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Document = dict[str, Any]
# What Atlas only tells: read-only in its specification, or the size that nodes have for now.
EFFECTIVE = frozenset({"effectiveElectableSpecs", "effectiveReadOnlySpecs",
    "effectiveAnalyticsSpecs"})  # fmt: skip
READ_ONLY = EFFECTIVE | {"id", "zoneId", "effectiveInstanceSize", "diskThroughput"}
Text = Annotated[str, Field(min_length=1)]


class _AtlasObject(BaseModel):
    model_config = ConfigDict(extra="allow", hide_input_in_errors=True, frozen=True)


class Nodes(_AtlasObject):
    """Nodes of one kind in one region."""

    instanceSize: Text | None = None
    nodeCount: Annotated[int, Field(ge=0)] | None = None
    diskSizeGB: Annotated[float, Field(gt=0)] | None = None


class RegionConfig(_AtlasObject):
    """The nodes of one shard in one region of one cloud."""

    providerName: Literal["AWS", "GCP", "AZURE", "TENANT"]
    backingProviderName: Literal["AWS", "GCP", "AZURE"] | None = None
    regionName: Text
    electableSpecs: Nodes | None = None
    readOnlySpecs: Nodes | None = None
    analyticsSpecs: Nodes | None = None


class ReplicationSpec(_AtlasObject):
    """One shard; a replica set is one."""

    id: Text | None = None
    zoneName: Text | None = None
    regionConfigs: Annotated[list[RegionConfig], Field(min_length=1)]


ReplicationSpecs = Annotated[list[ReplicationSpec], Field(min_length=1)]


def as_atlas(specs: list[ReplicationSpec]) -> list[Document]:
    """What was said as Atlas takes it, and nothing that was left out."""
    return writable([each.model_dump(mode="json", exclude_unset=True) for each in specs])


def writable(specs: list[Document]) -> list[Document]:
    """Shards without what Atlas only tells, however they were come by, but with their ids."""
    return [_writable(each) for each in specs]


def _writable(value: Any) -> Any:  # noqa: ANN401  JSON is any shape
    if isinstance(value, list):
        return [_writable(each) for each in value]
    if isinstance(value, dict):
        return {
            key: _writable(each)
            for key, each in value.items()
            if each is not None and (key == "id" or key not in READ_ONLY)
        }
    return value
