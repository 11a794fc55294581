"""Invoices that Atlas never sends: refused in a sentence, and at no more cost than their size."""

import gzip
import json
import time

import pytest

from orchestration.extraction.invoices import DocumentFacts
from orchestration.landing import json_stream
from orchestration.landing.invoice_document import BadInvoice
from orchestration.landing.journal import Landing
from tests.invoices import invoice, land, line, load, reader, rows, unloadable

PART = 65536


@pytest.fixture
def landing(tmp_path) -> Landing:
    return Landing(tmp_path / "landing", "default")


def document(replaced: str = "", by: str = "", **fields) -> bytes:
    text = json.dumps(invoice("bad", line(100, **fields)))
    assert replaced in text
    return text.replace(replaced, by).encode()


def received(landing: Landing, body: bytes, encoding: str = "") -> list[str]:
    """Land a body in the parts that a network brings."""

    def download(open_sink):
        with open_sink(encoding) as sink:
            for start in range(0, len(body), PART):
                sink.write(body[start : start + PART])

    return reader(landing).receive("bad", download, DocumentFacts("5e0000000000000000000001"))


CENTS, QUANTITY = '"totalPriceCents": 100', '"quantity": 72.0'
NUMBERS = {
    "int64 and one": (CENTS, f'"totalPriceCents": {2**63}'),
    "200 bits": (CENTS, f'"totalPriceCents": {2**200}'),
    "5,000 digits": (CENTS, f'"totalPriceCents": {"9" * 5000}'),
    "1e400 cents": (CENTS, '"totalPriceCents": 1e400'),
    "1e400 hours": (QUANTITY, '"quantity": 1e400'),
    "-1e400 dollars": ("0.026667", "-1e400"),
    "two amounts": (CENTS, f'{CENTS}, "totalPriceCents": 999'),
}


@pytest.mark.parametrize(("replaced", "by"), NUMBERS.values(), ids=NUMBERS.keys())
def test_a_number_that_does_not_fit_refuses_its_invoice_and_no_other(
    landing, tmp_path, replaced, by
):
    land(landing, "good", invoice("good", line(5)))
    received(landing, document(replaced, by))
    load(tmp_path, landing)
    named = {name for name, _ in unloadable(tmp_path)}
    named |= set(landing.current("invoices")["bad"].meta.get("problems", {}))
    assert named == {"bad"}
    held = "select _invoice_id, sum(totalPriceCents)::int from invoice_line_items group by all"
    assert rows(tmp_path, held) == [("good", 5)]


def test_a_zero_byte_in_a_name_is_a_name(landing, tmp_path):
    received(landing, document(clusterName="sh\0op", groupName="\0"))
    load(tmp_path, landing)
    found = rows(tmp_path, "select clusterName, totalPriceCents from invoice_line_items")
    assert found == [("sh\0op", 100)]


BODIES = {
    "half a surrogate": document(clusterName="\ud800shop"),
    "half a surrogate in a tag": document(tags={"\udfff": ["\ud800"]}),
    "NaN": document(QUANTITY, '"quantity": NaN'),
    "a header that does not fit": document('"subtotalCents": 100', f'"subtotalCents": {"9" * 30}'),
    "a deep value": document(QUANTITY, f'"quantity": {"[" * 100_000}{"]" * 100_000}'),
    "a deep document": b'{"id": "bad", "x": ' + b"[" * 2_000_000,
    "a long text": b'{"id": "bad", "x": "' + b" " * 20_000_000 + b'"}',
    "a long text in a line": b'{"id":"bad","lineItems":[{"sku":"' + b"x" * 20_000_000 + b'"}]}',
}


@pytest.mark.parametrize("encoding", ["", "gzip"])
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_what_is_no_invoice_is_refused_before_it_costs_much(landing, body, encoding):
    """A body of 20 MB whose text was read anew with each part of it took minutes."""
    sent = gzip.compress(body, 1, mtime=0) if encoding else body
    began = time.process_time()
    with pytest.raises(BadInvoice, match=r"^the invoice document .*[^.]$"):
        received(landing, sent, encoding)
    assert time.process_time() - began < 20
    assert "bad" not in landing.current("invoices")


def test_a_line_without_end_is_refused(landing, monkeypatch):
    """Of many small values; the limit is lowered here, because 8 MiB of them take seconds."""
    monkeypatch.setattr(json_stream, "MOST_KEPT_BYTES", 2 << 20)
    with pytest.raises(BadInvoice, match="a value larger than any of Atlas's"):
        received(landing, b'{"id":"bad","lineItems":[{' + b'"a":"b",' * 500_000)


def test_space_without_end_is_no_value(landing):
    """It is passed over, and read once."""
    body = b'{"id":"bad",' + b" " * 20_000_000 + document()[1:]
    began = time.process_time()
    assert received(landing, body) == ["bad"]
    assert time.process_time() - began < 20
