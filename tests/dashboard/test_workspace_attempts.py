"""Ways to reach what a workspace does not see: each is tried, none answers with a foreign row.

Bob's workspace has the project shop; everything else of the small warehouse is foreign to him.
"""

import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qs

import duckdb
import openpyxl
import pytest
import streamlit as st

from dashboard import data, downloads, saved_reports, signing_in
from dashboard.signing_in import NoAccessError, Visitor
from orchestration.actions.model import Refusal
from orchestration.assistant.cost_tools import cost_tools
from orchestration.assistant.free_sql import Limits, answered
from orchestration.assistant.questions import RunSql
from orchestration.assistant.server import tools_of
from orchestration.published.reader import opened
from orchestration.published.report_file import report_file, write_report
from orchestration.published.sql import run_sql
from orchestration.saved_reports import SavedReport, shelf
from orchestration.settings import SettingsError, load_settings
from orchestration.workspaces.model import Person
from orchestration.workspaces.warehouse import warehouse_of
from reporting import files, queries, sheets, url_state
from reporting import resource as one_resource
from reporting.files import Extract
from reporting.query import Query
from reporting.report import report_of
from tests.dashboard.conftest import point_to
from tests.dashboard.visiting import behind_a_proxy, signed_in

FOREIGN = (
    "p-analytics", "p-mobile", "r-events", "r-lake", "r-sync", "r-mobile-db", "mobile-db",
    "analytics", "ATLAS_GCP", "ATLAS_AZURE", "REALM", "ATLAS_SUPPORT", "westeurope", "checkout-x",
)  # fmt: skip


