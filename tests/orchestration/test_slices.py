"""Cutting invoice documents: every invoice found, every amount counted, nothing odd let in."""

import io
import json
import tempfile
from pathlib import Path

import pytest

from orchestration.landing import cutter, json_stream
from orchestration.landing.cutter import Cutter
from orchestration.landing.invoice_document import BadInvoice
from orchestration.landing.slices import Slices
from tests.invoices import invoice, line


def versions(document: object):
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    cutting = Cutter(lambda: tempfile.NamedTemporaryFile(delete=False))  # noqa: SIM115  it closes
    cutting.feed(body)
    found = cutting.close()
    for each in found:
        if each.lines:
            Path(each.lines).unlink()
    return found


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
    broken = invoice("a", line(1)) | {"lineItems": [line(1), line(1) | {"totalPriceCents": odd}]}
    [found, linked] = versions(broken | {"linkedInvoices": [invoice("b", line(3))]})
    assert found.problem.startswith("lineItems, line 2: Expected")
    assert "totalPriceCents" in found.problem
    assert (linked.problem, linked.cents) == (None, 3)


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
    slices = Slices(tmp_path)
    [found] = slices.cut(io.BytesIO(json.dumps(document).encode()))
    held = slices.find("5e0000000000000000000001", "2026-05", "a", found.version)
    assert json.loads(held.lines.read_bytes()) == document["lineItems"]
    assert held.lines.parts[-3:-1] == ("org_id=5e0000000000000000000001", "period=2026-05")
    assert held.header.subtotal_cents == 9


def test_a_slice_cut_short_by_a_crash_counts_as_none(tmp_path):
    slices = Slices(tmp_path)
    [found] = slices.cut(io.BytesIO(json.dumps(invoice("a", line(4))).encode()))
    held = slices.find("5e0000000000000000000001", "2026-05", "a", found.version)
    held.lines.write_bytes(held.lines.read_bytes()[:-1])
    assert slices.find("5e0000000000000000000001", "2026-05", "a", found.version) is None


TRAPS = [
    line(1, note="},{"),
    line(2, note='}]}, {"lineItems": ['),
    line(3, additional=[{"a": 1}, {"b": {"c": []}}]),
    line(4, tags={"totalPriceCents": ["9"]}),
    line(5, note='\\"}\\'),
]


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("chunk", [1, 7, 64, 1 << 20])
def test_no_trap_in_the_text_misleads_the_cutter_wherever_the_pieces_end(
    monkeypatch, indent, chunk, tmp_path
):
    monkeypatch.setattr(json_stream, "WINDOW", 256)
    monkeypatch.setattr(cutter, "TAIL", 64)
    linked = invoice("b", *TRAPS[:2], linkedInvoices=[invoice("c", *TRAPS)])
    document = invoice("a", *TRAPS * 3, linkedInvoices=[linked], payments=[{"id": "},{"}])
    body = json.dumps(document, indent=indent).encode()
    files = []

    def new_file():
        files.append((tmp_path / str(len(files))).open("wb"))
        return files[-1]

    cutting = Cutter(new_file)
    for start in range(0, len(body), chunk):
        cutting.feed(body[start : start + chunk])
    found = cutting.close()
    assert [(v.header.id, v.line_items, v.cents) for v in found] == [
        ("a", 15, 45),
        ("b", 2, 3),
        ("c", 5, 15),
    ]
    arrays = [json.loads(Path(v.lines).read_bytes()) for v in found]
    assert arrays == [TRAPS * 3, TRAPS[:2], TRAPS]
    assert found[0].unknown_fields == {"additional"}
    whole = Cutter(new_file)
    whole.feed(body)
    assert [v.version for v in whole.close()] == [v.version for v in found]


def test_what_follows_the_document_is_refused():
    with pytest.raises(BadInvoice, match="something follows"):
        versions(json.dumps(invoice("a", line(1))).encode() + b" {}")


@pytest.mark.parametrize("cut", range(1, 400, 13))
def test_a_document_cut_anywhere_is_never_taken_for_whole(cut):
    body = json.dumps(invoice("a", line(1), line(2))).encode()
    with pytest.raises((EOFError, BadInvoice)):
        versions(body[:-cut])


def test_an_invoice_without_a_start_belongs_to_no_month_and_is_named():
    [found] = versions(invoice("a", line(1), startDate=None))
    assert found.problem == "startDate is missing"


@pytest.mark.parametrize("body", [b'{"id": "a", "orgId": "\x81"}', b'{"\x81": 1}'])
def test_bytes_that_are_no_text_are_refused(body):
    with pytest.raises(BadInvoice):
        versions(body)


def test_an_amount_that_no_bigint_holds_is_refused():
    header = dict.fromkeys(("subtotalCents", "amountBilledCents", "amountPaidCents"), 1)
    [found] = versions(invoice("a", line(2**63), **header))
    assert "line 1" in found.problem
    with pytest.raises(BadInvoice, match="subtotalCents"):
        versions(invoice("a", line(1), subtotalCents=2**63))


def test_a_field_nobody_knows_is_text_too_or_the_document_is_refused():
    body = json.dumps(invoice("a", line(1, fieldOfTomorrow="X"))).encode()
    with pytest.raises(BadInvoice, match="not JSON inside lineItems"):
        versions(body.replace(b'"X"', b'"\x81"'))


def test_what_stands_beside_a_pages_invoices_is_json_too():
    body = json.dumps({"links": [], "results": [invoice("a", line(4))]}).encode()
    with pytest.raises(BadInvoice, match="not JSON"):
        versions(body.replace(b"[]", b"[}", 1))


@pytest.mark.parametrize(
    "linked", [b"]", b"{}", b"[{},]", b"[,{}]", b"[{}{}]", b"[{},,{}]", b"[null]", b"[{}", b"5"]
)
def test_linked_invoices_that_are_no_list_of_invoices_are_refused(linked):
    """A bracket lost was taken for an empty list, and for one that was there."""
    invoices = linked.replace(b"{}", json.dumps(invoice("b", line(2))).encode())
    body = json.dumps(invoice("a", line(1), linkedInvoices="?")).encode()
    with pytest.raises((BadInvoice, EOFError)):
        versions(body.replace(b'"?"', invoices))
