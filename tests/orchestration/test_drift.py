"""What Atlas's specification does not know is named, whatever it is, and never fails a run."""

import csv
import json

import dagster as dg
import duckdb
import pytest

from orchestration.checks import drift, specification
from orchestration.landing.journal import Landing
from orchestration.resources.warehouse import warehouse_resource
from tests.invoices import invoice, land, line, raw_warehouse

GROUPS = "/api/atlas/v2/groups/{groupId}"
CLUSTER = f"{GROUPS}/clusters/{{clusterName}}"
FLEX = f"{GROUPS}/flexClusters"
RECORDED = {
    "/api/atlas/v2/orgs/{orgId}": "organizations",
    "/api/atlas/v2/orgs/{orgId}/groups": "projects",
    "/api/atlas/v2/groups": "projects",
    GROUPS: "projects",
    f"{GROUPS}/clusters": "clusters",
    CLUSTER: "clusters",
    FLEX: "flex_clusters",
    f"{FLEX}/{{name}}": "flex_clusters",
    f"{CLUSTER}/backup/snapshots": "backup_snapshots",
    f"{CLUSTER}/backup/snapshots/shardedClusters": "backup_snapshots",
    f"{CLUSTER}/backup/restoreJobs": "restore_jobs",
    f"{FLEX}/{{name}}/backup/snapshots": "backup_snapshots",
    f"{FLEX}/{{name}}/backup/restoreJobs": "restore_jobs",
    f"{GROUPS}/streams": "stream_workspaces",
    f"{GROUPS}/streams/{{tenantName}}/processors": "stream_processors",
    f"{GROUPS}/dataFederation": "data_federation",
    f"{CLUSTER}/onlineArchives": "online_archives",
    f"{CLUSTER}/search/deployment": "search_deployments",
    f"{GROUPS}/serverless": "serverless_instances",
}


@pytest.fixture
def landing(tmp_path, clean_environment, monkeypatch):
    """The landing folder of an installation, which the checks look at as a run would."""
    monkeypatch.setenv("ATLAS_COSTS_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("ATLAS_COSTS_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("MONGODB_ATLAS_ORG_ID", "5e0000000000000000000001")
    monkeypatch.setenv("MONGODB_ATLAS_PUBLIC_KEY", "key")
    monkeypatch.setenv("MONGODB_ATLAS_PRIVATE_KEY", "secret")
    return Landing(tmp_path / "landing", "default")


def put(landing: Landing, entity: str, *objects: object, scope: str = "p1") -> None:
    body = json.dumps({"results": objects}).encode()
    landing.observe(entity, scope, [landing.put(entity, scope, body)])


def checked(tmp_path, landing: Landing) -> dict[str, dg.AssetCheckEvaluation]:
    """Load what was landed, and run the checks as a run does."""
    with raw_warehouse(tmp_path) as raw:
        raw.load(landing)
    assets = [dg.AssetSpec(key) for key in (drift.INVOICES, drift.INVENTORY)]
    definitions = dg.Definitions(
        assets=assets,
        asset_checks=drift.checks,
        jobs=[dg.define_asset_job("check", selection=dg.AssetSelection.checks(*drift.checks))],
        resources={"warehouse": warehouse_resource},
    )
    result = definitions.resolve_job_def("check").execute_in_process()
    assert result.success
    found = result.get_asset_check_evaluations()
    assert {each.severity for each in found} == {dg.AssetCheckSeverity.WARN}
    return {each.asset_key.path[-1]: each for each in found}


def test_unknown_fields_statuses_and_values_are_named_and_the_run_succeeds(tmp_path, landing):
    lines = (line(5, carbonGrams=3), line(6, cloudProvider="ORACLE"), line(7, cloudProvider="AWS"))
    payment = {"id": "p", "statusName": "BARTERED", "iban": "x"}
    land(landing, "a", invoice("a", *lines, statusName="HAGGLED", payments=[payment], tip=1))
    region = {"providerName": "ORACLE", "regionName": "MOON_1"}
    put(
        landing,
        "clusters",
        {
            "id": "c1",
            "name": "shop",
            "stateName": "DREAMING",
            "clusterType": None,
            "isQuantum": True,
            "replicationSpecs": [{"regionConfigs": [region, {"providerName": "aws"}]}],
        },
    )
    found = checked(tmp_path, landing)
    assert found["invoices"].description == (
        "Not in Atlas's specification: invoices.carbonGrams, invoices.tip, "
        "invoices.statusName = HAGGLED, invoice_line_items.cloudProvider = ORACLE, "
        "invoice_payments.iban, invoice_payments.statusName = BARTERED"
    )
    assert found["organizations"].description == (
        "Not in Atlas's specification: clusters.isQuantum, clusters.stateName = DREAMING, "
        "clusters.replicationSpecs[*].regionConfigs[*].providerName = ORACLE"
    )
    assert not any(each.passed for each in found.values())


def test_what_atlas_documents_is_no_drift(tmp_path, landing):
    land(landing, "a", invoice("a", line(5, cloudProvider="AWS")))
    put(landing, "clusters", {"id": "c1", "stateName": "IDLE", "versionReleaseSystem": None})
    assert all(each.passed for each in checked(tmp_path, landing).values())


@pytest.mark.parametrize("odd", ["text", 7, None, ["a"]])
def test_documents_that_are_no_objects_fail_no_run(tmp_path, landing, odd):
    put(landing, "clusters", odd, {"id": "c1", "stateName": odd, "replicationSpecs": odd})
    assert set(checked(tmp_path, landing)) == {"invoices", "organizations"}


def test_real_answers_are_all_known(tmp_path, landing, shared):
    """Recorded ones; what they have beyond the specification stands in BEYOND."""
    exchanges = shared / "recordings" / "exchanges"
    if not exchanges.is_dir():
        pytest.skip("the folder ../shared/recordings is absent")
    with (exchanges / "index.csv").open() as index:
        rows = [
            row
            for row in csv.DictReader(index)
            if row["method"] == "GET" and row["path_template"] in RECORDED
        ]
    assert rows
    for number, row in enumerate(rows):
        recorded = json.loads((exchanges / row["file"]).read_text())
        if recorded.get("status") == 200 and isinstance(recorded["body"], dict | list):
            body = recorded["body"]
            objects = body.get("results", [body]) if isinstance(body, dict) else body
            put(landing, RECORDED[row["path_template"]], *objects, scope=str(number))
    with raw_warehouse(tmp_path) as raw:
        raw.load(landing)
    with duckdb.connect(str(tmp_path / "build" / "raw.duckdb"), read_only=True) as db:
        entities = tuple(set(RECORDED.values()))
        assert drift._in_raw(db, entities) == []
        assert db.execute("select count(*) from clusters").fetchone() > (50,)


def test_the_known_fields_are_the_published_specification_s(shared):
    document = json.loads((shared / "atlas" / "openapi-subset.json").read_text())
    assert specification.read(document) == specification.known()