@pytest.fixture(scope="module")
def served(written, tmp_path_factory):
    """One published version and its workspaces for all attempts."""
    directory = tmp_path_factory.mktemp("attempts")
    point_to(directory, Path(shutil.copy(written(sketched=True), directory)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ATLAS_COSTS_DATA_DIR", str(directory))
        behind_a_proxy(patch, directory)
        yield
    signing_in.identity.cache_clear()
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture
def bob(served):
    with signed_in("bob@example.com", "shop"):
        yield


def own(said: object) -> str:
    """What was answered, as text in which foreign names would stand."""
    text = said if isinstance(said, str) else json.dumps(said, default=str)
    text = text.replace("pointer-events", "")  # of a document's style
    found = [each for each in FOREIGN if each in text]
    assert not found, found
    return text


ADDRESSES = (
    "f.project=analytics", "f.project=p-analytics", "f.project.is_not=shop", "f.project.contains=a",
    "f.project=shop&f2.project=analytics", "f.project.flexible=Analytics", "f.tag.team=data",
    "f.tag.team.is_not=checkout", "f.organization=Acme&group=project", "f.connection=default",
    "f.resource=r-events", "f.cluster.starts=e", "f.sku.contains=GCP", "f.region=europe-west1",
    "f.charge_type=support&group=charge_type", "f.service=%27%20or%20true%20--", "group=resource",
    "group=project&group=resource&group=sku&top=25", "group=tag:team", "group=invoice",
    "show=credits&show=support&group=project", "measure=usage&group=sku", "table=lines",
    "range=all&compare=last_year&group=project", "from=2020-01-01&to=2030-01-01&group=project",
    "workspace=data&group=project", "f.project=(none)", "tags=first_seen&group=tag:env",
    "f99.project=analytics&group=project", "range=all&bin=cumulative&group=category&chart=table",
)  # fmt: skip


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_address_of_a_cost_report_reaches_another_project(bob, address):
    state, _ = url_state.parse(parse_qs(f"range=all&{address}"))
    report = report_of(state, data.usage_days())
    asked = [queries.comparison(report, 100), queries.series(report, 25), sheets.lines(report)]
    for query in asked:
        own(data.rows(query))
    with duckdb.connect(str(data.warehouse_path().resolve()), read_only=True) as db:
        whole = db.execute("select sum(cost_cents) from marts.fct_line_items").fetchone()[0]
    assert whole not in [value for row in data.rows(asked[0]) for value in row.values()]


def _downloaded(each: files.Format) -> str:
    state, _ = url_state.parse(parse_qs("range=all&group=project&group=resource"))
    report = report_of(state, data.usage_days())
    shown = downloads.content(sheets.of_report(report), each, downloads.facts())
    lines = downloads.content([Extract("Lines", sheets.lines(report))], each, downloads.facts())
    return _cells(shown, each.suffix) + _cells(lines, each.suffix)


def _cells(content: bytes, suffix: str) -> str:
    if suffix == "xlsx":
        book = openpyxl.load_workbook(io.BytesIO(content))
        return "\n".join(str(row) for sheet in book for row in sheet.iter_rows(values_only=True))
    return content.decode("latin-1")


def _saved(where: str, workspace: str = "") -> SavedReport:
    report = SavedReport(
        name="theirs", title="Theirs", address="range=all&f.project=analytics", workspace=workspace
    )
    if where == "shelf":
        shelf(load_settings()).save(report, overwrite=True)
    return report


def _let_go_of() -> Path:
    """The workspace's file, no longer open for pages: DuckDB opens a file in one way at a time."""
    st.cache_resource.clear()
    return warehouse_of(load_settings(), "shop")


def _as_a_file(suffix: str) -> str:
    with opened(_let_go_of()) as db:
        report = SavedReport(name="all", title="All", address="range=all&group=resource")
        return report_file(db, report, suffix).content.decode("latin-1")


def _digest(tmp: str = "digest.html") -> str:
    _let_go_of()
    to = load_settings().data_dir / tmp
    report = SavedReport(name="all", title="All", address="range=all&group=project")
    write_report(load_settings(), report, to, workspace="shop")
    return to.read_text()


def _tool(name: str, **arguments: object) -> str:
    settings = load_settings().model_copy(update={"workspace": "shop"})
    [tool] = [each for each in cost_tools(lambda: settings) if each.name == name]
    return tool.description + json.dumps(tool.run(arguments).document, default=str)


OTHER_WAYS: dict[str, Callable[[], object]] = {
    "the CSV of a report": lambda: _downloaded(files.FORMATS["csv"]),
    "its workbook": lambda: _downloaded(files.FORMATS["xlsx"]),
    "its Parquet": lambda: _downloaded(files.FORMATS["parquet"]),
    "a report of another workspace, listed": lambda: (
        _saved("shelf", "data"),
        sorted(saved_reports.on_the_shelf().reports),
        saved_reports.shown(saved_reports.on_the_shelf(), ["theirs"])[0],
    )[1:],
    "a report of another workspace, its rows": lambda: data.rows(
        queries.comparison(report_of(_saved("none").state, data.usage_days()), 100)
    ),
    "a report as HTML": lambda: _as_a_file("html"),
    "a report as CSV": lambda: _as_a_file("csv"),
    "a digest": _digest,
    "a resource's own page": lambda: data.rows(one_resource.head("r-events")),
    "a resource that is gone": lambda: data.rows(one_resource.events("r-lake")),
    "the list of resources": lambda: data.rows(Query("from marts.active_resources")),
    "the projects": lambda: data.rows(Query("from marts.dim_projects")),
    "every invoice": lambda: data.rows(Query("from marts.fct_invoices")),
    "the tag keys": lambda: data.rows(Query("from marts.dim_tag_keys")),
    "the forecasts": lambda: data.rows(Query("from marts.forecasts")),
    "the parts of forecasts": lambda: data.rows(Query("from marts.forecast_parts")),
    "the events": lambda: data.rows(Query("from marts.resource_events")),
    "the SQL that a page shows, elsewhere": lambda: data.rows(
        Query("select * from marts.cost_changes('2026-04-01', '2026-05-01', '2026-05-01', "
              "'2026-06-01', null)")
    ),
    "an assistant's sums": lambda: _tool("get_costs", range="all", group_by=["project"]),
    "an assistant's history": lambda: _tool("get_cost_history", range="all", group_by="project"),
    "an assistant's values": lambda: _tool("list_dimension_values", dimension="project"),
    "an assistant's resources": lambda: _tool("list_active_resources"),
    "an assistant's invoices": lambda: _tool("list_invoices"),
    "an assistant's budgets": lambda: _tool("list_budgets"),
    "an assistant's freshness": lambda: _tool("get_freshness"),
}  # fmt: skip


@pytest.mark.parametrize("way", OTHER_WAYS)
def test_no_other_way_of_a_page_a_file_or_an_assistant_does_either(bob, way):
    try:
        said = OTHER_WAYS[way]()
    except (Refusal, SettingsError) as refused:
        said = str(refused)
    own(said if isinstance(said, str) else repr(said))


STATEMENTS = (
    "from published.marts.fct_line_items",
    "from w.marts.fct_line_items",
    "select * from read_parquet('{folder}/*')",
    "select * from read_blob('{pointer}')",
    "select * from '{pointer}'",
    "attach '{pointer}' as whole",
    "with a as (from query('select * from published.marts.fct_line_items')) from a",
    "select * from query_table('published.marts.fct_line_items')",
    "select * from glob('{folder}/**')",
    "select path from duckdb_databases()",
    "select sql, comment from duckdb_tables()",
    "from duckdb_views()",
    "from duckdb_functions() where not internal",
    "from information_schema.columns",
    "from pragma_storage_info('marts.fct_line_items')",
    "select * from pragma_table_info('published.marts.fct_line_items')",
    "from marts.fct_line_items",
    "from marts.fct_costs_daily",
    "from marts.agg_costs_monthly",
    "from meta.freshness",
    "select getenv('HOME')",
    "copy marts.fct_line_items to '{folder}/x.csv'",
    "set enable_external_access = true",
)


@pytest.mark.parametrize("statement", STATEMENTS)
def test_no_statement_of_an_assistant_does(bob, statement):
    pointer = data.warehouse_path()
    sql = statement.format(pointer=pointer, folder=pointer.parent)
    try:
        said = answered(warehouse_of(load_settings(), "shop"), RunSql(sql=sql, limit=500), Limits())
    except Refusal as refused:
        said = {"refused": str(refused)}
    own(said.get("rows", said))


def test_the_terminal_reads_the_same_file(bob, capsys):
    run_sql(_let_go_of(), "from fct_line_items", "csv", None)
    assert "p-shop" in own(capsys.readouterr().out)


def test_an_assistant_of_a_workspace_has_no_actions(bob):
    names = {each.name for each in tools_of("shop")}
    assert "get_costs" in names
    assert not {each for each in names if each.startswith(("create_", "delete_", "apply"))}


def test_a_workspace_that_is_not_there_is_no_way_to_everything(bob):
    with pytest.raises(SettingsError, match="No workspace is called all"):
        warehouse_of(load_settings(), "all")


def test_no_table_of_a_workspaces_file_holds_a_foreign_name(bob):
    with duckdb.connect(str(_let_go_of()), read_only=True) as db:
        tables = db.execute(
            "select table_schema, table_name from information_schema.tables"
        ).fetchall()
        assert len(tables) > 30
        for schema, name in tables:
            own(repr(db.execute(f'from {schema}."{name}"').fetchall()))
    # nor what was deleted, in pages of the file that nobody points to
    assert b"p-analytics" not in data.warehouse_version().read_bytes()


CLAIMS = {
    "nothing": {},
    "a claim called as the proxy's header": {"atlas_costs_proxy_email": "ada@example.com"},
    "not signed in": {"is_logged_in": False, "email": "ada@example.com"},
    "signed in by a word": {"is_logged_in": "true", "email": "ada@example.com"},
    "no address": {"is_logged_in": True},
    "an address that is not verified": {
        "is_logged_in": True, "email": "ada@example.com", "email_verified": False, "iat": 2e9,
    },
    "two addresses": {"is_logged_in": True, "email": ["ada@example.com", "x@x.com"], "iat": 2e9},
    "an address with a line break": {"is_logged_in": True, "email": "ada@example.com\nx", "iat": 0},
    "no time of signing in": {"is_logged_in": True, "email": "ada@example.com"},
    "a time long ago": {"is_logged_in": True, "email": "ada@example.com", "iat": 1_000_000_000},
    "a time to come": {"is_logged_in": True, "email": "ada@example.com", "iat": 9_000_000_000},
    "a time that is true": {"is_logged_in": True, "email": "ada@example.com", "iat": True},
}  # fmt: skip


@pytest.mark.parametrize("claims", CLAIMS)
def test_no_identity_that_a_provider_did_not_give_opens_anything(monkeypatch, tmp_path,
                                                                 claims):  # fmt: skip
    behind_a_proxy(monkeypatch, tmp_path)
    for name in ("TRUSTED_HEADER", "TRUSTED_PROXIES"):
        monkeypatch.delenv(f"ATLAS_COSTS_{name}")
    for name, value in {
        "OIDC_METADATA_URL": "https://id.example.com/.well-known/openid-configuration",
        "OIDC_CLIENT_ID": "atlas-costs", "OIDC_CLIENT_SECRET": "x" * 32, "COOKIE_SECRET": "y" * 32,
        "PUBLIC_URL": "https://costs.example.com",
    }.items():  # fmt: skip
        monkeypatch.setenv(f"ATLAS_COSTS_{name}", value)
    signing_in.identity.cache_clear()
    said = SimpleNamespace(to_dict=lambda: CLAIMS[claims])
    monkeypatch.setattr(signing_in, "st", SimpleNamespace(user=said, session_state={}))
    with pytest.raises(NoAccessError):
        signing_in.access()
    signing_in.identity.cache_clear()


@pytest.mark.parametrize(
    "email", ["ada@example.com.evil.org", "x@data.example.com.evil.org", "data-team", "@x", ""]
)
def test_an_address_that_looks_like_another_is_not_the_other(bob, email):
    with pytest.raises(NoAccessError):
        signing_in.accesses(Visitor(Person(email)))


def test_the_sentence_of_what_is_left_out_says_no_amount(bob):
    [row] = data.rows(Query("select comment from duckdb_tables() where table_name = 'freshness'"))
    assert row["comment"].startswith("Of the organization's costs, you see project shop;")
    assert "$" not in row["comment"]
