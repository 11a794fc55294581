"""A reader's locale on whole pages: text, tables and charts write numbers in one notation."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pandas as pd
import pyarrow as pa
import pytest
from streamlit.testing.v1 import AppTest

from dashboard import data, downloads, tables
from reporting import documents, files, locales, sheets
from reporting.formats import ABSENT
from tests.dashboard.conftest import Publish
from tests.dashboard.test_pages import at_page
from tests.reporting.reading import report

# an amount, a share or a count as the United States write it
US = re.compile(r"\$\d|\d,\d{3}(?!\d)|\d\.\d+%|\d\.\d\d\b")
GERMAN = re.compile(r"\d{1,3}(\.\d{3})+,\d\d\N{NO-BREAK SPACE}\$")


def opened(page: str, locale: str | None, **params: str) -> AppTest:
    app = at_page(page)
    if locale is not None:
        app.context["locale"] = locale
    for name, value in params.items():
        app.query_params[name] = value
    app = app.run()
    assert not app.exception
    return app


def frames(app: AppTest) -> Iterator[pd.DataFrame]:
    """What tables write beside the numbers that they sort by."""
    for each in app.dataframe:
        assert each.proto.arrow_data.styler.display_values, "a table that the browser would write"
        with pa.ipc.open_stream(each.proto.arrow_data.styler.display_values) as stream:
            yield stream.read_pandas()


def charts(app: AppTest) -> Iterator[tuple[dict, list[dict]]]:
    """Specifications with the rows that they draw."""
    for each in app.get("vega_lite_chart"):
        rows = [pa.ipc.open_stream(one.data.data).read_all().to_pylist()
                for one in each.proto.datasets]  # fmt: skip
        yield json.loads(each.proto.spec), [row for table in rows for row in table]


def said(app: AppTest) -> str:
    """All that a page says but its SQL: text, figures, tables' cells, charts' words."""
    kinds = (app.title, app.markdown, app.caption, app.subheader, app.warning, app.info)
    found = [each.value for kind in kinds for each in kind]
    found += [f"{each.label} {each.value} {each.delta}" for each in app.metric]
    cells = (str(cell) for frame in frames(app) for cell in frame.to_numpy().flat)
    # a list is drawn as a line
    found += [cell for cell in cells if not cell.startswith("[")]
    for spec, rows in charts(app):
        words = (value for row in rows for value in row.values() if isinstance(value, str))
        found += [spec.get("alt", ""), *words]
    return re.sub(r"\\(?=\W)", "", "\n".join(found))


@pytest.mark.parametrize(
    ("page", "params"),
    [("overview", {}), ("cost_report", {}), ("cost_report", {"table": "lines"}),
     ("active_resources", {}), ("backups", {})],
)  # fmt: skip
def test_a_german_reader_finds_no_number_as_in_the_united_states(publish: Publish, page, params):
    publish()
    app = opened(page, "de-DE", **params)
    text = said(app)
    assert not US.findall(text)
    assert GERMAN.search(text) or page not in {"overview", "cost_report"}
    numbers = [spec["config"]["locale"]["number"] for spec, _ in charts(app)]
    assert numbers or page not in {"overview", "cost_report"}
    assert {(each["decimal"], each["thousands"]) for each in numbers} <= {(",", ".")}


def test_a_table_still_sorts_by_numbers(publish: Publish):
    publish()
    [total, groups] = (each.value for each in opened("cost_report", "de-DE").dataframe)
    assert total["Current"].dtype == groups["Current"].dtype == float
    assert groups["Current"].sum() == pytest.approx(total["Current"].sum())


def test_a_locale_that_nobody_knows_reads_a_page_as_in_the_united_states(publish: Publish):
    publish()
    app = opened("overview", "../..")
    assert re.search(r"\$\d{1,3}(,\d{3})*\.\d\d", said(app))
    assert not any("locale" in spec["config"] for spec, _ in charts(app))


def test_two_readers_at_once_have_a_notation_each(publish: Publish):
    """What a server keeps of a query is numbers, and no text of the reader who asked first."""
    publish()
    german, american = opened("overview", "de-DE"), opened("overview", "en-US")
    assert GERMAN.search(said(german))
    assert not GERMAN.search(said(american))


def _table(rows: int) -> None:
    import pandas as pd  # noqa: PLC0415  AppTest runs the text of this function

    from dashboard import tables  # noqa: PLC0415
    from reporting import locales  # noqa: PLC0415

    frame = pd.DataFrame({"Cost": [1234.5, None], "Share": [0.125, -0.125], "Rate": [0.5, 2.25]})
    with locales.written_in("fr-FR"):
        tables.table(
            pd.concat([frame] * (rows // 2), ignore_index=True),
            column_config={
                "Cost": tables.amount_column("Cost", "USD"), "Share": tables.share_column(),
            },
        )  # fmt: skip


def test_a_table_writes_what_the_text_of_its_page_would():
    app = AppTest.from_function(_table, kwargs={"rows": 2}).run()
    [found] = frames(app)
    narrow, space = "\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}"
    assert found.to_numpy().tolist() == [
        [f"1{narrow}234,50{space}$US", f"12,5{space}%", "0,5"],
        [ABSENT, f"-12,5{space}%", "2,25"],
    ]


def test_a_browser_writes_a_table_that_would_take_long():
    """In the notation of its own locale, which is the reader's: only the sign is shorter."""
    app = AppTest.from_function(_table, kwargs={"rows": tables.MOST_WRITTEN}).run()
    assert not app.exception
    proto = app.dataframe[0].proto
    assert not proto.arrow_data.styler.display_values
    kinds = {name: each.get("type_config") for name, each in json.loads(proto.columns).items()}
    assert kinds["Cost"]["format"] == "dollar"
    assert kinds["Share"]["format"] == "percent"


def test_rows_in_a_file_are_alike_for_every_reader_and_a_document_is_as_the_page(publish: Publish):
    publish()
    asked = report(data.rows, range=["last_month"], group=["resource"], bin=["month"])

    def document() -> documents.Document:
        return documents.document("Costs", asked, data.rows, datetime.now(UTC))

    with locales.written_in("de-DE"):
        german = downloads.content(sheets.of_report(asked), files.FORMATS["csv"])
    assert german == downloads.content(sheets.of_report(asked), files.FORMATS["csv"])
    page = downloads._written(documents.FORMATS["html"], document, "de_DE").decode()
    assert GERMAN.search(page)
    assert not re.search(r"\$\d", page)
