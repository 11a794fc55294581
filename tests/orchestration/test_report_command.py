"""`atlas-costs report`: every report as every kind of file, or one sentence."""

import io
import re
from pathlib import Path

import duckdb
import openpyxl
import pytest
from pypdf import PdfReader
from typer.testing import CliRunner

from orchestration.cli import app
from orchestration.explain import explanation
from orchestration.published.report_file import SUFFIXES, report_file
from orchestration.saved_reports import SavedReport
from orchestration.saved_reports.built_in import BUILT_IN
from tests.dashboard.conftest import publish, written

__all__ = ["publish", "written"]


@pytest.fixture(autouse=True)
def no_files_of_ours(monkeypatch, tmp_path):
    monkeypatch.setenv("ATLAS_COSTS_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("ATLAS_COSTS_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("ATLAS_COSTS_ENV_FILE", "")


def run(*words: str) -> str:
    result = CliRunner().invoke(app, ["report", *words])
    assert result.exit_code == 0, result.exception
    return result.output


def refused(*words: str) -> str:
    result = CliRunner().invoke(app, ["report", *words])
    assert result.exit_code == 1
    return explanation(result.exception) or "no sentence"


def test_the_list_has_each_report_with_its_folder(tmp_path):
    (tmp_path / "config").mkdir()
    text = "reports:\n- {name: ours, title: Our own, folder: Us, address: ''}\n"
    (tmp_path / "config/reports.yaml").write_text(text)
    lines = run("--list").splitlines()
    assert len(lines) == len(BUILT_IN) + 1
    assert "ours                   Us / Our own  [config]" in lines


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_report_is_written_as_the_end_of_its_name_says(publish, tmp_path, suffix):
    publish()
    file = tmp_path / f"report.{suffix}"
    said = run("this-month-by-service", "--to", str(file))
    assert said == f"This month by service, 1 May 2026 to 18 May 2026 (UTC): {file}\n"
    content = file.read_bytes()
    assert CHECKS[suffix](content, file)
    assert [each.name for each in tmp_path.iterdir() if each.name.endswith(".part")] == []


def total(file: Path) -> int:
    with duckdb.connect(str(file.parent / "atlas_costs.duckdb"), read_only=True) as db:
        [(cents,)] = db.execute(
            "select sum(cost_cents) from marts.fct_costs_daily "
            "where usage_date between '2026-05-01' and '2026-05-18' and is_in_total"
        ).fetchall()
    return int(cents)


def in_pdf(content: bytes, file: Path) -> bool:
    text = PdfReader(io.BytesIO(content)).pages[0].extract_text()
    return f"${total(file) / 100:,.2f}" in text and "This month by service" in text


def in_html(content: bytes, file: Path) -> bool:
    return f"${total(file) / 100:,.2f}" in content.decode() and b"<svg" in content


def in_excel(content: bytes, file: Path) -> bool:
    rows = openpyxl.load_workbook(io.BytesIO(content))["By day"].iter_rows(values_only=True)
    return round(sum(row[3] for row in list(rows)[1:]) * 100) == total(file)


def in_a_table(content: bytes, file: Path) -> bool:
    with duckdb.connect() as db:
        found = db.execute(f"select sum(amount_cents) from '{file}'").fetchall()
    return found == [(total(file),)]


CHECKS = {
    "pdf": in_pdf, "html": in_html, "xlsx": in_excel, "csv": in_a_table, "parquet": in_a_table,
}  # fmt: skip


@pytest.mark.parametrize("report", BUILT_IN, ids=lambda each: each.name)
def test_each_built_in_report_can_be_written(publish, report):
    path = publish()
    with duckdb.connect(str(path), read_only=True) as db:
        made = report_file(db, report, "html")
    assert made.document.title == report.title
    assert report.title in made.content.decode()


def test_tag_keys_are_folded_where_their_case_is_ignored(publish):
    path = publish()
    report = SavedReport(name="a", title="A", address="group=tag%3ATeam")
    with duckdb.connect(str(path), read_only=True) as db:
        apart = report_file(db, report, "csv").content.decode()
        folded = report_file(db, report, "csv", fold_tags=True).content.decode()
    assert "checkout" not in apart
    assert "checkout" in folded


@pytest.mark.parametrize("suffix", ["pdf", "html"])
def test_a_document_is_written_in_the_locale_that_is_asked_for(publish, tmp_path, suffix):
    publish()
    file = tmp_path / f"report.{suffix}"
    run("this-month-by-service", "--to", str(file), "--locale", "de_DE")
    content = file.read_bytes()
    text = PdfReader(file).pages[0].extract_text() if suffix == "pdf" else content.decode()
    american = f"{total(file) / 100:,.2f}"
    german = american.translate(str.maketrans(",.", ".,"))
    assert re.search(rf"{re.escape(german)}\s\$", text)
    assert american not in text
    assert not re.search(r"\$\d", text)


def test_a_locale_that_cannot_be_had_is_one_sentence(publish, tmp_path):
    publish()
    to = ("by-team", "--to", str(tmp_path / "a.html"))
    assert "'../..' is unknown: write one like de_DE" in refused(*to, "--locale", "../..")
    rows = ("by-team", "--to", str(tmp_path / "a.csv"), "--locale", "de_DE")
    assert "--locale is for .pdf and .html" in refused(*rows)
    assert not list(tmp_path.glob("a.*"))


def test_what_cannot_be_written_is_one_sentence(publish, tmp_path):
    assert "No warehouse at" in refused("by-team", "--to", str(tmp_path / "a.pdf"))
    publish()
    assert "end the name in one of .pdf, .html" in refused("by-team", "--to", "report.docx")
    assert "No report is called by-teem." in refused("by-teem", "--to", "a.pdf")
    assert "Say which report" in refused("by-team")
    assert "Say which report" in refused()
    nowhere = tmp_path / "no" / "folder.pdf"
    assert f"Cannot write {nowhere}: No such file" in refused("by-team", "--to", str(nowhere))
    publish(version="empty", empty=True)
    assert "contains no costs yet" in refused("by-team", "--to", str(tmp_path / "a.pdf"))


def test_more_rows_than_excel_holds_are_one_sentence(publish, tmp_path, monkeypatch):
    publish()
    monkeypatch.setattr("reporting.files.excel.MOST_ROWS", 3)
    file = tmp_path / "a.xlsx"
    assert "By day has more than 3 rows" in refused("this-month-by-service", "--to", str(file))
    assert not file.exists()
