"""Waste is there where it is asked for, changes nothing else, and is worth what it says."""

from datetime import date

import pytest

from sandbox.bill.books import Books
from sandbox.clock import Clock
from sandbox.truth import truth

TODAY = date(2026, 5, 20)


def books(*, wasteful: bool) -> Books:
    return Books(5, 1, 2, Clock(TODAY), wasteful=wasteful)


@pytest.fixture(scope="module")
def plain() -> dict:
    return truth(books(wasteful=False))


@pytest.fixture(scope="module")
def wasteful() -> dict:
    return truth(books(wasteful=True))


def test_there_is_none_unless_it_is_asked_for(plain: dict) -> None:
    assert plain["waste"] == []
    assert not any(name.startswith("attic") for name in plain["by_project"])


def test_what_was_there_costs_what_it_did(plain: dict, wasteful: dict) -> None:
    """All but what follows from the whole bill: support and credits have no project."""
    others = {
        name: cents
        for name, cents in wasteful["by_project"].items()
        if name and not name.startswith("attic")
    }
    assert others == {name: cents for name, cents in plain["by_project"].items() if name}


def test_each_waste_is_less_than_its_resource_costs(wasteful: dict) -> None:
    costs = wasteful["by_cluster"] | {"attic-network": wasteful["by_project"]["attic-network"]}
    for each in wasteful["waste"]:
        # the bill holds fifty days, a month thirty
        assert 100 < each["monthly_cents"] < costs[each["resource"]]


def test_an_hour_price_says_the_same(wasteful: dict) -> None:
    """An M40 where an M30 would do, in Ireland, is half a dollar by 1.13 an hour."""
    amounts = {(one["rule"], one["resource"]): one["monthly_cents"] for one in wasteful["waste"]}
    assert amounts["tier_down", "attic-api"] == pytest.approx(0.5 * 1.13 * 73000, abs=20)
    assert amounts["bi_connector", "attic-bi"] == pytest.approx(195 * 730 / 24, abs=1)
