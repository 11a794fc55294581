"""config/insight.yaml: what it may say, and the sentence for a mistake."""

import pytest

from orchestration.insight.anomalies import Limits
from orchestration.insight.change_alerts import ChangeAlert
from orchestration.rules.insight import InsightRules, read_insight
from orchestration.settings import SettingsError
from tests.conftest import ROOT


@pytest.fixture
def read(tmp_path):
    def from_text(text: str) -> InsightRules:
        file = tmp_path / "insight.yaml"
        file.write_text(text)
        return read_insight(file)

    return from_text


def test_the_example_says_the_defaults(tmp_path):
    example = read_insight(ROOT / "config/insight.yaml.example")
    assert example == read_insight(tmp_path / "none.yaml")
    assert example.limits() == Limits()
    assert [each.by for each in example.alerts()] == [
        ("service",), ("project",), ("project", "service"),
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["", "# nothing\n", "change_alerts:\n"])
def test_a_file_may_say_nothing(read, text):
    assert read(text) == InsightRules()


def test_alerts_of_changes_can_be_switched_off(read):
    assert read("change_alerts: []\n").alerts() == []


def test_amounts_become_cents_and_percents_shares(read):
    rules = read(
        "anomalies:\n  floor: 12.34\n  floor_percent: 2.5\n"
        "change_alerts:\n- name: teams\n  by: tag:team\n  percent: 10\n  amount: 250\n"
        "  direction: both\n"
    )
    assert rules.limits() == Limits(floor_cents=1234, floor_share=0.025)
    assert rules.alerts() == [ChangeAlert(("tag:team",), 10, 25_000, "both", "teams")]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("anomalies:\n  flor: 3\n", "line 2: anomalies.flor is not a key that is known here."),
        (
            "anomalies:\n  floor: -1\n",
            "line 2: anomalies.floor must be greater than or",
        ),
        ("change_alerts:\n- percent: 3\n", "line 2: change_alerts[0].by is missing."),
        (
            "change_alerts:\n- by: [service, service]\n",
            "line 2: change_alerts[0].by must not name a dimension twice.",
        ),
        ("change_alerts:\n- by: weather\n", "line 2: change_alerts[0].by[0] must be tag:<key>"),
    ],
)
def test_a_mistake_is_one_sentence_with_file_line_and_key(read, text, sentence):
    with pytest.raises(SettingsError) as refused:
        read(text)
    assert f"insight.yaml, {sentence}" in str(refused.value)
