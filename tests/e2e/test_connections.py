"""Several organizations in one warehouse: each counted once, none stopped by another's trouble."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from orchestration.landing.journal import Landing
from orchestration.refreshing.freshness import permissions, status
from tests.e2e.conftest import control, in_haste
from tests.e2e.faults import (
    Installation,
    break_it,
    four_months,
    heal,
    invoices_of,
    truth_of,
)

ENTRY = """\
  - name: {name}
    org_id: {org_id}
    base_url: {base_url}
    public_key_env: {variable}_PUBLIC
    private_key_env: {variable}_PRIVATE
"""


@dataclass(frozen=True)
class Organization:
    """A connection to write into connections.yaml."""

    name: str
    base_url: str
    org_id: str
    public_key: str
    private_key: str

    def with_a_bad_key(self) -> "Organization":
        """The same, but Atlas does not know its key."""
        return replace(self, private_key="canary")


def paying(running: Any, name: str = "paying") -> Organization:
    """The organization that pays."""
    return Organization(
        name, running.base_url, running.org_id, running.public_key, running.private_key
    )


def linked(running: Any, name: str = "linked") -> Organization:
    """The one whose bill is part of the payer's, by a key of its own."""
    key = running.linked_public_key, running.linked_private_key
    return Organization(name, running.base_url, running.linked_org_id, *key)


Connect = Callable[..., Installation]


