"""config/budgets.yaml: what it may say, the plans it becomes, the sentence for a mistake."""

from datetime import date

import pytest

from orchestration.insight.budgets.plan import ALWAYS, Step
from orchestration.refreshing.insight_budgets import plan_of
from orchestration.rules.budgets import read_budgets
from orchestration.settings import SettingsError
from tests.conftest import ROOT


@pytest.fixture
def read(tmp_path):
    def from_text(text: str):
        file = tmp_path / "budgets.yaml"
        file.write_text(text)
        return read_budgets(file)

    return from_text


def budget(text: str) -> str:
    """A file of one budget called a; what it says besides begins at line 3."""
    indented = "\n".join(f"  {line}" for line in text.splitlines())
    return f"budgets:\n- name: a\n{indented}\n"


def test_the_example_is_valid():
    budgets = read_budgets(ROOT / "config/budgets.yaml.example")
    assert [(each.name, each.parent) for each in budgets] == [
        ("company", None),
        ("products", "company"),
        ("shop", "products"),
        ("data", "products"),
        ("commitment", None),
    ]
    assert budgets[1].is_sum
    assert budgets[3].months[date(2026, 12, 1)] == 375_050
    assert [each.pricing_currency for each in budgets] == ["USD"] * 4 + ["Atlas Credits"]


@pytest.mark.parametrize("text", ["", "# nothing\n", "budgets:\n", "budgets: []\n"])
def test_a_file_may_say_nothing(read, text):
    assert read(text) == []


def test_no_file_is_no_budget(tmp_path):
    assert read_budgets(tmp_path / "none.yaml") == []


def test_what_is_not_said_is_the_total_in_dollars(read):
    [found] = read(budget("monthly: 12.5"))
    assert found.include == ["usage", "support", "minimum_charge", "consulting"]
    assert (found.pricing_currency, found.when, found.monthly) == ("USD", None, 1250)


def test_days_are_both_included_and_plans_have_an_exclusive_end(read):
    plan = plan_of(read(budget("monthly: 1\nfrom: 2026-05-01\nto: 2026-05-31"))[0])
    assert plan.valid == (date(2026, 5, 1), date(2026, 6, 1))
    assert plan.steps == (Step(ALWAYS, 100),)
    assert plan_of(read(budget("monthly: 1\nto: 9999-12-31"))[0]).valid == ALWAYS


def test_each_change_holds_until_the_next(read):
    changes = "changes:\n- {from: 2026-01-01, monthly: 1}\n- {from: 2026-03-16, monthly: 2}"
    plan = plan_of(read(budget(changes))[0])
    assert plan.steps == (
        Step((date(2026, 1, 1), date(2026, 3, 16)), 100),
        Step((date(2026, 3, 16), date.max), 200),
    )


def test_a_curve_is_one_step_a_month_in_their_order(read):
    plan = plan_of(read(budget("months: {2026-12: 2, 2026-02: 1}"))[0])
    assert plan.steps == (
        Step((date(2026, 2, 1), date(2026, 3, 1)), 100),
        Step((date(2026, 12, 1), date(2027, 1, 1)), 200),
    )


CHILD = "- {name: b, parent: a, monthly: 1}\n"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        *(
            (budget(f"monthly: {amount}"), "line 3: budgets[0].monthly must be an amount such as")
            for amount in ("canary", "-1", "1e5", "NaN", "12,500", "1.005", "''", "1_000", "[1]")
        ),
        (budget("monthly: 1\nmonths: {2026-01: 1}"), "line 2: budgets[0] has more than one of mon"),
        (budget("months: {}"), "line 3: budgets[0].months "),
        (budget("months: {2026-13: 1}"), "line 3: budgets[0].months must be a month such as 2026"),
        (budget("months:\n  2026-01: canary"), "budgets[0].months"),
        (
            budget("changes:\n- {from: 2026-02-01, monthly: 1}\n- {from: 2026-02-01, monthly: 2}"),
            "line 2: budgets[0] has changes that do not follow one another.",
        ),
        (
            budget("changes:\n- from: 2026-02-01"),
            "line 4: budgets[0].changes[0].monthly is missing",
        ),
        (
            budget("changes:\n- {from: soon, monthly: 1}"),
            "line 4: budgets[0].changes[0].from must b",
        ),
        (budget("monthly: 1\nfrom: 2026-2-1"), "line 4: budgets[0].from must be a day such as"),
        (
            budget("monthly: 1\nfrom: 2026-02-01\nto: 2026-01-31"),
            "line 2: budgets[0] ends before it begins.",
        ),
        (budget("owner: me"), "line 2: budgets[0] needs one of monthly, changes, months, or child"),
        (budget("from: 2026-01-01") + CHILD, "line 2: budgets[0] has from or to, and no amount"),
        (budget("monthly: 1\ncovers: children"), "line 4: budgets[0].covers says children, and no"),
        (budget("monthly: 1\ncovers: canary") + CHILD, "line 4: budgets[0].covers must be 'childr"),
        (
            budget("covers: children\nwhen: {all: [{dimension: sku, is: a}]}") + CHILD,
            "line 2: budgets[0] has both covers and when.",
        ),
        (
            budget("monthly: 1\nparent: canary"),
            "line 4: budgets[0].parent is the name of no budget",
        ),
        (budget("monthly: 1\nparent: a"), "line 4: budgets[0].parent leads in a circle."),
        (
            budget("monthly: 1\nparent: b") + CHILD,
            "line 4: budgets[0].parent leads in a circle.",
        ),
        (
            budget("monthly: 1") + "- {name: b, parent: a, monthly: 1, currency: credits}\n",
            "line 4: budgets[1].currency is not its parent's: amounts of two currencies are never",
        ),
        (budget("monthly: 1\ncurrency: euros"), "line 4: budgets[0].currency must be 'dollars' or"),
        (budget("monthly: 1") + "- {name: a, monthly: 1}\n", "line 4: budgets[1].name stands here"),
        ("budgets:\n- monthly: 1\n", "line 2: budgets[0].name is missing."),
        ("budgets:\n- name: ' '\n  monthly: 1\n", "line 2: budgets[0].name must not be empty."),
        ("budgets:\n- name: (unbudgeted)\n  monthly: 1\n", "line 2: budgets[0].name must not be ("),
        (budget("monthly: 1\ncanary: 2"), "line 4: budgets[0].canary is not a key that is known"),
        (budget("monthly: 1\ninclude: [tax]"), "line 4: budgets[0].include[0] must be 'usage', 's"),
        (budget("monthly: 1\ninclude: []"), "line 4: budgets[0].include "),
        (
            budget("monthly: 1\ninclude: [usage, usage]"),
            "budgets[0].include must not name a charge",
        ),
        (
            budget("monthly: 1\nwhen:\n  all:\n  - dimension: sku\n    regex: '[canary'"),
            "line 7: budgets[0].when.all[0].regex is not a regular expression (missing ]).",
        ),
        (
            budget("monthly: 1\nwhen:\n  any:\n  - {dimension: colour, is: red}"),
            "line 6: budgets[0].when.any[0].dimension must be tag:<key> or one of service,",
        ),
    ],
)
def test_a_mistake_is_one_sentence_with_file_line_and_key(read, text, sentence):
    with pytest.raises(SettingsError) as raised:
        read(text)
    message = str(raised.value)
    assert "budgets.yaml, line " in message
    assert sentence in message
    assert message.endswith(".")
    assert "canary" not in message.replace("[0].canary", "")
