"""Whatever the specification allows, and a little more, is cut without losing a byte or a cent."""

import tempfile
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import strategies as st

from orchestration.landing import cutter, json_stream
from orchestration.landing.cutter import Cutter
from orchestration.landing.invoice_document import BadInvoice
from tests.properties.documents import STYLES, documents, numbered, plain, told, within
from tests.properties.search import for_any

WINDOWS = st.tuples(st.integers(1, 4096), st.integers(1, 4096), st.integers(1, 5000))


@contextmanager
def cutting(window: int = json_stream.WINDOW, tail: int = cutter.TAIL):
    with (
        tempfile.TemporaryDirectory() as folder,
        mock.patch.object(json_stream, "WINDOW", window),
        mock.patch.object(cutter, "TAIL", tail),
    ):
        names = count()
        yield Cutter(lambda: Path(folder, str(next(names))).open("wb", buffering=0))  # noqa: SIM115


def cut_whole(cut: Cutter, body: bytes) -> None:
    cut.feed(body)
    cut.close()


def feed(cut: Cutter, body: bytes, size: int) -> None:
    for start in range(0, len(body), size):
        cut.feed(body[start : start + size])


@for_any(documents(), STYLES, WINDOWS, examples=25)
def test_lines_and_cents_are_counted_whatever_the_windows(document, style, windows):
    window, tail, chunk = windows
    body = style.write(numbered(document, count()))
    with cutting(window, tail) as cut:
        feed(cut, body, chunk)
        found = cut.close()
        arrays = {each.header.id: each.lines and Path(each.lines).read_bytes() for each in found}
    assert {each.header.id: (each.line_items, each.cents) for each in found} == told(document)
    assert [each.problem for each in found if each.problem] == []
    for sent in within(plain(body)):
        array = arrays[sent["id"]]
        assert array is None or array in body
        assert plain(array or b"[]") == (sent.get("lineItems") or [])


@for_any(documents(), STYLES, examples=4)
def test_no_invoice_is_whole_before_its_document_is(document, style):
    """Every byte is a place where a connection may break; long bodies are tried at some."""
    body = style.write(numbered(document, count()))
    for size in range(0, len(body), 1 + len(body) // 600):
        with cutting() as cut, pytest.raises((EOFError, BadInvoice)):
            cut_whole(cut, body[:size])


@for_any(documents(), STYLES, WINDOWS, st.data(), examples=60)
def test_a_document_with_a_byte_astray_is_cut_as_json_or_refused(document, style, windows, data):
    """Never counted as something else: where Python reads JSON too, both count the same."""
    window, tail, chunk = windows
    body = bytearray(style.write(numbered(document, count())))
    place = data.draw(st.integers(0, len(body) - 1))
    body[place : place + 1] = data.draw(st.sampled_from([b"", b'"', b"}", b"]", b",", b"\\", b"{"]))
    with cutting(window, tail) as cut:
        try:
            feed(cut, bytes(body), chunk)
            found = cut.close()
        except (EOFError, BadInvoice):
            return
    try:
        sent = within(plain(bytes(body)))
    except ValueError:
        pytest.fail("counted what is no JSON")
    lines = sum(len(each.get("lineItems") or []) for each in sent)
    assert sum(each.line_items for each in found) == lines
