"""Budgets held against costs and forecasts: every number here is worked out by hand."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.insight.budgets.costs import Bucket, Leaf, Recent, Spent
from orchestration.insight.budgets.plan import ALWAYS, Plan, Plans, Step, between
from orchestration.insight.budgets.rows import budget_tables
from orchestration.insight.budgets.table import BUDGET_DAYS, BUDGETS
from orchestration.insight.months import in_whole_cents, months_on, rounded, shared
from orchestration.insight.reach import Reach

USD, CREDITS = "USD", "Atlas Credits"
JANUARY, FEBRUARY, MARCH, APRIL = (date(2026, month, 1) for month in (1, 2, 3, 4))
THROUGH = date(2026, 3, 20)
REACH = Reach(JANUARY, THROUGH)
ORDERS = Leaf("default", "org", "shop", "orders", "Clusters", "usage", USD)
BACKUP = Leaf("default", "org", "shop", "orders", "Backup", "usage", USD)


def plan(name="all", *amounts, currency=USD, **said):
    """A budget; an amount is of every month, in dollars, or (from, dollars)."""
    days = [each[0] if isinstance(each, tuple) else date.min for each in amounts]
    dollars = [each[1] if isinstance(each, tuple) else each for each in amounts]
    ends = [*days[1:], date.max]
    steps = tuple(
        Step((first, end), 100 * each)
        for first, end, each in zip(days, ends if amounts else [], dollars, strict=True)
    )
    return Plan(name, currency, steps, **said)


def bucket(*fits, currency=USD, is_in_total=True):
    return Bucket(currency, tuple(sorted(fits)), is_in_total)


def every_day(of, dollars, first=JANUARY, last=THROUGH):
    """As much on every day."""
    days = (last - first).days + 1
    return [Spent(first + timedelta(number), of, 100 * dollars) for number in range(days)]


def recent_of(spent, leaf=ORDERS):
    """What was spent lately, of one leaf."""
    found = {}
    for each in spent:
        sums = found.setdefault(each.bucket, [0, 0, 0])
        sums[0] += each.cents * (each.usage_date >= MARCH)
        sums[1] += each.cents * (THROUGH - timedelta(7) <= each.usage_date < THROUGH)
        sums[2] += each.cents * (each.usage_date > THROUGH - timedelta(30))
    return [
        Recent(leaf._replace(pricing_currency=of.pricing_currency), of, *sums)
        for of, sums in found.items()
    ]


def rows(plans, spent, recent=None, expected=None, reach=REACH):
    """Rows by name and month; of more than one currency also by that."""
    recent = recent_of(spent) if recent is None else recent
    found = budget_tables(Plans(plans), spent, recent, expected or {}, reach)[BUDGETS]
    names = [each.name for each in BUDGETS.columns]
    assert all(len(row) == len(names) for row in found)
    records = [dict(zip(names, row, strict=True)) for row in found]
    by_key = {(r["budget"], r["month"], r["pricing_currency"]): r for r in records}
    assert len(by_key) == len(records)
    return {
        (name, month) if currency == USD else (name, month, currency): record
        for (name, month, currency), record in by_key.items()
    }


def test_a_month_of_31_days_and_one_of_28():
    """$150 a day is $4,650 in January and $4,200 in February; a budget of $3,100 lasts 20 days."""
    found = rows([plan("all", 3100)], every_day(bucket("all"), 150))
    january, february = found["all", JANUARY], found["all", FEBRUARY]
    assert (january["actual_cents"], january["forecast_cents"]) == (465_000, 465_000)
    assert (february["actual_cents"], february["budget_cents"]) == (420_000, 310_000)
    # 20 times 150 = 3,000 is within, 21 times 150 = 3,150 is not
    assert (january["exceeds_on"], february["exceeds_on"]) == (
        date(2026, 1, 21),
        date(2026, 2, 21),
    )
    assert january["status"] == february["status"] == "exceeded"
    assert january["plan_to_date_cents"] == 310_000
    assert (january["forecast_basis"], january["is_running"]) == (None, False)


def test_the_running_month_goes_on_at_the_rate_of_the_last_seven_complete_days():
    """20 days at $150 are $3,000; eleven are to come: $4,650, above $3,100 on the 21st."""
    march = rows([plan("all", 3100)], every_day(bucket("all"), 150))["all", MARCH]
    assert march["is_running"]
    assert (march["actual_cents"], march["forecast_cents"]) == (300_000, 465_000)
    assert (march["status"], march["exceeds_on"]) == ("at risk", date(2026, 3, 21))
    assert march["forecast_basis"] == "run rate"
    # 20 of 31 days of $3,100; and by a forecast that is as even, the same
    assert march["plan_to_date_cents"] == march["plan_to_date_by_forecast_cents"] == 200_000
    assert march["used_share"] == pytest.approx(3000 / 3100)


def test_the_newest_day_is_spent_but_is_not_one_of_the_seven():
    """Of $70 on the newest day, and nothing before, no rate follows."""
    spent = [Spent(JANUARY, bucket("all"), 100), Spent(THROUGH, bucket("all"), 7000)]
    assert rows([plan("all", 100)], spent)["all", MARCH]["forecast_cents"] == 7000
    spent = [*spent, Spent(date(2026, 3, 13), bucket("all"), 7000)]
    # 7,000 ÷ 7 times 11 days
    assert rows([plan("all", 100)], spent)["all", MARCH]["forecast_cents"] == 14_000 + 11_000


def test_an_amount_that_changes_in_the_middle_of_a_month():
    """$3,100 until the 15th, $6,200 from then on: 15 days of $100 and 16 of $200."""
    changing = plan("all", (JANUARY, 3100), (date(2026, 3, 16), 6200))
    found = rows([changing], every_day(bucket("all"), 150))
    assert found["all", FEBRUARY]["budget_cents"] == 310_000
    assert found["all", MARCH]["budget_cents"] == 150_000 + 320_000
    assert found["all", APRIL]["budget_cents"] == 620_000
    assert found["all", MARCH]["plan_to_date_cents"] == 150_000 + 5 * 20_000
    assert found["all", MARCH]["status"] == "on track"


def test_a_change_in_a_month_whose_days_do_not_divide_the_amount_rounds_once():
    """$1,000 for 14 of February's 28 days and $1,001 for the others: $1,000.50."""
    changing = plan("all", (JANUARY, 1000), (date(2026, 2, 15), 1001))
    assert rows([changing], every_day(bucket("all"), 1))["all", FEBRUARY]["budget_cents"] == 100_050
    # $1,000 ÷ 31 times 10 = 322.5806…
    late = plan("all", (date(2026, 1, 22), 1000))
    assert rows([late], every_day(bucket("all"), 1))["all", JANUARY]["budget_cents"] == 32_258


