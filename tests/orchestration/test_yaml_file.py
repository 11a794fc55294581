"""Mistakes in a file that an operator writes: one sentence with file, line and key, no value."""

from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict

from orchestration.config.yaml_file import OnlyText, TypedValues, YamlMistake, parse_yaml, read_yaml

FILE = Path("config/some.yaml")


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    name: str
    size: int = 1
    tags: dict[str, str] = {}


class Outer(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    items: list[Inner] = []


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("items:\n  - size: 1\n", "config/some.yaml, line 2: items[0].name is missing."),
        (
            "items:\n  - name: a\n    colour: canary\n",
            "config/some.yaml, line 3: items[0].colour is not a key that is known here.",
        ),
        (
            "items:\n  - name: [canary]\n",
            "config/some.yaml, line 2: items[0].name must be text.",
        ),
        (
            "items:\n- name: a\n\n  size: canary\n",
            "config/some.yaml, line 4: items[0].size must be a valid integer.",
        ),
        (
            "items:\n- name: a\n  tags:\n    a: b\n    c: [canary]\n",
            "config/some.yaml, line 5: items[0].tags.c must be text.",
        ),
        ("items: canary\n", "config/some.yaml, line 1: items must be a list."),
        (
            "# nothing\n- canary\n",
            "config/some.yaml, line 2: the file must be a list of keys and values.",
        ),
    ],
)
def test_what_a_model_refuses_is_named_with_its_line(text, sentence):
    read = parse_yaml(text, FILE, TypedValues)
    with pytest.raises(YamlMistake) as raised:
        read.checked(Outer, read.document)
    assert str(raised.value) == sentence


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a: [\n", "config/some.yaml, line 2: not YAML (expected"),
        ("a: 1\nb:\n  c: 1\n  c: 2\n", "config/some.yaml, line 4: c stands twice in one entry."),
        ("a: \x01\n", "config/some.yaml: not YAML (a character, a number or a tag"),
        ("b: 1\na: &a [*a]\n", "config/some.yaml, line 2: not YAML that ends (it contains itself"),
        ("b:\n  - &a\n    c: [{d: *a}]\n", "config/some.yaml, line 2: not YAML that ends"),
        ("a: {[b]: c}\n", "config/some.yaml, line 1: not YAML (found unhashable key"),
    ],
)
def test_what_is_not_yaml_is_named_too(text, sentence):
    with pytest.raises(YamlMistake) as raised:
        parse_yaml(text, FILE, TypedValues)
    assert str(raised.value).startswith(sentence)


def test_a_place_that_is_not_there_has_the_line_of_what_is_around_it():
    read = parse_yaml("\na:\n  b: 1\n", FILE, TypedValues)
    assert str(read.mistake(("a", "c", "d"), "is odd")).endswith("line 2: a.c.d is odd.")
    assert str(read.mistake((), "is odd")).endswith("line 2: the file is odd.")


def test_values_have_types_and_times_stay_text():
    text = "a: 3\nb: yes\nc: 2026-12-31T00:00:00Z\nd: 2026-12-31\n"
    typed = parse_yaml(text, FILE, TypedValues).document
    assert typed == {"a": 3, "b": True, "c": "2026-12-31T00:00:00Z", "d": "2026-12-31"}
    assert parse_yaml(text, FILE, OnlyText).document["a"] == "3"


def test_an_empty_file_says_nothing():
    assert parse_yaml("# only a comment\n", FILE, TypedValues).document is None


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(YamlMistake, match=r"cannot be read: IsADirectoryError"):
        read_yaml(tmp_path, TypedValues)
    (tmp_path / "latin").write_bytes(b"a: \xe9")
    with pytest.raises(YamlMistake, match=r"latin, line 1: not UTF-8"):
        read_yaml(tmp_path / "latin", TypedValues)
    with pytest.raises(FileNotFoundError):
        read_yaml(tmp_path / "none", TypedValues)


def test_a_value_may_stand_in_several_places():
    read = parse_yaml("a: &a [1]\nb: [*a, *a]\nc: {d: *a}\n", FILE, TypedValues)
    assert read.document == {"a": [1], "b": [[1], [1]], "c": {"d": [1]}}


def test_what_is_not_utf_8_is_named_with_its_line(tmp_path):
    file = tmp_path / "some.yaml"
    file.write_bytes("a: 1\nb: Müller\n".encode("latin-1"))
    with pytest.raises(YamlMistake) as raised:
        read_yaml(file, OnlyText)
    assert str(raised.value) == f"{file}, line 2: not UTF-8: save the file as UTF-8."


# Each level says the one before ten times: a thousand million values in nine lines.
LAUGHS = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9)
)
MERGES = "a0: &a0 {k: v}\n" + "".join(
    f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 10)}]}}\n" for n in range(1, 9)
)


@pytest.mark.parametrize("loader", [OnlyText, TypedValues])
@pytest.mark.parametrize("text", [LAUGHS, MERGES])
def test_aliases_that_multiply_are_refused_before_anything_is_made_of_them(text, loader):
    with pytest.raises(YamlMistake, match=r"line \d+: more than 100,000 values stand here"):
        parse_yaml(text, FILE, loader)


def test_an_alias_that_repeats_once_is_read():
    read = parse_yaml("tags: &t {a: b}\nitems: [{name: x, tags: *t}]\n", FILE, TypedValues)
    assert read.document["items"][0]["tags"] == {"a": "b"}


def test_a_file_of_unlikely_size_is_not_read(tmp_path):
    (tmp_path / "big.yaml").write_text("# " + "x" * 2**20)
    with pytest.raises(YamlMistake, match="larger than 1 MB"):
        read_yaml(tmp_path / "big.yaml", OnlyText)


@pytest.mark.parametrize(
    "value",
    [
        "!!python/object/apply:os.system ['touch canary']",
        "!!python/name:os.system",
        "!!python/object/new:subprocess.Popen [['true']]",
        "!mine canary",
        "!!int ''",
        "!!int canary",
        "!!bool canary",
        "!!float canary",
        "!!timestamp canary",
        "!!binary '\u00e9'",
        "!!set [canary]",
        "!!omap canary",
        "? {a: b}\n: c",
        "\x00",
        "\ud800",
        "[" * 5000,
        "9" * 5000,
    ],
)
def test_no_tag_makes_an_object_and_what_is_no_value_is_one_sentence(value, tmp_path):
    with pytest.raises(YamlMistake) as raised:
        parse_yaml(f"items: {value}\n" if value[0] != "?" else value, FILE, TypedValues)
    assert str(raised.value).startswith("config/some.yaml")
    assert "canary" not in str(raised.value)
    assert "\n" not in str(raised.value)
