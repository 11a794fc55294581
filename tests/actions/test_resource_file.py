"""config/resources.yaml: what it may say, in which order it is applied, how mistakes are named."""

import re
from pathlib import Path

import pytest
import yaml

from orchestration.actions.resource_file.kinds import (
    ACCESS,
    CLUSTER,
    DATABASE_USER,
    INSIDE,
    PROJECT,
)
from orchestration.actions.resource_file.references import resolved
from orchestration.actions.resource_file.resources import read_resources
from orchestration.config.yaml_file import YamlMistake
from tests.conftest import ROOT

FILE = """\
projects:
  - name: shop
    tags: {team: shop}
    clusters:
      - name: main
        provider: AWS
        region: us-east-1
        instance_size: M10
        nodes: 3
        depends_on: [project:lab]
    database_users:
      - name: app
        password_env: APP_PASSWORD
        roles: [{role: readWrite, database: app}]
        scopes: ["${cluster:shop/main.name}"]
        delete_after: 2026-12-31T00:00:00Z
        wait_for: {access:shop/10.0.0.0/8: 60}
    access:
      - entry: 10.0.0.0/255.0.0.0
        comment: for ${project:lab.id}
  - name: lab
"""


@pytest.fixture
def read(tmp_path):
    file = tmp_path / "resources.yaml"

    def with_text(text: str):
        file.write_text(text)
        return read_resources(file)

    return with_text