def test_days_without_an_amount_are_in_no_budget():
    """From the 11th of January on: 21 days of $100 to spend, and $30 a day spent."""
    late = plan("all", 3100, valid=(date(2026, 1, 11), date(2026, 2, 11)))
    found = rows([late], every_day(bucket("all"), 30))
    january = found["all", JANUARY]
    assert (january["budget_cents"], january["actual_cents"]) == (210_000, 63_000)
    assert found["all", FEBRUARY]["actual_cents"] == 10 * 3000
    # rounded once: 10 days of 310,000 ÷ 28
    assert found["all", FEBRUARY]["budget_cents"] == 110_714
    assert ("all", MARCH) not in found
    assert found["(unbudgeted)", JANUARY]["actual_cents"] == 10 * 3000
    assert found["(unbudgeted)", FEBRUARY]["actual_cents"] == 18 * 3000
    assert ("(unbudgeted)", MARCH) not in found


def test_a_curve_has_no_amount_for_other_months():
    curve = Plan("all", USD, (Step((FEBRUARY, MARCH), 5000), Step((APRIL, date(2026, 5, 1)), 7000)))
    found = rows([curve], every_day(bucket("all"), 1))
    assert [month for name, month in found if name == "all"] == [FEBRUARY, APRIL]
    april = found["all", APRIL]
    assert (april["actual_cents"], april["forecast_cents"]) == (0, 3000)
    assert (april["plan_to_date_cents"], april["plan_to_date_by_forecast_cents"]) == (0, 0)


