"""What Atlas moves by itself, so that a file that was written before does not put it back.

Where autoscaling is on, Atlas changes the size within its bounds and lets the disk grow. Nobody can
tell that from a change somebody made, so what is within the bounds stays, and is named.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from orchestration.actions.clusters.configs import CreateCluster, UpdateCluster
from orchestration.actions.clusters.refusals import is_older
from orchestration.actions.clusters.replication_specs import ReplicationSpec, as_atlas
from orchestration.actions.clusters.shards import matched, place_of, shards_of
from orchestration.actions.clusters.state import FoundCluster

Document = dict[str, Any]
C = TypeVar("C", CreateCluster, UpdateCluster)
# Each kind of nodes, and what says how Atlas scales it.
SCALING = {
    "electableSpecs": "autoScaling",
    "readOnlySpecs": "autoScaling",
    "analyticsSpecs": "analyticsAutoScaling",
}
BASE = "electableSpecs"
SIZE, DISK = "instanceSize", "diskSizeGB"
FIELDS = {SIZE: "instance_size", DISK: "disk_gb"}
TIER = re.compile(r"([MR])(\d+)(.*)")


@dataclass
class Moved:
    """What is said of a wish that stays as Atlas has it, and why some of it is refused."""

    notes: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)

    def say(self, said: list[str], sentence: str) -> None:
        """Once, however many shards it is true of."""
        if sentence not in said:
            said.append(sentence)


@dataclass(frozen=True)
class Bounds:
    """Between which sizes Atlas scales; `lowest` is None where it never scales down."""

    lowest: str | None
    highest: str

    def hold(self, size: str) -> bool:
        """Whether a size is within them; one of another class is not."""
        low = self.lowest is None or _is_at_most(self.lowest, size)
        return low and _is_at_most(size, self.highest)

    def __str__(self) -> str:
        return f"{self.lowest or ''}..{self.highest}"


def bounds_of(scaling: Mapping[str, Any] | None) -> Bounds | None:
    """The bounds of Atlas's autoScaling; None where the size stays what it is."""
    compute = (scaling or {}).get("compute") or {}
    if not compute.get("enabled") or not compute.get("maxInstanceSize"):
        return None
    lowest = compute.get("minInstanceSize") if compute.get("scaleDownEnabled") else None
    return Bounds(lowest, compute["maxInstanceSize"])


def without_moved(cluster: FoundCluster, config: C) -> tuple[C, Moved]:
    """What was asked for, without what autoscaling may have moved, and what is said about it.

    What somebody asks to be changed now is changed, unless `keep_autoscaled` says otherwise.
    """
    moved = Moved()
    if isinstance(config, UpdateCluster) and not config.keep_autoscaled:
        return config, moved
    config = _without_version(cluster, config, moved)
    if config.replication_specs is not None:
        specs = [
            ReplicationSpec.model_validate(_settled_shard(there, spec, moved) if there else spec)
            for there, spec in matched(
                shards_of(cluster.document), as_atlas(config.replication_specs)
            )[0]
        ]
        return config.model_copy(update={"replication_specs": specs}), moved
    asked_for = {name: getattr(config, ours) for name, ours in FIELDS.items()}
    wish = {name: each for name, each in asked_for.items() if each is not None}
    places = [each.get(BASE) or {} for each in cluster.region_configs]
    settled = [_settled(each, BASE, wish, moved) for each in cluster.region_configs]
    left = {
        FIELDS[name]: None
        for name, asked in wish.items()
        if any(each[name] != asked for each in settled)
        and [each[name] for each in settled] == [each.get(name) for each in places]
    }
    return config.model_copy(update=left), moved


def _without_version(cluster: FoundCluster, config: C, moved: Moved) -> C:
    """Atlas upgrades a version that comes to its end of life, and none goes back."""
    has, asked = cluster.document.get("mongoDBMajorVersion"), config.mongodb_major_version
    if not has or not asked or not is_older(asked, has):
        return config
    moved.say(
        moved.notes, f"it runs {has} by now, and no version goes back to {asked}; left as it is"
    )
    return config.model_copy(update={"mongodb_major_version": None})


def _settled_shard(there: Document, spec: Document, moved: Moved) -> Document:
    places = {place_of(each): each for each in there["regionConfigs"]}
    regions = [_settled_region(places.get(place_of(each)), each, moved)
        for each in spec["regionConfigs"]]  # fmt: skip
    return {**spec, "regionConfigs": regions}


def _settled_region(there: Document | None, wanted: Document, moved: Moved) -> Document:
    if there is None:
        return wanted
    scaling = {key: wanted[key] for key in set(SCALING.values()) if wanted.get(key)}
    return {
        key: _settled({**there, **scaling}, key, each, moved) if key in SCALING and each else each
        for key, each in wanted.items()
    }


def _settled(place: Document, name: str, wanted: Document, moved: Moved) -> Document:
    """Nodes of one kind as asked for, but for what autoscaling may have moved."""
    there, scaling = place.get(name) or {}, place.get(SCALING[name]) or {}
    if not there.get("nodeCount"):
        return wanted
    left = dict(_left(there, scaling, wanted, moved))
    if left and "diskIOPS" in wanted and "diskIOPS" in there:
        left["diskIOPS"] = there["diskIOPS"]  # it follows from the size and the disk
    return {**wanted, **left}


def _left(
    there: Document, scaling: Document, wanted: Document, moved: Moved
) -> Iterator[tuple[str, Any]]:
    has, asked, bounds = there.get(SIZE), wanted.get(SIZE), bounds_of(scaling)
    if bounds and has and asked and has != asked and bounds.hold(asked):
        told = f"{bounds.lowest or asked}..{bounds.highest}"
        if bounds.hold(has) and (bounds.lowest or _is_at_most(asked, has)):
            change = f"update_cluster instance_size={asked} would change it"
            moved.say(moved.notes, f"autoscaled to {has} within {told}; left as it is ({change})")
            yield SIZE, has
        elif not bounds.hold(has):
            change = f"update_cluster instance_size={asked} goes back to {asked}"
            said = f"it has {has}, outside autoscaling's {told}, so somebody set it: {change}"
            moved.say(moved.refusals, said)
    has, asked = there.get(DISK), wanted.get(DISK)
    grows = (scaling.get("diskGB") or {}).get("enabled")
    if grows and has and asked and has > asked:
        change = f"update_cluster disk_gb={asked:g} would change it"
        said = f"its disk grew to {has:g} GB, and disk autoscaling is on; left as it is ({change})"
        moved.say(moved.notes, said)
        yield DISK, has


def size_refusals(shards: list[Document]) -> list[str]:
    """Sizes that are to be sent although autoscaling's bounds do not hold them."""
    return list(dict.fromkeys(_outside(shards)))


def _outside(shards: list[Document]) -> Iterator[str]:
    for place in (each for shard in shards for each in shard.get("regionConfigs") or []):
        for name, key in SCALING.items():
            spec, bounds = place.get(name) or {}, bounds_of(place.get(key))
            size = spec.get(SIZE)
            if bounds and size and spec.get("nodeCount") and not bounds.hold(size):
                yield (
                    f"{size} is outside autoscaling's {bounds}: ask for a size within, or give "
                    f"replication_specs with another {key}"
                )


def _is_at_most(one: str, other: str) -> bool:
    """Whether a size is not larger than another of its class."""
    first, second = TIER.fullmatch(one), TIER.fullmatch(other)
    if not first or not second or first.group(1, 3) != second.group(1, 3):
        return False
    return int(first[2]) <= int(second[2])
