"""The permission matrix: each cause is told from the others, and Atlas is only read."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

import sandbox as sandbox_package
from orchestration.commands.check import print_matrix
from orchestration.config.connections import ApiKey, Connection, ServiceAccount
from orchestration.permissions.capabilities import ACTIONS, CAPABILITIES, DOCUMENT, READS
from orchestration.permissions.report import FIXES, ConnectionReport, examine, examine_all
from orchestration.settings import Settings
from tests.conftest import ROOT

MINIMAL = ["ORG_BILLING_READ_ONLY", "ORG_READ_ONLY"]
TEXT = (ROOT / DOCUMENT).read_text()


@pytest.fixture
def today():
    """A sandbox that lives today: ages and expiries are told by the real clock."""
    with sandbox_package.running(seed=7, months=1, today=datetime.now(UTC).date()) as running:
        yield running


def api_key(sandbox) -> ApiKey:
    return ApiKey(sandbox.public_key, SecretStr(sandbox.private_key))


def account(sandbox) -> ServiceAccount:
    return ServiceAccount(sandbox.client_id, SecretStr(sandbox.client_secret))


def connection(sandbox, credentials=None) -> Connection:
    return Connection("default", sandbox.org_id, sandbox.base_url, credentials or api_key(sandbox))


def statuses(report: ConnectionReport) -> dict[str, str]:
    return {each.capability: each.status for each in report.cells}


def cell(report: ConnectionReport, name: str):
    [found] = [each for each in report.cells if each.capability == name]
    return found


@pytest.mark.parametrize("kind", [api_key, account])
def test_the_documented_pair_of_roles_reads_all_but_the_optional_parts(sandbox, kind):
    sandbox.control("keys", {"roles": MINIMAL})
    report = examine(connection(sandbox, kind(sandbox)), None)
    assert report.costs_readable
    for capability in READS:
        status = cell(report, capability.name).status
        optional = capability.kind == "optional"
        assert status in ({"missing role", "not testable"} if optional else {"ok", "not testable"})
    assert cell(report, "linked invoices").status == "missing role"
    restores = cell(report, "restore jobs")
    assert (restores.status, restores.fix) == (
        "missing role",
        "Give the key the role Project Backup Manager.",
    )


def test_an_owner_lacks_nothing(sandbox):
    sandbox.control("keys", {"roles": ["ORG_OWNER"]})
    report = examine(connection(sandbox), api_key(sandbox))
    assert set(statuses(report).values()) <= {"ok", "not testable"}
    assert not any(each.failed for each in report.cells)


def test_without_the_billing_role_costs_cannot_be_read_and_the_rest_can(sandbox):
    sandbox.control("keys", {"roles": ["ORG_READ_ONLY"]})
    report = examine(connection(sandbox), None)
    assert not report.costs_readable
    invoices = cell(report, "invoices")
    assert invoices.status == "missing role"
    assert invoices.fix == "Give the key the role Organization Billing Viewer."
    assert invoices.section == f"{DOCUMENT}#roles-for-costs"
    assert cell(report, "clusters").status == "ok"
    assert cell(report, "focus reports").detail == "Not asked, because no invoice can be listed."


def test_an_address_that_is_not_listed_is_named_and_not_tried_again(sandbox):
    sandbox.control("keys", {"ip_allowed": False})
    report = examine(connection(sandbox), None)
    assert {cell(report, each.name).status for each in READS} == {"IP not allowed"}
    assert "127.0.0.1" in cell(report, "invoices").detail
    assert cell(report, "invoices").section == f"{DOCUMENT}#ip-not-allowed"


def test_nobody_answering_is_unreachable_everywhere():
    nowhere = Connection("x", "5" * 24, "http://127.0.0.1:9", ApiKey("p", SecretStr("q")))
    report = examine(nowhere, None)
    assert {cell(report, each.name).status for each in READS} == {"unreachable"}
    assert report.warnings == ()


def test_a_connection_without_its_key_is_not_configured():
    report = examine(Connection("x", "5" * 24, "http://127.0.0.1:9", problem="A is not set."), None)
    assert {each.status for each in report.cells} == {"not configured"}
    assert report.sentence == "costs cannot be read. A is not set."
    assert all(each.failed == (each.kind != "action") for each in report.cells)


def test_a_wrong_secret_is_a_bad_key_for_both_kinds(sandbox):
    for wrong in (
        ApiKey(sandbox.public_key, SecretStr("canary")),
        ServiceAccount(sandbox.client_id, SecretStr("canary")),
    ):
        report = examine(connection(sandbox, wrong), None)
        assert {cell(report, each.name).status for each in READS} == {"bad key"}
        assert "canary" not in str(report)


def test_a_secret_that_ends_soon_is_a_warning_and_one_that_ended_a_bad_key(today):
    today.control("keys", {"secret_expires_in_days": 60})
    assert examine(connection(today, account(today)), None).warnings == ()
    today.control("keys", {"secret_expires_in_days": 10})
    [warning] = examine(connection(today, account(today)), None).warnings
    assert "secret of this service account expires on" in warning
    today.control("keys", {"secret_expires_in_days": -1})
    report = examine(connection(today, account(today)), None)
    assert cell(report, "invoices").status == "bad key"


def test_an_old_api_key_is_a_warning(today):
    today.control("keys", {"age_days": 30})
    assert examine(connection(today), None).warnings == ()
    today.control("keys", {"age_days": 120})
    [warning] = examine(connection(today), None).warnings
    assert re.search(r"is 1(19|20) days old", warning)


def test_a_clock_that_is_off_is_a_warning(today):
    today.control("faults", {"path": "/api/", "kind": "clock_skew", "hours": -3})
    [warning] = examine(connection(today), None).warnings
    assert "180 minutes fast" in warning


def test_a_clock_that_is_off_is_the_cause_of_a_refused_signature(today):
    today.control("faults", {"path": "/api/", "kind": "clock_skew", "hours": -3, "refuse": True})
    report = examine(connection(today), None)
    assert {cell(report, each.name).status for each in READS} == {"clock skew"}


def test_an_organization_that_is_unknown_may_be_a_governments(monkeypatch, sandbox):
    monkeypatch.setattr("orchestration.permissions.report.COMMERCIAL", sandbox.base_url)
    wrong = Connection("x", "5" * 24, sandbox.base_url, api_key(sandbox))
    assert any("cloud.mongodbgov.com" in each for each in examine(wrong, None).warnings)
    right = examine(connection(sandbox), None).warnings
    assert not any("cloud.mongodbgov.com" in each for each in right)


@pytest.mark.parametrize(
    ("roles", "granted"),
    [
        (["ORG_READ_ONLY"], set()),
        (["ORG_GROUP_CREATOR", "ORG_READ_ONLY"], {"create projects"}),
        (["ORG_READ_ONLY", "GROUP_CLUSTER_MANAGER"], {"manage clusters"}),
        (
            ["ORG_READ_ONLY", "GROUP_OWNER"],
            {each.name for each in ACTIONS} - {"create projects"},
        ),
    ],
)
def test_what_a_key_may_change_is_told_by_its_roles_without_changing_anything(
    sandbox, roles, granted
):
    sandbox.control("keys", {"roles": roles})
    report = examine(connection(sandbox), api_key(sandbox))
    found = {each.name: cell(report, each.name).status for each in ACTIONS}
    assert {name for name, status in found.items() if status == "ok"} == granted
    assert {status for status in found.values() if status != "ok"} <= {"missing role"}
    assert {each["method"] for each in sandbox.control("requests")} == {"GET"}


def test_each_connection_is_told_of_its_own_key_for_actions(
    sandbox, tmp_path, clean_environment, monkeypatch
):
    """Whoever names none shares one, which here is unknown; whoever names one has no other."""
    entry = "  - {{name: {}, org_id: {}, public_key_env: COSTS, private_key_env: COSTS_SECRET{}}}\n"
    named = ", provisioning_public_key_env: {0}, provisioning_private_key_env: {0}_SECRET".format
    (tmp_path / "connections.yaml").write_text(
        "connections:\n"
        + entry.format("own", sandbox.org_id, named("OWN"))
        + entry.format("sharing", "5" * 24, "")
        + entry.format("unset", "6" * 24, named("NOBODY_SET"))
    )
    right = sandbox.provisioning_public_key, sandbox.provisioning_private_key
    wrong = "abcdefgh", "00000000-0000-0000-0000-000000000000"
    keys = {
        "COSTS": (sandbox.public_key, sandbox.private_key),
        "OWN": right,
        "MONGODB_ATLAS_PROVISIONING": wrong,
    }
    for name, (public, private) in keys.items():
        is_ours = name.startswith("MONGODB")
        monkeypatch.setenv(f"{name}_PUBLIC_KEY" if is_ours else name, public)
        monkeypatch.setenv(f"{name}_PRIVATE_KEY" if is_ours else f"{name}_SECRET", private)
    settings = Settings(
        config_dir=tmp_path, data_dir=tmp_path / "data", base_url=sandbox.base_url, _env_file=None
    )
    own, sharing, unset = (cell(each, "manage clusters") for each in examine_all(settings))
    assert own.status == "ok"
    assert sharing.status == "bad key"
    assert (unset.status, unset.failed) == ("not configured", True)
    assert "NOBODY_SET and NOBODY_SET_SECRET are not set" in unset.detail


def test_project_roles_of_a_service_account_are_not_guessed(sandbox):
    sandbox.control("keys", {"roles": ["ORG_READ_ONLY"]})
    report = examine(connection(sandbox), account(sandbox))
    assert cell(report, "create projects").status == "missing role"
    assert cell(report, "manage clusters").status == "not testable"


def test_many_connections_with_long_names_fit_a_hundred_columns(capsys):
    absent = Connection("x", "5" * 24, "http://127.0.0.1:9", problem="A is not set.")
    report = examine(absent, None)
    names = [f"an-organization-with-a-long-name-{number}" for number in range(6)]
    print_matrix([replace(report, name=name) for name in names])
    lines = capsys.readouterr().out.splitlines()
    assert sum(line.startswith("invoices ") for line in lines) == 2
    assert all(len(line) <= 100 for line in lines if "  " in line)
    assert "\x1b" not in "".join(lines)


def anchors() -> set[str]:
    headings = re.findall(r"^#+ (.+)$", TEXT, re.MULTILINE)
    return {re.sub(r"[^a-z0-9 -]", "", each.lower()).strip().replace(" ", "-") for each in headings}


@pytest.mark.parametrize("capability", CAPABILITIES, ids=lambda each: each.name)
def test_every_capability_has_its_section(capability):
    assert capability.section in anchors()


@pytest.mark.parametrize("cause", FIXES)
def test_every_cause_has_its_section(cause):
    assert cause.lower().replace(" ", "-") in anchors()


def test_links_within_the_document_lead_to_sections():
    assert set(re.findall(r"\(#([^)]+)\)", TEXT)) <= anchors()


@pytest.mark.parametrize("action", ACTIONS, ids=lambda each: each.name)
def test_the_document_names_the_role_each_action_needs(action):
    row = f"| {action.name} | {', '.join(action.entities)} | {action.role} |"
    assert row in TEXT.splitlines()
