"""What Atlas moves by itself stays: a file that was written before does not put it back."""

import pytest

from orchestration.actions.clusters.autoscaling import Bounds
from tests.actions.cases import new_cluster
from tests.actions.running import apply, in_atlas, run
from tests.conftest import SHARED

CASE = SHARED / "cases" / "4_autoscaled_then_applied.yaml"
COMPUTE = {"enabled": True, "scaleDownEnabled": True}
COMPUTE |= {"minInstanceSize": "M30", "maxInstanceSize": "M50"}
SCALING = {"compute": COMPUTE, "diskGB": {"enabled": True}}
FILE = """\
projects:
  - name: {project}
    clusters:
      - {{name: {name}, provider: AWS, region: US_EAST_1, instance_size: {size}, disk_gb: 60}}
"""


def place(size="M30", scaling=SCALING, **more):
    hardware = {"instanceSize": size, "nodeCount": 3, "diskSizeGB": 60}
    usual = {"providerName": "AWS", "regionName": "US_EAST_1", "priority": 7}
    return {**usual, "electableSpecs": hardware, "autoScaling": scaling, **more}


def hardware(stage, name):
    found = in_atlas(lambda atlas: atlas.get_cluster(stage.project, name))
    spec = found["replicationSpecs"][0]["regionConfigs"][0]["electableSpecs"]
    return spec["instanceSize"], spec["diskSizeGB"]


@pytest.fixture
def scaling(stage):
    """A cluster M30 within M30..M50; its name is the project's, so that there is one of it."""
    specs = [{"regionConfigs": [place()]}]
    made = apply("create_cluster", project=stage.project, name=stage.name, replication_specs=specs)
    assert made.is_good, made.error
    return stage


@pytest.fixture
def asked(scaling, tmp_path):
    """Applies a file that asks for a size of that cluster and 60 GB."""

    def ask(size="M30", text=FILE):
        (tmp_path / "config").mkdir(exist_ok=True)
        written = text.format(project=scaling.name, name=scaling.name, size=size)
        (tmp_path / "config" / "resources.yaml").write_text(written, encoding="utf-8")
        return apply("apply_resources")

    return ask


def move(stage, **moved):
    stage.sandbox.control("autoscale", {"cluster": stage.name, **moved})


def test_a_size_within_the_bounds_and_a_grown_disk_stay_and_are_named(scaling, asked):
    move(scaling, instance_size="M50", disk_gb=320)
    applied = asked()
    assert applied.outcome == "unchanged", applied.error
    size, disk = (each.partition(": ")[2] for each in applied.plan.warnings)
    left = "left as it is (update_cluster instance_size=M30 would change it)"
    assert size == f"autoscaled to M50 within M30..M50; {left}"
    left = "left as it is (update_cluster disk_gb=60 would change it)"
    assert disk == f"its disk grew to 320 GB, and disk autoscaling is on; {left}"
    assert hardware(scaling, scaling.name) == ("M50", 320)


def test_they_stay_too_where_something_else_changes(scaling, asked):
    move(scaling, instance_size="M40", disk_gb=100)
    changed = asked(text=FILE.replace("disk_gb: 60", "disk_gb: 60, nodes: 5"))
    assert changed.outcome == "applied", changed.error
    assert hardware(scaling, scaling.name) == ("M40", 100)


def test_a_size_outside_the_bounds_is_refused_before_atlas_is_asked(scaling, asked):
    refused = asked("M60")
    assert refused.outcome == "refused"
    assert "M60 is outside autoscaling's M30..M50" in refused.error
    again = run("update_cluster", project=scaling.project, name=scaling.name, instance_size="M20")
    assert "M20 is outside autoscaling's M30..M50" in again.error
    assert hardware(scaling, scaling.name) == ("M30", 60)


def test_a_file_that_is_within_grows_a_disk_that_is_smaller(scaling, asked):
    assert asked(text=FILE.replace("disk_gb: 60", "disk_gb: 80")).outcome == "applied"
    assert hardware(scaling, scaling.name) == ("M30", 80)


def test_what_somebody_asks_for_by_name_is_done(scaling):
    move(scaling, instance_size="M50")
    at = {"project": scaling.project, "name": scaling.name, "instance_size": "M40"}
    assert run("update_cluster", **at, keep_autoscaled=True).outcome == "unchanged"
    assert apply("update_cluster", **at).outcome == "applied"
    assert hardware(scaling, scaling.name)[0] == "M40"


def test_a_cluster_that_scaled_is_adopted_and_asked_for_whole_specs_keeps_its_size(scaling):
    move(scaling, instance_size="M50", disk_gb=200)
    values = new_cluster(scaling.project, scaling.name, instance_size="M30", disk_gb=60)
    assert run("create_cluster", **values).outcome == "adopted"
    at = {"project": scaling.project, "name": scaling.name}
    specs = [{"regionConfigs": [place()]}]
    whole = run("create_cluster", **at, replication_specs=specs)
    assert whole.outcome == "adopted", whole.error
    assert len(whole.plan.warnings) == 2


def test_without_autoscaling_a_difference_is_one(stage, tmp_path):
    values = stage.cluster("fixed", instance_size="M40", disk_gb=320)
    (tmp_path / "config").mkdir()
    text = FILE.format(project=stage.name, name="fixed", size="M30")
    (tmp_path / "config" / "resources.yaml").write_text(text, encoding="utf-8")
    applied = apply("apply_resources")
    assert applied.outcome == "applied", applied.error
    assert hardware(stage, values["name"]) == ("M30", 60)


@pytest.mark.parametrize(
    ("lowest", "size", "is_held"),
    [
        ("M40", "M40", True),
        ("M40", "M60", True),
        ("M40", "M30", False),
        ("M40", "M80", False),
        (None, "M10", True),
        ("M40", "R50", False),
        ("M40", "M50_NVME", False),
        ("M100", "M40", False),
    ],
)
def test_bounds_hold_sizes_of_their_class_by_number(lowest, size, is_held):
    assert Bounds(lowest, "M60").hold(size) is is_held


@pytest.mark.skipif(not CASE.exists(), reason="the folder ../shared/cases is absent")
def test_the_case_of_the_shop(atlas, tmp_path):
    at = {"project": "shop", "name": "shop-prod"}
    grown = apply("update_cluster", **at, instance_size="M50", disk_gb=320)
    assert grown.outcome == "applied", grown.error
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "resources.yaml").write_bytes(CASE.read_bytes())
    applied = apply("apply_resources", only=["cluster:shop/shop-prod"])
    assert applied.outcome == "unchanged", applied.error
    told = " ".join(applied.plan.warnings)
    assert "autoscaled to M50 within M40..M60; left as it is" in told
    assert "its disk grew to 320 GB" in told