def test_a_cost_that_two_children_cover_counts_once_in_their_parent():
    """$10 a day fits both children, $5 a day one of them, $1 a day only the parent's own filter."""
    plans = [
        plan("company", 5000),
        plan("products", parent="company", covers_children_only=True),
        plan("shop", 300, parent="products"),
        plan("web", 200, parent="products"),
    ]
    spent = [
        *every_day(bucket("company", "shop", "web"), 10),
        *every_day(bucket("company", "shop"), 5),
        *every_day(bucket("company"), 1),
        *every_day(bucket(), 2),
    ]
    found = rows(plans, spent)
    by_name = {name: found[name, FEBRUARY] for name in ("company", "products", "shop", "web")}
    assert {name: row["actual_cents"] // 2800 for name, row in by_name.items()} == {
        "company": 16,
        "products": 15,
        "shop": 15,
        "web": 10,
    }
    assert by_name["products"]["budget_cents"] == by_name["products"]["children_cents"] == 50_000
    assert by_name["company"]["children_cents"] == 50_000
    assert by_name["shop"]["children_cents"] is None
    assert found["(unbudgeted)", FEBRUARY]["actual_cents"] == 2 * 2800
    assert found["products", MARCH]["forecast_cents"] == 15 * 3100


def test_a_child_counts_in_its_parent_only_while_it_has_an_amount():
    plans = [
        plan("products", covers_children_only=True),
        plan("shop", 300, parent="products", valid=(date(2026, 2, 15), date.max)),
    ]
    found = rows(plans, every_day(bucket("shop"), 10))
    assert ("products", JANUARY) not in found
    february = found["products", FEBRUARY]
    assert (february["actual_cents"], february["budget_cents"]) == (14_000, 15_000)


def test_a_parent_that_covers_its_children_makes_nothing_else_budgeted():
    """It has no filter, so that anything fits it."""
    plans = [
        plan("products", covers_children_only=True),
        plan("shop", 300, parent="products"),
    ]
    spent = [*every_day(bucket("products", "shop"), 10), *every_day(bucket("products"), 1)]
    found = rows(plans, spent)
    assert found["products", FEBRUARY]["actual_cents"] == 28_000
    assert found["(unbudgeted)", FEBRUARY]["actual_cents"] == 2800


def test_children_that_add_up_to_more_than_their_parent_are_a_warning():
    plans = [
        plan("company", 1000),
        plan("shop", 700, parent="company"),
        plan("web", (FEBRUARY, 500), parent="company"),
    ]
    found = rows(plans, every_day(bucket("company", "shop", "web"), 1))
    assert found["company", JANUARY]["warning"] is None
    as_much = [plan("company", 700), plan("shop", 700, parent="company")]
    even = rows(as_much, every_day(bucket("company", "shop"), 1))
    assert even["company", JANUARY]["warning"] is None
    assert found["company", FEBRUARY]["warning"] == (
        "Its children add up to 1,200.00, which is more than its own 1,000.00."
    )


def test_a_filter_that_fits_nothing_is_a_warning():
    found = rows([plan("all", 10), plan("typo", 10)], every_day(bucket("all"), 1))
    assert found["typo", JANUARY]["warning"] == "No cost of any month fits its filter."
    assert found["all", JANUARY]["warning"] is None
    assert found["typo", MARCH]["status"] == "on track"


def test_credits_and_dollars_are_never_added():
    plans = [plan("dollars", 400), plan("credits", 400, currency=CREDITS)]
    spent = [
        *every_day(bucket("dollars"), 10),
        *every_day(bucket("credits", currency=CREDITS), 20),
        *every_day(bucket(currency=CREDITS), 3),
    ]
    found = rows(plans, spent)
    assert found["dollars", JANUARY]["actual_cents"] == 31_000
    assert found["credits", JANUARY, CREDITS]["actual_cents"] == 62_000
    assert found["(unbudgeted)", JANUARY]["actual_cents"] == 0
    assert found["(unbudgeted)", JANUARY, CREDITS]["actual_cents"] == 9300
    assert found["(unbudgeted)", MARCH, CREDITS]["forecast_cents"] == 9300


def test_what_is_not_in_the_total_is_not_unbudgeted():
    """A budget may include what Atlas credits; where none does, nobody has to plan for it."""
    spent = [
        *every_day(bucket("net"), 10),
        *every_day(bucket("net", is_in_total=False), -4),
        *every_day(bucket(is_in_total=False), -1),
    ]
    found = rows([plan("net", 200)], spent)
    assert found["net", JANUARY]["actual_cents"] == 6 * 3100
    assert found["(unbudgeted)", JANUARY]["actual_cents"] == 0