@pytest.fixture
def connect(tmp_path, clean_environment, monkeypatch) -> Connect:
    """Writes connections.yaml with these organizations, in this order."""
    config = tmp_path / "config"
    config.mkdir()
    monkeypatch.setenv("ATLAS_COSTS_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("ATLAS_COSTS_CONFIG_DIR", str(config))
    monkeypatch.setenv("ATLAS_COSTS_FOCUS_REPORTS", "false")
    in_haste(monkeypatch)

    def written(*organizations: Organization) -> Installation:
        entries = ""
        for each in organizations:
            variable = each.name.upper()
            monkeypatch.setenv(f"{variable}_PUBLIC", each.public_key)
            monkeypatch.setenv(f"{variable}_PRIVATE", each.private_key)
            entries += ENTRY.format(
                name=each.name, org_id=each.org_id, base_url=each.base_url, variable=variable
            )
        (config / "connections.yaml").write_text(f"connections:\n{entries}")
        return Installation(tmp_path / "data")

    return written


@pytest.fixture
def shop() -> Iterator[Any]:
    with four_months(seed=7) as running:
        yield running


@pytest.fixture
def bank() -> Iterator[Any]:
    with four_months(seed=9) as running:
        yield running


def require_linked_alone(installation: Installation, running: Any) -> None:
    """Whole invoices, and together the linked organization's bill."""
    found = installation.sums()
    assert found.items() <= truth_of(running).items()
    total = running.truth()["by_org"][running.linked_org_id]
    assert sum(cents for _, cents in found.values()) == total


@pytest.mark.parametrize(
    "ways",
    [[paying], [paying, linked], [linked, paying]],
    ids=["paying_alone", "paying_then_linked", "linked_then_paying"],
)
def test_a_linked_organization_is_counted_once_however_it_is_reached(connect, shop, ways):
    installation = connect(*(way(shop) for way in ways))
    assert installation.refresh().code == 0
    assert installation.sums() == truth_of(shop)
    assert installation.refresh().code == 0
    assert installation.sums() == truth_of(shop)


def test_ways_to_a_linked_organization_come_and_go_without_a_cent_of_difference(connect, shop):
    for ways in ([linked, paying], [paying], [paying, linked], [linked, paying]):
        installation = connect(*(way(shop) for way in ways))
        assert installation.refresh().code == 0
        assert installation.sums() == truth_of(shop)
    assert connect(linked(shop)).refresh().code == 0
    require_linked_alone(installation, shop)


def test_a_linked_organization_with_a_bad_key_is_still_in_the_payers_bill(connect, shop):
    installation = connect(paying(shop), linked(shop).with_a_bad_key())
    outcome = installation.refresh()
    assert (outcome.code, outcome.words) == (3, {"paying": "connected", "linked": "error"})
    assert installation.sums() == truth_of(shop)


def test_without_its_payer_a_linked_organization_has_its_own_bill_until_the_payer_is_back(
    connect, shop
):
    installation = connect(paying(shop).with_a_bad_key(), linked(shop))
    assert installation.refresh().code == 3
    require_linked_alone(installation, shop)
    assert connect(paying(shop), linked(shop)).refresh().code == 0
    assert installation.sums() == truth_of(shop)


def test_a_linked_invoice_restated_under_both_keys_is_the_new_one_once(connect, shop):
    installation = connect(paying(shop), linked(shop))
    assert installation.refresh().code == 0
    body = {"invoice_month": "2026-04", "cents": 125, "org_id": shop.linked_org_id}
    control(shop, "restate", body)
    assert installation.refresh().code == 0
    assert installation.sums() == truth_of(shop)


def test_a_bad_key_stops_nobody_else_and_is_named(connect, shop, bank):
    installation = connect(paying(shop, "shop").with_a_bad_key(), paying(bank, "bank"))
    outcome = installation.refresh_all()
    assert (outcome.code, outcome.words) == (3, {"shop": "error", "bank": "connected"})
    assert installation.sums() == truth_of(bank)
    assert "connection: " in outcome.missing["shop"][0]
    assert "canary" not in outcome.named
    assert _permissions(installation, "shop") == {"bad key"}
    assert "ok" in _permissions(installation, "bank")
    assert "bad key" not in _permissions(installation, "bank")


def _permissions(installation: Installation, connection: str) -> set[str]:
    landing = Landing(installation.data / "landing", connection)
    return {each.status for each in permissions(landing)}


def test_a_key_that_goes_bad_keeps_what_was_read_with_it(connect, shop, bank):
    installation = connect(paying(shop, "shop"), paying(bank, "bank"))
    assert installation.refresh().code == 0
    held = truth_of(shop)
    control(shop, "clock", {"days": 1})
    control(bank, "clock", {"days": 1})
    connect(paying(shop, "shop").with_a_bad_key(), paying(bank, "bank"))
    outcome = installation.refresh()
    assert (outcome.code, outcome.words) == (3, {"shop": "error", "bank": "connected"})
    assert installation.sums() == held | truth_of(bank)


def test_variables_that_are_not_set_are_named_and_stop_nobody_else(
    connect, shop, bank, monkeypatch
):
    installation = connect(paying(shop, "shop"), paying(bank, "bank"))
    monkeypatch.delenv("SHOP_PRIVATE")
    outcome = installation.refresh()
    assert (outcome.code, outcome.words) == (3, {"shop": "error", "bank": "connected"})
    assert "SHOP_PRIVATE is not set" in outcome.named
    assert installation.sums() == truth_of(bank)


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param({"kind": "status", "status": 429}, id="rate_limited"),
        pytest.param({"kind": "status", "status": 429, "retry_after": 3600}, id="for_an_hour"),
        pytest.param({"kind": "status", "status": 503}, id="unavailable"),
        pytest.param({"kind": "html"}, id="maintenance_page"),
        pytest.param({"kind": "reset"}, id="hangs_up"),
    ],
)
def test_one_organization_out_of_order_is_named_and_the_other_published(connect, shop, bank, fault):
    installation = connect(paying(shop, "shop"), paying(bank, "bank"))
    break_it(shop, fault)
    outcome = installation.refresh()
    assert (outcome.code, outcome.words) == (3, {"shop": "error", "bank": "connected"})
    assert installation.sums() == truth_of(bank)
    heal(shop)
    assert installation.refresh().words == {"shop": "connected", "bank": "connected"}
    assert installation.sums() == truth_of(shop) | truth_of(bank)


