"""Objects as Atlas's specification describes them, and as real answers stretch it.

Every field may be missing or null, an enum may have a value of tomorrow, and objects have fields
that the specification lacks: Atlas adds those without asking.
"""

import json
from functools import cache
from typing import Any

import pytest
from hypothesis import strategies as st

from tests.conftest import SHARED

PATH = SHARED / "atlas" / "openapi-subset.json"
if not PATH.exists():
    pytest.skip("../shared/atlas/openapi-subset.json is absent", allow_module_level=True)
SCHEMAS: dict[str, Any] = json.loads(PATH.read_text())["components"]["schemas"]
DEEPEST = 3


class Literal(str):
    """A number, written as it stands here: a float would not keep how it was sent."""

    __slots__ = ()


WRITTEN = ["0", "-0.0", "72", "72.0", "-0.5", "33.32733", "1e-12", "6.035E-07", "1.5e+3"]
DIGITS = ["0.12345678901234567", "123456789.12345678901234567"]
NUMBERS = st.sampled_from(list(map(Literal, WRITTEN + DIGITS)))
TEXTS = st.one_of(
    st.sampled_from(
        ["", " ", "null", "},{", '"lineItems": [{', "\\", '\\"}]', "Zürich 🌍", "\x00"]
    ),
    st.text(st.characters(codec="utf-8"), max_size=12),
)
KEYS = st.one_of(st.sampled_from(["", "a.b", '"', "'", "(untagged)", "$.x", "env"]), TEXTS)
TIMES = st.builds(
    "2026-{:02d}-{:02d}T{:02d}:00:00{}".format,
    st.integers(1, 12),
    st.integers(1, 28),
    st.integers(0, 23),
    st.sampled_from(["Z", "Z", ".123Z", "+02:00", "-11:30", "+00:00"]),
)
ANYTHING = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**63), 2**64), NUMBERS, TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(KEYS, inner, max_size=2)),
    max_leaves=4,
)


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema without `$ref` and `allOf` at its top; several are merged."""
    if name := schema.get("$ref"):
        return resolved(SCHEMAS[name.rpartition("/")[2]])
    merged = {**schema, "properties": dict(schema.get("properties", {}))}
    for part in merged.pop("allOf", []):
        # a base names its own kinds in oneOf: following it from one of them never ends
        base = {key: value for key, value in resolved(part).items() if key != "oneOf"}
        merged = {**base, **merged, "properties": {**base["properties"], **merged["properties"]}}
    return merged


def values(schema: dict[str, Any], depth: int = 0) -> st.SearchStrategy[Any]:
    """What a schema allows, and the enum values it does not know yet."""
    schema = resolved(schema)
    kinds = [] if depth > DEEPEST else schema.get("oneOf", schema.get("anyOf", []))
    if kinds:
        shared = {"properties": schema["properties"]}
        return st.sampled_from(kinds).flatmap(
            lambda kind: (
                values({"allOf": [shared, kind], "type": "object"}, depth + 1)
                if "$ref" in kind or "properties" in kind
                else values(kind, depth + 1)
            )
        )
    if "enum" in schema:
        return st.sampled_from([*schema["enum"], "OF_TOMORROW"])
    return _of_type(schema, depth)


def _of_type(schema: dict[str, Any], depth: int) -> st.SearchStrategy[Any]:
    kind = schema.get("type", "object")
    if kind == "array":
        inner = values(schema["items"], depth + 1) if depth <= DEEPEST else st.nothing()
        return st.lists(inner, max_size=2 if depth <= DEEPEST else 0)
    if kind == "object":
        return _object(schema, depth)
    if schema.get("format") == "date-time":
        return TIMES
    if "decimal string" in schema.get("description", ""):
        return st.sampled_from(WRITTEN + DIGITS)
    return {
        "string": TEXTS,
        "integer": st.integers(-(10**15), 10**15),
        "number": NUMBERS,
        "boolean": st.booleans(),
    }[kind]


def _object(schema: dict[str, Any], depth: int) -> st.SearchStrategy[dict[str, Any]]:
    if depth > DEEPEST:
        return st.just({})
    if isinstance(entries := schema.get("additionalProperties"), dict):
        return st.dictionaries(KEYS, values(entries, depth + 1), max_size=3)
    fields = {name: _or_null(each, depth) for name, each in schema["properties"].items()}
    return _with_unknown(st.fixed_dictionaries({}, optional=fields))


def _or_null(schema: dict[str, Any], depth: int) -> st.SearchStrategy[Any]:
    return st.one_of(st.deferred(lambda: values(schema, depth + 1)), st.none())


def _with_unknown(known: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    unknown = st.dictionaries(st.sampled_from(["fieldOfTomorrow", "x"]), ANYTHING, max_size=1)
    return st.builds(lambda fields, more: {**more, **fields}, known, unknown)


@cache
def named(name: str, **fixed: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Objects of a schema by its name; `fixed` fields are always there and drawn as told."""
    found = _object(resolved(SCHEMAS[name]), 0)
    if not fixed:
        return found
    return st.builds(lambda drawn, told: {**drawn, **told}, found, st.fixed_dictionaries(fixed))
