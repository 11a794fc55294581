"""What each dbt test means, in a sentence for whoever sees its check in Dagster.

A test of our own says it in the comment at its head; one of dbt's kinds by its columns.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import dropwhile, takewhile
from typing import Any

Node = Mapping[str, Any]
COMMENT = "--"
REFERENCE = re.compile(r"'([^']*)'\)$")


def _listed(names: Sequence[str], last: str = "and") -> str:
    return f" {last} ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _relationships(column_name: str, field: str, to: str, **_: object) -> str:
    found = REFERENCE.search(to)
    return f"Each {column_name} is a {field} of {found[1] if found else to}."


SENTENCES: dict[str, Callable[..., str]] = {
    "not_null": lambda column_name, **_: f"{column_name} is never null.",
    "unique": lambda column_name, **_: f"No two rows have the same {column_name}.",
    "never_null": lambda columns, **_: f"Neither {_listed(columns, 'nor')} is ever null.",
    "primary_key": lambda column_name=None, columns=None, **_: (
        f"Each row has a {_listed(columns or [column_name])} that no other has."
    ),
    "unique_together": lambda columns, **_: f"No two rows are alike in {_listed(columns)}.",
    "accepted_values": lambda column_name, values, **_: (
        f"{column_name} is one of {', '.join(map(str, values))}."
    ),
    "relationships": _relationships,
}


def description(test: Node) -> str:
    """What a test of the manifest looks for."""
    if kind := test.get("test_metadata"):
        sentence = SENTENCES[kind["name"]](**kind["kwargs"])
        where = test["config"].get("where")
        return f"{sentence} Rows where {where}." if where else sentence
    return f"Finds: {_head_comment(test['raw_code'])}"


def _head_comment(code: str) -> str:
    lines = dropwhile(lambda line: not line.startswith(COMMENT), code.splitlines())
    head = takewhile(lambda line: line.startswith(COMMENT), lines)
    return " ".join(line.removeprefix(COMMENT).strip() for line in head)
