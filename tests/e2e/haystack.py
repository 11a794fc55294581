"""Looking for a secret in whatever a run leaves, however it may be written there."""

import base64
import gzip
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import cache
from pathlib import Path
from urllib.parse import quote

import duckdb

SQLITE = b"SQLite format 3\0"


@cache
def spellings(secret: str) -> frozenset[bytes]:
    """A secret as it is, URL-encoded, and as part of anything encoded with base64."""
    plain = secret.encode()
    encoded = (quote(secret), quote(secret, safe=""))
    return frozenset({plain, *map(str.encode, encoded), *_base64(plain)})


def _base64(plain: bytes) -> Iterator[bytes]:
    """What stays of it wherever it begins: six bits a letter, those shared with others cut off."""
    for before in range(3):
        padded = bytes(before) + plain
        first, last = -(-before * 8 // 6), len(padded) * 8 // 6
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            yield encode(padded)[first:last]


def found_in(content: bytes, secrets: dict[str, str]) -> set[str]:
    """The names of the secrets that are in there."""
    return {
        name
        for name, secret in secrets.items()
        if any(each in content for each in spellings(secret))
    }


def found_below(folder: Path, secrets: dict[str, str]) -> dict[str, set[str]]:
    """File → names of the secrets in it, uncompressed; databases row by row besides."""
    found = {
        str(path.relative_to(folder)): set().union(
            *(found_in(content, secrets) for content in contents(path))
        )
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    return {path: names for path, names in found.items() if names}


def contents(path: Path) -> Iterator[bytes]:
    """A file's bytes, and what they stand for.

    A database may compress a text or cut it at the end of a page: its rows are read as well.
    """
    content = path.read_bytes()
    yield content
    if path.suffix == ".gz":
        yield gzip.decompress(content)
    elif path.suffix == ".duckdb":
        yield from _rows_of_duckdb(path)
    elif content.startswith(SQLITE):
        yield from _rows_of_sqlite(path)


def _rows_of_duckdb(path: Path) -> Iterator[bytes]:
    with duckdb.connect() as db:
        db.execute("attach $file as kept (read_only)", {"file": str(path)})
        tables = db.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = 'kept'"
        ).fetchall()
        for schema, table in tables:
            rows = db.execute(f'select kept_row::varchar from kept."{schema}"."{table}" kept_row')
            yield "\n".join(row for (row,) in rows.fetchall()).encode()


def _rows_of_sqlite(path: Path) -> Iterator[bytes]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        tables = db.execute("select name from sqlite_master where type = 'table'").fetchall()
        for (table,) in tables:
            yield "\n".join(map(repr, db.execute(f'select * from "{table}"'))).encode()
