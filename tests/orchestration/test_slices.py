"""Cutting invoice documents: every invoice found, every amount counted, nothing odd let in."""

import io
import json

import pytest

from orchestration.slices import BadInvoice, Slices, read_versions
from tests.invoices import invoice, line


def versions(document: object):
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return read_versions(io.BytesIO(body))


def test_a_document_holds_its_own_invoice_and_the_linked_ones_at_any_depth():
    inner = invoice("c", line(1))
    nested = invoice("b", line(2), line(3), linkedInvoices=[inner])
    found = versions(invoice("a", line(4), linkedInvoices=[nested]))
    assert [(v.header.id, v.is_nested, v.line_items, v.cents) for v in found] == [
        ("a", False, 1, 4),
        ("b", True, 2, 5),
        ("c", True, 1, 1),
    ]


@pytest.mark.parametrize("shape", [lambda one: one, lambda one: {"results": [one], "links": []}])
def test_the_pending_invoice_comes_bare_or_on_a_page(shape):
    assert [v.header.id for v in versions(shape(invoice("a", line(4))))] == ["a"]


def test_an_empty_page_holds_no_invoice():
    assert versions({"results": [], "totalCount": 0}) == []


@pytest.mark.parametrize("lines", [None, []])
def test_an_invoice_without_lines_has_none(lines):
    [found] = versions(invoice("a", lineItems=lines))
    assert (found.line_items, found.cents) == (0, 0)


def test_keys_inside_strings_pretty_printing_and_key_order_do_not_matter():
    document = invoice("a", line(7, note='"lineItems": [{"totalPriceCents": 9}]'))
    turned = dict(reversed(document.items()))
    [found] = versions(json.dumps(turned, indent=4).encode())
    assert (found.line_items, found.cents) == (1, 7)


def test_a_version_changes_with_header_or_lines_and_with_nothing_else():
    [before] = versions(invoice("a", line(7)))
    [links] = versions(invoice("a", line(7), links=[{"rel": "self", "href": "http://x"}]))
    [header] = versions(invoice("a", line(7), statusName="CLOSED"))
    [lines] = versions(invoice("a", line(7, note="x")))
    assert before.version == links.version
    assert len({before.version, header.version, lines.version}) == 3


@pytest.mark.parametrize("odd", [12.5, "12", True, {"a": 1}, [1]])
def test_an_amount_that_is_no_whole_number_is_refused_by_invoice_and_line(odd):
    """DuckDB would read 12.7 as 13 and true as 1 without a word."""
    with pytest.raises(BadInvoice, match=r"invoice a, lineItems.*\[1\]\.totalPriceCents"):
        versions(
            invoice("a", line(1)) | {"lineItems": [line(1), line(1) | {"totalPriceCents": odd}]}
        )


def test_a_header_amount_of_the_wrong_type_is_refused():
    with pytest.raises(BadInvoice, match="subtotalCents"):
        versions(invoice("a", line(1), subtotalCents="ten"))


@pytest.mark.parametrize("body", [b"", b'{"id": "a", "lineItems": [{"totalPriceCents": 1}, {"tot'])
def test_a_document_cut_short_is_told_apart(body):
    with pytest.raises(EOFError):
        versions(body)


@pytest.mark.parametrize("body", [b"<html></html>", b"[]", b'{"detail": "x", "error": 500}'])
def test_what_is_no_invoice_is_refused(body):
    with pytest.raises(BadInvoice):
        versions(body)


def test_a_slice_is_the_array_as_sent(tmp_path):
    document = invoice("a", line(4, note="ä"), line(5))
    [found] = versions(document)
    path = Slices(tmp_path).cut(found)
    assert json.loads(path.read_bytes()) == document["lineItems"]
    assert path.parts[-3:-1] == ("org_id=5e0000000000000000000001", "period=2026-05")