def test_a_credit_that_brings_a_month_back_within_its_budget_leaves_no_day_of_exceeding():
    spent = [
        *every_day(bucket("net"), 10, last=date(2026, 1, 31)),
        Spent(date(2026, 1, 31), bucket("net"), -20_000),
    ]
    january = rows([plan("net", 150)], spent)["net", JANUARY]
    assert (january["actual_cents"], january["status"]) == (11_000, "on track")
    assert january["exceeds_on"] is None


def test_a_day_that_uses_up_the_budget_to_the_cent_is_not_yet_above_it():
    """$150 a day and $3,000: the 20th reaches it, and the 21st goes beyond."""
    found = rows([plan("all", 3000)], every_day(bucket("all"), 150))
    assert found["all", JANUARY]["exceeds_on"] == date(2026, 1, 21)
    assert rows([plan("all", 4650)], every_day(bucket("all"), 150))["all", JANUARY]["status"] == (
        "on track"
    )


def test_what_is_exceeded_already_is_so_whatever_is_still_expected():
    """Credits that will bring the month back within its budget do not undo the day."""
    spent = [*every_day(bucket("net"), 10), Spent(THROUGH, bucket("net"), 30_000)]
    expected = {(ORDERS, MARCH): 20_000}
    march = rows([plan("net", 400)], spent, expected=expected)["net", MARCH]
    assert (march["actual_cents"], march["forecast_cents"]) == (50_000, 20_000)
    assert (march["status"], march["exceeds_on"]) == ("exceeded", THROUGH)


def test_a_day_of_exceeding_is_the_last_time_the_costs_cross_the_budget():
    spent = [
        Spent(date(2026, 1, 5), bucket("net"), 20_000),
        Spent(date(2026, 1, 10), bucket("net"), -15_000),
        Spent(date(2026, 1, 20), bucket("net"), 11_000),
    ]
    january = rows([plan("net", 150)], spent)["net", JANUARY]
    assert january["exceeds_on"] == date(2026, 1, 20)


def test_a_budget_of_nothing_is_exceeded_on_the_first_day_of_any_cost():
    found = rows([plan("all", 0)], [Spent(date(2026, 1, 9), bucket("all"), 1)])
    assert found["all", JANUARY]["exceeds_on"] == date(2026, 1, 9)
    assert found["all", JANUARY]["used_share"] is None
    assert found["all", FEBRUARY]["status"] == "on track"


def test_a_forecast_divides_as_its_leaf_did_lately():
    """$100.01 more are forecast; three quarters of the leaf fit the budget: $75.01 and $25.00."""
    spent = [*every_day(bucket("shop"), 3), *every_day(bucket(), 1)]
    expected = {(ORDERS, MARCH): 8000 + 10_001}
    found = rows([plan("shop", 100)], spent, expected=expected)
    assert found["shop", MARCH]["forecast_cents"] == 6000 + 7501
    assert found["(unbudgeted)", MARCH]["forecast_cents"] == 2000 + 2500
    assert found["shop", MARCH]["forecast_basis"] == "forecast"
    # $7,501 evenly on eleven days, 681.9 each: 10,000 less 6,000 are used up on the sixth
    assert found["shop", MARCH]["exceeds_on"] == date(2026, 3, 26)
    # half of what is forecast is spent: so may be half of the budget
    even = rows([plan("shop", 100)], spent, expected={(ORDERS, MARCH): 16_000})
    assert even["shop", MARCH]["plan_to_date_by_forecast_cents"] == 5000
    assert even["shop", MARCH]["plan_to_date_cents"] == 6452


def test_a_leaf_without_a_project_is_not_one_with_an_empty_one():
    """Each has a forecast of its own, and none counts twice."""
    nobody, empty = (ORDERS._replace(project_id=each) for each in (None, ""))
    kinds = [bucket("shop"), bucket()]
    recent = [Recent(leaf, kind, 0, 0, 1) for leaf in (nobody, empty) for kind in kinds]
    expected = {(nobody, MARCH): 1000, (empty, MARCH): 10_000}
    spent = every_day(bucket("shop"), 0)
    march = rows([plan("shop", 100)], spent, recent, expected)["shop", MARCH]
    assert march["forecast_cents"] == 500 + 5000