def test_months_whose_invoice_was_not_read_are_noted_until_it_is(connect, shop, bank):
    installation = connect(paying(shop, "shop"), paying(bank, "bank"))
    [newest, *_] = invoices_of(shop, "2026-04").values()
    break_it(shop, {"kind": "status", "status": 500, "path": f"/invoices/{newest}$"})
    assert installation.refresh().months == {"shop": ["2026-04"], "bank": []}
    heal(shop)
    assert installation.refresh().months == {"shop": [], "bank": []}


def test_one_part_of_one_organization_missing_is_degraded(connect, shop, bank):
    installation = connect(paying(shop, "shop"), paying(bank, "bank"))
    assert installation.refresh().code == 0
    break_it(shop, {"kind": "status", "status": 503, "path": "/invoices/pending$"})
    outcome = installation.refresh()
    assert (outcome.code, outcome.words) == (3, {"shop": "degraded", "bank": "connected"})
    assert "pending" in outcome.named
    assert installation.sums() == truth_of(shop) | truth_of(bank)


def test_all_organizations_out_of_order_publish_nothing(connect, shop, bank):
    installation = connect(paying(shop, "shop"), paying(bank, "bank"))
    assert installation.refresh().code == 0
    held = installation.sums()
    for running in (shop, bank):
        control(running, "clock", {"days": 1})
        break_it(running, {"kind": "status", "status": 503})
    outcome = installation.refresh()
    assert outcome.code == 1
    assert outcome.sentence
    assert installation.sums() == held


@pytest.fixture
def impatient(connect, monkeypatch) -> None:
    """Nobody is waited for once the quicker half is through."""
    monkeypatch.setenv("ATLAS_COSTS_PATIENCE_MINUTES", "0")


@pytest.mark.usefixtures("impatient")
def test_a_slow_organization_delays_nobody_and_is_completed_next_time(connect, shop, bank):
    installation = connect(paying(shop, "shop"), paying(bank, "bank"))
    break_it(shop, {"kind": "delay", "seconds": 2.0})
    outcome = installation.refresh()
    assert (outcome.code, outcome.words) == (3, {"shop": "importing", "bank": "connected"})
    assert "still being read" in outcome.named
    found = installation.sums()
    assert found.items() >= truth_of(bank).items()
    assert found.items() <= (truth_of(shop) | truth_of(bank)).items()
    heal(shop)
    connect(paying(shop, "shop"))
    assert installation.refresh().words == {"shop": "connected"}
    assert installation.sums() == truth_of(shop)


@pytest.mark.usefixtures("impatient")
def test_an_organization_that_was_read_before_and_is_slow_now_is_degraded(connect, shop, bank):
    installation = connect(paying(shop, "shop"))
    assert installation.refresh().code == 0
    held = truth_of(shop)
    control(shop, "clock", {"days": 1})
    break_it(shop, {"kind": "delay", "seconds": 2.0})
    connect(paying(shop, "shop"), paying(bank, "bank"))
    outcome = installation.refresh()
    assert (outcome.code, outcome.words) == (3, {"shop": "degraded", "bank": "connected"})
    assert installation.sums() == held | truth_of(bank)


def test_an_organization_that_is_removed_leaves_and_comes_back_whole(connect, shop, bank):
    installation = connect(paying(shop, "shop"), paying(bank, "bank"))
    assert installation.refresh().code == 0
    landed = {*(installation.data / "landing" / "bank").rglob("*.gz")}
    connect(paying(shop, "shop"))
    assert installation.refresh().code == 0
    assert installation.sums() == truth_of(shop)
    assert {*(installation.data / "landing" / "bank").rglob("*.gz")} == landed
    connect(paying(bank, "bank"), paying(shop, "shop"))
    assert installation.refresh().code == 0
    assert installation.sums() == truth_of(shop) | truth_of(bank)


def test_an_organization_that_was_never_asked_is_pending(tmp_path):
    row = status(Landing(tmp_path, "new"), None, with_focus_reports=True, measured=False)
    assert (row.status, row.missing_parts, row.last_success_at) == ("pending", [], None)
