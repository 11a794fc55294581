"""config/taxonomy.yaml: what it may say, and the sentence for what it may not."""

import typing

import pytest

from orchestration.rules.taxonomy import Service, read_taxonomy
from orchestration.settings import SettingsError
from tests.conftest import ROOT


@pytest.fixture
def read(tmp_path):
    def from_text(text: str):
        file = tmp_path / "taxonomy.yaml"
        file.write_text(text)
        return read_taxonomy(file)

    return from_text


def test_the_example_is_valid():
    assert len(read_taxonomy(ROOT / "config/taxonomy.yaml.example")) == 3


def test_entries_keep_their_order_and_say_only_what_is_written(read):
    assert read("overrides:\n- sku: A\n  category: c\n- pattern: ^B\n  service: Backup\n") == [
        {"position": 1, "sku": "A", "pattern": None, "service": None, "category": "c",
         "instance_size": None, "charge_type": None},
        {"position": 2, "sku": None, "pattern": "^B", "service": "Backup", "category": None,
         "instance_size": None, "charge_type": None},
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["", "# nothing\n", "overrides:\n", "overrides: []\n"])
def test_a_file_may_say_nothing(read, text):
    assert read(text) == []


def test_no_file_is_no_override(tmp_path):
    assert read_taxonomy(tmp_path / "none.yaml") == []


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("overrides:\n- sku: A\n  service: canary\n", "line 3: overrides[0].service must be 'Atl"),
        ("overrides:\n- sku: A\n  charge_type: tax\n", "line 3: overrides[0].charge_type must be"),
        ("overrides:\n- sku: A\n  sevice: x\n", "line 3: overrides[0].sevice is not a key that"),
        ("overrides:\n- sku: A\n", "line 2: overrides[0] says nothing: add one of service,"),
        ("overrides:\n- service: Backup\n", "line 2: overrides[0] needs either sku or pattern."),
        ("overrides:\n- sku: ' '\n  service: Backup\n", "line 2: overrides[0].sku must not be em"),
        (
            "overrides:\n- sku: A\n  category: b\n- category: b\n  pattern: (canary\n",
            "line 5: overrides[1].pattern is not a regular expression (missing )).",
        ),
        ("overrides: canary\n", "line 1: overrides must be a list."),
        ("overrides: [\n", "line 2: not YAML"),
    ],
)
def test_a_mistake_is_one_sentence_with_file_line_and_key(read, text, sentence):
    with pytest.raises(SettingsError) as raised:
        read(text)
    assert f"taxonomy.yaml, {sentence}" in str(raised.value)
    assert "canary" not in str(raised.value)


def test_services_are_those_of_atlas_that_the_documentation_lists():
    services = typing.get_args(Service)
    assert len(services) == 23
    documented = (ROOT / "docs/dimensions.md").read_text()
    assert all(f"`{each}`" in documented for each in services)
