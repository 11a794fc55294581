"""What users depend on is written down where they look for it, and nowhere out of date."""

import re
import subprocess

import pytest
from typer.main import get_command

from orchestration.cli import app
from orchestration.settings import Settings
from tests.conftest import ROOT
from tests.readme import shape

DOCS = {path.name: path.read_text() for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]}
ALL_DOCS = "\n".join(DOCS.values())
EXAMPLE = (ROOT / ".env.example").read_text()
MARTS = sorted(path.stem for path in (ROOT / "dbt_project/models/marts").glob("*.sql"))


def variables() -> list[str]:
    """Every environment variable the settings read, by its first name."""
    names = []
    for name, field in Settings.model_fields.items():
        alias = field.validation_alias
        choices = getattr(alias, "choices", [alias] if alias else [f"ATLAS_COSTS_{name.upper()}"])
        names.append(str(choices[0]))
    return names


@pytest.mark.parametrize("variable", variables())
def test_every_setting_is_in_the_example_with_its_meaning(variable):
    lines = EXAMPLE.splitlines()
    [number] = [i for i, line in enumerate(lines) if re.match(rf"#?{variable}=", line)]
    block = [line for line in lines[max(0, number - 3) : number] if line.startswith("# ")]
    assert block


@pytest.mark.parametrize("command", sorted(get_command(app).commands))
def test_every_command_is_documented_and_has_help(command):
    assert f"atlas-costs {command}" in ALL_DOCS
    assert get_command(app).commands[command].help


@pytest.mark.parametrize("mart", MARTS)
def test_every_mart_is_documented(mart):
    assert f"`{mart}`" in ALL_DOCS


def test_the_readme_stays_short():
    assert len(DOCS["README.md"].splitlines()) <= 150


def test_the_readme_is_compared_by_what_stays_the_same_tomorrow():
    readme = DOCS["README.md"]
    tomorrow = re.sub(r"\d", "7", readme).replace("November", "December")
    assert shape(tomorrow) == shape(readme)
    for word in ("closed invoices", "FOCUS reports read", "project_name ┃ service"):
        assert shape(readme.replace(word, "other")) != shape(readme)


@pytest.mark.parametrize("name", sorted(DOCS))
def test_links_between_documents_lead_somewhere(name):
    folder = ROOT if (ROOT / name).exists() else ROOT / "docs"
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", DOCS[name]):
        if not target.startswith(("http://", "https://")):
            assert (folder / target).exists(), f"{name} links to {target}"


def files_named(text: str) -> list[str]:
    """Paths in backticks; what a reader writes himself, such as config/taxonomy.yaml, is none."""
    return [name for name in re.findall(r"`([\w./]+/[\w./]*)`", text) if "config/" not in name]


def test_where_to_change_what_names_files_that_exist():
    """A table that leads to a file that is gone is worse than none."""
    section = DOCS["CONTRIBUTING.md"].partition("## Where to change what")[2].partition("\n## ")[0]
    changes = [line for line in section.splitlines() if line.startswith("| ")][1:]
    assert len(changes) >= 20
    for change in changes:
        assert "`" in change, change
    missing = [name for name in files_named(section) if not (ROOT / name).exists()]
    assert missing == []


def test_a_new_resource_takes_fifteen_files_at_most():
    rows = re.findall(r"^\| `([^`]+)` \|", DOCS["new_resource.md"], re.MULTILINE)
    assert 10 <= len(rows) <= 15
    assert [name for name in rows if not (ROOT / name).exists()] == []


def test_no_lock_file_contains_an_address():
    for path in (ROOT / "requirements").glob("*.txt"):
        assert "://" not in path.read_text()


def test_nothing_tracked_names_a_folder_of_one_machine():
    tracked = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files"], check=False, capture_output=True, text=True
    ).stdout.split()
    here = re.compile(r"/(?:home|Users|root)/[a-z]")
    for name in tracked:
        path = ROOT / name
        if path.suffix in {".py", ".md", ".sql", ".yml", ".yaml", ".toml", ".txt"}:
            assert not here.search(path.read_text()), name


def test_every_row_of_the_security_standard_names_a_test_that_exists():
    section = DOCS["security.md"].partition("## OWASP ASVS")[2]
    rows = [line for line in section.splitlines() if line.startswith("| V")]
    assert len(rows) >= 15
    for row in rows:
        named = re.findall(r"`(tests/[\w/]+\.py)`", row)
        assert named, row
        assert [name for name in named if not (ROOT / name).exists()] == []


def test_every_check_that_warns_says_what_to_do():
    section = DOCS["operations.md"].partition("## What each check means")[2].partition("\n## ")[0]
    warnings = [path.stem for path in (ROOT / "dbt_project/tests").glob("warn_*.sql")]
    assert len(warnings) >= 10
    for each in (*warnings, "ties_to_atlas", "schema_drift", "known_skus"):
        assert f"`{each}`" in section, each
