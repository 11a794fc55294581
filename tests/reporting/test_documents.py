"""A document says what the page says, holds nothing that runs, and is complete in itself."""

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from html import unescape
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import duckdb
import pytest
from pypdf import PdfReader

from reporting import documents
from reporting.documents import Document
from reporting.documents.pictures import as_svg
from reporting.query import Query
from tests.reporting.reading import Read, reading, report

NOON = datetime(2026, 5, 18, 12, tzinfo=UTC)
HOSTILE = (
    "</svg><script>alert(1)</script>", "<img src=x onerror=alert(1)>", "javascript:alert(1)",
    "{{ 7 * 7 }} {% raw %}", "\u202egnp.exe", "\u0645\u0634\u0631\u0648\u0639 \u05e9\u05dc",
    "\N{PARTY POPPER}\U0001f468\u200d\U0001f469", "日本語", "a\x00b\x1b[31m", "x" * 200,
    "https://evil.example/?q=1", "%%EOF (\\) /JS", "=1+1", "]]>-->*/</style>",
)  # fmt: skip


class Elements(HTMLParser):
    """Everything a browser would find."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs


@pytest.fixture
def read(publish) -> Iterator[Read]:
    with reading(publish()) as read:
        yield read


@pytest.fixture
def hostile(publish) -> Iterator[Read]:
    path = publish(version="hostile").resolve()
    with duckdb.connect(str(path)) as db:
        tables = db.execute(
            "select t.table_name from duckdb_columns() join duckdb_tables() as t using (table_oid) "
            "where column_name in ('service', 'project_name') and t.schema_name = 'marts' "
            "group by all having count(*) = 2"
        ).fetchall()
        assert tables
        for (table,) in tables:
            db.execute(
                f"update marts.{table} set service = $names[1 + (hash(service || "
                "coalesce(project_name, '')) % $most)::integer]",
                {"names": list(HOSTILE), "most": len(HOSTILE)},
            )
        db.execute("update marts.fct_invoices set org_name = $1", [HOSTILE[0]])
        db.execute("update meta.freshness set missing_parts = $1", [list(HOSTILE)])
    with reading(path) as read:
        yield read


def made(read: Read, title: str = "Costs", **params: list[str]) -> Document:
    return documents.document(title, report(read, **params), read, NOON)


def pages(document: Document) -> list[str]:
    found = PdfReader(io.BytesIO(documents.as_pdf(document)))
    return [page.extract_text() for page in found.pages]


def html(document: Document) -> str:
    return documents.as_html(document).decode()


def test_its_total_and_groups_are_those_of_the_mart(read):
    found = made(read, range=["last_month"], group=["project"])
    rows = read_sql(
        read,
        "select coalesce(project_name, '(none)') as name, sum(cost_cents)::bigint as cents "
        "from marts.fct_costs_daily where usage_date between '2026-04-01' and '2026-04-30' "
        "and is_in_total group by all order by cents desc",
    )
    total = sum(row["cents"] for row in rows)
    [part] = found.parts
    assert part.total == money(total)
    assert [(row[0], row[1]) for row in part.grid.rows] == [
        (row["name"], money(row["cents"])) for row in rows
    ]
    shares = [row[2] for row in part.grid.rows]
    assert shares == [f"{row['cents'] / total:.1%}" for row in rows]
    before = read_sql(
        read,
        "select sum(cost_cents)::bigint as cents from marts.fct_costs_daily "
        "where usage_date between '2026-03-01' and '2026-03-31' and is_in_total",
    )[0]["cents"]
    assert part.grid.total[1:4] == (money(total), "100.0%", money(before))
    assert part.change.endswith(f"from {money(before)}")
    assert "vs. the month before" in part.compared


def money(cents: int) -> str:
    return f"${cents / 100:,.2f}"


def read_sql(read: Read, sql: str) -> list[dict[str, object]]:
    return read(Query(sql))


def test_both_kinds_say_everything_that_a_reader_needs(read):
    found = made(read, "By team & tribe", group=["tag:team"], bin=["month"], range=["all"])
    [part] = found.parts
    for text in (
        unescape(re.sub("<[^>]+>", "", html(found))),
        " ".join(pages(found)).replace("\n", " "),
    ):
        assert "By team & tribe" in text
        assert "1 Apr 2025 to 18 May 2026 (UTC)" in text
        assert part.total in text
        assert "13 of 13 closed invoices match Atlas's total, 1 pending." in text
        assert "Partial: May 2026 (still being billed)." in text
        assert "Acme: data through 18 May 2026 (UTC); refreshed " in text
        assert "18 May 2026, 12:00 UTC, from version one" in text
        assert "from marts.fct_costs_daily" in text or "from marts.agg_costs_monthly" in text
    assert "Tag team" in html(found)


def test_an_invoice_that_does_not_match_is_named_where_its_days_are_shown(publish):
    with reading(publish(untied=date(2026, 4, 1))) as read:
        april, may = made(read, range=["last_month"]), made(read, range=["last_7_days"])
    assert "Apr 2026" in april.untied[0]
    assert "$0.17" in april.untied[0]
    assert may.untied == ()
    assert "Does not match" in html(april)
    assert "Does not match" in pages(april)[0]


def test_currencies_are_parts_of_their_own_and_credits_have_no_dollar_sign(publish):
    organizations = {"Acme": "USD", "Beta": "Atlas Credits"}
    with reading(publish(organizations=organizations)) as read:
        found = made(read)
    assert [part.unit for part in found.parts] == ["Atlas Credits", "USD"]
    assert "$" not in repr(found.parts[0].grid)
    assert found.parts[0].total.endswith(" credits")
    assert "Atlas Credits" in html(found)
    assert "Atlas Credits" in " ".join(pages(found))


def test_a_report_without_costs_says_so(read):
    found = made(read, f__project=["nothing is called so"])
    assert found.parts == ()
    assert ("Filters", "Project is nothing is called so") in found.facts
    assert "No cost matches these days and filters." in html(found)
    assert "No cost matches these days and filters." in pages(found)[0]


def test_the_chart_has_more_rows_than_altair_allows_itself(publish):
    """Its limit is 5,000, and the way around it is global."""
    with reading(publish(first=date(2024, 10, 1))) as read:
        found = made(read, range=["all"], group=["resource", "service"], top=["25"])
    [part] = found.parts
    assert part.chart is not None
    assert sum(map(len, part.chart["datasets"].values())) > 5_000


def test_html_has_no_script_and_nothing_from_elsewhere(read):
    text = html(made(read))
    elements = Elements(text)
    assert "svg" in elements.tags
    assert {"script", "link", "img", "iframe", "object", "a"}.isdisjoint(elements.tags)
    names = {name for name, _ in elements.attributes}
    assert not [name for name in names if name.startswith("on")]
    assert {"src", "href", "xlink:href"}.isdisjoint(names)
    assert '<meta charset="utf-8">' in text
    assert "default-src 'none'" in text
    assert "prefers-color-scheme: dark" in text
    assert set(re.findall(r"https?://[^\s\"'<]+", text)) <= {
        "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
    }  # fmt: skip


def test_hostile_names_stay_text_in_html(hostile):
    text = html(made(hostile, HOSTILE[0], group=["service"], top=["25"]))
    elements = Elements(text)
    assert {"script", "img"}.isdisjoint(elements.tags)
    assert not [name for name, _ in elements.attributes if name.startswith("on")]
    assert elements.tags.count("style") == 1
    assert "{{ 7 * 7 }}" in text
    assert "\x00" not in text
    assert "\x1b" not in text


def test_hostile_names_stay_text_in_a_pdf(hostile):
    found = made(hostile, HOSTILE[0], group=["service"], top=["25"])
    content = documents.as_pdf(found)
    reader = PdfReader(io.BytesIO(content))
    text = " ".join(page.extract_text() for page in reader.pages)
    assert "javascript:alert(1)" in text
    assert "{{ 7 * 7 }}" in text
    assert not reader.get_fields()
    assert not any("/Annots" in page for page in reader.pages)
    assert "/OpenAction" not in reader.trailer["/Root"] or "JavaScript" not in str(
        reader.trailer["/Root"]["/OpenAction"]
    )
    assert "/Names" not in reader.trailer["/Root"]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_title_may_be_anything(read, name):
    found = replace(made(read), title=name, sql=(), parts=())
    assert pages(found)
    assert {"script", "img"}.isdisjoint(Elements(html(found)).tags)


def test_svg_is_whole_xml_with_any_name(read):
    chart = made(read).parts[0].chart
    assert chart is not None
    for name in (*HOSTILE[:6], "a\x00b\x1b[31m", "\ufffe\ud800"):
        text = repr(chart).replace("Clusters", "PLACE")
        assert "PLACE" in text
        renamed = _renamed(chart, name)
        drawn = ET.fromstring(as_svg(renamed) or "")  # noqa: S314  our own
        tags = {each.tag.rpartition("}")[2] for each in drawn.iter()}
        assert "script" not in tags
        assert "a" not in tags


def _renamed(value, name):
    if isinstance(value, dict):
        return {key: _renamed(each, name) for key, each in value.items()}
    if isinstance(value, list):
        return [_renamed(each, name) for each in value]
    return name if value == "Clusters" else value


def test_a_pdf_of_many_groups_repeats_its_headings(read):
    found = made(read, range=["all"], group=["resource", "service", "sku"], bin=["month"])
    [part] = found.parts
    wide = replace(part, grid=replace(part.grid, rows=part.grid.rows * 12))
    texts = pages(replace(found, parts=(wide,)))
    assert len(texts) > 3
    assert sum("Resource" in text and "Change %" in text for text in texts) >= 2 or (
        sum("Resource" in text and "Share" in text for text in texts) >= 2
    )
    assert re.search(r"1 / \d", texts[0])


def test_a_chart_that_ends_its_process_costs_the_chart_and_not_the_server(read, monkeypatch):
    """Vega's engine aborts on characters that XML has no way to write; others may be found."""
    monkeypatch.setattr("reporting.documents.pictures._writable", lambda value: value)
    found = made(read)
    assert found.parts[0].chart is not None
    broken = replace(found.parts[0], chart=_renamed(found.parts[0].chart, "a\x00b"))
    document = replace(found, parts=(broken,))
    assert as_svg(broken.chart) is None
    assert "The chart could not be drawn." in html(document)
    assert "The chart could not be drawn." in pages(document)[0]
    assert found.parts[0].total in pages(document)[0]
