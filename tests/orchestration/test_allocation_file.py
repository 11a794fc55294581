"""config/allocation.yaml: what it may say, the rows it becomes, the sentence for a mistake."""

from datetime import date

import pytest

from orchestration.rules.allocation import Key, read_allocation
from orchestration.rules.compiling import compiled, fingerprint
from orchestration.settings import SettingsError
from tests.conftest import ROOT


@pytest.fixture
def read(tmp_path):
    def from_text(text: str):
        file = tmp_path / "allocation.yaml"
        file.write_text(text)
        return read_allocation(file)

    return from_text


def rule(text: str) -> str:
    """A file of one key with one rule; the rule's own lines begin at line 4."""
    indented = "\n".join(f"    {line}" for line in text.splitlines())
    return f"keys:\n- key: team\n  rules:\n  -\n{indented}\n"


def test_the_example_is_valid():
    keys = read_allocation(ROOT / "config/allocation.yaml.example")
    assert [each.key for each in keys] == ["team", "cost_center"]
    assert len(compiled(keys)["allocation_rules"]) == 6 + 1 + 1 + 1


@pytest.mark.parametrize("text", ["", "# nothing\n", "keys:\n", "keys: []\n"])
def test_a_file_may_say_nothing(read, text):
    assert read(text) == []
    assert not any(compiled([]).values())


def test_no_file_is_no_key(tmp_path):
    assert read_allocation(tmp_path / "none.yaml") == []


def test_the_default_is_the_last_rule(read):
    [key] = read("keys:\n- key: team\n  default: nobody\n")
    [row] = compiled([key])["allocation_rules"]
    assert (row["rule"], row["method"], row["value"]) == (1, "default", "nobody")
    assert read("keys:\n- key: team\n")[0].default == "(unallocated)"


def test_days_are_both_included_and_the_models_have_an_exclusive_end(read):
    rows = compiled(read(rule("value: a\nfrom: 2026-05-01\nto: 2026-05-31")))["allocation_rules"]
    assert (rows[0]["valid_from"], rows[0]["valid_to"]) == (date(2026, 5, 1), date(2026, 6, 1))


def test_the_last_day_there_is_means_without_end(read):
    """Some write 9999-12-31 for it; the day after is none."""
    rows = compiled(read(rule("value: a\nfrom: 2026-05-01\nto: 9999-12-31")))["allocation_rules"]
    assert (rows[0]["valid_from"], rows[0]["valid_to"]) == (date(2026, 5, 1), None)


def test_spaces_around_a_dimension_and_a_tag_do_not_count(read):
    """A key ` team` was accepted, and fits no line."""
    text = rule("value: a\nwhen:\n  all: [{dimension: 'tag: team', is: x}]")
    [row] = compiled(read(text))["allocation_conditions"]
    assert row["dimension"] == "tag:team"
    rows = compiled(read(rule("value_from: ' tag : a:b '")))["allocation_rules"]
    assert rows[0]["dimension"] == "tag:a:b"
    rows = compiled(read(rule("value_from: ' project'")))["allocation_rules"]
    assert rows[0]["dimension"] == "project"


def test_all_holds_with_each_of_any(read):
    text = rule(
        "value: a\n"
        "when:\n"
        "  all: [{dimension: service, is: Backup}]\n"
        "  any: [{dimension: sku, starts: A}, {dimension: 'tag:env', is_not: [x, y]}]"
    )
    rows = compiled(read(text))["allocation_conditions"]
    assert [(row["set_number"], row["condition_number"], row["dimension"], row["operator"],
             row["is_negated"], row["operand"]) for row in rows] == [
        (1, 1, "service", "is", False, "Backup"),
        (1, 2, "sku", "starts", False, "A"),
        (2, 1, "service", "is", False, "Backup"),
        (2, 2, "tag:env", "is", True, "x"),
        (2, 2, "tag:env", "is", True, "y"),
    ]  # fmt: skip


def test_tags_of_the_first_reading_are_another_dimension(read):
    text = rule("value_from: tag:team").replace("key: team", "key: team\n  tags: first_seen")
    rows = compiled(read(text))
    assert rows["allocation_rules"][0]["dimension"] == "tag_first_seen:team"


def test_percentages_are_whole_weights_and_equal_parts_of_named_values_are_fixed(read):
    rows = compiled(read(rule("percent: {a: 33.333334, b: 66.666666}")))
    assert {row["value"]: row["weight"] for row in rows["allocation_shares"]} == {
        "a": 33333334,
        "b": 66666666,
    }
    rows = compiled(read(rule("split: {by: equal, to: [a, b]}")))
    assert rows["allocation_rules"][0]["method"] == "fixed"
    assert [row["weight"] for row in rows["allocation_shares"]] == [1, 1]