def test_a_month_to_come_has_its_own_forecast_or_goes_on_at_the_rate():
    spent = every_day(bucket("shop"), 3)
    expected = {(ORDERS, MARCH): 10_000, (ORDERS, APRIL): 12_345}
    found = rows([plan("shop", 100)], spent, expected=expected)
    assert (found["shop", APRIL]["forecast_cents"], found["shop", APRIL]["status"]) == (
        12_345,
        "at risk",
    )
    may = found["shop", date(2026, 5, 1)]
    assert (may["forecast_cents"], may["forecast_basis"]) == (31 * 300, "run rate")
    assert max(month for _, month in found) == months_on(MARCH, 12)


def test_a_budget_may_be_known_partly_by_a_forecast_and_partly_by_its_rate():
    spent = every_day(bucket("shop"), 3)
    recent = [*recent_of(spent), *recent_of(every_day(bucket("shop"), 7), BACKUP)]
    found = rows(
        [plan("shop", 100)],
        [*spent, *every_day(bucket("shop"), 7)],
        recent,
        {(ORDERS, MARCH): 6000},
    )
    march = found["shop", MARCH]
    # the forecast expects nothing more of one leaf, the rate 11 times 7 of the other
    assert march["forecast_cents"] == 6000 + 14_000 + 7700
    assert march["forecast_basis"] == "run rate"
    found = rows([plan("shop", 100)], spent, recent, {(ORDERS, MARCH): 6001})
    assert found["shop", MARCH]["forecast_basis"] == "forecast and run rate"


def test_a_month_that_begins_before_the_data_is_not_judged():
    """Unless what is known of it is above the budget already."""
    reach = Reach(date(2026, 1, 12), THROUGH)
    spent = every_day(bucket("all"), 10, first=date(2026, 1, 12))
    found = rows([plan("all", 500)], spent, reach=reach)
    assert found["all", JANUARY]["status"] == "not enough data"
    assert found["all", JANUARY]["exceeds_on"] is None
    assert rows([plan("all", 100)], spent, reach=reach)["all", JANUARY]["status"] == "exceeded"
    late = plan("all", 500, valid=(date(2026, 1, 15), date.max))
    assert rows([late], spent, reach=reach)["all", JANUARY]["status"] == "on track"


@pytest.mark.parametrize(("first", "is_enough"), [(14, False), (13, True)])
def test_less_than_seven_complete_days_are_no_rate(first, is_enough):
    """From the 13th to the 19th there are seven before the newest."""
    begin = date(2026, 3, first)
    spent = every_day(bucket("all"), 1, first=begin)
    begun = plan("all", 500, valid=(begin, date.max))
    march = rows([begun], spent, reach=Reach(begin, THROUGH))["all", MARCH]
    assert march["status"] == ("on track" if is_enough else "not enough data")
    assert march["forecast_cents"] == ((20 - first + 1 + 11) * 100 if is_enough else None)


def test_no_budget_is_no_row():
    found = budget_tables(Plans([]), every_day(bucket(), 1), [], {}, REACH)
    assert found == {BUDGETS: [], BUDGET_DAYS: []}


def test_the_last_day_of_a_month_ends_it():
    reach = Reach(JANUARY, date(2026, 2, 28))
    spent = every_day(bucket("all"), 1, last=reach.data_through)
    february = rows([plan("all", 100)], spent, [], reach=reach)["all", FEBRUARY]
    assert (february["is_running"], february["forecast_cents"]) == (True, 2800)
    assert february["plan_to_date_cents"] == 10_000


def test_ties_round_away_from_zero():
    assert [rounded(Fraction(each, 2)) for each in (1, 3, -1, -3, 2)] == [1, 2, -1, -2, 1]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.fractions(-1000, 1000, max_denominator=97), max_size=12))
def test_whole_cents_add_up_and_each_is_within_one(amounts):
    found = in_whole_cents(amounts)
    assert sum(found) == rounded(sum(amounts, Fraction(0)))
    assert all(abs(each - exact) <= 1 for each, exact in zip(found, amounts, strict=True))


@given(st.lists(st.integers(-1000, 1000), max_size=12), st.integers(1, 97))
@settings(max_examples=50, deadline=None)
def test_a_common_denominator_gives_the_same(numerators, denominator):
    fractions = [Fraction(each, denominator) for each in numerators]
    assert shared(numerators, denominator) == in_whole_cents(fractions)


