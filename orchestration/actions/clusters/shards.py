"""The shards a cluster has, held against those it is asked to have.

Atlas wants each shard that is there by its id and deletes those that a request leaves out: so each
is sent with its id, and none is ever left out. (Without any ids, Atlas was recorded to go by
position; its specification does not promise that.)
"""

from typing import Any

from orchestration.actions.clusters.replication_specs import READ_ONLY, writable
from orchestration.actions.model import Change
from orchestration.actions.pricing.shapes import SPECS

Document = dict[str, Any]
SIZE, DISK, VOLUME, DISK_SPEED = "instanceSize", "diskSizeGB", "ebsVolumeType", "diskIOPS"
# A standard volume is as fast as its size and disk make it; these are as fast as somebody chose.
CHOSEN_SPEEDS = frozenset({"PROVISIONED", "HIGH_PERFORMANCE"})
OWN_DISKS = "NVME"  # such sizes come with their disk and its speed
READ_ONLY_SPECS, ELECTABLE_SPECS = "readOnlySpecs", "electableSpecs"


def shards_of(cluster: Document) -> list[Document]:
    """A cluster's shards as Atlas takes them: without what it only tells, but with their ids."""
    return writable(cluster.get("replicationSpecs") or [])


def shards_asked_for(cluster: Document, wanted: list[Document]) -> list[Document]:
    """What is to be sent: each shard that is there with its id and with what was left out of it."""
    pairs, _ = matched(shards_of(cluster), wanted)
    return [_kept(there, spec) if there else spec for there, spec in pairs]


def are_as(cluster: Document, wanted: list[Document]) -> bool:
    """Whether a cluster has exactly these shards; what was left out of them does not count."""
    pairs, left_out = matched(shards_of(cluster), wanted)
    return not left_out and all(there and _holds(there, spec) for there, spec in pairs)


def refusals_of(cluster: Document, wanted: list[Document]) -> list[str]:
    """Why shards cannot be had as asked for."""
    there = shards_of(cluster)
    pairs, left_out = matched(there, wanted)
    unknown = [spec["id"] for found, spec in pairs if found is None and spec.get("id")]
    found = [f"replication_specs names the shard {each}, which is not its own" for each in unknown]
    if left_out:
        found.append(
            f"replication_specs leaves out {_told(there, left_out)} of its {len(there)} shards, "
            "and Atlas deletes what is left out: name them all, with their zones as they are"
        )
    return found


def warnings_of(cluster: Document, wanted: list[Document]) -> list[str]:
    """What goes with a change of shards that stay."""
    there = shards_of(cluster)
    return [
        f"{place_of(place)} of shard {there.index(shard) + 1} is left out: its nodes go"
        for shard, spec in matched(there, wanted)[0]
        if shard
        for place in shard["regionConfigs"]
        if place_of(place) not in map(place_of, spec["regionConfigs"])
    ]


def zone_changes(cluster: Document, wanted: list[Document]) -> list[Change]:
    """What would move data of a global cluster elsewhere: zones decide where it lives.

    A zone that is renamed, two that are swapped and a shard that moves are alike a shard by whose
    id another zone is named. A zone whose shard leaves all its regions moves without a new name.
    """
    there = shards_of(cluster)
    is_global = cluster.get("clusterType") == "GEOSHARDED"
    found = []
    for shard, spec in matched(there, wanted)[0]:
        if not shard:
            continue
        number, zone = there.index(shard) + 1, shard.get("zoneName")
        if spec.get("zoneName") not in {None, zone}:
            field = f"zone of shard {number}"
            found.append(Change(field=field, before=zone, after=spec["zoneName"]))
        before, after = (list(map(place_of, each["regionConfigs"])) for each in (shard, spec))
        if is_global and not set(before) & set(after):
            told = f"regions of shard {number} in zone {zone}"
            found.append(Change(field=told, before=before, after=after))
    return found


def matched(
    there: list[Document], wanted: list[Document]
) -> tuple[list[tuple[Document | None, Document]], list[Document]]:
    """Each shard asked for with the one it means, and those that none means.

    By id; else the next one, of the same zone where a zone is named.
    """
    left = list(there)
    found: dict[int, Document | None] = dict.fromkeys(range(len(wanted)))
    for number in sorted(found, key=lambda each: not wanted[each].get("id")):
        found[number] = next((each for each in left if _is_meant(each, wanted[number])), None)
        left = [each for each in left if each is not found[number]]
    return [(found[number], spec) for number, spec in enumerate(wanted)], left


def _is_meant(shard: Document, spec: Document) -> bool:
    if spec.get("id"):
        return bool(shard.get("id") == spec["id"])
    return spec.get("zoneName") in {None, shard.get("zoneName")}


def _kept(shard: Document, spec: Document) -> Document:
    places = {place_of(each): each for each in shard["regionConfigs"]}
    regions = [_kept_region(places.get(place_of(each), {}), each) for each in spec["regionConfigs"]]
    return {**shard, **spec, "regionConfigs": regions}


def _kept_region(there: Document, wanted: Document) -> Document:
    """A region as asked for; nodes of a kind that was not spoken of stay, in the size they must."""
    base = wanted.get(ELECTABLE_SPECS) or {}
    besides = {
        key: changed_nodes(each, _implied(key, base)) if key in SPECS else each
        for key, each in there.items()
        if key not in wanted and not (key in SPECS and not each.get("nodeCount"))
    }
    named = {
        key: changed_nodes(there.get(key) or {}, each) if key in SPECS else each
        for key, each in wanted.items()
    }
    return besides | named


def _implied(kind: str, base: Document) -> Document:
    """What nodes must be like because others are: all disks, and the size of read-only nodes."""
    names = {SIZE, DISK} if kind == READ_ONLY_SPECS else {DISK}
    return {name: base[name] for name in names if base.get(name)}


def changed_nodes(before: Document, wanted: Document) -> Document:
    """Nodes as asked for, with all that was not spoken of, but for what followed from what goes.

    The speed of a standard volume follows from its size and disk, and Atlas refuses a higher one;
    one that was chosen stays. The disk of an NVMe size comes with it.
    """
    after = {**before, **wanted}
    had, has = (OWN_DISKS in str(each.get(SIZE)) for each in (before, after))
    gone = set()
    if any(after.get(name) != before.get(name) for name in (SIZE, DISK)):
        gone = set() if before.get(VOLUME) in CHOSEN_SPEEDS and not had else {DISK_SPEED}
    if had or has:
        gone |= {DISK, DISK_SPEED} | ({VOLUME} if had != has else set())
    return {name: each for name, each in after.items() if name in wanted or name not in gone}


def place_of(region: Document) -> str:
    """Provider and region, which name a region config within its shard."""
    return f"{region.get('providerName')} {region.get('regionName')}"


def _told(there: list[Document], some: list[Document]) -> str:
    numbers = (number for number, each in enumerate(there, 1) if each in some)
    return " and ".join(
        f"{each} ({there[each - 1].get('zoneName') or 'no zone'})" for each in numbers
    )


def _holds(actual: Any, wanted: Any) -> bool:  # noqa: ANN401  JSON is any shape
    """Whether what is wanted is so; Atlas fills in much that nobody asked for."""
    if isinstance(wanted, dict):
        return isinstance(actual, dict) and all(
            _holds(actual.get(key), each)
            for key, each in wanted.items()
            if key == "id" or key not in READ_ONLY
        )
    if isinstance(wanted, list):
        return (
            isinstance(actual, list)
            and len(actual) == len(wanted)
            and all(map(_holds, actual, wanted))
        )
    return bool(actual == wanted)
