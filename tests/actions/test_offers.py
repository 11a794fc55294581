"""What Atlas does not offer is refused in the plan, by its own catalogue or its specification."""

import json

import pytest

from orchestration.actions.clusters import offers
from orchestration.actions.clusters.configs import CreateCluster
from orchestration.actions.configs import checked
from orchestration.actions.model import Refusal
from tests.actions.cases import new_cluster
from tests.actions.running import apply, run
from tests.conftest import SHARED

SPECIFICATION = SHARED / "atlas" / "openapi-subset.json"
LONG = "a-name-of-23-characters"


def specs(size, region="US_EAST_1", provider="AWS", **hardware):
    nodes = {"instanceSize": size, "nodeCount": 3, **hardware}
    place = {"providerName": provider, "regionName": region, "priority": 7}
    return [{"regionConfigs": [{**place, "electableSpecs": nodes}]}]


WRONG = {
    "size": ({"instance_size": "M31"}, "AWS offers no size M31 here; M30, M10, "),
    "region": ({"region": "mars"}, "AWS offers no region MARS here; "),
    "both": ({"instance_size": "M31", "region": "mars"}, "AWS offers no size M31 here"),
    "size_of_another_cloud": (
        {"provider": "GCP", "region": "CENTRAL_US", "instance_size": "M40_NVME"},
        "GCP offers no size M40_NVME here",
    ),
    "size_in_another_region": (
        {"instance_size": "M40_NVME", "region": "EU_CENTRAL_1"},
        "M40_NVME is not offered in AWS EU_CENTRAL_1; in EU_WEST_1, ",
    ),
    "free_region": ({"instance_size": "M0", "region": "mars"}, "AWS offers no region MARS here"),
    "flex_region": ({"instance_size": "FLEX", "region": "mars"}, "AWS offers no region MARS here"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_not_offered_is_refused_in_the_plan(case, stage):
    settings, said = WRONG[case]
    refused = run("create_cluster", **new_cluster(stage.project, **settings))
    assert refused.outcome == "refused"
    assert said in refused.error
    assert stage.writes()[-1:] != [("POST", f"/groups/{stage.project}/clusters")]


def test_a_change_is_looked_at_too_and_what_is_there_is_not_asked_about(stage):
    at = stage.cluster()
    for change, said in (
        ({"instance_size": "M31"}, "AWS offers no size M31 here"),
        ({"region": "mars"}, "AWS offers no region MARS here"),
        ({"provider": "GCP"}, "GCP offers no region US_EAST_1 here"),
        ({"replication_specs": specs("M31")}, "AWS offers no size M31 here"),
    ):
        refused = run("update_cluster", **at, **change)
        assert refused.outcome == "refused"
        assert said in refused.error
    before = len(stage.sandbox.control("requests"))
    assert run("update_cluster", **at, backup_enabled=False).outcome == "planned"
    asked = [each["path"] for each in stage.sandbox.control("requests")[before:]]
    assert not any(each.endswith("/provider/regions") for each in asked)


def test_where_atlas_does_not_say_its_specification_knows_the_sizes(stage):
    fault = {"kind": "status", "status": 403, "path": "/clusters/provider/regions"}
    stage.sandbox.control("faults", [fault])
    for size in ("M31", "M600_NVME"):
        refused = run("create_cluster", **new_cluster(stage.project, instance_size=size))
        assert f"AWS offers no size {size} here" in refused.error
    planned = run("create_cluster", **new_cluster(stage.project, region="mars"))
    assert planned.outcome == "planned"
    assert planned.plan.warnings == ("AWS MARS is no region known here: its price is a guess",)


@pytest.mark.skipif(not SPECIFICATION.exists(), reason="the folder ../shared/atlas is absent")
def test_sizes_are_those_of_the_specification():
    schemas = json.loads(SPECIFICATION.read_bytes())["components"]["schemas"]
    names = {"AWS": "AWS", "AZURE": "Azure", "GCP": "GCP"}
    for provider, name in names.items():
        hardware = schemas[f"{name}HardwareSpec20240805"]["properties"]
        sizes = set(hardware["instanceSize"]["enum"])
        assert sizes == offers.SIZES[provider]
        for size in sizes:
            values = new_cluster("shop", provider=provider, instance_size=size)
            assert CreateCluster.model_validate(values).instance_size == size


OWN_DISK = {
    "disk": ({"disk_gb": 380}, "disk_gb: a M40_NVME comes with its disk, leave it out"),
    "backups": ({"backup_enabled": False}, "Atlas runs no M40_NVME without backups"),
}


@pytest.mark.parametrize("case", OWN_DISK)
def test_a_size_with_a_disk_of_its_own_takes_no_other(case, stage):
    settings, said = OWN_DISK[case]
    values = new_cluster(stage.project, instance_size="M40_NVME", **settings)
    assert said in run("create_cluster", **values).error
    assert (
        said in run("update_cluster", **stage.cluster(), instance_size="M40_NVME", **settings).error
    )


def test_nor_in_specs_unless_it_is_the_one_it_has(stage):
    at = {"project": stage.project, "name": "one"}
    asked = specs("M40_NVME", diskSizeGB=500)
    said = "a M40_NVME comes with its disk: leave diskSizeGB (500) out"
    assert said in run("create_cluster", **at, replication_specs=asked).error
    made = apply("create_cluster", **at, replication_specs=specs("M40_NVME"))
    assert made.outcome == "applied", made.error
    assert made.result.disk_gb == 380
    assert said in run("update_cluster", **at, replication_specs=asked).error
    assert "comes with its disk" in run("update_cluster", **at, disk_gb=500).error
    same = specs("M40_NVME", diskSizeGB=380)
    same[0]["regionConfigs"][0]["electableSpecs"]["nodeCount"] = 5
    assert apply("update_cluster", **at, replication_specs=same).outcome == "applied"


@pytest.mark.parametrize("name", ["", "a" * 65, "-a", "a.b", "ä", "x" * 22 + "-y", "x" * 22 + "-"])
def test_a_name_that_atlas_cannot_have_is_refused(name):
    with pytest.raises(Refusal, match=r"^create_cluster: name must"):
        checked(CreateCluster, new_cluster("shop", name), "create_cluster")


def test_a_name_whose_beginning_another_has_is_refused(stage):
    stage.cluster(LONG)
    refused = run("create_cluster", **new_cluster(stage.project, f"{LONG}-and-more"))
    assert f"its first 23 characters are those of {LONG}" in refused.error
    assert run("create_cluster", **new_cluster(stage.project, LONG[:22])).outcome == "planned"
    flex = new_cluster(stage.project, f"{LONG}2", instance_size="FLEX")
    assert "its first 23 characters are those of" in run("create_cluster", **flex).error


def test_two_such_names_in_a_file_are_a_mistake_in_it(atlas, tmp_path):
    (tmp_path / "config").mkdir()
    clusters = [{**new_cluster("new", each)} for each in (LONG, f"{LONG}2")]
    for each in clusters:
        del each["project"]
    text = json.dumps({"projects": [{"name": "new", "clusters": clusters}]}, indent=1)
    (tmp_path / "config" / "resources.yaml").write_text(text, encoding="utf-8")
    refused = run("apply_resources")
    assert refused.outcome == "refused"
    assert f"projects[0].clusters[1].name has the first 23 characters of {LONG}" in refused.error
