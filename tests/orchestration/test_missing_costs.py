"""Of which days a connection's costs are missing, from what its landing folder says."""

from datetime import date

import pytest

from orchestration.extraction.invoices import LIST, PENDING
from orchestration.extraction.selection import ENTITY
from orchestration.extraction.together import CONNECTION
from orchestration.landing.journal import Landing
from orchestration.refreshing.missing_costs import Held, missing_costs
from orchestration.warehouse.raw import note_end

ORG = "o1"
HELD = Held(date(2026, 5, 15), date(2026, 1, 1), None, date(2026, 5, 18))
CURRENT = Held(date(2026, 5, 18), date(2026, 1, 1), None, date(2026, 5, 18))
AT_A_TURN = Held(date(2026, 5, 1), date(2026, 1, 1), date(2026, 4, 1), date(2026, 5, 18))
SINCE = ((date(2026, 5, 16), None),)


@pytest.fixture
def landing(tmp_path) -> Landing:
    made = Landing(tmp_path, "shop")
    made.observe(LIST, ORG, [], {"missing_months": [], "has_older": False})
    note_end(made, ORG, is_complete=True)
    return made


def cannot_be_asked(landing: Landing) -> None:
    landing.observe_unreadable(CONNECTION, ORG, "Atlas answered 503")


def cannot_be_used(landing: Landing) -> None:
    landing.observe(ENTITY, PENDING, [], {"problems": {"i1": "a line has no cents"}})


def cannot_be_read(landing: Landing) -> None:
    landing.observe_unreadable(ENTITY, PENDING, "Atlas answered 500")


@pytest.mark.parametrize("trouble", [cannot_be_asked, cannot_be_used, cannot_be_read])
def test_what_came_since_it_was_last_read(landing, trouble):
    trouble(landing)
    assert missing_costs(landing, HELD) == SINCE


@pytest.mark.parametrize("trouble", [cannot_be_asked, cannot_be_read])
def test_nothing_where_it_reaches_as_far_as_the_others(landing, trouble):
    trouble(landing)
    assert missing_costs(landing, CURRENT) == ()


def test_nothing_of_a_quiet_organization_that_was_read(landing):
    assert missing_costs(landing, HELD) == ()


def test_nothing_where_only_an_old_invoice_is_named(landing):
    landing.observe(LIST, ORG, [], {"differences": ["invoice i0 is no longer in Atlas's list"]})
    assert missing_costs(landing, HELD) == ()


def test_a_month_that_was_over_before_its_invoice_was_read_is_missing_too(landing):
    cannot_be_asked(landing)
    assert missing_costs(landing, AT_A_TURN) == ((date(2026, 4, 1), None),)


def test_a_month_whose_invoice_atlas_takes_long_to_close_is_not(landing):
    assert missing_costs(landing, AT_A_TURN) == ()


def test_months_of_invoices_that_were_not_read(landing):
    landing.observe(LIST, ORG, [], {"missing_months": ["2025-12", "2026-04"]})
    assert missing_costs(landing, CURRENT) == (
        (date(2025, 12, 1), date(2026, 1, 1)), (date(2026, 4, 1), date(2026, 5, 1))
    )  # fmt: skip


def test_what_is_before_a_history_that_was_cut_off(landing):
    landing.observe(LIST, ORG, [], {"missing_months": [], "has_older": True})
    assert missing_costs(landing, CURRENT) == ((None, date(2026, 1, 1)),)


def test_an_import_that_did_not_end_lacks_both_ends(tmp_path):
    begun = Landing(tmp_path, "bank")
    assert missing_costs(begun, HELD) == ((None, date(2026, 1, 1)), *SINCE)


def test_a_connection_without_costs_lacks_none(landing):
    cannot_be_asked(landing)
    assert missing_costs(landing, None) == ()