def test_a_fingerprint_tells_rules_apart():
    one = {"key": "k", "rules": [{"value": "a"}]}
    other = {"key": "k", "rules": [{"value": "b"}]}
    assert fingerprint(Key.model_validate(one)) == fingerprint(Key.model_validate(one))
    assert fingerprint(Key.model_validate(one)) != fingerprint(Key.model_validate(other))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (rule("name: nothing"), "line 5: keys[0].rules[0] needs one of value, value_from, percent"),
        (rule("value: a\nvalue_from: sku"), "line 5: keys[0].rules[0] needs one of value, value_"),
        (rule("percent: {a: 50, b: 49}"), "line 5: keys[0].rules[0].percent must add up to 100."),
        (rule("percent:\n  a: canary"), "line 6: keys[0].rules[0].percent.a must be a valid deci"),
        (rule("percent: {a: -1, b: 101}"), "line 5: keys[0].rules[0].percent.a must be greater"),
        (
            rule("percent: {a: 100, 'a ': 100}"),
            "line 5: keys[0].rules[0].percent must not name a value twice.",
        ),
        *(
            (rule(f"value: a\n{name}: {day}"), f"line 6: keys[0].rules[0].{name} must be a day su")
            for name, day in (
                ("from", "1767225600"),
                ("from", "'0'"),
                ("to", "2026-05-01T00:00:00"),
                ("to", "2026-5-1"),
                ("to", "20260501"),
            )
        ),
        (rule("value: a\nfrom: 2026-02-30"), "line 6: keys[0].rules[0].from must be a valid date"),
        (rule("value_from: 'tag: '"), "line 5: keys[0].rules[0].value_from must be tag:<key> or"),
        (rule("value: a\nwhen: {}"), "line 6: keys[0].rules[0].when needs conditions under all"),
        (
            rule("value: a\nwhen:\n  all:\n  - {dimension: canary, is: a}"),
            "line 8: keys[0].rules[0].when.all[0].dimension must be tag:<key> or one of service,",
        ),
        (
            rule("value: a\nwhen:\n  any:\n  - {dimension: sku}"),
            "line 8: keys[0].rules[0].when.any[0] needs one of is, is_not, contains,",
        ),
        (
            rule("value: a\nwhen:\n  any:\n  - {dimension: sku, is: a, ends: b}"),
            "line 8: keys[0].rules[0].when.any[0] needs one of is, is_not, contains,",
        ),
        (
            rule("value: a\nwhen:\n  any:\n  - dimension: sku\n    regex: '[canary'"),
            "line 9: keys[0].rules[0].when.any[0].regex is not a regular expression (missing ]).",
        ),
        (
            rule("split:\n  of:\n    all:\n    - {dimension: sku, regex: '(?=a)'}"),
            "line 8: keys[0].rules[0].split.of.all[0].regex is not a regular expression (invalid",
        ),
        (rule("split: {by: usage}"), "line 5: keys[0].rules[0].split.by must be 'cost' or 'equ"),
        (rule("split: {over: year}"), "line 5: keys[0].rules[0].split.over must be 'month' or"),
        (rule("split: {to: [a, a]}"), "line 5: keys[0].rules[0].split.to must not name a value"),
        (rule("value: a\nfrom: soon"), "line 6: keys[0].rules[0].from must be a day such as"),
        (
            rule("value: a\nfrom: 2026-02-01\nto: 2026-01-01"),
            "line 5: keys[0].rules[0] ends before it begins.",
        ),
        ("keys:\n- key: a\n- key: a\n", "line 3: keys[1].key stands here twice."),
        ("keys:\n- key: ''\n", "line 2: keys[0].key must not be empty."),
        ("keys:\n- key: a\n  tags: old\n", "line 3: keys[0].tags must be 'current' or 'first_s"),
    ],
)
def test_a_mistake_is_one_sentence_with_file_line_and_key(read, text, sentence):
    with pytest.raises(SettingsError) as raised:
        read(text)
    assert f"allocation.yaml, {sentence}" in str(raised.value)
    assert "canary" not in str(raised.value)


def test_a_split_among_named_values_in_equal_parts_looks_at_no_cost(read):
    of = "of: {all: [{dimension: sku, is: a}]}"
    with pytest.raises(SettingsError, match="look at no cost"):
        read(rule(f"split: {{by: equal, to: [a], {of}}}"))
