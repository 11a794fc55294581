"""The shards a cluster has, held against those it is asked to have.

Atlas wants each shard that is there by its id and deletes those that a request leaves out: so each
is sent with its id, and none is ever left out. (Without any ids, Atlas was recorded to go by
position; its specification does not promise that.)
"""

from typing import Any

from orchestration.actions.pricing.shapes import SPECS

Document = dict[str, Any]
# Atlas answers with these and takes none of them back.
READ_ONLY = frozenset({"id", "zoneId", "effectiveElectableSpecs", "effectiveReadOnlySpecs",
    "effectiveAnalyticsSpecs", "effectiveInstanceSize"})  # fmt: skip
DISK_SPEED = "diskIOPS"
READ_ONLY_SPECS, ELECTABLE_SPECS = "readOnlySpecs", "electableSpecs"


def shards_of(cluster: Document) -> list[Document]:
    """A cluster's shards as Atlas takes them: without what it only tells, but with their ids."""
    return [_writable(each) for each in cluster.get("replicationSpecs") or []]


def shards_asked_for(cluster: Document, wanted: list[Document]) -> list[Document]:
    """What is to be sent: each shard that is there with its id and with what was left out of it."""
    pairs, _ = _matched(shards_of(cluster), wanted)
    return [_kept(there, spec) if there else spec for there, spec in pairs]


def are_as(cluster: Document, wanted: list[Document]) -> bool:
    """Whether a cluster has exactly these shards; what was left out of them does not count."""
    pairs, left_out = _matched(shards_of(cluster), wanted)
    return not left_out and all(there and _holds(there, spec) for there, spec in pairs)


def refusals_of(cluster: Document, wanted: list[Document]) -> list[str]:
    """Why shards cannot be had as asked for."""
    there = shards_of(cluster)
    pairs, left_out = _matched(there, wanted)
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
        f"{_place(place)} of shard {there.index(shard) + 1} is left out: its nodes go"
        for shard, spec in _matched(there, wanted)[0]
        if shard
        for place in shard["regionConfigs"]
        if _place(place) not in map(_place, spec["regionConfigs"])
    ]


def _matched(
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
    places = {_place(each): _without_disk_speed(each) for each in shard["regionConfigs"]}
    regions = [_kept_region(places.get(_place(each), {}), each) for each in spec["regionConfigs"]]
    return {**shard, **spec, "regionConfigs": regions}


def _kept_region(there: Document, wanted: Document) -> Document:
    """A region as asked for; nodes of a kind that was not spoken of stay, in the size they must."""
    besides = {
        key: each
        for key, each in there.items()
        if key not in wanted and not (key in SPECS and not each.get("nodeCount"))
    }
    size = wanted.get(ELECTABLE_SPECS, {}).get("instanceSize")
    if size and READ_ONLY_SPECS in besides:  # Atlas has both of one size
        besides[READ_ONLY_SPECS] |= {"instanceSize": size}
    named = {
        key: {**(there.get(key) or {}), **each} if key in SPECS else each
        for key, each in wanted.items()
    }
    return besides | named


def _without_disk_speed(region: Document) -> Document:
    """What the tier and the disk imply, Atlas works out; the disk's size stays as it is."""
    return {
        key: {name: value for name, value in each.items() if name != DISK_SPEED}
        if key in SPECS
        else each
        for key, each in region.items()
    }


def _place(region: Document) -> str:
    return f"{region.get('providerName')} {region.get('regionName')}"


def _told(there: list[Document], some: list[Document]) -> str:
    numbers = (number for number, each in enumerate(there, 1) if each in some)
    return " and ".join(
        f"{each} ({there[each - 1].get('zoneName') or 'no zone'})" for each in numbers
    )


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
