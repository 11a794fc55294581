"""Tables as Parquet: cents as whole numbers, amounts and quantities as exact decimals."""

import json
from collections.abc import Callable, Iterator, Sequence
from decimal import Context, Decimal, Inexact, InvalidOperation
from itertools import islice
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from reporting.files.table import BATCH, About, Column, Kind, Table, text_of
from reporting.money import major
from reporting.query import Row

# a quantity that does not fit is an error, never rounded
_CONTEXT = Context(prec=38, traps=[Inexact, InvalidOperation])
_TYPES: dict[Kind, Any] = {
    Kind.MONEY: pa.decimal128(21, 2), Kind.SHARE: pa.float64(), Kind.DAY: pa.date32(),
    Kind.MONTH: pa.date32(), Kind.MOMENT: pa.timestamp("us", tz="UTC"), Kind.FLAG: pa.bool_(),
    Kind.TEXT: pa.string(),
}  # fmt: skip
Part = tuple[str, Any, Callable[[Row], Any]]


def write_parquet(tables: Sequence[Table], about: About, out: IO[bytes]) -> None:
    """Writes the first table in batches; what it is stands in the file's metadata."""
    [table, *_] = tables
    rows = iter(table.rows)
    first = list(islice(rows, BATCH))
    parts = [part for each in table.columns for part in _parts(each, first)]
    schema = pa.schema([(name, kind) for name, kind, _ in parts]).with_metadata(_metadata(about))
    with pq.ParquetWriter(out, schema, compression="zstd") as writer:
        for batch in _batches(first, rows):
            arrays = [pa.array(map(value, batch), kind) for _, kind, value in parts]
            writer.write_batch(pa.record_batch(arrays, schema=schema))


def _batches(first: list[Row], rows: Iterator[Row]) -> Iterator[list[Row]]:
    batch = first
    while batch:
        yield batch
        batch = list(islice(rows, BATCH))


def _parts(column: Column, sample: list[Row]) -> Iterator[Part]:
    """A column of a table as those of a file."""
    if column.kind is Kind.MONEY:
        yield f"{column.name}_cents", pa.int64(), column.of
        yield column.name, _TYPES[Kind.MONEY], lambda row: _or_none(major, column.of(row))
    elif column.kind is Kind.QUANTITY:
        scale = Decimal(1).scaleb(-column.places)
        kind = pa.decimal128(38, column.places)
        yield column.name, kind, lambda row: _or_none(lambda it: _exact(it, scale), column.of(row))
    elif column.kind is Kind.NUMBER:
        is_whole = not any(isinstance(column.of(row), float | Decimal) for row in sample)
        yield column.name, pa.int64() if is_whole else pa.float64(), column.of
    elif column.kind is Kind.TEXT:
        yield column.name, _TYPES[Kind.TEXT], lambda row: _or_none(_readable, column.of(row))
    else:
        yield column.name, _TYPES[column.kind], column.of


def _or_none(written: Callable[[Any], Any], value: Any) -> Any:  # noqa: ANN401
    return None if value is None else written(value)


def _exact(value: Any, scale: Decimal) -> Decimal:  # noqa: ANN401
    return Decimal(value).quantize(scale, context=_CONTEXT)


def _readable(value: Any) -> str:  # noqa: ANN401
    return text_of(value).encode(errors="replace").decode()


def _metadata(about: About) -> dict[bytes, bytes]:
    found = {heading: text for heading, text in about.facts if text}
    found |= {f"SQL, {name}": query.runnable() for name, query in about.sql}
    return {b"atlas-costs": json.dumps(found, ensure_ascii=False).encode(errors="replace")}
