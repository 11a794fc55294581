"""A page run by itself, without the overview that every app begins with: half the time."""

from pathlib import Path

from streamlit.testing.v1 import AppTest

from dashboard import data
from reporting.query import with_values

PAGES = Path(__file__).parents[2] / "dashboard" / "app_pages"


def page(name: str, **params: str) -> AppTest:
    app = AppTest.from_file(str(PAGES / f"{name}.py"), default_timeout=60)
    for key, value in params.items():
        app.query_params[key] = value
    app = app.run()
    assert not app.exception
    return app


def ask(sql: str, **values: object) -> list[tuple[object, ...]]:
    """Rows of the published file: DuckDB opens one for the pages' connection and no other."""
    return [tuple(row.values()) for row in data.rows(with_values(sql, values))]


def ask_one(sql: str, **values: object) -> tuple[object, ...]:
    [row] = ask(sql, **values)
    return row
