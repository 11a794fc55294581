"""The chart of an invoice's way from list price to paid."""

import pytest

from dashboard import waterfall


def steps(*amounts, unit="USD"):
    """Rows of the bridge; a name in capitals is a level."""
    found, reached = [], 0
    for name, amount in amounts:
        level = name.isupper()
        start, reached = (0, amount) if level else (reached, reached + amount)
        found.append({
            "step": name.lower(), "is_level": level, "amount": amount, "unit": unit,
            "bar_start": start, "bar_end": reached,
        })  # fmt: skip
    return found


SEPTEMBER = steps(
    ("LIST", 1_565_452), ("discount", -25_740), ("discount_not_applied", 25_740),
    ("rounding", -97), ("USAGE", 1_565_355), ("credit", -10_291), ("tax", 124_405),
    ("BILLED", 1_679_469), ("PAID", 1_679_469),
)  # fmt: skip


def test_levels_near_each_other_are_drawn_above_an_axis_that_begins_below_them():
    start = waterfall.floor(SEPTEMBER)
    assert 0 < start < min(row["bar_end"] for row in SEPTEMBER)
    drawn = waterfall.chart(SEPTEMBER, is_pending=False, text="#000").to_dict()
    axis = drawn["layer"][1]["encoding"]["x"]
    assert axis["scale"]["domain"][0] == start / 100
    assert axis["title"] == "USD; this axis begins at $14,000.00"


@pytest.mark.parametrize("low", [0, -500, 40_000])
def test_where_levels_are_apart_the_axis_begins_at_zero(low):
    rows = steps(("LIST", 100_000), ("unexplained", low - 100_000), ("BILLED", low))
    assert waterfall.floor(rows) == min(low, 0)


def test_what_is_not_paid_yet_is_a_step_and_a_payment_of_nothing_hides_no_small_one():
    billed = [*SEPTEMBER[:-1], SEPTEMBER[-1] | {"amount": 0, "bar_end": 0}]
    rows = waterfall.with_unpaid(billed, is_pending=False)
    assert [row["step"] for row in rows[-3:]] == ["billed", "unpaid", "paid"]
    assert rows[-2]["amount"] == -1_679_469
    drawn = waterfall.chart(rows, is_pending=False, text="#000").to_dict()
    [data] = [each for each in drawn["datasets"].values() if "kind" in each[0]]
    assert [each["step"] for each in data][-1] == "Billed"
    assert "Not paid yet -$16,794.69, Paid $0.00" in waterfall.told(rows, is_pending=False)


def test_a_part_payment_is_drawn_with_what_is_left():
    part = [*SEPTEMBER[:-1], SEPTEMBER[-1] | {"amount": 1_000_000, "bar_end": 1_000_000}]
    rows = waterfall.with_unpaid(part, is_pending=False)
    assert (rows[-2]["bar_start"], rows[-2]["bar_end"]) == (1_679_469, 1_000_000)
    assert waterfall.floor(rows) < 1_000_000


def test_a_pending_invoice_owes_nothing_and_says_so_far():
    pending = steps(("LIST", 100), ("USAGE", 100), ("BILLED", 100), ("PAID", 0))
    rows = waterfall.with_unpaid(pending, is_pending=True)
    assert [row["step"] for row in rows] == ["list", "usage", "billed"]
    assert waterfall.told(rows, is_pending=True) == (
        "Waterfall of the invoice: List price so far $1.00, Usage so far $1.00, "
        "Billed so far $1.00."
    )


def test_every_step_keeps_its_exact_amount_and_a_width_that_can_be_seen():
    drawn = waterfall.chart(SEPTEMBER, is_pending=False, text="#000").to_dict()
    [data] = [each for each in drawn["datasets"].values() if "kind" in each[0]]
    amounts = {each["step"]: each["amount"] for each in data}
    assert amounts["Rounding"] == "-$0.97"
    assert amounts["Tax"] == "+$1,244.05"
    assert drawn["layer"][1]["mark"]["strokeWidth"] == 2


def test_credits_carry_no_dollar_sign():
    rows = steps(("LIST", 1000), ("USAGE", 1000), ("BILLED", 1000), unit="Atlas Credits")
    drawn = str(waterfall.chart(rows, is_pending=False, text="#000").to_dict())
    assert "$" not in drawn.replace("$schema", "")
    assert "10.00 credits" in drawn
