"""Names that people in Atlas can write: no page lets one format, link or run."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
import streamlit as st

from dashboard.navigation import SECTIONS
from reporting import formats
from tests.dashboard.conftest import point_to
from tests.dashboard.test_pages import opened

# markup, a script, a link, a formula, a right-to-left mark, emoji, an address, math, an icon
HOSTILE = (
    "**b** <script>alert(1)</script> [x](https://evil.example) =1+1 \N{RIGHT-TO-LEFT OVERRIDE}abc "
    "\N{PILE OF POO} www.evil.example $x$ :material/home: `c` | ~~s~~ " + "n" * 40
)
PAGES = [entry.file for entries in SECTIONS.values() for entry in entries]
# Columns that hold what people named; ids stay, so that pages find what belongs together.
NAMES = (
    "project_name", "resource_name", "cluster_name", "org_name", "scope_name", "target", "budget",
    "owner", "parent", "metric", "label", "scenario", "explanation", "verdict_reason",
    "state_reason", "requested_by", "description", "allocation_value", "what",
)  # fmt: skip


def rename(file: Path) -> None:
    """Puts the hostile text into every name of a published file; its tables become plain tables."""
    with duckdb.connect(str(file)) as db:
        held = db.sql("""select table_name, list(column_name)
            from information_schema.columns join information_schema.tables using (table_name)
            where information_schema.columns.table_schema = 'marts'
                and table_type = 'BASE TABLE' and data_type = 'VARCHAR' group by table_name""")
        for table, columns in held.fetchall():
            found = [each for each in columns if each in NAMES]
            if found:
                # (unbudgeted), (total) and their like are words of ours
                sets = ", ".join(
                    f'"{each}" = if("{each}" like $ours, "{each}", "{each}" || $hostile)'
                    for each in found
                )
                db.execute(f"update marts.{table} set {sets}", {"hostile": HOSTILE, "ours": "(%"})


@pytest.fixture(scope="module")
def renamed(showcase, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    file = folder / "atlas_costs.hostile.duckdb"
    shutil.copy(showcase / "atlas_costs.duckdb", file)
    rename(file)
    point_to(folder, file)
    return folder


@pytest.fixture
def hostile(renamed, monkeypatch) -> Iterator[Path]:
    monkeypatch.setenv("ATLAS_COSTS_DATA_DIR", str(renamed))
    yield renamed
    st.cache_data.clear()
    st.cache_resource.clear()


def markdown(app) -> str:
    kinds = (
        app.markdown, app.caption, app.title, app.header, app.subheader, app.warning, app.info,
        app.error, app.success,
    )  # fmt: skip
    labels = [each.label for kind in (app.metric, app.button, app.expander) for each in kind]
    return "\n".join([*(each.value for kind in kinds for each in kind), *labels])


@pytest.mark.parametrize("page", PAGES)
def test_no_name_formats_links_or_runs(hostile, page):
    asked = {}
    if page == "resource":
        with duckdb.connect() as db:
            db.execute(f"attach '{hostile / 'atlas_costs.hostile.duckdb'}' as w (read_only)")
            [(resource,)] = db.sql(
                "select resource_id from w.marts.active_resources order by cost_month_to_date_cents"
                " desc nulls last limit 1"
            ).fetchall()
        asked = {"id": resource}
    app = opened(page, **asked)
    assert not app.exception
    # where our own links lead is encoded, and nothing in it is drawn
    shown = re.sub(r"(?<!\\)\]\(/[^)]*\)", "]", markdown(app))
    for part in ("**b**", "<script>", "[x](https", "$x$", ":material/home: `c`", "~~s~~"):
        assert part not in shown
    for part in ("https://evil", "www.evil"):
        assert part not in shown.replace(formats.plain(HOSTILE), "")
