"""Plans of clusters say all of it, and what Atlas must refuse is refused before."""

import pytest

from orchestration.actions.clusters.bodies import changed_cluster, differences
from orchestration.actions.clusters.configs import UpdateCluster
from orchestration.commands import do as doing
from orchestration.settings import load_settings
from tests.actions.cases import new_cluster
from tests.actions.running import apply, run
from tests.actions.test_bodies import PLACE, live

REGIONS = [
    ("GCP", "US_EAST_4", "us-east4"),
    ("AZURE", "EUROPE_WEST", "westeurope"),
    ("AZURE", "US_EAST_2", "eastus2"),
    ("AWS", "US_EAST_1", "us-east-1"),
]


@pytest.mark.parametrize(("provider", "atlas", "cloud"), REGIONS)
def test_a_region_alone_is_one_of_the_clusters_own_cloud(provider, atlas, cloud):
    def asked(region):
        values = {"project": "shop", "name": "one", "region": region}
        return UpdateCluster.model_validate(values)

    there = live({**PLACE, "providerName": provider, "regionName": atlas})
    assert differences(there, asked(cloud)) == differences(there, asked(atlas)) == []
    elsewhere = live({**PLACE, "providerName": provider, "regionName": "ANOTHER"})
    changes = differences(elsewhere, asked(cloud))
    assert [each.after for each in changes] == [atlas]
    [spec] = changed_cluster(elsewhere, asked(cloud), changes)["replicationSpecs"]
    assert spec["regionConfigs"][0]["regionName"] == atlas


@pytest.mark.parametrize("size", ["M0", "FLEX"])
def test_a_dedicated_cluster_becomes_no_small_one(size, stage):
    refused = run("update_cluster", **stage.cluster(), instance_size=size)
    assert refused.outcome == "refused"
    assert f"a M10 cluster cannot become {size}" in refused.error


def test_a_flex_cluster_is_always_backed_up(stage):
    values = new_cluster(stage.project, instance_size="FLEX", backup_enabled=False)
    refused = apply("create_cluster", **values)
    assert "backup_enabled: false cannot be had" in refused.error


def test_a_free_cluster_may_be_told_what_it_has_not(stage):
    values = new_cluster(stage.project, "free", instance_size="M0", pit_enabled=False)
    assert run("create_cluster", **values).outcome == "planned"


def test_that_there_are_no_backups_is_in_the_plan(stage):
    planned = run("create_cluster", **new_cluster(stage.project, backup_enabled=False))
    told = {each.field: each.after for each in planned.plan.changes}
    assert told["backup_enabled"] is False


def test_a_price_that_is_not_known_is_said(stage):
    said = "No price: this size is on no invoice yet."
    planned = run("create_cluster", **new_cluster(stage.project, instance_size="M40_NVME"))
    assert planned.plan.warnings == (said,)
    changed = run("update_cluster", **stage.cluster(), instance_size="M40_NVME")
    assert changed.plan.warnings == (said,)


def test_what_is_known_needs_no_warning(stage):
    assert run("create_cluster", **new_cluster(stage.project)).plan.warnings == ()


SPECS = {
    "[{regionConfigs: x}]": "replication_specs[0].regionConfigs",
    "[{regionConfigs: []}]": "replication_specs[0].regionConfigs",
    "[{regionConfigs: [x]}]": "replication_specs[0].regionConfigs[0]",
    "[{}]": "replication_specs[0].regionConfigs is missing",
    "[]": "replication_specs",
    "[{regionConfigs: [{providerName: AWS, regionName: EU_WEST_1, electableSpecs: "
    "{nodeCount: three}}]}]": "replication_specs[0].regionConfigs[0].electableSpecs.nodeCount",
}


@pytest.mark.parametrize("specs", SPECS)
def test_a_mistake_in_replication_specs_names_its_field(specs, atlas, tmp_path):
    arguments = ["project=shop", "name=one", f"replication_specs={specs}"]
    for action in ("create_cluster", "update_cluster"):
        refused = doing.run(load_settings(), action, arguments, apply=False)
        assert refused.outcome == "refused"
        assert f"{action}: {SPECS[specs]}" in refused.error
    (tmp_path / "config").mkdir()
    text = f"projects: [{{name: shop, clusters: [{{name: one, replication_specs: {specs}}}]}}]"
    (tmp_path / "config" / "resources.yaml").write_text(text, encoding="utf-8")
    refused = run("apply_resources")
    assert refused.outcome == "refused"
    assert f"projects[0].clusters[0].{SPECS[specs]}" in refused.error
