"""A query and its values, kept apart until DuckDB binds them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from re import fullmatch, split, sub
from typing import Any

Value = object
Row = dict[str, Any]
_UNSEEN = "([\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069])"


@dataclass(frozen=True)
class Query:
    """SQL with named parameters, and the value of each: hashable, so that it can key a cache."""

    sql: str
    params: tuple[tuple[str, Value], ...] = ()

    def bound(self) -> dict[str, Value]:
        """The parameters as DuckDB takes them; a list is handed over as a list."""
        return {k: list(v) if isinstance(v, tuple) else v for k, v in self.params}

    def runnable(self) -> str:
        """The same query with its values written as literals, for `atlas-costs sql`."""
        literals = {name: literal(value) for name, value in self.params}
        return sub(r"\$(\w+)", lambda match: literals[match[1]], self.sql)


@dataclass
class Binder:
    """Hands out a parameter for each value while a query is put together."""

    values: dict[str, Value] = field(default_factory=dict)

    def __call__(self, value: Value) -> str:
        """The parameter that stands for a value; the same value gets the same parameter."""
        for name, known in self.values.items():
            if type(known) is type(value) and known == value:
                return f"${name}"
        name = f"p{len(self.values) + 1}"
        self.values[name] = value
        return f"${name}"

    def query(self, sql: str) -> Query:
        """The finished query."""
        return Query(sql, tuple(self.values.items()))


def with_values(sql: str, values: Mapping[str, Value]) -> Query:
    """A query whose parameters are named in its text."""
    return Query(sql, tuple(values.items()))


def literal(value: Value) -> str:
    """A value as DuckDB writes it; a quote inside a text is doubled."""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, datetime):
        return f"timestamp '{value.isoformat(sep=' ')}'"
    if isinstance(value, date):
        return f"date '{value.isoformat()}'"
    if isinstance(value, Mapping):
        parts = (f"{literal(name)}: {literal(each)}" for name, each in value.items())
        return f"{{{', '.join(parts)}}}"
    if isinstance(value, Sequence):
        return f"[{', '.join(literal(each) for each in value)}]"
    if isinstance(value, (int, Decimal)):
        return str(value)
    raise TypeError(f"no literal for {type(value).__name__}")


def _text(value: str) -> str:
    """A text whose unseen characters are written out: pasted into a terminal, some are keys."""
    parts = [part for part in split(_UNSEEN, value) if part]
    written = [
        f"chr({ord(part)})" if fullmatch(_UNSEEN, part) else "'" + part.replace("'", "''") + "'"
        for part in parts or [""]
    ]
    return written[0] if len(written) == 1 else f"({' || '.join(written)})"
