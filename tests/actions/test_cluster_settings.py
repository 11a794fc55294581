"""Version, config servers and sharding of a cluster: asked for, compared, and not turned back."""

import json

import pytest

from tests.actions.cases import new_cluster
from tests.actions.running import apply, in_atlas, run

SETTINGS = {
    "mongodb_major_version": "7.0",
    "config_server_management_mode": "FIXED_TO_DEDICATED",
    "global_cluster_self_managed_sharding": True,
}
ATLAS = {
    "mongoDBMajorVersion": "7.0",
    "configServerManagementMode": "FIXED_TO_DEDICATED",
    "globalClusterSelfManagedSharding": True,
}


def shard(zone):
    nodes = {"instanceSize": "M30", "nodeCount": 3}
    place = {"providerName": "AWS", "regionName": "US_EAST_1", "priority": 7}
    return {"zoneName": zone, "regionConfigs": [{**place, "electableSpecs": nodes}]}


def live(stage, name="one"):
    return in_atlas(lambda atlas: atlas.get_cluster(stage.project, name))


@pytest.fixture
def worldwide(stage):
    at = {"project": stage.project, "name": "one"}
    made = apply("create_cluster", **at, replication_specs=[shard("a"), shard("b")], **SETTINGS)
    assert made.outcome == "applied", made.error
    told = {each.field: each.after for each in made.plan.changes}
    assert told.items() >= SETTINGS.items()
    return at


def test_they_are_made_as_asked_and_compared(worldwide, stage):
    assert live(stage).items() >= ATLAS.items()
    assert run("update_cluster", **worldwide, **SETTINGS).outcome == "unchanged"
    change = {"mongodb_major_version": "8.0", "config_server_management_mode": "ATLAS_MANAGED"}
    done = apply("update_cluster", **worldwide, **change)
    assert done.outcome == "applied", done.error
    assert {each.field: (each.before, each.after) for each in done.plan.changes} == {
        "mongodb_major_version": ("7.0", "8.0"),
        "config_server_management_mode": ("FIXED_TO_DEDICATED", "ATLAS_MANAGED"),
    }
    assert live(stage)["mongoDBMajorVersion"] == "8.0"


FIXED = {
    "older": ({"mongodb_major_version": "6.0"}, "it runs 7.0, and no version goes back to 6.0"),
    "two_ahead": ({"mongodb_major_version": "9.0"}, "goes one major version at a time"),
    "no_version": ({"mongodb_major_version": "newest"}, "mongodb_major_version"),
    "sharding": (
        {"global_cluster_self_managed_sharding": False},
        "cannot be changed once the cluster is there",
    ),
}


@pytest.mark.parametrize("case", FIXED)
def test_what_is_fixed_is_refused(case, worldwide, stage):
    change, said = FIXED[case]
    refused = apply("update_cluster", **worldwide, **change)
    assert refused.outcome == "refused"
    assert said in refused.error
    assert live(stage).items() >= ATLAS.items()


@pytest.mark.parametrize("field", list(SETTINGS)[1:])
def test_a_replica_set_has_neither_config_servers_nor_zones(field, stage):
    change = {field: SETTINGS[field]}
    for refused in (
        run("create_cluster", **new_cluster(stage.project, "other"), **change),
        run("update_cluster", **stage.cluster(), **change),
    ):
        assert refused.outcome == "refused"
        assert f"{field} is of" in refused.error or "cannot be changed once" in refused.error


@pytest.mark.parametrize("size", ["M0", "FLEX"])
def test_a_small_cluster_has_none_of_them(size, stage):
    values = new_cluster(stage.project, instance_size=size, mongodb_major_version="7.0")
    assert "mongodb_major_version needs M10 or larger" in run("create_cluster", **values).error


def test_a_version_that_atlas_upgraded_stays_and_one_in_yaml_may_be_a_number(stage, tmp_path):
    (tmp_path / "config").mkdir()
    wanted = new_cluster("x") | {"mongodb_major_version": 7.0}
    del wanted["project"]
    text = json.dumps({"projects": [{"name": stage.name, "clusters": [wanted]}]})
    (tmp_path / "config" / "resources.yaml").write_text(text, encoding="utf-8")
    assert apply("apply_resources").outcome == "applied"
    assert live(stage)["mongoDBMajorVersion"] == "7.0"
    body = {"mongoDBMajorVersion": "8.0"}
    in_atlas(lambda atlas: atlas.update_cluster(stage.project, "one", body))
    again = apply("apply_resources")
    assert again.outcome == "unchanged", again.error
    [told] = again.plan.warnings
    assert "it runs 8.0 by now, and no version goes back to 7.0; left as it is" in told
