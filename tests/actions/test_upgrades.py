"""A free or flex cluster becomes a dedicated one in place: another id under the same name."""

import json

import pytest

from orchestration.actions.pricing.list_prices import SERVER_HOUR
from tests.actions.cases import new_cluster
from tests.actions.running import apply, in_atlas, kept_records, run
from tests.conftest import SHARED

SMALL = ["M0", "FLEX"]
CASE = SHARED / "cases" / "2_tenant_upgrade.json"


@pytest.fixture(params=SMALL)
def small(request, stage):
    """How actions name such a cluster, tagged and protected, and its id."""
    settings = {"instance_size": request.param, "tags": {"env": "test"}}
    at = stage.cluster("small", **settings, termination_protection=True)
    read = "get_flex_cluster" if request.param == "FLEX" else "get_cluster"
    return at, in_atlas(lambda atlas: getattr(atlas, read)(stage.project, "small"))["id"]


def test_it_is_planned_with_its_price_and_carried_out_by_name(small, stage):
    at, before = small
    planned = run("update_cluster", **at, instance_size="M10")
    assert planned.outcome == "planned", planned.error
    assert planned.plan.confirm == "small"
    assert "It becomes a new cluster of the same name" in planned.plan.warnings[0]
    servers = round(SERVER_HOUR["M10"] * 3 * 730)
    assert planned.plan.monthly_cost.lines[0].monthly_cents == servers
    assert "type confirm=small to go on" in apply("update_cluster", **at, instance_size="M10").error
    done = apply("update_cluster", **at, instance_size="M10", confirm="small")
    assert done.outcome == "applied", done.error
    after = in_atlas(lambda atlas: atlas.get_cluster(stage.project, "small"))
    assert after["id"] == done.result.id != before
    assert done.result.upgraded_from == before
    assert done.atlas_ids["former_cluster_id"] == before
    assert done.atlas_ids["cluster_id"] == after["id"]
    assert (done.result.instance_size, done.result.kind) == ("M10", "dedicated")
    # what was not spoken of is sent along
    assert done.result.tags == {"env": "test"}
    assert done.result.termination_protection
    assert done.result.backup_enabled
    assert apply("update_cluster", **at, instance_size="M10").outcome == "unchanged"


def test_run_again_it_waits_for_the_one_under_way(small, stage):
    at, before = small
    stage.writes()
    stage.sandbox.control("pace", {"seconds": 1e9})
    asked = {**at, "instance_size": "M20", "confirm": "small", "wait_timeout_s": 0}
    sent = len(stage.writes())
    for _ in range(2):
        begun = apply("update_cluster", **asked)
        assert begun.outcome == "in_progress", begun.error
        assert begun.atlas_ids["former_cluster_id"] == before
    assert len(stage.writes()) == sent + 1
    stage.sandbox.control("pace", {"seconds": 0})
    done = apply("update_cluster", **{**asked, "wait_timeout_s": 60})
    assert done.outcome in {"applied", "unchanged"}
    assert kept_records()[-1].result["instance_size"] == "M20"


WRONG = {
    "region": ({"instance_size": "M10", "region": "EU_WEST_1"}, "region cannot change with it"),
    "size": ({"instance_size": "M31"}, "AWS offers no size M31 here"),
    "nodes": ({"nodes": 5}, "instance_size M10 or larger upgrades it in place"),
    "disk": ({"disk_gb": 60}, "instance_size M10 or larger upgrades it in place"),
    "nvme": ({"instance_size": "M40_NVME", "disk_gb": 60}, "comes with its disk"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_go_with_it_is_refused_with_the_way_there_is(case, small):
    change, said = WRONG[case]
    refused = run("update_cluster", **small[0], **change)
    assert refused.outcome == "refused"
    assert said in refused.error


def test_a_free_cluster_becomes_no_flex_one_here(stage):
    refused = run("update_cluster", **stage.cluster("f", instance_size="M0"), instance_size="FLEX")
    assert "an upgrade from M0 leads to M10 or larger here" in refused.error


def test_create_cluster_and_a_file_say_what_carries_it_out(stage, tmp_path):
    at = stage.cluster("small", instance_size="M0")
    refused = run("create_cluster", **new_cluster(stage.project, "small"))
    assert "it exists with instance_size M0, not M10: update_cluster changes it" in refused.error
    (tmp_path / "config").mkdir()
    wanted = new_cluster(stage.project, "small")
    del wanted["project"]
    text = json.dumps({"projects": [{"name": stage.name, "clusters": [wanted]}]})
    (tmp_path / "config" / "resources.yaml").write_text(text, encoding="utf-8")
    refused = apply("apply_resources")
    assert "update_cluster with confirm=small carries it out" in refused.error
    assert apply("update_cluster", **at, instance_size="M10", confirm="small").is_good
    assert apply("apply_resources").outcome == "unchanged"


@pytest.mark.skipif(not CASE.exists(), reason="the folder ../shared/cases is absent")
def test_what_was_recorded_to_be_sent_is_sent(stage):
    recorded = json.loads(CASE.read_bytes())
    name = recorded["recorded_request"]["name"]
    at = stage.cluster(name, instance_size="M0")
    size = recorded["recorded_request"]["providerSettings"]["instanceSizeName"]
    done = apply("update_cluster", **at, instance_size=size, confirm=name)
    assert done.outcome == "applied", done.error
    path = recorded["recorded_POST"].replace("{groupId}", stage.project)
    sent = [each for each in stage.sandbox.control("requests") if each["path"] == path]
    assert sent[-1]["status"] == recorded["recorded_status"]
    told = recorded["after (another id and createDate)"]["replicationSpecs"][0]["regionConfigs"][0]
    found = in_atlas(lambda atlas: atlas.get_cluster(stage.project, name))
    [place] = found["replicationSpecs"][0]["regionConfigs"]
    assert place["electableSpecs"] == told["electableSpecs"]
