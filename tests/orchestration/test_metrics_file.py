"""config/metrics.yaml: what it may say, and the sentence for a mistake."""

import pytest

from orchestration.rules.metrics import read_metrics
from orchestration.settings import SettingsError
from tests.conftest import ROOT


@pytest.fixture
def read(tmp_path):
    def from_text(text: str):
        file = tmp_path / "metrics.yaml"
        file.write_text(text)
        return read_metrics(file)

    return from_text


def metric(text: str, file: str = "a.csv") -> str:
    """A file of one metric; what it says besides begins at line 5."""
    indented = "\n".join(f"  {line}" for line in text.splitlines())
    return f"metrics:\n- name: a\n  unit: order\n  file: {file}\n{indented}\n"


def test_the_example_is_valid():
    found = read_metrics(ROOT / "config/metrics.yaml.example")
    assert [(each.name, each.per, each.every) for each in found] == [
        ("orders", 1000, "day"),
        ("stored", 1, "day"),
        ("tenants", 1, "month"),
    ]
    assert found[2].label_dimension == "tag:tenant"


@pytest.mark.parametrize("text", ["", "metrics:\n", "metrics: []\n"])
def test_a_file_may_say_nothing(read, text):
    assert read(text) == []


def test_tags_of_the_first_reading_are_another_dimension(read):
    [found] = read(metric("labels: tag:tenant\ntags: first_seen"))
    assert found.label_dimension == "tag_first_seen:tenant"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("metrics:\n- name: a\n  unit: b\n", "line 2: metrics[0].file is missing."),
        (metric("per: 0"), "line 5: metrics[0].per must be greater than or equal to 1"),
        (metric("per: 1.5"), "line 5: metrics[0].per must be a whole number such as 1000."),
        (metric("per: ten"), "line 5: metrics[0].per must be a whole number such as 1000."),
        (metric("every: week"), "line 5: metrics[0].every must be 'day' or 'month'."),
        (metric("labels: colour"), "line 5: metrics[0].labels must be tag:<key> or one of serv"),
        (metric("query: select 1"), "line 2: metrics[0] has a query, which a CSV file cannot"),
        (metric("", "a.duckdb"), "line 2: metrics[0] needs a query: its file has tables of its"),
        (metric("", "a.xlsx"), "line 4: metrics[0].file must end in .csv, .parquet, .duckdb, .d"),
        (metric("", "s3://bucket/a.csv"), "line 4: metrics[0].file must be a file on this machi"),
        (
            metric("every: month\nover_a_month: average"),
            "line 2: metrics[0] is counted every month: there is nothing to take an average of.",
        ),
        (
            metric("when:\n  all:\n  - {dimension: sku, regex: '['}"),
            "line 7: metrics[0].when.all[0].regex is not a regular expression",
        ),
        (
            metric("") + "- {name: a, unit: b, file: c.csv}\n",
            "metrics[1].name stands here twice.",
        ),
    ],
)
def test_a_mistake_is_one_sentence_with_file_line_and_key(read, text, sentence):
    with pytest.raises(SettingsError) as raised:
        read(text)
    assert "metrics.yaml, line " in str(raised.value)
    assert sentence in str(raised.value)