CENTS = st.integers(-500, 5000)


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_budgets_that_share_nothing_and_the_rest_add_up_to_the_whole(data):
    """Spent and forecast, to the cent, whatever is forecast and whatever goes on at its rate."""
    kinds = [bucket("all", "a"), bucket("all", "b"), bucket("all")]
    leaves = [ORDERS, BACKUP, ORDERS._replace(resource_id=None)]
    recent = [
        Recent(leaf, kind, *data.draw(st.tuples(CENTS, CENTS, CENTS)))
        for leaf in leaves
        for kind in kinds
    ]
    months = [MARCH, APRIL]
    expected = {
        (leaf, month): data.draw(CENTS)
        for leaf in leaves
        for month in months
        if data.draw(st.booleans())
    }
    spent = [Spent(MARCH, each.bucket, each.month_cents) for each in recent]
    parts = [plan("a", 10, parent="all"), plan("b", 10, parent="all")]
    found = rows([plan("all", 10), *parts], spent, recent, expected)
    ended = plan("all", 10, valid=(date(2020, 1, 1), date(2021, 1, 1)))
    rest = rows([ended, *parts], spent, recent, expected)
    for month in months:
        for name in ("actual_cents", "forecast_cents"):
            one, other = found["a", month][name], found["b", month][name]
            assert found["all", month][name] == one + other + rest["(unbudgeted)", month][name]
    if all((leaf, MARCH) in expected for leaf in leaves):
        assert found["all", MARCH]["forecast_cents"] == sum(
            cents for (_, month), cents in expected.items() if month == MARCH
        )


def test_the_days_between_periods():
    one, two = (JANUARY, FEBRUARY), (date(2026, 1, 15), MARCH)
    assert between([]) == (ALWAYS,)
    assert between([two, one]) == ((date.min, JANUARY), (MARCH, date.max))
    assert between([one, (MARCH, date.max)]) == ((date.min, JANUARY), (FEBRUARY, MARCH))
    assert between([ALWAYS]) == ()


def test_a_sum_of_children_adds_whole_cents():
    """Two children of 10 ÷ 31 of $1,000: 322.58 each, and their parent twice that."""
    late = (date(2026, 1, 22), 1000)
    plans = Plans([plan("both"), plan("a", late, parent="both"), plan("b", late, parent="both")])
    assert plans.cents(plans.by_name["both"], JANUARY) == 2 * 32_258


def test_a_plan_without_end_reaches_the_last_day_there_is():
    assert Plans([plan("all", 1)]).periods(plan("all", 1)) == (ALWAYS,)


def days_of(plans, spent, expected=None):
    """Rows of `budget_days` by budget, and those of `budgets` by budget and month."""
    found = budget_tables(Plans(plans), spent, recent_of(spent), expected or {}, REACH)
    records = {
        table: [dict(zip([c.name for c in table.columns], row, strict=True)) for row in rows_]
        for table, rows_ in found.items()
    }
    by_name = {}
    for each in records[BUDGET_DAYS]:
        by_name.setdefault(each["budget"], []).append(each)
    return by_name, {(each["budget"], each["month"]): each for each in records[BUDGETS]}


def test_a_budgets_days_add_up_to_its_months():
    """Another amount from March 10 on, and a forecast that 11 days do not divide."""
    changing = plan("all", (date.min, 3100), (date(2026, 3, 10), 3200))
    spent = every_day(bucket("all"), 150)
    by_name, months = days_of([changing], spent, {(ORDERS, MARCH): 400_003})
    days = [each for each in by_name["all"] if each["usage_date"] >= MARCH]
    assert len(days) == 31
    assert {len(by_name["all"])} == {31 + 28 + 31}
    assert days[0]["plan_cents"] == 10_000
    assert sum(each["plan_cents"] for each in days) == months["all", MARCH]["budget_cents"]
    known = [each["actual_cents"] for each in days if each["actual_cents"] is not None]
    assert known == [15_000] * 20
    to_come = [each["expected_cents"] for each in days if each["expected_cents"] is not None]
    assert (len(to_come), sum(to_come)) == (11, 100_003)
    assert sum(known) + sum(to_come) == months["all", MARCH]["forecast_cents"]


def test_days_of_what_no_budget_covers_have_no_plan():
    spent = [*every_day(bucket("web"), 10), *every_day(bucket(), 3)]
    by_name, _ = days_of([plan("web", 310)], spent)
    rest = by_name["(unbudgeted)"]
    assert {each["plan_cents"] for each in rest} == {None}
    assert rest[0]["actual_cents"] == 300
    assert len(rest) == 31 + 28 + 31
