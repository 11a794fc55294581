"""Shards are known to Atlas by id alone: each that is there is sent with its own, or nothing is."""

import secrets

import pytest

from tests.actions.running import apply, in_atlas, run


def place(size="M30", region="US_EAST_1", priority=7, nodes=3, **more):
    hardware = {"instanceSize": size, "nodeCount": nodes}
    usual = {"providerName": "AWS", "regionName": region, "priority": priority}
    return {**usual, "electableSpecs": hardware, **more}


def shard(*places, **more):
    return {"regionConfigs": list(places) or [place()], **more}


def larger(*specs):
    """The same with another size, as a file says it: without ids."""
    return [shard(place("M40"), **{k: v for k, v in each.items() if k == "zoneName"})
        for each in specs]  # fmt: skip


EAST, WEST = shard(zoneName="east"), shard(zoneName="west")
THREE, ZONES = [shard(), shard(), shard()], [EAST, WEST]


@pytest.fixture
def of(stage):
    """Makes a cluster with these shards and returns how actions name it."""

    def make(specs, **settings):
        at = {"project": stage.project, "name": "one"}
        made = apply("create_cluster", **at, replication_specs=specs, **settings)
        assert made.is_good, made.error
        return at

    return make


def live(stage):
    return in_atlas(lambda atlas: atlas.get_cluster(stage.project, "one"))["replicationSpecs"]


def seen(stage):
    return [
        (each["id"], each["zoneName"], each["regionConfigs"][0]["electableSpecs"]["instanceSize"])
        for each in live(stage)
    ]


@pytest.mark.parametrize(
    ("there", "wanted"),
    [
        (THREE, larger(*THREE)),
        (ZONES, larger(*ZONES)),
        (ZONES, larger(WEST, EAST)),
        ([shard()], larger(shard())),
    ],
    ids=["shards", "zones", "zones_in_another_order", "replica_set"],
)
def test_shards_that_stay_are_sent_with_their_ids(there, wanted, of, stage):
    at = of(there)
    before = seen(stage)
    changed = apply("update_cluster", **at, replication_specs=wanted)
    assert changed.outcome == "applied", changed.error
    by_zone = {(id_, zone, "M40") for id_, zone, _ in before}
    assert set(seen(stage)) == by_zone
    [change] = changed.plan.changes
    assert {each["id"] for each in change.after} == {each[0] for each in before}
    assert apply("update_cluster", **at, replication_specs=wanted).outcome == "unchanged"


def test_a_shard_may_be_added_and_those_before_it_stay(of, stage):
    at = of(THREE[:2])
    before = seen(stage)
    assert apply("update_cluster", **at, replication_specs=THREE).outcome == "applied"
    assert seen(stage)[:2] == before
    assert len(seen(stage)) == 3


LEFT_OUT = {
    "fewer": (THREE, THREE[:2], {}, "leaves out 3 (Zone 1) of its 3 shards, and Atlas deletes"),
    "another_zone": (ZONES, [EAST, shard(zoneName="north")], {}, "leaves out 2 (west) of its 2"),
    "unknown_id": ([shard()], [shard(id="f" * 24)], {}, f"names the shard {'f' * 24}, which"),
    "more_than_a_replica_set_has": ([shard()], THREE, {}, "one shard: say cluster_type as well"),
    "sharded_to_replica_set": (THREE, THREE, {"cluster_type": "REPLICASET"},
        "a SHARDED cluster cannot become REPLICASET"),
    "sharded_to_geosharded": (THREE, THREE, {"cluster_type": "GEOSHARDED"},
        "a SHARDED cluster cannot become GEOSHARDED"),
}  # fmt: skip


@pytest.mark.parametrize("case", LEFT_OUT)
def test_what_would_delete_shards_is_refused(case, of, stage):
    there, wanted, settings, said = LEFT_OUT[case]
    at = of(there)
    before = live(stage)
    planned = run("update_cluster", **at, replication_specs=wanted, **settings)
    assert planned.outcome == "refused"
    assert said in planned.error
    refused = apply("update_cluster", **at, replication_specs=wanted, **settings)
    assert refused.outcome == "refused"
    assert live(stage) == before


FILE = """\
projects:
  - name: {name}
    clusters:
      - name: one
        replication_specs:
{shards}
"""
SHARD = """\
          - regionConfigs: [{providerName: AWS, regionName: US_EAST_1, priority: 7,
              electableSpecs: {instanceSize: SIZE, nodeCount: 3}}]
"""


def applied(tmp_path, name, *sizes):
    shards = "".join(SHARD.replace("SIZE", each) for each in sizes)
    (tmp_path / "config").mkdir(exist_ok=True)
    text = FILE.format(name=name, shards=shards)
    (tmp_path / "config" / "resources.yaml").write_text(text, encoding="utf-8")
    return apply("apply_resources")


def test_a_file_with_fewer_shards_deletes_none_and_one_with_as_many_keeps_their_ids(
    atlas, tmp_path
):
    name = f"test-{secrets.token_hex(4)}"
    assert applied(tmp_path, name, "M30", "M30", "M30").outcome == "applied"

    def ids():
        project = in_atlas(lambda atlas: atlas.get_project_by_name(name))["id"]
        found = in_atlas(lambda atlas: atlas.get_cluster(project, "one"))
        return [each["id"] for each in found["replicationSpecs"]]

    before = ids()
    refused = applied(tmp_path, name, "M30")
    assert refused.outcome == "refused"
    assert f"cluster:{name}/one: replication_specs leaves out 2 (Zone 1) and 3" in refused.error
    assert ids() == before
    assert applied(tmp_path, name, "M40", "M40", "M40").outcome == "applied"
    assert ids() == before


def test_what_was_left_out_of_a_shard_stays_as_it_is(of, stage):
    analytics = {"instanceSize": "M30", "nodeCount": 1}
    scaling = {"compute": {"enabled": True, "maxInstanceSize": "M60"}}
    at = of([shard(place(analyticsSpecs=analytics, readOnlySpecs=analytics, autoScaling=scaling))])
    changed = apply("update_cluster", **at, replication_specs=[shard(place("M40"))])
    assert changed.outcome == "applied", changed.error
    [found] = live(stage)[0]["regionConfigs"]
    assert found["analyticsSpecs"]["nodeCount"] == found["readOnlySpecs"]["nodeCount"] == 1
    assert found["autoScaling"].items() >= scaling.items()
    [change] = changed.plan.changes
    [told] = change.after[0]["regionConfigs"]
    assert told["readOnlySpecs"]["instanceSize"] == "M40"
    assert told["autoScaling"].items() >= scaling.items()


def test_a_region_that_goes_is_said(of):
    at = of([shard(place(nodes=2), place(region="EU_WEST_1", priority=6, nodes=1))])
    planned = run("update_cluster", **at, replication_specs=[shard(place())])
    assert planned.plan.warnings == ("AWS EU_WEST_1 of shard 1 is left out: its nodes go",)


def test_that_shards_cannot_be_undone_is_said(of):
    at = of([shard()])
    planned = run("update_cluster", **at, cluster_type="SHARDED")
    assert "Irreversible" in planned.plan.warnings[0]