def documented() -> list[str]:
    """Every example of the file in its documentation, and the example itself."""
    text = (ROOT / "docs/resources.md").read_text()
    blocks = re.findall(r"^```yaml\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    ours = [each for each in blocks if each.startswith(("projects:", "schedules:"))]
    assert len(ours) == 3
    return [*ours, (ROOT / "config/resources.yaml.example").read_text()]


def test_each_thing_has_an_address_and_what_it_needs_comes_before_it(read):
    found = read(FILE)
    order = [each.address for each in found]
    assert sorted(order) == [
        "access:shop/10.0.0.0/8",
        "cluster:shop/main",
        "database_user:shop/app",
        "project:lab",
        "project:shop",
    ]
    for each in found:
        assert all(order.index(need) < order.index(each.address) for need in each.needs)
    [user] = [each for each in found if each.kind is DATABASE_USER]
    assert set(user.needs) == {"project:shop", "cluster:shop/main", "access:shop/10.0.0.0/8"}
    assert user.wait_for == {"access:shop/10.0.0.0/8": 60}
    assert user.config.delete_after == "2026-12-31T00:00:00Z"


def test_the_fields_of_a_thing_are_those_of_its_action():
    for kind in (PROJECT, *INSIDE):
        config = set(kind.create.config.model_fields)
        assert config - set(kind.fields) == {"connection", "dry_run", "project"} & config
        if kind.update:
            assert {"project", "name"} <= set(kind.update.config.model_fields)


@pytest.mark.parametrize("kind", [PROJECT, *INSIDE], ids=lambda kind: kind.name)
def test_the_attributes_of_a_thing_are_documented(kind):
    told = ", ".join(f"`{each}`" for each in kind.attributes)
    assert f"| {told} |" in (ROOT / "docs/resources.md").read_text()


@pytest.mark.parametrize("text", documented())
def test_every_documented_example_is_one(read, text):
    read(text)
    assert yaml.safe_load(text)


@pytest.mark.parametrize("text", ["", "# later\n", "projects:\n", "projects: []\n"])
def test_an_empty_file_asks_for_nothing(read, text):
    assert read(text) == []


def changed(old: str, new: str) -> str:
    assert FILE.count(old) == 1, old
    return FILE.replace(old, new)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (
            changed("        nodes: 3", "        colour: canary"),
            r"line 9: projects\[0\].clusters\[0\].colour is not a key that is known here \(allow_",
        ),
        (changed("nodes: 3", "nodes: 4"), r"line 9: .*\.nodes must be 3, 5 or 7"),
        (changed("nodes: 3", "dry_run: no"), r"line 9: .*\.dry_run is not a key"),
        (changed("nodes: 3", "project: lab"), r"line 9: .*\.project is not a key"),
        (
            changed("password_env: APP_PASSWORD", "password: canary"),
            r"line 13: .*\.password is not a key .* a password is never written down, password_env",
        ),
        (
            changed("APP_PASSWORD", "canary!7"),
            r"line 13: .*\.password_env must be the NAME of an environment variable",
        ),
        (changed("database: app}", "databse: app}"), r"line 14: .*\.roles\[0\].databse is not"),
        (
            changed("[project:lab]", "[project:lob]"),
            r"line 10: .*\.depends_on\[0\] names project:lob, which this file does not hold",
        ),
        (
            changed("access:shop/10.0.0.0/8: 60", "access:shop/10.1.2.3/8: 60"),
            r"line 17: .*\.wait_for\.access:shop/10.1.2.3/8 names access:shop/10.1.2.3/8",
        ),
        (changed("/8: 60}", "/8: canary}"), r"line 17: .*\.wait_for\S+ must be a valid integer"),
        (
            changed("${cluster:shop/main.name}", "${cluster:shop/mian.name}"),
            r"line 15: .*\.scopes\[0\] names cluster:shop/mian, which",
        ),
        (
            changed("main.name}", "main.colour}"),
            r"line 15: .*\.scopes\[0\] asks cluster:shop/main for colour; it has id, name,",
        ),
        (changed("main.name}", "main}"), r"line 15: .*\.scopes\[0\] has a \$\{ that"),
        (changed("${project:lab.id}", "${project}"), r"line 20: .*comment has a \$\{ that is no"),
        (changed("  - name: lab", "  - name: ${project:shop.id}"), r"line 21: .*name names the"),
        (
            changed("  - name: lab", "  - name: lab\n    depends_on: [cluster:shop/main]"),
            r"line (10|22): .*depends_on\[0\] goes round in a circle: .*:shop/main → .*:shop/main",
        ),
        (
            changed("    tags: {team: shop}", "    depends_on: [cluster:shop/main]"),
            r"line 3: projects\[0\].depends_on\[0\] goes round in a circle",
        ),
        (
            changed("    tags: {team: shop}", "    depends_on: [project:shop]"),
            r"line 3: projects\[0\].depends_on\[0\] goes round in a circle: project:shop → project",
        ),
        (changed("name: lab", "name: shop"), r"line 21: projects\[1\].name .*twice: project:shop"),
        (
            FILE.replace("  - name: lab", "      - {entry: 10.0.0.0/8}"),
            r"line 21: projects\[0\].access\[1\].entry is there twice: access:shop/10.0.0.0/8",
        ),
        (
            changed("        region: us-east-1\n", ""),
            r"line 5: .*clusters\[0\] region must be give",
        ),
        (changed("name: main", "name: ma_in"), r"line 5: .*\.name must be 1 to 64 letters"),
        (changed("  - name: lab", "  - canary"), r"line 21: projects\[1\] must be"),
        (changed("  - name: lab", "  - clusters: x\n    name: y"), r"line 21: .*clusters must be"),
        ("projects: canary\n", "line 1: projects must be a list"),
        ("project: []\n", "line 1: project is not a key that is known here"),
        ("projects:\n  - {name: a, clusters: [canary]}\n", r"line 2: .*clusters\[0\] must be"),
        ("projects: [\n", "line 2: not YAML"),
    ],
)
def test_a_mistake_is_named_with_file_line_and_key_and_without_its_value(read, text, named):
    with pytest.raises(YamlMistake, match=named) as raised:
        read(text)
    assert str(raised.value).startswith("/")
    assert "resources.yaml, line " in str(raised.value)
    assert "canary" not in str(raised.value)
    assert "\n" not in str(raised.value)


def test_references_are_resolved_wherever_text_stands():
    values = {"a": ["x ${project:p.id} ${project:q.r.id}", 3], "b": {"c": "${cluster:p/c.name}"}}
    known = {("project:p", "id"): "1", ("project:q.r", "id"): "2"}
    assert resolved(values, lambda *asked: known.get(asked)) == {
        "a": ["x 1 2", 3],
        "b": {"c": "${cluster:p/c.name}"},
    }


def test_what_a_create_action_asks_for_is_what_its_update_action_is_asked(read):
    """No password among it: sent, it would be set anew each time."""
    by_address = {each.address: each for each in read(FILE)}
    cluster = CLUSTER.changing(by_address["cluster:shop/main"].config)
    assert cluster["instance_size"] == "M10"
    user = DATABASE_USER.changing(by_address["database_user:shop/app"].config)
    assert "password_env" not in user
    project = PROJECT.changing(by_address["project:shop"].config)
    assert (project["project"], project["tags"]) == ("shop", {"team": "shop"})
    assert ACCESS.update is None


def test_a_file_that_is_not_there_is_for_the_caller(tmp_path: Path):
    with pytest.raises(FileNotFoundError):
        read_resources(tmp_path / "none.yaml")
