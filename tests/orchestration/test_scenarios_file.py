"""config/scenarios.yaml: what it may say, and the sentence for a mistake."""

from datetime import date
from decimal import Decimal

import pytest

from orchestration.rules.scenarios import read_scenarios
from orchestration.settings import SettingsError
from tests.conftest import ROOT


@pytest.fixture
def read(tmp_path):
    def from_text(text: str):
        file = tmp_path / "scenarios.yaml"
        file.write_text(text)
        return read_scenarios(file)

    return from_text


def scenario(text: str, when: str = "{all: [{dimension: resource, is: a}]}") -> str:
    """A file of one scenario with one change; what it says besides begins at line 6."""
    indented = "\n".join(f"    {line}" for line in text.splitlines())
    return f"scenarios:\n- name: s\n  changes:\n  - name: c\n    when: {when}\n{indented}\n"


def test_the_example_is_valid():
    growing, thrift = read_scenarios(ROOT / "config/scenarios.yaml.example")
    assert [each.name for each in growing.changes] == ["shop-prod on M50", "storage grows"]
    assert growing.changes[1].growth_percent == Decimal(20)
    assert thrift.changes[0].pause.from_hour == 20


def test_a_change_of_servers_is_about_nothing_else(read):
    [found] = read(scenario("from: 2027-01\ninstance_size: M40"))
    rows = list(found.costs(found.changes[0]).when.rows("current"))
    assert [(row["dimension"], row["operand"]) for row in rows] == [
        ("resource", "a"),
        ("category", "Dedicated instance"),
    ]
    [found] = read(scenario("from: 2027-01\npause: {weekends: true}"))
    rows = list(found.costs(found.changes[0]).when.rows("current"))
    assert [row["operand"] for row in rows if row["is_negated"]] == [
        "Storage",
        "Backup",
        "Atlas Data Federation",
    ]
    [found] = read(scenario("from: 2027-01\ngrowth_percent: -2.5"))
    assert len(list(found.costs(found.changes[0]).when.rows("current"))) == 1
    assert found.changes[0].first_month == date(2027, 1, 1)


@pytest.mark.parametrize("text", ["", "scenarios:\n", "scenarios: []\n"])
def test_a_file_may_say_nothing(read, text):
    assert read(text) == []


M40 = "from: 2027-01\ninstance_size: M40"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (scenario("instance_size: M40"), "line 4: scenarios[0].changes[0].from is missing."),
        (scenario("from: 2027-1\nregion: a"), "line 6: scenarios[0].changes[0].from must be a mon"),
        (
            scenario("from: 2027-01"),
            "line 4: scenarios[0].changes[0] needs one of instance_size, r",
        ),
        (scenario(f"{M40}\nregion: a"), "line 4: scenarios[0].changes[0] needs one of instance_si"),
        (scenario(f"{M40}\nto: 2026-12"), "line 4: scenarios[0].changes[0] ends before it begins."),
        (scenario("from: 2027-01\npause: {}"), "changes[0].pause never pauses: say weekends: true"),
        (scenario("from: 2027-01\npause: {from_hour: 20}"), "pause needs both from_hour and to_ho"),
        (scenario("from: 2027-01\npause: {from_hour: 9, to_hour: 9}"), "hours that end where they"),
        (scenario("from: 2027-01\npause: {from_hour: 9, to_hour: 24}"), "to_hour must be less th"),
        (scenario("from: 2027-01\npause: {from_hour: 9, to_hour: x}"), "to_hour must be an hour f"),
        (
            scenario("from: 2027-01\npause: {weekends: maybe}"),
            "weekends must be 'true' or 'false'.",
        ),
        (scenario("from: 2027-01\ngrowth_percent: much"), "growth_percent must be a percentage s"),
        (scenario("from: 2027-01\ngrowth_percent: -100"), "growth_percent must be greater than -"),
        (scenario("from: 2027-01\ngrowth_percent: 1e2"), "growth_percent must be a percentage su"),
        (scenario(M40, "{all: [{dimension: sku, regex: '['}]}"), "is not a regular expression"),
        (scenario(M40, "{}"), "line 5: scenarios[0].changes[0].when needs conditions under all"),
        (scenario(M40).replace("name: c", "name: (total)"), "changes[0].name must not be (total)"),
        ("scenarios:\n- name: s\n  changes: []\n", "line 3: scenarios[0].changes "),
        ("scenarios:\n- name: s\n", "line 2: scenarios[0].changes is missing."),
        (
            scenario(M40) + scenario(M40).partition("\n")[2],
            "line 8: scenarios[1].name stands here twice.",
        ),
        (
            scenario(M40) + scenario(M40).partition("changes:\n")[2],
            "line 8: scenarios[0].changes[1].name stands here twice.",
        ),
    ],
)
def test_a_mistake_is_one_sentence_with_file_line_and_key(read, text, sentence):
    with pytest.raises(SettingsError) as raised:
        read(text)
    assert "scenarios.yaml, line " in str(raised.value)
    assert sentence in str(raised.value)
