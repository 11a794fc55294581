"""Macros of the dbt project as dbt renders them for one engine, without dbt."""

from functools import cache
from typing import Any

import jinja2

from tests.conftest import ROOT

MACROS = ROOT / "dbt_project/macros"


def macros(engine: str = "duckdb", *files: str) -> str:
    """The text of an engine's macros, by the names that models call them by, and of other files."""
    of_engine = (MACROS / f"engine/{engine}.sql").read_text().replace(f"{engine}__", "")
    return of_engine + "".join((MACROS / f"{each}.sql").read_text() for each in files)


def environment(**known: Any) -> jinja2.Environment:
    """Where macros are rendered; what dbt gives them by name."""
    made = jinja2.Environment(autoescape=False, extensions=["jinja2.ext.do"])  # noqa: S701  it is SQL
    made.globals.update({"tag_keys_ignore_case": lambda: False} | known)
    return made


def rendered(call: str, engine: str = "duckdb", *files: str, **known: Any) -> str:
    """The SQL of a text that calls macros."""
    ours = _read(engine, *files).make_module(known)
    named = {name: each for name, each in vars(ours).items() if not name.startswith("_")}
    return environment(**known, **named).from_string(call).render().strip()


@cache
def _read(engine: str, *files: str) -> jinja2.Template:
    return environment().from_string(macros(engine, *files))
